/** Sessions in this process, bounded in number and in bytes. Whom it lets go first is in `#victims`. */
import type { Millis } from '../engine.ts'
import {
  type Changes,
  merged,
  packed,
  type SessionRecord,
  type SessionStore,
  type Terms,
  unpacked,
  type Written,
} from './store.ts'

const SESSIONS = 10_000
/** 10,000 sessions of 6 KB, or 2,000 of the greatest size. */
const BYTES = 64 * 1024 * 1024
/** What an entry takes besides its text: key, object, numbers, place in the map (400 to 600 in V8). */
const ENTRY = 1024
/** UTF-16, though V8 needs one for text without anything beyond U+00FF. */
const BYTES_PER_CHARACTER = 2
/** Of places and bytes, the part that visitors without a login keep when the rest is taken: they must be able to log in. */
const RESERVE = 1 / 16

export interface MemoryStore extends SessionStore {
  /** Sessions. */
  readonly size: number
  /** Of memory, at most: sessions and keys that were moved. */
  readonly bytes: number
}

export interface MemoryStoreConfig {
  /** Milliseconds since 1970, as `Clock.date`. */
  readonly date: () => Millis
  /** Sessions that are kept, and as many moved keys. */
  readonly sessions?: number | undefined
  /** Bytes that they may take. */
  readonly bytes?: number | undefined
}

interface Entry {
  readonly expires: Millis
  readonly bytes: number
}
interface Held extends Entry {
  readonly record: Omit<SessionRecord, 'attributes'>
  /** `packed`. */
  readonly text: string
}
interface Moved extends Entry {
  readonly to: string
}

export const memoryStore = (config: MemoryStoreConfig): MemoryStore => {
  const memory = new Memory(config)
  return {
    get size() {
      return memory.size
    },
    get bytes() {
      return memory.bytes
    },
    read: async key => memory.read(key),
    create: async (key, record, terms) => memory.create(key, record, terms),
    update: async (key, changes, terms) => memory.update(key, changes, terms),
    move: async (from, to, changes, terms, remembered) => memory.move(from, to, changes, terms, remembered),
    remove: async key => memory.remove(key),
  }
}

/** Entries of one kind in the order of their last use: the first is the oldest. */
class Rank<E extends Entry> extends Map<string, E> {
  bytes = 0

  put(key: string, entry: E): void {
    this.drop(key)
    this.set(key, entry)
    this.bytes += entry.bytes
  }
  drop(key: string): void {
    this.bytes -= this.get(key)?.bytes ?? 0
    this.delete(key)
  }
  dropOldest(): void {
    const [key] = this.keys()
    if (key !== undefined) this.drop(key)
  }
  dropExpired(now: Millis): void {
    for (const [key, { expires }] of this) {
      if (expires > now) return
      this.drop(key)
    }
  }
}

/** Each operation is one turn of the event loop, and so atomic. */
class Memory {
  readonly #date: () => Millis
  readonly #places: number
  readonly #room: number
  readonly #anonymous = new Rank<Held>()
  readonly #moved = new Rank<Moved>()
  readonly #known = new Rank<Held>()

  constructor(config: MemoryStoreConfig) {
    this.#date = config.date
    this.#places = config.sessions ?? SESSIONS
    this.#room = Math.max(0, config.bytes ?? BYTES)
  }
  get size(): number {
    return this.#anonymous.size + this.#known.size
  }
  get bytes(): number {
    return this.#anonymous.bytes + this.#moved.bytes + this.#known.bytes
  }

