/** Every format that can be named or guessed, with what speaks for it. Read `format.ts` first. */
import * as capture from '../../capture/format.ts'
import * as pcap from '../../capture/read/pcap-format.ts'
import {
  EarlierEcdheHandshake,
  EarlierHandshake,
  EarlierRsaHandshake,
  OtherHandshake,
} from '../../dissect/stream/tls/earlier.ts'
import { DnsMessage, Question, ResourceRecord } from '../../dns/message.ts'
import { Name } from '../../dns/name.ts'
import { requestHeadFormat, responseHeadFormat } from '../../http/message/head-format.ts'
import { IcmpMessage, icmpName } from '../../ip/icmp.ts'
import { Ipv4Header, Ipv4Packet } from '../../ip/ipv4.ts'
import { Ipv6Header, Ipv6Packet } from '../../ip/ipv6.ts'
import { ArpPacket } from '../../link/arp.ts'
import { CookedFrame, CookedFrame2, LoopbackFrame, TaggedFrame } from '../../link/captured.ts'
import { EthernetFrame, EthernetHeader, etherTypeName } from '../../link/ethernet.ts'
import { TcpOptions } from '../../tcp/options.ts'
import { controlNames, TcpHeader, TcpSegment } from '../../tcp/segment.ts'
import { CertificateStatus } from '../../tls/messages/extensions.table.ts'
import * as extensions from '../../tls/messages/extensions.ts'
import { messageName } from '../../tls/messages/handshake.ts'
import { HelloRandom } from '../../tls/messages/hello.ts'
import { Ends, ImportedIdentity } from '../../tls/messages/imported-identity.ts'
import { ContentType, ExtensionType, HandshakeType } from '../../tls/messages/registries.table.ts'
import * as tls12 from '../../tls/messages/tls12.ts'
import * as tls13 from '../../tls/messages/tls13.ts'
import { HandshakeRecord, PlainRecord, RecordHeader } from '../../tls/record/format.ts'
import { ChaChaRecord, GcmRecord } from '../../tls/tls12/record-format.ts'
import { privateIn } from '../../trace/redact.ts'
import { UdpDatagram, UdpHeader } from '../../udp/header.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { checksum } from '../../wire/checksum.ts'
import type { Codec } from '../../wire/codec.ts'
import { certificateFormat } from '../../x509/certificate/fields.ts'
import { signedCertificateTimestamp, timestamp } from '../../x509/certificate/sct.ts'
import { contentsOf } from '../../x509/files/file-contents.ts'
import { derFormat, derKinds } from './der.table.ts'
import type { Format, Inner } from './format.ts'
import { messages, pcapFile, pcapngFile, records } from './joined-formats.ts'
import { privateNumbers } from './private.ts'
import { cookieHeader, keyLogText } from './text-formats.ts'

/** The codec of any value: what decoding hands to it came out of it. */
const any = <T>(codec: Codec<T>): Codec<unknown> => codec as Codec<unknown>

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

/** Ports behind which the protocols here are found. */
const DNS_PORTS: ReadonlySet<number> = new Set([53, 5353])
const WELL_KNOWN: ReadonlySet<number> = new Set([53, 80, 443, 853, 3000, 4433, 5353, 8000, 8080, 8443])
const knownPort = (bytes: Uint8Array): number =>
  WELL_KNOWN.has(u16(bytes, 0)) || WELL_KNOWN.has(u16(bytes, 2)) ? 8 : 0

const PACKETS: Readonly<Record<number, string>> = { 2048: 'ip.v4', 2054: 'arp', 34525: 'ip.v6' }
const TRANSPORTS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp.segment', 17: 'udp.datagram' }

const surely = (as: string | undefined, ...path: readonly (string | number)[]): readonly Inner[] =>
  as === undefined ? [] : [{ path, as: [as], how: 'surely' }]
const perhaps = (as: readonly string[], ...path: readonly (string | number)[]): readonly Inner[] => [
  { path, as, how: 'perhaps' },
]

