/** Key material of TLS 1.3 where there is more of it than in a plain handshake: tickets, early data, keys from elsewhere. */
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import {
  type Answers,
  answersOf,
  identity,
  type PairOptions,
  pair,
  type Side,
  shuttle,
} from '../../../test/support/tls.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { hexText } from '../../wire/bytes.ts'
import { ExternalKey } from '../session/external-key.ts'
import { factsOf, type Session } from '../session/session.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')

/** A provider that remembers the very buffers that were keys, and all that HMAC was made of and has made. */
const watched = () => {
  const keys = new Set<Uint8Array>()
  const others = new Set<Uint8Array>()
  const provider: CryptoProvider = {
    ...crypto,
    hmac(name, key, ...data) {
      keys.add(key)
      const made = crypto.hmac(name, key, ...data)
      for (const each of [made, ...data]) others.add(each)
      return made
    },
    aead(name, key) {
      keys.add(key)
      return crypto.aead(name, key)
    },
  }
  const texts = (of: Set<Uint8Array>): string[] => [...of].map(each => hexText(each))
  return {
    provider,
    keysLeft: () => texts(keys).filter(text => !/^(00)*$/.test(text)),
    holds: (secret: string) => texts(others).filter(text => text === secret).length,
  }
}

/** RFC 8448 3: what every handshake without a pre-shared key begins with; they are nobody's secrets. */
const CONSTANTS = [
  '33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a',
  '6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba',
]

const psk = (role: 'client' | 'server') =>
  ExternalKey.of({ identity: ascii('device'), key: new Uint8Array(32).fill(0xee), role })
const answers: Answers = question => {
  if (question.about === 'early-data') return 'fresh'
  if (question.about === 'psk') return psk('server')
  if (question.about !== 'ticket') return answersOf(crypto, who)(question)
  return 'seal' in question.wanted ? question.wanted.seal.slice() : question.wanted.open.slice()
}
const sessionIn = ({ events }: Side): Session | undefined => {
  const event = events.findLast(each => each.type === 'session')
  return event?.type === 'session' ? event.session : undefined
}
const visit = (session: Session | 'new' | undefined, more: Partial<PairOptions> = {}) => {
  const [ours, theirs] = [watched(), watched()]
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    serverAnswers: answers,
    ...more,
    client: { crypto: ours.provider, session, ...more.client },
    server: { crypto: theirs.provider, resumption: ['ticket'], earlyData: 1_000, ...more.server },
  })
  shuttle(both)
  return { ...both, ours, theirs, next: sessionIn(both.client) }
}
const secretIn = (session: Session): string => hexText(factsOf(session).secret.reveal())

test.each<[string, 'new' | 'again', object, Partial<PairOptions>]>([
  ['that leaves a ticket', 'new', { resumed: false }, {}],
  ['that is begun again', 'again', { resumed: true }, {}],
  [
    'with early data that is taken',
    'again',
    { resumed: true, earlyData: 'accepted' },
    { client: { earlyData: ascii('GET') } },
  ],
  [
    'with early data that is not',
    'again',
    { resumed: true, earlyData: 'rejected' },
    { client: { earlyData: ascii('GET') }, server: { earlyData: 0 } },
  ],
  [
    'with another hello',
    'again',
    { resumed: true, earlyData: 'rejected', group: 'secp256r1' },
    { client: { earlyData: ascii('GET') }, server: { groups: ['secp256r1'] } },
  ],
  [
    'with a key from elsewhere',
    'new',
    { externalKey: { identity: ascii('device'), context: undefined } },
    { client: { psk: [psk('client')] }, server: { psk: 'asked' } },
  ],
])('RFC 9846 7.3: no secret of a connection %s is left when it is over', (_, how, about, options) => {
  const before = how === 'again' ? visit('new').next! : undefined
  const { client, server, ours, theirs, next } = visit(before ?? 'new', options)
  expect([client.failure, server.failure]).toEqual([undefined, undefined])
  expect(client.established).toMatchObject(about)
  client.tls.close(0)
  server.tls.close(0)
  shuttle({ client, server })
  const constants = 'resumed' in about && about.resumed === false ? CONSTANTS : []
  expect([ours.keysLeft(), theirs.keysLeft()]).toEqual([constants, constants])
  // What the next connection begins with is the client's to keep, and the server's nowhere but in the ticket.
  for (const session of [before, next]) {
    if (session === undefined) continue
    expect(secretIn(session)).toMatch(/[1-9a-f]/)
    expect([ours.holds(secretIn(session)), theirs.holds(secretIn(session))]).toEqual([1, 0])
  }
  expect(next).toBeDefined()
})

test('RFC 9846 7.3: nor of one that is given up while somebody judges its early data', () => {
  const before = visit('new').next!
  const { client, server, ours, theirs } = visit(before, {
    client: { earlyData: ascii('GET') },
    serverAnswers: question => (question.about === 'early-data' ? undefined : answers(question)),
  })
  expect([client.tls.state, server.tls.state]).toEqual(['WaitServerHello', 'WaitEarlyJudged'])
  client.tls.close(0)
  server.tls.close(0)
  expect([ours.keysLeft(), theirs.keysLeft()]).toEqual([[], []])
  expect([ours.holds(secretIn(before)), theirs.holds(secretIn(before))]).toEqual([1, 0])
})
