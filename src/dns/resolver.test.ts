import { describe, expect, test } from 'vitest'
import { toHex } from '../../test/support/bytes.ts'
import { answerTo, SECOND, SERVER, setup } from '../../test/support/dns.ts'
import { fail } from '../failures/index.ts'
import { seeded } from '../random.ts'
import { decode } from '../wire/codec.ts'
import { DnsMessage, TYPE_A, TYPE_AAAA, TYPE_CNAME } from './message.ts'
import { ATTEMPTS, type DnsEvent, MAXIMUM_ALIASES, MAXIMUM_QUESTIONS } from './resolver.ts'

describe('a question', () => {
  test('to the octet: our id, the wish for recursion, one question (RFC 1035 4.1)', () => {
    const [q] = setup().ask('shop.test').asked
    expect(toHex(q!.payload.subarray(2))).toBe(
      `01000001000000000000${'0473686f70 0474657374 00 0001 0001'.replaceAll(' ', '')}`,
    )
  })

  test('asks for recursion, once, for the class IN (RFC 1035 4.1)', () => {
    const { asked } = setup().ask('Shop.Test.')
    expect(asked).toHaveLength(1)
    expect(asked[0]!.to).toEqual({ address: SERVER, port: 53 })
    const { head, body } = decode(DnsMessage, asked[0]!.payload)
    expect(head.flags).toMatchObject({ response: 0, opcode: 0, recursionDesired: 1 })
    expect(body).toMatchObject({ questions: [{ name: 'shop.test', type: TYPE_A, class: 1 }], answers: [] })
  })

  test('is repeated at the next server with a new id and port, and ends as dns/silence (RFC 5452 9.2)', () => {
    const t = setup([SERVER, SECOND])
    const asked = [...t.ask('shop.test').asked]
    let time = 0
    for (const wait of ATTEMPTS) {
      expect(t.at(time + wait - 1)).toEqual({ asked: [], events: [] })
      time += wait
      const { asked: again, events } = t.at(time)
      asked.push(...again)
      if (again.length === 0)
        expect(events).toMatchObject([
          { type: 'failed', failure: { code: 'dns/silence', where: 'shop.test', number: 4 } },
        ])
    }
    expect(asked.map(a => a.to.address.text)).toEqual([SERVER, SECOND, SERVER, SECOND].map(a => a.text))
    expect(new Set(asked.map(a => a.port)).size).toBe(4)
    expect(new Set(asked.map(a => decode(DnsMessage, a.payload).head.id)).size).toBe(4)
    expect(t.open.size).toBe(0)
    expect(t.own.nextDeadline()).toBeUndefined()
  })

  test('that is no name, or that nobody can be asked, fails at once: dns/not-a-name, dns/no-server', () => {
    expect(setup().ask('a..b').events).toMatchObject([{ failure: { code: 'dns/not-a-name', where: 'a..b' } }])
    expect(setup().ask('').events).toMatchObject([{ failure: { code: 'dns/not-a-name' } }])
    expect(setup([]).ask('shop.test').events).toMatchObject([{ failure: { code: 'dns/no-server' } }])
  })

  test('that was taken back is not answered, and only so many are under way', () => {
    const t = setup()
    for (let i = 0; i < MAXIMUM_QUESTIONS; i++) t.ask(`n${i}.test`)
    expect(t.ask('one.more').events).toMatchObject([{ type: 'failed', failure: { code: 'dns/server-failure' } }])
    t.engine.cancel(1, 0)
    expect(t.open.size).toBe(MAXIMUM_QUESTIONS - 1)
    expect(t.ask('one.more').asked).toHaveLength(1)
  })

  test('that others ask too is asked once, or a forged answer could fit any of them; each is told (RFC 5452 5)', () => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    for (let i = 0; i < 500; i++) expect(t.ask(i % 2 === 0 ? 'SHOP.test.' : 'shop.test').asked).toEqual([])
    expect(t.ask('shop.test', 'AAAA').asked).toHaveLength(1)
    t.own.cancel(1, 0)
    t.own.cancel(7, 0)
    expect(t.open.size).toBe(2)
    const { events } = t.answer(q!, answerTo(q!, [['shop.test', TYPE_A, '10.0.0.2']]))
    expect(events.length).toBe(499)
    expect(events.every(e => e.type === 'resolved' && e.addresses[0]?.text === '10.0.0.2')).toBe(true)
    expect(new Set(events.map(e => e.query)).size).toBe(499)
    expect(t.open.size).toBe(1)
    expect(t.ask('shop.test').asked).toHaveLength(1)
  })

  test('that all who asked have taken back is forgotten, with its port', () => {
    const t = setup()
    t.ask('shop.test')
    t.ask('shop.test')
    t.own.cancel(1, 0)
    expect(t.open.size).toBe(1)
    t.own.cancel(2, 0)
    expect([t.open.size, t.own.nextDeadline()]).toEqual([0, undefined])
  })

  test('for which no port is left fails, at once or when it is asked again, and does not throw: dns/no-port', () => {
    const t = setup([SERVER], { ports: 1 })
    const [q] = t.ask('first.test').asked
    expect(t.ask('shop.test').events).toMatchObject([
      { type: 'failed', query: 2, failure: { code: 'dns/no-port', where: 'shop.test' } },
    ])
    t.answer(q!, answerTo(q!, [['first.test', TYPE_A, '10.0.0.2']]))
    expect(t.ask('shop.test').asked).toHaveLength(1)
  })

  test('whose answer is guessed at is asked anew, from another port and with another id, and given up in the end', () => {
    const t = setup()
    let [q] = t.ask('shop.test').asked
    let events: DnsEvent[] = []
    for (const attempt of [1, 2, 3, 4]) {
      const before = q!
      const right = decode(DnsMessage, before.payload).head.id
      for (let guess = 1; guess <= 16; guess++) {
        expect(events, `attempt ${attempt}, guess ${guess}`).toEqual([])
        const forged = answerTo(
          before,
          [['shop.test', TYPE_A, '6.6.6.6']],
          m => void (m.head.id = (right + guess) & 0xffff),
        )
        const told = t.answer(before, guess % 2 === 0 ? forged : forged.subarray(0, 15))
        events = told.events
        expect(told.asked.length).toBe(guess === 16 && attempt < 4 ? 1 : 0)
        q = told.asked[0] ?? q
      }
      if (attempt < 4) expect([q!.port === before.port, q!.payload[0] === before.payload[0]]).toEqual([false, false])
    }
    expect(events).toMatchObject([{ type: 'failed', failure: { code: 'dns/forged', where: 'shop.test', number: 16 } }])
    expect(t.own.uncalledFor).toBe(64)
    expect(t.open.size).toBe(0)
  })

  test('whose datagram cannot arrive is asked of the next server at once; the last one’s failure is told', () => {
    const t = setup([SERVER, SECOND])
    const [first] = t.ask('shop.test').asked
    // A guess at the port alone, by somebody who does not know the server, says nothing.
    for (const to of [
      { address: SECOND, port: 53 },
      { address: SERVER, port: 54 },
    ])
      t.engine.refused(first!.port, to, fail('ip/unreachable'), 0)
    expect(t.drain()).toEqual({ asked: [], events: [] })
    t.engine.refused(first!.port, first!.to, fail('ip/unreachable'), 0)
    const { asked } = t.drain()
    expect(asked[0]!.to.address).toBe(SECOND)
    t.engine.refused(asked[0]!.port, asked[0]!.to, fail('link/no-neighbour'), 0)
    expect(t.drain().events).toMatchObject([{ type: 'failed', failure: { code: 'link/no-neighbour' } }])
  })
})

