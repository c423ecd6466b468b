/**
 * Failures of the peer's certificate; they belong to the family `tls` because TLS reports them with an alert. Alerts
 * follow rustls, which follows OpenSSL and BoringSSL. `where` names the certificate or the field at fault and `at` its
 * bytes in that certificate.
 */
import { EXIT, family } from './registry.ts'

const chainFailures = family('tls', {
  'certificate-expired': { fault: 'peer', exit: EXIT.certificate, alert: 45, rule: 'RFC 5280 6.1.3' },
  'certificate-not-yet': { fault: 'peer', exit: EXIT.certificate, alert: 45, rule: 'RFC 5280 6.1.3' },
  'certificate-name': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 9525 6.3' },
  'certificate-purpose': { fault: 'peer', exit: EXIT.certificate, alert: 43, rule: 'RFC 5280 4.2.1.12' },
  'certificate-key-usage': { fault: 'peer', exit: EXIT.certificate, alert: 43, rule: 'RFC 5280 4.2.1.3' },
  'certificate-untrusted': { fault: 'peer', exit: EXIT.certificate, alert: 48, rule: 'RFC 5280 6.1' },
  'certificate-distrusted': { fault: 'peer', exit: EXIT.certificate, alert: 48, rule: 'RFC 5937 3' },
  'key-untrusted': { fault: 'peer', exit: EXIT.certificate, alert: 46, rule: 'RFC 7250 5' },
  'certificate-self-signed': { fault: 'peer', exit: EXIT.certificate, alert: 48, rule: 'RFC 5280 6.1' },
  'chain-incomplete': { fault: 'peer', exit: EXIT.certificate, alert: 48, rule: 'RFC 5246 7.4.2' },
  'certificate-signature': { fault: 'peer', exit: EXIT.certificate, alert: 51, rule: 'RFC 5280 6.1.3' },
  'certificate-algorithm': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 9325 4.5' },
  'certificate-not-ca': { fault: 'peer', exit: EXIT.certificate, alert: 48, rule: 'RFC 5280 6.1.4' },
  'certificate-path-length': { fault: 'peer', exit: EXIT.certificate, alert: 48, rule: 'RFC 5280 6.1.4' },
  'certificate-constraint': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 5280 4.2.1.10' },
  'certificate-policy': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 5280 6.1.5' },
  'certificate-critical': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 5280 4.2' },
  'certificate-malformed': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 5280 4.1' },
  'certificate-profile': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 5280 4' },
  'certificate-revoked': { fault: 'peer', exit: EXIT.certificate, alert: 44, rule: 'RFC 5280 6.3.3' },
  'revocation-unknown': { fault: 'peer', exit: EXIT.certificate, alert: 46, rule: 'RFC 5280 6.3.3' },
  'staple-missing': { fault: 'peer', exit: EXIT.certificate, alert: 113, rule: 'RFC 7633 4.2.3.1' },
  'transparency-missing': { fault: 'peer', exit: EXIT.certificate, alert: 46, rule: 'RFC 6962 5.2' },
  'chain-too-complex': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 5280 6.1' },
})

/** Failures of our own authority's files. */
const authorityFailures = family('ca', {
  'key-readable': { fault: 'local', exit: EXIT.certificate },
  damaged: { fault: 'local', exit: EXIT.certificate },
  unusable: { fault: 'local', exit: EXIT.certificate },
  none: { fault: 'caller', exit: EXIT.usage },
  'trust-file': { fault: 'caller', exit: EXIT.usage },
  'log-list': { fault: 'caller', exit: EXIT.usage },
  crlite: { fault: 'caller', exit: EXIT.usage },
  store: { fault: 'local', exit: EXIT.certificate },
  refused: { fault: 'caller', exit: EXIT.certificate, rule: 'RFC 5280 6.1' },
})

export const certificateFailures: typeof chainFailures & typeof authorityFailures = {
  ...chainFailures,
  ...authorityFailures,
}
