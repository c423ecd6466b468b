/**
 * Tickets behind a handshake with a key from elsewhere, and early data by them: whoever comes back is known by the key, as
 * long as both still have it. Nobody comes in by a ticket who would not be let in without one.
 */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { type Answers, answersOf, identity, type Pair, pair, Side, shuttle } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import type { TlsClientConfig, TlsServerConfig } from '../config.ts'
import { tlsServer } from '../engine.ts'
import { ExternalKey } from '../session/external-key.ts'
import { ReplayGuard } from '../session/replays.ts'
import { factsOf, Session, sessionOf } from '../session/session.ts'
import { TicketKeeper } from '../session/tickets.ts'
import type { ServerPolicy, TlsVersion } from '../types.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const key = ascii('0123456789abcdef0123456789abcdef')
const name = ascii('device-7')
const EARLY = ascii('at once')

const shared = (role: 'client' | 'server', identity = name) => ExternalKey.of({ identity, key, role })
const SERVER: Partial<TlsServerConfig> = { resumption: ['ticket'], psk: 'asked', earlyData: 1_000 }

interface House {
  readonly keys?: readonly ExternalKey[]
  readonly shows?: ServerPolicy['certificate']
  readonly client?: Partial<TlsClientConfig>
  readonly versions?: readonly TlsVersion[]
}

/** One memory for all servers of the test: what a farm has. */
const farm = () => {
  const keeper = new TicketKeeper({ crypto })
  const guard = new ReplayGuard({ since: 0 })
  const answers =
    ({ keys = [shared('server')], shows = 'none' }: House): Answers =>
    question => {
      switch (question.about) {
        case 'client-hello':
          return { certificate: shows }
        case 'psk':
          offered.push(question.identities)
          return (
            keys.find(one => question.hashes.includes(one.hash) && question.identities.some(each => one.isFor(each))) ??
            'none'
          )
        case 'ticket':
          return 'seal' in question.wanted
            ? keeper.seal(question.wanted.seal, 0)
            : (keeper.open(question.wanted.open, 0) ?? 'none')
        case 'early-data':
          return guard.isFresh(question) ? 'fresh' : 'none'
        default:
          return answersOf(crypto, who)(question)
      }
    }
  const sent: Uint8Array[] = []
  const offered: (readonly Uint8Array[])[] = []
  const visit = (session: Session | 'new', house: House = {}): Pair => {
    const both = pair({
      crypto,
      who,
      versions: house.versions ?? ['TLS 1.3'],
      client: { session, psk: [shared('client')], ...house.client },
      server: SERVER,
      serverAnswers: answers(house),
    })
    shuttle(both, (bytes, direction) => {
      if (direction === 'to-server') sent.push(bytes)
      return [bytes]
    })
    return both
  }
  return Object.assign(visit, { sent, offered, server: () => new Side(tlsServer({ crypto, ...SERVER }), answers({})) })
}

const sessionIn = ({ client: { events } }: Pair): Session => {
  const event = events.findLast(each => each.type === 'session')
  if (event?.type !== 'session') throw new Error('no session came')
  return event.session
}
const agreed = ({ client, server }: Pair) =>
  [client, server].map(({ established: about }) => [about?.resumed, about?.externalKey?.identity])
const early = ({ events }: Side): string[] =>
  events.flatMap(event => (event.type === 'data' && event.early ? [new TextDecoder().decode(event.bytes)] : []))
const AGAIN = [
  [true, name],
  [true, name],
]
const ANEW = [
  [false, name],
  [false, name],
]

describe('a client that was known by a key', () => {
  test('comes back by its ticket, again and again, and is known by the key each time', () => {
    const visit = farm()
    let session: Session | 'new' = 'new'
    for (const expected of [ANEW, AGAIN, AGAIN]) {
      const both: Pair = visit(session)
      expect(agreed(both)).toEqual(expected)
      expect(both.client.established).toMatchObject({ peerChain: [], trusted: undefined })
      both.server.tls.write(ascii('there'), 0)
      shuttle(both)
      expect(both.client.data).toEqual(ascii('there'))
      session = sessionIn(both)
    }
  })

  test('sends early data by its ticket, which is taken once', () => {
    const visit = farm()
    const session = sessionIn(visit('new'))
    visit.sent.length = 0
    const first = visit(session, { client: { earlyData: EARLY } })
    expect([agreed(first), early(first.server)]).toEqual([AGAIN, ['at once']])
    expect(first.client.established?.earlyData).toBe('accepted')
    // 0-RTT replay: a copy of the flight is read by nobody.
    const copied = visit.server()
    copied.touch(visit.sent[0])
    expect([copied.tls.state, early(copied)]).toEqual(['WaitClientFinished13', []])
    // By the key alone there is none: it has no age, and nothing would tell a copy of it.
    const alone = visit('new', { client: { earlyData: EARLY } })
    expect([agreed(alone), early(alone.server)]).toEqual([ANEW, []])
    expect(alone.client.established?.earlyData).toBeUndefined()
  })

  test('comes back with what it has stored', () => {
    const visit = farm()
    const stored = Session.fromBytes(sessionIn(visit('new')).toBytes())!
    expect(agreed(visit(stored))).toEqual(AGAIN)
  })

  test('does not offer its ticket when it has the key no longer', () => {
    const visit = farm()
    const session = sessionIn(visit('new'))
    const other = shared('client', ascii('device-8'))
    const keys = [shared('server'), shared('server', ascii('device-8'))]
    const both = visit(session, { keys, client: { psk: [other] } })
    expect(visit.offered.at(-1)).toEqual([ascii('device-8')])
    expect(agreed(both)).toEqual([
      [false, ascii('device-8')],
      [false, ascii('device-8')],
    ])
    const none = visit(session, { shows: who.certified, client: { psk: [] } })
    expect(agreed(none)).toEqual([
      [false, undefined],
      [false, undefined],
    ])
  })

  test('is not let in by its ticket when the server has the key no longer', () => {
    const visit = farm()
    const session = sessionIn(visit('new'))
    expect(visit(session, { keys: [] }).server.failure?.code).toBe('tls/external-key-unknown')
    const shown = visit(session, { keys: [], shows: who.certified })
    expect(agreed(shown)[1]).toEqual([false, undefined])
    // Nor by one that it offers with another key beside it.
    const other = ascii('device-8')
    const attack = visit(sessionOf({ ...factsOf(session), externalIdentity: other }), {
      keys: [shared('server', other)],
      client: { psk: [shared('client', other)] },
    })
    expect(attack.server.established).toMatchObject({ resumed: false, externalKey: { identity: other } })
  })
})

describe('where nothing is shown, and only keys let anybody in', () => {
  test.each(['TLS 1.2', 'TLS 1.3'] as const)(
    'a session of %s that began with a certificate lets nobody in',
    version => {
      const visit = farm()
      const open = { shows: who.certified, versions: [version] }
      const session = sessionIn(visit('new', { ...open, client: { psk: [] } }))
      expect(visit(session, { ...open, client: { psk: [] } }).server.established?.resumed).toBe(true)
      const both = visit(session, { versions: [version], client: { psk: [] } })
      expect(both.server.established).toBeUndefined()
      expect(both.server.failure?.code).toBe(version === 'TLS 1.2' ? 'tls/nothing-to-show' : 'tls/external-key-unknown')
    },
  )
})
