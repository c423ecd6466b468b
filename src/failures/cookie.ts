/** Why a cookie was not kept. Each is a verdict in the trace; none stops the exchange. */
import { EXIT, type FailureEntry, family } from './registry.ts'

const refused = (because: FailureEntry['says'], rule: string, more: Partial<FailureEntry> = {}): FailureEntry => ({
  fault: 'peer',
  exit: EXIT.http,
  title: 'The cookie was not kept.',
  says: f => `${f.where ?? 'The cookie'}: ${because(f)}.`,
  rule,
  ...more,
})

export const cookieFailures = family('cookie', {
  'control-character': refused(f => `it contains ${f.got ?? 'a control character'}`, 'RFC 6265bis 5.6'),
  empty: refused(() => 'it has neither name nor value', 'RFC 6265bis 5.6'),
  'too-big': refused(f => `name and value are longer than ${f.number ?? 4096} bytes`, 'RFC 6265bis 5.6'),
  'other-domain': refused(
    f => `${f.got ?? 'another host'} may not set cookies for ${f.expected ?? 'this domain'}`,
    'RFC 6265bis 5.7',
    { because: ['The Domain attribute names a host that the answer did not come from.'] },
  ),
  'public-suffix': refused(
    f => `everybody can have a name under ${f.expected ?? 'this domain'}, so nobody may set cookies for all of it`,
    'RFC 6265bis 5.7',
  ),
  'secure-over-http': refused(() => 'it is Secure, but the answer came over plain HTTP', 'RFC 6265bis 5.7', {
    tryThis: f => (f.got === undefined ? [] : [`barewire get https://${f.got}/`]),
  }),
  'hides-secure': refused(() => 'over plain HTTP it would replace a Secure cookie', 'RFC 6265bis 5.7'),
  'http-only-from-script': refused(() => 'it is HttpOnly, and a script wants to set it', 'RFC 6265bis 5.7'),
  'hides-http-only': refused(() => 'a script would replace an HttpOnly cookie', 'RFC 6265bis 5.7'),
  'cross-site': refused(() => 'it is for the same site only, and another site made the request', 'RFC 6265bis 5.7'),
  'none-without-secure': refused(() => 'SameSite=None needs Secure', 'RFC 6265bis 5.7', {
    others: { chrome: 'SameSite=None without Secure' },
  }),
  'secure-prefix': refused(() => 'a name that begins with __Secure- needs Secure', 'RFC 6265bis 5.7'),
  'host-prefix': refused(() => 'a name that begins with __Host- needs Secure, Path=/ and no Domain', 'RFC 6265bis 5.7'),
  'nameless-prefix': refused(() => 'it has no name, and its value pretends to be a prefixed one', 'RFC 6265bis 5.7'),
  'bad-outgoing': {
    fault: 'caller',
    exit: EXIT.http,
    title: 'This cookie cannot be sent.',
    says: f => `${f.where ?? 'A part of it'} contains ${f.got ?? 'what is not allowed there'}.`,
    rule: 'RFC 6265bis 4.1.1',
  },
})
