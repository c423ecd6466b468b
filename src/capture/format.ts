/**
 * pcapng, as far as it is written here: sections are big-endian, which the format allows and this project's wire
 * declarations speak. Read draft-ietf-opsawg-pcapng 3 (blocks) and 4 (their bodies) first.
 */
import {
  bytes,
  type Codec,
  encode,
  leaf,
  list,
  type Named,
  named,
  prefixed,
  rest,
  struct,
  u16,
  u32,
} from '../wire/codec.ts'
import { type Dependent, dependent, sampledBy } from '../wire/dependent.ts'
import { sized } from '../wire/kind-length.ts'
import { padded } from '../wire/padded.ts'
import { WireError } from '../wire/reader.ts'

const DRAFT = 'draft-ietf-opsawg-pcapng'

export const BlockType: Named = named(u32, {
  'Section Header': 0x0a0d0d0a,
  'Interface Description': 1,
  'Name Resolution': 4,
  'Interface Statistics': 5,
  'Enhanced Packet': 6,
  'Decryption Secrets': 10,
})
export const SECTION_HEADER = 0x0a0d0d0a
export const INTERFACE_DESCRIPTION = 1
export const NAME_RESOLUTION = 4
export const INTERFACE_STATISTICS = 5
export const ENHANCED_PACKET = 6
export const DECRYPTION_SECRETS = 10

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d
export const LINKTYPE_ETHERNET = 1
/** Secrets in the form of an NSS key log. */
export const TLS_KEY_LOG = 0x544c534b

/** A code and a value, filled up to 32 bits; `opt_endofopt` (0, empty) ends the list. */
export interface Option {
  code: number
  value: Uint8Array
}
const Option: Codec<Option> = padded(4, struct({ code: u16, value: prefixed(2, rest) }, { ref: `${DRAFT} 3.5` }))
const options = list(Option)

export interface SectionHeader {
  byteOrderMagic: number
  major: number
  minor: number
  /** 64 bits; all ones: not known. */
  sectionLength: Uint8Array
  options: Option[]
}
export const SectionHeader: Codec<SectionHeader> = struct(
  { byteOrderMagic: u32, major: u16, minor: u16, sectionLength: bytes(8), options },
  { ref: `${DRAFT} 4.1` },
)

export interface InterfaceDescription {
  linkType: number
  reserved: number
  snapLength: number
  options: Option[]
}
export const InterfaceDescription: Codec<InterfaceDescription> = struct(
  { linkType: u16, reserved: u16, snapLength: u32, options },
  { ref: `${DRAFT} 4.2` },
)

export interface PacketHead {
  interface: number
  /** The upper and lower half of a 64-bit count of the interface's time units since 1970. */
  timestampHigh: number
  timestampLow: number
  capturedLength: number
  originalLength: number
}
const AnyPacketHead: Codec<PacketHead> = struct({
  interface: u32,
  timestampHigh: u32,
  timestampLow: u32,
  capturedLength: u32,
  originalLength: u32,
})
/** Samples are of small packets: a length of 32 bits would ask for 4 GB. */
const PacketHead: Codec<PacketHead> = sampledBy(AnyPacketHead, random => ({
  ...AnyPacketHead.sample(random),
  capturedLength: Math.floor(random() * 40),
}))
export type EnhancedPacket = Dependent<PacketHead, { data: Uint8Array; options: Option[] }>
export const EnhancedPacket: Codec<EnhancedPacket> = dependent(
  {
    head: PacketHead,
    body: head => struct({ data: padded(4, bytes(head.capturedLength)), options }),
    fit: (head, body) => ({ ...head, capturedLength: body.data.length }),
  },
  { ref: `${DRAFT} 4.3` },
)

/** Records have the shape of options: 1 is an IPv4 address with its names, 2 an IPv6 one, 0 the end. */
export interface NameResolution {
  records: Option[]
}
export const NameResolution: Codec<NameResolution> = struct({ records: options }, { ref: `${DRAFT} 4.5` })

