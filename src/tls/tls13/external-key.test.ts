/** Keys that both sides have from elsewhere (RFC 9846 2.2, RFC 9257, RFC 9258): who is believed by them, and who is not. */
import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ascii, toHex } from '../../../test/support/bytes.ts'
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
import { decode, encode, type Tagged } from '../../wire/codec.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import type { ClientHello, ServerHello } from '../messages/hello.ts'
import { handshake13 } from '../messages/tls13.ts'
import { ExternalKey, secretOf } from '../session/external-key.ts'
import type { Session } from '../session/session.ts'
import { TicketKeeper } from '../session/tickets.ts'
import type { PreSharedKey } from './psk.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const versions = ['TLS 1.3'] as const
const key = ascii('0123456789abcdef0123456789abcdef')
const ours = ascii('device-7')

const shared = (role: 'client' | 'server', more: Partial<Parameters<typeof ExternalKey.of>[0]> = {}) =>
  ExternalKey.of({ identity: ours, key, role, ...more })

/** A server that has these keys, and a certificate unless `nothing` is to be shown. */
const having =
  (keys: readonly ExternalKey[], asked: string[] = [], shows: 'a certificate' | 'nothing' = 'a certificate'): Answers =>
  question => {
    asked.push(question.about)
    if (question.about === 'client-hello' && shows === 'nothing') return 'none'
    if (question.about !== 'psk') return answersOf(crypto, who)(question)
    const usable = keys.filter(one => question.hashes.includes(one.hash))
    return usable.find(one => question.identities.some(each => one.isFor(each))) ?? 'none'
  }

interface Meeting extends Partial<PairOptions> {
  readonly offers?: readonly ExternalKey[]
  readonly wire?: Wire
}

const meeting = ({ offers = [shared('client')], wire, ...more }: Meeting = {}): Pair => {
  const both = pair({
    crypto,
    who,
    versions,
    serverAnswers: having([shared('server')]),
    ...more,
    client: { psk: offers, ...more.client },
    server: { psk: 'asked', ...more.server },
  })
  shuttle(both, wire)
  return both
}

const failures = ({ client, server }: Pair) => [client.failure?.code, server.failure?.code]

/** Changes plain hellos of the client (1) or the server (2) on their way. */
const changing =
  <B>(type: 1 | 2, change: (body: B) => B): Wire =>
  bytes =>
    recordsOf(bytes).map(each => {
      if (each[0] !== 22 || each[5] !== type) return each
      const message = decode(handshake13.codec, each.subarray(5))
      return record(22, encode(handshake13.codec, { ...message, body: change(message.body as B) }))
    })

const changedKeys =
  (change: (keys: PreSharedKey) => PreSharedKey | undefined) =>
  (hello: ClientHello): ClientHello => ({
    ...hello,
    extensions: hello.extensions!.flatMap((each: Tagged) => {
      if (each.type !== extensionNumbers.preSharedKey) return [each]
      const body = change(each.body as PreSharedKey)
      return body === undefined ? [] : [{ ...each, body }]
    }),
  })

describe.each(platforms)('with the keys of %s', (_, world) => {
  test('both know each other by the identity, without a certificate', () => {
    const asked: string[] = []
    const both = meeting({ crypto: world.crypto, serverAnswers: having([shared('server')], asked) })
    for (const side of [both.client, both.server]) {
      expect(side.established).toMatchObject({ version: 'TLS 1.3', resumed: false, peerChain: [], group: 'x25519' })
      expect(side.established?.trusted).toBeUndefined()
      expect(side.established?.externalKey).toEqual({ identity: ours, context: undefined })
    }
    expect(asked).toEqual(['client-hello', 'psk'])
    both.client.tls.write(ascii('hello'), 0)
    shuttle(both)
    expect(both.server.data).toEqual(ascii('hello'))
  })
  test.each(['sha256', 'sha384'] as const)(
    'RFC 9846 4.3.11: a key is for one hash, %s, and the suite follows it',
    hash => {
      const keys = { offers: [shared('client', { hash })], serverAnswers: having([shared('server', { hash })]) }
      const both = meeting({ crypto: world.crypto, ...keys })
      expect(both.client.established?.suite.endsWith(hash.toUpperCase())).toBe(true)
      expect(both.server.established?.externalKey?.identity).toEqual(ours)
    },
  )
  test('an imported key is used with the hash that the server likes', () => {
    const about = { identity: ours, key, context: ascii('a to b') }
    const offers = ExternalKey.imported(world.crypto, { ...about, role: 'client' })
    const keys = ExternalKey.imported(world.crypto, { ...about, role: 'server' })
    for (const suite of ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'] as const) {
      const both = meeting({ crypto: world.crypto, offers, serverAnswers: having(keys), server: { suites: [suite] } })
      expect(both.client.established).toMatchObject({
        suite,
        externalKey: { identity: ours, context: ascii('a to b') },
      })
      expect(both.server.established).toMatchObject({
        suite,
        externalKey: { identity: ours, context: ascii('a to b') },
      })
    }
  })
})

