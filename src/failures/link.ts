/** Failures below IP: neighbours that cannot be found. */
import { EXIT, family } from './registry.ts'

export const linkFailures = family('link', {
  'no-neighbour': { fault: 'network', exit: EXIT.tcp, rule: 'RFC 1122 2.3.2.2' },
})