const STREAM = ['tls.records', 'http.request', 'http.response']

interface V4 {
  readonly head: { readonly protocol: number; readonly fragmentOffset: number; readonly flags: number }
}
interface Typed {
  readonly type: number
}

const network: readonly Format[] = [
  {
    id: 'ethernet.frame',
    title: 'Ethernet frame',
    codec: any(EthernetFrame),
    begins: bytes => bytes.length >= 34 && PACKETS[u16(bytes, 12)] !== undefined,
    named: (_, bytes) => etherTypeName(u16(bytes, 12)),
    evidence: () => 14,
    inside: (_, bytes) => surely(PACKETS[u16(bytes, 12)], 'payload'),
  },
  {
    id: 'ethernet.tagged',
    title: 'Ethernet frame with a tag of a VLAN',
    codec: TaggedFrame,
    begins: bytes => bytes.length >= 38 && u16(bytes, 12) === 0x8100 && PACKETS[u16(bytes, 16)] !== undefined,
    named: (_, bytes) => etherTypeName(u16(bytes, 16)),
    evidence: () => 20,
    inside: (_, bytes) => surely(PACKETS[u16(bytes, 16)], 'payload'),
  },
  {
    id: 'linux.cooked',
    title: 'Linux cooked frame',
    codec: CookedFrame,
    begins: bytes => bytes.length >= 36 && u16(bytes, 0) <= 4 && PACKETS[u16(bytes, 14)] !== undefined,
    evidence: () => 14,
    inside: (_, bytes) => surely(PACKETS[u16(bytes, 14)], 'payload'),
  },
  {
    id: 'linux.cooked2',
    title: 'Linux cooked frame, version 2',
    codec: CookedFrame2,
    begins: bytes => bytes.length >= 40 && PACKETS[u16(bytes, 0)] !== undefined && u16(bytes, 2) === 0,
    evidence: () => 14,
    inside: (_, bytes) => surely(PACKETS[u16(bytes, 0)], 'payload'),
  },
  { id: 'bsd.loopback', title: 'BSD loopback frame', codec: LoopbackFrame },
  { id: 'ethernet.header', title: 'Ethernet header', codec: any(EthernetHeader) },
  {
    id: 'arp',
    title: 'ARP packet',
    codec: any(ArpPacket),
    begins: bytes => bytes.length >= 28 && u16(bytes, 0) === 1 && u16(bytes, 2) === 0x0800,
    named: (_, bytes) => ['request', 'reply'][u16(bytes, 6) - 1],
    evidence: (_, bytes) => 32 + (bytes[4] === 6 && bytes[5] === 4 ? 16 : -40),
    ends: 'itself',
  },
  {
    id: 'ip.v4',
    title: 'IPv4 packet',
    codec: any(Ipv4Packet),
    begins: bytes => bytes[0]! >> 4 === 4 && (bytes[0]! & 15) >= 5 && bytes.length >= 20,
    evidence(_, bytes) {
      const sum = u16(bytes, 10)
      // Offloaded to the device, it is not there yet.
      const summed = checksum(bytes, 0, Math.min(bytes.length, (bytes[0]! & 15) * 4)) === 0 ? 16 : sum === 0 ? 0 : -10
      return 8 + summed + (TRANSPORTS[bytes[9]!] === undefined ? -6 : 5)
    },
    inside(value) {
      const { head } = value as V4
      const whole = head.fragmentOffset === 0 && (head.flags & 1) === 0
      return whole ? surely(TRANSPORTS[head.protocol], 'body', 'payload') : []
    },
    ends: 'itself',
  },
  { id: 'ip.v4-header', title: 'IPv4 header', codec: any(Ipv4Header) },
  {
    id: 'ip.v6',
    title: 'IPv6 packet',
    codec: any(Ipv6Packet),
    begins: bytes => bytes[0]! >> 4 === 6 && bytes.length >= 40,
    evidence: (_, bytes) => 4 + (u16(bytes, 4) === bytes.length - 40 ? 12 : 0) + (TRANSPORTS[bytes[6]!] ? 6 : -6),
    inside: (_, bytes) => surely(TRANSPORTS[bytes[6]!], 'body', 'payload'),
    ends: 'itself',
  },
  { id: 'ip.v6-header', title: 'IPv6 header', codec: any(Ipv6Header) },
  {
    id: 'icmp',
    title: 'ICMP message',
    codec: any(IcmpMessage),
    begins: bytes => bytes.length >= 8 && [0, 3, 5, 8, 11, 12].includes(bytes[0]!),
    named: (_, bytes) => icmpName(bytes[0]!, bytes[1]!),
    evidence: (_, bytes) => (checksum(bytes, 0, bytes.length) === 0 ? 18 : -12),
    inside: (_, bytes) => ([3, 11].includes(bytes[0]!) ? perhaps(['ip.v4'], 'body', 'packet') : []),
  },
  {
    id: 'tcp.segment',
    title: 'TCP segment',
    codec: any(TcpSegment),
    begins: bytes => bytes.length >= 20 && bytes[12]! >> 4 >= 5 && (bytes[12]! >> 4) * 4 <= bytes.length,
    named: (_, bytes) => controlNames(bytes[13]! & 63),
    evidence(_, bytes) {
      const flags = bytes[13]!
      const odd = (flags & 6) === 6 || (flags & 3) === 3 || (flags & 63) === 0
      const unurgent = (flags & 32) === 0 ? (u16(bytes, 18) === 0 ? 12 : -8) : 0
      return knownPort(bytes) + ((bytes[12]! & 15) === 0 ? 3 : -4) + (odd ? -10 : 2) + unurgent
    },
    inside: (_, bytes) =>
      DNS_PORTS.has(u16(bytes, 0)) || DNS_PORTS.has(u16(bytes, 2)) ? [] : perhaps(STREAM, 'body', 'payload'),
  },
  { id: 'tcp.header', title: 'TCP header', codec: any(TcpHeader) },
  { id: 'tcp.options', title: 'TCP options', codec: any(TcpOptions) },
  {
    id: 'udp.datagram',
    title: 'UDP datagram',
    codec: any(UdpDatagram),
    begins: bytes => bytes.length >= 8 && u16(bytes, 4) >= 8 && u16(bytes, 4) <= bytes.length,
    evidence: (_, bytes) => knownPort(bytes) + (u16(bytes, 4) === bytes.length ? 6 : -10),
    inside: (_, bytes) =>
      DNS_PORTS.has(u16(bytes, 0)) || DNS_PORTS.has(u16(bytes, 2)) ? perhaps(['dns.message'], 'body', 'payload') : [],
    ends: 'itself',
  },
  { id: 'udp.header', title: 'UDP header', codec: any(UdpHeader) },
  {
    id: 'dns.message',
    title: 'DNS message',
    codec: any(DnsMessage),
    begins: bytes => bytes.length >= 12 && (bytes[2]! & 0x78) <= 0x28 && (bytes[3]! & 0x40) === 0 && u16(bytes, 4) <= 4,
    named: (_, bytes) => (bytes[2]! >= 0x80 ? 'answer' : 'question'),
    // Half of the header is flags and counts, most of which are nearly always zero.
    evidence: (_, bytes) => (u16(bytes, 4) === 1 ? 12 : -6) + (u16(bytes, 8) <= 16 && u16(bytes, 10) <= 16 ? 10 : -12),
  },
  { id: 'dns.question', title: 'DNS question', codec: any(Question) },
  { id: 'dns.record', title: 'DNS resource record', codec: any(ResourceRecord) },
  { id: 'dns.name', title: 'DNS name', codec: any(Name) },
]

