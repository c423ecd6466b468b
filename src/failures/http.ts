/** Messages that are refused, with the status that a server answers, and callers' mistakes. */
import { EXIT, family } from './registry.ts'

/** A malformed message of the peer: 400 from a server, exit 6 from a client. */
const malformed = { fault: 'peer', exit: EXIT.http, status: 400 } as const
/** A mistake in what the caller gave us to send: nothing of it has left. */
const mistake = { fault: 'caller', exit: EXIT.http } as const

export const httpFailures = family('http', {
  'tls-spoken': { ...malformed, rule: 'RFC 9112 3' },
  'bad-start-line': { ...malformed, rule: 'RFC 9112 3' },
  'bad-target': { ...malformed, rule: 'RFC 9112 3.2' },
  'target-too-long': { ...malformed, rule: 'RFC 9112 3', status: 414 },
  'unsupported-version': { ...malformed, rule: 'RFC 9110 15.6.6', status: 505 },
  'bad-header': { ...malformed, rule: 'RFC 9110 5.5' },
  'space-before-colon': { ...malformed, rule: 'RFC 9112 5.1' },
  'folded-header': { ...malformed, rule: 'RFC 9112 5.2' },
  'bare-line-feed': { ...malformed, rule: 'RFC 9112 2.2' },
  'bare-carriage-return': { ...malformed, rule: 'RFC 9112 2.2' },
  'header-too-big': { ...malformed, rule: 'RFC 6585 5', status: 431 },
  'too-many-headers': { ...malformed, rule: 'RFC 6585 5', status: 431 },
  'two-lengths': { ...malformed, rule: 'RFC 9112 6.3' },
  'bad-length': { ...malformed, rule: 'RFC 9112 6.3' },
  'length-and-chunked': { ...malformed, rule: 'RFC 9112 6.1' },
  'bad-transfer-encoding': { ...malformed, rule: 'RFC 9112 6.1' },
  'unknown-transfer-encoding': { ...malformed, rule: 'RFC 9112 6.1', status: 501 },
  'bad-host': { ...malformed, rule: 'RFC 9112 3.2' },
  'bad-chunk': { ...malformed, rule: 'RFC 9112 7.1' },
  'chunk-line-too-long': { ...malformed, rule: 'RFC 9112 7.1.1' },
  'trailers-too-big': { ...malformed, rule: 'RFC 6585 5', status: 431 },
  'body-too-big': { ...malformed, rule: 'RFC 9110 15.5.14', status: 413 },
  'unmet-expectation': { ...malformed, rule: 'RFC 9110 10.1.1', status: 417 },
  'tunnel-unsupported': { ...malformed, rule: 'RFC 9110 9.3.6', status: 501 },
  'too-far-ahead': { ...malformed, rule: 'RFC 9112 9.3.2' },
  'head-cut-short': { ...malformed, rule: 'RFC 9112 8' },
  'body-cut-short': { ...malformed, rule: 'RFC 9112 8' },
  'no-answer': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9112 8' },
  'unsolicited-answer': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9112 6.3' },
  'unexpected-upgrade': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9110 15.2.2' },
  'too-many-informational': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9110 15.2' },
  'idle-timeout': { fault: 'peer', exit: EXIT.timeout, rule: 'RFC 9112 9.5' },
  'head-timeout': { ...malformed, rule: 'RFC 9110 15.5.9', status: 408, exit: EXIT.timeout },
  'body-timeout': { ...malformed, rule: 'RFC 9110 15.5.9', status: 408, exit: EXIT.timeout },
  'unknown-content-encoding': { fault: 'peer', exit: EXIT.http, status: 415, rule: 'RFC 9110 8.4' },
  'bad-encoding': { fault: 'peer', exit: EXIT.http, status: 400, rule: 'RFC 9110 8.4.1' },
  'expands-too-far': { fault: 'peer', exit: EXIT.http, status: 413, rule: 'RFC 9110 17.6' },
  'not-found': { fault: 'peer', exit: EXIT.status, status: 404, rule: 'RFC 9110 15.5.5' },
  'method-not-allowed': { fault: 'peer', exit: EXIT.status, status: 405, rule: 'RFC 9110 15.5.6' },
  'precondition-failed': { fault: 'peer', exit: EXIT.status, status: 412, rule: 'RFC 9110 15.5.13' },
  'handler-failed': { fault: 'local', exit: EXIT.status, status: 500, rule: 'RFC 9110 15.6.1' },
  'bad-outgoing': { ...mistake, rule: 'RFC 9110 5.5' },
  'wrong-length': { ...mistake, rule: 'RFC 9112 6.2' },
  'wrong-turn': { ...mistake, rule: 'RFC 9112 9' },
})
