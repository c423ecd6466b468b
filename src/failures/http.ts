/** Messages that are refused, with the status that a server answers, and callers' mistakes. */
import { EXIT, family } from './registry.ts'

/** A malformed message of the peer: 400 from a server, exit 6 from a client. */
const malformed = { fault: 'peer', exit: EXIT.http, status: 400 } as const
/** A mistake in what the caller gave us to send: nothing of it has left. */
const mistake = { fault: 'caller', exit: EXIT.http } as const

export const httpFailures = family('http', {
  'tls-spoken': {
    ...malformed,
    rule: 'RFC 9112 3',
    others: { curl: '35 wrong version number', chrome: 'ERR_SSL_PROTOCOL_ERROR' },
  },
  'bad-start-line': { ...malformed, rule: 'RFC 9112 3', others: { node: 'HPE_INVALID_METHOD', curl: 1 } },
  'bad-target': { ...malformed, rule: 'RFC 9112 3.2', others: { node: 'HPE_INVALID_URL' } },
  'target-too-long': { ...malformed, rule: 'RFC 9112 3', status: 414, others: { nginx: 414 } },
  'unsupported-version': {
    ...malformed,
    rule: 'RFC 9110 15.6.6',
    status: 505,
    others: { node: 'HPE_INVALID_VERSION' },
  },
  'bad-header': { ...malformed, rule: 'RFC 9110 5.5', others: { node: 'HPE_INVALID_HEADER_TOKEN' } },
  'space-before-colon': { ...malformed, rule: 'RFC 9112 5.1', others: { node: 'HPE_INVALID_HEADER_TOKEN' } },
  'folded-header': { ...malformed, rule: 'RFC 9112 5.2', others: { node: 'HPE_INVALID_HEADER_TOKEN' } },
  'bare-line-feed': { ...malformed, rule: 'RFC 9112 2.2', others: { node: 'HPE_CR_EXPECTED' } },
  'bare-carriage-return': { ...malformed, rule: 'RFC 9112 2.2', others: { node: 'HPE_LF_EXPECTED' } },
  'header-too-big': {
    ...malformed,
    rule: 'RFC 6585 5',
    status: 431,
    others: { node: 'HPE_HEADER_OVERFLOW', chrome: 'ERR_RESPONSE_HEADERS_TOO_BIG' },
  },
  'too-many-headers': { ...malformed, rule: 'RFC 6585 5', status: 431 },
  'two-lengths': { ...malformed, rule: 'RFC 9112 6.3', others: { node: 'HPE_UNEXPECTED_CONTENT_LENGTH', curl: 8 } },
  'bad-length': { ...malformed, rule: 'RFC 9112 6.3', others: { node: 'HPE_INVALID_CONTENT_LENGTH', curl: 8 } },
  'length-and-chunked': { ...malformed, rule: 'RFC 9112 6.1', others: { node: 'HPE_INVALID_TRANSFER_ENCODING' } },
  'bad-transfer-encoding': { ...malformed, rule: 'RFC 9112 6.1', others: { node: 'HPE_INVALID_TRANSFER_ENCODING' } },
  'unknown-transfer-encoding': {
    ...malformed,
    rule: 'RFC 9112 6.1',
    status: 501,
    others: { node: 'HPE_INVALID_TRANSFER_ENCODING', curl: 61 },
  },
  'bad-host': { ...malformed, rule: 'RFC 9112 3.2', others: { nginx: 400 } },
  'bad-chunk': { ...malformed, rule: 'RFC 9112 7.1', others: { node: 'HPE_INVALID_CHUNK_SIZE', curl: 56 } },
  'chunk-line-too-long': { ...malformed, rule: 'RFC 9112 7.1.1', others: { node: 'HPE_CHUNK_EXTENSIONS_OVERFLOW' } },
  'trailers-too-big': { ...malformed, rule: 'RFC 6585 5', status: 431 },
  'body-too-big': {
    ...malformed,
    rule: 'RFC 9110 15.5.14',
    status: 413,
    others: { nginx: 'client_max_body_size', curl: 63 },
  },
  'unmet-expectation': { ...malformed, rule: 'RFC 9110 10.1.1', status: 417 },
  'tunnel-unsupported': { ...malformed, rule: 'RFC 9110 9.3.6', status: 501 },
  'too-far-ahead': { ...malformed, rule: 'RFC 9112 9.3.2' },
  'head-cut-short': { ...malformed, rule: 'RFC 9112 8', others: { node: 'ECONNRESET socket hang up', curl: 52 } },
  'body-cut-short': {
    ...malformed,
    rule: 'RFC 9112 8',
    others: { node: 'ECONNRESET aborted', curl: 18, chrome: 'ERR_CONTENT_LENGTH_MISMATCH' },
  },
  'no-answer': {
    fault: 'peer',
    exit: EXIT.http,
    rule: 'RFC 9112 8',
    others: { node: 'ECONNRESET socket hang up', curl: 52, chrome: 'ERR_EMPTY_RESPONSE' },
  },
  'unsolicited-answer': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9112 6.3' },
  'unexpected-upgrade': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9110 15.2.2' },
  'too-many-informational': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9110 15.2' },
  'idle-timeout': { fault: 'peer', exit: EXIT.timeout, rule: 'RFC 9112 9.5' },
  'head-timeout': {
    ...malformed,
    rule: 'RFC 9110 15.5.9',
    status: 408,
    exit: EXIT.timeout,
    others: { node: 'ERR_HTTP_REQUEST_TIMEOUT', curl: 28 },
  },
  'body-timeout': { ...malformed, rule: 'RFC 9110 15.5.9', status: 408, exit: EXIT.timeout, others: { curl: 28 } },
  'unknown-content-encoding': {
    fault: 'peer',
    exit: EXIT.http,
    status: 415,
    rule: 'RFC 9110 8.4',
    others: { curl: 61, chrome: 'ERR_CONTENT_DECODING_FAILED' },
  },
  'bad-encoding': {
    fault: 'peer',
    exit: EXIT.http,
    status: 400,
    rule: 'RFC 9110 8.4.1',
    others: { node: 'Z_DATA_ERROR', curl: 61, chrome: 'ERR_CONTENT_DECODING_FAILED' },
  },
  'expands-too-far': { fault: 'peer', exit: EXIT.http, status: 413, rule: 'RFC 9110 17.6' },
  'not-found': { fault: 'peer', exit: EXIT.status, status: 404, rule: 'RFC 9110 15.5.5' },
  'method-not-allowed': { fault: 'peer', exit: EXIT.status, status: 405, rule: 'RFC 9110 15.5.6' },
  'handler-failed': { fault: 'local', exit: EXIT.status, status: 500, rule: 'RFC 9110 15.6.1' },
  'bad-outgoing': { ...mistake, rule: 'RFC 9110 5.5' },
  'wrong-length': { ...mistake, rule: 'RFC 9112 6.2' },
  'wrong-turn': { ...mistake, rule: 'RFC 9112 9' },
})