/** Messages of either version, with whatever key exchange: the bytes decide. */
const HANDSHAKES = ['tls.handshake', 'tls.handshake-rsa', 'tls.handshake13']

interface Records {
  readonly records: readonly { readonly type: number }[]
}

const inRecord = (type: number, ...path: readonly (string | number)[]): readonly Inner[] => {
  if (type === 22) return perhaps(['tls.messages', ...HANDSHAKES], ...path)
  return type === 21 ? perhaps(['tls.alert'], ...path) : []
}

/** A head that is cut short is one too: people paste the first bytes that they see. */
const isRecord = (bytes: Uint8Array): boolean =>
  bytes.length >= 3 && bytes[0]! >= 20 && bytes[0]! <= 23 && bytes[1] === 3 && bytes[2]! <= 4

const isHandshake = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && HandshakeType.nameOf(bytes[0]!).startsWith('unknown') === false

const handshakeLength = (bytes: Uint8Array): number => (bytes[1]! << 16) | u16(bytes, 2)

const handshake = (id: string, title: string, codec: Codec<unknown>, chain: string): Format => ({
  id,
  title,
  codec,
  begins: isHandshake,
  named: (_, bytes) => messageName(bytes),
  evidence: (_, bytes) => (handshakeLength(bytes) === bytes.length - 4 ? 16 : -8) + (bytes[1] === 0 ? 4 : -4),
  inside: value => certificatesIn(value, chain),
})

