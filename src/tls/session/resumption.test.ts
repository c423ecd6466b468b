/** TLS 1.2 begun again with a session of before (RFC 5246 7.3, RFC 5077, RFC 7627 5.3), and everything that must not be. */
import { describe, expect, test } from 'vitest'
import { ascii, tearings } from '../../../test/support/bytes.ts'
import {
  byId,
  client,
  crypto,
  ec,
  expectFull,
  expectResumed,
  HOUR,
  house,
  sessionOf,
  ticket,
  type Visit,
  visit,
} from '../../../test/support/resumption.ts'
import { type Answers, answersOf, changing, type Pair, type Wire, without } from '../../../test/support/tls.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { fail } from '../../failures/index.ts'
import { seededNodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import type { ChainTrusted } from '../../x509/path/trusted.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import type { Bodies12 } from '../messages/tls12.ts'
import { Resumed } from '../proofs.ts'
import { sessionFrom } from '../tls12/client/remembering.ts'
import type { Keyed } from '../tls12/client/state.ts'
import type { Established } from '../types.ts'
import { factsOf, Session, sessionOf as sessionWith } from './session.ts'

for (const [platform, { crypto: own }] of platforms)
  for (const [how, server] of [
    ['ticket', ticket],
    ['session', byId],
  ] as const)
    test(`on ${platform} a client comes back by ${how}, again and again, and nothing is signed`, () => {
      const there = house(own)
      const both = { client: { crypto: own }, server: { crypto: own, ...server } }
      const first = visit(there, 'new', { client: { crypto: own, session: 'new' }, server: both.server })
      expectFull(first)
      const session = sessionOf(first)
      for (let i = 0; i < 3; i++) {
        there.asked.length = 0
        const again = visit(there, session, { client: { crypto: own, session }, server: both.server })
        expectResumed(again)
        expect(there.asked).toEqual(['client-hello', how])
        expect(again.client.events.map(event => event.type)).toEqual(['established', 'data'])
        expect(again.client.established?.peerChain).toEqual(ec.certified.chain)
        expect(again.client.established?.trusted?.publicKey).toEqual(ec.spki)
      }
    })

test('an abbreviated handshake takes one round trip less, and no certificate goes over the wire', () => {
  const there = house()
  const flights = (session: Session | 'new'): { count: number; bytes: number; both: Pair } => {
    let count = 0
    let bytes = 0
    const both = visit(there, session, {
      wire: each => {
        count++
        bytes += each.length
        return [each]
      },
    })
    return { count, bytes, both }
  }
  const full = flights('new')
  const short = flights(sessionOf(full.both))
  expect([full.count, short.count]).toEqual([4, 3])
  expect(short.bytes).toBeLessThan(full.bytes)
})

test('a client that wants no session is given none, and says nothing of tickets', () => {
  const there = house()
  const both = visit(there, undefined)
  expect(both.client.has('session')).toBe(false)
  expect(there.asked).toEqual(['client-hello', 'sign'])
})

test('a server that does not answer such questions is asked none, whatever it is offered', () => {
  const there = house()
  const session = sessionOf(visit(there, 'new'))
  there.asked.length = 0
  const both = visit(there, session, { server: { resumption: [] } })
  expectFull(both)
  expect(there.asked).toEqual(['client-hello', 'sign'])
  expect(both.client.has('session')).toBe(false)
})

test('with both, tickets are used by those who know them, and ids by the others', () => {
  const there = house()
  const resumption = ['session', 'ticket'] as const
  expectFull(visit(there, 'new', { server: { resumption } }))
  expect(there.asked).toContain('ticket')
  expect(there.store.size).toBe(0)
  expectFull(visit(there, undefined, { server: { resumption } }))
  expect(there.store.size).toBe(1)
})

test('torn or byte by byte: the same events', () => {
  const run = (how: string): unknown => {
    const random = seeded(11)
    const own = seededNodeCrypto(random)
    const there = house(own)
    const tear = seeded(12)
    const wire: Wire = bytes => tearings(bytes, tear.number).find(tearing => tearing.how === how)!.chunks
    const options = { client: { crypto: own }, server: { crypto: own, ...ticket }, wire }
    const first = visit(there, 'new', { ...options, client: { crypto: own, session: 'new' } })
    const session = sessionOf(first)
    const again = visit(there, session, { ...options, client: { crypto: own, session } })
    expectResumed(again)
    return [first.client.events, first.server.events, again.client.events, again.server.events].map(events =>
      events.map(event => (event.type === 'established' ? { ...event, trusted: undefined } : event.type)),
    )
  }
  expect(run('byte by byte')).toEqual(run('whole'))
  expect(run('torn')).toEqual(run('whole'))
})

describe('what decides whether a session is offered', () => {
  const there = house()
  const session = sessionOf(visit(there, 'new'))
  const offered = (options: Visit): boolean => {
    let sent: Bodies12['ClientHello'] | undefined
    visit(there, session, { ...options, wire: changing('ClientHello', body => (sent = body)) })
    return sent!.sessionId.length > 0
  }
  test('the same server, young enough, and a suite that is offered', () => {
    expect(offered({})).toBe(true)
    expect(offered({ at: 43_200_000 - 1 })).toBe(true)
  })
  test('not another name: a session is never shown to somebody else', () => {
    expect(offered({ client: { session, serverName: 'other.test' } })).toBe(false)
    expect(offered({ client: { session, serverName: '127.0.0.1' } })).toBe(false)
  })
  test('not one that is too old, or from the future', () => {
    expect(offered({ at: 43_200_000 })).toBe(false)
    expect(offered({ at: -1_001 })).toBe(false)
  })
  test('not when its suite is not wanted any more', () => {
    expect(offered({ client: { session, suites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] } })).toBe(false)
  })
})

