/**
 * A hash in one call. An object of `createHash` costs little until it is collected: each is one of C++ beside the one of
 * JavaScript, and a handshake asks for the hash of its transcript six times.
 */
import crypto, { createHash } from 'node:crypto'
import type { HashName } from '../crypto/provider.ts'
import { plain } from '../wire/bytes.ts'

/** Not where `node:crypto` is only imitated. */
export const hashAtOnce = (crypto as Partial<Pick<typeof crypto, 'hash'>>).hash

/** Longer messages are hashed in pieces, by an object. */
const MOST_AT_ONCE = 4096

/** Wiped after each use: keys of PKCS#12 are derived from passwords here. */
const scratch = new Uint8Array(MOST_AT_ONCE)

export const digest = (name: HashName, ...data: readonly Uint8Array[]): Uint8Array => {
  let length = 0
  for (const piece of data) length += piece.length
  if (hashAtOnce === undefined || length > MOST_AT_ONCE) {
    const hash = createHash(name)
    for (const piece of data) hash.update(piece)
    return plain(hash.digest())
  }
  let at = 0
  for (const piece of data) {
    scratch.set(piece, at)
    at += piece.length
  }
  const made = plain(hashAtOnce(name, scratch.subarray(0, length), 'buffer'))
  scratch.fill(0, 0, length)
  return made
}
