/** ARP for IPv4 over Ethernet (RFC 826): the packet. The cache is in `neighbours.ts`. */
import { addressText, macText } from '../wire/address.ts'
import { bytesAt, type Layout, layout, type Slot, uint } from '../wire/layout.ts'
import { ETHER_IPV4 } from './ethernet.ts'

export const ARP_REQUEST = 1
export const ARP_REPLY = 2
export const ARP_SIZE = 28

/** Field names are spelt-out `ar$hrd`, `ar$pro`, `ar$hln`, `ar$pln`, `ar$op`, `ar$sha`, `ar$spa`, `ar$tha`, `ar$tpa`. */
export const ArpPacket: Layout<{
  hardwareType: Slot<number>
  protocolType: Slot<number>
  hardwareLength: Slot<number>
  protocolLength: Slot<number>
  operation: Slot<number>
  senderHardware: Slot<Uint8Array>
  senderProtocol: Slot<Uint8Array>
  targetHardware: Slot<Uint8Array>
  targetProtocol: Slot<Uint8Array>
}> = layout(
  'ARP',
  ARP_SIZE,
  {
    hardwareType: uint(0, 2, value => (value === 1 ? 'Ethernet' : `${value}`)),
    protocolType: uint(2, 2, value => (value === ETHER_IPV4 ? 'IPv4' : `0x${value.toString(16)}`)),
    hardwareLength: uint(4, 1),
    protocolLength: uint(5, 1),
    operation: uint(6, 2, value => (value === ARP_REQUEST ? 'request' : value === ARP_REPLY ? 'reply' : `${value}`)),
    senderHardware: bytesAt(8, 6, macText),
    senderProtocol: bytesAt(14, 4, addressText),
    targetHardware: bytesAt(18, 6, macText),
    targetProtocol: bytesAt(24, 4, addressText),
  },
  { ref: 'RFC 826' },
)

/** `who has 10.0.0.1`, `10.0.0.1 is at 02:00:00:00:00:01`. */
export const arpName = (packet: Uint8Array): string => {
  const { operation, senderHardware, senderProtocol, targetProtocol } = new ArpPacket.View(packet)
  return operation === ARP_REQUEST
    ? `who has ${addressText(targetProtocol)}`
    : `${addressText(senderProtocol)} is at ${macText(senderHardware)}`
}
