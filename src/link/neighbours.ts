/**
 * Who is who on the wire: the ARP cache (RFC 826, RFC 1122 2.3.2). An address is looked up when a packet needs it, kept
 * for a minute, then asked for again in unicast while it stays in use. Everything that strangers can fill is bounded.
 */
import type { Millis } from '../engine.ts'
import type { IpAddress } from '../wire/address.ts'
import type { Frame } from '../wire/frame.ts'

export type NeighbourState = 'Incomplete' | 'Reachable' | 'Stale' | 'Probing' | 'Permanent'

interface NeighbourRule {
  /** Packets may be sent to the address that is known. */
  readonly usable: boolean
  /** How it asks, how often at most, and what follows when nobody answers (`gone`: the entry is dropped). */
  readonly asks?: { readonly how: 'broadcast' | 'unicast'; readonly times: number; readonly exhausted: 'gone' }
  /** How long it lasts, and what follows. */
  readonly lasts?: { readonly for: Millis; readonly before: NeighbourState }
  /** What a packet for the neighbour leads to. */
  readonly used: NeighbourState
  /** What an ARP packet from the neighbour leads to. */
  readonly confirmed: NeighbourState
}

/** RFC 1122 2.3.2.1: at most one request per second and destination. */
export const ARP_INTERVAL: Millis = 1000
/** RFC 1122 2.3.2.1: time-outs of the order of a minute. */
export const NEIGHBOUR_LIFETIME: Millis = 60_000
/** Linux asks three times (mcast_solicit). */
export const ARP_TRIES = 3
/** RFC 1122 2.3.2.1 (2): an entry goes when two successive unicast polls remain unanswered. */
const UNICAST_POLLS = 2
/** Packets that wait for one neighbour; RFC 1122 2.3.2.2 asks for at least the latest. */
export const WAITING_PER_NEIGHBOUR = 16
/** Entries at most; Linux keeps up to 1024 (gc_thresh3). */
export const NEIGHBOURS = 1024

export const NEIGHBOUR_STATES: Readonly<Record<NeighbourState, NeighbourRule>> = {
  Incomplete: {
    usable: false,
    asks: { how: 'broadcast', times: ARP_TRIES, exhausted: 'gone' },
    used: 'Incomplete',
    confirmed: 'Reachable',
  },
  Reachable: {
    usable: true,
    lasts: { for: NEIGHBOUR_LIFETIME, before: 'Stale' },
    used: 'Reachable',
    confirmed: 'Reachable',
  },
  Stale: { usable: true, used: 'Probing', confirmed: 'Reachable' },
  Probing: {
    usable: true,
    asks: { how: 'unicast', times: UNICAST_POLLS, exhausted: 'gone' },
    used: 'Probing',
    confirmed: 'Reachable',
  },
  Permanent: { usable: true, used: 'Permanent', confirmed: 'Permanent' },
}

export interface Neighbour {
  readonly address: IpAddress
  mac: Uint8Array
  state: NeighbourState
  since: Millis
  asked: number
  /** A packet was sent there, or waits for it; else only they spoke to us. */
  used: boolean
  /** When the next request, or the end of asking, is due. */
  due: Millis | undefined
  readonly waiting: Frame[]
}

/** Something the cache wants done. */
export type NeighbourOrder =
  | { readonly type: 'ask'; readonly neighbour: Neighbour; readonly how: 'broadcast' | 'unicast' }
  | { readonly type: 'deliver'; readonly mac: Uint8Array; readonly frame: Frame }
  | { readonly type: 'give-up'; readonly neighbour: Neighbour; readonly frame: Frame }
  | { readonly type: 'state'; readonly neighbour: Neighbour; readonly from: string; readonly to: string }

export class Neighbours {
  readonly #entries = new Map<string, Neighbour>()
  /** Those that ask: few, so a deadline is found by looking at each. */
  readonly #asking = new Set<Neighbour>()
  readonly #order: (order: NeighbourOrder) => void
  /** Packets given up because too many waited. */
  overflowed = 0

  constructor(order: (order: NeighbourOrder) => void) {
    this.#order = order
  }

  get size(): number {
    return this.#entries.size
  }

  /** The entry for an address, without touching it. */
  look(address: IpAddress): Neighbour | undefined {
    return this.#entries.get(address.text)
  }

  /** An entry that never ages. */
  fix(address: IpAddress, mac: Uint8Array, now: Millis): void {
    const entry = this.#entry(address, now)
    entry.mac = mac
    this.#enter(entry, 'Permanent', now)
  }