describe('an answer', () => {
  test('gives the addresses and how long they may be kept', () => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    const payload = answerTo(q!, [
      ['SHOP.test', TYPE_A, '10.0.0.80'],
      ['shop.test', TYPE_A, '10.0.0.81'],
    ])
    expect(t.answer(q!, payload).events).toMatchObject([
      {
        type: 'resolved',
        query: 1,
        names: ['shop.test'],
        ttl: 300,
        addresses: [{ text: '10.0.0.80' }, { text: '10.0.0.81' }],
      },
    ])
    expect(t.open.size).toBe(0)
  })

  test('AAAA gives IPv6 addresses', () => {
    const t = setup()
    const [q] = t.ask('shop.test', 'AAAA').asked
    const { events } = t.answer(q!, answerTo(q!, [['shop.test', TYPE_AAAA, '2001:db8::80']]))
    expect(events).toMatchObject([{ addresses: [{ v: 6, text: '2001:db8::80' }] }])
  })

  test.each<[string, (m: DnsMessage) => void]>([
    ['another id', m => void (m.head.id ^= 1)],
    ['a question instead of an answer', m => void (m.head.flags.response = 0)],
    ['another name', m => void (m.body.questions[0]!.name = 'evil.test')],
    ['another type', m => void (m.body.questions[0]!.type = TYPE_AAAA)],
    ['another class', m => void (m.body.questions[0]!.class = 3)],
    ['no question', m => void (m.body.questions = [])],
    ['two questions', m => void m.body.questions.push(m.body.questions[0]!)],
  ])('with %s is not ours: the question stays open (RFC 5452 9.1)', (_, change) => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    const forged = answerTo(q!, [['shop.test', TYPE_A, '6.6.6.6']], change)
    expect(t.answer(q!, forged)).toEqual({ asked: [], events: [] })
    expect(t.own.uncalledFor).toBe(1)
    expect(t.answer(q!, answerTo(q!, [['shop.test', TYPE_A, '10.0.0.80']])).events).toHaveLength(1)
  })

  test('from another address or port is not ours', () => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    const payload = answerTo(q!, [['shop.test', TYPE_A, '6.6.6.6']])
    expect(t.answer(q!, payload, { address: SECOND, port: 53 }).events).toEqual([])
    expect(t.answer(q!, payload, { address: SERVER, port: 5353 }).events).toEqual([])
    expect(t.own.uncalledFor).toBe(2)
  })

  test('records of another class in it are not believed', () => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    const chaos = answerTo(
      q!,
      [['shop.test', TYPE_A, '6.6.6.6']],
      m => void Object.assign(m.body.answers[0]!.head, { class: 3 }),
    )
    expect(t.answer(q!, chaos).events).toMatchObject([{ type: 'failed', failure: { code: 'dns/no-address' } }])
  })

  test('records for other names in it are not believed', () => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    const { events } = t.answer(q!, answerTo(q!, [['bank.test', TYPE_A, '6.6.6.6']]))
    expect(events).toMatchObject([{ type: 'failed', failure: { code: 'dns/no-address' } }])
  })

  test('that cannot be read leaves the question open and is told as dns/malformed when nothing better comes', () => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    expect(t.answer(q!, q!.payload.subarray(0, 15)).events).toEqual([])
    let time = 0
    let events: DnsEvent[] = []
    for (const wait of ATTEMPTS) events = t.at((time += wait)).events
    expect(events).toMatchObject([{ type: 'failed', failure: { code: 'dns/malformed', where: 'shop.test' } }])
  })

  test.each([
    [3, 'dns/no-address', undefined],
    [2, 'dns/server-failure', 'SERVFAIL'],
    [5, 'dns/server-failure', 'REFUSED'],
  ])('with response code %i is %s (RFC 1035 4.1.1)', (code, failure, got) => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    const { events } = t.answer(
      q!,
      answerTo(q!, [], m => void (m.head.flags.responseCode = code)),
    )
    expect(events).toMatchObject([
      { type: 'failed', failure: { code: failure, ...(got === undefined ? {} : { got }) } },
    ])
  })

  test('SERVFAIL of one server makes it ask the other', () => {
    const t = setup([SERVER, SECOND])
    const [q] = t.ask('shop.test').asked
    const { asked } = t.answer(
      q!,
      answerTo(q!, [], m => void (m.head.flags.responseCode = 2)),
    )
    expect(asked[0]!.to.address).toBe(SECOND)
  })

  test('that was cut off is dns/truncated (RFC 1035 4.2.1)', () => {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    const { events } = t.answer(
      q!,
      answerTo(q!, [], m => void (m.head.flags.truncation = 1)),
    )
    expect(events).toMatchObject([{ failure: { code: 'dns/truncated' } }])
  })
})

