/** Ethernet II: the frame header (IEEE 802.3 3.1.1, RFC 894). The frame check sequence is the device's business. */
import { macText } from '../wire/address.ts'
import { type Codec, rest, struct } from '../wire/codec.ts'
import { bytesAt, type Layout, layout, type Slot, uint } from '../wire/layout.ts'

const ETHER_TYPES: Readonly<Record<string, number>> = {
  IPv4: 0x0800,
  ARP: 0x0806,
  VLAN: 0x8100,
  IPv6: 0x86dd,
  'service VLAN': 0x88a8,
}
export const ETHER_IPV4 = 0x0800
export const ETHER_ARP = 0x0806

export const etherTypeName = (value: number): string =>
  Object.entries(ETHER_TYPES).find(([, number]) => number === value)?.[0] ?? `unknown (0x${value.toString(16)})`

export const EthernetHeader: Layout<{
  destination: Slot<Uint8Array>
  source: Slot<Uint8Array>
  etherType: Slot<number>
}> = layout(
  'Ethernet',
  14,
  { destination: bytesAt(0, 6, macText), source: bytesAt(6, 6, macText), etherType: uint(12, 2, etherTypeName) },
  { ref: 'IEEE 802.3 3.1.1' },
)
export const ETHERNET_HEADER_SIZE = 14

/** A whole frame, as the trace keeps it. */
export const EthernetFrame: Codec<{
  header: { destination: Uint8Array; source: Uint8Array; etherType: number }
  payload: Uint8Array
}> = struct({ header: EthernetHeader, payload: rest }, { ref: 'RFC 894' })

export const BROADCAST: Uint8Array = new Uint8Array(6).fill(0xff)

/** A frame without its check sequence is at least this long; shorter ones are filled up with zeros on the wire. */
export const MINIMUM_FRAME = 60

/** Same six octets at `offset` of `buffer`. */
export const macAt = (buffer: Uint8Array, offset: number, mac: Uint8Array): boolean => {
  for (let i = 0; i < 6; i++) if (buffer[offset + i] !== mac[i]) return false
  return true
}
