import { EXIT, family } from './registry.ts'

export const tlsFailures = family('tls', {
  'not-tls': {
    fault: 'peer',
    exit: EXIT.tls,
    title: 'The other side does not speak TLS here.',
    says: f => `The first bytes of the answer are ${f.got ?? 'no TLS record'}.`,
    because: ['The port speaks plain HTTP.', 'A proxy answered in clear text.'],
    rule: 'RFC 5246 6.2.1',
    others: { openssl: '0A00010B wrong version number', curl: 35 },
  },
})
