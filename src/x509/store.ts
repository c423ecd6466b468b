/** Trusted certificates by subject. Each is parsed once, when a name is first looked for. */
import type { Bytes } from '../engine.ts'
import { Certificate, parseCertificate } from './certificate.ts'
import type { TrustStore } from './types.ts'

/** A store of these certificates, DER. What is no certificate is left out: a system's bundle must not fail as a whole. */
export const trustStore = (certificates: readonly Bytes[]): TrustStore => {
  let index: Map<string, Certificate[]> | undefined
  const build = (): Map<string, Certificate[]> => {
    const map = new Map<string, Certificate[]>()
    for (const der of certificates) {
      const certificate = parseCertificate(der)
      if (!(certificate instanceof Certificate)) continue
      const same = map.get(certificate.subject.key)
      if (same === undefined) map.set(certificate.subject.key, [certificate])
      else if (!same.some(other => equal(other.der, der))) same.push(certificate)
    }
    return map
  }
  const bySubject = (key: string): readonly Certificate[] => {
    index ??= build()
    return index.get(key) ?? []
  }
  return {
    bySubject,
    find(der) {
      const certificate = parseCertificate(der)
      if (!(certificate instanceof Certificate)) return undefined
      return bySubject(certificate.subject.key).find(anchor => equal(anchor.der, der))
    },
    size: certificates.length,
  }
}

/** Several stores as one: the system's and our own authority. */
export const joinStores = (...stores: readonly TrustStore[]): TrustStore => ({
  bySubject: key => stores.flatMap(store => store.bySubject(key)),
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

const equal = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((octet, i) => octet === b[i])
