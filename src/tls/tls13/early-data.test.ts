/** Data with the first hello (RFC 9846 2.3, 4.3.10, 8): when it is taken, when it is not, and that no copy is. */
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
  Side,
  shuttle,
} from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { recorder } from '../../trace/recorder.ts'
import type { TlsServerConfig } from '../config.ts'
import { tlsServer } from '../engine.ts'
import { Secret } from '../secret.ts'
import { ReplayGuard } from '../session/replays.ts'
import { factsOf, type Session, sessionOf } from '../session/session.ts'
import { TicketKeeper } from '../session/tickets.ts'
import { suites13 } from '../suites.table.ts'
import { protectionOf } from './key-schedule.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const EARLY = ascii('GET / at once')

const house = (keeper = new TicketKeeper({ crypto }), since = 0) => {
  const replays = new ReplayGuard({ since })
  const answers: Answers = question => {
    if (question.about === 'early-data') return replays.isFresh(question) ? 'fresh' : 'none'
    if (question.about !== 'ticket') return answersOf(crypto, who)(question)
    return 'seal' in question.wanted
      ? keeper.seal(question.wanted.seal, 0)
      : (keeper.open(question.wanted.open, 0) ?? 'none')
  }
  return answers
}

const SERVER: Partial<TlsServerConfig> = { resumption: ['ticket'], earlyData: 16_384 }

const visit = (there: Answers, session: Session | 'new', options: Partial<PairOptions> = {}): Pair => {
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    serverAnswers: there,
    ...options,
    client: { session, ...options.client },
    server: { ...SERVER, ...options.server },
  })
  shuttle(both)
  return both
}
const sessionIn = ({ client: { events } }: Pair): Session => {
  const found = events.findLast(event => event.type === 'session')
  if (found?.type !== 'session') throw new Error('the client got no session')
  return found.session
}
/** What the server heard before it knew that somebody is there, and behind it. */
const heard = ({ server: { events } }: Pair): [string, string] => {
  const data = events.flatMap(event => (event.type === 'data' ? [event] : []))
  const text = (early: boolean) =>
    new TextDecoder().decode(concat(...data.filter(event => (event.early === true) === early).map(each => each.bytes)))
  return [text(true), text(false)]
}
const expectRejected = (both: Pair, resumed: boolean): void => {
  expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
  expect(heard(both)).toEqual(['', ''])
  expect(both.client.established).toMatchObject({ resumed, earlyData: 'rejected' })
  expect(both.server.established).toMatchObject({ resumed, earlyData: 'rejected' })
  both.client.tls.write(ascii('again'), 0)
  both.server.tls.write(ascii('answer'), 0)
  shuttle(both)
  expect([heard(both), both.client.data]).toEqual([['', 'again'], ascii('answer')])
}

test('it is there with the first flight, marked, and the connection goes on', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  const both = visit(there, session, { client: { earlyData: EARLY } })
  expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
  expect(heard(both)).toEqual(['GET / at once', ''])
  const types = both.server.events.map(({ type }) => type)
  expect(types.indexOf('data')).toBeLessThan(types.indexOf('established'))
  for (const side of [both.client, both.server])
    expect(side.established).toMatchObject({ resumed: true, earlyData: 'accepted' })
  both.client.tls.write(ascii('more'), 0)
  both.server.tls.write(ascii('answer'), 0)
  shuttle(both)
  expect([heard(both), both.client.data]).toEqual([['GET / at once', 'more'], ascii('answer')])
})

test('a server may answer what it took before the client has finished, and knows by then what it will agree on', () => {
  const there = house()
  const flight = flightBack(there)
  const server = new Side(tlsServer({ crypto, versions: ['TLS 1.3'], ...SERVER }), there)
  server.touch(flight)
  const writable = server.events.find(event => event.type === 'writable')
  expect(writable).toMatchObject({
    about: { version: 'TLS 1.3', resumed: true, earlyData: 'accepted', alpn: undefined },
  })
  server.tls.write(ascii('at once'), 0)
  expect(recordsOf(concat(...server.touch())).length).toBe(1)
  expect(server.established).toBeUndefined()
})

