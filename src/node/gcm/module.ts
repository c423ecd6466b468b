/**
 * The half of AES-GCM that is not AES (NIST SP 800-38D): counter blocks, and GHASH over a record that lies in memory.
 * No table and no branch depends on a secret: products in GF(2^128) come from whole-number products of 64 bits, spread so
 * far apart that carries fall into gaps, as BearSSL describes it (https://www.bearssl.org/constanttime.html).
 */
import {
  add,
  and,
  and32,
  assembled,
  type Code,
  call,
  count,
  get,
  I32,
  I64,
  int,
  isNotZero,
  load,
  long,
  mul,
  or,
  type Procedure,
  rotl,
  set,
  shl,
  shl32,
  shr,
  store,
  widened,
  xor,
} from './assembler.ts'

/** Octets of a block of AES, of a tag, and of the key of GHASH. */
export const BLOCK = 16

/** The longest record that fits: beyond it OpenSSL's own GCM is as fast. */
export const MOST = 512

/** Where things lie in memory. Additional data stands before the data, as GHASH reads it; at most one block. */
export const HASH_KEY = 0
export const NONCE = 16
/** Counter blocks, to be replaced by what AES makes of them: the first masks the tag, the others the data. */
export const STREAM = 32
export const ADDITIONAL: number = STREAM + BLOCK * (MOST / BLOCK + 1)
export const DATA: number = ADDITIONAL + BLOCK
/** Behind the data: its tag, or zeros up to a block and the block of lengths. */
export const END: number = DATA + MOST + 2 * BLOCK

export interface GcmModule {
  readonly memory: { readonly buffer: ArrayBuffer }
  /** Writes that many counter blocks for the nonce. */
  counters(blocks: number): void
  /** Encrypts `length` octets of data in place and writes the tag behind them. */
  seal(length: number, additional: number): void
  /** Decrypts in place; other than 0 when the tag behind the data does not fit. */
  open(length: number, additional: number): number
}

const [REVERSE, SWAP, MASK, HASH] = [0, 1, 2, 3] as const

const xors = (...values: readonly Code[]): Code => values.reduce((a, b) => xor(a, b))

/** Every fourth bit, beginning with `index`. */
const lane = (index: number): Code => long(0x1111111111111111n << BigInt(index))

const LANES = [0, 1, 2, 3] as const

/** A value taken apart into its lanes, in four locals from `to` on. */
const split = (to: number, value: Code): Code => LANES.flatMap(i => [...set(to + i, and(value, lane(i)))])

/** The low 64 bits of the product of two polynomials over GF(2), given by their lanes. */
const product = (x: number, y: number): Code =>
  LANES.map(to => and(xors(...LANES.map(i => mul(get(x + i), get(y + ((to - i + 4) % 4))))), lane(to))).reduce(or)

/** Neighbours of `width` bits change places. */
const swapped = (value: Code, width: number, mask: bigint): Code =>
  or(and(shr(value, long(BigInt(width))), long(mask)), shl(and(value, long(mask)), long(BigInt(width))))

const OCTETS = set(0, swapped(get(0), 8, 0x00ff00ff00ff00ffn))
const PAIRS = set(0, swapped(get(0), 16, 0x0000ffff0000ffffn))
const HALVES = rotl(get(0), long(32n))

/** The bits in the opposite order. */
const reverse = (): Procedure => ({
  parameters: [I64],
  result: I64,
  body: [
    ...set(0, swapped(get(0), 1, 0x5555555555555555n)),
    ...set(0, swapped(get(0), 2, 0x3333333333333333n)),
    ...set(0, swapped(get(0), 4, 0x0f0f0f0f0f0f0f0fn)),
    ...OCTETS,
    ...PAIRS,
    ...HALVES,
  ],
})

/** The octets in the opposite order: memory has the lowest first, GCM the highest. */
const swap = (): Procedure => ({ parameters: [I64], result: I64, body: [...OCTETS, ...PAIRS, ...HALVES] })

const swappedAt = (address: Code, offset: number): Code => call(SWAP, load(address, offset))

/** Data and stream of blocks, added up in place. */
const mask = (): Procedure => {
  const [length, at] = [0, 1]
  const word = (offset: number): Code =>
    store(get(at), DATA + offset, xor(load(get(at), DATA + offset), load(get(at), STREAM + BLOCK + offset)))
  return {
    parameters: [I32],
    locals: [I32],
    body: count(at, int(0), get(length), BLOCK, [...word(0), ...word(8)]),
  }
}

/** Length of the data in whole blocks. */
const padded = (length: Code): Code => and32(add(length, int(BLOCK - 1)), int(-BLOCK))

/** The fixed factors of GHASH: both halves of the hash key and their sum, as they are and read backwards. */
const FACTORS = 6

const sum = (a: number, b: number): Code => xor(get(a), get(b))

/** What `use` makes of two halves and their sum, as they are and backwards. The halves are backwards afterwards. */
const six = (low: number, high: number, use: (index: number, value: Code) => Code): Code => [
  ...use(0, get(low)),
  ...use(1, get(high)),
  ...use(2, sum(low, high)),
  ...set(low, call(REVERSE, get(low))),
  ...set(high, call(REVERSE, get(high))),
  ...use(3, get(low)),
  ...use(4, get(high)),
  ...use(5, sum(low, high)),
]

/** One bit further to the left, with the highest of the word below. */
const left = (word: number, below: number): Code => set(word, or(shl(get(word), long(1n)), shr(get(below), long(63n))))