  /** Sends `frame` to the neighbour as soon as its hardware address is known. Takes the frame. */
  use(address: IpAddress, frame: Frame, now: Millis): void {
    const entry = this.#entries.get(address.text) ?? this.#begin(address, now)
    entry.used = true
    const lasts = NEIGHBOUR_STATES[entry.state].lasts
    if (lasts !== undefined && now >= entry.since + lasts.for) this.#enter(entry, lasts.before, now)
    const next = NEIGHBOUR_STATES[entry.state].used
    if (next !== entry.state) this.#enter(entry, next, now)
    if (NEIGHBOUR_STATES[entry.state].usable) {
      this.#order({ type: 'deliver', mac: entry.mac, frame })
      return
    }
    if (entry.waiting.length >= WAITING_PER_NEIGHBOUR) {
      entry.waiting.shift()!.release()
      this.overflowed++
    }
    entry.waiting.push(frame)
  }

  /** The neighbour spoke. RFC 826: an entry is made only when it asked us; an existing one is always renewed. */
  heard(address: IpAddress, mac: Uint8Array, what: 'asked us' | 'something else', now: Millis): void {
    const known = this.#entries.get(address.text)
    if (known === undefined && what === 'something else') return
    const entry = known ?? this.#entry(address, now)
    if (entry.state === 'Permanent') return
    entry.mac = mac.slice()
    this.#enter(entry, NEIGHBOUR_STATES[entry.state].confirmed, now)
    for (const frame of entry.waiting.splice(0)) this.#order({ type: 'deliver', mac: entry.mac, frame })
  }

  advance(now: Millis): void {
    for (const entry of this.#asking) {
      if (entry.due === undefined || entry.due > now) continue
      const asks = NEIGHBOUR_STATES[entry.state].asks
      if (asks === undefined) this.#asking.delete(entry)
      else if (entry.asked < asks.times) this.#ask(entry, asks.how, now)
      else this.#drop(entry)
    }
  }

  nextDeadline(): Millis | undefined {
    let next: Millis | undefined
    for (const entry of this.#asking)
      if (entry.due !== undefined && (next === undefined || entry.due < next)) next = entry.due
    return next
  }

  #begin(address: IpAddress, now: Millis): Neighbour {
    const entry = this.#entry(address, now)
    this.#enter(entry, 'Incomplete', now)
    return entry
  }

  #entry(address: IpAddress, now: Millis): Neighbour {
    const known = this.#entries.get(address.text)
    if (known !== undefined) return known
    if (this.#entries.size >= NEIGHBOURS) this.#makeRoom()
    const entry: Neighbour = {
      address,
      mac: new Uint8Array(6),
      state: 'Incomplete',
      since: now,
      asked: 0,
      used: false,
      due: undefined,
      waiting: [],
    }
    this.#entries.set(address.text, entry)
    return entry
  }

  /** The oldest entry goes that nobody configured; one that strangers made comes before one that we use. */
  #makeRoom(): void {
    let oldest: Neighbour | undefined
    for (const entry of this.#entries.values()) {
      if (entry.state === 'Permanent') continue
      oldest ??= entry
      if (entry.used) continue
      oldest = entry
      break
    }
    if (oldest !== undefined) this.#drop(oldest)
  }

  #enter(entry: Neighbour, state: NeighbourState, now: Millis): void {
    if (entry.state !== state) this.#order({ type: 'state', neighbour: entry, from: entry.state, to: state })
    entry.state = state
    entry.since = now
    entry.asked = 0
    entry.due = undefined
    this.#asking.delete(entry)
    const asks = NEIGHBOUR_STATES[state].asks
    if (asks === undefined) return
    this.#asking.add(entry)
    this.#ask(entry, asks.how, now)
  }

  #ask(entry: Neighbour, how: 'broadcast' | 'unicast', now: Millis): void {
    entry.asked++
    entry.due = now + ARP_INTERVAL
    this.#order({ type: 'ask', neighbour: entry, how })
  }

  #drop(entry: Neighbour): void {
    this.#entries.delete(entry.address.text)
    this.#asking.delete(entry)
    this.#order({ type: 'state', neighbour: entry, from: entry.state, to: 'gone' })
    for (const frame of entry.waiting.splice(0)) this.#order({ type: 'give-up', neighbour: entry, frame })
  }
}