/** Certificates, and the answer about one. */
const certificatesIn = (value: unknown, chain: string): readonly Inner[] => {
  const { type, body } = value as { readonly type: number; readonly body: Readonly<Record<string, unknown>> }
  if (type === HandshakeType.names.CertificateStatus) return perhaps(['der.ocsp-response'], 'body', 'response')
  if (type !== HandshakeType.names.Certificate) return []
  const list = body[chain]
  if (!Array.isArray(list)) return []
  const below = chain === 'chain' ? [] : ['certificate']
  return list.flatMap((_, i) => perhaps(['der.certificate', 'der.public-key'], 'body', chain, i, ...below))
}

const bodies = (prefix: string, of: Readonly<Record<string, unknown>>, version: string): readonly Format[] =>
  Object.entries(of).map(([name, codec]) => ({
    id: `${prefix}.${name}`,
    title: `body of ${name} of ${version}`,
    codec: codec as Codec<unknown>,
  }))

const EXTENSIONS = [
  ['tls.extension', 'a ClientHello', extensions.ClientExtension],
  ['tls.extension-server', 'a ServerHello', extensions.ServerExtension],
  ['tls.extension-retry', 'a HelloRetryRequest', extensions.RetryExtension],
  ['tls.extension-encrypted', 'EncryptedExtensions', extensions.EncryptedExtension],
  ['tls.extension-request', 'a CertificateRequest', extensions.RequestExtension],
  ['tls.extension-certificate', 'a Certificate', extensions.CertificateExtension],
  ['tls.extension-ticket', 'a NewSessionTicket', extensions.TicketExtension],
] as const

