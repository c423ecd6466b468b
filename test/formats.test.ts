import { expect, test } from 'vitest'
import * as capture from '../src/capture/format.ts'
import { DnsMessage } from '../src/dns/message.ts'
import { requestHeadFormat, responseHeadFormat } from '../src/http/head-format.ts'
import { IcmpMessage } from '../src/ip/icmp.ts'
import { Ipv4Packet } from '../src/ip/ipv4.ts'
import { Ipv6Header } from '../src/ip/ipv6.ts'
import { ArpPacket } from '../src/link/arp.ts'
import { EthernetFrame } from '../src/link/ethernet.ts'
import { seeded } from '../src/random.ts'
import { TcpSegment } from '../src/tcp/segment.ts'
import { Alert, bodies, ChangeCipherSpec, Handshake } from '../src/tls/messages/tls12.ts'
import { HandshakeRecord, PlainRecord } from '../src/tls/record-format.ts'
import { ChaChaRecord, GcmRecord } from '../src/tls/tls12/record-format.ts'
import { UdpDatagram } from '../src/udp/header.ts'
import { type Codec, decode, dissect, encode } from '../src/wire/codec.ts'
import { fields } from '../src/wire/field.ts'
import { WireError } from '../src/wire/reader.ts'

type Any = Codec<unknown>
/** Every format that is declared in the tree. */
const formats: Readonly<Record<string, Any>> = {
  EthernetFrame: EthernetFrame as Any,
  ArpPacket: ArpPacket as Any,
  Ipv4Packet: Ipv4Packet as Any,
  Ipv6Header: Ipv6Header as Any,
  IcmpMessage: IcmpMessage as Any,
  UdpDatagram: UdpDatagram as Any,
  DnsMessage: DnsMessage as Any,
  TcpSegment: TcpSegment as Any,
  PlainRecord: PlainRecord as Any,
  HandshakeRecord: HandshakeRecord as Any,
  GcmRecord: GcmRecord as Any,
  ChaChaRecord: ChaChaRecord as Any,
  Alert: Alert as Any,
  ChangeCipherSpec: ChangeCipherSpec as Any,
  Handshake: Handshake as Any,
  ...(bodies as unknown as Readonly<Record<string, Any>>),
  requestHead: requestHeadFormat as Any,
  responseHead: responseHeadFormat as Any,
  SectionHeader: capture.SectionHeader as Any,
  InterfaceDescription: capture.InterfaceDescription as Any,
  EnhancedPacket: capture.EnhancedPacket as Any,
  NameResolution: capture.NameResolution as Any,
  InterfaceStatistics: capture.InterfaceStatistics as Any,
}

const SAMPLES = 100
const samples = function* (format: Any): Generator<{ seed: number; wire: Uint8Array }> {
  for (let seed = 1; seed <= SAMPLES; seed++) yield { seed, wire: encode(format, format.sample(seeded(seed).number)) }
}
/** True when `step` ends in a value, false when in a WireError; nothing else may come out. */
const reads = (step: () => unknown): boolean => {
  try {
    step()
    return true
  } catch (error) {
    if (error instanceof WireError) return false
    throw error
  }
}

for (const [name, format] of Object.entries(formats)) {
  test(`${name}: what was written is read, and written the same again`, () => {
    for (const { seed, wire } of samples(format)) {
      expect(encode(format, decode(format, wire)), `seed ${seed}`).toEqual(wire)
    }
  })

  test(`${name}: the field tree agrees with the reading, and every field lies in its parent`, () => {
    for (const { seed, wire } of samples(format)) {
      const tree = dissect(format, wire, name)
      expect([tree.start, tree.end, tree.note], `seed ${seed}`).toEqual([0, wire.length, undefined])
      for (const { path, field } of fields(tree)) {
        for (const child of field.children ?? []) {
          expect(child.start >= field.start && child.end <= field.end, `seed ${seed} ${path}.${child.name}`).toBe(true)
        }
      }
    }
  })

  test(`${name}: cut anywhere or changed anywhere, it ends in a value or a WireError, and a tree up to the damage`, () => {
    for (const { seed, wire } of samples(format)) {
      if (seed > 20) break
      const random = seeded(seed)
      const bad: Uint8Array[] = []
      for (let length = 0; length < wire.length; length++) bad.push(wire.subarray(0, length))
      for (let i = 0; i < 30 && wire.length > 0; i++) {
        const changed = wire.slice()
        changed[random.below(wire.length)] = random.below(256)
        bad.push(changed)
      }
      for (const bytes of bad) {
        const whole = reads(() => decode(format, bytes))
        const tree = dissect(format, bytes, name)
        expect(tree.note === undefined, `seed ${seed}`).toBe(whole)
        expect(tree.end, `seed ${seed}`).toBeLessThanOrEqual(bytes.length)
      }
    }
  })
}
