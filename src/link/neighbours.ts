/**
 * Who is who on the wire: the ARP cache (RFC 826, RFC 1122 2.3.2). An address is looked up when a packet needs it, kept
 * for a minute, then asked for again in unicast while it stays in use. Everything that strangers can fill is bounded.
 */
import type { Millis } from '../engine.ts'
import { type Move, machine } from '../machine.ts'
import type { IpAddress } from '../wire/address.ts'
import type { Frame } from '../wire/frame.ts'
import { TokenBucket } from '../wire/token-bucket.ts'

export type NeighbourState = 'Incomplete' | 'Reachable' | 'Stale' | 'Probing' | 'Permanent' | 'gone'

/** What becomes of an entry. `contradicted`: another machine claims the address, and is not believed at once. */
type NeighbourInput = 'packet for it' | 'it spoke' | 'silence' | 'time' | 'contradicted' | 'configured' | 'room needed'

interface NeighbourRule {
  /** Packets may be sent to the address that is known. */
  readonly usable: boolean
  /** How it asks, and how often at most. */
  readonly asks?: { readonly how: 'broadcast' | 'unicast'; readonly times: number }
  /** How long it lasts. */
  readonly lasts?: Millis
}

/** RFC 1122 2.3.2.1: at most one request per second and destination. */
const ARP_INTERVAL: Millis = 1000
/** RFC 1122 2.3.2.1: time-outs of the order of a minute. */
const NEIGHBOUR_LIFETIME: Millis = 60_000
/** Linux asks three times (mcast_solicit). */
export const ARP_TRIES = 3
/** RFC 1122 2.3.2.1 (2): an entry goes when two successive unicast polls remain unanswered. */
const UNICAST_POLLS = 2
/** Packets that wait for one neighbour; RFC 1122 2.3.2.2 asks for at least the latest. */
const WAITING_PER_NEIGHBOUR = 16
/** Bytes of frames that wait for all neighbours together: a thousand packets that somebody made us send into the void. */
const WAITING_BYTES = 2 * 1024 * 1024
/**
 * Broadcast requests per second, and at once: every machine on the wire has to look at each. Whoever sends from addresses
 * that nobody has makes us ask for each of them.
 */
const BROADCASTS_PER_SECOND = 1000
const BROADCAST_BURST = 256
/** Strict: what was confirmed stands for so long whatever is said of it. Linux: locktime. */
const LOCK: Millis = 1000
/** Entries at most; Linux keeps up to 1024 (gc_thresh3). */
const NEIGHBOURS = 1024

export const neighbourStates = machine<readonly Move<NeighbourState, NeighbourInput>[]>('A neighbour (RFC 826)', [
  ['Incomplete', 'packet for it', 'Incomplete', 'RFC 1122 2.3.2.2'],
  ['Incomplete', 'it spoke', 'Reachable', 'RFC 826'],
  ['Incomplete', 'silence', 'gone', 'RFC 1122 2.3.2.1'],
  ['Incomplete', 'configured', 'Permanent', 'by its owner'],
  ['Incomplete', 'room needed', 'gone', 'bounded'],
  ['Reachable', 'packet for it', 'Reachable', 'RFC 826'],
  ['Reachable', 'it spoke', 'Reachable', 'RFC 1122 2.3.2.1'],
  ['Reachable', 'time', 'Stale', 'RFC 1122 2.3.2.1'],
  ['Reachable', 'contradicted', 'Probing', 'RFC 5227 1.1'],
  ['Reachable', 'configured', 'Permanent', 'by its owner'],
  ['Reachable', 'room needed', 'gone', 'bounded'],
  ['Stale', 'packet for it', 'Probing', 'RFC 1122 2.3.2.1'],
  ['Stale', 'it spoke', 'Reachable', 'RFC 1122 2.3.2.1'],
  ['Stale', 'contradicted', 'Probing', 'RFC 5227 1.1'],
  ['Stale', 'configured', 'Permanent', 'by its owner'],
  ['Stale', 'room needed', 'gone', 'bounded'],
  ['Probing', 'packet for it', 'Probing', 'RFC 1122 2.3.2.1'],
  ['Probing', 'it spoke', 'Reachable', 'RFC 1122 2.3.2.1'],
  ['Probing', 'silence', 'gone', 'RFC 1122 2.3.2.1'],
  ['Probing', 'configured', 'Permanent', 'by its owner'],
  ['Probing', 'room needed', 'gone', 'bounded'],
  ['Permanent', 'packet for it', 'Permanent', 'by its owner'],
  ['Permanent', 'configured', 'Permanent', 'by its owner'],
])

