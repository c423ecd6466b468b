import { describe, expect, test } from 'vitest'
import { hex, toHex } from '../../test/support/bytes.ts'
import { DnsMessage } from '../dns/message.ts'
import { IcmpMessage } from '../ip/icmp.ts'
import { Ipv4Packet } from '../ip/ipv4.ts'
import { ArpPacket } from '../link/arp.ts'
import { EthernetFrame } from '../link/ethernet.ts'
import { seeded } from '../random.ts'
import { UdpDatagram } from '../udp/header.ts'
import { type Codec, decode, dissect, encode } from './codec.ts'
import { fields } from './field.ts'
import { WireError } from './reader.ts'

const formats: [string, Codec<unknown>][] = [
  ['EthernetFrame', EthernetFrame as Codec<unknown>],
  ['ArpPacket', ArpPacket as Codec<unknown>],
  ['Ipv4Packet', Ipv4Packet as Codec<unknown>],
  ['IcmpMessage', IcmpMessage as Codec<unknown>],
  ['UdpDatagram', UdpDatagram as Codec<unknown>],
  ['DnsMessage', DnsMessage as Codec<unknown>],
]

describe.each(formats)('%s', (name, format) => {
  test('what was written and read is written the same again', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const bytes = encode(format, format.sample(seeded(seed).number))
      expect(toHex(encode(format, decode(format, bytes))), `seed ${seed}`).toBe(toHex(bytes))
    }
  })

  test('its fields lie inside it, in order and one behind the other', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const bytes = encode(format, format.sample(seeded(seed).number))
      const root = dissect(format, bytes, name)
      expect(root.note, `seed ${seed}`).toBeUndefined()
      expect([root.start, root.end]).toEqual([0, bytes.length])
      for (const { field } of fields(root)) {
        expect(field.start).toBeLessThanOrEqual(field.end)
        expect(field.end).toBeLessThanOrEqual(bytes.length)
      }
    }
  })

  test('cut off anywhere it ends in a WireError, and the tree reaches to the damage', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const bytes = encode(format, format.sample(seeded(seed).number))
      for (let end = 0; end < bytes.length; end++) {
        let error: unknown
        try {
          decode(format, bytes.subarray(0, end))
        } catch (e) {
          error = e
        }
        // A format that ends in "the rest" is whole wherever its head is.
        if (error === undefined) continue
        expect(error, `seed ${seed}, ${end} bytes`).toBeInstanceOf(WireError)
        expect(dissect(format, bytes.subarray(0, end), name).note).toBeDefined()
      }
    }
  })
})

test('a head that makes no sense is an error with the path of its format', () => {
  const bytes = hex('4f00001400000000400600000a0000010a000002')
  expect(() => decode(Ipv4Packet, bytes)).toThrow(WireError)
  expect(dissect(Ipv4Packet, bytes, 'packet').children?.[0]?.name).toBe('header')
})
