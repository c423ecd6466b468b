/**
 * The vertical thread: from a range of bytes in one message down through everything that carried it, to the frames on
 * the wire. `carriedBy` and `carries` are followed by number, `stream` and `payload` by offset.
 */
import type { Layer, MessageRecord, Range } from './types.ts'

/** Bytes [start, end) of a message. */
export interface Place extends Range {
  readonly message: MessageRecord
}

/** The same bytes one layer further down; several places when they were cut in pieces there. */
export interface Crumb {
  readonly layer: Layer
  /** In the order of the bytes. */
  readonly places: readonly Place[]
  /** True when part of the bytes was not seen in this layer. */
  readonly incomplete: boolean
}

export interface Threads {
  /** The crumbs from `range` of message `id` (default: all of it) downwards; the first is the message itself. */
  down(id: number, range?: Range): readonly Crumb[]
  /** Every place one layer below that carried these bytes, retransmissions included. */
  copies(place: Place): readonly Place[]
  /** The message's place among those of its layer that its host saw, counted from 1; undefined for one that is not here. */
  number(message: MessageRecord): number | undefined
  /** `record 7`: the same with what a message of its layer is called. */
  label(message: MessageRecord): string
}

/** An index over `messages`; make it once, ask it often. */
export const threads = (messages: readonly MessageRecord[]): Threads => {
  const index = indexOf(messages)
  const below = (place: Place): { places: Place[]; missing: boolean } => firstCover(place, carriersOf(index, place))
  return {
    down(id, range) {
      const message = index.byId.get(id)
      if (message === undefined) return []
      let places: readonly Place[] = [{ message, start: range?.start ?? 0, end: range?.end ?? message.bytes.length }]
      const crumbs: Crumb[] = [{ layer: message.layer, places, incomplete: false }]
      for (let depth = 0; depth < DEEPEST; depth++) {
        const lower = places.map(below)
        const next = lower.flatMap(l => l.places)
        if (next.length === 0) break
        const { layer } = next[0]!.message
        places = next.filter(place => place.message.layer === layer)
        crumbs.push({ layer, places, incomplete: lower.some(l => l.missing) })
      }
      return crumbs
    },
    copies: place => carriersOf(index, place).map(link => link.place),
    number: message => index.ordinal.get(message.id),
    label: message => `${NOUN[message.layer]} ${index.ordinal.get(message.id) ?? '?'}`,
  }
}

/** `GET /cart ⊂ record 7 ⊂ segment 13 ⊂ packet 9 ⊂ frame 18, bytes 143..175`; `field` names the range itself. */
export const threadText = (index: Threads, crumbs: readonly Crumb[], field?: string): string => {
  const names = crumbs.map(({ layer, places }, depth) => {
    if (depth === 0 && NAMED.has(layer)) return places[0]!.message.name
    if (places.length === 1) return index.label(places[0]!.message)
    return `${index.label(places[0]!.message)} and ${places.length - 1} more`
  })
  const last = crumbs.at(-1)?.places ?? []
  const where = last.map(place => `${place.start}..${place.end}`).join(', ')
  return `${[...(field === undefined ? [] : [field]), ...names].join(' ⊂ ')}, bytes ${where}`
}

/** Layers are never deeper than this; a loop in a broken trace ends here. */
const DEEPEST = 16

/** What one message of a layer is called. */
const NOUN: Readonly<Record<Layer, string>> = {
  ethernet: 'frame',
  arp: 'ARP message',
  ip: 'packet',
  icmp: 'ICMP message',
  udp: 'datagram',
  dns: 'DNS message',
  tcp: 'segment',
  record: 'record',
  tls: 'handshake message',
  http: 'HTTP message',
  session: 'session event',
}
const NAMED: ReadonlySet<Layer> = new Set<Layer>(['http', 'tls', 'dns', 'arp', 'icmp', 'session'])

/** The layers whose stream a layer's `stream` may count in, nearest first. */
const STREAMS_BELOW: Readonly<Partial<Record<Layer, readonly Layer[]>>> = {
  session: ['http', 'record', 'tcp'],
  http: ['record', 'tcp'],
  tls: ['record', 'tcp'],
  record: ['tcp'],
  dns: ['tcp'],
}

interface Index {
  readonly byId: ReadonlyMap<number, MessageRecord>
  readonly ordinal: ReadonlyMap<number, number>
  /** Inner id to the places that hold it. */
  readonly holders: ReadonlyMap<number, readonly Place[]>
  /** Messages with a payload, by the stream that they bring. */
  readonly bringers: ReadonlyMap<string, Bringers>
}

const indexOf = (messages: readonly MessageRecord[]): Index => {
  const byId = new Map<number, MessageRecord>()
  const ordinal = new Map<number, number>()
  const counts = new Map<string, number>()
  const holders = new Map<number, Place[]>()
  const bringers = new Map<string, Bringers>()
  for (const message of messages) {
    byId.set(message.id, message)
    const seen = `${message.layer} ${message.host}`
    counts.set(seen, (counts.get(seen) ?? 0) + 1)
    ordinal.set(message.id, counts.get(seen)!)
    for (const inner of message.carries ?? []) {
      add(holders, inner.message, { message, start: inner.start, end: inner.end })
    }
    if (message.payload !== undefined) bring(bringers, streamKey(message.layer, message), message, message.payload)
  }
  return { byId, ordinal, holders, bringers }
}

const add = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