const RULES: Readonly<Record<NeighbourState, NeighbourRule>> = {
  Incomplete: { usable: false, asks: { how: 'broadcast', times: ARP_TRIES } },
  Reachable: { usable: true, lasts: NEIGHBOUR_LIFETIME },
  Stale: { usable: true },
  Probing: { usable: true, asks: { how: 'unicast', times: UNICAST_POLLS } },
  Permanent: { usable: true },
  gone: { usable: false },
}

export interface Neighbour {
  readonly address: IpAddress
  mac: Uint8Array
  state: NeighbourState
  since: Millis
  asked: number
  /** When a packet was last sent there, or began to wait; undefined: only they spoke to us. */
  used: Millis | undefined
  /** When the next request, or the end of asking, is due. */
  due: Millis | undefined
  readonly waiting: Frame[]
}

/** Whether what is said on the wire is believed. ARP has no proof of who speaks: `strict` takes what fits what is known. */
export type ArpTrust = 'trusting' | 'strict'

/** Something the cache wants done. */
export type NeighbourOrder =
  | { readonly type: 'ask'; readonly neighbour: Neighbour; readonly how: 'broadcast' | 'unicast' }
  | { readonly type: 'deliver'; readonly mac: Uint8Array; readonly frame: Frame }
  | { readonly type: 'give-up'; readonly neighbour: Neighbour; readonly frame: Frame }
  | { readonly type: 'state'; readonly neighbour: Neighbour; readonly from: string; readonly to: string }

export class Neighbours {
  readonly #entries = new Map<string, Neighbour>()
  /** Those that ask, in the order in which they are due: every wait is as long as the others. */
  readonly #asking = new Set<Neighbour>()
  /** Those whose broadcast must wait for its turn. */
  readonly #deferred = new Set<Neighbour>()
  /** Whom to give up first when room is needed, each the oldest first: who only spoke to us, and who does not answer. */
  readonly #unused = new Set<Neighbour>()
  readonly #incomplete = new Set<Neighbour>()
  /** Those for whom packets wait, whoever began first at the front. */
  readonly #holding = new Set<Neighbour>()
  readonly #broadcasts = new TokenBucket(BROADCASTS_PER_SECOND, BROADCAST_BURST)
  readonly #order: (order: NeighbourOrder) => void
  readonly #trust: ArpTrust
  #waitingBytes = 0
  /** Packets given up because too many waited. */
  overflowed = 0

  constructor(order: (order: NeighbourOrder) => void, trust: ArpTrust = 'trusting') {
    this.#order = order
    this.#trust = trust
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
    this.#move(entry, 'configured', now)
  }

  /** Sends `frame` to the neighbour as soon as its hardware address is known. Takes the frame. */
  use(address: IpAddress, frame: Frame, now: Millis): void {
    const entry = this.#entries.get(address.text) ?? this.#begin(address, now)
    if (entry.used === undefined) this.#unused.delete(entry)
    entry.used = now
    const { lasts } = RULES[entry.state]
    if (lasts !== undefined && now >= entry.since + lasts) this.#move(entry, 'time', now)
    if (neighbourStates.next(entry.state, 'packet for it') !== entry.state) this.#move(entry, 'packet for it', now)
    if (RULES[entry.state].usable) this.#order({ type: 'deliver', mac: entry.mac, frame })
    else this.#wait(entry, frame)
  }

