/** What ends a TCP connection other than both sides saying FIN, and what keeps one from beginning. */
import { EXIT, family } from './registry.ts'

export const tcpFailures = family('tcp', {
  refused: {
    fault: 'peer',
    exit: EXIT.tcp,
    rule: 'RFC 9293 3.10.7.3',
    others: { node: 'ECONNREFUSED', curl: 7, openssl: 'connect:errno=111', chrome: 'ERR_CONNECTION_REFUSED' },
  },
  silence: {
    fault: 'network',
    exit: EXIT.timeout,
    rule: 'RFC 9293 3.8.3',
    others: { node: 'ETIMEDOUT', curl: 28, chrome: 'ERR_CONNECTION_TIMED_OUT' },
  },
  reset: {
    fault: 'peer',
    exit: EXIT.tcp,
    rule: 'RFC 9293 3.5.2',
    others: { node: 'ECONNRESET', curl: 56, openssl: 'read:errno=104', chrome: 'ERR_CONNECTION_RESET' },
  },
  'reset-in-handshake': {
    fault: 'peer',
    exit: EXIT.tcp,
    rule: 'RFC 9293 3.5.2',
    others: { node: 'ECONNRESET', curl: 35, openssl: 'SSL_ERROR_SYSCALL', chrome: 'ERR_CONNECTION_RESET' },
  },
  timeout: { fault: 'network', exit: EXIT.timeout, rule: 'RFC 9293 3.8.3', others: { node: 'ETIMEDOUT', curl: 56 } },
  'port-in-use': { fault: 'caller', exit: EXIT.tcp, rule: 'RFC 9293 3.10.1', others: { node: 'EADDRINUSE' } },
  'not-unicast': {
    fault: 'caller',
    exit: EXIT.tcp,
    rule: 'RFC 9293 3.9.2.3',
    others: { node: 'ENETUNREACH', curl: 7 },
  },
  'no-free-port': { fault: 'local', exit: EXIT.tcp, rule: 'RFC 6056 3.2', others: { node: 'EADDRNOTAVAIL', curl: 7 } },
  'too-many-connections': { fault: 'local', exit: EXIT.tcp, rule: 'RFC 9293 3.10.1', others: { node: 'EMFILE' } },
})
