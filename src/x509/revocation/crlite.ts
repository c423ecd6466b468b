/**
 * CRLite's filters, as Firefox has them (`security_state/crlite.filter` in a profile): in some megabytes, which of all
 * certificates in the logs of Certificate Transparency were revoked. A filter is a Clubcard ("Clubcards for the WebPKI",
 * IEEE S&P 2025): two systems of linear equations over single bits for each issuer. A certificate is hashed to an equation
 * for each of them; it is revoked where the bits solve both.
 */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { hexText } from '../../wire/bytes.ts'
import { Reader, WireError } from '../../wire/reader.ts'
import { type Certificate, malformedUnless } from '../certificate/certificate.ts'
import type { RevocationFilter } from './evidence.ts'

/** Those that are published have 5 to 20 MB, and a few hundred kB for what came since. */
export const MAX_CRLITE_SIZE: number = 128 * 1024 * 1024

/**
 * `bytes`: a filter of version 3 or 4. It says something about certificates with a timestamp from the interval that it
 * covers of a log, if it knows their issuer; nothing about authorities, whose certificates have none. What cannot be read
 * comes back as `ca/crlite`. The filter looks into `bytes`, which must not change.
 */
export const readCrlite = (bytes: Bytes, crypto: CryptoProvider): RevocationFilter | Failure => {
  if (bytes.length > MAX_CRLITE_SIZE)
    return fail('ca/crlite', { where: 'The filter', got: `is longer than ${MAX_CRLITE_SIZE} bytes` })
  try {
    const read = clubcardIn(new Reader(bytes))
    return typeof read === 'number'
      ? fail('ca/crlite', { where: 'The filter', got: `has the version ${read}`, expected: '3, 4' })
      : new CrliteFilter(read, crypto)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return fail('ca/crlite', { where: 'The filter', got: `is damaged at byte ${error.at}` })
  }
}

/** A place of the unknowns of one issuer in a column that all share: `size` of them from `offset` on. */
interface Part {
  readonly size: number
  readonly offset: number
}

interface Issuer {
  /** Few of those that are not revoked solve it. */
  readonly approximate: Part
  /** How many columns of it. */
  readonly rank: number
  /** Of those that do, the revoked solve this one too. */
  readonly exact: Part
  /** Most of its certificates are revoked: the equations are solved by those that are not. */
  readonly inverted: boolean
  /** Serial numbers in hex that solve both and do not belong to those. */
  readonly exceptions: ReadonlySet<string>
}

interface Clubcard {
  /** By the ids of logs in hex: the first and the last millisecond that is covered. */
  readonly coverage: ReadonlyMap<string, readonly [from: bigint, to: bigint]>
  /** By SHA-256 of their keys, in hex. */
  readonly issuers: ReadonlyMap<string, Issuer>
  readonly approximate: readonly Column[]
  readonly exact: Column
}

class CrliteFilter implements RevocationFilter {
  readonly name = 'CRLite'
  readonly #card: Clubcard
  readonly #crypto: CryptoProvider

  constructor(card: Clubcard, crypto: CryptoProvider) {
    this.#card = card
    this.#crypto = crypto
  }

  covers(certificate: Certificate, issuer: Certificate): boolean {
    const timestamps = malformedUnless(() => certificate.extension('sctList'))
    if (timestamps === undefined || !Array.isArray(timestamps)) return false
    const isCovered = timestamps.some(({ logId, timestamp }) => {
      const interval = this.#card.coverage.get(hexText(logId))
      return interval !== undefined && interval[0] <= timestamp && timestamp <= interval[1]
    })
    return isCovered && this.#card.issuers.has(hexText(this.#keyHash(issuer)))
  }

  isRevoked({ serialNumber }: Certificate, issuer: Certificate): boolean {
    const keyHash = this.#keyHash(issuer)
    const known = this.#card.issuers.get(hexText(keyHash))
    if (known === undefined) return false
    return this.#solves(known, keyHash, serialNumber) !== known.inverted
  }

  #solves({ approximate, exact, rank, exceptions }: Issuer, keyHash: Bytes, serial: Bytes): boolean {
    // A system without unknowns is solved by everything, and stands for no certificate.
    if (approximate.size === 0) return false
    const equation = this.#crypto.hash('sha256').update(keyHash).update(serial).digest()
    const { approximate: columns, exact: last } = this.#card
    for (const column of columns.slice(0, rank)) if (!column.isSolvedBy(equation, approximate)) return false
    return last.isSolvedBy(equation, exact) && !exceptions.has(hexText(serial))
  }

  #keyHash({ spki }: Certificate): Bytes {
    return this.#crypto.hash('sha256').update(spki).digest()
  }
}