const bring = (map: Map<string, Bringers>, key: string, message: MessageRecord, payload: Payload): void => {
  const known = map.get(key) ?? new Bringers()
  known.add(message, payload)
  map.set(key, known)
}

type Payload = NonNullable<MessageRecord['payload']>

interface Brought {
  readonly message: MessageRecord
  readonly payload: Payload
  /** How many came before it. */
  readonly order: number
}

/** Who brought which bytes of one stream. A long download has a hundred thousand segments, and each record asks. */
class Bringers {
  /** Once somebody asked: by their first bytes. */
  readonly #all: Brought[] = []
  /** For each of them: how far it and those before it reach. */
  #reach: Float64Array | undefined

  add(message: MessageRecord, payload: Payload): void {
    this.#all.push({ message, payload, order: this.#all.length })
  }

  /** Those with bytes of `range`, in the order in which they were seen. */
  of(range: Range): readonly Brought[] {
    this.#reach ??= this.#sorted()
    const found: Brought[] = []
    for (let i = this.#before(range.end) - 1; i >= 0 && this.#reach[i]! > range.start; i--) {
      const each = this.#all[i]!
      if (each.payload.end > range.start) found.push(each)
    }
    return found.sort((a, b) => a.order - b.order)
  }

  #sorted(): Float64Array {
    this.#all.sort((a, b) => a.payload.start - b.payload.start)
    let farthest = Number.NEGATIVE_INFINITY
    return Float64Array.from(this.#all, ({ payload }) => {
      farthest = Math.max(farthest, payload.end)
      return farthest
    })
  }

  /** How many begin in front of `end`. */
  #before(end: number): number {
    let [low, high] = [0, this.#all.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#all[middle]!.payload.start < end) low = middle + 1
      else high = middle
    }
    return low
  }
}

const streamKey = (layer: Layer, of: MessageRecord): string => `${layer} ${of.host} ${of.flow} ${of.direction}`

/** Bytes from `from` on of the upper range lie at `place`. */
interface Link {
  readonly from: number
  readonly place: Place
}

/** Everything that carried a part of `upper`, in the order in which it was seen. */
const carriersOf = (index: Index, upper: Place): Link[] => {
  const { message } = upper
  if (message.carriedBy !== undefined) {
    const links: Link[] = []
    let at = 0
    for (const carrier of message.carriedBy) {
      const holder = index.byId.get(carrier.message)
      if (holder !== undefined) push(links, upper, at, { message: holder, start: carrier.start, end: carrier.end })
      at += carrier.end - carrier.start
    }
    return links
  }
  const holders = index.holders.get(message.id)
  if (holders !== undefined) {
    const links: Link[] = []
    for (const holder of holders) push(links, upper, 0, holder)
    return links
  }
  return message.stream === undefined ? [] : streamLinks(index, upper, message.stream)
}

const streamLinks = (index: Index, upper: Place, stream: Range): Link[] => {
  for (const layer of STREAMS_BELOW[upper.message.layer] ?? []) {
    const bringers = index.bringers.get(streamKey(layer, upper.message))
    if (bringers === undefined) continue
    const links: Link[] = []
    const asked = { start: stream.start + upper.start, end: stream.start + upper.end }
    for (const { message, payload } of bringers.of(asked)) {
      const { start, end, at } = payload
      push(links, upper, start - stream.start, { message, start: at, end: at + end - start })
    }
    return links
  }
  return []
}

/** Notes the part of `upper` that lies in `held`, whose first byte is byte `at` of the upper message. */
const push = (links: Link[], upper: Place, at: number, held: Place): void => {
  const start = Math.max(upper.start, at)
  const end = Math.min(upper.end, at + held.end - held.start)
  if (start >= end) return
  links.push({
    from: start,
    place: { message: held.message, start: held.start + start - at, end: held.start + end - at },
  })
}

/** Of all copies, the first that brought each byte, in the order of the bytes. */
const firstCover = (upper: Place, links: readonly Link[]): { places: Place[]; missing: boolean } => {
  const covered: Range[] = []
  const parts = links.flatMap(link => newPartsOf(link, covered)).sort((a, b) => a.from - b.from)
  let reached = upper.start
  let missing = false
  for (const { from, place } of parts) {
    missing ||= from > reached
    reached = from + place.end - place.start
  }
  return { places: parts.map(({ place }) => place), missing: missing || reached < upper.end }
}

/** What of a link is not in `covered`, ranges in ascending order with room between them; then it is. */
const newPartsOf = ({ from, place }: Link, covered: Range[]): Link[] => {
  const to = from + place.end - place.start
  const first = firstReaching(covered, from)
  const parts: Link[] = []
  let [at, next] = [from, first]
  const isNew = (end: number): void => {
    if (end > at)
      parts.push({ from: at, place: { ...place, start: place.start + at - from, end: place.start + end - from } })
  }
  for (; next < covered.length && covered[next]!.start <= to; next++) {
    isNew(covered[next]!.start)
    at = covered[next]!.end
  }
  isNew(to)
  const start = next > first ? Math.min(from, covered[first]!.start) : from
  covered.splice(first, next - first, { start, end: Math.max(at, to) })
  return parts
}

/** The first of these ranges that ends at `at` or behind it. */
const firstReaching = (ranges: readonly Range[], at: number): number => {
  let [low, high] = [0, ranges.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranges[middle]!.end < at) low = middle + 1
    else high = middle
  }
  return low
}