test('RFC 9258 5.2: its binder is of a label of its own: the same secret as an external key is refused', () => {
  const [imported] = ExternalKey.imported(crypto, { identity: ours, key, role: 'client' })
  const impostor = ExternalKey.of({ identity: imported!.identity, key: secretOf(imported!).reveal(), role: 'client' })
  const keys = ExternalKey.imported(crypto, { identity: ours, key, role: 'server' })
  expect(failures(meeting({ offers: [impostor], serverAnswers: having(keys) }))).toEqual([
    'tls/alert-received',
    'tls/binder-wrong',
  ])
})

describe('several keys', () => {
  const other = ascii('another device')
  const two = () => [shared('client', { identity: other, hash: 'sha384' }), shared('client')]
  test('the server takes the one that it has, wherever it stands', () => {
    for (const [has, suite] of [
      [shared('server'), 'TLS_AES_128_GCM_SHA256'],
      [shared('server', { identity: other, hash: 'sha384' }), 'TLS_AES_256_GCM_SHA384'],
    ] as const) {
      const both = meeting({ offers: two(), serverAnswers: having([has]) })
      expect(both.client.established).toMatchObject({ suite, externalKey: { identity: has.identity } })
      expect(both.server.established).toMatchObject({ suite, externalKey: { identity: has.identity } })
    }
  })
  test('behind a HelloRetryRequest only those for the hash that it named, each bound anew', () => {
    const trace = recorder()
    const both = meeting({
      offers: two(),
      client: { trace: { sink: trace, flow: 'test', host: 'client' } },
      server: { groups: ['secp256r1'] },
    })
    expect(both.client.established).toMatchObject({ group: 'secp256r1', externalKey: { identity: ours } })
    expect(both.server.established?.externalKey?.identity).toEqual(ours)
    const hellos = messagesOf(trace.records).filter(({ name }) => name === 'ClientHello')
    const identities = hellos.map(({ bytes }) => {
      const { extensions } = decode(handshake13.codec, bytes).body as ClientHello
      return (extensions!.at(-1)!.body as PreSharedKey).identities.map(each => each.identity)
    })
    expect(identities).toEqual([[other, ours], [ours]])
  })
  test('a ticket goes first, and is taken; without its server the key is', () => {
    const keeper = new TicketKeeper({ crypto })
    const answers =
      (opens: boolean): Answers =>
      question => {
        if (question.about !== 'ticket') return having([shared('server')])(question)
        if ('seal' in question.wanted) return keeper.seal(question.wanted.seal, 0)
        return (opens ? keeper.open(question.wanted.open, 0) : undefined) ?? 'none'
      }
    const server = { resumption: ['ticket'] as const, psk: 'asked' as const }
    const first = pair({ crypto, who, versions, client: { session: 'new' }, server, serverAnswers: answers(true) })
    shuttle(first)
    const session = first.client.events.find(event => event.type === 'session')!.session as Session
    const again = meeting({ client: { session }, server, serverAnswers: answers(true) })
    expect(again.client.established).toMatchObject({ resumed: true })
    expect(again.client.established?.externalKey).toBeUndefined()
    const elsewhere = meeting({ client: { session }, server, serverAnswers: answers(false) })
    expect(elsewhere.client.established).toMatchObject({ resumed: false, externalKey: { identity: ours } })
    expect(elsewhere.server.established).toMatchObject({ resumed: false, externalKey: { identity: ours } })
  })
  test('the server asks about eight of them, however many there are', () => {
    const seen: number[] = []
    const offers = Array.from({ length: 40 }, (_, i) => shared('client', { identity: ascii(`device ${i}`) }))
    const both = meeting({
      offers,
      serverAnswers: question => {
        if (question.about === 'psk') seen.push(question.identities.length)
        return answersOf(crypto, who)(question)
      },
    })
    expect(seen).toEqual([8])
    expect(both.client.established?.trusted).toBeDefined()
  })
})

