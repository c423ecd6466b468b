/**
 * RC2 (RFC 2268), decryption in CBC mode alone: the certificates in PKCS#12 files of OpenSSL before 3.0, of Java before 17
 * and of older systems stand under it, with 40 bits that protect nobody. No library that we use has it; nothing is ever
 * written with it. Not constant in time, as `des.ts`.
 */

/** RFC 2268 2: a permutation of all octets, from the digits of pi. */
const PITABLE: readonly number[] = (
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32' +
  'bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
  '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a' +
  '961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
  '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e' +
  'c5f3db47e5a59c770aa62068fe7fc1ad'
)
  .match(/../g)!
  .map(octet => Number.parseInt(octet, 16))

const BLOCK = 8

/** RFC 2268 2: 64 words of 16 bits. `bits`: how much of the key counts. */
const expanded = (key: Uint8Array, bits: number): Uint16Array => {
  const L = new Uint8Array(128)
  L.set(key)
  for (let i = key.length; i < 128; i++) L[i] = PITABLE[(L[i - 1]! + L[i - key.length]!) & 255]!
  const octets = Math.ceil(bits / 8)
  L[128 - octets] = PITABLE[L[128 - octets]! & (255 >> (8 * octets - bits))]!
  for (let i = 127 - octets; i >= 0; i--) L[i] = PITABLE[L[i + 1]! ^ L[i + octets]!]!
  return Uint16Array.from({ length: 64 }, (_, i) => L[2 * i]! | (L[2 * i + 1]! << 8))
}

/** Plaintext of whole blocks, padding and all; as many bits count as the key has. Throws RangeError for other lengths. */
export const decryptRc2 = (key: Uint8Array, iv: Uint8Array, data: Uint8Array, bits = 8 * key.length): Uint8Array => {
  if (key.length === 0 || key.length > 128 || iv.length !== BLOCK || data.length % BLOCK !== 0)
    throw new RangeError(
      `a key of ${key.length} bytes, an IV of ${iv.length}, or data of ${data.length} is none of RC2`,
    )
  const K = expanded(key, bits)
  const out = new Uint8Array(data.length)
  const R = new Uint16Array(4)
  for (let at = 0; at < data.length; at += BLOCK) {
    for (let i = 0; i < 4; i++) R[i] = data[at + 2 * i]! | (data[at + 2 * i + 1]! << 8)
    decryptBlock(R, K)
    const before = at === 0 ? iv : data.subarray(at - BLOCK, at)
    for (let i = 0; i < BLOCK; i++) out[at + i] = ((R[i >> 1]! >> (8 * (i & 1))) & 255) ^ before[i]!
  }
  return out
}

/** RFC 2268 4: how far each word turns. */
const TURNS = [1, 2, 3, 5] as const

/** RFC 2268 4.2: five mixing rounds, a mashing one, six, a mashing one, five, all backwards. */
const decryptBlock = (R: Uint16Array, K: Uint16Array): void => {
  for (let round = 15; round >= 0; round--) {
    for (let i = 3; i >= 0; i--) {
      const [one, two, three] = [R[(i + 3) & 3]!, R[(i + 2) & 3]!, R[(i + 1) & 3]!]
      const turned = (R[i]! >> TURNS[i]!) | (R[i]! << (16 - TURNS[i]!))
      R[i] = turned - K[4 * round + i]! - (one & two) - (~one & three)
    }
    if (round === 11 || round === 5) for (let i = 3; i >= 0; i--) R[i] = R[i]! - K[R[(i + 3) & 3]! & 63]!
  }
}
