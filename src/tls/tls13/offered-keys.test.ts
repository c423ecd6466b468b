/** RFC 9846 4.3.10, 4.3.11: keys from before and early data, where one side offers or takes them in a way that it must not. */
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex } from '../../../test/support/bytes.ts'
import { meddled, said } from '../../../test/support/meddler.ts'
import {
  type Answers,
  answersOf,
  changing13,
  identity,
  type Pair,
  type PairOptions,
  pair,
  shuttle,
  type Wire,
  without,
} from '../../../test/support/tls.ts'
import type { FailureCode } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { decode } from '../../wire/codec.ts'
import type { TlsClientConfig } from '../config.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import type { ClientHello, ServerHello } from '../messages/hello.ts'
import { handshake13 } from '../messages/tls13.ts'
import { factsOf, Session, type SessionFacts, sessionOf } from '../session/session.ts'
import { suites13 } from '../suites.table.ts'
import { offeredKeys, type PreSharedKey } from './psk.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')

/** The tickets of this server are the states themselves; `opened` changes what it finds in them. */
const house =
  (opened: Partial<SessionFacts> = {}): Answers =>
  question => {
    if (question.about === 'early-data') return 'fresh'
    if (question.about !== 'ticket') return answersOf(crypto, who)(question)
    if ('seal' in question.wanted) return question.wanted.seal
    return sessionOf({ ...factsOf(Session.fromBytes(question.wanted.open)!), ...opened }).toBytes()
  }

const visit = (session: Session | 'new', { wire, ...options }: Partial<PairOptions> & { wire?: Wire } = {}): Pair => {
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    serverAnswers: house(),
    ...options,
    client: { session, ...options.client },
    server: { resumption: ['ticket'], earlyData: 1_000, ...options.server },
  })
  shuttle(both, wire)
  return both
}
const sessionOfVisit = (options: Partial<PairOptions> = {}): Session => {
  const found = visit('new', options).client.events.findLast(event => event.type === 'session')
  if (found?.type !== 'session') throw new Error('the client got no session')
  return found.session
}

/** With what pre_shared_key says changed. */
const offering =
  (change: (keys: PreSharedKey) => PreSharedKey) =>
  (hello: ClientHello): ClientHello => ({
    ...hello,
    extensions: hello.extensions!.map(each =>
      each.type === extensionNumbers.preSharedKey ? { ...each, body: change(each.body as PreSharedKey) } : each,
    ),
  })
const another = { identity: ascii('another'), obfuscatedTicketAge: 0 }

test.each([
  [0.9, 10.4, 8],
  [0.1, 10.9, 9],
  [5, 5.9, 0],
  [5, 15, 10],
])('a ticket from %f is at %f no older than it is: %i milliseconds', (obtained, date, age) => {
  const facts = factsOf(sessionOfVisit())
  const session = sessionOf({ ...facts, obtained, ageAdd: 0 })
  const [key] = offeredKeys({ crypto, serverName: facts.serverName!, epoch: 0, session }, suites13, date)
  expect(key?.obfuscatedAge).toBe(age)
})

describe('a server refuses', () => {
  test.each<[FailureCode, number, (hello: ClientHello) => ClientHello]>([
    [
      'tls/psk-not-last',
      47,
      hello => {
        const extensions = hello.extensions!
        return { ...hello, extensions: [extensions.at(-1)!, ...extensions.slice(0, -1)] }
      },
    ],
    ['tls/psk-binders', 47, offering(keys => ({ ...keys, identities: [...keys.identities, another] }))],
    ['tls/psk-binders', 47, offering(keys => ({ ...keys, binders: [...keys.binders, new Uint8Array(32)] }))],
    ['tls/missing-extension', 109, without(extensionNumbers.pskKeyExchangeModes)],
  ])('%s', (code, alert, change) => {
    const both = visit(sessionOfVisit(), { wire: changing13(1, change) })
    expect(both.server.failure).toMatchObject({ code, alert })
    expect(both.client.failure).toMatchObject({ code: 'tls/alert-received', number: alert })
  })
})

describe('a client refuses', () => {
  const choosing =
    (selectedIdentity: number) =>
    (hello: ServerHello): ServerHello => ({
      ...hello,
      extensions: [
        ...hello.extensions!.filter(({ type }) => type !== extensionNumbers.preSharedKey),
        { type: extensionNumbers.preSharedKey, body: { selectedIdentity } },
      ],
    })
  test.each<[FailureCode, number, Session | 'new', (hello: ServerHello) => ServerHello]>([
    ['tls/key-not-offered', 47, sessionOfVisit(), choosing(1)],
    ['tls/unoffered-extension', 110, 'new', choosing(0)],
    ['tls/psk-hash', 47, sessionOfVisit(), hello => ({ ...hello, cipherSuite: 0x1302 })],
    ['tls/wrong-compression', 47, 'new', hello => ({ ...hello, compressionMethod: 1 })],
  ])('%s', (code, alert, session, change) => {
    const both = visit(session, { wire: changing13(2, change) })
    expect(both.client.failure).toMatchObject({ code, alert })
    expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: alert })
  })
})