describe('who is not known by a key', () => {
  test('shows or is shown a certificate, and trust is asked: what comes is what would have come without keys', () => {
    const asked: string[] = []
    const both = meeting({
      serverAnswers: having([]),
      clientAnswers: question => {
        asked.push(question.about)
        return answersOf(crypto, who)(question)
      },
    })
    expect(asked).toEqual(['trust'])
    expect(both.client.established?.trusted).toBeDefined()
    expect(both.client.established?.externalKey).toBeUndefined()
    expect(both.server.established?.externalKey).toBeUndefined()
  })
  test('RFC 9846 E.6: a server without certificates gives the same alert for unknown identities as for wrong keys', () => {
    const wrong = [shared('server', { key: ascii('another key of sixteen or more') })]
    for (const server of [{}, { groups: ['secp256r1'] as const }]) {
      const unknown = meeting({ server, serverAnswers: having([], [], 'nothing') })
      const mistaken = meeting({ server, serverAnswers: having(wrong, [], 'nothing') })
      expect(unknown.server.failure).toMatchObject({ code: 'tls/external-key-unknown', alert: 51 })
      expect(mistaken.server.failure?.alert).toBe(51)
      for (const { client } of [unknown, mistaken])
        expect(client.failure).toMatchObject({ code: 'tls/alert-received', number: 51 })
      expect(mistaken.client.tls.state).toBe(unknown.client.tls.state)
    }
  })
  test('… and it cannot see by the suite of a HelloRetryRequest whether an identity is known', () => {
    const suiteNamed = (keys: readonly ExternalKey[]): number => {
      const trace = recorder()
      meeting({
        offers: [shared('client', { hash: 'sha384', key: ascii('a guess at the key of another') })],
        server: { groups: ['secp256r1'], trace: { sink: trace, flow: 'test', host: 'server' } },
        serverAnswers: having(keys, [], 'nothing'),
      })
      const retry = messagesOf(trace.records).find(({ name }) => name === 'HelloRetryRequest')!
      return (decode(handshake13.codec, retry.bytes).body as ServerHello).cipherSuite
    }
    expect(suiteNamed([shared('server', { hash: 'sha384' })])).toBe(suiteNamed([]))
  })
  test('tls/binder-wrong: a key with the same identity is not the same key', () => {
    const both = meeting({ serverAnswers: having([shared('server', { key: ascii('something else entirely') })]) })
    expect(failures(both)).toEqual(['tls/alert-received', 'tls/binder-wrong'])
    expect(both.client.failure?.number).toBe(51)
  })
  test('a key for a hash that no common suite has counts as none', () => {
    const both = meeting({
      offers: [shared('client', { hash: 'sha384' })],
      serverAnswers: question =>
        question.about === 'psk' ? shared('server', { hash: 'sha384' }) : answersOf(crypto, who)(question),
      server: { suites: ['TLS_AES_128_GCM_SHA256'] },
    })
    expect(both.client.established?.externalKey).toBeUndefined()
    expect(both.client.established?.trusted).toBeDefined()
  })
  test('tls/missing-extension: a client that takes no certificates takes none, and offers TLS 1.3 alone', () => {
    const both = meeting({
      versions: ['TLS 1.2', 'TLS 1.3'],
      client: { certificates: 'refused' },
      serverAnswers: having([]),
    })
    // Without signature_algorithms the server has nothing to sign with.
    expect(failures(both)).toEqual(['tls/nothing-in-common', 'tls/no-common-scheme'])
    const old = meeting({
      client: { certificates: 'refused', versions: ['TLS 1.2', 'TLS 1.3'] },
      versions: ['TLS 1.2'],
    })
    expect(old.server.failure?.code).toBe('tls/no-common-version')
    const stubborn = meeting({
      client: { certificates: 'refused' },
      wire: changing<ServerHello>(2, hello => ({
        ...hello,
        extensions: hello.extensions!.filter(({ type }) => type !== extensionNumbers.preSharedKey),
      })),
    })
    expect(stubborn.client.failure).toMatchObject({ code: 'tls/missing-extension', alert: 109 })
  })
  test('tls/nothing-to-show: a server without certificates has nothing for a client without keys', () => {
    for (const both of [
      meeting({ offers: [], serverAnswers: having([], [], 'nothing') }),
      meeting({ offers: [], versions: ['TLS 1.2'], serverAnswers: having([], [], 'nothing') }),
    ])
      expect(both.server.failure).toMatchObject({ code: 'tls/nothing-to-show', alert: 40 })
  })
  test('tls/no-key-mode: a key without a key exchange is not taken', () => {
    const psk_ke = (hello: ClientHello): ClientHello => ({
      ...hello,
      extensions: hello.extensions!.map(each =>
        each.type === extensionNumbers.pskKeyExchangeModes ? { ...each, body: { modes: [0] } } : each,
      ),
    })
    const both = meeting({ wire: changing(1, psk_ke), serverAnswers: having([shared('server')], [], 'nothing') })
    expect(both.server.failure).toMatchObject({ code: 'tls/no-key-mode', alert: 40 })
  })
  test('a server that requires certificates of its clients asks for no key', () => {
    const asked: string[] = []
    const both = meeting({
      server: { clientCertificate: 'required' },
      serverAnswers: having([shared('server')], asked),
      clientAnswers: question => (question.about === 'certificate' ? who.certified : answersOf(crypto, who)(question)),
    })
    expect(asked).not.toContain('psk')
    expect(both.server.established?.trusted).toBeDefined()
  })
})

