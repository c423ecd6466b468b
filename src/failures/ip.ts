/** Failures of packets: no way out, too large, or reported undeliverable by somebody on the way. */
import { EXIT, family } from './registry.ts'

export const ipFailures = family('ip', {
  'no-route': { fault: 'local', exit: EXIT.tcp, rule: 'RFC 1122 3.3.1' },
  'too-big': { fault: 'caller', exit: EXIT.tcp, rule: 'RFC 1191 3' },
  'port-taken': { fault: 'caller', exit: EXIT.tcp },
  unreachable: { fault: 'network', exit: EXIT.tcp, rule: 'RFC 792' },
  'time-exceeded': { fault: 'network', exit: EXIT.tcp, rule: 'RFC 792' },
  'no-echo': { fault: 'network', exit: EXIT.timeout, rule: 'RFC 1122 3.2.2.6' },
  'host-stopped': { fault: 'caller', exit: EXIT.tcp },
})
