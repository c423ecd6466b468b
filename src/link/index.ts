/** `barewire/link`: Ethernet II, ARP, and a learning switch. Read `neighbours.ts` first, then `engine.ts`. */
export { ArpPacket } from './arp.ts'
export { type Cable, cable } from './cable.ts'
export { LinkEngine, type LinkEvent, type LinkOptions } from './engine.ts'
export { ETHER_ARP, ETHER_IPV4, EthernetFrame, EthernetHeader, etherTypeName } from './ethernet.ts'
export type { ArpTrust } from './neighbours.ts'
export { LearningSwitch } from './switch.ts'
