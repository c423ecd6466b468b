/**
 * IP packets that were cut in pieces (RFC 791 3.2, RFC 8200 4.5), put together again. Pieces that contradict each other
 * make no packet: RFC 5722 for IPv6, and hosts do the same for IPv4.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { hexText } from '../../wire/bytes.ts'
import { Layers } from './layers.ts'

/** Packets of which pieces are missing yet; of more the oldest is given up. Hosts keep some 4 MB of them, as this does. */
const MOST_UNFINISHED = 64
/** No packet is larger (RFC 791 3.1). */
const LARGEST = 65_535

/** One frame with a piece in it. */
export interface FragmentFrame {
  /** Where in the file its block begins. */
  readonly place: number
  /** Its length on the wire. */
  readonly wire: number
  readonly time: Millis
}

/** A piece, and where its bytes go. */
export interface Piece extends FragmentFrame {
  readonly start: number
  readonly end: number
  /** Where its payload begins in its IP packet. */
  readonly payloadAt: number
}

export interface Unfinished {
  /** With its addresses, for who has no ports. */
  readonly first: Layers
  readonly pieces: Piece[]
  bytes: Uint8Array
  /** 1 for each byte that has come, and how many those are. */
  filled: Uint8Array
  count: number
  /** Where the farthest piece ends. */
  reached: number
  /** Known when the last piece has come. */
  length: number | undefined
  broken: boolean
}

export class Fragments {
  readonly #unfinished = new Map<string, Unfinished>()
  /** Of packets that never became whole. */
  readonly #given: Unfinished[] = []

  /** Takes in the fragment under `layers`; the whole when nothing is missing any more. */
  add(layers: Layers, frame: FragmentFrame): Unfinished | undefined {
    const key = keyOf(layers)
    let whole = this.#unfinished.get(key)
    if (whole === undefined) {
      const first = new Layers()
      first.joined(layers, NOTHING)
      whole = {
        first,
        pieces: [],
        bytes: NOTHING,
        filled: NOTHING,
        count: 0,
        reached: 0,
        length: undefined,
        broken: false,
      }
      const [oldest] = this.#unfinished
      if (this.#unfinished.size === MOST_UNFINISHED && oldest !== undefined) this.#giveUp(...oldest)
      this.#unfinished.set(key, whole)
    }
    take(whole, layers, frame)
    if (whole.pieces.length > LARGEST / 8) this.#giveUp(key, whole)
    if (whole.broken || whole.length !== whole.count) return undefined
    this.#unfinished.delete(key)
    return whole
  }

  /** The pieces of packets that were given up since the last call. */
  givenUp(): readonly Unfinished[] {
    return this.#given.splice(0)
  }

  /** Gives up all that is not whole. */
  finish(): void {
    for (const [key, whole] of this.#unfinished) this.#giveUp(key, whole)
  }

  #giveUp(key: string, whole: Unfinished): void {
    this.#unfinished.delete(key)
    this.#given.push(whole)
  }
}

const NOTHING = new Uint8Array(0)

const keyOf = ({ buffer, version, sourceAt, destinationAt, identification, protocol }: Layers): string => {
  const size = version === 4 ? 4 : 16
  const ends = [sourceAt, destinationAt].map(at => hexText(buffer.subarray(at, at + size))).join(' ')
  // RFC 8200 4.5: the same whatever header follows.
  return version === 4 ? `${ends} ${identification} ${protocol}` : `${ends} ${identification}`
}

const take = (whole: Unfinished, layers: Layers, frame: FragmentFrame): void => {
  const { buffer, transportAt, transportEnd, transportWireEnd, fragmentOffset: start, moreFragments } = layers
  const data = buffer.subarray(transportAt, transportEnd)
  const end = start + data.length
  whole.pieces.push({ ...frame, start, end, payloadAt: transportAt - layers.networkAt })
  if (end > LARGEST || transportEnd < transportWireEnd || (moreFragments && data.length % 8 !== 0)) whole.broken = true
  else if (!moreFragments && whole.length !== undefined && whole.length !== end) whole.broken = true
  if (whole.broken) return
  if (!moreFragments) whole.length = end
  whole.reached = Math.max(whole.reached, end)
  // Nothing lies behind the last piece.
  if (whole.length !== undefined && whole.reached > whole.length) whole.broken = true
  if (end > whole.bytes.length) {
    const room = Math.max(end, Math.min(LARGEST, whole.bytes.length * 2))
    whole.bytes = grown(whole.bytes, room)
    whole.filled = grown(whole.filled, room)
  }
  fill(whole, start, data)
}

const grown = (bytes: Uint8Array, room: number): Uint8Array => {
  const larger = new Uint8Array(room)
  larger.set(bytes)
  return larger
}

/** Other bytes for a place that has some already break the packet. */
const fill = (whole: Unfinished, start: number, data: Bytes): void => {
  const { bytes, filled } = whole
  for (let i = 0; i < data.length; i++) {
    const at = start + i
    if (filled[at] === 0) {
      filled[at] = 1
      bytes[at] = data[i]!
      whole.count++
    } else if (bytes[at] !== data[i]) {
      whole.broken = true
      return
    }
  }
}