describe('aliases', () => {
  test('are followed inside an answer and from answer to answer (RFC 1034 5.3.3)', () => {
    const t = setup()
    const [q] = t.ask('www.test').asked
    const { asked } = t.answer(
      q!,
      answerTo(q!, [
        ['www.test', TYPE_CNAME, 'a.test'],
        ['a.test', TYPE_CNAME, 'b.test'],
      ]),
    )
    expect(decode(DnsMessage, asked[0]!.payload).body.questions[0]!.name).toBe('b.test')
    const { events } = t.answer(asked[0]!, answerTo(asked[0]!, [['b.test', TYPE_A, '10.0.0.9']]))
    expect(events).toMatchObject([{ names: ['www.test', 'a.test', 'b.test'], addresses: [{ text: '10.0.0.9' }] }])
    expect(t.open.size).toBe(0)
  })

  test('that are answered late, one after the other, have half a minute together: dns/timeout', () => {
    const t = setup()
    let [q] = t.ask('n0.test').asked
    let now = 0
    const until = (time: number): DnsEvent[] => {
      let events: DnsEvent[] = []
      for (let due = t.own.nextDeadline(); due !== undefined && due <= time; due = t.own.nextDeadline()) {
        const told = t.at((now = due))
        q = told.asked[0] ?? q
        events = told.events
      }
      return events
    }
    for (let hop = 1; hop <= 4; hop++) {
      until(hop * 6500)
      t.at((now = hop * 6500))
      ;[q] = t.answer(q!, answerTo(q!, [[`n${hop - 1}.test`, TYPE_CNAME, `n${hop}.test`]])).asked
    }
    expect(until(1e6)).toMatchObject([{ failure: { code: 'dns/timeout', where: 'n0.test', number: 30_000 } }])
    expect(now).toBe(30_000)
  })
  test('in a circle, in one answer or in many, end as dns/alias-loop', () => {
    const t = setup()
    const [q] = t.ask('a.test').asked
    const circle: [string, number, string][] = [
      ['a.test', TYPE_CNAME, 'b.test'],
      ['b.test', TYPE_CNAME, 'a.test'],
    ]
    const { events } = t.answer(q!, answerTo(q!, circle))
    expect(events).toMatchObject([{ failure: { code: 'dns/alias-loop', where: 'a.test', number: MAXIMUM_ALIASES } }])
    let [next] = t.ask('n0.test').asked
    let last: DnsEvent[] = []
    for (let i = 0; next !== undefined && i < 50; i++) {
      const step = t.answer(next, answerTo(next, [[`n${i}.test`, TYPE_CNAME, `n${i + 1}.test`]]))
      last = step.events
      next = step.asked[0]
    }
    expect(last).toMatchObject([{ failure: { code: 'dns/alias-loop' } }])
  })
})

test('no datagram makes the resolver throw or keeps a port open', () => {
  const random = seeded(12)
  for (let round = 0; round < 300; round++) {
    const t = setup()
    const [q] = t.ask('shop.test').asked
    for (let i = 0; i < 20; i++) {
      const bytes = answerTo(q!, [
        ['shop.test', TYPE_CNAME, 'b.test'],
        ['b.test', TYPE_A, '10.0.0.1'],
      ])
      for (let n = 1 + random.below(4); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256)
      t.answer(q!, bytes.subarray(0, random.below(bytes.length + 1)))
    }
    for (let due = t.own.nextDeadline(); due !== undefined; due = t.own.nextDeadline()) t.at(due)
    expect(t.open.size, `round ${round}`).toBe(0)
  }
})
