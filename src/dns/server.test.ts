/** The small server of the lab's networks, asked by the resolver. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import { setup } from '../../test/support/dns.ts'
import { seeded } from '../random.ts'
import { decode, encode } from '../wire/codec.ts'
import { DnsMessage } from './message.ts'
import type { DnsEvent } from './resolver.ts'
import { answerQuery, Zone } from './server.ts'

describe('the small server', () => {
  const zone = new Zone()
  zone.set('shop.test', ['10.0.0.80', '2001:db8::80'])
  zone.set('www.shop.test', 'shop.test')
  zone.set('loop.test', 'loop.test')
  zone.set(
    'many.test',
    Array.from({ length: 40 }, (_, i) => `10.1.0.${i}`),
  )
  const ask = (name: string, kind: 'A' | 'AAAA' = 'A'): DnsEvent | undefined => {
    const t = setup()
    const [q] = t.ask(name, kind).asked
    return t.answer(q!, answerQuery(zone, q!.payload)!).events[0]
  }

  test('answers with addresses, through aliases, and says what it does not have', () => {
    expect(ask('SHOP.test')).toMatchObject({ addresses: [{ text: '10.0.0.80' }] })
    expect(ask('shop.test', 'AAAA')).toMatchObject({ addresses: [{ text: '2001:db8::80' }] })
    expect(ask('www.shop.test')).toMatchObject({ names: ['www.shop.test', 'shop.test'] })
    expect(ask('nobody.test')).toMatchObject({ failure: { code: 'dns/no-address' } })
    expect(ask('loop.test')).toMatchObject({ failure: { code: 'dns/alias-loop' } })
    expect(ask('many.test')).toMatchObject({ failure: { code: 'dns/truncated' } })
  })

  test('an answer of 512 bytes is sent whole, one of 513 is cut off (RFC 1035 4.2.1)', () => {
    const addresses = (count: number) => Array.from({ length: count }, (_, i) => `10.2.0.${i}`)
    const fits = `${'a'.repeat(34)}.${'b'.repeat(34)}`
    const exceeds = 'c'.repeat(57)
    zone.set(fits, addresses(5))
    zone.set(exceeds, addresses(6))
    expect(ask(fits)).toMatchObject({ type: 'resolved', addresses: { length: 5 } })
    expect(ask(exceeds)).toMatchObject({ failure: { code: 'dns/truncated' } })
  })

  test.each<[number, string, (m: DnsMessage) => void]>([
    [4, 'another kind of request', m => void (m.head.flags.opcode = 2)],
    [1, 'no question', m => void (m.body.questions = [])],
    [1, 'two questions', m => void m.body.questions.push(m.body.questions[0]!)],
    [5, 'another class', m => void (m.body.questions[0]!.class = 3)],
  ])('answers with code %i to %s (RFC 1035 4.1.1)', (code, _, change) => {
    const [q] = setup().ask('shop.test').asked
    const message = decode(DnsMessage, q!.payload)
    change(message)
    const answer = decode(DnsMessage, answerQuery(zone, encode(DnsMessage, message))!)
    expect([answer.head.flags.response, answer.head.flags.responseCode, answer.body.answers]).toEqual([1, code, []])
  })

  test('never answers an answer, and answers damage with FORMERR and its id', () => {
    const [q] = setup().ask('shop.test').asked
    const answer = answerQuery(zone, q!.payload)!
    expect(answerQuery(zone, answer)).toBeUndefined()
    const damaged = answerQuery(zone, q!.payload.subarray(0, 20))!
    expect([...damaged.subarray(0, 2)]).toEqual([...q!.payload.subarray(0, 2)])
    // RFC 1035 4.1.1: an answer, to a query that wished for recursion, with FORMERR; and nothing else.
    expect([...damaged.subarray(2)]).toEqual([0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(
      answerQuery(
        zone,
        Uint8Array.from(damaged, (octet, i) => (i === 5 ? 1 : octet)),
      ),
    ).toBeUndefined()
    expect(answerQuery(zone, ascii('short'))).toBeUndefined()
  })

  test('no bytes make it throw', () => {
    const random = seeded(2)
    const [q] = setup().ask('shop.test').asked
    for (let i = 0; i < 5000; i++) {
      const bytes = concat(q!.payload, random.bytes(random.below(20)))
      for (let n = random.below(6); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256)
      answerQuery(zone, bytes.subarray(0, random.below(bytes.length + 1)))
    }
  })

  test('a zone takes names and addresses only', () => {
    expect(() => zone.set('a..b', '10.0.0.1')).toThrow(RangeError)
    expect(() => zone.set('a', ['not an address'])).toThrow(RangeError)
    expect(() => zone.set('a', 'b..c')).toThrow(RangeError)
    expect(zone.get('WWW.shop.test.')).toBe('shop.test')
  })
})
