/** IPv6: the header (RFC 8200 3). It is what a capture shows of a kernel's connection; there is no engine for it. */
import { addressText } from '../wire/address.ts'
import { bitsAt, bytesAt, type Layout, layout, type Slot, uint } from '../wire/layout.ts'

export const IPV6_HEADER_SIZE = 40

export const Ipv6Header: Layout<{
  version: Slot<number>
  trafficClass: Slot<number>
  flowLabelHigh: Slot<number>
  flowLabelLow: Slot<number>
  payloadLength: Slot<number>
  nextHeader: Slot<number>
  hopLimit: Slot<number>
  sourceAddress: Slot<Uint8Array>
  destinationAddress: Slot<Uint8Array>
}> = layout(
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
