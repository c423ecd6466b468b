/** Why a file or a message with certificates, requests or keys in it is not taken. */
import { EXIT, family } from './registry.ts'

export const fileFailures = family('file', {
  malformed: { fault: 'caller', exit: EXIT.certificate, rule: 'X.690 10' },
  'password-needed': { fault: 'caller', exit: EXIT.certificate },
  'password-wrong': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 8018 6.2.2' },
  'cipher-unsupported': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 8018 6.2' },
  'too-much-work': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 8018 4.2' },
  'request-signature': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 2986 4.2' },
})
