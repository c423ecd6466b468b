/**
 * The list of signatures in OpenSSL's language (`sigalgs`): `RSA-PSS+SHA256:ECDSA+SHA256:ed25519`, or the names of IANA. It
 * says what is taken of the other side, and what our own keys sign with.
 */
import type { OwnCertificate } from '../../net/stream/credentials.ts'
import { type Scheme, schemeById, schemes } from '../../tls/schemes.table.ts'
import { badValue, unsupported } from './errors.ts'

const KINDS: Readonly<Record<Scheme['algorithm']['key'], string>> = {
  'rsa-pss': 'RSA-PSS',
  'rsa-pkcs1': 'RSA',
  ecdsa: 'ECDSA',
  ed25519: 'Ed25519',
}

/** What `getSharedSigalgs` calls it; one name is for keys with and without a restriction to PSS. */
export const sharedName = (id: number): string => {
  const { key, hash } = schemeById(id)!.algorithm
  return `${KINDS[key]}+${hash?.toUpperCase() ?? 'UNDEF'}`
}

/** What OpenSSL knows and we do not: it adds nothing, as a suite that nobody has in `ciphers`. */
const ELSEWHERE =
  /^(?:(?:RSA|RSA-PSS|PSS|ECDSA|DSA)\+SHA(?:1|224|256|384|512)|ed448|mldsa(?:44|65|87)|(?:rsa_pkcs1|ecdsa|dsa)_sha(?:1|224|256|384|512)|ecdsa_brainpoolP\d{3}r1(?:tls13)?_sha\d{3})$/i

/** IANA numbers. Throws `TlsError` for a word that is no signature, unless `?` is before it, and where nothing is left. */
export const schemesNamed = (list: string): readonly number[] => {
  const found = new Set<number>()
  for (const word of list.split(':')) {
    const name = word.replace(/^\?/, '')
    const scheme = schemeNamed(name)
    if (scheme !== undefined) found.add(scheme.id)
    else if (word === name && !ELSEWHERE.test(name))
      throw badValue('sigalgs', `${JSON.stringify(word)} is no signature`)
  }
  if (found.size > 0) return [...found]
  throw unsupported(`sigalgs ${list}`, `it is of ${schemes.map(({ name }) => name).join(', ')}`)
}

/** The first of its name, as with OpenSSL: `RSA-PSS+SHA256` is for keys that sign otherwise too. */
const schemeNamed = (word: string): Scheme | undefined => {
  const name = word.toLowerCase().replace(/^pss\+/, 'rsa-pss+')
  return schemes.find(scheme => scheme.name === name || sharedName(scheme.id).toLowerCase() === name)
}

/** The same with keys that sign with these alone, and with the first of them that the other side takes. */
export const signingWith = (own: readonly OwnCertificate[], chosen: readonly number[]): readonly OwnCertificate[] =>
  own.map(({ certified, certificates }) => ({
    certified: { ...certified, schemes: chosen.filter(id => certified.schemes.includes(id)) },
    certificates,
  }))

/** What both sides take, in the order of `first`. */
export const inCommon = (first: readonly number[], second: readonly number[]): readonly number[] =>
  first.filter(id => second.includes(id))

export const allSchemes: readonly number[] = schemes.map(({ id }) => id)
