/** Trusted certificates by subject. A store reads only their subjects until somebody asks for one by name. */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import type { Bytes } from '../../engine.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { Certificate, malformedUnless } from '../certificate/certificate.ts'
import { readName } from '../certificate/distinguished-name.ts'
import type { Anchor, TrustStore } from './anchor.ts'

/** A certificate to trust, DER, and how far: for everything where nothing is said. */
export interface AnchorToTrust extends Partial<Omit<Anchor, 'certificate'>> {
  readonly certificate: Bytes
}

/**
 * A store of these certificates, DER. What is no certificate is left out: a system's bundle must not fail as a whole.
 * `source`: where those came from that do not say it themselves. Throws RangeError for a `distrustAfter` that is no date.
 */
export const trustStore = (certificates: readonly (Bytes | AnchorToTrust)[], source?: string): TrustStore => {
  for (const given of certificates)
    if ('distrustAfter' in given && !Number.isFinite(given.distrustAfter ?? 0))
      throw new RangeError(`distrustAfter must be a finite number, not ${given.distrustAfter}`)
  let index: Map<string, AnchorToTrust[]> | undefined
  const parsed = new Map<string, readonly Anchor[]>()
  const bySubject = (key: string): readonly Anchor[] => {
    const known = parsed.get(key)
    if (known !== undefined) return known
    index ??= indexOf(certificates)
    const found = index.get(key)
    if (found === undefined) return []
    const anchors = distinct(found.flatMap(given => anchorOf(given, source)))
    parsed.set(key, anchors)
    return anchors
  }
  return {
    bySubject,
    find(der) {
      const key = subjectKeyOf(der)
      return key === undefined ? undefined : bySubject(key).find(({ certificate }) => sameOctets(certificate.der, der))
    },
    size: certificates.length,
  }
}

const anchorOf = (given: AnchorToTrust, otherwise: string | undefined): readonly Anchor[] => {
  const certificate = malformedUnless(() => new Certificate(given.certificate, 'anchor'))
  if (!(certificate instanceof Certificate)) return []
  const { purposes, constraints, distrustAfter, source = otherwise } = given
  return [{ certificate, purposes, constraints, distrustAfter, source }]
}

const indexOf = (certificates: readonly (Bytes | AnchorToTrust)[]): Map<string, AnchorToTrust[]> => {
  const index = new Map<string, AnchorToTrust[]>()
  for (const given of certificates) {
    const anchor = given instanceof Uint8Array ? { certificate: given } : given
    const key = subjectKeyOf(anchor.certificate)
    if (key === undefined) continue
    const same = index.get(key)
    if (same === undefined) index.set(key, [anchor])
    else same.push(anchor)
  }
  return index
}

/** The subject without a look at the rest; undefined when there is none to be found. */
const subjectKeyOf = (der: Bytes): string | undefined => {
  try {
    const tbs = new Der(der).inside(TAG.sequence, 'certificate').inside(TAG.sequence, 'tbsCertificate')
    tbs.optional(0xa0, 'version')
    for (const field of ['serialNumber', 'signature', 'issuer', 'validity']) tbs.any(field)
    return readName(tbs, 'subject').key
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** Without those that a certificate further up in the list already stands for; who is trusted twice is trusted as far as either says. */
const distinct = (anchors: readonly Anchor[]): readonly Anchor[] =>
  anchors.length < 2
    ? anchors
    : anchors.filter(
        (one, i) => anchors.findIndex(other => isSame(other, one) && (isUnlimited(other) || other === one)) === i,
      )

const isSame = (a: Anchor, b: Anchor): boolean => a.certificate.identity === b.certificate.identity

const isUnlimited = ({ purposes, constraints, distrustAfter }: Anchor): boolean =>
  purposes === undefined && constraints === undefined && distrustAfter === undefined

/** Several stores as one: the system's and our own authority. */
export const joinStores = (...stores: readonly TrustStore[]): TrustStore => ({
  bySubject: key => distinct(stores.flatMap(store => store.bySubject(key))),
  find: der => {
    for (const store of stores) {
      const found = store.find(der)
      if (found !== undefined) return found
    }
    return undefined
  },
  get size() {
    return stores.reduce((sum, store) => sum + store.size, 0)
  },
})
