/**
 * A capture file as it grows: blocks are written at once, in the order in which things happen. Secrets must
 * come before the first frame that they protect: readers such as tshark ignore them at the end of the file.
 */
import { ipAddress } from '../wire/address.ts'
import { joined } from '../wire/bytes.ts'
import { encode, text } from '../wire/codec.ts'
import {
  BYTE_ORDER_MAGIC,
  block,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  LINKTYPE_ETHERNET,
  NAME_RESOLUTION,
  type Option,
  SECTION_HEADER,
  TLS_KEY_LOG,
} from './format.ts'

export type Resolution = 'us' | 'ns'

export interface InterfaceOptions {
  readonly name: string
  readonly description?: string | undefined
  readonly comments?: readonly string[] | undefined
  /** What one unit of the timestamps is; default microseconds. */
  readonly resolution?: Resolution | undefined
  /** What its frames are (`LINKTYPE_…`); Ethernet where undefined. */
  readonly linkType?: number | undefined
}

export interface PacketOptions {
  /** From `addInterface`. */
  readonly interface: number
  /** Milliseconds since 1970. What 64 bits of time units do not hold (NaN, years before 1970) becomes the nearest. */
  readonly date: number
  readonly direction?: 'in' | 'out' | undefined
  /** On the wire, where that was more than is given. */
  readonly originalLength?: number | undefined
  /** Sentences of ours about this packet; Wireshark shows them. */
  readonly comments?: readonly string[] | undefined
}

export interface PcapngWriter {
  addInterface(options: InterfaceOptions): number
  packet(bytes: Uint8Array, options: PacketOptions): void
  /** Lines of an NSS key log. */
  secrets(keyLog: string): void
  /** What an address is called. Names that no record can hold are left out. Throws RangeError unless 4 or 16 octets. */
  names(octets: Uint8Array, ...names: readonly string[]): void
  /** The statistics of each interface, `dropped` frames lost to all of them; nothing may be written afterwards. */
  finish(date: number, dropped?: number): void
}

export interface SectionOptions {
  readonly application?: string | undefined
  readonly comments?: readonly string[] | undefined
}

/** Frames are never longer than this: the largest IP packet behind an Ethernet header, rounded up as libpcap does. */
const SNAP_LENGTH = 262_144

/** Writes the section header at once, and every block when it is given. */
export const pcapngWriter = (write: (bytes: Uint8Array) => void, section: SectionOptions = {}): PcapngWriter => {
  const interfaces: { resolution: Resolution; packets: number }[] = []
  write(
    block(SECTION_HEADER, {
      byteOrderMagic: BYTE_ORDER_MAGIC,
      major: 1,
      minor: 0,
      sectionLength: new Uint8Array(8).fill(0xff),
      options: optionList([
        ...commentsOf(section.comments),
        ...(section.application === undefined ? [] : [textOption(SHB_USERAPPL, section.application)]),
      ]),
    }),
  )
  return {
    addInterface({ name, description, comments, resolution = 'us', linkType = LINKTYPE_ETHERNET }) {
      write(
        block(INTERFACE_DESCRIPTION, {
          linkType,
          reserved: 0,
          snapLength: SNAP_LENGTH,
          options: optionList([
            ...commentsOf(comments),
            textOption(IF_NAME, name),
            ...(description === undefined ? [] : [textOption(IF_DESCRIPTION, description)]),
            { code: IF_TSRESOL, value: Uint8Array.of(resolution === 'us' ? 6 : 9) },
          ]),
        }),
      )
      return interfaces.push({ resolution, packets: 0 }) - 1
    },
    packet(bytes, options) {
      const on = interfaces[options.interface]
      if (on === undefined) throw new RangeError(`no interface ${options.interface}`)
      on.packets++
      const data = bytes.subarray(0, SNAP_LENGTH)
      const head = { interface: options.interface, ...timestamp(options.date, on.resolution) }
      write(
        block(ENHANCED_PACKET, {
          head: {
            ...head,
            capturedLength: data.length,
            originalLength: Math.max(bytes.length, options.originalLength ?? 0),
          },
          body: { data, options: optionList([...commentsOf(options.comments), ...flagsOf(options.direction)]) },
        }),
      )
    },
    secrets(keyLog) {
      write(block(DECRYPTION_SECRETS, { secretsType: TLS_KEY_LOG, secrets: encode(text, keyLog), options: [] }))
    },
    names(octets, ...names) {
      const { v } = ipAddress(octets)
      for (const list of nameLists(names, OPTION_BYTES - octets.length)) {
        const value = joined([octets, ...list])
        write(block(NAME_RESOLUTION, { records: [{ code: v === 4 ? NRB_IPV4 : NRB_IPV6, value }, END] }))
      }
    },
    finish(date, dropped) {
      for (const [i, { resolution, packets }] of interfaces.entries()) {
        const options = [countOption(ISB_IFRECV, packets), ...lossOf(dropped, i, interfaces.length)]
        write(
          block(INTERFACE_STATISTICS, { interface: i, ...timestamp(date, resolution), options: optionList(options) }),
        )
      }
    },
  }
}

