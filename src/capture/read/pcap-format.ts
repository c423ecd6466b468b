/** pcap, the older format of captures, in both byte orders. Read draft-ietf-opsawg-pcap 4 (file) and 5 (records) first. */
import { bigEndian, littleEndian, type Numbers } from '../../wire/byte-order.ts'
import { bytes, type Codec, struct } from '../../wire/codec.ts'
import { type Dependent, dependent, sampledBy } from '../../wire/dependent.ts'

const DRAFT = 'draft-ietf-opsawg-pcap'

/** Times are seconds and microseconds. */
export const MAGIC_MICROSECONDS = 0xa1b2c3d4
export const MAGIC_NANOSECONDS = 0xa1b23c4d
export const PCAP_HEADER_SIZE = 24
export const PCAP_RECORD_SIZE = 16

export interface PcapHeader {
  magic: number
  major: number
  minor: number
  /** Obsolete, zeros. */
  zone: number
  accuracy: number
  snapLength: number
  /** The upper 4 bits may say how long a frame check sequence is, the lower 16 are the type. */
  linkType: number
}

export interface PcapRecordHead {
  seconds: number
  /** Micro- or nanoseconds, as the magic number says. */
  fraction: number
  capturedLength: number
  originalLength: number
}
export type PcapRecord = Dependent<PcapRecordHead, { data: Uint8Array }>

const headerIn = ({ u16, u32 }: Numbers): Codec<PcapHeader> =>
  struct(
    { magic: u32, major: u16, minor: u16, zone: u32, accuracy: u32, snapLength: u32, linkType: u32 },
    { ref: `${DRAFT} 4` },
  )

const recordIn = ({ u32 }: Numbers): Codec<PcapRecord> => {
  const anyHead: Codec<PcapRecordHead> = struct({
    seconds: u32,
    fraction: u32,
    capturedLength: u32,
    originalLength: u32,
  })
  return dependent(
    {
      head: sampledBy(anyHead, random => ({ ...anyHead.sample(random), capturedLength: Math.floor(random() * 40) })),
      body: head => struct({ data: bytes(head.capturedLength) }),
      fit: (head, body) => ({ ...head, capturedLength: body.data.length }),
    },
    { ref: `${DRAFT} 5` },
  )
}

export const PcapHeader: Codec<PcapHeader> = headerIn(bigEndian)
export const PcapRecord: Codec<PcapRecord> = recordIn(bigEndian)
export const LittleEndianPcapHeader: Codec<PcapHeader> = headerIn(littleEndian)
export const LittleEndianPcapRecord: Codec<PcapRecord> = recordIn(littleEndian)
