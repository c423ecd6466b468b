/**
 * DES and triple DES (FIPS 46-3) in CBC mode: decryption opens keys and PKCS#12 files of old tools, encryption is for the
 * hostile server of the lab. What runs in pages has no library for it. Tables are looked up by secret bytes, which shows in
 * the time that it takes: it is for files of one's own, and nothing that matters goes over a network under it.
 */

/** FIPS 46-3, figures 1 to 5 and appendix 1: bits by their numbers, the most significant is 1. */
const IP: readonly number[] = Array.from({ length: 64 }, (_, i) => {
  const row = i >> 3
  return (row < 4 ? 58 + 2 * row : 57 + 2 * (row - 4)) - 8 * (i & 7)
})
const P: readonly number[] = [
  [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10],
  [2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25],
].flat()
const PC1: readonly number[] = [
  [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36],
  [63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4],
].flat()
const PC2: readonly number[] = [
  [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2],
  [41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32],
].flat()
/** How far the halves of the key turn before each round. */
const TURNS = '1122222212222221'
/** The eight boxes, each of four rows of sixteen numbers, in hex. */
const BOXES: readonly string[] = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
]

const BLOCK = 8

/** Each box with the permutation P behind it: what six bits at its place add to a round. */
const boxes: readonly Int32Array[] = /* @__PURE__ */ BOXES.map((box, at) =>
  Int32Array.from({ length: 64 }, (_, six) => {
    const row = ((six >> 4) & 2) | (six & 1)
    const nibble = Number.parseInt(box[16 * row + ((six >> 1) & 15)]!, 16)
    const word = nibble << (28 - 4 * at)
    return P.reduce((out, from, i) => out | (((word >>> (32 - from)) & 1) << (31 - i)), 0)
  }),
)

/** For each of sixteen rounds eight numbers of six bits. */
type Schedule = readonly (readonly number[])[]

const scheduleOf = (key: Uint8Array): Schedule => {
  const bit = (number: number): number => (key[(number - 1) >> 3]! >> (7 - ((number - 1) & 7))) & 1
  const chosen = PC1.map(bit)
  let [left, right] = [chosen.slice(0, 28), chosen.slice(28)]
  return Array.from(TURNS, turns => {
    left = [...left.slice(Number(turns)), ...left.slice(0, Number(turns))]
    right = [...right.slice(Number(turns)), ...right.slice(0, Number(turns))]
    const both = [...left, ...right]
    const bits = PC2.map(number => both[number - 1]!)
    return boxes.map((_, i) => bits.slice(6 * i, 6 * i + 6).reduce((six, one) => 2 * six + one, 0))
  })
}

/**
 * Plaintext of whole blocks, padding and all. `key`: 8, 16 or 24 bytes (of 16, the first 8 come again at the end; of 8,
 * they are all three, which is DES alone). Throws RangeError for other lengths.
 */
export const decryptDes = (key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array => {
  const keys = schedulesOf(key, iv, data)
  // Decryption with the last, encryption with the middle, decryption with the first.
  const stages = [keys[2]!.toReversed(), keys[1]!, keys[0]!.toReversed()]
  const out = new Uint8Array(data.length)
  for (let at = 0; at < data.length; at += BLOCK) {
    const block = throughBlock(stages, data, at)
    const before = at === 0 ? iv : data.subarray(at - BLOCK, at)
    for (let i = 0; i < BLOCK; i++) out[at + i] = block[i]! ^ before[i]!
  }
  return out
}

/** The other way round, for the same keys and lengths. */
export const encryptDes = (key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array => {
  const keys = schedulesOf(key, iv, data)
  const stages = [keys[0]!, keys[1]!.toReversed(), keys[2]!]
  const out = new Uint8Array(data.length)
  for (let at = 0; at < data.length; at += BLOCK) {
    const before = at === 0 ? iv : out.subarray(at - BLOCK, at)
    const mixedIn = data.subarray(at, at + BLOCK).map((octet, i) => octet ^ before[i]!)
    out.set(throughBlock(stages, mixedIn, 0), at)
  }
  return out
}

const schedulesOf = (key: Uint8Array, iv: Uint8Array, data: Uint8Array): readonly Schedule[] => {
  if (![8, 16, 24].includes(key.length) || iv.length !== BLOCK || data.length % BLOCK !== 0)
    throw new RangeError(
      `a key of ${key.length} bytes, an IV of ${iv.length}, or data of ${data.length} is none of DES`,
    )
  return [0, 8, 16].map(at => scheduleOf(key.subarray(at % key.length, (at % key.length) + 8)))
}

const throughBlock = (stages: readonly Schedule[], data: Uint8Array, at: number): Uint8Array => {
  let left = 0
  let right = 0
  for (let i = 0; i < 64; i++) {
    const from = IP[i]! - 1
    const bit = (data[at + (from >> 3)]! >> (7 - (from & 7))) & 1
    if (i < 32) left |= bit << (31 - i)
    else right |= bit << (63 - i)
  }
  for (const stage of stages) {
    for (const six of stage)
      [left, right] = [right, left ^ mixed(right, six)]
      // The halves change places behind the last round; the permutations between two stages undo each other.
    ;[left, right] = [right, left]
  }
  const block = new Uint8Array(BLOCK)
  for (let i = 0; i < 64; i++) {
    const to = IP[i]! - 1
    const bit = i < 32 ? (left >>> (31 - i)) & 1 : (right >>> (63 - i)) & 1
    block[to >> 3]! |= bit << (7 - (to & 7))
  }
  return block
}

/** The function f: six bits at a time, those at the ends shared with the neighbours. */
const mixed = (half: number, six: readonly number[]): number => {
  let out = 0
  for (let i = 0; i < 8; i++) {
    const turn = (27 - 4 * i) & 31
    const bits = ((half >>> turn) | (half << ((32 - turn) & 31))) & 0x3f
    out ^= boxes[i]![bits ^ six[i]!]!
  }
  return out
}
