/**
 * A capture file: first the index of its conversations (`index-of.ts`), then any one of them with every record of every
 * layer. Nothing of a conversation is kept between two looks at it.
 */
import { openPackets, PcapngPackets, type Source } from '../capture/read/index.ts'
import type { Packets } from '../capture/read/packets.ts'
import type { Millis } from '../engine.ts'
import { type Failure, fail, isFailure } from '../failures/index.ts'
import type { Carrier, TraceSink } from '../trace/types.ts'
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/protocols.ts'
import type { Conversation } from './conversation.ts'
import { type Index, indexOf, readSegmentHead } from './index-of.ts'
import { Copies, OF_ONE } from './network/copies.ts'
import { Fragments, type Piece } from './network/fragments.ts'
import { Layers } from './network/layers.ts'
import { PROTOCOL_ICMPV6, readQuoted } from './network/quoted.ts'
import { Teller } from './network/records.ts'
import { SegmentHead, Side } from './network/side.ts'
import { Captured } from './network/streams.ts'
import { type Known, TcpReader } from './network/tcp-records.ts'
import type { Tracked } from './network/tracked.ts'
import { KeyLogs, MOST_SECRETS } from './secrets.ts'
import type { DissectContext, Side as End, StreamReader } from './types.ts'

/** Makes the reader of the two streams of one connection. */
export type Reading = (context: DissectContext) => StreamReader

export interface OpenOptions {
  /** Key logs (NSS format), besides those in the file. */
  readonly keyLogs?: readonly string[] | undefined
  /** Without one, TCP is told and what it carries is not. */
  readonly reading?: Reading | undefined
}

export interface Capture {
  readonly frames: number
  /** When the first frame came, in milliseconds since 1970; NaN without a frame. */
  readonly start: Millis
  /** To the latest frame. */
  readonly duration: Millis
  readonly conversations: readonly Conversation[]
  readonly damage: readonly Failure[]
  /** What addresses are called, where the file says so. */
  readonly names: ReadonlyMap<string, readonly string[]>
  /** On the file and its interfaces. */
  readonly comments: readonly string[]
  /** Every record of conversation `id`, all layers. Throws RangeError when there is no such conversation. */
  dissect(id: number, sink: TraceSink, reading?: Reading): void
  /** The same, a frame with each step. */
  steps(id: number, sink: TraceSink, reading?: Reading): Generator<undefined>
}

/** Reads the whole file once. What cannot be read is in `damage`. */
export const openCapture = (source: Source, options: OpenOptions = {}): Capture => {
  const packets = openPackets(source)
  if (isFailure(packets)) return nothing(packets)
  const index = indexOf(packets)
  const inFile = packets instanceof PcapngPackets ? packets : undefined
  const keyLogs = new KeyLogs([...(options.keyLogs ?? []), ...(inFile?.keyLogs ?? [])])
  const damage = [...index.damage]
  if (keyLogs.isFull) damage.push(fail('capture/too-much', { where: 'secrets', number: MOST_SECRETS }))
  const conversations = index.conversations.map(each => each.described())
  const steps = (id: number, sink: TraceSink, reading = options.reading): Generator<undefined> => {
    const [tracked, conversation] = [index.conversations[id - 1], conversations[id - 1]]
    if (tracked === undefined || conversation === undefined) throw new RangeError(`no conversation ${id}`)
    const context = { sink, flow: conversation.flow, secrets: keyLogs }
    return new Dissection(packets, index, tracked, conversation, sink, reading?.(context)).steps()
  }
  return {
    frames: index.frames,
    start: packets.start,
    duration: index.duration,
    conversations,
    damage,
    names: inFile?.names ?? new Map(),
    comments: inFile?.remarks ?? [],
    dissect(id, sink, reading) {
      for (const _ of steps(id, sink, reading));
    },
    steps,
  }
}

const none = (id: number): never => {
  throw new RangeError(`no conversation ${id}`)
}

const nothing = (failure: Failure): Capture => ({
  frames: 0,
  start: Number.NaN,
  duration: 0,
  conversations: [],
  damage: [failure],
  names: new Map(),
  comments: [],
  dissect: none,
  steps: none,
})

/** Read at once when frames are looked for here and there. */
const PIECE = 16 * 1024

class Dissection {
  readonly #packets: Packets
  readonly #places: Float64Array
  readonly #conversation: Conversation
  readonly #tracked: Tracked
  readonly #teller: Teller
  readonly #sink: TraceSink
  readonly #reader: StreamReader | undefined
  readonly #layers = new Layers()
  readonly #whole = new Layers()
  readonly #quoted = new Layers()
  readonly #segment = new SegmentHead()
  #fragments = new Fragments()
  /** Of the fragments that wait for others: which messages hold them, by their places in the file. */
  readonly #carriers = new Map<number, Carrier>()
  /** Of the packet that was put together last. */
  #pieces: readonly Piece[] = []

  constructor(
    packets: Packets,
    index: Index,
    tracked: Tracked,
    conversation: Conversation,
    sink: TraceSink,
    reader: StreamReader | undefined,
  ) {
    this.#packets = packets
    this.#places = index.list.places(tracked.head)
    this.#conversation = conversation
    this.#tracked = tracked
    this.#teller = new Teller(sink, conversation)
    this.#sink = sink
    this.#reader = reader
    packets.window.piece = PIECE
  }

