/** Why a capture file, or the end of one, is not read, and why none is made of what passes. Offsets are bytes from the beginning of the file. */
import { EXIT, family } from './registry.ts'

export const captureFailures = family('capture', {
  'not-a-capture': { fault: 'caller', exit: EXIT.usage, rule: 'draft-ietf-opsawg-pcapng 4.1' },
  'cut-short': { fault: 'caller', exit: EXIT.usage, rule: 'draft-ietf-opsawg-pcapng 3.1' },
  malformed: { fault: 'caller', exit: EXIT.usage, rule: 'draft-ietf-opsawg-pcapng 3.1' },
  'link-type-unknown': { fault: 'caller', exit: EXIT.usage, rule: 'draft-ietf-opsawg-pcaplinktype 2' },
  'too-much': { fault: 'caller', exit: EXIT.usage },
  'not-supported': { fault: 'local', exit: EXIT.usage },
  'not-allowed': { fault: 'caller', exit: EXIT.usage },
  'no-interface': { fault: 'caller', exit: EXIT.usage },
})
