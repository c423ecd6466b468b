/** Every wire format of the tree by name, for the tests that attack them all alike. */
import * as capture from '../../src/capture/format.ts'
import { DnsMessage, Question, ResourceRecord } from '../../src/dns/message.ts'
import { Name } from '../../src/dns/name.ts'
import { requestHeadFormat, responseHeadFormat } from '../../src/http/head-format.ts'
import { IcmpMessage } from '../../src/ip/icmp.ts'
import { Ipv4Header, Ipv4Packet } from '../../src/ip/ipv4.ts'
import { Ipv6Header } from '../../src/ip/ipv6.ts'
import { ArpPacket } from '../../src/link/arp.ts'
import { EthernetFrame, EthernetHeader } from '../../src/link/ethernet.ts'
import { TcpOptions } from '../../src/tcp/options.ts'
import { TcpHeader, TcpSegment } from '../../src/tcp/segment.ts'
import { ClientExtension, HelloRandom, ServerExtension } from '../../src/tls/messages/extensions.ts'
import { Alert, bodies, ChangeCipherSpec, Handshake, ServerEcdhParams } from '../../src/tls/messages/tls12.ts'
import { HandshakeRecord, PlainRecord, RecordHeader } from '../../src/tls/record-format.ts'
import { ChaChaRecord, GcmRecord } from '../../src/tls/tls12/record-format.ts'
import { UdpDatagram, UdpHeader } from '../../src/udp/header.ts'
import type { Codec } from '../../src/wire/codec.ts'
import { certificateFormat } from '../../src/x509/fields.ts'

export type AnyFormat = Codec<unknown>
type Any = AnyFormat
type Formats = Readonly<Record<string, Any>>

export const tlsFormats: Formats = {
  RecordHeader: RecordHeader as Any,
  PlainRecord: PlainRecord as Any,
  HandshakeRecord: HandshakeRecord as Any,
  GcmRecord: GcmRecord as Any,
  ChaChaRecord: ChaChaRecord as Any,
  Alert: Alert as Any,
  ChangeCipherSpec: ChangeCipherSpec as Any,
  Handshake: Handshake as Any,
  ...(bodies as unknown as Readonly<Record<string, Any>>),
  ServerEcdhParams: ServerEcdhParams as Any,
  ClientExtension: ClientExtension as Any,
  ServerExtension: ServerExtension as Any,
  HelloRandom: HelloRandom as Any,
}

export const otherFormats: Formats = {
  EthernetHeader: EthernetHeader as Any,
  EthernetFrame: EthernetFrame as Any,
  ArpPacket: ArpPacket as Any,
  Ipv4Header: Ipv4Header as Any,
  Ipv4Packet: Ipv4Packet as Any,
  Ipv6Header: Ipv6Header as Any,
  IcmpMessage: IcmpMessage as Any,
  UdpHeader: UdpHeader as Any,
  UdpDatagram: UdpDatagram as Any,
  Name: Name as Any,
  Question: Question as Any,
  ResourceRecord: ResourceRecord as Any,
  DnsMessage: DnsMessage as Any,
  TcpHeader: TcpHeader as Any,
  TcpOptions: TcpOptions as Any,
  TcpSegment: TcpSegment as Any,
  certificate: certificateFormat as Any,
  requestHead: requestHeadFormat as Any,
  responseHead: responseHeadFormat as Any,
  SectionHeader: capture.SectionHeader as Any,
  InterfaceDescription: capture.InterfaceDescription as Any,
  EnhancedPacket: capture.EnhancedPacket as Any,
  NameResolution: capture.NameResolution as Any,
  InterfaceStatistics: capture.InterfaceStatistics as Any,
  DecryptionSecrets: capture.DecryptionSecrets as Any,
  Block: capture.Block as Any,
}

/** Every format that a module of the tree exports; `test/formats.test.ts` holds the list to that. */
export const formats: Formats = { ...otherFormats, ...tlsFormats }
