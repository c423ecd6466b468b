/**
 * What stands in captures in the place of an Ethernet header, and the tags that may follow one. No engine sends these:
 * kernels make them for who captures, switches put tags on.
 */
import { macText } from '../wire/address.ts'
import { bytes, type Codec, rest, struct } from '../wire/codec.ts'
import { bitsAt, bytesAt, type Layout, layout, type Slot, uint } from '../wire/layout.ts'
import { type Numbered, numbered } from '../wire/numbered.ts'
import { EthernetHeader, etherTypeName } from './ethernet.ts'

const PCAP_LINKTYPE = 'draft-ietf-opsawg-pcaplinktype 2'

const VlanTag: Layout<{
  priority: Slot<number>
  dropEligible: Slot<number>
  vlan: Slot<number>
  etherType: Slot<number>
}> = layout(
  'VLAN',
  4,
  {
    priority: bitsAt(0, 2, 0, 3),
    dropEligible: bitsAt(0, 2, 3, 4),
    vlan: bitsAt(0, 2, 4, 16),
    etherType: uint(2, 2, etherTypeName),
  },
  { ref: 'IEEE 802.1Q 9.6' },
)

interface TagValue {
  priority: number
  dropEligible: number
  vlan: number
  etherType: number
}

/** An Ethernet frame with `count` tags (at least one). */
export const taggedFrame: Numbered<[count: number], Codec<unknown>> = numbered(count => {
  const tags: Record<string, Codec<TagValue>> = {}
  for (let i = 1; i <= count; i++) tags[count === 1 ? 'tag' : `tag${i}`] = VlanTag
  return struct({ header: EthernetHeader, ...tags, payload: rest }, { ref: 'IEEE 802.1Q 9' }) as Codec<unknown>
})
export const TaggedFrame: Codec<unknown> = taggedFrame(1)

const PACKET_TYPES = ['to this machine', 'broadcast', 'multicast', 'to another machine', 'sent by this machine']
const packetType = (value: number): string => PACKET_TYPES[value] ?? `unknown (${value})`

const CookedHeader: Layout<{
  packetType: Slot<number>
  hardwareType: Slot<number>
  addressLength: Slot<number>
  address: Slot<Uint8Array>
  padding: Slot<Uint8Array>
  protocol: Slot<number>
}> = layout(
  'Linux cooked',
  16,
  {
    packetType: uint(0, 2, packetType),
    hardwareType: uint(2, 2),
    addressLength: uint(4, 2),
    address: bytesAt(6, 6, macText),
    padding: bytesAt(12, 2),
    protocol: uint(14, 2, etherTypeName),
  },
  { ref: PCAP_LINKTYPE },
)
/** LINKTYPE_LINUX_SLL. */
export const CookedFrame: Codec<unknown> = struct(
  { header: CookedHeader, payload: rest },
  { ref: PCAP_LINKTYPE },
) as Codec<unknown>

const Cooked2Header: Layout<{
  protocol: Slot<number>
  reserved: Slot<number>
  interface: Slot<number>
  hardwareType: Slot<number>
  packetType: Slot<number>
  addressLength: Slot<number>
  address: Slot<Uint8Array>
  padding: Slot<Uint8Array>
}> = layout(
  'Linux cooked v2',
  20,
  {
    protocol: uint(0, 2, etherTypeName),
    reserved: uint(2, 2),
    interface: uint(4, 4),
    hardwareType: uint(8, 2),
    packetType: uint(10, 1, packetType),
    addressLength: uint(11, 1),
    address: bytesAt(12, 6, macText),
    padding: bytesAt(18, 2),
  },
  { ref: PCAP_LINKTYPE },
)
/** LINKTYPE_LINUX_SLL2. */
export const CookedFrame2: Codec<unknown> = struct(
  { header: Cooked2Header, payload: rest },
  { ref: PCAP_LINKTYPE },
) as Codec<unknown>

/** LINKTYPE_NULL and LINKTYPE_LOOP: the number of an address family, for NULL in the byte order of the machine. */
export const LoopbackFrame: Codec<unknown> = struct(
  { family: bytes(4), payload: rest },
  { ref: PCAP_LINKTYPE },
) as Codec<unknown>