/** Unknowns, a bit each, in words of 64. */
class Column {
  readonly #words: Bytes
  /** To the octet of a word that has its lowest bits, from its first one: 7 where the highest come first. */
  readonly #turn: 0 | 7

  constructor(words: Bytes, turn: 0 | 7) {
    this.#words = words
    this.#turn = turn
  }

  /** Whether the sum of the unknowns that `equation` names is 0: its last 64 bits say where in `part` they begin. */
  isSolvedBy(equation: Bytes, { size, offset }: Part): boolean {
    let hash = 0n
    for (let i = EQUATION_SIZE - 1; i >= EQUATION_SIZE - 8; i--) hash = (hash << 8n) | BigInt(equation[i]!)
    const start = offset + Number(hash % BigInt(Math.max(1, size)))
    let sum = 0
    for (let i = 0; i < 8 * EQUATION_SIZE; i++) {
      // The first one is always among them.
      if (i === 0 || ((equation[i >> 3]! >> (i & 7)) & 1) === 1) sum ^= this.#bit(start + i)
    }
    return sum === 0
  }

  /** What is behind the end is 0. */
  #bit(at: number): number {
    const octet = Math.floor(at / 8) ^ this.#turn
    return ((this.#words[octet] ?? 0) >> (at % 8)) & 1
  }
}

/** Octets: the SHA-256 of issuer and serial number. */
const EQUATION_SIZE = 32

/** Returns the version where it is another than 3 and 4: those before are of another kind. Throws `WireError`. */
const clubcardIn = (reader: Reader): Clubcard | number => {
  const version = reader.u8()
  if (version !== 3 && version !== 4) return version
  if (reader.u8() !== 0) throw new WireError('bad-value', 1)
  const card = version === 3 ? little(reader) : big(reader)
  reader.finish()
  // More columns than there are.
  for (const { rank } of card.issuers.values())
    if (rank > card.approximate.length) throw new WireError('bad-value', reader.pos)
  return card
}

/** Version 3: numbers have eight octets, the lowest first. */
const little = (reader: Reader): Clubcard => {
  const u64 = (): bigint => new DataView(reader.take(8).slice().buffer).getBigUint64(0, true)
  const size = (): number => {
    const { pos } = reader
    const value = Number(u64())
    if (value > LARGEST) throw new WireError('bad-value', pos)
    return value
  }
  const column = (): Column => new Column(reader.take(8 * size()), 0)
  const coverage = entries(size(), () => [hexText(reader.take(32)), [u64(), u64()] as const])
  const issuers = entries(size(), () => {
    const id = hexText(reader.take(size()))
    const [approximateSize, exactSize, rank] = [size(), size(), size()]
    const [approximateOffset, exactOffset] = [size(), size()]
    return [
      id,
      {
        approximate: { size: approximateSize, offset: approximateOffset },
        exact: { size: exactSize, offset: exactOffset },
        rank,
        inverted: reader.u8() !== 0,
        exceptions: new Set(times(size(), () => hexText(reader.take(size())))),
      },
    ]
  })
  return { coverage, issuers, approximate: times(size(), column), exact: column() }
}

/** Version 4: numbers are as wide as they need to be, the highest octet first. */
const big = (reader: Reader): Clubcard => {
  const u64 = (): bigint => (BigInt(reader.u32()) << 32n) | BigInt(reader.u32())
  const column = (): Column => new Column(reader.take(8 * reader.u32()), 7)
  const coverage = entries(reader.u16(), () => [hexText(reader.take(32)), [u64(), u64()] as const])
  const issuers = entries(reader.u32(), () => {
    const id = hexText(reader.take(32))
    const approximateSize = reader.u32()
    const rank = reader.u8()
    return [
      id,
      {
        approximate: { size: approximateSize, offset: reader.u32() },
        exact: { size: reader.u32(), offset: reader.u32() },
        rank,
        inverted: reader.u8() !== 0,
        exceptions: new Set(times(reader.u16(), () => hexText(reader.take(reader.u8())))),
      },
    ]
  })
  return { coverage, issuers, approximate: times(reader.u8(), column), exact: column() }
}

/** A number that its eight octets may say, and no file has so much. */
const LARGEST = 2 ** 40

/** Each of them takes octets: a count that is too large ends in `truncated`. */
const times = <T>(count: number, read: () => T): T[] => {
  const all: T[] = []
  for (let i = 0; i < count; i++) all.push(read())
  return all
}
const entries = <V>(count: number, read: () => readonly [string, V]): Map<string, V> => new Map(times(count, read))
