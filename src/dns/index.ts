/** `barewire/dns`: a stub resolver and a small authoritative server. Read `resolver.ts` first. */
export { type DnsHeader, DnsMessage, type DnsSections, dataText, RecordType, ResourceRecord } from './message.ts'
export {
  DNS_PORT,
  type DnsDatagramIn,
  type DnsDatagramOut,
  type DnsEvent,
  type Resolved,
  Resolver,
  type ResolverOptions,
} from './resolver.ts'
export { answerQuery, Zone } from './server.ts'
