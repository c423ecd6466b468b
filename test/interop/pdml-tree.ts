/** A whole frame in the words of this project's declarations: every field with its byte range in the frame. */
import { DnsMessage } from '../../src/dns/message.ts'
import { requestHeadFormat, responseHeadFormat } from '../../src/http/message/head-format.ts'
import { IcmpMessage } from '../../src/ip/icmp.ts'
import { Ipv4Packet } from '../../src/ip/ipv4.ts'
import { ArpPacket } from '../../src/link/arp.ts'
import { EthernetFrame } from '../../src/link/ethernet.ts'
import { TcpSegment } from '../../src/tcp/segment.ts'
import { serverView } from '../../src/tls/messages/extensions.ts'
import type { ServerHello } from '../../src/tls/messages/hello.ts'
import { Alert, ChangeCipherSpec, handshake12, handshake12Rsa } from '../../src/tls/messages/tls12.ts'
import { handshake13 } from '../../src/tls/messages/tls13.ts'
import { PlainRecord } from '../../src/tls/record/format.ts'
import { UdpDatagram } from '../../src/udp/header.ts'
import { type Codec, decode, dissect, type Tagged } from '../../src/wire/codec.ts'
import { type Field, fieldAt, fields } from '../../src/wire/field.ts'

export interface Found {
  /** `tcp.header.sourcePort` */
  readonly path: string
  readonly start: number
  readonly end: number
  /** The bytes in which the field's bits lie; the same as the field where it has no bits. */
  readonly narrow: readonly [number, number]
}

/** Every field of each of `frames`, layer by layer; behind ChangeCipherSpec a direction is not read any further. */
export const fieldsOfAll = (frames: readonly Uint8Array[]): Found[][] => {
  const encrypted = new Set<string>()
  const formats = new Map<string, Codec<Tagged>>()
  return frames.map(frame => {
    const found: Found[] = []
    ethernet({ frame, found, encrypted, formats, start: 0, end: frame.length })
    return found
  })
}

interface Part {
  readonly frame: Uint8Array
  readonly found: Found[]
  /** Directions (`49000 443`) in which records are protected from here on. */
  readonly encrypted: Set<string>
  /** How handshake messages of a direction are read, once a ServerHello has said it. */
  readonly formats: Map<string, Codec<Tagged>>
  readonly start: number
  readonly end: number
}

/** Notes the fields of `codec` under `layer`; returns the tree, whose ranges count from the part's beginning. */
const note = (part: Part, layer: string, codec: Codec<never> | Codec<unknown>): Field => {
  const tree = dissect(codec as Codec<unknown>, part.frame.subarray(part.start, part.end), layer)
  for (const { path, field } of fields(tree)) {
    const start = part.start + field.start
    const end = part.start + field.end
    const narrow = field.bits?.map((bit, i) => start + (i === 0 ? Math.floor(bit / 8) : Math.ceil(bit / 8))) ?? [
      start,
      end,
    ]
    part.found.push({ path: `${layer}.${path}`, start, end, narrow: [narrow[0]!, narrow[1]!] })
  }
  return tree
}

/** The part of `part` that the field at `path` covers. */
const inner = (part: Part, tree: Field, path: string): Part => {
  const field = fieldAt(tree, path)
  const at = field ?? { start: tree.end, end: tree.end }
  return { ...part, start: part.start + at.start, end: part.start + at.end }
}

const byte = (part: Part, at: number): number => part.frame[part.start + at] ?? 0

const ethernet = (part: Part): void => {
  const tree = note(part, 'eth', EthernetFrame as Codec<unknown>)
  const payload = inner(part, tree, 'payload')
  const type = (byte(part, 12) << 8) | byte(part, 13)
  if (type === 0x0806) note({ ...payload, end: payload.start + 28 }, 'arp', ArpPacket as Codec<unknown>)
  if (type === 0x0800) ipv4(payload)
}

