/** TLS 1.3 begun again with a ticket (RFC 9846 2.2, 4.3.11, 4.7.1), and everything that must not be. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import {
  type Answers,
  answersOf,
  identity,
  type Pair,
  type PairOptions,
  pair,
  record,
  recordsOf,
  shuttle,
  type Wire,
} from '../../../test/support/tls.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { messagesOf, recorder } from '../../trace/recorder.ts'
import { decode, type Tagged } from '../../wire/codec.ts'
import { trustWithoutChecking } from '../../x509/path/trusted.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import { handshake13 } from '../messages/tls13.ts'
import { factsOf, Session, sessionOf } from '../session/session.ts'
import { TicketKeeper } from '../session/tickets.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const someone = identity(crypto, 'p-384')
const DAY = 86_400_000

/** A server with a keeper of tickets, and what it was asked. */
const house = (own = crypto) => {
  const keeper = new TicketKeeper({ crypto: own, rotation: 30 * DAY, lifetime: 30 * DAY })
  const asked: string[] = []
  const answers: Answers = question => {
    asked.push(question.about)
    if (question.about === 'ticket')
      return 'seal' in question.wanted
        ? keeper.seal(question.wanted.seal, 0)
        : (keeper.open(question.wanted.open, 0) ?? 'none')
    if (question.about === 'trust') return trustWithoutChecking(question, someone.spki, 'a test')
    return answersOf(own, who)(question)
  }
  return { answers, asked }
}
type House = ReturnType<typeof house>

interface Visit extends Partial<PairOptions> {
  readonly at?: number
  readonly wire?: Wire
}

const visit = (there: House, session: Session | 'new' | undefined, { at = 0, wire, ...more }: Visit = {}): Pair => {
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    serverAnswers: there.answers,
    ...more,
    client: { session, epoch: at, ...more.client },
    server: { resumption: ['ticket'], epoch: at, ...more.server },
  })
  shuttle(both, wire)
  return both
}
const sessionIn = ({ client: { events } }: Pair): Session => {
  const found = events.findLast(event => event.type === 'session')
  if (found?.type !== 'session') throw new Error('the client got no session')
  return found.session
}
const failures = ({ client, server }: Pair) => [client.failure?.code, server.failure?.code]
const resumed = (both: Pair) => {
  expect(failures(both)).toEqual([undefined, undefined])
  return [both.client.established?.resumed, both.server.established?.resumed]
}
const talk = (both: Pair): void => {
  both.client.tls.write(ascii('again'), 0)
  both.server.tls.write(ascii('welcome back'), 0)
  shuttle(both)
  expect([both.server.data, both.client.data]).toEqual([ascii('again'), ascii('welcome back')])
}

test.each(platforms)('on %s a client comes back, again and again, and nothing is signed', (_, { crypto: own }) => {
  const there = house(own)
  const first = visit(there, 'new', { crypto: own })
  expect(resumed(first)).toEqual([false, false])
  let session = sessionIn(first)
  expect([session.version, session.suite, session.serverName]).toEqual([
    'TLS 1.3',
    'TLS_AES_128_GCM_SHA256',
    'shop.test',
  ])
  for (let i = 0; i < 3; i++) {
    there.asked.length = 0
    const again = visit(there, session, { crypto: own })
    expect(resumed(again)).toEqual([true, true])
    expect(there.asked).toEqual(['client-hello', 'ticket', 'ticket'])
    expect(again.client.established).toMatchObject({ group: 'x25519', peerChain: who.certified.chain })
    talk(again)
    session = sessionIn(again)
  }
})

test.each([
  ['TLS_AES_256_GCM_SHA384', 'TLS_AES_256_GCM_SHA384', true],
  ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', true],
  ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', false],
] as const)('RFC 9846 4.3.11: a key of %s suits %s: %s', (before, now, suits) => {
  const there = house()
  const session = sessionIn(visit(there, 'new', { server: { suites: [before] } }))
  expect(resumed(visit(there, session, { server: { suites: [now] } }))).toEqual([suits, suits])
})

test('behind a HelloRetryRequest the key is bound to both hellos', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  const again = visit(there, session, { server: { groups: ['secp384r1'] } })
  expect(resumed(again)).toEqual([true, true])
  expect(again.client.established?.group).toBe('secp384r1')
  talk(again)
})

test('a HelloRetryRequest with another hash leaves a full handshake', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  const again = visit(there, session, { server: { groups: ['secp384r1'], suites: ['TLS_AES_256_GCM_SHA384'] } })
  expect(resumed(again)).toEqual([false, false])
})

describe('a full handshake comes where', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  test.each<[string, Visit]>([
    ['the server opens no tickets', { server: { resumption: [] } }],
    ['the server has other keys', { serverAnswers: house().answers }],
    ['the ticket is too old for the server', { server: { epoch: DAY } }],
    ['the client asks for another name', { client: { serverName: 'other.test' } }],
    ['a certificate is required that nobody showed', { server: { clientCertificate: 'required' } }],
    ['the client speaks TLS 1.2', { client: { versions: ['TLS 1.2'] }, server: { versions: ['TLS 1.2', 'TLS 1.3'] } }],
  ])('%s', (_, options) => {
    const certificate: Answers = question =>
      question.about === 'certificate' ? someone.certified : answersOf(crypto, who)(question)
    const signing: Answers = question =>
      question.about === 'sign' ? answersOf(crypto, someone)(question) : certificate(question)
    expect(resumed(visit(there, session, { clientAnswers: signing, ...options }))).toEqual([false, false])
  })
  test('the session is older than the server lets one be', () => {
    expect(resumed(visit(there, session, { at: 11 * 3_600_000 }))).toEqual([true, true])
    expect(resumed(visit(there, session, { at: 13 * 3_600_000 }))).toEqual([false, false])
  })
})

