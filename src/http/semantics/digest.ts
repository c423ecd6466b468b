/**
 * Digest (RFC 7616): a password is proved and not sent. Both sides, pure: randomness and hashes come from the provider, the
 * time from whoever asks. MD5 is for servers that know nothing else, and answered to by those alone who say so.
 */
import type { CryptoProvider, Hash } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { hexText } from '../../wire/bytes.ts'

/** RFC 7616 6.1, the best first. */
export const DIGEST_ALGORITHMS = [
  'SHA-512-256',
  'SHA-512-256-sess',
  'SHA-256',
  'SHA-256-sess',
  'MD5',
  'MD5-sess',
] as const

export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number]

const HASHES = {
  'SHA-512-256': 'sha512-256',
  'SHA-512-256-sess': 'sha512-256',
  'SHA-256': 'sha256',
  'SHA-256-sess': 'sha256',
  MD5: 'md5',
  'MD5-sess': 'md5',
} as const

export const isMd5 = (algorithm: DigestAlgorithm): boolean => HASHES[algorithm] === 'md5'

type Hashing = Pick<CryptoProvider, 'hash'>

const utf8 = new TextEncoder()

/** For what comes in pieces; `digestHash` for what is there. */
export const hashOf = ({ hash }: Hashing, algorithm: DigestAlgorithm): Hash => hash(HASHES[algorithm])

/** H of RFC 7616 3.3, in hex. */
export const digestHash = (crypto: Hashing, algorithm: DigestAlgorithm, data: string | Bytes): string =>
  hexText(
    hashOf(crypto, algorithm)
      .update(typeof data === 'string' ? utf8.encode(data) : data)
      .digest(),
  )

export interface DigestFacts {
  readonly algorithm: DigestAlgorithm
  readonly user: string
  readonly realm: string
  readonly password: string
  readonly nonce: string
  readonly method: string
  readonly uri: string
  /** Undefined: as RFC 2069 had it, which only servers with MD5 want. */
  readonly qop: 'auth' | 'auth-int' | undefined
  readonly nc: string
  readonly cnonce: string
  /** For auth-int: the body, or H of it in hex. */
  readonly body: Bytes | string | undefined
}

/** RFC 7616 3.4.1 to 3.4.3: the value of `response`; with the method '' that of `rspauth` (3.5). */
export const digestResponse = (crypto: Hashing, facts: DigestFacts): string => {
  const { algorithm, user, realm, password, nonce, method, uri, qop, nc, cnonce, body } = facts
  const h = (data: string | Bytes): string => digestHash(crypto, algorithm, data)
  const secret = h(`${user}:${realm}:${password}`)
  const a1 = algorithm.endsWith('-sess') ? h(`${secret}:${nonce}:${cnonce}`) : secret
  const a2 = h(`${method}:${uri}${qop === 'auth-int' ? `:${typeof body === 'string' ? body : h(body ?? '')}` : ''}`)
  return h(qop === undefined ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`)
}

/** The algorithm that a challenge or credentials name; undefined for one that is not known here. */
export const algorithmIn = (parameters: ReadonlyMap<string, string>): DigestAlgorithm | undefined => {
  const said = (parameters.get('algorithm') ?? 'MD5').toUpperCase()
  return DIGEST_ALGORITHMS.find(known => known.toUpperCase() === said)
}
