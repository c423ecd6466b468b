/**
 * Going through the packets of a capture file, whatever its format: what both readers (`pcapng.ts`, `pcap.ts`) share.
 * Nothing is made for a packet: the reader is looked at after each `next`, and its bytes are gone with the next one.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { TimeScale, type TimeUnit } from './times.ts'
import { type Source, Window } from './window.ts'

export interface CaptureInterface {
  /** Among all of the file, from 0. */
  readonly number: number
  readonly linkType: number
  /** Bytes kept of a packet; 0: all. */
  readonly snapLength: number
  readonly name: string | undefined
  readonly times: TimeScale
}

/** What a packet may hold at most, as other readers of captures have it (libpcap's MAXIMUM_SNAPLEN). */
export const MOST_PACKET_BYTES = 262_144

/** Problems that are told of; a file of nothing but broken blocks has as many as it has blocks. */
const MOST_DAMAGE = 16

/** Interfaces and sections of one file: real ones have a handful, a hostile one could have one in every 20 bytes. */
export const MOST_INTERFACES = 4096

export abstract class Packets {
  readonly window: Window
  /** Of the packet, from 1. */
  number = 0
  /** Where its block or record begins in the file: for `seek`. */
  blockAt = 0
  /** Where its bytes are in `window.bytes`. */
  at = 0
  length = 0
  originalLength = 0
  /** Since the first packet; that of the packet before where the format has none. */
  time: Millis = 0
  interface: CaptureInterface | undefined = undefined
  readonly interfaces: CaptureInterface[] = []
  readonly damage: Failure[] = []
  /** When the first packet came, in milliseconds since 1970; NaN before it came. */
  start: Millis = Number.NaN
  #begin: { readonly units: bigint; readonly perSecond: bigint } | undefined

  constructor(source: Source) {
    this.window = new Window(source)
  }

  /** Goes to the next packet; false at the end, or where the damage begins. */
  abstract next(): boolean

  /** Goes back to the packet whose block begins at `blockAt`. `next` must not be called afterwards. */
  abstract seek(blockAt: number): boolean

  /** What is said about the packet in the file. */
  abstract comments(): readonly string[]

  /** Where the packet's bytes begin in the file. */
  get offset(): number {
    return this.window.start + this.at
  }

  /** Valid until the next packet. */
  get bytes(): Bytes {
    return this.window.bytes.subarray(this.at, this.at + this.length)
  }

  protected addInterface(linkType: number, snapLength: number, unit: TimeUnit, name?: string): CaptureInterface {
    const times = new TimeScale(unit)
    if (this.#begin !== undefined) times.begin(this.#begin)
    const added = { number: this.interfaces.length, linkType, snapLength, name, times }
    this.interfaces.push(added)
    return added
  }

  /** Reads a time, from which the capture counts when it is the first. */
  protected timed(times: TimeScale, high: number, low: number): Millis {
    if (this.#begin === undefined) {
      this.#begin = times.exact(high, low)
      const { units, perSecond } = this.#begin
      this.start = Number((units * 1_000_000n) / perSecond) / 1000
      for (const each of this.interfaces) each.times.begin(this.#begin)
    }
    return times.millis(high, low)
  }

  /** The file ends in the middle of something that is `expected` bytes long. False, for `next`. */
  protected cutShort(offset: number, expected: number): false {
    const got = Math.max(0, this.window.size - offset)
    return this.damaged(fail('capture/cut-short', { number: offset, expected: `${expected}`, got: `${got}` }))
  }

  protected malformed(offset: number, where: string, got: string): false {
    return this.damaged(fail('capture/malformed', { number: offset, where, got }))
  }

  protected damaged(failure: Failure): false {
    if (this.damage.length < MOST_DAMAGE) this.damage.push(failure)
    return false
  }
}