describe('what decides whether a session is resumed', () => {
  test('RFC 6066 3: not under another name', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    const both = visit(there, session, {
      wire: changing('ClientHello', without(extensionNumbers.serverName)),
    })
    // The keys of a full handshake are bound to the hello that the client sent.
    expect(both.server.failure?.code).toBe('tls/record-damaged')
    expect(there.asked).toEqual(['client-hello', 'sign', 'ticket', 'client-hello', 'ticket', 'sign'])
  })
  test('not when it is too old for the server, and then there is a new one', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new', { server: { ...ticket, sessionLifetime: 60 } }))
    expect(session.expires).toBe(60_000)
    const late = visit(there, session, { client: { session, epoch: 59_999 }, server: { ...ticket, epoch: 60_000 } })
    expectFull(late)
    expect(sessionOf(late).expires).toBe(59_999 + 43_200_000)
  })
  test('not with a suite that the server does not want any more', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    const suites = ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] as const
    expectFull(visit(there, session, { server: { ...ticket, suites } }))
  })
  test('ticket forgery: bits changed, another server, an old key: a full handshake, and no word about why', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    const forged = changing('ClientHello', body => ({
      ...body,
      extensions: body.extensions!.map(each => {
        if (each.type !== extensionNumbers.sessionTicket) return each
        const bytes = (each.body as { ticket: Uint8Array }).ticket.slice()
        bytes[40]! ^= 1
        return { ...each, body: { ticket: bytes } }
      }),
    }))
    there.asked.length = 0
    visit(there, session, { wire: forged })
    expect(there.asked.slice(0, 3)).toEqual(['client-hello', 'ticket', 'sign'])
    expectFull(visit(house(), session))
  })
  test('a state that no server of ours has made is none', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    for (const state of [new Uint8Array(0), ascii('rubbish'), new Uint8Array(400)])
      expectFull(
        visit(there, session, {
          serverAnswers: question =>
            question.about === 'ticket' && 'open' in question.wanted ? state : there.answers(question),
        }),
      )
  })
  test('RFC 7627 5.3: not one that was made without extended_master_secret', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    const opened = (extendedMasterSecret: boolean) =>
      visit(there, session, {
        serverAnswers: question => {
          const reply = there.answers(question)
          if (question.about !== 'ticket' || !('open' in question.wanted)) return reply
          const facts = factsOf(Session.fromBytes(reply as Uint8Array)!)
          return sessionWith({ ...facts, extendedMasterSecret }).toBytes()
        },
      })
    expectResumed(opened(true))
    expectFull(opened(false))
  })
})

test('an empty ticket is none, and the handshake goes on', () => {
  const there = house()
  const both = visit(there, 'new', {
    serverAnswers: question => (question.about === 'ticket' ? 'none' : there.answers(question)),
  })
  expectFull(both)
  expect(both.client.has('session')).toBe(false)
})

