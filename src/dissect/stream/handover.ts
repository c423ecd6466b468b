/**
 * A protocol that is not read here may go over to TLS when it has asked for that (STARTTLS and its like): what is looked for
 * is the ClientHello, wherever in what the client says first.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { HEADER_LENGTH } from '../../tls/record/format.ts'
import type { Ending, Side, StreamReader } from '../types.ts'
import { isHeader } from './tls/cutter.ts'

/** Of the client's bytes so many are looked at: nobody says more before TLS. */
const MOST_LOOKED = 65_536
const [HANDSHAKE, CLIENT_HELLO] = [22, 1] as const
/** The headers of record and message, and the version behind them. */
const SIGNATURE = HEADER_LENGTH + 4 + 2

export class Handover implements StreamReader {
  readonly #begin: () => StreamReader
  #tls: StreamReader | undefined
  /** The last bytes of the client, which may be the beginning of what is looked for. */
  #tail: Bytes = new Uint8Array(0)
  #looked = 0
  readonly #ended = new Map<Side, Ending>()

  /** `begin` makes the reader of TLS. */
  constructor(begin: () => StreamReader) {
    this.#begin = begin
  }
  data(from: Side, bytes: Bytes, offset: number, at: Millis): void {
    if (this.#tls !== undefined) this.#tls.data(from, bytes, offset, at)
    else if (from === 'client' && this.#looked < MOST_LOOKED + SIGNATURE) this.#look(bytes, offset, at)
  }
  gap(from: Side, length: number, at: Millis): void {
    this.#tls?.gap(from, length, at)
    if (from === 'client') this.#tail = this.#tail.subarray(0, 0)
  }
  end(from: Side, how: Ending, at: Millis): void {
    this.#ended.set(from, how)
    this.#tls?.end(from, how, at)
  }
  #look(bytes: Bytes, offset: number, at: Millis): void {
    const start = offset - this.#tail.length
    // Whatever the pieces, a hello that begins behind so many bytes is none.
    const left = MOST_LOOKED - this.#looked + this.#tail.length
    this.#looked += bytes.length
    const view = new Uint8Array(this.#tail.length + bytes.length)
    view.set(this.#tail)
    view.set(bytes, this.#tail.length)
    for (let i = view.indexOf(HANDSHAKE); i >= 0 && i + SIGNATURE <= view.length; i = view.indexOf(HANDSHAKE, i + 1)) {
      if (i >= left) break
      if (!isClientHello(view, i)) continue
      this.#tls = this.#begin()
      this.#tls.data('client', view.subarray(i), start + i, at)
      for (const [side, how] of this.#ended) this.#tls.end(side, how, at)
      return
    }
    this.#tail = view.slice(-(SIGNATURE - 1))
  }
}

/** The first record of TLS, whose message fits the record that it begins in, or goes on in the next. */
const isClientHello = (bytes: Bytes, at: number): boolean => {
  if (!isHeader(bytes, at) || bytes[at + HEADER_LENGTH] !== CLIENT_HELLO || bytes[at + 6] !== 0) return false
  const record = (bytes[at + 3]! << 8) | bytes[at + 4]!
  const message = (bytes[at + 7]! << 8) | bytes[at + 8]!
  return record > 4 && message >= LEAST_HELLO && message >= record - 4 && bytes[at + 9] === 3 && bytes[at + 10]! <= 4
}
/** Version, random, an empty session id, one suite and one compression. */
const LEAST_HELLO = 41