describe('RFC 9846 4.7.1: a ticket', () => {
  const given = (lifetime: number, resumed?: Session) => {
    const both = meddled({ crypto, who, client: { session: resumed ?? 'new' } })
    const body = concat(
      Uint8Array.of(0, 0, lifetime >> 8, lifetime & 0xff, 1, 2, 3, 4),
      hex('01 00'),
      hex('0003 616263'),
      hex('0000'),
    )
    both.saysMore('server', said('NewSessionTicket', body))
    expect(both.client.failure).toBeUndefined()
    return both.client.events.flatMap(event => (event.type === 'session' ? [event.session] : []))
  }
  test('that lives for no time is not kept', () => {
    expect(given(0)).toEqual([])
    expect(given(1).map(({ expires }) => expires)).toEqual([1_000])
  })
  const offered = (session: Session, config: Partial<TlsClientConfig>): boolean => {
    const { client } = pair({ crypto, who, versions: ['TLS 1.3'], client: { session, ...config } })
    const hello = decode(handshake13.codec, concat(...client.touch()).subarray(5)).body as ClientHello
    return hello.extensions!.some(({ type }) => type === extensionNumbers.preSharedKey)
  }
  test('is offered only beside a suite with its hash', () => {
    const session = sessionOfVisit()
    expect(offered(session, { suites: ['TLS_CHACHA20_POLY1305_SHA256'] })).toBe(true)
    expect(offered(session, { suites: ['TLS_AES_256_GCM_SHA384'] })).toBe(false)
  })
  test('is offered to no other server, and not when its time is over', () => {
    const session = sessionOfVisit()
    const { expires } = session
    const serverName = session.serverName!
    expect(offered(session, { serverName, epoch: expires - 1 })).toBe(true)
    expect(offered(session, { serverName, epoch: expires })).toBe(false)
    expect(offered(session, { serverName: 'another.test' })).toBe(false)
  })
})

test('RFC 9846 5: ChangeCipherSpec is never protected', () => {
  for (const to of ['client', 'server'] as const) {
    const from = to === 'client' ? 'server' : 'client'
    const both = meddled({ crypto, who }, heard =>
      heard.name === 'Finished' && heard.from === from ? [{ type: 20, content: Uint8Array.of(1) }, heard] : undefined,
    )
    expect(both[to].failure, to).toMatchObject({ code: 'tls/unexpected-record', alert: 10 })
  }
})

describe.each(['client', 'server'] as const)('RFC 9846 6: a Finished that is not as long as the hash, to a %s', to => {
  test.each([0, 31, 33, 48, 49])('of %i bytes: tls/bad-message', length => {
    const from = to === 'client' ? 'server' : 'client'
    const both = meddled({ crypto, who }, heard =>
      heard.name === 'Finished' && heard.from === from
        ? [said('Finished', concat(heard.content.subarray(4), new Uint8Array(49)).subarray(0, length))]
        : undefined,
    )
    expect(both[to].failure).toMatchObject({ code: 'tls/bad-message', alert: 50 })
    expect(both[to].established).toBeUndefined()
  })
})

describe('a client whose early data a server takes for something else refuses', () => {
  const EARLY = { earlyData: ascii('GET /') }
  test('tls/early-data-suite: under another suite', () => {
    const both = visit(sessionOfVisit(), {
      client: EARLY,
      server: { suites: ['TLS_CHACHA20_POLY1305_SHA256'] },
      serverAnswers: house({ suite: 0x1303 }),
    })
    expect(both.client.failure).toMatchObject({ code: 'tls/early-data-suite', alert: 47 })
  })
  test('tls/early-data-protocol: for another protocol', () => {
    const client = { alpn: ['one', 'two'] }
    const both = visit(sessionOfVisit({ client, server: { alpn: ['one'] } }), {
      client: { ...client, ...EARLY },
      server: { alpn: ['two'] },
      serverAnswers: house({ alpn: 'two' }),
    })
    expect(both.client.failure).toMatchObject({ code: 'tls/early-data-protocol', alert: 47 })
  })
  test('tls/early-data-version: a server that no longer speaks TLS 1.3', () => {
    const session = sessionOfVisit()
    const versions = { client: { versions: ['TLS 1.2', 'TLS 1.3'] }, server: { versions: ['TLS 1.2'] } } as const
    const both = visit(session, { ...versions, client: { ...versions.client, ...EARLY } })
    expect(both.client.failure).toMatchObject({ code: 'tls/early-data-version', alert: 70 })
    expect(visit(session, versions).client.established?.version).toBe('TLS 1.2')
  })
})
