/** Why a cookie was not kept, in words. */
import type { cookieFailures } from '../../failures/cookie.ts'
import type { Explanation, WordsOf } from '../words.ts'

const refused = (because: Explanation['says']): Explanation => ({
  title: 'The cookie was not kept.',
  says: f => `${f.where ?? 'The cookie'}: ${because(f)}.`,
})

const keptBack = (because: Explanation['says']): Explanation => ({
  title: 'The cookie was not sent.',
  says: f => `${f.where ?? 'The cookie'}: ${because(f)}.`,
})

export const cookieWords: WordsOf<typeof cookieFailures> = {
  'cookie/control-character': {
    ...refused(f => `it contains ${f.got ?? 'a control character'}`),
  },
  'cookie/empty': {
    ...refused(() => 'it has neither name nor value'),
  },
  'cookie/too-big': {
    ...refused(f => `name and value are longer than ${f.number ?? 4096} bytes`),
  },
  'cookie/other-domain': {
    ...refused(f => `${f.got ?? 'another host'} may not set cookies for ${f.expected ?? 'this domain'}`),
    because: ['The Domain attribute names a host that the answer did not come from.'],
  },
  'cookie/public-suffix': {
    ...refused(
      f => `everybody can have a name under ${f.expected ?? 'this domain'}, so nobody may set cookies for all of it`,
    ),
  },
  'cookie/secure-over-http': {
    ...refused(() => 'it is Secure, but the answer came over plain HTTP'),
  },
  'cookie/hides-secure': {
    ...refused(() => 'over plain HTTP it would replace a Secure cookie'),
  },
  'cookie/http-only-from-script': {
    ...refused(() => 'it is HttpOnly, and a script wants to set it'),
  },
  'cookie/hides-http-only': {
    ...refused(() => 'a script would replace an HttpOnly cookie'),
  },
  'cookie/cross-site': {
    ...refused(() => 'it is for the same site only, and another site made the request'),
  },
  'cookie/none-without-secure': {
    ...refused(() => 'SameSite=None needs Secure'),
  },
  'cookie/secure-prefix': {
    ...refused(() => 'a name that begins with __Secure- needs Secure'),
  },
  'cookie/host-prefix': {
    ...refused(() => 'a name that begins with __Host- needs Secure, Path=/ and no Domain'),
  },
  'cookie/nameless-prefix': {
    ...refused(() => 'it has no name, and its value pretends to be a prefixed one'),
  },
  'cookie/partitioned-without-secure': {
    ...refused(() => 'Partitioned needs Secure'),
  },
  'cookie/only-over-tls': {
    ...keptBack(() => 'it is Secure, and the request goes over plain HTTP'),
  },
  'cookie/only-same-site': {
    ...keptBack(() => 'it is for the same site only, and another site makes the request'),
  },
  'cookie/only-in-partition': {
    ...keptBack(f => `it is for pages of ${f.expected ?? 'another site'} only, where it was set`),
  },
  'cookie/bad-outgoing': {
    title: 'This cookie cannot be sent.',
    says: f => `${f.where ?? 'A part of it'} contains ${f.got ?? 'what is not allowed there'}.`,
  },
}
