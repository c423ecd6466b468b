/** What a peer showed, parsed, and in which order its certificates are worth a try as issuers. */
import { type Failure, fail } from '../../failures/index.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { Certificate, malformedUnless } from '../certificate/certificate.ts'
import { outOfDate } from './fitness.ts'

/** Certificates that a peer may send: public chains have at most ten. */
export const MAX_CHAIN_CERTIFICATES = 128

/** Other certificates than the leaf that cannot be read are as if they had not been sent. */
export interface ShownChain {
  readonly leaf: Certificate | Failure
  /** The others, by `DistinguishedName.key` of their subjects. */
  readonly pool: ReadonlyMap<string, readonly Certificate[]>
  readonly unreadable: readonly Failure[]
}

export const readChain = (chain: readonly Uint8Array[]): ShownChain => {
  const readable: Certificate[] = []
  const unreadable: Failure[] = []
  const only = (leaf: Certificate | Failure): ShownChain => ({ leaf, pool: poolOf(readable), unreadable })
  if (chain.length > MAX_CHAIN_CERTIFICATES)
    return only(fail('tls/chain-too-complex', { number: MAX_CHAIN_CERTIFICATES, got: 'certificates' }))
  const [first, ...others] = chain
  if (first === undefined)
    return only(fail('tls/certificate-malformed', { where: 'chain', got: 'holds no certificate' }))
  const leaf = malformedUnless(() => new Certificate(first, 0).decodeAll(), undefined, 0)
  if (!(leaf instanceof Certificate)) return only(leaf)
  for (const [i, der] of others.entries()) {
    const certificate = malformedUnless(() => new Certificate(der, i + 1), undefined, i + 1)
    if (certificate instanceof Certificate) readable.push(certificate)
    else unreadable.push(certificate)
  }
  return only(leaf)
}

/** Certificates by `DistinguishedName.key` of their subjects, each once. */
export const poolOf = (certificates: readonly Certificate[]): ShownChain['pool'] => {
  const pool = new Map<string, Certificate[]>()
  for (const certificate of certificates) {
    const same = pool.get(certificate.subject.key)
    if (same === undefined) pool.set(certificate.subject.key, [certificate])
    else if (!same.some(other => other.identity === certificate.identity)) same.push(certificate)
  }
  return pool
}

/** RFC 4158 5.2: the same name and key a second time on a path adds nothing and may go round in a circle. */
export const sameAuthority = (a: Certificate, b: Certificate): boolean =>
  a.keyIdentity === b.keyIdentity && a.subject.key === b.subject.key

/** Issuers whose key identifier fits and whose dates hold first (RFC 4158 3.5); most often the first one is it. */
export const byLikelihood = <T>(
  issuers: readonly T[],
  child: Certificate,
  at: number,
  of: (issuer: T) => Certificate,
): readonly T[] => {
  if (issuers.length < 2) return issuers
  const wanted = keyIdOf(() => child.extension('authorityKeyIdentifier')?.keyIdentifier)
  const score = (issuer: Certificate): number => {
    const own = keyIdOf(() => issuer.extension('subjectKeyIdentifier'))
    const key = wanted === undefined || own === undefined ? 1 : sameOctets(wanted, own) ? 0 : 4
    return key + (outOfDate(issuer, at) === undefined ? 0 : 2)
  }
  return issuers
    .map(issuer => ({ issuer, order: score(of(issuer)) }))
    .sort((a, b) => a.order - b.order)
    .map(({ issuer }) => issuer)
}

/** A malformed identifier is no help in choosing; it is refused when its certificate is used. */
const keyIdOf = (read: () => Uint8Array | undefined): Uint8Array | undefined => {
  const value = malformedUnless(read)
  return value instanceof Uint8Array ? value : undefined
}