test('coming back does not make a session longer than the handshake with certificates allows', () => {
  const there = house()
  let session = sessionIn(visit(there, 'new', { server: { sessionLifetime: 100 } }))
  session = sessionIn(visit(there, session, { at: 60_000, server: { sessionLifetime: 100 } }))
  expect(session.expires).toBe(100_000)
  expect(resumed(visit(there, session, { at: 99_000 }))).toEqual([true, true])
  expect(resumed(visit(there, session, { at: 101_000 }))).toEqual([false, false])
  // Of a single second there is a ticket, of none there is not.
  expect(sessionIn(visit(there, 'new', { server: { sessionLifetime: 1 } })).expires).toBe(1_000)
  expect(visit(there, 'new', { server: { sessionLifetime: 0 } }).client.has('session')).toBe(false)
})

test.each([
  [undefined, []],
  [1, [extensionNumbers.earlyData]],
])('RFC 9846 4.7.1: a ticket speaks of early data only where it is taken: %s bytes of it', (earlyData, types) => {
  const trace = recorder()
  visit(house(), 'new', { server: { earlyData, trace: { sink: trace, flow: 'one', host: 'server' } } })
  const ticket = messagesOf(trace.records).find(({ name }) => name === 'NewSessionTicket')!
  const { body } = decode(handshake13.codec, ticket.bytes) as { body: { extensions: readonly Tagged[] } }
  expect(body.extensions.map(({ type }) => type)).toEqual(types)
})

test('a client certificate stays with the session, and is judged again', () => {
  const there = house()
  const known: Answers = question => {
    if (question.about === 'certificate') return someone.certified
    return answersOf(crypto, question.about === 'sign' ? someone : who)(question)
  }
  const options = { clientAnswers: known, server: { clientCertificate: 'required' } } as const
  const session = sessionIn(visit(there, 'new', options))
  there.asked.length = 0
  const again = visit(there, session, options)
  expect(resumed(again)).toEqual([true, true])
  expect(there.asked).toEqual(['client-hello', 'ticket', 'trust', 'ticket'])
  expect(again.server.established?.peerChain).toEqual(someone.certified.chain)
  // Who was known is not shown to a server that no longer asks.
  expect(resumed(visit(there, session))).toEqual([false, false])
})

test('a session from bytes asks about the chain again, and what it says decides', () => {
  const there = house()
  const session = Session.fromBytes(sessionIn(visit(there, 'new')).toBytes())!
  const again = visit(there, session)
  expect(resumed(again)).toEqual([true, true])
  expect(again.client.events.filter(event => event.type === 'ask').map(({ question }) => question.about)).toEqual([
    'trust',
  ])
})

test('ticket forgery: any bit changed, cut or made up: a full handshake, and no word about why', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  const facts = factsOf(session)
  const bent = (at: number): Uint8Array => facts.ticket.map((octet, i) => (i === at ? octet ^ 1 : octet))
  const { length } = facts.ticket
  for (const ticket of [bent(0), bent(length >> 1), bent(length - 1), facts.ticket.slice(1), new Uint8Array(length)]) {
    const forged = visit(there, sessionOf({ ...facts, ticket }))
    expect(resumed(forged)).toEqual([false, false])
    talk(forged)
  }
  expect(resumed(visit(there, session))).toEqual([true, true])
})

test('tls/binder-wrong: a ticket without its secret opens nothing', () => {
  const there = house()
  const facts = factsOf(sessionIn(visit(there, 'new')))
  const { secret } = factsOf(sessionIn(visit(there, 'new')))
  const both = visit(there, sessionOf({ ...facts, secret }))
  expect(failures(both)).toEqual(['tls/alert-received', 'tls/binder-wrong'])
  expect(both.client.failure?.number).toBe(51)
})

test('a hello that was changed on its way is not bound any more', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  const changed: Wire = (bytes, direction) =>
    recordsOf(bytes).map(each => {
      if (direction !== 'to-server' || each[0] !== 22 || each[5] !== 1) return each
      // The last byte of the client's random.
      const hello = each.slice(5)
      hello[37]! ^= 1
      return record(22, hello)
    })
  expect(failures(visit(there, session, { wire: changed }))).toEqual(['tls/alert-received', 'tls/binder-wrong'])
})

test('a client that wants no session passes tickets over, a server that gives none asks nobody', () => {
  const there = house()
  const both = visit(there, undefined)
  expect(both.client.events.map(({ type }) => type)).toEqual(['ask', 'established'])
  talk(both)
  const none = house()
  visit(none, 'new', { server: { resumption: [] } })
  expect(none.asked).toEqual(['client-hello', 'sign'])
})

test('every connection leaves another ticket and another secret', () => {
  const there = house()
  const facts = [1, 2].map(() => factsOf(sessionIn(visit(there, 'new'))))
  expect(facts[0]!.ticket).not.toEqual(facts[1]!.ticket)
  expect(facts[0]!.secret.reveal()).not.toEqual(facts[1]!.secret.reveal())
  expect(concat(facts[0]!.ticket).length).toBeLessThan(300)
})
