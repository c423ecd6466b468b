/** Bytes that somebody pasted, and files of keys: what of them cannot be read. */
import { EXIT, family } from './registry.ts'

export const decodeFailures = family('decode', {
  unknown: { fault: 'caller', exit: EXIT.check },
  'too-long': { fault: 'caller', exit: EXIT.usage },
  'not-written': { fault: 'caller', exit: EXIT.usage },
  'no-secrets': { fault: 'caller', exit: EXIT.check, rule: 'RFC 9850 2' },
})