  /** The neighbour spoke. RFC 826: an entry is made only when it asked us; an existing one is always renewed. */
  heard(address: IpAddress, mac: Uint8Array, what: 'asked us' | 'something else', now: Millis): void {
    const known = this.#entries.get(address.text)
    if (known === undefined && what === 'something else') return
    const entry = known ?? this.#entry(address, now)
    if (entry.state === 'Permanent') return
    if (known !== undefined && this.#contradicts(entry, mac)) {
      this.#doubt(entry, now)
      return
    }
    entry.mac = mac.slice()
    this.#move(entry, 'it spoke', now)
    for (const frame of this.#waiting(entry)) this.#order({ type: 'deliver', mac: entry.mac, frame })
  }

  advance(now: Millis): void {
    for (const entry of this.#asking) {
      if (entry.due === undefined || entry.due > now) break
      const asks = RULES[entry.state].asks
      if (asks !== undefined && entry.asked < asks.times) this.#ask(entry, asks.how, now)
      else this.#giveUp(entry)
    }
    for (const entry of this.#deferred) {
      if (!this.#broadcasts.take(now)) break
      this.#asks(entry, 'broadcast', now)
    }
  }

  nextDeadline(): Millis | undefined {
    let next: Millis | undefined
    for (const entry of this.#asking) {
      next = entry.due
      break
    }
    if (this.#deferred.size === 0) return next
    return Math.min(next ?? Number.POSITIVE_INFINITY, this.#broadcasts.readyAt)
  }

  /** Strict: another hardware address than the one that answered, or answers. */
  #contradicts(entry: Neighbour, mac: Uint8Array): boolean {
    if (this.#trust === 'trusting' || !RULES[entry.state].usable) return false
    return entry.mac.some((octet, i) => octet !== mac[i])
  }

  /** Somebody claims the address: the machine that had it is asked, and keeps it unless it is silent. */
  #doubt(entry: Neighbour, now: Millis): void {
    if (entry.state !== 'Probing' && now >= entry.since + LOCK) this.#move(entry, 'contradicted', now)
  }

  #begin(address: IpAddress, now: Millis): Neighbour {
    const entry = this.#entry(address, now)
    entry.used = now
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
      used: undefined,
      due: undefined,
      waiting: [],
    }
    this.#entries.set(address.text, entry)
    return entry
  }

  /**
   * Who goes: one that a stranger made, else one that does not answer, else the one that was used least recently; never
   * one that was configured. What waits for it is lost, as in a full queue: nobody has said that it is not there.
   */
  #makeRoom(): void {
    const [stranger] = this.#unused
    const [silent] = this.#incomplete
    const entry = stranger ?? silent ?? this.#leastRecentlyUsed()
    if (entry === undefined) return
    for (const frame of this.#waiting(entry)) this.#lose(frame)
    this.#remove(entry, 'room needed')
  }

  #leastRecentlyUsed(): Neighbour | undefined {
    let least: Neighbour | undefined
    for (const entry of this.#entries.values())
      if (entry.state !== 'Permanent' && (least === undefined || entry.used! < least.used!)) least = entry
    return least
  }

  #wait(entry: Neighbour, frame: Frame): void {
    if (entry.waiting.length >= WAITING_PER_NEIGHBOUR) this.#lose(this.#shift(entry))
    entry.waiting.push(frame)
    this.#waitingBytes += frame.buffer.length
    this.#holding.add(entry)
    for (const oldest of this.#holding) {
      while (this.#waitingBytes > WAITING_BYTES && oldest.waiting.length > 0) this.#lose(this.#shift(oldest))
      if (this.#waitingBytes <= WAITING_BYTES) return
    }
  }

  #shift(entry: Neighbour): Frame {
    const frame = entry.waiting.shift()!
    this.#waitingBytes -= frame.buffer.length
    if (entry.waiting.length === 0) this.#holding.delete(entry)
    return frame
  }

  /** Everything that waits for it, which waits no more. */
  #waiting(entry: Neighbour): Frame[] {
    const frames = entry.waiting.splice(0)
    for (const frame of frames) this.#waitingBytes -= frame.buffer.length
    this.#holding.delete(entry)
    return frames
  }

  #lose(frame: Frame): void {
    frame.release()
    this.overflowed++
  }

  #move(entry: Neighbour, input: NeighbourInput, now: Millis): void {
    this.#enter(entry, neighbourStates.next(entry.state, input), now)
  }

  #enter(entry: Neighbour, state: NeighbourState, now: Millis): void {
    if (entry.state !== state) this.#order({ type: 'state', neighbour: entry, from: entry.state, to: state })
    entry.state = state
    entry.since = now
    entry.asked = 0
    this.#rest(entry)
    if (state === 'Incomplete') this.#incomplete.add(entry)
    else if (state !== 'Permanent' && entry.used === undefined) this.#unused.add(entry)
    const asks = RULES[state].asks
    if (asks !== undefined) this.#ask(entry, asks.how, now)
  }

  #ask(entry: Neighbour, how: 'broadcast' | 'unicast', now: Millis): void {
    this.#asking.delete(entry)
    if (how === 'unicast' || this.#broadcasts.take(now)) this.#asks(entry, how, now)
    else this.#deferred.add(entry)
  }

  #asks(entry: Neighbour, how: 'broadcast' | 'unicast', now: Millis): void {
    this.#deferred.delete(entry)
    entry.asked++
    entry.due = now + ARP_INTERVAL
    this.#asking.add(entry)
    this.#order({ type: 'ask', neighbour: entry, how })
  }

  #giveUp(entry: Neighbour): void {
    const frames = this.#waiting(entry)
    this.#remove(entry, 'silence')
    for (const frame of frames) this.#order({ type: 'give-up', neighbour: entry, frame })
  }

  #remove(entry: Neighbour, input: NeighbourInput): void {
    const to = neighbourStates.next(entry.state, input)
    this.#entries.delete(entry.address.text)
    this.#rest(entry)
    this.#order({ type: 'state', neighbour: entry, from: entry.state, to })
    entry.state = to
  }

  /** It is in no list any more but that of all. */
  #rest(entry: Neighbour): void {
    entry.due = undefined
    this.#asking.delete(entry)
    this.#deferred.delete(entry)
    this.#incomplete.delete(entry)
    this.#unused.delete(entry)
  }
}
