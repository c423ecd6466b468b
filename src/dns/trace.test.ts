import { expect, test } from 'vitest'
import { hex } from '../../test/support/bytes.ts'
import { seeded } from '../random.ts'
import { recorder } from '../trace/recorder.ts'
import { ip } from '../wire/address.ts'
import { decode, encode } from '../wire/codec.ts'
import type { Field } from '../wire/field.ts'
import { Reader } from '../wire/reader.ts'
import { DnsMessage, type ResourceRecord } from './message.ts'
import { Name } from './name.ts'
import { Resolver } from './resolver.ts'

const record = (type: number, body: ResourceRecord['body']): ResourceRecord => ({
  head: { name: 'shop.test', type, class: 1, ttl: 60 },
  body,
})
const AUTHORITY = { primary: 'ns.test', mailbox: 'me.test', serial: 7, refresh: 1, retry: 1, expire: 1, minimum: 1 }

/** What the trace calls an answer with these records. */
const named = (answers: ResourceRecord[], responseCode = 0) => {
  const sink = recorder()
  let next = 50_000
  const ports = { open: () => next++, close() {} }
  const engine = new Resolver({ servers: [ip('10.0.0.53')], random: seeded(1), ports, host: 'us', trace: sink })
  engine.resolve('shop.test', 'A', 0)
  engine.advance(1000)
  engine.pollTransmit(1000)
  const asked = engine.pollTransmit(1000)!
  const message = decode(DnsMessage, asked.payload)
  message.head.flags.response = 1
  message.head.flags.responseCode = responseCode
  message.body.answers = answers
  const payload = encode(DnsMessage, message)
  engine.receive({ port: asked.port, from: asked.to, payload, message: 99, at: 8 }, 1003)
  const told = sink.records.flatMap(r => (r.type === 'message' ? [r.record] : []))
  expect(told.slice(0, 3).map(m => [m.id, m.at, m.flow, m.direction, m.about])).toEqual([
    [1, 0, 'shop.test', 'out', undefined],
    [2, 1000, 'shop.test', 'out', 'attempt 2'],
    [3, 1003, 'shop.test', 'in', undefined],
  ])
  expect([asked.message, told[1]!.name]).toEqual([2, 'A shop.test?'])
  expect(told[2]!.carriedBy).toEqual([{ message: 99, start: 8, end: 8 + payload.length }])
  return told[2]!.name
}

test('an answer is called by what it says', () => {
  expect(named([record(1, hex('0a000050')), record(1, hex('0a000051'))])).toBe('10.0.0.80, 10.0.0.81')
  expect(named([record(5, 'www.test')])).toBe('www.test')
  expect(named([record(28, new Uint8Array(16))])).toBe('16 bytes')
  expect(named([record(6, AUTHORITY)])).toBe('ns.test serial 7')
  expect(named([])).toBe('no records')
  expect(named([], 5)).toBe('REFUSED')
  expect(named([], 9)).toBe('RCODE 9')
})

test('the root has a name that can be seen', () => {
  const shown = (bytes: Uint8Array) => {
    const tree: Field[] = []
    Name.walk(new Reader(bytes), 'name', tree)
    return tree[0]!.text
  }
  expect([shown(hex('00')), shown(hex('04 74657374 00'))]).toEqual(['(root)', 'test'])
})
