/**
 * Reads capture files: pcapng and pcap, in both byte orders. `openPackets` is for whoever goes through millions of
 * packets, `captureFrames` for whoever wants to look at some. Read `packets.ts` first.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, fail, isFailure } from '../../failures/index.ts'
import { hexText } from '../../wire/bytes.ts'
import { SECTION_HEADER } from '../format.ts'
import type { CaptureInterface, Packets } from './packets.ts'
import { PcapPackets, pcapOrder } from './pcap.ts'
import { PcapngPackets } from './pcapng.ts'
import type { Source } from './window.ts'

export type { CaptureInterface, Packets } from './packets.ts'
export { PcapngPackets } from './pcapng.ts'
export type { Source } from './window.ts'

/** A file that is all in memory. */
export const bytesSource = (bytes: Bytes): Source => ({
  size: bytes.length,
  read: (start, end) => bytes.subarray(start, end),
})

/** The packets of a file, or why it is no capture. */
export const openPackets = (source: Source): Packets | Failure => {
  const first = source.read(0, 4)
  if (first.length === 4) {
    const view = new DataView(first.buffer, first.byteOffset, 4)
    if (view.getUint32(0) === SECTION_HEADER) return new PcapngPackets(source)
    const order = pcapOrder(view)
    if (order !== undefined) return new PcapPackets(source, order)
  }
  return fail('capture/not-a-capture', first.length < 4 ? {} : { got: hexText(first, ' ') })
}

export interface CapturedFrame {
  /** From 1. */
  readonly number: number
  /** Where its bytes begin in the file. */
  readonly offset: number
  /** Valid until the next frame is asked for: `slice` keeps them. */
  readonly bytes: Bytes
  /** On the wire; more than `bytes` where the capture kept only the beginning. */
  readonly originalLength: number
  /** Since the first frame. */
  readonly at: Millis
  readonly linkType: number
  readonly interface: CaptureInterface
  readonly comments: readonly string[]
}

/** What is in a file; what is not a frame is complete when all frames were asked for. */
export interface CaptureFrames extends Iterable<CapturedFrame> {
  /** When the first frame came, in milliseconds since 1970; NaN without a frame. */
  readonly start: Millis
  readonly interfaces: readonly CaptureInterface[]
  /** Key logs (NSS format), wherever in the file they stand. */
  readonly secrets: readonly string[]
  /** What addresses are called. */
  readonly names: ReadonlyMap<string, readonly string[]>
  /** On sections and interfaces; those on frames are with the frames. */
  readonly comments: readonly string[]
  /** What could not be read; every frame in front of it was given. */
  readonly damage: readonly Failure[]
}

/** The frames of a capture, once. */
export const captureFrames = (source: Source): CaptureFrames => {
  const packets = openPackets(source)
  if (isFailure(packets)) return nothing(packets)
  const { interfaces, damage } = packets
  const more =
    packets instanceof PcapngPackets
      ? { secrets: packets.keyLogs, names: packets.names, comments: packets.remarks }
      : { secrets: [], names: new Map(), comments: [] }
  return {
    ...more,
    interfaces,
    damage,
    get start() {
      return packets.start
    },
    *[Symbol.iterator]() {
      while (packets.next()) yield frameOf(packets)
    },
  }
}

const frameOf = (packets: Packets): CapturedFrame => {
  const { number, offset, bytes, originalLength, time } = packets
  const on = packets.interface!
  const comments = packets.comments()
  return { number, offset, bytes, originalLength, at: time, linkType: on.linkType, interface: on, comments }
}

const nothing = (failure: Failure): CaptureFrames => ({
  start: Number.NaN,
  interfaces: [],
  secrets: [],
  names: new Map(),
  comments: [],
  damage: [failure],
  *[Symbol.iterator]() {},
})
