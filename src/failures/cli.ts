/** What the person at the keyboard asked for and cannot have. */
import { EXIT, family } from './registry.ts'

export const cliFailures = family('cli', {
  usage: { fault: 'caller', exit: EXIT.usage },
  file: { fault: 'local', exit: EXIT.usage },
  'key-readable': { fault: 'caller', exit: EXIT.usage, rule: 'RFC 9257 7' },
  'http-status': { fault: 'peer', exit: EXIT.status, rule: 'RFC 9110 15.5' },
  'not-continued': { fault: 'peer', exit: EXIT.http, rule: 'RFC 9110 14.4' },
  'time-up': { fault: 'network', exit: EXIT.timeout },
  check: { fault: 'local', exit: EXIT.check },
  defect: { fault: 'local', exit: EXIT.usage },
})
