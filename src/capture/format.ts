/**
 * pcapng, in both byte orders: a section says which is its own. What is written here is big-endian, as this project's
 * other declarations are. Read draft-ietf-opsawg-pcapng 3 (blocks) and 4 (their bodies) first.
 */
import { bigEndian, counted, littleEndian, type Numbers } from '../wire/byte-order.ts'
import { bytes, type Codec, encode, leaf, list, type Named, named, rest, struct } from '../wire/codec.ts'
import { type Dependent, dependent, sampledBy } from '../wire/dependent.ts'
import { sized } from '../wire/kind-length.ts'
import { padded } from '../wire/padded.ts'
import { WireError } from '../wire/reader.ts'

const DRAFT = 'draft-ietf-opsawg-pcapng'

const BLOCK_TYPES: Readonly<Record<string, number>> = {
  'Section Header': 0x0a0d0d0a,
  'Interface Description': 1,
  'Packet (obsolete)': 2,
  'Simple Packet': 3,
  'Name Resolution': 4,
  'Interface Statistics': 5,
  'Enhanced Packet': 6,
  'Decryption Secrets': 10,
}
export const SECTION_HEADER = 0x0a0d0d0a
export const INTERFACE_DESCRIPTION = 1
export const OBSOLETE_PACKET = 2
export const SIMPLE_PACKET = 3
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

export interface SectionHeader {
  byteOrderMagic: number
  major: number
  minor: number
  /** 64 bits; all ones: not known. */
  sectionLength: Uint8Array
  options: Option[]
}

export interface InterfaceDescription {
  linkType: number
  reserved: number
  snapLength: number
  options: Option[]
}

export interface PacketHead {
  interface: number
  /** The upper and lower half of a 64-bit count of the interface's time units since 1970. */
  timestampHigh: number
  timestampLow: number
  capturedLength: number
  originalLength: number
}
export interface PacketBody {
  data: Uint8Array
  options: Option[]
}
export type EnhancedPacket = Dependent<PacketHead, PacketBody>
export type ObsoletePacket = Dependent<PacketHead & { drops: number }, PacketBody>

/** Of the first interface, and without a time. As many bytes of `data` are the packet's as the interface keeps of it. */
export interface SimplePacket {
  originalLength: number
  data: Uint8Array
}

/** Records have the shape of options: 1 is an IPv4 address with its names, 2 an IPv6 one, 0 the end. */
export interface NameResolution {
  records: Option[]
}

export interface InterfaceStatistics {
  interface: number
  timestampHigh: number
  timestampLow: number
  options: Option[]
}

export interface DecryptionSecrets {
  secretsType: number
  secrets: Uint8Array
  options: Option[]
}

interface Bodies {
  [SECTION_HEADER]: SectionHeader
  [INTERFACE_DESCRIPTION]: InterfaceDescription
  [OBSOLETE_PACKET]: ObsoletePacket
  [SIMPLE_PACKET]: SimplePacket
  [NAME_RESOLUTION]: NameResolution
  [INTERFACE_STATISTICS]: InterfaceStatistics
  [ENHANCED_PACKET]: EnhancedPacket
  [DECRYPTION_SECRETS]: DecryptionSecrets
}
type BodyCodecs = { readonly [T in keyof Bodies]: Codec<Bodies[T]> }

/** Head, data and options of a packet. Samples are of small packets: a length of 32 bits would ask for 4 GB. */
const packet = <H extends { capturedLength: number }>(
  anyHead: Codec<H>,
  options: Codec<Option[]>,
  ref: string,
): Codec<Dependent<H, PacketBody>> =>
  dependent(
    {
      head: sampledBy<H>(anyHead, random => ({
        ...anyHead.sample(random),
        capturedLength: Math.floor(random() * 40),
      })),
      body: head => struct({ data: padded(4, bytes(head.capturedLength)), options }),
      fit: (head, body) => ({ ...head, capturedLength: body.data.length }),
    },
    { ref },
  )