test('RFC 9846 4.6: behind EndOfEarlyData nothing is data before the client has finished', () => {
  const there = house()
  const trace = recorder()
  const suite = suites13[0]!
  const options = { client: { suites: [suite.name] }, server: SERVER } as const
  const session = sessionIn(visit(there, 'new', options))
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    serverAnswers: there,
    client: { ...options.client, session, earlyData: EARLY, trace: { sink: trace, flow: 'early', host: 'client' } },
    server: SERVER,
  })
  let flights = 0
  shuttle(both, (bytes, direction) => {
    if (direction === 'to-client' || ++flights < 2) return [bytes]
    const secrets = trace.records.flatMap(entry => (entry.type === 'secret' ? [entry.record] : []))
    const { secret } = secrets.find(({ label }) => label === 'CLIENT_HANDSHAKE_TRAFFIC_SECRET')!
    const keys = protectionOf(crypto, suite, new Secret(secret.slice()))
    const records = recordsOf(bytes)
    return [...records.slice(0, -1), concat(...keys.seal(23, ascii('x'))), records.at(-1)!]
  })
  expect(both.server.failure).toMatchObject({ code: 'tls/unexpected-record', alert: 10 })
  expect(heard(both)).toEqual(['GET / at once', ''])
})

test('a client that has none says nothing of it', () => {
  const there = house()
  const both = visit(there, sessionIn(visit(there, 'new')))
  expect(both.client.established?.earlyData).toBeUndefined()
  expect(both.server.established?.earlyData).toBeUndefined()
})

test('it is not sent where the ticket does not allow so much, nor for another protocol', () => {
  const there = house()
  const first = visit(there, 'new', {
    client: { alpn: ['http/1.1'] },
    server: { alpn: ['http/1.1', 'x'], earlyData: 5 },
  })
  const session = sessionIn(first)
  for (const client of [
    { earlyData: EARLY, alpn: ['http/1.1'] },
    { earlyData: ascii('12345'), alpn: ['x'] },
  ]) {
    const both = visit(there, session, { client, server: { alpn: ['http/1.1', 'x'] } })
    expect(both.client.established?.earlyData).toBeUndefined()
    expect(heard(both)).toEqual(['', ''])
  }
})

describe('it is passed over, and the handshake goes on, where', () => {
  test.each<[string, boolean, Partial<PairOptions>]>([
    ['the server takes none', true, { server: { earlyData: 0 } }],
    ['the server asks for another share', true, { server: { groups: ['secp256r1'] } }],
    ['the server cannot open the ticket', false, { serverAnswers: house() }],
    ['the server chooses another suite', true, { server: { suites: ['TLS_CHACHA20_POLY1305_SHA256'] } }],
    ['the ticket is older than it says', true, { server: { epoch: 11_000 } }],
  ])('%s', (_, resumed, options) => {
    const there = house()
    const session = sessionIn(visit(there, 'new'))
    expectRejected(visit(there, session, { ...options, client: { earlyData: EARLY } }), resumed)
  })
  test('the server speaks another protocol above now', () => {
    const there = house()
    const [h2, http] = [{ alpn: ['h2'] }, { alpn: ['http/1.1', 'h2'] }]
    const session = sessionIn(visit(there, 'new', { client: h2, server: h2 }))
    const client = { earlyData: EARLY, ...http }
    expect(heard(visit(there, session, { client, server: h2 }))).toEqual(['GET / at once', ''])
    expectRejected(visit(there, session, { client, server: http }), true)
  })
  test('a client that showed a certificate comes back, and proves itself first', () => {
    const there = house()
    const known: Answers = question =>
      question.about === 'certificate' ? who.certified : answersOf(crypto, who)(question)
    const options = { clientAnswers: known, server: { clientCertificate: 'asked' } } as const
    const session = sessionIn(visit(there, 'new', options))
    expect(factsOf(session).maxEarlyData).toBe(0)
    const lifted = sessionOf({ ...factsOf(session), maxEarlyData: 100 })
    expectRejected(visit(there, lifted, { ...options, client: { earlyData: EARLY } }), true)
  })
  test('the server asks for another share, though records are as long as sealed ones are', () => {
    const there = house()
    const session = sessionIn(visit(there, 'new'))
    const client = { earlyData: new Uint8Array(16_384) }
    expectRejected(visit(there, session, { client, server: { groups: ['secp256r1'] } }), true)
  })
})

/** The flight of a client that comes back with early data, `epoch` milliseconds after its first visit by its clock. */
const flightBack = (there: Answers, epoch = 0): Uint8Array => {
  const session = sessionIn(visit(there, 'new'))
  const { client } = pair({ crypto, who, versions: ['TLS 1.3'], client: { session, earlyData: EARLY, epoch } })
  return concat(...client.touch())
}
/** What a server takes of it early, `epoch` milliseconds after that visit by its own clock. */
const takenEarly = (there: Answers, flight: Uint8Array, epoch = 0): Uint8Array => {
  const server = new Side(tlsServer({ crypto, versions: ['TLS 1.3'], ...SERVER, epoch }), there)
  server.touch(flight)
  expect(server.failure).toBeUndefined()
  expect(server.established).toBeUndefined()
  return server.data
}
const NOTHING = new Uint8Array(0)

