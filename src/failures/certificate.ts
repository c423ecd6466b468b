/**
 * Failures of the peer's certificate; they belong to the family `tls` because TLS reports them with an alert. Alerts
 * follow rustls, which follows OpenSSL and BoringSSL. `where` names the certificate or the field at fault and `at` its
 * bytes in that certificate.
 */
import { EXIT, family } from './registry.ts'

const chainFailures = family('tls', {
  'certificate-expired': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 45,
    rule: 'RFC 5280 6.1.3',
    others: { node: 'CERT_HAS_EXPIRED', curl: 60, openssl: 10, chrome: 'NET::ERR_CERT_DATE_INVALID' },
  },
  'certificate-not-yet': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 45,
    rule: 'RFC 5280 6.1.3',
    others: { node: 'CERT_NOT_YET_VALID', curl: 60, openssl: 9, chrome: 'NET::ERR_CERT_DATE_INVALID' },
  },
  'certificate-name': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 42,
    rule: 'RFC 9525 6.3',
    others: {
      node: 'ERR_TLS_CERT_ALTNAME_INVALID',
      curl: 60,
      openssl: 62,
      chrome: 'NET::ERR_CERT_COMMON_NAME_INVALID',
    },
  },
  'certificate-purpose': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 43,
    rule: 'RFC 5280 4.2.1.12',
    others: { node: 'INVALID_PURPOSE', curl: 60, openssl: 26 },
  },
  'certificate-untrusted': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 48,
    rule: 'RFC 5280 6.1',
    others: {
      node: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      curl: 60,
      openssl: 20,
      chrome: 'NET::ERR_CERT_AUTHORITY_INVALID',
    },
  },
  'certificate-self-signed': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 48,
    rule: 'RFC 5280 6.1',
    others: { node: 'DEPTH_ZERO_SELF_SIGNED_CERT', curl: 60, openssl: 18, chrome: 'NET::ERR_CERT_AUTHORITY_INVALID' },
  },
  'chain-incomplete': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 48,
    rule: 'RFC 5246 7.4.2',
    others: { node: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', curl: 60, openssl: 21 },
  },
  'certificate-signature': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 51,
    rule: 'RFC 5280 6.1.3',
    others: { node: 'CERT_SIGNATURE_FAILURE', curl: 60, openssl: 7 },
  },
  'certificate-algorithm': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 42,
    rule: 'RFC 9325 4.5',
    others: { node: 'CA_MD_TOO_WEAK', curl: 60, openssl: 68, chrome: 'NET::ERR_CERT_WEAK_SIGNATURE_ALGORITHM' },
  },
  'certificate-not-ca': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 48,
    rule: 'RFC 5280 6.1.4',
    others: { node: 'INVALID_CA', curl: 60, openssl: 24 },
  },
  'certificate-path-length': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 48,
    rule: 'RFC 5280 6.1.4',
    others: { node: 'PATH_LENGTH_EXCEEDED', openssl: 25 },
  },
  'certificate-constraint': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 42,
    rule: 'RFC 5280 4.2.1.10',
    others: { node: 'PERMITTED_SUBTREE_VIOLATION', openssl: 47, chrome: 'NET::ERR_CERT_NAME_CONSTRAINT_VIOLATION' },
  },
  'certificate-policy': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 42,
    rule: 'RFC 5280 6.1.5',
    others: { node: 'NO_EXPLICIT_POLICY', openssl: 43 },
  },
  'certificate-critical': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 42,
    rule: 'RFC 5280 4.2',
    others: { node: 'UNHANDLED_CRITICAL_EXTENSION', openssl: 34 },
  },
  'certificate-malformed': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 42,
    rule: 'RFC 5280 4.1',
    others: { chrome: 'NET::ERR_CERT_INVALID' },
  },
  'certificate-profile': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 5280 4' },
  'chain-too-complex': { fault: 'peer', exit: EXIT.certificate, alert: 42, rule: 'RFC 5280 6.1' },
})

/** Failures of our own authority's files. */
const authorityFailures = family('ca', {
  'key-readable': { fault: 'local', exit: EXIT.certificate },
  damaged: { fault: 'local', exit: EXIT.certificate },
  unusable: { fault: 'local', exit: EXIT.certificate },
  'trust-file': { fault: 'caller', exit: EXIT.usage },
})

export const certificateFailures: typeof chainFailures & typeof authorityFailures = {
  ...chainFailures,
  ...authorityFailures,
}
