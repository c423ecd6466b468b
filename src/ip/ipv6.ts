/** IPv6: the header (RFC 8200 3). It is what a capture shows of a kernel's connection; there is no engine for it. */
import { addressText } from '../wire/address.ts'
import { type Codec, bytes as exactly, struct } from '../wire/codec.ts'
import { type Dependent, dependent, sampledBy } from '../wire/dependent.ts'
import { bitsAt, bytesAt, type Layout, type LayoutValue, layout, type Slot, uint } from '../wire/layout.ts'

export const IPV6_HEADER_SIZE = 40

interface Ipv6Slots extends Record<string, Slot<number> | Slot<Uint8Array>> {
  version: Slot<number>
  trafficClass: Slot<number>
  flowLabelHigh: Slot<number>
  flowLabelLow: Slot<number>
  payloadLength: Slot<number>
  nextHeader: Slot<number>
  hopLimit: Slot<number>
  sourceAddress: Slot<Uint8Array>
  destinationAddress: Slot<Uint8Array>
}

export const Ipv6Header: Layout<Ipv6Slots> = layout(
  'IPv6',
  IPV6_HEADER_SIZE,
  {
    version: bitsAt(0, 1, 0, 4),
    trafficClass: bitsAt(0, 2, 4, 12),
    flowLabelHigh: bitsAt(1, 1, 4, 8),
    flowLabelLow: uint(2, 2),
    payloadLength: uint(4, 2),
    nextHeader: uint(6, 1),
    hopLimit: uint(7, 1),
    sourceAddress: bytesAt(8, 16, addressText),
    destinationAddress: bytesAt(24, 16, addressText),
  },
  { ref: 'RFC 8200 3' },
)

type Header = LayoutValue<Ipv6Slots>

/** A whole packet, as the trace keeps it; extension headers stand in front of the payload. */
export const Ipv6Packet: Codec<Dependent<Header, { payload: Uint8Array }>> = dependent(
  {
    names: ['header', 'body'],
    head: sampledBy<Header>(Ipv6Header, random => ({
      ...Ipv6Header.sample(random),
      version: 6,
      payloadLength: Math.floor(random() * 32),
    })),
    body: header => struct({ payload: exactly(header.payloadLength) }),
    fit: (header, body) => ({ ...header, payloadLength: body.payload.length }),
  },
  { ref: 'RFC 8200 3' },
)
