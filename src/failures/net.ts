/** What the promise world adds to the failures of the engines: waiting, ports, redirects, callers' mistakes. */
import { EXIT, family } from './registry.ts'

export const netFailures = family('net', {
  unreachable: { fault: 'network', exit: EXIT.tcp },
  'port-taken': { fault: 'local', exit: EXIT.tcp },
  'port-forbidden': { fault: 'local', exit: EXIT.tcp },
  'no-such-address': { fault: 'local', exit: EXIT.tcp },
  relay: { fault: 'network', exit: EXIT.tcp, rule: 'RFC 6455 7.1.5' },
  'no-listening': { fault: 'caller', exit: EXIT.usage },
  system: { fault: 'local', exit: EXIT.tcp },
  'handshake-timeout': { fault: 'peer', exit: EXIT.timeout },
  'idle-timeout': { fault: 'peer', exit: EXIT.timeout },
  'client-left': { fault: 'peer', exit: EXIT.tcp },
  'pool-waits': { fault: 'caller', exit: EXIT.timeout },
  'bad-url': { fault: 'caller', exit: EXIT.usage, rule: 'RFC 9110 4.2' },
  'bad-request': { fault: 'caller', exit: EXIT.usage },
  'too-many-redirects': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9110 15.4' },
  'redirect-refused': { fault: 'peer', exit: EXIT.http },
  'client-closed': { fault: 'caller', exit: EXIT.usage },
  'no-certificate': { fault: 'caller', exit: EXIT.usage, alert: 80 },
  'bad-tls-options': { fault: 'caller', exit: EXIT.usage },
  'bad-certificate': { fault: 'caller', exit: EXIT.usage },
  'certificate-dates': { fault: 'caller', exit: EXIT.usage },
  'bad-key': { fault: 'caller', exit: EXIT.usage },
  'key-encrypted': { fault: 'caller', exit: EXIT.usage },
  'key-mismatch': { fault: 'caller', exit: EXIT.usage, alert: 80 },
  'answer-failed': { fault: 'local', exit: EXIT.tls, alert: 80, rule: 'RFC 5246 7.2.2' },
})
