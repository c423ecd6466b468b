/** What attackers do with the sessions of TLS 1.2: they unbind them (RFC 7627), lie about them, and flood. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { byId, crypto, ec, house, sessionOf, ticket, visit } from '../../../test/support/resumption.ts'
import { changing, pair, record, step, without } from '../../../test/support/tls.ts'
import { encode } from '../../wire/codec.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import { HandshakeType } from '../messages/registries.table.ts'
import { type Bodies12, Handshake } from '../messages/tls12.ts'

describe('RFC 7627 5.3: the triple handshake', () => {
  test('a session without extended master secret is neither given nor taken', () => {
    const there = house()
    for (const server of [ticket, byId]) {
      let promised: Bodies12['ServerHello'] | undefined
      const both = visit(there, 'new', {
        server,
        wire: (bytes, direction) =>
          direction === 'to-server'
            ? changing('ClientHello', without(extensionNumbers.extendedMasterSecret))(bytes, direction)
            : changing('ServerHello', body => (promised = body))(bytes, direction),
      })
      expect(promised?.sessionId).toHaveLength(0)
      expect(promised?.extensions?.map(({ type }) => type)).not.toContain(extensionNumbers.sessionTicket)
      expect(both.client.has('session')).toBe(false)
    }
    expect(there.asked).not.toContain('ticket')
  })
  test('tls/session-unbound: a client that leaves it out now is refused by the server', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    const both = visit(there, session, {
      wire: changing('ClientHello', without(extensionNumbers.extendedMasterSecret)),
    })
    expect(both.server.failure).toMatchObject({ code: 'tls/session-unbound', alert: 40 })
  })
  test('tls/session-unbound: a server that leaves it out now is refused by the client', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    const both = visit(there, session, {
      wire: changing('ServerHello', body => ({
        ...body,
        extensions: body.extensions!.filter(({ type }) => type !== extensionNumbers.extendedMasterSecret),
      })),
    })
    expect(both.client.failure).toMatchObject({ code: 'tls/session-unbound', alert: 40 })
  })
})

describe('a server that lies about a session', () => {
  test('tls/session-mismatch: it resumes with another suite', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    const both = visit(there, session, { wire: changing('ServerHello', body => ({ ...body, cipherSuite: 0xc02c })) })
    expect(both.client.failure).toMatchObject({
      code: 'tls/session-mismatch',
      got: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      alert: 47,
    })
  })
  test('tls/finished-wrong: it does not have the secret', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    let stolen: Uint8Array | undefined
    const other = house()
    const own = sessionOf(visit(other, 'new'))
    // A server that opens any ticket with the state of another session.
    visit(other, own, {
      serverAnswers: question => {
        const reply = other.answers(question)
        if (question.about === 'ticket' && 'open' in question.wanted) stolen = reply as Uint8Array
        return reply
      },
    })
    const both = visit(there, session, {
      serverAnswers: question =>
        question.about === 'ticket' && 'open' in question.wanted ? stolen!.slice() : there.answers(question),
    })
    // Its records do not open under the keys of the session.
    expect(both.client.failure?.code).toBe('tls/record-damaged')
    expect(both.client.established).toBeUndefined()
  })
  test('tls/unexpected-record: it promises a ticket and sends none, or sends one that it did not promise', () => {
    for (const promised of [true, false]) {
      const both = pair({
        crypto,
        who: ec,
        client: { session: 'new' },
        serverAnswers: house().answers,
        server: promised ? ticket : {},
      })
      const state = promised ? 'WaitNewSessionTicket' : 'WaitChangeCipherSpec'
      step(both, () => both.client.tls.state === state)
      const body = { lifetimeHint: 0, ticket: ascii('a ticket') }
      both.client.touch(
        promised
          ? record(20, Uint8Array.of(1))
          : record(22, encode(Handshake, { type: HandshakeType.names.NewSessionTicket!, body })),
      )
      expect(both.client.failure).toMatchObject({ code: 'tls/unexpected-record', where: state })
    }
  })
  test('CVE-2014-0224: ChangeCipherSpec in the place of the ticket does not change the keys', () => {
    const there = house()
    const session = sessionOf(visit(there, 'new'))
    const both = pair({ crypto, who: ec, client: { session }, serverAnswers: there.answers, server: ticket })
    step(both, () => both.client.tls.state === 'WaitServerHello')
    both.client.touch()
    both.client.touch(record(20, Uint8Array.of(1)))
    expect(both.client.failure?.code).toBe('tls/unexpected-record')
  })
})

test('hello floods: a ticket that opens nothing costs one question and no more', () => {
  const there = house()
  const session = sessionOf(visit(there, 'new'))
  there.asked.length = 0
  for (let i = 0; i < 100; i++) {
    const both = pair({ crypto, who: ec, client: { session }, serverAnswers: house().answers, server: ticket })
    both.server.touch(concat(...both.client.touch()))
    expect(both.server.tls.state).toBe('WaitClientKeyExchange')
  }
})