  *steps(): Generator<undefined> {
    if (this.#conversation.kind !== 'TCP') {
      for (const _ of this.#frames()) {
        this.#tell()
        yield
      }
      return
    }
    const known = this.#known()
    this.#fragments = new Fragments()
    const tcp = new TcpReader(this.#sink, this.#teller, this.#conversation, known, this.#reader)
    const copies = new Copies(OF_ONE)
    for (const _ of this.#frames()) {
      this.#tell(tcp, copies)
      yield
    }
    tcp.finish(this.#conversation.end)
    yield
  }

  /** Each is read in place of the one before. */
  *#frames(): Generator<undefined> {
    for (const place of this.#places) {
      const packets = this.#packets
      if (!packets.seek(place)) continue
      const { linkType } = packets.interface!
      this.#layers.read(packets.window.bytes, packets.at, packets.length, packets.originalLength, linkType)
      yield
    }
  }

  /** Which bytes of the two streams were captured. */
  #known(): Known {
    const known = { client: new Captured(), server: new Captured() }
    const sides = { client: new Side(), server: new Side() }
    const copies = new Copies(OF_ONE)
    for (const _ of this.#frames()) {
      const layers = this.#transport()
      if (layers?.protocol !== PROTOCOL_TCP || !readSegmentHead(layers, this.#packets.time, this.#segment)) continue
      if (!layers.wasCut && copies.isCopy(layers, this.#packets.interface!.number, this.#packets.time)) continue
      const from = this.#from(layers)
      const [side, other] = from === 'client' ? [sides.client, sides.server] : [sides.server, sides.client]
      const arrival = side.see(this.#segment, other, undefined)
      if (arrival === 'outside the window' || arrival === 'reset') continue
      const start = side.offsetOf(this.#segment.seq) + ((this.#segment.control & 2) >>> 1)
      const text = layers.transportAt + (layers.buffer[layers.transportAt + 12]! >>> 4) * 4
      known[from].add(start, start + layers.transportEnd - text)
    }
    return known
  }

  /** The packet with the transport's header: put together, if the frame holds the last missing piece of one. */
  #transport(): Layers | undefined {
    const layers = this.#layers
    if (!layers.fragment) return layers
    const { blockAt: place, originalLength: wire, time } = this.#packets
    const whole = this.#fragments.add(layers, { place, wire, time })
    if (whole === undefined) return undefined
    this.#pieces = whole.pieces
    this.#whole.joined(layers, whole.bytes.subarray(0, whole.length))
    return this.#whole
  }

  /** Who sent it; an ICMP error about a segment comes from the side of the other end. */
  #from(layers: Layers): End {
    const { client, kind } = this.#tracked
    const isAbout = kind === 'TCP' && layers.protocol !== PROTOCOL_TCP && readQuoted(layers, this.#quoted)
    const fromA = isAbout ? !this.#tracked.isFromA(this.#quoted) : this.#tracked.isFromA(layers)
    return fromA === (client === 'a') ? 'client' : 'server'
  }

  #tell(tcp?: TcpReader, copies?: Copies): void {
    const packets = this.#packets
    const { time: at } = packets
    const layers = this.#layers
    const { linkType } = packets.interface!
    const direction = this.#from(layers) === 'client' ? 'out' : 'in'
    const lower = this.#teller.lower(layers, linkType, direction, at, packets.comments())
    if (layers.isArp) this.#teller.arp(layers, lower, direction, at)
    if (layers.version === 0) return
    const { blockAt } = packets
    if (layers.fragment && lower[0] !== undefined) this.#carriers.set(blockAt, lower[0])
    const whole = this.#transport()
    if (whole === undefined) return
    const carriers = whole === layers ? lower : this.#carriersOfPieces()
    const bytes = whole.buffer.slice(whole.transportAt, whole.transportEnd)
    const { protocol } = whole
    if (protocol === PROTOCOL_TCP && tcp !== undefined && readSegmentHead(whole, at, this.#segment)) {
      const isCopy = whole === layers && copies!.isCopy(layers, packets.interface!.number, at)
      tcp.segment(this.#from(whole), this.#segment, bytes, carriers, isCopy)
    } else if (protocol === PROTOCOL_UDP && bytes.length >= 8) this.#teller.udp(bytes, carriers, direction, at)
    else if (protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6) {
      this.#teller.icmp(bytes, whole, carriers, direction, at)
    }
  }

  /** Where the bytes of a packet that was put together lie, each once. */
  #carriersOfPieces(): readonly Carrier[] {
    const carriers: Carrier[] = []
    let reached = 0
    for (const { place, start, end } of [...this.#pieces].sort((a, b) => a.start - b.start)) {
      const carrier = this.#carriers.get(place)
      this.#carriers.delete(place)
      if (carrier === undefined || end <= reached) continue
      carriers.push({ ...carrier, start: carrier.start + Math.max(0, reached - start) })
      reached = end
    }
    return carriers
  }
}
