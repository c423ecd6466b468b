/** IPv4: the header (RFC 791 3.1) and the packet around it. */
import { addressText } from '../wire/address.ts'
import { type Codec, bytes as exactly, struct } from '../wire/codec.ts'
import { type Dependent, dependent, sampledBy } from '../wire/dependent.ts'
import { bitsAt, bytesAt, type Layout, type LayoutValue, layout, type Slot, uint } from '../wire/layout.ts'
import { protocolName } from '../wire/protocols.ts'
import { WireError } from '../wire/reader.ts'

export const IPV4_HEADER_SIZE = 20
export const DONT_FRAGMENT = 0b010

interface Ipv4Slots extends Record<string, Slot<number> | Slot<Uint8Array>> {
  version: Slot<number>
  internetHeaderLength: Slot<number>
  differentiatedServices: Slot<number>
  congestionNotification: Slot<number>
  totalLength: Slot<number>
  identification: Slot<number>
  flags: Slot<number>
  fragmentOffset: Slot<number>
  timeToLive: Slot<number>
  protocol: Slot<number>
  headerChecksum: Slot<number>
  sourceAddress: Slot<Uint8Array>
  destinationAddress: Slot<Uint8Array>
}

export const Ipv4Header: Layout<Ipv4Slots> = layout(
  'IPv4',
  IPV4_HEADER_SIZE,
  {
    version: bitsAt(0, 1, 0, 4),
    internetHeaderLength: bitsAt(0, 1, 4, 8, value => `${value * 4} bytes`),
    differentiatedServices: bitsAt(1, 1, 0, 6),
    congestionNotification: bitsAt(1, 1, 6, 8),
    totalLength: uint(2, 2),
    identification: uint(4, 2),
    flags: bitsAt(6, 2, 0, 3),
    fragmentOffset: bitsAt(6, 2, 3, 16, value => `byte ${value * 8}`),
    timeToLive: uint(8, 1),
    protocol: uint(9, 1, protocolName),
    headerChecksum: uint(10, 2),
    sourceAddress: bytesAt(12, 4, addressText),
    destinationAddress: bytesAt(16, 4, addressText),
  },
  { ref: 'RFC 791 3.1' },
)

type Header = LayoutValue<Ipv4Slots>

/** A whole packet, as the trace keeps it. Lengths in the header follow the body when it is written. */
export const Ipv4Packet: Codec<Dependent<Header, { options: Uint8Array; payload: Uint8Array }>> = dependent(
  {
    names: ['header', 'body'],
    head: sampledBy<Header>(Ipv4Header, random => ({
      ...Ipv4Header.sample(random),
      version: 4,
      internetHeaderLength: 5,
      totalLength: IPV4_HEADER_SIZE + Math.floor(random() * 32),
    })),
    body(header, at) {
      const options = header.internetHeaderLength * 4 - IPV4_HEADER_SIZE
      const payload = header.totalLength - header.internetHeaderLength * 4
      if (header.version !== 4 || options < 0) throw new WireError('bad-value', at, '', 'not an IPv4 header')
      if (payload < 0) throw new WireError('bad-value', at, '', 'total length is less than the header')
      return struct({ options: exactly(options), payload: exactly(payload) })
    },
    fit: (header, body) => ({
      ...header,
      internetHeaderLength: (IPV4_HEADER_SIZE + body.options.length) / 4,
      totalLength: IPV4_HEADER_SIZE + body.options.length + body.payload.length,
    }),
  },
  { ref: 'RFC 791 3.1' },
)
