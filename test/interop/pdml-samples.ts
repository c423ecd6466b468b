/** Frames with everything in them that this project declares, for a comparison with tshark's reading of them. */

import { DnsMessage } from '../../src/dns/message.ts'
import { IcmpMessage } from '../../src/ip/icmp.ts'
import { Ipv4Header, Ipv4Packet } from '../../src/ip/ipv4.ts'
import { ArpPacket } from '../../src/link/arp.ts'
import { EthernetFrame } from '../../src/link/ethernet.ts'
import { seeded } from '../../src/random.ts'
import { ACK, PSH, SYN, TcpSegment } from '../../src/tcp/segment.ts'
import { HandshakeType } from '../../src/tls/messages/registries.table.ts'
import { Alert, ChangeCipherSpec, Handshake } from '../../src/tls/messages/tls12.ts'
import { PlainRecord } from '../../src/tls/record/format.ts'
import { UdpDatagram, UdpHeader } from '../../src/udp/header.ts'
import { ip } from '../../src/wire/address.ts'
import { checksum, pseudoHeaderSum } from '../../src/wire/checksum.ts'
import { type Codec, encode } from '../../src/wire/codec.ts'
import { ascii, concat, hex } from '../support/bytes.ts'
import { handshakeOf13, rsaHandshake } from './pdml-samples-tls.ts'

const CLIENT = ip('10.0.0.2')
const SERVER = ip('10.0.0.80')
const CLIENT_MAC = Uint8Array.of(2, 0, 0, 0, 0, 2)
const SERVER_MAC = Uint8Array.of(2, 0, 0, 0, 0, 0x80)

/** All frames, in an order in which tshark keeps its head. */
export const sampleFrames = (): Uint8Array[] => [
  ...arp(),
  ...icmp(),
  ...dns(),
  ...options(),
  ...https(),
  ...rsaHandshake(conversation(443, 49_012), CERTIFICATE),
  ...handshakeOf13(conversation(443, 49_013), CERTIFICATE),
  ...http(),
]

type Way = 'there' | 'back'

const ethernet = (etherType: number, payload: Uint8Array, way: Way): Uint8Array => {
  const [source, destination] = way === 'there' ? [CLIENT_MAC, SERVER_MAC] : [SERVER_MAC, CLIENT_MAC]
  return encode(EthernetFrame, { header: { destination, source, etherType }, payload })
}

const packet = (protocol: number, payload: Uint8Array, way: Way): Uint8Array => {
  const [from, to] = way === 'there' ? [CLIENT, SERVER] : [SERVER, CLIENT]
  const head = {
    ...Ipv4Header.sample(seeded(payload.length + 1).number),
    version: 4,
    flags: 2,
    fragmentOffset: 0,
    headerChecksum: 0,
    congestionNotification: 0,
    timeToLive: 64,
    protocol,
    sourceAddress: from.octets,
    destinationAddress: to.octets,
  }
  const bytes = encode(Ipv4Packet, { head, body: { options: new Uint8Array(0), payload } })
  new Ipv4Header.View(bytes).headerChecksum = checksum(bytes, 0, 20)
  return ethernet(0x0800, bytes, way)
}

const withChecksum = (bytes: Uint8Array, protocol: number, at: number): Uint8Array => {
  const value = checksum(bytes, 0, bytes.length, pseudoHeaderSum(CLIENT, SERVER, protocol) + bytes.length)
  new DataView(bytes.buffer).setUint16(at, value)
  return bytes
}

const arp = (): Uint8Array[] =>
  [1, 2].map(operation => {
    const value = { hardwareType: 1, protocolType: 0x0800, hardwareLength: 6, protocolLength: 4, operation }
    const addresses = {
      senderHardware: CLIENT_MAC,
      senderProtocol: CLIENT.octets,
      targetHardware: operation === 1 ? new Uint8Array(6) : SERVER_MAC,
      targetProtocol: SERVER.octets,
    }
    return ethernet(0x0806, concat(encode(ArpPacket, { ...value, ...addresses }), new Uint8Array(18)), 'there')
  })

const icmp = (): Uint8Array[] => {
  const message = (head: { type: number; code: number }, body: never): Uint8Array => {
    const bytes = encode(IcmpMessage, { head: { ...head, checksum: 0 }, body })
    new DataView(bytes.buffer).setUint16(2, checksum(bytes, 0, bytes.length))
    return bytes
  }
  const echo = { identifier: 7, sequenceNumber: 9, data: ascii('abcdefgh') } as never
  const lost = packet(17, encode(UdpDatagram, udp(40_000, 40_001, ascii('what'))), 'there').subarray(14)
  const complaint = { unused: new Uint8Array(4), packet: lost } as never
  return [
    packet(1, message({ type: 8, code: 0 }, echo), 'there'),
    packet(1, message({ type: 0, code: 0 }, echo), 'back'),
    packet(1, message({ type: 3, code: 3 }, complaint), 'back'),
    packet(
      1,
      message({ type: 3, code: 4 }, { unused: new Uint8Array(2), nextHopMtu: 1492, packet: lost } as never),
      'back',
    ),
    packet(1, message({ type: 11, code: 0 }, complaint), 'back'),
  ]
}

