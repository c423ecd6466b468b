import { EXIT, family } from './registry.ts'

/** Failures of the peer's certificate; they belong to the family `tls` because TLS reports them with an alert. */
export const certificateFailures = family('tls', {
  'certificate-expired': {
    fault: 'peer',
    exit: EXIT.certificate,
    alert: 45,
    title: 'The certificate is out of date.',
    says: f => `It was valid until ${f.expected ?? '?'}; now it is ${f.got ?? '?'}.`,
    because: ['It was not renewed.', 'The clock of this machine is wrong.'],
    rule: 'RFC 5280 6.1.3',
    others: { node: 'CERT_HAS_EXPIRED', curl: 60, openssl: 10, chrome: 'NET::ERR_CERT_DATE_INVALID' },
  },
})
