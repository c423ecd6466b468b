/**
 * What lies in a message, and what it lies in, one layer up or down: for the rows of a ladder, of which there may be a
 * hundred thousand. For a range of bytes down to the wire see `src/trace/thread.ts`.
 */
import type { Layer, MessageRecord } from '../../src/trace/types.ts'

export interface Lies {
  /** Messages of the next layer up that have bytes in this one, in their order. */
  inside(message: MessageRecord): readonly MessageRecord[]
  /** The first message of the next layer down that has bytes of this one. */
  around(message: MessageRecord): MessageRecord | undefined
}

/** Worked out when it is first asked. */
export const liesOf = (messages: readonly MessageRecord[]): Lies => {
  let index: Lies | undefined
  const lies = (): Lies => {
    index ??= indexed(messages)
    return index
  }
  return { inside: message => lies().inside(message), around: message => lies().around(message) }
}

const indexed = (messages: readonly MessageRecord[]): Lies => {
  const byId = new Map(messages.map(message => [message.id, message]))
  const held = new Map<number, MessageRecord[]>()
  const holder = new Map<number, MessageRecord>()
  const join = (inner: MessageRecord | undefined, outer: MessageRecord | undefined): void => {
    if (inner === undefined || outer === undefined) return
    if (!holder.has(inner.id)) holder.set(inner.id, outer)
    const list = held.get(outer.id)
    if (list === undefined) held.set(outer.id, [inner])
    else if (list.at(-1) !== inner) list.push(inner)
  }
  const streams = streamsOf(messages)
  for (const message of messages) {
    for (const { message: id } of message.carriedBy ?? []) join(message, byId.get(id))
    for (const { message: id } of message.carries ?? []) join(byId.get(id), message)
  }
  return {
    inside(message) {
      const { payload } = message
      const above = payload && streams.above.get(keyOf(message.layer, message))
      const inStream = above === undefined ? [] : above.overlapping(payload!.start, payload!.end)
      return [...(held.get(message.id) ?? []), ...inStream]
    },
    around(message) {
      const known = holder.get(message.id)
      if (known !== undefined || message.stream === undefined) return known
      const { start, end } = message.stream
      for (const layer of BELOW[message.layer] ?? []) {
        const bringers = streams.below.get(keyOf(layer, message))
        if (bringers !== undefined) return bringers.overlapping(start, Math.max(end, start + 1))[0]
      }
      return undefined
    },
  }
}

/** The layers whose stream a layer's `stream` may count in, nearest first. */
const BELOW: Readonly<Partial<Record<Layer, readonly Layer[]>>> = {
  session: ['http', 'record', 'tcp'],
  http: ['record', 'tcp'],
  tls: ['record', 'tcp'],
  record: ['tcp'],
  dns: ['tcp'],
}

const keyOf = (layer: Layer, { host, flow, direction }: MessageRecord): string =>
  `${layer} ${host} ${flow} ${direction}`

const streamsOf = (messages: readonly MessageRecord[]) => {
  const below = new Map<string, Ranges>()
  const above = new Map<string, Ranges>()
  for (const message of messages)
    if (message.payload !== undefined) ranges(below, keyOf(message.layer, message)).add(message, message.payload)
  for (const message of messages) {
    if (message.stream === undefined || message.carriedBy !== undefined) continue
    const key = (BELOW[message.layer] ?? []).map(layer => keyOf(layer, message)).find(each => below.has(each))
    if (key !== undefined) ranges(above, key).add(message, message.stream)
  }
  return { below, above }
}

const ranges = (map: Map<string, Ranges>, key: string): Ranges => {
  const known = map.get(key) ?? new Ranges()
  map.set(key, known)
  return known
}

/** Messages by where they lie in a stream; most come in order, retransmissions behind. */
class Ranges {
  readonly #list: { readonly start: number; readonly end: number; readonly message: MessageRecord }[] = []
  #sorted = true
  /** Of the longest: nothing that begins further away reaches a place. */
  #longest = 0

  add(message: MessageRecord, { start, end }: { readonly start: number; readonly end: number }): void {
    if (start < (this.#list.at(-1)?.start ?? 0)) this.#sorted = false
    this.#longest = Math.max(this.#longest, end - start)
    this.#list.push({ start, end, message })
  }

  overlapping(start: number, end: number): MessageRecord[] {
    if (!this.#sorted) this.#list.sort((a, b) => a.start - b.start || a.message.id - b.message.id)
    this.#sorted = true
    const found: MessageRecord[] = []
    for (let i = this.#first(start - this.#longest); i < this.#list.length && this.#list[i]!.start < end; i++)
      if (this.#list[i]!.end > start) found.push(this.#list[i]!.message)
    return found
  }

  /** The first that begins at `start` or later. */
  #first(start: number): number {
    let [low, high] = [0, this.#list.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#list[middle]!.start < start) low = middle + 1
      else high = middle
    }
    return low
  }
}
