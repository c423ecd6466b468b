/**
 * Two byte streams that others had: the first bytes of both say what is spoken, and whoever reads that takes over. TLS and
 * tunnels hold streams of their own, which are read in the same way.
 */
import type { Bytes, Millis } from '../../engine.ts'
import type { Ending, Side, StreamReader } from '../types.ts'
import { type Guess, guess } from './guess.ts'
import { Handover } from './handover.ts'
import { HttpReader } from './http/reader.ts'
import { type PreambleName, PreambleReader } from './preamble.ts'
import { TlsReader } from './tls/reader.ts'
import type { ProtocolFound, StreamContext, StreamProtocol } from './types.ts'

/** Reads the two byte streams of one connection and tells what they say as trace records. */
export const streamReader = (context: StreamContext): StreamReader =>
  new Guessing(context, { inside: 'stream', depth: 0 })

/** Where a stream is: `depth` others are around it. */
export interface Where {
  readonly inside: ProtocolFound['inside']
  readonly depth: number
}

/** TLS to a proxy, a tunnel in it, TLS in that, a tunnel, TLS: nobody does more, and a peer could without end. */
const DEEPEST = 6

/** What is kept until it is clear what is spoken: one side may say much before the other answers. */
const MOST_HELD = 65_536

type Call =
  | { readonly type: 'data'; readonly bytes: Bytes; readonly offset: number; readonly at: Millis }
  | { readonly type: 'gap'; readonly length: number; readonly at: Millis }
  | { readonly type: 'end'; readonly how: Ending; readonly at: Millis }

/** One side until it is clear what it speaks. */
interface Beginning {
  first: Bytes
  guess: Guess
  /** Who reads it; undefined as long as nobody knows. */
  reader: StreamReader | undefined
}

const beginning = (): Beginning => ({ first: new Uint8Array(0), guess: 'more', reader: undefined })

export class Guessing implements StreamReader {
  readonly #context: StreamContext
  readonly #where: Where
  readonly #sides: Readonly<Record<Side, Beginning>> = { client: beginning(), server: beginning() }
  #held: (Call & { readonly from: Side })[] = []
  #bytesHeld = 0
  /** What the side that is known first speaks, and who reads both if the other speaks it too. */
  #shared: { readonly protocol: StreamProtocol; readonly reader: StreamReader } | undefined

  constructor(context: StreamContext, where: Where) {
    this.#context = context
    this.#where = where
  }