const udp = (sourcePort: number, destinationPort: number, payload: Uint8Array) => ({
  head: { ...UdpHeader.sample(seeded(1).number), sourcePort, destinationPort, checksum: 0 },
  body: { payload },
})

const dns = (): Uint8Array[] => {
  const flags = {
    response: 0,
    opcode: 0,
    authoritativeAnswer: 0,
    truncation: 0,
    recursionDesired: 1,
    recursionAvailable: 0,
    zero: 0,
    authenticData: 0,
    checkingDisabled: 0,
    responseCode: 0,
  }
  const counts = { questionCount: 0, answerCount: 0, authorityCount: 0, additionalCount: 0 }
  const question = { name: 'www.shop.test', type: 1, class: 1 }
  const record = (name: string, type: number, body: unknown) => ({ head: { name, type, class: 1, ttl: 300 }, body })
  const soa = {
    primary: 'ns.shop.test',
    mailbox: 'me.shop.test',
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minimum: 5,
  }
  const sections = (answers: unknown[], authorities: unknown[], additionals: unknown[] = []) =>
    ({ questions: [question], answers, authorities, additionals }) as never
  // A cookie and padding (RFC 7873 4, RFC 7830 3), and the root as the name (RFC 6891 6.1.2).
  const options = [
    { code: 10, data: new Uint8Array(8).fill(7) },
    { code: 12, data: new Uint8Array(4) },
  ]
  const edns = { head: { name: '', type: 41, class: 1232, ttl: 0x8000 }, body: options }
  const ask = encode(DnsMessage, { head: { id: 77, flags, ...counts }, body: sections([], [], [edns]) })
  const answer = encode(DnsMessage, {
    head: { id: 77, flags: { ...flags, response: 1, recursionAvailable: 1 }, ...counts },
    body: sections(
      [
        record('www.shop.test', 5, 'shop.test'),
        record('shop.test', 1, SERVER.octets),
        record('shop.test', 28, ip('2001:db8::80').octets),
      ],
      [record('shop.test', 6, soa), record('shop.test', 2, 'ns.shop.test')],
    ),
  })
  return [
    packet(17, withChecksum(encode(UdpDatagram, udp(40_000, 53, ask)), 17, 6), 'there'),
    packet(17, withChecksum(encode(UdpDatagram, udp(53, 40_000, answer)), 17, 6), 'back'),
  ]
}

/** One conversation on a port of its own; sequence numbers follow what was said. */
export const conversation = (port: number, client = 49_000) => {
  const next = { there: 1000, back: 5000 }
  return (way: Way, controlBits: number, payload: Uint8Array, list: unknown[] = []): Uint8Array => {
    const ports = way === 'there' ? [client, port] : [port, client]
    const head = {
      sourcePort: ports[0]!,
      destinationPort: ports[1]!,
      sequenceNumber: next[way],
      acknowledgmentNumber: (controlBits & ACK) === 0 ? 0 : next[way === 'there' ? 'back' : 'there'],
      dataOffset: 5,
      reserved: 0,
      controlBits,
      cwr: 0,
      ece: 0,
      urg: 0,
      ack: (controlBits >> 4) & 1,
      psh: (controlBits >> 3) & 1,
      rst: 0,
      syn: (controlBits >> 1) & 1,
      fin: 0,
      window: 60_000,
      checksum: 0,
      urgentPointer: 0,
    }
    next[way] += payload.length + ((controlBits & SYN) === 0 ? 0 : 1)
    const bytes = encode(TcpSegment, { head, body: { options: list as never, payload } })
    return packet(6, withChecksum(bytes, 6, 16), way)
  }
}

const NOTHING = new Uint8Array(0)
const nop = { type: 1, body: undefined }

const options = (): Uint8Array[] => {
  const say = conversation(9)
  const timestamps = { type: 8, body: { value: 1, echoReply: 2 } }
  return [
    say('there', SYN, NOTHING, [
      { type: 2, body: 1460 },
      { type: 4, body: NOTHING },
      timestamps,
      nop,
      { type: 3, body: 7 },
    ]),
    say('back', SYN | ACK, NOTHING, [
      { type: 2, body: 1460 },
      { type: 4, body: NOTHING },
      timestamps,
      nop,
      { type: 3, body: 7 },
    ]),
    say('there', ACK, NOTHING, [nop, nop, timestamps]),
    say('there', ACK, NOTHING, [nop, nop, { type: 5, body: [{ leftEdge: 5100, rightEdge: 5200 }] }]),
  ]
}

