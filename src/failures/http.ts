/** Messages that are refused, with the status that a server answers, and callers' mistakes. */
import { EXIT, type FailureEntry, family } from './registry.ts'

/** A malformed message of the peer: 400 from a server, exit 6 from a client. */
const malformed = (
  title: string,
  says: FailureEntry['says'],
  rule: string,
  more: Partial<FailureEntry> = {},
): FailureEntry => ({ fault: 'peer', exit: EXIT.http, status: 400, title, says, rule, ...more })

/** A mistake in what the caller gave us to send: nothing of it has left. */
const mistake = (title: string, says: FailureEntry['says'], rule: string): FailureEntry => ({
  fault: 'caller',
  exit: EXIT.http,
  title,
  says,
  rule,
})

const smuggling = 'Somebody tries to make two servers disagree about where this message ends.'

export const httpFailures = family('http', {
  'tls-spoken': malformed(
    'TLS was spoken to a plain HTTP port.',
    f => `The first byte is ${f.got ?? '0x16'}, the start of a TLS ClientHello.`,
    'RFC 9112 3',
    {
      because: ['The address says https:// but this port speaks http://.'],
      others: { curl: '35 wrong version number', chrome: 'ERR_SSL_PROTOCOL_ERROR' },
    },
  ),
  'bad-start-line': malformed(
    'The first line is not HTTP.',
    f => `It begins ${f.got ?? 'with something else'}.`,
    'RFC 9112 3',
    {
      because: [
        'Another protocol is spoken on this port.',
        'The message before it was longer or shorter than it said.',
      ],
      others: { node: 'HPE_INVALID_METHOD', curl: 1 },
    },
  ),
  'bad-target': malformed(
    'The request target is not allowed.',
    f => `${f.got ?? 'It'} is no target for this method.`,
    'RFC 9112 3.2',
    { others: { node: 'HPE_INVALID_URL' } },
  ),
  'target-too-long': malformed(
    'The first line is too long.',
    f => `It is longer than ${f.number ?? 8192} bytes.`,
    'RFC 9112 3',
    { status: 414, because: ['Data that belongs in the body was put into the address.'], others: { nginx: 414 } },
  ),
  'unsupported-version': malformed(
    'This version of HTTP is not spoken here.',
    f => `The message says ${f.got ?? 'another version'}; HTTP/1.1 and 1.0 are spoken.`,
    'RFC 9110 15.6.6',
    { status: 505, others: { node: 'HPE_INVALID_VERSION' } },
  ),
  'bad-header': malformed(
    'A header line is malformed.',
    f => `${f.where ?? 'A line'} contains ${f.got ?? 'an octet'} that is not allowed there.`,
    'RFC 9110 5.5',
    { others: { node: 'HPE_INVALID_HEADER_TOKEN' } },
  ),
  'space-before-colon': malformed(
    'White space stands before the colon of a header.',
    f => `After ${f.where ?? 'a name'} comes white space, then the colon.`,
    'RFC 9112 5.1',
    { because: [smuggling], others: { node: 'HPE_INVALID_HEADER_TOKEN' } },
  ),
  'folded-header': malformed(
    'A header line begins with white space.',
    () => 'It continues the line before it: an old form that messages must not use.',
    'RFC 9112 5.2',
    { because: [smuggling], others: { node: 'HPE_INVALID_HEADER_TOKEN' } },
  ),
  'bare-line-feed': malformed(
    'A line ends without a carriage return.',
    f => `${f.where ?? 'A line'} ends with LF alone.`,
    'RFC 9112 2.2',
    { because: ['The message was written by hand.', smuggling], others: { node: 'HPE_CR_EXPECTED' } },
  ),
  'bare-carriage-return': malformed(
    'A carriage return stands alone.',
    f => `${f.where ?? 'A line'} contains CR without LF.`,
    'RFC 9112 2.2',
    { because: [smuggling], others: { node: 'HPE_LF_EXPECTED' } },
  ),
  'header-too-big': malformed(
    'The headers are too big.',
    f => `The head is larger than ${f.number ?? 16384} bytes.`,
    'RFC 6585 5',
    {
      status: 431,
      because: ['Too many cookies have gathered for this site.', 'The sender never stops.'],
      others: { node: 'HPE_HEADER_OVERFLOW', chrome: 'ERR_RESPONSE_HEADERS_TOO_BIG' },
    },
  ),
  'too-many-headers': malformed(
    'There are too many header lines.',
    f => `There are more than ${f.number ?? 200}.`,
    'RFC 6585 5',
    { status: 431 },
  ),
  'two-lengths': malformed(
    'Two lengths for one body.',
    f => `Content-Length is given as ${f.got ?? 'two values'}.`,
    'RFC 9112 6.3',
    { because: [smuggling], others: { node: 'HPE_UNEXPECTED_CONTENT_LENGTH', curl: 8 } },
  ),
  'bad-length': malformed(
    'The length of the body is not a number.',
    f => `Content-Length is ${f.got ?? 'not decimal'}.`,
    'RFC 9112 6.3',
    { because: [smuggling], others: { node: 'HPE_INVALID_CONTENT_LENGTH', curl: 8 } },
  ),
  'length-and-chunked': malformed(
    'The body has a length and is chunked too.',
    () => 'Content-Length and Transfer-Encoding stand in one message.',
    'RFC 9112 6.1',
    { because: [smuggling], others: { node: 'HPE_INVALID_TRANSFER_ENCODING' } },
  ),
  'bad-transfer-encoding': malformed(
    'The transfer coding does not say where the body ends.',
    f => `Transfer-Encoding is ${f.got ?? 'malformed'}.`,
    'RFC 9112 6.1',
    { because: [smuggling], others: { node: 'HPE_INVALID_TRANSFER_ENCODING' } },
  ),
  'unknown-transfer-encoding': malformed(
    'The transfer coding is not known here.',
    f => `Transfer-Encoding is ${f.got ?? 'unknown'}; only chunked is spoken.`,
    'RFC 9112 6.1',
    { status: 501, others: { node: 'HPE_INVALID_TRANSFER_ENCODING', curl: 61 } },
  ),
  'bad-host': malformed(
    'The request does not say for which host it is.',
    f => `Host is ${f.got ?? 'missing'}; exactly one is needed.`,
    'RFC 9112 3.2',
    { because: ['The request was written by hand.', smuggling], others: { nginx: 400 } },
  ),
  'bad-chunk': malformed(
    'A chunk of the body is malformed.',
    f => `${f.where ?? 'The chunk'} has ${f.got ?? 'an octet'} that does not belong there.`,
    'RFC 9112 7.1',
    { because: [smuggling], others: { node: 'HPE_INVALID_CHUNK_SIZE', curl: 56 } },
  ),
  'chunk-line-too-long': malformed(
    'The line of a chunk is too long.',
    f => `Chunk sizes and their extensions take more than ${f.number ?? 1024} bytes.`,
    'RFC 9112 7.1.1',
    { others: { node: 'HPE_CHUNK_EXTENSIONS_OVERFLOW' } },
  ),
  'trailers-too-big': malformed(
    'The trailers are too big.',
    f => `They are larger than ${f.number ?? 16384} bytes.`,
    'RFC 6585 5',
    { status: 431 },
  ),
  'body-too-big': malformed(
    'The body is too big.',
    f => `It is larger than ${f.number ?? '?'} bytes.`,
    'RFC 9110 15.5.14',
    { status: 413, others: { nginx: 'client_max_body_size', curl: 63 } },
  ),
  'unmet-expectation': malformed(
    'The client expects something unknown.',
    f => `Expect is ${f.got ?? 'unknown'}; only 100-continue is known.`,
    'RFC 9110 10.1.1',
    { status: 417 },
  ),
  'tunnel-unsupported': malformed(
    'Tunnels are not made here.',
    () => 'CONNECT asks for a tunnel to another host.',
    'RFC 9110 9.3.6',
    { status: 501 },
  ),
  'too-far-ahead': malformed(
    'Too much was sent ahead.',
    f => `More than ${f.number ?? '?'} bytes came before the request before them was answered.`,
    'RFC 9112 9.3.2',
  ),
  'head-cut-short': malformed(
    'The connection was closed in the middle of the headers.',
    f => `${f.number ?? 0} bytes of the message had come.`,
    'RFC 9112 8',
    { others: { node: 'ECONNRESET socket hang up', curl: 52 } },
  ),
  'body-cut-short': malformed(
    'The connection was closed in the middle of the body.',
    f => `${f.got ?? '?'} of ${f.expected ?? 'an unknown number of'} bytes had come.`,
    'RFC 9112 8',
    {
      because: ['The server or a proxy gave up.', 'Somebody cut the connection to hide the rest.'],
      others: { node: 'ECONNRESET aborted', curl: 18, chrome: 'ERR_CONTENT_LENGTH_MISMATCH' },
    },
  ),
  'no-answer': {
    fault: 'peer',
    exit: EXIT.http,
    title: 'The server closed without an answer.',
    says: () => 'Not one byte of a response came.',
    because: [
      'The port speaks TLS and was asked in plain HTTP.',
      'The server closed an idle connection at that moment.',
    ],
    rule: 'RFC 9112 8',
    others: { node: 'ECONNRESET socket hang up', curl: 52, chrome: 'ERR_EMPTY_RESPONSE' },
  },
  'unsolicited-answer': {
    fault: 'peer',
    exit: EXIT.http,
    title: 'The server answered before it was asked.',
    says: () => 'Bytes came on a connection where no request was open.',
    because: ['An earlier answer was longer than it said.', smuggling],
    rule: 'RFC 9112 6.3',
  },
  'unexpected-upgrade': {
    fault: 'peer',
    exit: EXIT.http,
    title: 'The server changes to another protocol.',
    says: () => 'It answered 101 Switching Protocols, which was not asked for.',
    rule: 'RFC 9110 15.2.2',
  },
  'too-many-informational': {
    fault: 'peer',
    exit: EXIT.http,
    title: 'The server announces an answer and never gives it.',
    says: f => `More than ${f.number ?? 16} responses 1xx came before the final one.`,
    rule: 'RFC 9110 15.2',
  },
  'idle-timeout': {
    fault: 'peer',
    exit: EXIT.timeout,
    title: 'Nothing was asked for a while.',
    says: f => `The connection was idle for ${f.number ?? '?'} ms.`,
    rule: 'RFC 9112 9.5',
  },
  'head-timeout': malformed(
    'The headers did not come in time.',
    f => `They were not complete after ${f.number ?? '?'} ms.`,
    'RFC 9110 15.5.9',
    { status: 408, exit: EXIT.timeout, others: { node: 'ERR_HTTP_REQUEST_TIMEOUT', curl: 28 } },
  ),
  'body-timeout': malformed(
    'The body stopped coming.',
    f => `No byte of it came for ${f.number ?? '?'} ms.`,
    'RFC 9110 15.5.9',
    { status: 408, exit: EXIT.timeout, others: { curl: 28 } },
  ),
  'unknown-content-encoding': {
    fault: 'peer',
    exit: EXIT.http,
    status: 415,
    title: 'The body is coded in a way that is not known here.',
    says: f => `Content-Encoding is ${f.got ?? 'unknown'}; gzip and deflate are known.`,
    rule: 'RFC 9110 8.4',
    others: { curl: 61, chrome: 'ERR_CONTENT_DECODING_FAILED' },
  },
  'bad-encoding': {
    fault: 'peer',
    exit: EXIT.http,
    status: 400,
    title: 'The compressed body is broken.',
    says: f => `It says ${f.where ?? 'that it is compressed'}, but ${f.got ?? 'it cannot be expanded'}.`,
    rule: 'RFC 9110 8.4.1',
    others: { node: 'Z_DATA_ERROR', curl: 61, chrome: 'ERR_CONTENT_DECODING_FAILED' },
  },
  'expands-too-far': {
    fault: 'peer',
    exit: EXIT.http,
    status: 413,
    title: 'The compressed body expands without measure.',
    says: f => `${f.got ?? 'A few'} bytes became more than ${f.number ?? '?'}.`,
    because: ['It is made to fill the memory of whoever expands it.'],
    rule: 'RFC 9110 17.6',
  },
  'not-found': {
    fault: 'peer',
    exit: EXIT.status,
    status: 404,
    title: 'There is nothing here.',
    says: f => `${f.where ?? 'This address'} does not exist.`,
    rule: 'RFC 9110 15.5.5',
  },
  'method-not-allowed': {
    fault: 'peer',
    exit: EXIT.status,
    status: 405,
    title: 'This cannot be done here.',
    says: f => `${f.got ?? 'The method'} is not one of those allowed here: ${f.expected ?? 'none'}.`,
    rule: 'RFC 9110 15.5.6',
  },
  'handler-failed': {
    fault: 'local',
    exit: EXIT.status,
    status: 500,
    title: 'The server made a mistake.',
    says: () => 'The request is not at fault.',
    rule: 'RFC 9110 15.6.1',
  },
  'bad-outgoing': mistake(
    'This must not be sent.',
    f => `${f.where ?? 'A part of the message'} contains ${f.got ?? 'what is not allowed there'}.`,
    'RFC 9110 5.5',
  ),
  'wrong-length': mistake(
    'The body does not have the length that was announced.',
    f => `${f.expected ?? 'Another number of'} bytes were announced, ${f.got ?? 'others'} given.`,
    'RFC 9112 6.2',
  ),
  'wrong-turn': mistake(
    'It is not the turn of this part.',
    f => `${f.got ?? 'The part'} came while the connection waits for ${f.expected ?? 'something else'}.`,
    'RFC 9112 9',
  ),
})
