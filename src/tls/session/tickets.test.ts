/** Chains that a ticket has no room for: whoever shows one is new each time. */
import { expect, test } from 'vitest'
import { type Answers, answersOf, identity, pair, shuttle } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { messagesOf, recorder } from '../../trace/recorder.ts'
import { decode } from '../../wire/codec.ts'
import { MOST_SEALED } from '../limits.ts'
import { Handshake } from '../messages/tls12.ts'
import type { TlsVersion } from '../version-name.ts'
import { factsOf, Session } from './session.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')

/** A client that shows a certificate of so many bytes: the state that was to be sealed, and the ticket that it was given. */
const shows = (version: TlsVersion, length: number) => {
  let state: Uint8Array | undefined
  const trace = recorder()
  const chain = [new Uint8Array(length).fill(1)]
  const clientAnswers: Answers = question =>
    question.about === 'certificate' ? { ...who.certified, chain } : answersOf(crypto, who)(question)
  const both = pair({
    crypto,
    who,
    versions: [version],
    client: { session: 'new', trace: { sink: trace, flow: 'one', host: 'client' } },
    server: { clientCertificate: 'required', resumption: ['ticket'] },
    clientAnswers,
    serverAnswers: question => {
      if (question.about !== 'ticket' || !('seal' in question.wanted)) return answersOf(crypto, who)(question)
      state = question.wanted.seal
      return new Uint8Array(100).fill(9)
    },
  })
  shuttle(both)
  expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
  expect(both.server.established?.peerChain).toEqual(chain)
  const message = messagesOf(trace.records).find(({ name }) => name === 'NewSessionTicket')
  const ticket = version === 'TLS 1.2' ? decode(Handshake, message!.bytes).body : message?.name
  return { state, ticket, session: both.client.has('session') }
}

test.each([
  ['TLS 1.2', { lifetimeHint: 0, ticket: new Uint8Array(0) }],
  ['TLS 1.3', undefined],
] as const)('in %s as much is sealed as a ticket has room for, and no more', (version, none) => {
  const around = shows(version, 1_000).state!.length - 1_000
  const most = MOST_SEALED - around
  expect(shows(version, most)).toMatchObject({ state: { length: MOST_SEALED }, session: true })
  // RFC 5077 3.3: a ticket that was promised may be an empty one.
  expect(shows(version, most + 1)).toEqual({ state: undefined, ticket: none, session: false })
})

test.each(['TLS 1.2', 'TLS 1.3'] as const)(
  'RFC 5077 4: in %s a ticket seals nothing that the client brings',
  version => {
    const { id, ticket } = factsOf(Session.fromBytes(shows(version, 1).state!)!)
    expect([id, ticket]).toEqual([new Uint8Array(0), new Uint8Array(0)])
  },
)