  data(from: Side, bytes: Bytes, offset: number, at: Millis): void {
    if (bytes.length === 0) return
    const side = this.#sides[from]
    if (side.reader !== undefined) {
      side.reader.data(from, bytes, offset, at)
      return
    }
    if (side.guess === 'more') {
      const first = new Uint8Array(side.first.length + bytes.length)
      first.set(side.first)
      first.set(bytes, side.first.length)
      side.first = first
      side.guess = guess(from, first)
    }
    this.#bytesHeld += bytes.length
    this.#hold(from, { type: 'data', bytes: bytes.slice(), offset, at })
  }
  gap(from: Side, length: number, at: Millis): void {
    const side = this.#sides[from]
    if (side.reader !== undefined) side.reader.gap(from, length, at)
    else {
      // What follows is no beginning; the other side tells.
      if (side.first.length > 0) side.guess = 'unknown'
      this.#hold(from, { type: 'gap', length, at })
    }
  }
  end(from: Side, how: Ending, at: Millis): void {
    const side = this.#sides[from]
    if (side.reader === undefined) {
      if (side.guess === 'more') side.guess = 'unknown'
      this.#hold(from, { type: 'end', how, at })
      return
    }
    side.reader.end(from, how, at)
    // Whoever reads the other side alone waits for this one's end too.
    if (this.#shared !== undefined && this.#shared.reader !== side.reader) this.#shared.reader.end(from, how, at)
  }

  #hold(from: Side, call: Call): void {
    this.#held.push({ ...call, from })
    if (this.#shared === undefined) this.#decide()
    if (this.#shared !== undefined) this.#settle()
  }

  #decide(): void {
    const { client, server } = this.#sides
    const known = [client.guess, server.guess].find(each => each !== 'more' && each !== 'unknown')
    const undecided = client.guess === 'more' || server.guess === 'more'
    if (known === undefined && undecided && this.#bytesHeld < MOST_HELD) return
    const protocol = (known ?? 'unknown') as StreamProtocol
    this.#shared = { protocol, reader: this.#readerOf(protocol) }
  }

  /** Each side whose beginning is known gets who reads it: the same for both, unless they speak past each other. */
  #settle(): void {
    const { protocol, reader } = this.#shared!
    for (const side of [this.#sides.client, this.#sides.server]) {
      const { guess } = side
      if (side.reader !== undefined || (guess === 'more' && protocol !== 'unknown')) continue
      side.reader =
        guess === 'more' ||
        guess === 'unknown' ||
        guess === protocol ||
        isPreamble(protocol) ||
        !readsEither(protocol, guess)
          ? reader
          : this.#readerOf(guess)
    }
    const held = this.#held
    this.#held = []
    for (const { from, ...call } of held) {
      const own = this.#sides[from].reader
      if (own === undefined) this.#held.push({ from, ...call })
      else if (call.type === 'data') own.data(from, call.bytes, call.offset, call.at)
      else if (call.type === 'gap') own.gap(from, call.length, call.at)
      else this.end(from, call.how, call.at)
    }
  }

  #readerOf(protocol: StreamProtocol): StreamReader {
    const { flow, tell } = this.#context
    if (protocol !== 'unknown' || this.#bytesHeld > 0)
      tell?.({ about: 'protocol', flow, protocol, inside: this.#where.inside })
    return readerOf(this.#context, this.#where, protocol)
  }
}

/** What is read here; in other protocols the two sides may look different and mean the same. */
const READ: ReadonlySet<StreamProtocol> = new Set(['TLS', 'HTTP/1.1'])

const readsEither = (one: StreamProtocol, other: StreamProtocol): boolean => READ.has(one) || READ.has(other)

/** Of these one side may say nothing, and what it says first belongs to what stands behind. */
const isPreamble = (protocol: StreamProtocol): protocol is PreambleName =>
  protocol === 'SOCKS' || protocol === 'PROXY protocol'

/** What goes over to TLS in no way, and may be long. */
const NEVER_TLS: ReadonlySet<StreamProtocol> = new Set(['HTTP/2', 'WebSocket', 'SSH', 'BitTorrent'])

const readerOf = (context: StreamContext, { inside, depth }: Where, protocol: StreamProtocol): StreamReader => {
  if (depth >= DEEPEST) return OPAQUE
  if (protocol === 'TLS') {
    // What is inside of TLS inside of TLS is a connection of its own, as what is inside of a tunnel is.
    const own = inside === 'TLS' ? { ...context, flow: `${context.flow} > TLS` } : context
    return new TlsReader(own, new Guessing(own, { inside: 'TLS', depth: depth + 1 }))
  }
  if (protocol === 'HTTP/1.1') {
    const tunnel = (target: string): StreamReader =>
      new Guessing({ ...context, flow: `${context.flow} > ${target}` }, { inside: 'tunnel', depth: depth + 1 })
    return new HttpReader(context, { secure: inside === 'TLS', tunnel })
  }
  if (isPreamble(protocol))
    return new PreambleReader(protocol, new Guessing(context, { inside: 'tunnel', depth: depth + 1 }))
  if (NEVER_TLS.has(protocol)) return OPAQUE
  return new Handover(() => {
    context.tell?.({ about: 'protocol', flow: context.flow, protocol: 'TLS', inside })
    return readerOf(context, { inside, depth }, 'TLS')
  })
}

/** Bytes that are not looked at: whoever wants them has them in the layer below. */
export const OPAQUE: StreamReader = {
  data: () => undefined,
  gap: () => undefined,
  end: () => undefined,
}
