/** Subresource integrity (W3C SRI, 3.3): the digests that a body may have, and whether it has one of them. */
import type { HashName } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'

interface Digest {
  readonly hash: HashName
  /** Base64, with the usual alphabet and without padding. */
  readonly value: string
}

/** Weakest first. */
const HASHES: readonly HashName[] = ['sha256', 'sha384', 'sha512']

/** More than anything that is digested whole needs; a body that is checked is kept until then. */
export const MOST_CHECKED = 256 * 1024 * 1024

/** The digests of the strongest hash among them; none: anything will do (SRI 3.3.2, unknown hashes count for nothing). */
export const integrityOf = (metadata: string): readonly Digest[] => {
  if (metadata === '') return []
  const digests = metadata.split(/[\t\n\f\r ]+/).flatMap((each): Digest[] => {
    // What no digest looks like is one all the same, which no body has: whoever asked for a check gets none that passes.
    const [, hash = '', value = ''] = /^(sha256|sha384|sha512)-([^?]+?)={0,2}(?:\?.*)?$/i.exec(each) ?? []
    const known = HASHES.find(name => name === hash.toLowerCase())
    return known === undefined ? [] : [{ hash: known, value: value.replaceAll('-', '+').replaceAll('_', '/') }]
  })
  const strongest = HASHES.findLast(hash => digests.some(digest => digest.hash === hash))
  return digests.filter(digest => digest.hash === strongest)
}

/** Undefined when one of `digests`, which are of one hash, is that of `body`. */
export const integrityFailure = (
  digests: readonly Digest[],
  body: Bytes,
  digest: (hash: HashName, bytes: Bytes) => Bytes,
): Failure | undefined => {
  const hash = digests[0]?.hash
  if (hash === undefined) return undefined
  const got = base64(digest(hash, body))
  if (digests.some(({ value }) => value === got)) return undefined
  return fail('net/integrity-mismatch', { where: hash, got, expected: digests.map(({ value }) => value).join(' ') })
}

const base64 = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes)).replace(/=+$/, '')
