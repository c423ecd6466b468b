/** What can go wrong between an ACME client and an authority (RFC 8555). */
import { EXIT, family } from './registry.ts'

export const acmeFailures = family('acme', {
  'no-directory': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 8555 7.1.1' },
  'bad-answer': { fault: 'peer', exit: EXIT.certificate, rule: 'RFC 8555 6' },
  refused: { fault: 'peer', exit: EXIT.certificate, rule: 'RFC 8555 6.7' },
  'terms-not-agreed': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 8555 7.3' },
  'external-account': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 8555 7.3.4' },
  'no-challenge': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 8555 7.5' },
  'challenge-failed': { fault: 'local', exit: EXIT.certificate, rule: 'RFC 8555 8' },
  'rate-limited': { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 8555 6.6' },
  'other-certificate': { fault: 'peer', exit: EXIT.certificate, rule: 'RFC 8555 7.4.2' },
  timeout: { fault: 'peer', exit: EXIT.timeout, rule: 'RFC 8555 7.4' },
})
