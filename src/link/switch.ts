/**
 * A learning switch (IEEE 802.1D 7): remembers behind which port a source address was seen, and sends a frame there;
 * what it does not know, and what is for a group, goes to every other port.
 */
import type { Engine, Millis } from '../engine.ts'
import type { Frame, FramePool } from '../wire/frame.ts'
import { Queue } from '../wire/queue.ts'
import { ETHERNET_HEADER_SIZE } from './ethernet.ts'

/** IEEE 802.1D 7.9.2: five minutes. */
const AGEING_TIME: Millis = 300_000
/** Addresses at most: what small switches hold. A full table learns nothing new, so a flood of sources cannot grow it. */
const TABLE_SIZE = 8192

/** Frames come in and go out with `device` as the port's number. */
export class LearningSwitch implements Engine<Frame, Frame, never> {
  readonly #table = new Map<number, { port: number; seen: Millis }>()
  readonly #ports = new Set<number>()
  readonly #pool: FramePool
  readonly #out = new Queue<Frame>()
  readonly counts = { forwarded: 0, flooded: 0, filtered: 0, short: 0, tableFull: 0 }

  constructor(pool: FramePool) {
    this.#pool = pool
  }

  addPort(port: number): void {
    this.#ports.add(port)
  }

  removePort(port: number): void {
    this.#ports.delete(port)
    for (const [address, entry] of this.#table) if (entry.port === port) this.#table.delete(address)
  }

  /** Behind which port an address is; undefined when it was not heard of lately. */
  portOf(mac: Uint8Array, now: Millis): number | undefined {
    return this.#fresh(keyAt(mac, 0), now)
  }

  get size(): number {
    return this.#table.size
  }

  receive(frame: Frame, now: Millis): void {
    if (frame.length < ETHERNET_HEADER_SIZE) {
      this.counts.short++
      frame.release()
      return
    }
    const from = frame.device
    this.#learn(keyAt(frame.buffer, frame.offset + 6), frame.buffer[frame.offset + 6]!, from, now)
    const group = (frame.buffer[frame.offset]! & 1) === 1
    const to = group ? undefined : this.#fresh(keyAt(frame.buffer, frame.offset), now)
    if (to === undefined) {
      this.#flood(frame, from)
      return
    }
    if (to === from) {
      this.counts.filtered++
      frame.release()
      return
    }
    this.counts.forwarded++
    frame.device = to
    this.#out.push(frame)
  }

  receiveBatch(frames: readonly Frame[], now: Millis): void {
    for (const frame of frames) this.receive(frame, now)
  }

  advance(_now: Millis): void {}

  pollTransmit(_now: Millis): Frame | undefined {
    return this.#out.shift()
  }

  pollEvent(): undefined {
    return undefined
  }

  /** Ageing is looked at when an entry is used, so nothing ever waits. */
  nextDeadline(): Millis | undefined {
    return undefined
  }

  #fresh(key: number, now: Millis): number | undefined {
    const entry = this.#table.get(key)
    if (entry === undefined) return undefined
    if (now - entry.seen < AGEING_TIME) return entry.port
    this.#table.delete(key)
    return undefined
  }

  #learn(key: number, firstOctet: number, port: number, now: Millis): void {
    if ((firstOctet & 1) === 1) return
    const entry = this.#table.get(key)
    if (entry !== undefined) {
      entry.port = port
      entry.seen = now
      return
    }
    if (this.#table.size >= TABLE_SIZE) this.#sweep(now)
    if (this.#table.size >= TABLE_SIZE) this.counts.tableFull++
    else this.#table.set(key, { port, seen: now })
  }

  #sweep(now: Millis): void {
    for (const [key, entry] of this.#table) if (now - entry.seen >= AGEING_TIME) this.#table.delete(key)
  }

  #flood(frame: Frame, from: number): void {
    this.counts.flooded++
    for (const port of this.#ports) {
      if (port === from) continue
      const copy = this.#pool.copy(frame.view())
      copy.device = port
      this.#out.push(copy)
    }
    frame.release()
  }
}

/** Six octets as one number. */
const keyAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) * 0x1000000 +
  ((bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!)
