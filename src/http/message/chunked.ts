/** Reads the chunked transfer coding up to its trailers (RFC 9112 7.1). Extensions are checked, bounded and dropped. */
import type { Bytes } from '../../engine.ts'
import { type Facts, type Failure, type FailureCode, fail } from '../../failures/index.ts'
import type { HttpLimits } from '../limits.ts'
import { type ChunkOctet, chunkOctets, chunkStates } from './chunk.table.ts'
import { classOf, HEX, octetName, TOKEN, VALUE } from './grammar.ts'

const { states } = chunkStates
const REFUSED = 0xff
const WIDTH = 16

const octetClass = (octet: number): ChunkOctet | undefined => {
  const sets = classOf[octet]!
  if ((sets & HEX) !== 0) return 'hex'
  if ((sets & TOKEN) !== 0) return 'token'
  const char = String.fromCharCode(octet)
  if (char === ';' || char === '=' || char === '"' || char === '\\') return char
  if (octet === 0x20 || octet === 0x09) return 'blank'
  if (octet === 0x0d) return 'cr'
  if (octet === 0x0a) return 'lf'
  return (sets & VALUE) !== 0 ? 'text' : undefined
}

/** The table as numbers: state times octet class to state. */
const classes = Uint8Array.from({ length: 256 }, (_, octet) => {
  const name = octetClass(octet)
  return name === undefined ? WIDTH - 1 : chunkOctets.indexOf(name)
})
const steps = new Uint8Array(states.length * WIDTH).fill(REFUSED)
for (const [from, octet, to] of chunkStates.moves)
  steps[states.indexOf(from) * WIDTH + chunkOctets.indexOf(octet)] = states.indexOf(to)
const SIZE = states.indexOf('size')
const MORE_SIZE = states.indexOf('more-size')
const LINE_FEED = states.indexOf('line-feed')
const DONE = states.indexOf('done')

/** The octet that led here is neither a digit of the size nor one of the line end: those belong to every chunk. */
const isExtension = (state: number): boolean => state !== MORE_SIZE && state !== LINE_FEED && state !== DONE

/** Digits of a chunk size, leading zeros included: as many as 64 bits need (HAProxy, Apache). */
const SIZE_DIGITS = 16

export type ChunkWait = 'line' | 'data' | 'data-end' | 'trailers'

export class ChunkReader {
  readonly #limits: HttpLimits
  #state = SIZE
  #digits = 0
  #lineBytes = 0
  #extensionBytes = 0
  #total = 0
  /** CR of the line end after the data was seen. */
  #carriageReturn = false
  waits: ChunkWait = 'line'
  /** Bytes of the current chunk that are still to come. */
  left = 0
  failure: Failure | undefined

  constructor(limits: HttpLimits) {
    this.#limits = limits
  }

  /** Reads a size line; returns the position after what was used. `failure` or `waits` then says how it went. */
  line(bytes: Bytes, start: number, end: number): number {
    let p = start
    while (p < end) {
      const octet = bytes[p]!
      const next = steps[this.#state * WIDTH + classes[octet]!]!
      if (next === REFUSED) return this.#refuse('http/bad-chunk', p, { where: 'The size line', got: octetName(octet) })
      p++
      if (++this.#lineBytes > this.#limits.chunkLine) {
        return this.#refuse('http/chunk-line-too-long', p, { number: this.#limits.chunkLine })
      }
      if (next === MORE_SIZE) {
        if (++this.#digits > SIZE_DIGITS) {
          return this.#refuse('http/bad-chunk', p, { where: 'The size line', got: 'a size of too many digits' })
        }
        this.left = this.left * 16 + Number.parseInt(String.fromCharCode(octet), 16)
      } else if (isExtension(next) && ++this.#extensionBytes > this.#limits.chunkExtensions) {
        return this.#refuse('http/chunk-line-too-long', p, { number: this.#limits.chunkExtensions })
      }
      this.#state = next
      if (next === DONE) return this.#sized(p)
    }
    return p
  }

  #sized(p: number): number {
    // A subtraction, so that no size however large makes the sum inexact.
    if (this.left > this.#limits.body - this.#total) {
      return this.#refuse('http/body-too-big', p, { number: this.#limits.body })
    }
    this.#total += this.left
    this.waits = this.left === 0 ? 'trailers' : 'data'
    return p
  }

  /** `count` bytes of the chunk were taken. */
  took(count: number): void {
    this.left -= count
    if (this.left === 0) this.waits = 'data-end'
  }

  /** The CRLF after the data. */
  dataEnd(bytes: Bytes, start: number, end: number): number {
    let p = start
    while (p < end) {
      const octet = bytes[p]!
      if (octet !== (this.#carriageReturn ? 0x0a : 0x0d)) {
        return this.#refuse('http/bad-chunk', p, { where: 'The end of the chunk', got: octetName(octet) })
      }
      p++
      if (this.#carriageReturn) {
        this.#carriageReturn = false
        this.#state = SIZE
        this.#digits = 0
        this.#lineBytes = 0
        this.waits = 'line'
        return p
      }
      this.#carriageReturn = true
    }
    return p
  }

  get total(): number {
    return this.#total - this.left
  }

  #refuse(code: FailureCode, at: number, facts: Facts): number {
    this.failure = fail(code, facts)
    return at
  }
}
