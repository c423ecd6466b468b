/**
 * `barewire/ip`: IPv4 with ICMP and routes, UDP, and DNS. Read `engine.ts` first; UDP and DNS lie in `../udp`,
 * `../dns`.
 */
export { type DnsHeader, DnsMessage, type DnsSections, dataText, RecordType, ResourceRecord } from '../dns/message.ts'
export {
  DNS_PORT,
  type DnsDatagramIn,
  type DnsDatagramOut,
  type DnsEvent,
  type Resolved,
  Resolver,
  type ResolverOptions,
} from '../dns/resolver.ts'
export { answerQuery, Zone } from '../dns/server.ts'
export { type Datagram, UdpEngine, type UdpEvent, type UdpOptions } from '../udp/engine.ts'
export { UdpHeader } from '../udp/header.ts'
export { IpEngine, type IpEvent, type IpInterface, type IpOptions } from './engine.ts'
export { IcmpMessage, icmpName } from './icmp.ts'
export { Ipv4Header, Ipv4Packet } from './ipv4.ts'
export { protocolName } from './protocols.ts'
export { type Route, Routes } from './routes.ts'
export { contains, lastAddress, netmask, nth, parseSubnet, type Subnet, subnet, subnetText } from './subnet.ts'
