/**
 * Selfie (Drucker and Gueron 2019, RFC 9257 4.1): whoever uses one key as a client and as a server can be handed his own
 * hello, and talks to himself while he believes that the other end is there.
 */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { type Answers, answersOf, identity, type Pair, pair, shuttle } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { encode } from '../../wire/codec.ts'
import { Ends } from '../messages/imported-identity.ts'
import { ExternalKey } from '../session/external-key.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const key = ascii('what alice and bob have in common')
const name = ascii('alice and bob')
const context = (client: string, server: string) => encode(Ends, { client: ascii(client), server: ascii(server) })

/** Alice offers these keys to Bob, and has those for who comes to her. The attacker hands her hello back to her. */
const reflected = (
  offered: readonly ExternalKey[],
  own: readonly ExternalKey[],
): Pair & { readonly asked: string[] } => {
  const asked: string[] = []
  const serverAnswers: Answers = question => {
    asked.push(question.about)
    if (question.about === 'client-hello') return 'none'
    if (question.about !== 'psk') return answersOf(crypto, who)(question)
    return own.find(one => question.identities.some(each => one.isFor(each))) ?? 'none'
  }
  const both = pair({
    crypto,
    who,
    versions: ['TLS 1.3'],
    client: { psk: offered },
    server: { psk: 'asked' },
    serverAnswers,
  })
  shuttle(both)
  return { ...both, asked }
}

const refused = ({ client, server }: Pair): void => {
  expect([client.established, server.established]).toEqual([undefined, undefined])
  expect(client.failure).toMatchObject({ code: 'tls/alert-received', number: 51 })
}

describe('Selfie: the own hello comes back', () => {
  test('tls/external-key-own: with a key as it is, whose part was named', () => {
    const offered = ExternalKey.of({ identity: name, key, role: 'client' })
    const both = reflected([offered], [offered])
    refused(both)
    expect(both.asked).toEqual(['client-hello', 'psk'])
    expect(both.server.failure).toMatchObject({ code: 'tls/external-key-own', alert: 51 })
  })
  test('with a key among others', () => {
    const offered = [ascii('other'), name].map(one => ExternalKey.of({ identity: one, key, role: 'client' }))
    const both = reflected(offered, [offered[1]!])
    refused(both)
    expect(both.server.failure?.code).toBe('tls/external-key-own')
  })
  test('with imported keys: the two ends are named in the context, so that each direction has keys of its own', () => {
    const about = { identity: name, key }
    const toBob = ExternalKey.imported(crypto, { ...about, role: 'client', context: context('alice', 'bob') })
    const fromBob = ExternalKey.imported(crypto, { ...about, role: 'server', context: context('bob', 'alice') })
    const both = reflected(toBob, fromBob)
    refused(both)
    expect(both.server.failure?.code).toBe('tls/external-key-unknown')
    // An attacker who writes the other identity into her hello has no key for the binder.
    const renamed = toBob.map((one, i) =>
      ExternalKey.of({
        identity: fromBob[i]!.identity,
        key: concat(key, one.identity),
        role: 'client',
        hash: one.hash,
      }),
    )
    const forged = reflected(renamed, fromBob)
    refused(forged)
    expect(forged.server.failure?.code).toBe('tls/binder-wrong')
  })
  test('what is no reflection is taken: Bob has the other part', () => {
    const about = { identity: name, key, context: context('alice', 'bob') }
    const [alice, bob] = (['client', 'server'] as const).map(role => ExternalKey.imported(crypto, { ...about, role }))
    const both = reflected(alice!, bob!)
    expect(both.server.established?.externalKey).toEqual({ identity: name, context: context('alice', 'bob') })
    expect(both.client.established?.externalKey).toEqual({ identity: name, context: context('alice', 'bob') })
  })
})