const tls: readonly Format[] = [
  {
    id: 'tls.record',
    title: 'TLS record',
    codec: any(PlainRecord),
    begins: isRecord,
    named: (_, bytes) => ContentType.nameOf(bytes[0]!),
    evidence: (_, bytes) => 20 + (u16(bytes, 3) === bytes.length - 5 ? 16 : 0),
    inside: value => inRecord((value as Typed).type, 'fragment'),
  },
  {
    id: 'tls.records',
    title: 'TLS records',
    codec: any(records),
    begins: bytes => isRecord(bytes) && u16(bytes, 3) + 5 < bytes.length && isRecord(bytes.subarray(u16(bytes, 3) + 5)),
    evidence: value => 20 + Math.min(4, (value as Records).records.length) * 16,
    inside: value => (value as Records).records.flatMap(({ type }, i) => inRecord(type, 'records', i, 'fragment')),
  },
  handshake('tls.handshake', 'TLS handshake message', any(tls12.handshake12.codec), 'chain'),
  handshake('tls.handshake-rsa', 'TLS handshake message (RSA)', any(tls12.handshake12Rsa.codec), 'chain'),
  handshake('tls.handshake13', 'TLS 1.3 handshake message', any(tls13.handshake13.codec), 'entries'),
  { id: 'tls.handshake-other', title: 'TLS 1.2 handshake message (other key exchange)', codec: any(OtherHandshake) },
  { id: 'tls.handshake-earlier', title: 'TLS 1.1 handshake message', codec: any(EarlierHandshake) },
  { id: 'tls.handshake-earlier-rsa', title: 'TLS 1.1 handshake message (RSA)', codec: any(EarlierRsaHandshake) },
  { id: 'tls.handshake-earlier-ecdhe', title: 'TLS 1.1 handshake message (ECDHE)', codec: any(EarlierEcdheHandshake) },
  {
    id: 'tls.messages',
    title: 'TLS handshake messages',
    codec: any(messages),
    begins: bytes => isHandshake(bytes) && handshakeLength(bytes) + 4 < bytes.length,
    evidence: (_, bytes) => (isHandshake(bytes.subarray(handshakeLength(bytes) + 4)) ? 20 : -20),
    inside: value =>
      (value as { messages: readonly Uint8Array[] }).messages.flatMap((_, i) => perhaps(HANDSHAKES, 'messages', i)),
  },
  {
    id: 'tls.extension',
    title: 'TLS extension',
    codec: any(extensions.ClientExtension),
    begins: bytes => bytes.length >= 4 && u16(bytes, 2) === bytes.length - 4,
    named: (_, bytes) => ExtensionType.nameOf(u16(bytes, 0)),
    evidence: (_, bytes) => (ExtensionType.nameOf(u16(bytes, 0)).startsWith('unknown') ? -4 : 18),
  },
  ...EXTENSIONS.slice(1).map(([id, where, codec]) => ({ id, title: `TLS extension of ${where}`, codec: any(codec) })),
  {
    id: 'tls.alert',
    title: 'TLS alert',
    codec: any(tls12.Alert),
    begins: bytes => bytes.length === 2 && (bytes[0] === 1 || bytes[0] === 2),
  },
  { id: 'tls.change-cipher-spec', title: 'ChangeCipherSpec', codec: any(tls12.ChangeCipherSpec) },
  { id: 'tls.record-header', title: 'TLS record header', codec: any(RecordHeader) },
  { id: 'tls.handshake-record', title: 'TLS record of whole messages', codec: any(HandshakeRecord) },
  { id: 'tls.gcm-record', title: 'TLS 1.2 record under AES-GCM', codec: any(GcmRecord) },
  { id: 'tls.chacha-record', title: 'TLS 1.2 record under ChaCha20-Poly1305', codec: any(ChaChaRecord) },
  ...bodies('tls12', tls12.bodies12, 'TLS 1.2'),
  ...bodies('tls13', tls13.bodies13, 'TLS 1.3'),
  { id: 'tls12.ServerEcdhParams', title: 'what a server signs of its share', codec: any(tls12.ServerEcdhParams) },
  { id: 'tls12.EncryptedPremaster', title: 'the secret that RSA encrypts', codec: any(tls12.EncryptedPremaster) },
  { id: 'tls12.RawPublicKey', title: 'a raw public key for a chain', codec: any(tls12.RawPublicKey) },
  { id: 'tls.status', title: 'certificate status', codec: any(CertificateStatus) },
  { id: 'tls.random', title: 'random of a hello', codec: any(HelloRandom) },
  { id: 'tls.imported-identity', title: 'imported identity of a key', codec: any(ImportedIdentity) },
  { id: 'tls.ends', title: 'the ends of an imported key', codec: any(Ends) },
]

/** What `contentsOf` calls them. */
const CONTENTS: Readonly<Record<string, readonly string[]>> = {
  certificate: ['a certificate'],
  request: ['a certificate request'],
  crl: ['a revocation list'],
  'public-key': ['a public key'],
  'private-key': ['a private key'],
  'ec-key': ['a private key'],
  'rsa-key': ['a private key'],
  'encrypted-key': ['an encrypted private key'],
  any: [],
}