/** A word above x^128 goes into the two words below it: x^128 = x^7 + x^2 + x + 1, in the bit order of GCM. */
const folded = (from: number, to: number, below: number): Code => [
  ...set(to, xors(get(to), get(from), ...[1n, 2n, 7n].map(n => shr(get(from), long(n))))),
  ...set(below, xors(get(below), ...[63n, 62n, 57n].map(n => shl(get(from), long(n))))),
]

/**
 * Six products, in locals from `z` on, become the 256 bits of one, and these the 128 that are left, in `y0` and `y1`. A
 * product of 128 bits is put together from three of 64 (Karatsuba), each in two halves: the upper one is the lower one of
 * the factors read backwards.
 */
const reduced = (z: number, y0: number, y1: number): Code => {
  const middle = (first: number): Code => set(first + 2, xors(get(first + 2), get(first), get(first + 1)))
  const upper = (of: number): Code => set(of, shr(call(REVERSE, get(of)), long(1n)))
  const [v0, v1, v2, v3] = [z, z + 3, z + 1, z + 4]
  return [
    ...middle(z),
    ...middle(z + 3),
    ...[3, 4, 5].flatMap(i => upper(z + i)),
    ...set(v1, sum(z + 3, z + 2)),
    ...set(v2, sum(z + 1, z + 5)),
    ...left(v3, v2),
    ...left(v2, v1),
    ...left(v1, v0),
    ...set(v0, shl(get(v0), long(1n))),
    ...folded(v0, v2, v1),
    ...folded(v1, v3, v2),
    ...set(y0, get(v2)),
    ...set(y1, get(v3)),
  ]
}

/**
 * GHASH of additional data, data and their lengths. The tag that it makes is compared with the 16 octets behind the data,
 * and stands there afterwards.
 */
const hash = (): Procedure => {
  const [length, additional] = [0, 1]
  const [at, end] = [2, 3]
  const [y0, y1, t0, t1, same] = [4, 5, 6, 7, 8]
  const z = 9
  const lanes = z + FACTORS
  const factor = (index: number): number => lanes + 4 + 4 * index
  const block: Code = [
    ...set(y1, xor(get(y1), swappedAt(get(at), ADDITIONAL))),
    ...set(y0, xor(get(y0), swappedAt(get(at), ADDITIONAL + 8))),
    ...six(y0, y1, (i, value) => [...split(lanes, value), ...set(z + i, product(lanes, factor(i)))]),
    ...reduced(z, y0, y1),
  ]
  const bits = (octets: number): Code => call(SWAP, widened(shl32(get(octets), int(3))))
  return {
    parameters: [I32, I32],
    result: I32,
    locals: [I32, I32, ...Array<number>(factor(FACTORS) - 4).fill(I64)],
    body: [
      ...set(t0, load(get(length), DATA)),
      ...set(t1, load(get(length), DATA + 8)),
      // What stood behind the data is no part of it.
      ...store(get(length), DATA, long(0n)),
      ...store(get(length), DATA + 8, long(0n)),
      ...set(end, padded(get(length))),
      ...store(get(end), DATA, bits(additional)),
      ...store(get(end), DATA + 8, bits(length)),
      ...set(y1, swappedAt(int(HASH_KEY), 0)),
      ...set(y0, swappedAt(int(HASH_KEY), 8)),
      ...six(y0, y1, (i, value) => split(factor(i), value)),
      ...set(y0, long(0n)),
      ...set(y1, long(0n)),
      ...count(at, int(0), add(get(end), int(2 * BLOCK)), BLOCK, block),
      ...set(y1, xor(call(SWAP, get(y1)), load(int(STREAM), 0))),
      ...set(y0, xor(call(SWAP, get(y0)), load(int(STREAM), 8))),
      ...store(get(length), DATA, get(y1)),
      ...store(get(length), DATA + 8, get(y0)),
      ...set(same, or(sum(y1, t0), sum(y0, t1))),
      ...isNotZero(get(same)),
    ],
  }
}

/** SP 800-38D 7.1: with 96 bits of nonce the counter is the last 32 bits, and begins with 1. */
const counters = (): Procedure => {
  const [blocks, at] = [0, 1]
  const highest = call(SWAP, widened(add(get(at), int(1))))
  return {
    name: 'counters',
    parameters: [I32],
    locals: [I32, I32],
    body: count(at, int(0), get(blocks), 1, [
      ...set(2, shl32(get(at), int(4))),
      ...store(get(2), STREAM, load(int(NONCE), 0)),
      ...store(get(2), STREAM + 8, or(load(int(NONCE), 8), highest)),
    ]),
  }
}

const seal = (): Procedure => ({
  name: 'seal',
  parameters: [I32, I32],
  body: [...call(MASK, get(0)), ...call(HASH, get(0), get(1)), 0x1a],
})

const open = (): Procedure => ({
  name: 'open',
  parameters: [I32, I32],
  result: I32,
  locals: [I32],
  body: [...set(2, call(HASH, get(0), get(1))), ...call(MASK, get(0)), ...get(2)],
})
/** What is used of it; the types of Node leave it to those of the DOM. */
declare const WebAssembly: {
  readonly Module: new (octets: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** A module of its own each time. */
export const gcmModule = (): GcmModule =>
  new WebAssembly.Instance(
    new WebAssembly.Module(assembled([reverse(), swap(), mask(), hash(), counters(), seal(), open()])),
  ).exports as GcmModule
