/** Trusted certificates by subject. A store reads only their subjects until somebody asks for one by name. */
import { Der, DerError, TAG } from '../asn1/der.ts'
import type { Bytes } from '../engine.ts'
import { sameOctets } from '../wire/bytes.ts'
import { Certificate, parseCertificate } from './certificate.ts'
import { readName } from './distinguished-name.ts'
import type { TrustStore } from './types.ts'

/** A store of these certificates, DER. What is no certificate is left out: a system's bundle must not fail as a whole. */
export const trustStore = (certificates: readonly Bytes[]): TrustStore => {
  let index: Map<string, Bytes[]> | undefined
  const parsed = new Map<string, readonly Certificate[]>()
  const bySubject = (key: string): readonly Certificate[] => {
    const known = parsed.get(key)
    if (known !== undefined) return known
    index ??= indexOf(certificates)
    const found = index.get(key)
    if (found === undefined) return []
    const anchors = distinct(found.map(parseCertificate).filter(one => one instanceof Certificate))
    parsed.set(key, anchors)
    return anchors
  }
  return {
    bySubject,
    find(der) {
      const key = subjectKeyOf(der)
      return key === undefined ? undefined : bySubject(key).find(anchor => sameOctets(anchor.der, der))
    },
    size: certificates.length,
  }
}

const indexOf = (certificates: readonly Bytes[]): Map<string, Bytes[]> => {
  const index = new Map<string, Bytes[]>()
  for (const der of certificates) {
    const key = subjectKeyOf(der)
    if (key === undefined) continue
    const same = index.get(key)
    if (same === undefined) index.set(key, [der])
    else same.push(der)
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

const distinct = (certificates: readonly Certificate[]): readonly Certificate[] =>
  certificates.length < 2
    ? certificates
    : certificates.filter((one, i) => certificates.findIndex(other => other.identity === one.identity) === i)

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
