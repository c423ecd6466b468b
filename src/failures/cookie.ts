/** Why a cookie was not kept. Each is a verdict in the trace; none stops the exchange. */
import { EXIT, family } from './registry.ts'

const refused = { fault: 'peer', exit: EXIT.http } as const

export const cookieFailures = family('cookie', {
  'control-character': { ...refused, rule: 'RFC 6265bis 5.6' },
  empty: { ...refused, rule: 'RFC 6265bis 5.6' },
  'too-big': { ...refused, rule: 'RFC 6265bis 5.6' },
  'other-domain': { ...refused, rule: 'RFC 6265bis 5.7' },
  'public-suffix': { ...refused, rule: 'RFC 6265bis 5.7' },
  'secure-over-http': { ...refused, rule: 'RFC 6265bis 5.7' },
  'hides-secure': { ...refused, rule: 'RFC 6265bis 5.7' },
  'http-only-from-script': { ...refused, rule: 'RFC 6265bis 5.7' },
  'hides-http-only': { ...refused, rule: 'RFC 6265bis 5.7' },
  'cross-site': { ...refused, rule: 'RFC 6265bis 5.7' },
  'none-without-secure': { ...refused, rule: 'RFC 6265bis 5.7' },
  'secure-prefix': { ...refused, rule: 'RFC 6265bis 5.7' },
  'host-prefix': { ...refused, rule: 'RFC 6265bis 5.7' },
  'nameless-prefix': { ...refused, rule: 'RFC 6265bis 5.7' },
  'partitioned-without-secure': { ...refused, rule: 'CHIPS 2.1' },
  'only-over-tls': { ...refused, rule: 'RFC 6265bis 5.8.3' },
  'only-same-site': { ...refused, rule: 'RFC 6265bis 5.8.3' },
  'only-in-partition': { ...refused, rule: 'CHIPS 2.2' },
  'bad-outgoing': { fault: 'caller', exit: EXIT.http, rule: 'RFC 6265bis 4.1.1' },
})
