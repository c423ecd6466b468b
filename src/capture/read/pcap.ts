/** Reads pcap. The loop looks at each record's head by hand; a test compares it with the declarations of `pcap-format.ts`. */
import { decode } from '../../wire/codec.ts'
import { MOST_PACKET_BYTES, Packets } from './packets.ts'
import {
  LittleEndianPcapHeader,
  MAGIC_MICROSECONDS,
  MAGIC_NANOSECONDS,
  PCAP_HEADER_SIZE,
  PCAP_RECORD_SIZE,
  PcapHeader,
} from './pcap-format.ts'
import { MICROSECONDS, NANOSECONDS } from './times.ts'
import type { Source } from './window.ts'

/** The byte order that a file's first four bytes say, if they are pcap's. */
export const pcapOrder = (first: DataView): 'big' | 'little' | undefined => {
  const isMagic = (magic: number): boolean => magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS
  return isMagic(first.getUint32(0)) ? 'big' : isMagic(first.getUint32(0, true)) ? 'little' : undefined
}

export class PcapPackets extends Packets {
  readonly #little: boolean
  readonly #perSecond: number
  #next = PCAP_HEADER_SIZE

  constructor(source: Source, order: 'big' | 'little') {
    super(source)
    this.#little = order === 'little'
    const at = this.window.at(0, PCAP_HEADER_SIZE)
    if (at < 0) {
      this.cutShort(0, PCAP_HEADER_SIZE)
      this.#perSecond = 0
      return
    }
    const bytes = this.window.bytes.subarray(at, at + PCAP_HEADER_SIZE)
    const header = decode(this.#little ? LittleEndianPcapHeader : PcapHeader, bytes)
    const unit = header.magic === MAGIC_NANOSECONDS ? NANOSECONDS : MICROSECONDS
    this.#perSecond = Number(unit.perSecond)
    this.addInterface(header.linkType & 0xffff, header.snapLength, unit)
  }

  override next(): boolean {
    if (this.interfaces.length === 0 || !this.#open(this.#next)) return false
    this.number++
    this.#next = this.blockAt + PCAP_RECORD_SIZE + this.length
    return true
  }

  override seek(blockAt: number): boolean {
    return this.#open(blockAt)
  }

  override comments(): readonly string[] {
    return []
  }

  #open(offset: number): boolean {
    const { window } = this
    if (offset === window.size) return false
    let at = window.at(offset, PCAP_RECORD_SIZE)
    if (at < 0) return this.cutShort(offset, PCAP_RECORD_SIZE)
    const length = window.view.getUint32(at + 8, this.#little)
    if (length > MOST_PACKET_BYTES) return this.malformed(offset, 'captured length', `${length}`)
    at = window.at(offset, PCAP_RECORD_SIZE + length)
    if (at < 0) return this.cutShort(offset, PCAP_RECORD_SIZE + length)
    const { view } = window
    // Seconds and their parts become one count: less than 2^32 × 10^9, of which a double loses nothing that matters here.
    const seconds = view.getUint32(at, this.#little)
    const fraction = view.getUint32(at + 4, this.#little)
    this.interface = this.interfaces[0]!
    this.time = this.#millis(seconds, fraction)
    this.blockAt = offset
    this.at = at + PCAP_RECORD_SIZE
    this.length = length
    this.originalLength = view.getUint32(at + 12, this.#little)
    return true
  }

  #firstSeconds = Number.NaN
  #firstFraction = 0

  #millis(seconds: number, fraction: number): number {
    if (Number.isNaN(this.#firstSeconds)) {
      this.#firstSeconds = seconds
      this.#firstFraction = fraction
      this.start = seconds * 1000 + (fraction / this.#perSecond) * 1000
    }
    return (seconds - this.#firstSeconds) * 1000 + ((fraction - this.#firstFraction) * 1000) / this.#perSecond
  }
}