// Option and record codes, draft-ietf-opsawg-pcapng 3.5.1, 4.1, 4.2, 4.3, 4.5, 4.6.
const OPT_COMMENT = 1
const SHB_USERAPPL = 4
const IF_NAME = 2
const IF_DESCRIPTION = 3
const IF_TSRESOL = 9
const EPB_FLAGS = 2
const ISB_IFRECV = 4
const ISB_OSDROP = 7
const NRB_IPV4 = 1
const NRB_IPV6 = 2

const END: Option = { code: 0, value: new Uint8Array(0) }
const utf8 = new TextEncoder()

/** The length of an option, and of a record, has 16 bits; a longer text is cut. */
const OPTION_BYTES = 0xffff

const textOption = (code: number, value: string): Option => ({ code, value: utf8Within(value, OPTION_BYTES) })

/** UTF-8 in at most `limit` bytes, of whole characters. */
const utf8Within = (value: string, limit: number): Uint8Array => {
  const bytes = utf8.encode(value.slice(0, limit))
  let end = Math.min(bytes.length, limit)
  // 10xxxxxx goes on with a character that begins before.
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

/** Names with a zero behind each, in lists of at most `limit` bytes; one that is empty or longer than that is no name. */
const nameLists = (names: readonly string[], limit: number): Uint8Array[][] => {
  const lists: Uint8Array[][] = []
  let room = 0
  for (const name of names) {
    const bytes = utf8.encode(`${name.replaceAll('\0', '')}\0`)
    if (bytes.length === 1 || bytes.length > limit) continue
    if (bytes.length > room) {
      lists.push([])
      room = limit
    }
    lists.at(-1)!.push(bytes)
    room -= bytes.length
  }
  return lists
}
const countOption = (code: number, count: number): Option => {
  const value = new Uint8Array(8)
  new DataView(value.buffer).setBigUint64(0, BigInt(count))
  return { code, value }
}

/** The kernel counts for all interfaces together: of several nobody knows whose the lost frames were. */
const lossOf = (dropped: number | undefined, i: number, interfaces: number): Option[] => {
  if (dropped === undefined || i > 0) return []
  if (interfaces === 1) return [countOption(ISB_OSDROP, dropped)]
  return commentsOf(dropped === 0 ? [] : [`The kernel had no room for ${dropped} frames, of all interfaces together.`])
}

const commentsOf = (comments: readonly string[] = []): Option[] => comments.map(each => textOption(OPT_COMMENT, each))
const optionList = (options: Option[]): Option[] => (options.length === 0 ? options : [...options, END])

/** Bits 0 and 1: 1 is inbound, 2 outbound. */
const flagsOf = (direction: 'in' | 'out' | undefined): Option[] =>
  direction === undefined ? [] : [{ code: EPB_FLAGS, value: Uint8Array.of(0, 0, 0, direction === 'in' ? 1 : 2) }]

/** 64 bits of time units since 1970, of which a double holds the milliseconds of a date exactly. */
const timestamp = (date: number, resolution: Resolution): { timestampHigh: number; timestampLow: number } => {
  const scale = resolution === 'us' ? 1e3 : 1e6
  // `Math.max` would keep a NaN.
  const held = date > 0 ? Math.min(date, Number.MAX_VALUE) : 0
  const whole = Math.floor(held)
  const exact = BigInt(whole) * BigInt(scale) + BigInt(Math.round((held - whole) * scale))
  const units = exact < LATEST ? exact : LATEST
  return { timestampHigh: Number(units >> 32n), timestampLow: Number(units & 0xffff_ffffn) }
}
const LATEST = 0xffff_ffff_ffff_ffffn