const ipv4 = (part: Part): void => {
  const length = (byte(part, 2) << 8) | byte(part, 3)
  const whole = { ...part, end: Math.min(part.end, part.start + length) }
  const tree = note(whole, 'ip', Ipv4Packet as Codec<unknown>)
  const payload = inner(whole, tree, 'body.payload')
  const protocol = byte(part, 9)
  if (protocol === 1) icmp(payload)
  if (protocol === 6) tcp(payload)
  if (protocol === 17) udp(payload)
}

const icmp = (part: Part): void => {
  const tree = note(part, 'icmp', IcmpMessage as Codec<unknown>)
  const cause = inner(part, tree, 'packet')
  if (cause.end > cause.start) ipv4(cause)
}

const udp = (part: Part): void => {
  const tree = note(part, 'udp', UdpDatagram as Codec<unknown>)
  const ports = [(byte(part, 0) << 8) | byte(part, 1), (byte(part, 2) << 8) | byte(part, 3)]
  if (ports.includes(53)) note(inner(part, tree, 'body.payload'), 'dns', DnsMessage as Codec<unknown>)
}

const tcp = (part: Part): void => {
  const tree = note(part, 'tcp', TcpSegment as Codec<unknown>)
  const payload = inner(part, tree, 'body.payload')
  if (payload.end === payload.start) return
  const ports = [(byte(part, 0) << 8) | byte(part, 1), (byte(part, 2) << 8) | byte(part, 3)]
  if (ports.includes(443)) records(payload, ports.join(' '))
  if (ports.includes(80)) http(payload)
}

const records = (part: Part, way: string): void => {
  for (let start = part.start; start + 5 <= part.end; ) {
    const end = start + 5 + ((part.frame[start + 3]! << 8) | part.frame[start + 4]!)
    if (end > part.end) return
    record({ ...part, start, end }, way)
    start = end
  }
}

const record = (part: Part, way: string): void => {
  note(part, 'record', PlainRecord as Codec<unknown>)
  if (part.encrypted.has(way)) return
  const body = { ...part, start: part.start + 5 }
  const type = byte(part, 0)
  if (type === 20) {
    note(body, 'ccs', ChangeCipherSpec as Codec<unknown>)
    part.encrypted.add(way)
  }
  if (type === 21) note(body, 'alert', Alert as Codec<unknown>)
  if (type === 22) handshakes(body, way)
}

/** A record may hold several messages. */
const handshakes = (part: Part, way: string): void => {
  for (let start = part.start; start + 4 <= part.end; ) {
    const message = { ...part, start }
    const end = start + 4 + ((byte(message, 1) << 16) | (byte(message, 2) << 8) | byte(message, 3))
    if (end > part.end) return
    const format = part.formats.get(way) ?? handshake12.codec
    note({ ...message, end }, 'tls', format as Codec<unknown>)
    if (byte(message, 0) === 2) agree(part, way, decode(format, part.frame.subarray(start, end)).body as ServerHello)
    start = end
  }
}

/** TLS_RSA_WITH_AES_128_GCM_SHA256: the suite of the samples in which the secret is encrypted. */
const WITH_RSA = 0x009c

const agree = (part: Part, way: string, { cipherSuite, extensions }: ServerHello): void => {
  const is13 = serverView(extensions ?? []).supportedVersions?.version === 0x0304
  const format = is13 ? handshake13 : cipherSuite === WITH_RSA ? handshake12Rsa : handshake12
  for (const each of [way, way.split(' ').reverse().join(' ')]) part.formats.set(each, format.codec)
}

const http = (part: Part): void => {
  const bytes = part.frame.subarray(part.start, part.end)
  const text = String.fromCharCode(...bytes)
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return
  const format = text.startsWith('HTTP/') ? responseHeadFormat : requestHeadFormat
  note({ ...part, end: part.start + head + 4 }, 'http', format as Codec<unknown>)
}
