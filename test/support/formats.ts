/** Every wire format of the tree by name, for the tests that attack them all alike. */
import * as capture from '../../src/capture/format.ts'
import * as pcap from '../../src/capture/read/pcap-format.ts'
import {
  EarlierEcdheHandshake,
  EarlierHandshake,
  EarlierRsaHandshake,
  OtherHandshake,
} from '../../src/dissect/stream/tls/earlier.ts'
import { DnsMessage, Question, ResourceRecord } from '../../src/dns/message.ts'
import { Name } from '../../src/dns/name.ts'
import { requestHeadFormat, responseHeadFormat } from '../../src/http/message/head-format.ts'
import { messages, pcapFile, pcapngFile, records } from '../../src/inspect/decode/joined-formats.ts'
import { cookieHeader, keyLogText } from '../../src/inspect/decode/text-formats.ts'
import { IcmpMessage } from '../../src/ip/icmp.ts'
import { Ipv4Header, Ipv4Packet } from '../../src/ip/ipv4.ts'
import { Ipv6Header, Ipv6Packet } from '../../src/ip/ipv6.ts'
import { ArpPacket } from '../../src/link/arp.ts'
import { CookedFrame, CookedFrame2, LoopbackFrame, TaggedFrame } from '../../src/link/captured.ts'
import { EthernetFrame, EthernetHeader } from '../../src/link/ethernet.ts'
import { TcpOptions } from '../../src/tcp/options.ts'
import { TcpHeader, TcpSegment } from '../../src/tcp/segment.ts'
import { CertificateStatus } from '../../src/tls/messages/extensions.table.ts'
import * as extensions from '../../src/tls/messages/extensions.ts'
import { HelloRandom } from '../../src/tls/messages/hello.ts'
import { Ends, ImportedIdentity } from '../../src/tls/messages/imported-identity.ts'
import * as tls12 from '../../src/tls/messages/tls12.ts'
import * as tls13 from '../../src/tls/messages/tls13.ts'
import { HandshakeRecord, PlainRecord, RecordHeader } from '../../src/tls/record/format.ts'
import { ChaChaRecord, GcmRecord } from '../../src/tls/tls12/record-format.ts'
import { UdpDatagram, UdpHeader } from '../../src/udp/header.ts'
import type { Codec } from '../../src/wire/codec.ts'
import { certificateFormat } from '../../src/x509/certificate/fields.ts'
import { signedCertificateTimestamp, timestamp } from '../../src/x509/certificate/sct.ts'

export type AnyFormat = Codec<unknown>
type Any = AnyFormat
type Formats = Readonly<Record<string, Any>>

export const tlsFormats: Formats = {
  RecordHeader: RecordHeader as Any,
  PlainRecord: PlainRecord as Any,
  HandshakeRecord: HandshakeRecord as Any,
  GcmRecord: GcmRecord as Any,
  ChaChaRecord: ChaChaRecord as Any,
  Alert: tls12.Alert as Any,
  ChangeCipherSpec: tls12.ChangeCipherSpec as Any,
  Handshake: tls12.handshake12.codec as Any,
  'Handshake with RSA': tls12.handshake12Rsa.codec as Any,
  'Handshake of TLS 1.3': tls13.handshake13.codec as Any,
  OtherHandshake: OtherHandshake as Any,
  EarlierHandshake: EarlierHandshake as Any,
  EarlierEcdheHandshake: EarlierEcdheHandshake as Any,
  EarlierRsaHandshake: EarlierRsaHandshake as Any,
  ...(tls12.bodies12 as unknown as Formats),
  ...Object.fromEntries(
    Object.entries(tls13.bodies13).map(([name, codec]) => [`${name} of TLS 1.3`, codec as unknown as Any]),
  ),
  ServerEcdhParams: tls12.ServerEcdhParams as Any,
  EncryptedPremaster: tls12.EncryptedPremaster as Any,
  RawPublicKey: tls12.RawPublicKey as Any,
  CertificateStatus: CertificateStatus as Any,
  ClientExtension: extensions.ClientExtension as Any,
  ServerExtension: extensions.ServerExtension as Any,
  RetryExtension: extensions.RetryExtension as Any,
  EncryptedExtension: extensions.EncryptedExtension as Any,
  RequestExtension: extensions.RequestExtension as Any,
  CertificateExtension: extensions.CertificateExtension as Any,
  TicketExtension: extensions.TicketExtension as Any,
  HelloRandom: HelloRandom as Any,
  ImportedIdentity: ImportedIdentity as Any,
  Ends: Ends as Any,
}

export const otherFormats: Formats = {
  EthernetHeader: EthernetHeader as Any,
  EthernetFrame: EthernetFrame as Any,
  TaggedFrame,
  CookedFrame,
  CookedFrame2,
  LoopbackFrame,
  ArpPacket: ArpPacket as Any,
  Ipv4Header: Ipv4Header as Any,
  Ipv4Packet: Ipv4Packet as Any,
  Ipv6Header: Ipv6Header as Any,
  Ipv6Packet: Ipv6Packet as Any,
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
  signedCertificateTimestamp: signedCertificateTimestamp as Any,
  timestamp: timestamp as Any,
  requestHead: requestHeadFormat as Any,
  responseHead: responseHeadFormat as Any,
  SectionHeader: capture.SectionHeader as Any,
  InterfaceDescription: capture.InterfaceDescription as Any,
  EnhancedPacket: capture.EnhancedPacket as Any,
  NameResolution: capture.NameResolution as Any,
  InterfaceStatistics: capture.InterfaceStatistics as Any,
  DecryptionSecrets: capture.DecryptionSecrets as Any,
  SimplePacket: capture.SimplePacket as Any,
  ObsoletePacket: capture.ObsoletePacket as Any,
  Block: capture.Block as Any,
  LittleEndianBlock: capture.LittleEndianBlock as Any,
  PcapHeader: pcap.PcapHeader as Any,
  PcapRecord: pcap.PcapRecord as Any,
  LittleEndianPcapHeader: pcap.LittleEndianPcapHeader as Any,
  LittleEndianPcapRecord: pcap.LittleEndianPcapRecord as Any,
  records: records as Any,
  messages: messages as Any,
  pcapFile: pcapFile as Any,
  pcapngFile: pcapngFile as Any,
  cookieHeader: cookieHeader as Any,
  keyLogText: keyLogText as Any,
}

/** Every format that a module of the tree exports; `test/formats.test.ts` holds the list to that. */
export const formats: Formats = { ...otherFormats, ...tlsFormats }
