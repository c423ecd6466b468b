/** `barewire/udp`: UDP as an engine. Read `engine.ts` first. */
export { type Datagram, UdpEngine, type UdpEvent, type UdpOptions } from './engine.ts'
export { UdpHeader } from './header.ts'