export interface InterfaceStatistics {
  interface: number
  timestampHigh: number
  timestampLow: number
  options: Option[]
}
export const InterfaceStatistics: Codec<InterfaceStatistics> = struct(
  { interface: u32, timestampHigh: u32, timestampLow: u32, options },
  { ref: `${DRAFT} 4.6` },
)

export interface DecryptionSecrets {
  secretsType: number
  secrets: Uint8Array
  options: Option[]
}
export const DecryptionSecrets: Codec<DecryptionSecrets> = struct(
  { secretsType: named(u32, { 'TLS key log': TLS_KEY_LOG }), secrets: padded(4, prefixed(4, rest)), options },
  { ref: `${DRAFT} 4.7` },
)

interface Bodies {
  [SECTION_HEADER]: SectionHeader
  [INTERFACE_DESCRIPTION]: InterfaceDescription
  [NAME_RESOLUTION]: NameResolution
  [INTERFACE_STATISTICS]: InterfaceStatistics
  [ENHANCED_PACKET]: EnhancedPacket
  [DECRYPTION_SECRETS]: DecryptionSecrets
}
const bodies: { readonly [T in keyof Bodies]: Codec<Bodies[T]> } = {
  [SECTION_HEADER]: SectionHeader,
  [INTERFACE_DESCRIPTION]: InterfaceDescription,
  [NAME_RESOLUTION]: NameResolution,
  [INTERFACE_STATISTICS]: InterfaceStatistics,
  [ENHANCED_PACKET]: EnhancedPacket,
  [DECRYPTION_SECRETS]: DecryptionSecrets,
}

/** Type and length before the body, the length again behind it. */
export const BLOCK_OVERHEAD = 12

interface BlockHead {
  type: number
  totalLength: number
}
const AnyBlockHead: Codec<BlockHead> = struct({ type: BlockType, totalLength: u32 })
/** Samples are of the smallest block; writing finds the length that the body needs. */
const BlockHead: Codec<BlockHead> = sampledBy(AnyBlockHead, random => ({
  type: BlockType.sample(random),
  totalLength: BLOCK_OVERHEAD,
}))
export type Block = Dependent<BlockHead, { body: unknown; totalLengthAgain: number }>
const bodyOf = (type: number): Codec<unknown> =>
  (bodies as Readonly<Record<number, Codec<unknown>>>)[type] ?? (rest as Codec<unknown>)

/** The same length behind the body, from which files are read backwards: another one is no block. */
const again = (totalLength: number): Codec<number> =>
  leaf({
    read(r) {
      const at = r.pos
      const length = r.u32()
      if (length === totalLength) return length
      throw new WireError('bad-value', at, '', `${length} bytes, and ${totalLength} in front`)
    },
    write: w => w.uint(totalLength, 4),
    sample: () => totalLength,
  })

export const Block: Codec<Block> = dependent(
  {
    head: BlockHead,
    body({ type, totalLength }, at) {
      if (totalLength < BLOCK_OVERHEAD || totalLength % 4 !== 0) {
        throw new WireError('bad-value', at - 4, 'totalLength', `${totalLength} bytes`)
      }
      const body = sized(totalLength - BLOCK_OVERHEAD, bodyOf(type))
      return struct({ body, totalLengthAgain: again(totalLength) })
    },
    fit: ({ type }, { body }) => ({ type, totalLength: BLOCK_OVERHEAD + encode(bodyOf(type), body).length }),
  },
  { ref: `${DRAFT} 3.1` },
)

/** One block as it goes into the file. */
export const block = <T extends keyof Bodies>(type: T, body: Bodies[T]): Uint8Array => {
  const inner = encode(bodies[type] as Codec<Bodies[T]>, body)
  const whole = new Uint8Array(inner.length + BLOCK_OVERHEAD)
  const view = new DataView(whole.buffer)
  view.setUint32(0, type)
  view.setUint32(4, whole.length)
  whole.set(inner, 8)
  view.setUint32(whole.length - 4, whole.length)
  return whole
}
