/** `barewire/ip`: IPv4 with ICMP and routes. Read `engine.ts` first. */
export { protocolName } from '../wire/protocols.ts'
export { IpEngine, type IpEvent, type IpInterface, type IpOptions } from './engine.ts'
export { IcmpMessage, icmpName } from './icmp.ts'
export { Ipv4Header, Ipv4Packet } from './ipv4.ts'
export { type Route, Routes } from './routes.ts'
export { contains, lastAddress, netmask, nth, parseSubnet, type Subnet, subnet, subnetText } from './subnet.ts'