  read(key: string): SessionRecord | 'moved' | undefined {
    if (this.#alive(this.#moved, key) !== undefined) return 'moved'
    const held = this.#held(key)
    return held && recordOf(held)
  }

  create(key: string, record: SessionRecord, terms: Terms): Written {
    const { attributes, ...rest } = record
    return this.#write(key, rest, packed(attributes), terms)
  }

  update(key: string, changes: Changes, terms: Terms): Written {
    return this.#change(this.#found(key), changes, terms)
  }

  move(from: string, to: string, changes: Changes, terms: Terms, remembered: Millis): Written {
    const marker = this.#alive(this.#moved, from)
    // The answer to the same move was lost, and it is asked for again.
    if (marker?.to === to) return this.#change(this.#found(to), changes, terms)
    if (marker !== undefined) return { is: 'moved' }
    const held = this.#held(from)
    if (held === undefined) return { is: 'gone' }
    if (isOvertaken(held, terms)) return { is: 'overtaken', record: recordOf(held) }
    const text = packed(merged(unpacked(held.text), changes))
    if (text.length > terms.most) return { is: 'too-big', size: text.length }
    this.#drop(from)
    this.#moved.put(from, { to, expires: remembered, bytes: ENTRY })
    const record = { ...held.record, version: held.record.version + 1, known: true }
    return this.#write(to, record, text, lasting(held, terms))
  }

  remove(key: string): void {
    this.#drop(this.#found(key))
  }

  /** Where `key` leads. */
  #found(key: string): string {
    let at = key
    for (let next = this.#alive(this.#moved, at); next !== undefined; next = this.#alive(this.#moved, at)) at = next.to
    return at
  }

  #held(key: string): Held | undefined {
    return this.#alive(this.#known, key) ?? this.#alive(this.#anonymous, key)
  }

  #alive<E extends Entry>(rank: Rank<E>, key: string): E | undefined {
    const entry = rank.get(key)
    if (entry === undefined || entry.expires > this.#date()) return entry
    rank.drop(key)
    return undefined
  }

  #change(key: string, changes: Changes, terms: Terms): Written {
    const held = this.#held(key)
    if (held === undefined) return { is: 'gone' }
    if (isOvertaken(held, terms)) return { is: 'overtaken', record: recordOf(held) }
    if (changes.size === 0) return this.#write(key, held.record, held.text, lasting(held, terms))
    const record = { ...held.record, version: held.record.version + 1 }
    return this.#write(key, record, packed(merged(unpacked(held.text), changes)), lasting(held, terms))
  }

  #write(key: string, record: Held['record'], text: string, terms: Terms): Written {
    if (text.length > terms.most) return { is: 'too-big', size: text.length }
    const bytes = ENTRY + text.length * BYTES_PER_CHARACTER
    const lastUsed = Math.max(record.lastUsed, terms.lastUsed)
    const rank = record.known ? this.#known : this.#anonymous
    rank.put(key, { record: { ...record, lastUsed }, text, expires: terms.expires, bytes })
    this.#makeRoom()
    return { is: 'written' }
  }

  #drop(key: string): void {
    for (const rank of [this.#anonymous, this.#known]) rank.drop(key)
  }

  #makeRoom(): void {
    for (const rank of [this.#anonymous, this.#moved, this.#known]) rank.dropExpired(this.#date())
    if (this.#moved.size > this.#places) this.#moved.dropOldest()
    if (this.size > this.#places) this.#victims().dropOldest()
    while (this.bytes > this.#room) {
      const victims = this.#victims()
      if (victims === this.#known && this.#moved.size > 0) this.#moved.dropOldest()
      else victims.dropOldest()
    }
  }

  /** Those of whom one goes: visitors without a login, as long as they have more than their reserve. */
  #victims(): Rank<Held> {
    const { size, bytes } = this.#anonymous
    const isMore = size > Math.max(1, this.#places * RESERVE) || bytes > this.#room * RESERVE
    return isMore || this.#known.size === 0 ? this.#anonymous : this.#known
  }
}

const recordOf = (held: Held): SessionRecord => ({ ...held.record, attributes: unpacked(held.text) })

const isOvertaken = (held: Held, { version }: Terms): boolean =>
  version !== undefined && version !== held.record.version

/** Requests that end out of order, and clocks that differ, do not shorten what an earlier write granted. */
const lasting = (held: Held, terms: Terms): Terms => ({ ...terms, expires: Math.max(terms.expires, held.expires) })