describe('a lie about keys', () => {
  test('tls/key-not-offered: the server chooses one that is not there', () => {
    const both = meeting({
      wire: changing<ServerHello>(2, hello => ({
        ...hello,
        extensions: hello.extensions!.map(each =>
          each.type === extensionNumbers.preSharedKey ? { ...each, body: { selectedIdentity: 1 } } : each,
        ),
      })),
    })
    expect(both.client.failure).toMatchObject({ code: 'tls/key-not-offered', alert: 47 })
  })
  test('the server chooses one for another hash', () => {
    const both = meeting({
      offers: [shared('client'), shared('client', { identity: ascii('other'), hash: 'sha384' })],
      wire: changing<ServerHello>(2, hello => ({
        ...hello,
        extensions: hello.extensions!.map(each =>
          each.type === extensionNumbers.preSharedKey ? { ...each, body: { selectedIdentity: 1 } } : each,
        ),
      })),
    })
    expect(both.client.failure).toMatchObject({ code: 'tls/psk-hash', alert: 47 })
  })
  test('the second hello leaves out the key that was chosen, or all of them', () => {
    const second = (change: (keys: PreSharedKey) => PreSharedKey | undefined): Wire =>
      (() => {
        let hellos = 0
        const change2 = changing<ClientHello>(1, hello => (++hellos === 2 ? changedKeys(change)(hello) : hello))
        return change2
      })()
    const server = { groups: ['secp256r1'] as const }
    const another = second(({ identities, binders }) => ({
      identities: identities.map(each => ({ ...each, identity: ascii('somebody else') })),
      binders,
    }))
    expect(meeting({ server, wire: another }).server.failure).toMatchObject({ code: 'tls/key-not-offered', alert: 47 })
    expect(meeting({ server, wire: second(() => undefined) }).server.failure).toMatchObject({
      code: 'tls/missing-extension',
      alert: 109,
    })
  })
  test('somebody who knows the identity only and plays the server gets no further than the first record', () => {
    const both = meeting({
      // Its own engine would refuse the binder: this one believes whatever it compares.
      server: {
        crypto: { ...crypto, equal: () => true },
      },
      serverAnswers: having([shared('server', { key: ascii('whatever was at hand') })]),
    })
    expect(both.client.failure).toMatchObject({ code: 'tls/record-damaged' })
    expect(both.client.established).toBeUndefined()
  })
  test('tls/proof-mismatch: an answer with a key that the client did not name', () => {
    expect(() =>
      meeting({
        serverAnswers: question =>
          question.about === 'psk' ? shared('server', { identity: ascii('x') }) : answersOf(crypto, who)(question),
      }),
    ).toThrow('proof')
  })
})

test('a key is not printed, nor is it in the trace', () => {
  const external = shared('client')
  for (const text of [
    String(external),
    JSON.stringify({ external }),
    inspect(external, { depth: 9, showHidden: true }),
  ])
    expect(text).not.toMatch(/0123|48, ?49|30313233/)
  const trace = recorder()
  meeting({ client: { trace: { sink: trace, flow: 'test', host: 'client' } } })
  const told = JSON.stringify(trace.records, (_, value: unknown) =>
    value instanceof Uint8Array ? toHex(value) : value,
  )
  expect(told).not.toContain(toHex(key))
  expect(told).not.toContain(createHmac('sha256', new Uint8Array(32)).update(key).digest('hex'))
})

test('what it was made of may be changed afterwards', () => {
  const bytes = key.slice()
  const external = ExternalKey.of({ identity: ours, key: bytes, role: 'client' })
  bytes.fill(0)
  expect(meeting({ offers: [external] }).client.established?.externalKey?.identity).toEqual(ours)
})
