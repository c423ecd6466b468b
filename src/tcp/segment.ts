/** The segment (RFC 9293 3.1): its declaration, and the reading of it on the hot path. */
import { type Codec, rest, struct, type Tagged } from '../wire/codec.ts'
import { type Dependent, dependent, sampledBy } from '../wire/dependent.ts'
import type { Frame } from '../wire/frame.ts'
import { sized } from '../wire/kind-length.ts'
import { bitsAt, type Layout, type LayoutValue, layout, type Slot, uint } from '../wire/layout.ts'
import { WireError } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import { TcpOptions } from './options.ts'
import type { Sequence } from './sequence.ts'

export const TCP_HEADER_SIZE = 20

/** Control bits, as they stand in byte 13. */
export const FIN = 0x01
export const SYN = 0x02
export const RST = 0x04
export const PSH = 0x08
export const ACK = 0x10
const URG = 0x20

const CONTROL_NAMES: readonly (readonly [number, string])[] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [URG, 'URG'],
  [ACK, 'ACK'],
]

/** `SYN ACK`, `PSH ACK`, `none`. */
export const controlNames = (bits: number): string =>
  CONTROL_NAMES.filter(([bit]) => (bits & bit) !== 0)
    .map(([, name]) => name)
    .join(' ') || 'none'

interface TcpSlots extends Record<string, Slot<number>> {
  sourcePort: Slot<number>
  destinationPort: Slot<number>
  sequenceNumber: Slot<number>
  acknowledgmentNumber: Slot<number>
  dataOffset: Slot<number>
  reserved: Slot<number>
  controlBits: Slot<number>
  cwr: Slot<number>
  ece: Slot<number>
  urg: Slot<number>
  ack: Slot<number>
  psh: Slot<number>
  rst: Slot<number>
  syn: Slot<number>
  fin: Slot<number>
  window: Slot<number>
  checksum: Slot<number>
  urgentPointer: Slot<number>
}

const bit = (position: number): Slot<number> => bitsAt(13, 1, position, position + 1)

export const TcpHeader: Layout<TcpSlots> = layout(
  'TCP',
  TCP_HEADER_SIZE,
  {
    sourcePort: uint(0, 2),
    destinationPort: uint(2, 2),
    sequenceNumber: uint(4, 4),
    acknowledgmentNumber: uint(8, 4),
    dataOffset: bitsAt(12, 1, 0, 4, value => `${value * 4} bytes`),
    reserved: bitsAt(12, 1, 4, 8),
    controlBits: uint(13, 1, controlNames),
    cwr: bit(0),
    ece: bit(1),
    urg: bit(2),
    ack: bit(3),
    psh: bit(4),
    rst: bit(5),
    syn: bit(6),
    fin: bit(7),
    window: uint(14, 2),
    checksum: uint(16, 2),
    urgentPointer: uint(18, 2),
  },
  { ref: 'RFC 9293 3.1' },
)

type Header = LayoutValue<TcpSlots>

/** A whole segment, as the trace keeps it. The data offset follows the options when it is written. */
export const TcpSegment: Codec<Dependent<Header, { options: Tagged[]; payload: Uint8Array }>> = dependent(
  {
    names: ['header', 'body'],
    head: sampledBy<Header>(TcpHeader, random => ({ ...TcpHeader.sample(random), dataOffset: 5 })),
    body(header, at) {
      const options = header.dataOffset * 4 - TCP_HEADER_SIZE
      if (options < 0) throw new WireError('bad-value', at, '', `a data offset of ${header.dataOffset}`)
      return struct({ options: sized(options, TcpOptions), payload: rest })
    },
    fit: (header, body) => ({ ...header, dataOffset: (TCP_HEADER_SIZE + optionsSize(body.options)) / 4 }),
  },
  { ref: 'RFC 9293 3.1' },
)

const optionsSize = (options: readonly Tagged[]): number => {
  const writer = new Writer()
  TcpOptions.write(writer, [...options])
  return writer.length
}

/** One segment under way through the engine: numbers and places in the frame's buffer. Used again for the next one. */
export class Segment {
  /** Where bytes of options and payload lie. */
  buffer: Uint8Array = new Uint8Array(0)
  sourcePort = 0
  destinationPort = 0
  seq: Sequence = 0
  ack: Sequence = 0
  control = 0
  /** As on the wire, not scaled. */
  window = 0
  optionsAt = 0
  payloadAt = 0
  payloadLength = 0
  /** The trace message about it; 0 = not traced. */
  message = 0

  /** SEG.LEN: bytes of the sequence space, SYN and FIN counted. */
  get length(): number {
    return this.payloadLength + ((this.control & SYN) >>> 1) + (this.control & FIN)
  }

  /** Takes `count` numbers off the front: SYN first, then payload. */
  trimFront(count: number): void {
    let left = count
    if ((this.control & SYN) !== 0 && left > 0) {
      this.control &= ~SYN
      this.seq = (this.seq + 1) | 0
      left--
    }
    const bytes = Math.min(left, this.payloadLength)
    this.payloadAt += bytes
    this.payloadLength -= bytes
    this.seq = (this.seq + bytes) | 0
  }

  /** Cuts the payload to `count` bytes; FIN goes with what is cut. */
  trimEnd(count: number): void {
    if (count >= this.payloadLength) return
    this.payloadLength = Math.max(0, count)
    this.control &= ~(FIN | PSH)
  }
}

const view: InstanceType<typeof TcpHeader.View> = new TcpHeader.View()

/** Reads the header of `frame` into `segment`; false when it is no segment. The checksum is not looked at. */
export const readSegment = (frame: Frame, segment: Segment): boolean => {
  if (frame.length < TCP_HEADER_SIZE) return false
  const header = view.at(frame.buffer, frame.offset)
  const size = header.dataOffset * 4
  if (size < TCP_HEADER_SIZE || size > frame.length) return false
  segment.buffer = frame.buffer
  segment.sourcePort = header.sourcePort
  segment.destinationPort = header.destinationPort
  segment.seq = header.sequenceNumber | 0
  segment.ack = header.acknowledgmentNumber | 0
  segment.control = header.controlBits
  segment.window = header.window
  segment.optionsAt = frame.offset + TCP_HEADER_SIZE
  segment.payloadAt = frame.offset + size
  segment.payloadLength = frame.length - size
  segment.message = 0
  return true
}