test('ALPN is agreed on anew, whatever the session had', () => {
  const there = house()
  const alpn = (...protocols: string[]) => ({ alpn: protocols })
  const first = visit(there, 'new', { client: { session: 'new', ...alpn('h2') }, server: { ...ticket, ...alpn('h2') } })
  const session = sessionOf(first)
  expect(session.alpn).toBe('h2')
  const again = visit(there, session, {
    client: { session, ...alpn('http/1.1') },
    server: { ...ticket, ...alpn('h2', 'http/1.1') },
  })
  expectResumed(again)
  expect([again.client.established?.alpn, again.server.established?.alpn]).toEqual(['http/1.1', 'http/1.1'])
})

describe('a session from bytes', () => {
  test('is resumed after its chain was judged again', () => {
    const there = house()
    const session = Session.fromBytes(sessionOf(visit(there, 'new')).toBytes())!
    const both = visit(there, session)
    expectResumed(both)
    const asked = both.client.events.flatMap(event => (event.type === 'ask' ? [event.question] : []))
    expect(asked).toEqual([
      {
        about: 'trust',
        chain: ec.certified.chain,
        certificateType: 'X509',
        name: 'shop.test',
        purpose: 'server',
        keyUsage: 'digitalSignature',
      },
    ])
  })
  test('is not, when the chain is not trusted any more', () => {
    const there = house()
    const session = Session.fromBytes(sessionOf(visit(there, 'new')).toBytes())!
    const both = visit(there, session, { clientAnswers: () => fail('tls/certificate-expired') })
    expect(both.client.failure?.code).toBe('tls/certificate-expired')
    expect(both.server.established).toBeUndefined()
  })
})

describe('clients that said who they are', () => {
  const showing: Answers = question => {
    if (question.about === 'certificate') return client.certified
    return answersOf(crypto, question.about === 'sign' ? client : ec)(question)
  }
  const required = { ...ticket, clientCertificate: 'required' } as const
  test('are known when they come back, and their chain is judged again', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new', { server: required, clientAnswers: showing }))
    there.asked.length = 0
    const again = visit(there, session, { server: required })
    expectResumed(again)
    expect(there.asked).toEqual(['client-hello', 'ticket', 'trust'])
    expect(again.server.established?.peerChain).toEqual(client.certified.chain)
    expect((again.server.established as Established).trusted?.publicKey).toEqual(client.spki)
  })
  test('are turned away when they are not trusted any more', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new', { server: required, clientAnswers: showing }))
    const both = visit(there, session, {
      server: required,
      serverAnswers: question =>
        question.about === 'trust' ? fail('tls/certificate-expired') : there.answers(question),
    })
    expect(both.server.failure?.code).toBe('tls/certificate-expired')
    expect(both.client.failure).toMatchObject({ code: 'tls/alert-received', number: 45 })
  })
  test('a session of somebody who did not say is not resumed where it is required, nor the other way round', () => {
    const there = house()
    const anonymous = sessionOf(visit(there, 'new'))
    const both = visit(there, anonymous, { server: required, clientAnswers: showing })
    expectFull(both)
    expect(both.server.established?.peerChain).toEqual(client.certified.chain)
    expectFull(visit(there, sessionOf(both)))
  })
})

test('a renewed ticket does not make the session younger: the certificate was shown when it was', () => {
  const session = sessionOf(visit(house(), 'new'))
  const { trusted } = factsOf(session)
  const negotiated = { offer: { config: { session } }, extendedMasterSecret: true, alpn: 'h2', sessionId: ascii('id') }
  const server = new Resumed(trusted!, session)
  const keyed = { negotiated, server, ticket: { bytes: ascii('renewed'), lifetime: 100_000 } } as unknown as Keyed
  const renewed = factsOf(sessionFrom(keyed, 12 * HOUR)!)
  expect(renewed).toEqual({ ...factsOf(session), ticket: ascii('renewed'), id: ascii(''), alpn: 'h2' })
  expect(sessionFrom({ ...keyed, ticket: undefined }, HOUR), 'the one that there is stays good').toBeUndefined()
})

test('a resumed session that is left untrusted does not exist: the proof is that of the chain', () => {
  const there = house()
  const first = visit(there, 'new')
  const again = visit(there, sessionOf(first))
  const trusted = again.client.established?.trusted as ChainTrusted
  expect(trusted.chain).toEqual(ec.certified.chain)
  expect(trusted.name).toBe('shop.test')
})
