/**
 * Cuts a byte stream that others sent into records. Unlike `tls/record/input.ts` it judges nobody: it goes on behind what is
 * missing and behind what is no record, at the next place where two headers stand one behind the other.
 */
import type { Bytes } from '../../../engine.ts'
import { MAX_CIPHERTEXT } from '../../../tls/limits.ts'
import { CHANGE_CIPHER_SPEC, HEADER_LENGTH } from '../../../tls/record/format.ts'
import { HeldBytes } from '../bytes-held.ts'

/** RFC 6520: the last content type that TLS over TCP has. */
const HEARTBEAT = 24

export interface CutRecord {
  readonly type: number
  /** Header and fragment: a view until the next call. */
  readonly bytes: Bytes
  /** Offset of the header in the stream. */
  readonly start: number
  /** Bytes of the fragment were never captured; zeros stand in their place. */
  readonly torn: boolean
  /** How many bytes before it are missing or no records; 0 for one that follows the one before. */
  readonly behind: number
}

/** Bytes that are part of no record, as soon as one follows or the stream ends. */
export interface NoRecord {
  readonly start: number
  readonly bytes: number
}

export class RecordCutter {
  readonly #held = new HeldBytes()
  readonly #noRecord: (skipped: NoRecord) => void
  /** What is held is the beginning of a record. */
  #inStep = true
  #torn = false
  /** Bytes that are missing behind the record that is held. */
  #lostBehind = 0
  /** Bytes missing or skipped since the last record. */
  #behind = 0
  #skippedFrom = 0
  #skipped = 0
  #ended = false
  constructor(noRecord: (skipped: NoRecord) => void) {
    this.#noRecord = noRecord
  }
  push(bytes: Bytes, offset: number): void {
    this.#held.push(bytes, offset)
  }
  /** `length` bytes are missing here. */
  gap(length: number): void {
    const held = this.#held
    const begun = this.#inStep && held.length >= HEADER_LENGTH && isHeader(held.view, 0)
    const missing = begun ? Math.max(0, lengthOf(held.view, 0) - held.length) : 0
    const inside = Math.min(missing, length)
    if (inside > 0) {
      held.pad(inside)
      this.#torn = true
    }
    if (inside === length) return
    if (inside > 0) this.#lostBehind = length - inside
    else {
      this.#behind += length
      this.#skip(held.length)
      this.#inStep = false
    }
  }
  /** Nothing more comes: what was waited for is judged by what there is. */
  end(): void {
    this.#ended = true
  }
  /** The next record; undefined when more bytes are needed. */
  next(): CutRecord | undefined {
    const held = this.#held
    if (!this.#inStep && !this.#seek()) return undefined
    if (held.length < HEADER_LENGTH) return this.#unfinished()
    const view = held.view
    if (!isHeader(view, 0)) {
      this.#inStep = false
      return this.next()
    }
    const length = lengthOf(view, 0)
    if (view.length < length) return this.#unfinished()
    this.#tellSkipped()
    const record = {
      type: view[0]!,
      bytes: view.subarray(0, length),
      start: held.start,
      torn: this.#torn,
      behind: this.#behind,
    }
    held.drop(length)
    this.#torn = false
    this.#behind = 0
    if (this.#lostBehind > 0) {
      this.#behind = this.#lostBehind
      this.#lostBehind = 0
      this.#inStep = false
    }
    return record
  }
  /** At the end, the beginning of a record is no record. */
  #unfinished(): undefined {
    if (this.#ended && this.#held.length > 0) this.#skip(this.#held.length)
    if (this.#ended) this.#tellSkipped()
    return undefined
  }
  /** Whether the beginning of a record was found. A place is judged when the header behind it is there. */
  #seek(): boolean {
    const held = this.#held
    const view = held.view
    let at = 0
    for (; at < view.length; at++) {
      const left = view.length - at
      if (left < HEADER_LENGTH && !this.#ended) break
      if (left < HEADER_LENGTH || !isHeader(view, at)) continue
      const next = at + lengthOf(view, at)
      if (next + HEADER_LENGTH > view.length && !this.#ended) break
      const last = this.#ended && next === view.length
      if (last || (next + HEADER_LENGTH <= view.length && isHeader(view, next))) {
        this.#skip(at)
        this.#inStep = true
        return true
      }
    }
    this.#skip(at)
    if (this.#ended) this.#tellSkipped()
    return false
  }
  #skip(count: number): void {
    if (count === 0) return
    if (this.#skipped === 0) this.#skippedFrom = this.#held.start
    this.#skipped += count
    this.#behind += count
    this.#held.drop(count)
  }
  #tellSkipped(): void {
    if (this.#skipped > 0) this.#noRecord({ start: this.#skippedFrom, bytes: this.#skipped })
    this.#skipped = 0
  }
}

const lengthOf = (bytes: Bytes, at: number): number => HEADER_LENGTH + ((bytes[at + 3]! << 8) | bytes[at + 4]!)

/** A type and a version that exist, and a length that may be. */
export const isHeader = (bytes: Bytes, at: number): boolean =>
  bytes[at]! >= CHANGE_CIPHER_SPEC &&
  bytes[at]! <= HEARTBEAT &&
  bytes[at + 1] === 3 &&
  bytes[at + 2]! <= 4 &&
  lengthOf(bytes, at) <= HEADER_LENGTH + MAX_CIPHERTEXT