/** Whether the outer SEQUENCE is as long as all of it. */
const isWholeDer = (bytes: Uint8Array): boolean => {
  if (bytes[0] !== 0x30 || bytes.length < 2) return false
  const first = bytes[1]!
  if (first < 0x80) return first === bytes.length - 2
  let length = 0
  for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + (bytes[2 + i] ?? 0)
  return first < 0x85 && length === bytes.length - 2 - (first & 0x7f)
}

/** Tags of the elements that an outer SEQUENCE begins with, to tell shapes apart that begin alike. */
const tagsOf = (bytes: Uint8Array): string => {
  const tags: number[] = []
  let at = 2 + (bytes[1]! < 0x80 ? 0 : bytes[1]! & 0x7f)
  while (at + 1 < bytes.length && tags.length < 12) {
    tags.push(bytes[at]!)
    const first = bytes[at + 1]!
    let length = first
    if (first >= 0x80) {
      length = 0
      for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + (bytes[at + 2 + i] ?? 0)
    }
    at += 2 + (first < 0x80 ? 0 : first & 0x7f) + length
  }
  return tags.map(tag => tag.toString(16).padStart(2, '0')).join(' ')
}

/** A question about a certificate begins with a hash: of the elements that begin in each other, the innermost is its OID. */
const beginsWithOid = (bytes: Uint8Array): boolean => {
  let at = 0
  for (let depth = 0; depth < 8 && bytes[at] === 0x30; depth++)
    at += 2 + ((bytes[at + 1] ?? 0) < 0x80 ? 0 : bytes[at + 1]! & 0x7f)
  return bytes[at] === 6
}

const TAGS: Readonly<Record<string, RegExp>> = {
  'private-key': /^02 30 04(?: a0)?(?: 81)?$/,
  'ec-key': /^02 04(?: a0)?(?: a1)?$/,
  'rsa-key': /^02 02 02 02 02 02 02 02 02/,
  'ocsp-response': /^0a a0$/,
  'ocsp-request': /^30(?: a0)?$/,
}

const derEvidence = (kind: string, bytes: Uint8Array): number => {
  const content = contentsOf(bytes)[0]
  const expected = CONTENTS[kind]
  const tags = TAGS[kind]
  const base = isWholeDer(bytes) ? 16 : -4
  if (kind === 'any') return base - 4
  const fits = (expected === undefined || expected.includes(content ?? '')) && (tags?.test(tagsOf(bytes)) ?? true)
  const isQuestion = kind !== 'ocsp-request' || beginsWithOid(bytes)
  return base + (fits && isQuestion ? 20 : -30) + (kind === 'ocsp-request' ? -10 : 0)
}

const der: readonly Format[] = Object.entries(derKinds).map(([kind, { title, shape, secret }]) => ({
  id: `der.${kind}`,
  title,
  codec: kind === 'certificate' ? any(certificateFormat) : any(derFormat(shape)),
  begins: bytes => bytes[0] === 0x30 && bytes.length > 2,
  evidence: (_, bytes) => derEvidence(kind, bytes),
  ...(secret === undefined ? {} : { secrets: (_value, _bytes, field) => privateNumbers(field) }),
  ...(kind === 'certificate' ? { see: 'barewire cert show FILE' } : {}),
}))

const KEY_LOG = /^[A-Z][A-Z0-9_]{2,60} [\da-f]{64} [\da-f]{32}/im

