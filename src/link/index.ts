/** `barewire/link`: Ethernet II, ARP, and a learning switch. */
export { ARP_REPLY, ARP_REQUEST, ArpPacket } from './arp.ts'
export * from './cable.ts'
export * from './engine.ts'
export { ETHER_ARP, ETHER_IPV4, EthernetFrame, EthernetHeader, etherTypeName } from './ethernet.ts'
export * from './switch.ts'
