/** Conversations by their two ends: a hash table of numbers, because every packet of a capture is looked up in it. */
import type { Millis } from '../../engine.ts'
import type { ConversationKind } from '../conversation.ts'
import { i32, type Layers } from './layers.ts'
import { KEY_WORDS, Tracked } from './tracked.ts'

/**
 * Conversations of one capture. About 1 kB each while it is gone through: 130 MB. A scan of a network or a flood of SYNs
 * has more; frames of those that come then are counted in no conversation.
 */
export const MOST_CONVERSATIONS = 131_072

/**
 * Conversations with one hash. Some four are the most that chance brings; a file that was made to have more of them must
 * not cost a walk along all of them for each packet.
 */
const MOST_ALIKE = 128

const KINDS: readonly ConversationKind[] = ['TCP', 'UDP', 'ICMP', 'ARP', 'other']

/** In the place of a hash: found no more. */
const OUT = -1

export class Table {
  readonly all: Tracked[] = []
  /** By hash: the newest conversation with it, or -1; and by conversation the next older one with the same. */
  #buckets: Int32Array = new Int32Array(1024).fill(-1)
  readonly #older: number[] = []
  readonly #hashes: number[] = []
  readonly #key: Int32Array = new Int32Array(KEY_WORDS)
  #passed = 0
  /** Whether the last packet looked up came from the first end of its conversation. */
  from: 'a' | 'b' = 'a'
  /** Packets for which no conversation was made any more. */
  refused = 0

  /** The conversation of a packet between these ends; `from` says which of them sent it. */
  find(
    kind: ConversationKind,
    layers: Layers,
    sourcePort: number,
    destinationPort: number,
    time: Millis,
  ): Tracked | undefined {
    this.#makeKey(kind, layers, sourcePort, destinationPort)
    return this.#lookUp(kind, time)
  }

  /** The same, where there is one already. */
  known(kind: ConversationKind, layers: Layers, sourcePort: number, destinationPort: number): Tracked | undefined {
    this.#makeKey(kind, layers, sourcePort, destinationPort)
    return this.#search(this.#hash())
  }

  /** What has no ends that are known: told apart by a number. */
  without(kind: ConversationKind, what: number, time: Millis): Tracked | undefined {
    this.#key.fill(0)
    this.#key[0] = KINDS.indexOf(kind) << 4
    this.#key[5] = what
    this.#key[10] = what
    this.from = 'a'
    return this.#lookUp(kind, time)
  }

  /** As found last, but a new one: its ends meet again. The one before is not found any more. */
  again(before: Tracked, time: Millis): Tracked | undefined {
    const hash = this.#hashes[before.id - 1]!
    const bucket = hash & (this.#buckets.length - 1)
    let newer = -1
    for (let i = this.#buckets[bucket]!; i !== before.id - 1; i = this.#older[i]!) newer = i
    if (newer < 0) this.#buckets[bucket] = this.#older[before.id - 1]!
    else this.#older[newer] = this.#older[before.id - 1]!
    this.#hashes[before.id - 1] = OUT
    return this.#add(before.kind, time, hash)
  }

  #lookUp(kind: ConversationKind, time: Millis): Tracked | undefined {
    const hash = this.#hash()
    const found = this.#search(hash)
    if (found !== undefined) return found
    if (this.#passed < MOST_ALIKE) return this.#add(kind, time, hash)
    this.refused++
    return undefined
  }

  /** The conversation with the key; how many others were looked at is in `#passed`. */
  #search(hash: number): Tracked | undefined {
    this.#passed = 0
    for (let i = this.#buckets[hash & (this.#buckets.length - 1)]!; i >= 0; i = this.#older[i]!) {
      const known = this.all[i]!
      if (this.#isKey(known.key)) return known
      this.#passed++
    }
    return undefined
  }

  #add(kind: ConversationKind, time: Millis, hash: number): Tracked | undefined {
    if (this.all.length === MOST_CONVERSATIONS) {
      this.refused++
      return undefined
    }
    if (this.all.length === this.#buckets.length) this.#grow()
    const made = new Tracked(this.all.length + 1, kind, this.#key.slice(), time)
    made.firstFrom = this.from
    this.all.push(made)
    this.#hashes.push(hash)
    this.#link(made.id - 1)
    return made
  }

  #link(i: number): void {
    const bucket = this.#hashes[i]! & (this.#buckets.length - 1)
    this.#older[i] = this.#buckets[bucket]!
    this.#buckets[bucket] = i
  }

  #grow(): void {
    this.#buckets = new Int32Array(this.#buckets.length * 4).fill(-1)
    for (let i = 0; i < this.all.length; i++) if (this.#hashes[i] !== OUT) this.#link(i)
  }

  #makeKey(kind: ConversationKind, layers: Layers, sourcePort: number, destinationPort: number): void {
    const { buffer, sourceAt, destinationAt } = layers
    const version = layers.isArp ? 4 : layers.version
    const key = this.#key
    key[0] = (KINDS.indexOf(kind) << 4) | version
    const size = version === 4 ? 4 : version === 6 ? 16 : 0
    let order = 0
    for (let i = 0; i < size && order === 0; i++) order = buffer[sourceAt + i]! - buffer[destinationAt + i]!
    if (order === 0) order = sourcePort - destinationPort
    this.from = order <= 0 ? 'a' : 'b'
    this.#putEnd(order <= 0 ? 1 : 6, sourceAt, size, sourcePort, buffer)
    this.#putEnd(order <= 0 ? 6 : 1, destinationAt, size, destinationPort, buffer)
  }

  #putEnd(at: number, from: number, size: number, port: number, buffer: Uint8Array): void {
    const key = this.#key
    for (let i = 0; i < 4; i++) key[at + i] = i * 4 < size ? i32(buffer, from + i * 4) : 0
    key[at + 4] = port
  }

  #isKey(key: Int32Array): boolean {
    for (let i = KEY_WORDS - 1; i >= 0; i--) if (key[i] !== this.#key[i]) return false
    return true
  }

  #hash(): number {
    let hash = 0x811c9dc5
    for (let i = 0; i < KEY_WORDS; i++) {
      hash = Math.imul(hash ^ this.#key[i]!, 0x85ebca6b)
      hash ^= hash >>> 15
    }
    return hash & 0x7fff_ffff
  }
}
