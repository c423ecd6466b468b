/** UDP: the header and the datagram (RFC 768). */
import { type Codec, bytes as exactly, struct } from '../wire/codec.ts'
import { type Dependent, dependent, sampledBy } from '../wire/dependent.ts'
import { type Layout, type LayoutValue, layout, type Slot, uint } from '../wire/layout.ts'
import { WireError } from '../wire/reader.ts'

export const UDP_HEADER_SIZE = 8

interface UdpSlots extends Record<string, Slot<number>> {
  sourcePort: Slot<number>
  destinationPort: Slot<number>
  length: Slot<number>
  checksum: Slot<number>
}

export const UdpHeader: Layout<UdpSlots> = layout(
  'UDP',
  UDP_HEADER_SIZE,
  { sourcePort: uint(0, 2), destinationPort: uint(2, 2), length: uint(4, 2), checksum: uint(6, 2) },
  { ref: 'RFC 768' },
)

/** A whole datagram, as the trace keeps it. */
export const UdpDatagram: Codec<Dependent<LayoutValue<UdpSlots>, { payload: Uint8Array }>> = dependent(
  {
    names: ['header', 'body'],
    head: sampledBy<LayoutValue<UdpSlots>>(UdpHeader, random => ({
      ...UdpHeader.sample(random),
      length: UDP_HEADER_SIZE + Math.floor(random() * 32),
    })),
    body(header, at) {
      if (header.length < UDP_HEADER_SIZE) throw new WireError('bad-value', at, '', 'length is less than the header')
      return struct({ payload: exactly(header.length - UDP_HEADER_SIZE) })
    },
    fit: (header, body) => ({ ...header, length: UDP_HEADER_SIZE + body.payload.length }),
  },
  { ref: 'RFC 768' },
)
