/** Writes CRLite's filters (Clubcards) for tests: solves the equations that `readCrlite` puts its certificates into. */
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import { hexBytes, hexText, joined } from '../../src/wire/bytes.ts'

export interface FilterToWrite {
  readonly version: 3 | 4
  readonly coverage: readonly { readonly logId: Uint8Array; readonly from: number; readonly to: number }[]
  readonly issuers: readonly IssuerToWrite[]
  /** Columns before the last: each halves what is left of those that are not revoked. */
  readonly rank: number
  readonly random: () => number
}
export interface IssuerToWrite {
  readonly keyHash: Uint8Array
  readonly serials: readonly { readonly serial: Uint8Array; readonly revoked: boolean }[]
  readonly inverted?: boolean
  /** Unknowns for each certificate in the last column; with too few there are exceptions. */
  readonly room?: number
}

interface Item {
  readonly equation: Uint8Array
  readonly serial: Uint8Array
  /** Belongs to those that solve. */
  readonly member: boolean
}
interface Part {
  readonly size: number
  readonly offset: number
}

/** Returns the filter, and how many exceptions it has. */
export const crliteFilter = (
  { version, coverage, issuers, rank, random }: FilterToWrite,
  crypto: CryptoProvider,
): { bytes: Uint8Array; exceptions: number } => {
  const parts = issuers.map(({ keyHash, serials, inverted = false, room = 1.2 }) => ({
    keyHash,
    inverted,
    room,
    items: serials.map(({ serial, revoked }): Item => {
      const equation = crypto.hash('sha256').update(keyHash).update(serial).digest()
      return { equation, serial, member: revoked !== inverted }
    }),
  }))
  let offset = 0
  const approximate = parts.map(({ items }): Part => {
    const members = items.filter(({ member }) => member).length
    const part = { size: members === 0 ? 0 : Math.ceil(members * 1.2) + 1, offset }
    offset += part.size
    return part
  })
  const columns = Array.from({ length: rank }, () => {
    const system = new System(random)
    for (const [i, { items }] of parts.entries())
      for (const { equation, member } of items) if (member) system.add(equation, approximate[i]!, 0)
    return system.solution()
  })
  offset = 0
  const last = new System(random)
  const exact = parts.map(({ items, room }, i) => {
    // Of a system without unknowns nobody is left: nothing of it was revoked.
    const left = items.filter(
      ({ equation }) =>
        approximate[i]!.size > 0 && columns.every(column => sumOf(row(equation, approximate[i]!), column) === 0),
    )
    const part = { size: Math.max(1, Math.ceil(left.length * room)), offset }
    offset += part.size
    const exceptions: Uint8Array[] = []
    // Those that solve it first: what does not fit then is an exception.
    for (const { equation, serial, member } of [...left].sort((a, b) => Number(b.member) - Number(a.member)))
      if (!last.add(equation, part, member ? 0 : 1)) exceptions.push(serial)
    return { ...part, exceptions }
  })
  const form = version === 3 ? little : big
  const index = parts.map(({ keyHash, inverted }, i) =>
    form.issuer({ keyHash, inverted, rank, approximate: approximate[i]!, exact: exact[i]! }),
  )
  const bytes = joined([
    Uint8Array.of(version, 0),
    form.count(coverage.length, 2),
    ...coverage.flatMap(({ logId, from, to }) => [logId, form.number(from), form.number(to)]),
    form.count(index.length, 4),
    ...index,
    form.count(columns.length, 1),
    ...[...columns, last.solution()].map(form.column),
  ])
  return { bytes, exceptions: exact.reduce((sum, { exceptions }) => sum + exceptions.length, 0) }
}

interface Row {
  readonly start: number
  readonly bits: bigint
}

const row = (equation: Uint8Array, { size, offset }: Part): Row => {
  const bits = BigInt(`0x${hexText(Uint8Array.from(equation).reverse())}`)
  return { start: offset + Number((bits >> 192n) % BigInt(Math.max(1, size))), bits: bits | 1n }
}

const parity = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length & 1
const sumOf = ({ start, bits }: Row, solution: bigint): number => parity(bits & (solution >> BigInt(start)))

/** Equations over bits, each of 256 neighbours. */
class System {
  readonly #rows = new Map<number, { readonly bits: bigint; readonly sum: number }>()
  readonly #random: () => number
  #end = 0
  constructor(random: () => number) {
    this.#random = random
  }

  /** False: it contradicts the others. */
  add(equation: Uint8Array, part: Part, sum: number): boolean {
    let { start, bits } = row(equation, part)
    let rest = sum
    while (bits !== 0n) {
      while ((bits & 1n) === 0n) {
        bits >>= 1n
        start++
      }
      const other = this.#rows.get(start)
      if (other === undefined) {
        this.#rows.set(start, { bits, sum: rest })
        this.#end = Math.max(this.#end, start + 256)
        return true
      }
      bits ^= other.bits
      rest ^= other.sum
    }
    return rest === 0
  }

  solution(): bigint {
    let found = 0n
    for (let at = this.#end; at >= 0; at--) {
      const known = this.#rows.get(at)
      const free = this.#random() < 0.5 ? 0 : 1
      const bit = known === undefined ? free : known.sum ^ parity((known.bits >> 1n) & (found >> BigInt(at + 1)))
      if (bit === 1) found |= 1n << BigInt(at)
    }
    return found
  }
}

interface Entry {
  readonly keyHash: Uint8Array
  readonly inverted: boolean
  readonly rank: number
  readonly approximate: Part
  readonly exact: Part & { readonly exceptions: readonly Uint8Array[] }
}

const number = (value: number, size: number): Uint8Array => hexBytes(value.toString(16).padStart(2 * size, '0'))
const reversed = (value: number): Uint8Array => number(value, 8).reverse()
/** Octets of a column, the lowest first, to whole words. */
const octets = (column: bigint): Uint8Array => {
  const hex = column.toString(16)
  return hexBytes(hex.padStart(Math.ceil(hex.length / 16) * 16, '0')).reverse()
}

const little = {
  count: (value: number, _size: number) => reversed(value),
  number: reversed,
  column: (column: bigint) => joined([reversed(octets(column).length / 8), octets(column)]),
  issuer: ({ keyHash, inverted, rank, approximate, exact }: Entry) =>
    joined([
      reversed(keyHash.length),
      keyHash,
      ...[approximate.size, exact.size, rank, approximate.offset, exact.offset].map(reversed),
      Uint8Array.of(inverted ? 1 : 0),
      reversed(exact.exceptions.length),
      ...exact.exceptions.flatMap(serial => [reversed(serial.length), serial]),
    ]),
}
const big: typeof little = {
  count: number,
  number: value => number(value, 8),
  column(column) {
    const words = octets(column)
    for (let at = 0; at < words.length; at += 8) words.subarray(at, at + 8).reverse()
    return joined([number(words.length / 8, 4), words])
  },
  issuer: ({ keyHash, inverted, rank, approximate, exact }) =>
    joined([
      keyHash,
      number(approximate.size, 4),
      Uint8Array.of(rank),
      ...[approximate.offset, exact.size, exact.offset].map(value => number(value, 4)),
      Uint8Array.of(inverted ? 1 : 0),
      number(exact.exceptions.length, 2),
      ...exact.exceptions.flatMap(serial => [Uint8Array.of(serial.length), serial]),
    ]),
}
