/**
 * RSA with public keys, over BigInt: signatures verified (RFC 8017 8.1.2, 8.2.2) with both paddings, and encryption. The
 * exponent is public, so that the number of steps tells nobody anything; where it is secret, nothing is done here.
 */
import type { HashName } from '../crypto/provider.ts'
import { hexText, joined } from '../wire/bytes.ts'

export interface RsaPublicKey {
  /** Without leading zeros, most significant octet first. */
  readonly modulus: Uint8Array
  readonly exponent: Uint8Array
}

/** A hash as these paddings use it: all at once. */
export type Digest = (...data: readonly Uint8Array[]) => Uint8Array

/** As OpenSSL has it: verification with a larger one takes longer than anybody waits. */
const MAX_MODULUS_BITS = 16_384
/**
 * OpenSSL has this bound only for moduli above 3072 bits; here an exponent of that size takes 0.2 s, which a hostile chain
 * would take from a page again and again. Go takes 31 bits and everybody uses 17.
 */
const MAX_EXPONENT_BITS = 64

/** RFC 8017 9.2, note 1: the DigestInfo in front of each hash. */
const DIGEST_INFO: Readonly<Record<HashName, readonly number[]>> = {
  sha1: [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14],
  sha256: [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 0x05, 0x00, 0x04, 0x20],
  sha384: [0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 0x05, 0x00, 0x04, 0x30],
  sha512: [0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, 0x05, 0x00, 0x04, 0x40],
}

/** RFC 8017 3.1: both numbers are odd, and the exponent is at least 3; with 1, every number would sign itself. */
export const isUsable = ({ modulus, exponent }: RsaPublicKey): boolean => {
  const bits = bitLength(modulus)
  if (bits > MAX_MODULUS_BITS || bitLength(exponent) > MAX_EXPONENT_BITS) return false
  return (modulus.at(-1)! & 1) === 1 && (exponent.at(-1)! & 1) === 1 && bitLength(exponent) > 1
}

/** RFC 8017 8.2.2 (RSASSA-PKCS1-v1_5): the padding is made anew and compared whole, so that nothing in it is parsed. */
export const verifyPkcs1 = (
  key: RsaPublicKey,
  hash: HashName,
  digest: Digest,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  const encoded = opened(key, signature, key.modulus.length)
  const info = joined([Uint8Array.from(DIGEST_INFO[hash]), digest(message)])
  const padding = key.modulus.length - info.length - 3
  if (encoded === undefined || padding < 8) return false
  const expected = joined([Uint8Array.of(0, 1), new Uint8Array(padding).fill(0xff), Uint8Array.of(0), info])
  return same(encoded, expected)
}

/** RFC 8017 8.1.2 and 9.1.2 (RSASSA-PSS); MGF1 with the same hash, and a salt as long as it (RFC 9846 4.3.3). */
export const verifyPss = (key: RsaPublicKey, digest: Digest, message: Uint8Array, signature: Uint8Array): boolean => {
  const bits = bitLength(key.modulus) - 1
  const length = Math.ceil(bits / 8)
  const encoded = opened(key, signature, length)
  const hashed = digest(message)
  const size = hashed.length
  if (encoded === undefined || length < 2 * size + 2 || encoded[length - 1] !== 0xbc) return false
  const masked = encoded.subarray(0, length - size - 1)
  const inner = encoded.subarray(length - size - 1, length - 1)
  /** Bits of the first octet that a number below the modulus cannot have. */
  const unused = ~(0xff >> (8 * length - bits)) & 0xff
  if ((masked[0]! & unused) !== 0) return false
  const mask = mgf1(digest, inner, masked.length)
  const block = masked.map((octet, i) => octet ^ mask[i]!)
  block[0]! &= ~unused
  const zeros = block.length - size - 1
  if (block.subarray(0, zeros).some(octet => octet !== 0) || block[zeros] !== 1) return false
  return same(inner, digest(new Uint8Array(8), hashed, block.subarray(zeros + 1)))
}

/** RFC 8017 B.2.1. */
const mgf1 = (digest: Digest, seed: Uint8Array, length: number): Uint8Array => {
  const pieces: Uint8Array[] = []
  for (let made = 0, i = 0; made < length; i++) {
    const piece = digest(seed, Uint8Array.of(i >> 24, i >> 16, i >> 8, i))
    pieces.push(piece)
    made += piece.length
  }
  return joined(pieces).subarray(0, length)
}

/** RFC 8017 5.1.1: `block` is as long as the modulus; undefined when it does not fit the key. Overwritten afterwards. */
export const encryptBlock = (key: RsaPublicKey, block: Uint8Array): Uint8Array | undefined => {
  const ciphertext = opened(key, block, key.modulus.length)
  block.fill(0)
  return ciphertext
}

/** RFC 8017 5.2.2 and 4.1: what was signed, as `length` octets; undefined when the signature does not fit the key. */
const opened = ({ modulus, exponent }: RsaPublicKey, signature: Uint8Array, length: number): Uint8Array | undefined => {
  if (!isUsable({ modulus, exponent }) || signature.length !== modulus.length) return undefined
  const n = numberOf(modulus)
  const s = numberOf(signature)
  if (s >= n) return undefined
  const text = power(s, numberOf(exponent), n).toString(16)
  if (text.length > 2 * length) return undefined
  return Uint8Array.from(text.padStart(2 * length, '0').match(/../g) ?? [], octet => Number.parseInt(octet, 16))
}

const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

const numberOf = (octets: Uint8Array): bigint => (octets.length === 0 ? 0n : BigInt(`0x${hexText(octets)}`))

const bitLength = (octets: Uint8Array): number =>
  octets.length === 0 ? 0 : 8 * octets.length - Math.clz32(octets[0]!) + 24

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((octet, i) => octet === b[i])
