/** Failures of asking for the address of a name. */
import { EXIT, family } from './registry.ts'

export const dnsFailures = family('dns', {
  'no-address': { fault: 'network', exit: EXIT.name, rule: 'RFC 1035 4.1.1' },
  silence: { fault: 'network', exit: EXIT.name, rule: 'RFC 1035 4.2.1' },
  timeout: { fault: 'network', exit: EXIT.name },
  'server-failure': { fault: 'peer', exit: EXIT.name, rule: 'RFC 1035 4.1.1' },
  malformed: { fault: 'peer', exit: EXIT.name, rule: 'RFC 1035 4.1' },
  truncated: { fault: 'peer', exit: EXIT.name, rule: 'RFC 1035 4.2.1' },
  forged: { fault: 'network', exit: EXIT.name, rule: 'RFC 5452 9.2' },
  'no-port': { fault: 'local', exit: EXIT.name, rule: 'RFC 6056 3.2' },
  'alias-loop': { fault: 'peer', exit: EXIT.name, rule: 'RFC 1034 3.6.2' },
  'not-a-name': { fault: 'caller', exit: EXIT.name, rule: 'RFC 1035 2.3.4' },
  'no-server': { fault: 'local', exit: EXIT.name },
})
