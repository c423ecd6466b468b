/**
 * As much of WebAssembly's binary format as `module.ts` needs: instructions as functions that put their operands before
 * themselves, and the sections of a module around them.
 */

/** Instructions in order; what they leave on the stack is their value. */
export type Code = readonly number[]

const unsigned = (value: number): Code =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(Math.floor(value / 128))]

const signed = (value: bigint): Code => {
  const low = Number(value & 0x7fn)
  const rest = value >> 7n
  const last = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)
  return last ? [low] : [low | 0x80, ...signed(rest)]
}

const both =
  (opcode: number) =>
  (a: Code, b: Code): Code => [...a, ...b, opcode]

export const I32 = 0x7f
export const I64 = 0x7e

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
export const call = (index: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  0x10,
  ...unsigned(index),
]

export const int = (value: number): Code => [0x41, ...signed(BigInt(value))]
export const add = both(0x6a)
export const and32 = both(0x71)
export const shl32 = both(0x74)
const lessUnsigned = both(0x49)

/** A number of 64 bits, given without a sign. */
export const long = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))]
export const mul = both(0x7e)
export const and = both(0x83)
export const or = both(0x84)
export const xor = both(0x85)
export const shl = both(0x86)
export const shr = both(0x88)
export const rotl = both(0x89)
export const isNotZero = (value: Code): Code => [...value, ...long(0n), 0x52]
export const widened = (value: Code): Code => [...value, 0xad]

/** 64 bits at `address` + `offset`, the lowest octet first, wherever they lie. */
export const load = (address: Code, offset: number): Code => [...address, 0x29, 0, ...unsigned(offset)]
export const store = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  0x37,
  0,
  ...unsigned(offset),
]

/** `body` once, and again while `local` + `step` is below `end`. */
export const count = (local: number, from: Code, end: Code, step: number, body: Code): Code => [
  ...set(local, from),
  0x03,
  0x40,
  ...body,
  ...set(local, add(get(local), int(step))),
  ...lessUnsigned(get(local), end),
  0x0d,
  0,
  0x0b,
]

export interface Procedure {
  /** Exported under this name; kept inside where undefined. */
  readonly name?: string
  readonly parameters: readonly number[]
  readonly result?: number
  /** Types of the locals that come after the parameters. */
  readonly locals?: readonly number[]
  readonly body: Code
}

const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes]
const section = (id: number, bytes: Code): Code => [id, ...sized(bytes)]
const named = (name: string, kind: number, index: number): Code => [
  ...sized([...name].map(letter => letter.charCodeAt(0))),
  kind,
  ...unsigned(index),
]

/** The octets of a module with these procedures and one page of memory, exported as `memory`. */
export const assembled = (procedures: readonly Procedure[]): Uint8Array<ArrayBuffer> => {
  const typeOf = ({ parameters, result }: Procedure): Code => [
    0x60,
    ...list(parameters.map(type => [type])),
    ...list(result === undefined ? [] : [[result]]),
  ]
  const codeOf = ({ locals = [], body }: Procedure): Code =>
    sized([...list(locals.map(type => [1, type])), ...body, 0x0b])
  const exported = procedures.flatMap(({ name }, index) => (name === undefined ? [] : [named(name, 0, index)]))
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(procedures.map(typeOf))),
    ...section(3, list(procedures.map((_, index) => unsigned(index)))),
    ...section(5, list([[0, 1]])),
    ...section(7, list([named('memory', 2, 0), ...exported])),
    ...section(10, list(procedures.map(codeOf))),
  ])
}
