/**
 * HMAC (RFC 2104) of Node's hashes. An object of `createHmac` costs more than its arithmetic, and the key schedule of one
 * handshake makes two dozen; two hashes in one call each leave none behind. Whatever depends on the key's bytes here is
 * done alike for all of them.
 */
import { createHmac } from 'node:crypto'
import type { HashName } from '../crypto/provider.ts'
import { joined, plain } from '../wire/bytes.ts'
import { hashAtOnce } from './digest.ts'

/** Bytes of a block of the hash. */
const BLOCK: Readonly<Record<HashName, number>> = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 }
const LONGEST_BLOCK = 128
const LONGEST_HASH = 64
/** Longer messages are hashed in pieces, by an object. */
const MOST_AT_ONCE = 1024

const INNER = 0x36
const OUTER = 0x5c

/** The key's block with the message behind it, and with the inner hash behind it; wiped after each use. */
const inner = new Uint8Array(LONGEST_BLOCK + MOST_AT_ONCE)
const outer = Buffer.alloc(LONGEST_BLOCK + LONGEST_HASH)

/** Their first bytes, by how many: a view costs as much as hashing what it shows, and a key schedule has few lengths. */
const innerViews: Uint8Array[] = []
const outerViews: Uint8Array[] = []
const first = (whole: Uint8Array, views: Uint8Array[], length: number): Uint8Array =>
  (views[length] ??= new Uint8Array(whole.buffer, whole.byteOffset, length))

export const hmac = (name: HashName, key: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array => {
  let length = 0
  for (const piece of data) length += piece.length
  if (hashAtOnce === undefined || length > MOST_AT_ONCE || key.length > BLOCK[name])
    return plain(
      createHmac(name, key)
        .update(data.length === 1 ? data[0]! : joined(data))
        .digest(),
    )
  const block = BLOCK[name]
  for (let i = 0; i < key.length; i++) {
    inner[i] = key[i]! ^ INNER
    outer[i] = key[i]! ^ OUTER
  }
  inner.fill(INNER, key.length, block)
  outer.fill(OUTER, key.length, block)
  let end = block
  for (const piece of data) {
    inner.set(piece, end)
    end += piece.length
  }
  // As text, which costs half of what an array does: without the key it is of no use to anybody.
  const size = outer.write(hashAtOnce(name, first(inner, innerViews, end), 'binary'), block, 'latin1')
  const made = plain(hashAtOnce(name, first(outer, outerViews, block + size), 'buffer'))
  inner.fill(0, 0, end)
  outer.fill(0, 0, block + size)
  return made
}
