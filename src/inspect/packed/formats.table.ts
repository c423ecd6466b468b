/** The formats that records of a trace have, by name: a name goes where a function cannot. */
import {
  EarlierEcdheHandshake,
  EarlierHandshake,
  EarlierRsaHandshake,
  OtherHandshake,
} from '../../dissect/stream/tls/earlier.ts'
import { DnsMessage } from '../../dns/message.ts'
import { requestHeadFormat, responseHeadFormat } from '../../http/message/head-format.ts'
import { IcmpMessage } from '../../ip/icmp.ts'
import { Ipv4Packet } from '../../ip/ipv4.ts'
import { Ipv6Packet } from '../../ip/ipv6.ts'
import { ArpPacket } from '../../link/arp.ts'
import { CookedFrame, CookedFrame2, LoopbackFrame, taggedFrame } from '../../link/captured.ts'
import { EthernetFrame } from '../../link/ethernet.ts'
import { TcpSegment } from '../../tcp/segment.ts'
import {
  Alert,
  ChangeCipherSpec,
  Handshake,
  handshake12Raw,
  handshake12Rsa,
  handshake12RsaRaw,
} from '../../tls/messages/tls12.ts'
import { handshake13 } from '../../tls/messages/tls13.ts'
import { PlainRecord } from '../../tls/record/format.ts'
import { ChaChaRecord, cbcRecord, etmCbcRecord, GcmRecord } from '../../tls/tls12/record-format.ts'
import { sealedRecord } from '../../tls/tls13/record-format.ts'
import { UdpDatagram } from '../../udp/header.ts'
import type { Codec } from '../../wire/codec.ts'
import type { Numbered } from '../../wire/numbered.ts'

const FORMATS = {
  EthernetFrame,
  CookedFrame,
  CookedFrame2,
  LoopbackFrame,
  ArpPacket,
  Ipv4Packet,
  Ipv6Packet,
  IcmpMessage,
  UdpDatagram,
  DnsMessage,
  TcpSegment,
  PlainRecord,
  GcmRecord,
  ChaChaRecord,
  Alert,
  ChangeCipherSpec,
  Handshake,
  Handshake12Rsa: handshake12Rsa.codec,
  Handshake12Raw: handshake12Raw.codec,
  Handshake12RsaRaw: handshake12RsaRaw.codec,
  Handshake13: handshake13.codec,
  OtherHandshake,
  EarlierHandshake,
  EarlierEcdheHandshake,
  EarlierRsaHandshake,
  RequestHead: requestHeadFormat,
  ResponseHead: responseHeadFormat,
} as const

/** Those that are made with numbers: `CbcRecord:20:7`. */
const NUMBERED: Readonly<Record<string, { readonly count: number; readonly of: Numbered<number[], object> }>> = {
  TaggedFrame: { count: 1, of: taggedFrame as unknown as Numbered<number[], object> },
  CbcRecord: { count: 2, of: cbcRecord as unknown as Numbered<number[], object> },
  EtmCbcRecord: { count: 2, of: etmCbcRecord as unknown as Numbered<number[], object> },
  SealedRecord: { count: 1, of: sealedRecord as unknown as Numbered<number[], object> },
}

const byName: ReadonlyMap<string, object> = new Map(Object.entries(FORMATS))
const byFormat: ReadonlyMap<object, string> = new Map(Object.entries(FORMATS).map(([name, format]) => [format, name]))

/** Undefined for a format that no trace has. */
export const nameOfFormat = (format: object): string | undefined => {
  const name = byFormat.get(format)
  if (name !== undefined) return name
  for (const [family, { of }] of Object.entries(NUMBERED)) {
    const numbers = of.numbersOf(format)
    if (numbers !== undefined) return [family, ...numbers].join(':')
  }
  return undefined
}

/** A length in a record or the number of tags in a frame: none is longer than what holds it. */
const LARGEST = 65_535

/** Undefined for what names none. */
export const formatNamed = (name: string): Codec<unknown> | undefined => {
  const known = byName.get(name)
  if (known !== undefined) return known as Codec<unknown>
  const [family = '', ...texts] = name.split(':')
  const found = Object.hasOwn(NUMBERED, family) ? NUMBERED[family] : undefined
  const numbers = texts.map(text => (/^\d{1,5}$/.test(text) ? Number(text) : Number.NaN))
  if (found === undefined || numbers.length !== found.count || !numbers.every(number => number <= LARGEST))
    return undefined
  return found.of(...numbers) as Codec<unknown>
}