const bodiesIn = ({ u16, u32 }: Numbers): BodyCodecs => {
  const option: Codec<Option> = padded(4, struct({ code: u16, value: counted(u16) }, { ref: `${DRAFT} 3.5` }))
  const options = list(option)
  const time = { timestampHigh: u32, timestampLow: u32 }
  const lengths = { capturedLength: u32, originalLength: u32 }
  return {
    [SECTION_HEADER]: struct(
      { byteOrderMagic: u32, major: u16, minor: u16, sectionLength: bytes(8), options },
      { ref: `${DRAFT} 4.1` },
    ),
    [INTERFACE_DESCRIPTION]: struct(
      { linkType: u16, reserved: u16, snapLength: u32, options },
      { ref: `${DRAFT} 4.2` },
    ),
    [OBSOLETE_PACKET]: packet(struct({ interface: u16, drops: u16, ...time, ...lengths }), options, `${DRAFT} A`),
    [SIMPLE_PACKET]: struct({ originalLength: u32, data: padded(4, rest) }, { ref: `${DRAFT} 4.4` }),
    [NAME_RESOLUTION]: struct({ records: options }, { ref: `${DRAFT} 4.5` }),
    [INTERFACE_STATISTICS]: struct({ interface: u32, ...time, options }, { ref: `${DRAFT} 4.6` }),
    [ENHANCED_PACKET]: packet(struct({ interface: u32, ...time, ...lengths }), options, `${DRAFT} 4.3`),
    [DECRYPTION_SECRETS]: struct(
      { secretsType: named(u32, { 'TLS key log': TLS_KEY_LOG }), secrets: padded(4, counted(u32)), options },
      { ref: `${DRAFT} 4.7` },
    ),
  }
}

/** Type and length before the body, the length again behind it. */
export const BLOCK_OVERHEAD = 12

interface BlockHead {
  type: number
  totalLength: number
}
export type Block = Dependent<BlockHead, { body: unknown; totalLengthAgain: number }>

/** The same length behind the body, from which files are read backwards: another one is no block. */
const again = (totalLength: number, u32: Codec<number>): Codec<number> =>
  leaf({
    read(r) {
      const at = r.pos
      const length = u32.read(r)
      if (length === totalLength) return length
      throw new WireError('bad-value', at, '', `${length} bytes, and ${totalLength} in front`)
    },
    write: w => u32.write(w, totalLength),
    sample: () => totalLength,
  })

const blockIn = ({ u32 }: Numbers, bodies: BodyCodecs): Codec<Block> => {
  const types: Named = named(u32, BLOCK_TYPES)
  const bodyOf = (type: number): Codec<unknown> =>
    (bodies as Readonly<Record<number, Codec<unknown>>>)[type] ?? (rest as Codec<unknown>)
  const anyHead: Codec<BlockHead> = struct({ type: types, totalLength: u32 })
  /** Samples are of the smallest block; writing finds the length that the body needs. */
  const head = sampledBy(anyHead, random => ({ type: types.sample(random), totalLength: BLOCK_OVERHEAD }))
  return dependent(
    {
      head,
      body({ type, totalLength }, at) {
        if (totalLength < BLOCK_OVERHEAD || totalLength % 4 !== 0) {
          throw new WireError('bad-value', at - 4, 'totalLength', `${totalLength} bytes`)
        }
        const body = sized(totalLength - BLOCK_OVERHEAD, bodyOf(type))
        return struct({ body, totalLengthAgain: again(totalLength, u32) })
      },
      fit: ({ type }, { body }) => ({ type, totalLength: BLOCK_OVERHEAD + encode(bodyOf(type), body).length }),
    },
    { ref: `${DRAFT} 3.1` },
  )
}

const bodies = bodiesIn(bigEndian)
const littleBodies = bodiesIn(littleEndian)

export const SectionHeader: Codec<SectionHeader> = bodies[SECTION_HEADER]
export const InterfaceDescription: Codec<InterfaceDescription> = bodies[INTERFACE_DESCRIPTION]
export const ObsoletePacket: Codec<ObsoletePacket> = bodies[OBSOLETE_PACKET]
export const SimplePacket: Codec<SimplePacket> = bodies[SIMPLE_PACKET]
export const EnhancedPacket: Codec<EnhancedPacket> = bodies[ENHANCED_PACKET]
export const NameResolution: Codec<NameResolution> = bodies[NAME_RESOLUTION]
export const InterfaceStatistics: Codec<InterfaceStatistics> = bodies[INTERFACE_STATISTICS]
export const DecryptionSecrets: Codec<DecryptionSecrets> = bodies[DECRYPTION_SECRETS]
export const Block: Codec<Block> = blockIn(bigEndian, bodies)
export const LittleEndianBlock: Codec<Block> = blockIn(littleEndian, littleBodies)

/** The body of a block of this type, in the byte order of its section. */
export const bodyCodec = <T extends keyof Bodies>(type: T, order: 'big' | 'little'): Codec<Bodies[T]> =>
  (order === 'big' ? bodies : littleBodies)[type] as Codec<Bodies[T]>

/** One block as it goes into the file. */
export const block = <T extends keyof Bodies>(type: T, body: Bodies[T]): Uint8Array => {
  const inner = encode(bodyCodec(type, 'big'), body)
  const whole = new Uint8Array(inner.length + BLOCK_OVERHEAD)
  const view = new DataView(whole.buffer)
  view.setUint32(0, type)
  view.setUint32(4, whole.length)
  whole.set(inner, 8)
  view.setUint32(whole.length - 4, whole.length)
  return whole
}
