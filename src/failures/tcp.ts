/** What ends a TCP connection other than both sides saying FIN, and what keeps one from beginning. */
import { EXIT, family } from './registry.ts'

export const tcpFailures = family('tcp', {
  refused: { fault: 'peer', exit: EXIT.tcp, rule: 'RFC 9293 3.10.7.3' },
  silence: { fault: 'network', exit: EXIT.timeout, rule: 'RFC 9293 3.8.3' },
  reset: { fault: 'peer', exit: EXIT.tcp, rule: 'RFC 9293 3.5.2' },
  'reset-in-handshake': { fault: 'peer', exit: EXIT.tcp, rule: 'RFC 9293 3.5.2' },
  timeout: { fault: 'network', exit: EXIT.timeout, rule: 'RFC 9293 3.8.3' },
  'port-in-use': { fault: 'caller', exit: EXIT.tcp, rule: 'RFC 9293 3.10.1' },
  'not-unicast': { fault: 'caller', exit: EXIT.tcp, rule: 'RFC 9293 3.9.2.3' },
  'no-free-port': { fault: 'local', exit: EXIT.tcp, rule: 'RFC 6056 3.2' },
  'made-room': { fault: 'local', exit: EXIT.tcp, rule: 'RFC 9293 3.10.5' },
  'too-many-connections': { fault: 'local', exit: EXIT.tcp, rule: 'RFC 9293 3.10.1' },
})