const https = (): Uint8Array[] => {
  const say = conversation(443)
  const record = (type: number, fragment: Uint8Array): Uint8Array =>
    encode(PlainRecord, { type, version: 0x0303, fragment })
  const message = (name: string, body: unknown): Uint8Array =>
    record(22, encode(Handshake as Codec<unknown>, { type: HandshakeType.names[name]!, body }))
  const random = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
  const key = concat(Uint8Array.of(4), new Uint8Array(64).fill(7))
  const clientHello = message('ClientHello', {
    legacyVersion: 0x0303,
    random: random(1),
    sessionId: new Uint8Array(32).fill(9),
    cipherSuites: [0xc02b, 0xc02f, 0xcca9, 0x00ff],
    compressionMethods: [0],
    extensions: [
      { type: 0, body: { names: [{ type: 0, body: 'shop.test' }] } },
      { type: 10, body: { groups: [29, 23] } },
      { type: 11, body: { formats: [0] } },
      { type: 13, body: { schemes: [0x0403, 0x0804] } },
      { type: 16, body: { protocols: ['http/1.1', 'h2'] } },
      { type: 23, body: {} },
      { type: 0xff01, body: { renegotiatedConnection: NOTHING } },
      { type: 43, body: { versions: [0x0303] } },
    ],
  })
  const serverHello = message('ServerHello', {
    legacyVersion: 0x0303,
    random: random(2),
    sessionId: NOTHING,
    cipherSuite: 0xc02b,
    compressionMethod: 0,
    extensions: [
      { type: 11, body: { formats: [0] } },
      { type: 16, body: { protocols: ['http/1.1'] } },
      { type: 23, body: {} },
      { type: 0xff01, body: { renegotiatedConnection: NOTHING } },
    ],
  })
  const params = { curveType: 3, group: 23, publicKey: key }
  const exchange = message('ServerKeyExchange', { params, scheme: 0x0403, signature: new Uint8Array(70).fill(3) })
  const request = message('CertificateRequest', { types: [64, 1], schemes: [0x0403], authorities: [] })
  return [
    say('there', SYN, NOTHING),
    say('back', SYN | ACK, NOTHING),
    say('there', ACK, NOTHING),
    say('there', PSH | ACK, clientHello),
    say('back', PSH | ACK, serverHello),
    say('back', PSH | ACK, message('Certificate', { chain: [CERTIFICATE] })),
    say('back', PSH | ACK, exchange),
    say('back', PSH | ACK, request),
    say('back', PSH | ACK, message('ServerHelloDone', {})),
    say('there', PSH | ACK, message('ClientKeyExchange', { publicKey: key })),
    say('there', PSH | ACK, record(21, encode(Alert, { level: 2, description: 48 }))),
    say('there', PSH | ACK, record(20, encode(ChangeCipherSpec, { type: 1 }))),
  ]
}

const http = (): Uint8Array[] => {
  const say = conversation(80)
  const request =
    'GET /cart?x=1 HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: barewire\r\nCookie: sid=abc; b=2\r\nAccept: */*\r\n\r\n'
  const answer =
    'HTTP/1.1 200 OK\r\nServer: barewire\r\nSet-Cookie: sid=abc; HttpOnly\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok'
  return [
    say('there', SYN, NOTHING),
    say('back', SYN | ACK, NOTHING),
    say('there', ACK, NOTHING),
    say('there', PSH | ACK, ascii(request)),
    say('back', PSH | ACK, ascii(answer)),
  ]
}

/** A self-signed certificate (P-256, CN=test), so that tshark has something to read. */
const CERTIFICATE = hex(`
  308201743082011ba003020102021437b8c90ed43f678f20f092b55fe159f74c3ac81e300a06082a8648ce3d040302300f310d300b0603
  5504030c04746573743020170d3236313132303233353531365a180f32303531303731323233353531365a300f310d300b06035504030c
  04746573743059301306072a8648ce3d020106082a8648ce3d030107034200041e6c96c326778b1d40f517ad8b8dc0770a425240692e48
  a43804e845894010d8f2bd195a4a59eeb8c3a0c94d7b2244e752c752d8e9f12fda6806667f05e4ad46a3533051301d0603551d0e041604
  14c782a0fe953190cb96585dc6b4230fa42cf53c45301f0603551d23041830168014c782a0fe953190cb96585dc6b4230fa42cf53c4530
  0f0603551d130101ff040530030101ff300a06082a8648ce3d0403020347003044022011b28e4bfc9a0501a781f1f9b6377bfc433a9ac3
  8ae8096bc287c6d5d98e5b6e02205911e697f924371bef7170c8374c9870cd2043a819c567b753add78be773e6a5
`)