const texts: readonly Format[] = [
  {
    id: 'http.request',
    title: 'HTTP request head',
    codec: any(requestHeadFormat),
    begins: bytes => /^[A-Z]{3,20} \S{1,8000} HTTP\/1\.[01]\r?\n/.test(latin1Text(bytes.subarray(0, 8100))),
    named: (_, bytes) => /^[A-Z]+ [^\s?]{1,60}/.exec(latin1Text(bytes.subarray(0, 100)))?.[0],
    evidence: () => 60,
    ends: 'itself',
    secrets: (_, bytes) => privateIn(bytes),
  },
  {
    id: 'http.response',
    title: 'HTTP response head',
    codec: any(responseHeadFormat),
    begins: bytes => /^HTTP\/1\.[01] \d{3}[ \r\n]/.test(latin1Text(bytes.subarray(0, 16))),
    named: (_, bytes) => latin1Text(bytes.subarray(9, 12)),
    evidence: () => 60,
    ends: 'itself',
    secrets: (_, bytes) => privateIn(bytes),
  },
  {
    id: 'http.cookie',
    title: 'cookie header',
    codec: any(cookieHeader),
    begins: bytes => /^(?:Set-)?Cookie:/i.test(latin1Text(bytes.subarray(0, 12))),
    evidence: () => 50,
    ends: 'itself',
    secrets: (_, bytes) => privateIn(bytes),
  },
  {
    id: 'keylog',
    title: 'key log',
    codec: any(keyLogText),
    begins: bytes => KEY_LOG.test(latin1Text(bytes.subarray(0, 4096))),
    evidence: () => 80,
    secrets: (_, _bytes, { children = [] }) => children.flatMap(line => line.children?.slice(1) ?? []),
    see: 'barewire keys FILE',
  },
]

const files: readonly Format[] = [
  {
    id: 'pcapng.file',
    title: 'pcapng file',
    codec: any(pcapngFile),
    begins: bytes => u16(bytes, 0) === 0x0a0d && u16(bytes, 2) === 0x0d0a,
    evidence: () => 60,
    see: 'barewire inspect FILE',
  },
  {
    id: 'pcap.file',
    title: 'pcap file',
    codec: any(pcapFile),
    begins: bytes => ['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1'].includes(magicOf(bytes)),
    evidence: () => 60,
    see: 'barewire inspect FILE',
  },
  { id: 'pcapng.block', title: 'pcapng block', codec: any(capture.Block) },
  ...[
    ['section', 'section header', any(capture.SectionHeader)] as const,
    ['interface', 'interface description', any(capture.InterfaceDescription)] as const,
    ['block-le', 'block, little-endian', any(capture.LittleEndianBlock)] as const,
    ['simple', 'simple packet', any(capture.SimplePacket)] as const,
    ['obsolete', 'obsolete packet', any(capture.ObsoletePacket)] as const,
    ['packet', 'enhanced packet', any(capture.EnhancedPacket)] as const,
    ['names', 'name resolution', any(capture.NameResolution)] as const,
    ['statistics', 'interface statistics', any(capture.InterfaceStatistics)] as const,
    ['secrets', 'decryption secrets', any(capture.DecryptionSecrets)] as const,
  ].map(([id, title, codec]) => ({ id: `pcapng.${id}`, title: `pcapng ${title}`, codec })),
  { id: 'pcap.header', title: 'header of a pcap file', codec: any(pcap.PcapHeader) },
  { id: 'pcap.record', title: 'packet of a pcap file', codec: any(pcap.PcapRecord) },
  { id: 'pcap.header-le', title: 'header of a little-endian pcap file', codec: any(pcap.LittleEndianPcapHeader) },
  { id: 'pcap.record-le', title: 'packet of a little-endian pcap file', codec: any(pcap.LittleEndianPcapRecord) },
  { id: 'sct', title: 'timestamp of a log', codec: any(signedCertificateTimestamp) },
  { id: 'sct.signed', title: 'what a log signs of a timestamp', codec: any(timestamp) },
]

const magicOf = (bytes: Uint8Array): string =>
  [...bytes.subarray(0, 4)].map(octet => octet.toString(16).padStart(2, '0')).join('')

export const formatRows: readonly Format[] = [...network, ...tls, ...der, ...texts, ...files]

const byId = new Map(formatRows.map(row => [row.id, row]))

/** The format that `--as` names; upper and lower case are the same. */
export const formatNamed = (id: string): Format | undefined =>
  byId.get(id) ?? formatRows.find(row => row.id.toLowerCase() === id.toLowerCase())