test('0-RTT replay: a copy of the first flight is passed over by every server that shares the guard', () => {
  const there = house()
  const flight = flightBack(there)
  expect(takenEarly(there, flight)).toEqual(EARLY)
  for (let i = 0; i < 3; i++) expect(takenEarly(there, flight)).toEqual(NOTHING)
})

test('0-RTT replay: a guard remembers for as long as a copy would pass for fresh, to its last millisecond', () => {
  const keeper = new TicketKeeper({ crypto })
  const there = house(keeper)
  // The client's clock is ten seconds fast: what it sends now would still be taken twenty seconds later.
  const flight = flightBack(there, 10_000)
  expect(takenEarly(house(keeper), flight, 20_000)).toEqual(EARLY)
  expect(takenEarly(house(keeper), flight, 20_001)).toEqual(NOTHING)
  expect(takenEarly(there, flight, 0)).toEqual(EARLY)
  for (const later of [19_999, 20_000, 20_001]) expect(takenEarly(there, flight, later)).toEqual(NOTHING)
})

test('0-RTT replay: a server that was started anew takes none with the tickets from before', () => {
  const keeper = new TicketKeeper({ crypto })
  const flight = flightBack(house(keeper))
  expect(takenEarly(house(keeper), flight)).toEqual(EARLY)
  expect(takenEarly(house(keeper, 1), flight)).toEqual(NOTHING)
})

test('tls/too-much-early-data: a client is held to what its ticket allows', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  const both = visit(there, session, { client: { earlyData: EARLY }, server: { earlyData: 12 } })
  expect(both.server.failure?.code).toBe('tls/too-much-early-data')
  expect(heard(both)).toEqual(['', ''])
})

test('tls/too-much-passed-over: what is passed over is bounded', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  const client = pair({ crypto, who, versions: ['TLS 1.3'], client: { session, earlyData: EARLY } }).client
  const [hello, , data] = recordsOf(concat(...client.touch()))
  const server = new Side(tlsServer({ crypto, versions: ['TLS 1.3'], resumption: ['ticket'] }), there)
  server.touch(hello)
  for (let sent = 0; sent <= 65_536; sent += data!.length - 5) {
    expect(server.failure).toBeUndefined()
    server.touch(data)
  }
  expect(server.failure?.code).toBe('tls/too-much-passed-over')
})

test('tls/too-much-passed-over: a record without a byte counts as one', () => {
  const there = house()
  const session = sessionIn(visit(there, 'new'))
  const client = pair({ crypto, who, versions: ['TLS 1.3'], client: { session, earlyData: EARLY } }).client
  const [hello] = recordsOf(concat(...client.touch()))
  const server = new Side(tlsServer({ crypto, versions: ['TLS 1.3'], resumption: ['ticket'] }), there)
  server.touch(hello)
  const empty = Uint8Array.of(0x17, 3, 3, 0, 0)
  const passed = 65_536 - 1
  server.touch(Uint8Array.from({ length: 5 * passed }, (_, i) => empty[i % 5]!))
  expect(server.failure).toBeUndefined()
  server.touch(empty)
  expect(server.failure).toBeUndefined()
  server.touch(empty)
  expect(server.failure?.code).toBe('tls/too-much-passed-over')
})

test('a guard takes each binder once in its window, nothing when it is full, and nothing from before its time', () => {
  const guard = new ReplayGuard({ since: 7, window: 100, most: 2 })
  const fresh = (text: string, at: number, issued = 7) => guard.isFresh({ binder: ascii(text), issued, at })
  expect([fresh('z', 10, 6), fresh('a', 10), fresh('a', 109), fresh('b', 60), fresh('c', 70)]).toEqual([
    false,
    true,
    false,
    true,
    false,
  ])
  expect([fresh('a', 110), fresh('c', 111), fresh('a', 112), fresh('a', 161)]).toEqual([false, true, false, true])
})

test.each([0x0301, 0x0303])(
  'RFC 9846 5.1: an alert of a client that does not like to be asked again is heard, in a record of version %i',
  version => {
    const there = house()
    const flight = flightBack(there)
    const server = new Side(tlsServer({ crypto, versions: ['TLS 1.3'], ...SERVER, groups: ['secp384r1'] }), there)
    server.touch(flight)
    expect(server.tls.state).toBe('WaitClientHelloAgain')
    server.touch(record(21, Uint8Array.of(2, 47), version))
    expect(server.failure).toMatchObject({ code: 'tls/alert-received', number: 47 })
  },
)
