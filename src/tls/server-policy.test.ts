/** One server, several names: what the reply to a hello chooses, and that no session carries one choice into another. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { type Answers, answersOf, identity, type Pair, pair, shuttle } from '../../test/support/tls.ts'
import { FailureError } from '../failures/index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { trustWithoutChecking } from '../x509/path/trusted.ts'
import type { TlsClientConfig, TlsServerConfig } from './config.ts'
import { factsOf, type Session, sessionOf } from './session/session.ts'
import { SessionStore } from './session/store.ts'
import { TicketKeeper } from './session/tickets.ts'
import type { ServerPolicy, TlsVersion } from './types.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const alice = identity(crypto, 'p-384')
const plain: ServerPolicy = { certificate: who.certified }
const strict: ServerPolicy = { certificate: who.certified, clientCertificate: 'required' }

/** One memory for every name and every policy: what a farm of servers has. */
const memory = () => {
  const keeper = new TicketKeeper({ crypto })
  const store = new SessionStore()
  const own = answersOf(crypto, who)
  return (policy: unknown): Answers =>
    question => {
      switch (question.about) {
        case 'client-hello':
          return policy as ServerPolicy
        case 'ticket':
          return 'seal' in question.wanted
            ? keeper.seal(question.wanted.seal, 0)
            : (keeper.open(question.wanted.open, 0) ?? 'none')
        case 'session':
          if ('get' in question.wanted) return store.get(question.wanted.get, 0) ?? 'none'
          store.put(question.wanted.id, question.wanted.put, 0)
          return 'none'
        case 'trust':
          return trustWithoutChecking(question, alice.spki, 'a test')
        default:
          return own(question)
      }
    }
}

const asAlice: Answers = question => {
  if (question.about === 'certificate') return alice.certified
  return question.about === 'sign' ? answersOf(crypto, alice)(question) : answersOf(crypto, who)(question)
}

interface Meeting {
  readonly version: TlsVersion
  readonly client?: Partial<TlsClientConfig>
  readonly server?: Partial<TlsServerConfig>
  readonly clientAnswers?: Answers
  readonly serverAnswers: Answers
}

const met = ({ version, client, server, ...answers }: Meeting): Pair => {
  const both = pair({
    crypto,
    who,
    versions: [version],
    client: { session: 'new', ...client },
    server: { resumption: ['ticket', 'session'], ...server },
    ...answers,
  })
  shuttle(both)
  return both
}

const sessionIn = (both: Pair): Session => {
  const event = both.client.events.find(each => each.type === 'session')
  if (event?.type !== 'session') throw new Error('no session came')
  return event.session
}
const codes = ({ client, server }: Pair): unknown => [client.failure?.code, server.failure?.code]
const NONE = [undefined, undefined]

for (const version of ['TLS 1.2', 'TLS 1.3'] as const)
  describe(version, () => {
    const missing = version === 'TLS 1.2' ? 'tls/client-certificate-missing' : 'tls/client-certificate-required'

    test('the protocol above is of the policy, whatever the server has by itself', () => {
      const under = memory()
      const talk = (policy: ServerPolicy, alpn?: readonly string[]): Pair =>
        met({ version, client: { alpn: ['h2', 'http/1.1'] }, server: { alpn }, serverAnswers: under(policy) })
      expect(talk({ ...plain, alpn: ['http/1.1'] }, ['imap']).client.established?.alpn).toBe('http/1.1')
      expect(talk({ ...plain, alpn: [] }, ['imap']).client.established?.alpn).toBeUndefined()
      expect(talk(plain, ['h2']).client.established?.alpn).toBe('h2')
      expect(talk({ ...plain, alpn: ['imap'] }, ['h2']).server.failure?.code).toBe('tls/alpn-none')
    })

    test('who is asked for a certificate, and from whom, is of the policy', () => {
      const under = memory()
      let authorities: readonly Uint8Array[] = []
      const both = met({
        version,
        serverAnswers: under({ ...strict, clientAuthorities: [ascii('a name')] }),
        clientAnswers: question => {
          if (question.about === 'certificate') ({ authorities } = question)
          return asAlice(question)
        },
      })
      expect(codes(both)).toEqual(NONE)
      expect(both.server.established?.peerChain).toEqual(alice.certified.chain)
      expect(authorities).toEqual([ascii('a name')])
      expect(met({ version, serverAnswers: under(strict) }).server.failure?.code).toBe(missing)
      const relaxed = { ...plain, clientCertificate: 'none' } as const
      const open = met({ version, server: { clientCertificate: 'required' }, serverAnswers: under(relaxed) })
      expect(codes(open)).toEqual(NONE)
    })

    test('a session of a client that nobody asked is not resumed where the policy wants a certificate', () => {
      const under = memory()
      for (const names of [
        ['shop.test', 'shop.test'],
        ['open.test', 'secret.test'],
      ] as const) {
        const session = sessionIn(met({ version, client: { serverName: names[0] }, serverAnswers: under(plain) }))
        // An honest client offers it under its own name only; this one under whatever name it likes.
        const stolen = sessionOf({ ...factsOf(session), serverName: names[1] })
        const attack = met({ version, client: { serverName: names[1], session: stolen }, serverAnswers: under(strict) })
        expect(attack.server.established).toBeUndefined()
        expect(attack.server.failure?.code).toBe(missing)
        const honest = met({
          version,
          client: { serverName: names[1], session: names[0] === names[1] ? session : 'new' },
          clientAnswers: asAlice,
          serverAnswers: under(strict),
        })
        expect(honest.server.established).toMatchObject({ resumed: false, peerChain: alice.certified.chain })
      }
    })

    test('a session of a client that was known is not resumed where nobody is to be known', () => {
      const under = memory()
      const session = sessionIn(met({ version, clientAnswers: asAlice, serverAnswers: under(strict) }))
      const again = met({ version, client: { session }, serverAnswers: under(plain) })
      expect(again.server.established).toMatchObject({ resumed: false, peerChain: [] })
      const same = met({ version, client: { session }, clientAnswers: asAlice, serverAnswers: under(strict) })
      expect(same.server.established).toMatchObject({ resumed: true, peerChain: alice.certified.chain })
    })

    test('where nothing is to be shown, nobody is served', () => {
      const both = met({ version, serverAnswers: memory()({ certificate: 'none', alpn: ['h2'] }) })
      expect(both.server.failure).toBeDefined()
      expect(both.client.established).toBeUndefined()
    })

    test('what is no policy is no reply', () => {
      for (const wrong of [
        { certificate: 'all' },
        { certificate: null },
        { certificate: { ...who.certified, chain: [] } },
        { ...plain, clientCertificate: 'sometimes' },
        { ...plain, alpn: 'h2' },
        { ...plain, alpn: [''] },
        { ...plain, alpn: ['x'.repeat(256)] },
        { ...plain, clientAuthorities: ['a name'] },
        { ...plain, clientAuthorities: [new Uint8Array(0)] },
        { ...plain, versions: 'TLS 1.3' },
        { ...plain, versions: ['TLS 1.1'] },
        { ...plain, suites: ['TLS_RSA_WITH_NULL_SHA'] },
        { ...plain, groups: ['x448'] },
        { ...plain, peerCertificateTypes: ['OpenPGP'] },
      ]) {
        const both = pair({ crypto, who, versions: [version], serverAnswers: () => undefined })
        shuttle(both)
        const ask = both.server.events.find(event => event.type === 'ask')
        if (ask?.type !== 'ask') throw new Error('nothing was asked')
        expect(() => both.server.tls.answer(ask.id, wrong as never, 0), JSON.stringify(wrong)).toThrow(FailureError)
      }
    })
  })

describe('versions, suites and groups of a policy', () => {
  const both = ['TLS 1.3', 'TLS 1.2'] as const
  const talk = (
    policy: unknown,
    client: Partial<TlsClientConfig> = {},
    server: Partial<TlsServerConfig> = {},
  ): Pair => {
    const met = pair({ crypto, who, client, server, versions: both, serverAnswers: memory()(policy) })
    shuttle(met)
    return met
  }

  test('the version is of the policy, whatever the server has by itself', () => {
    const versions = ['TLS 1.2'] as const
    // RFC 9846 4.2.3: the random says nothing of a version that is not spoken for this name, or the client would refuse it.
    expect(codes(talk({ ...plain, versions }))).toEqual(NONE)
    expect(talk({ ...plain, versions }).client.established?.version).toBe('TLS 1.2')
    expect(talk({ ...plain, versions: ['TLS 1.3'] }, {}, { versions }).client.established?.version).toBe('TLS 1.3')
    expect(talk(plain).client.established?.version).toBe('TLS 1.3')
    expect(talk({ ...plain, versions: ['TLS 1.3'] }, { versions }).server.failure?.code).toBe('tls/no-common-version')
  })

  test('RFC 7507: falling back is refused by the versions of the name, not of the server', () => {
    const fallback = { versions: ['TLS 1.2'], fallback: 'signalled' } as const
    expect(talk(plain, fallback).server.failure?.code).toBe('tls/fallback')
    expect(codes(talk({ ...plain, versions: ['TLS 1.2'] }, fallback))).toEqual(NONE)
  })

  test('suites and groups are of the policy, in its order', () => {
    const chacha = { ...plain, suites: ['TLS_CHACHA20_POLY1305_SHA256'], groups: ['secp384r1'] }
    expect(talk(chacha).client.established).toMatchObject({
      suite: 'TLS_CHACHA20_POLY1305_SHA256',
      group: 'secp384r1',
    })
    const old = { ...plain, suites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] }
    expect(talk(old).client.established).toMatchObject({ version: 'TLS 1.2', suite: old.suites[0] })
    expect(talk(chacha, { suites: ['TLS_AES_128_GCM_SHA256'] }).server.failure?.code).toBe('tls/no-common-suite')
    expect(talk(chacha, { groups: ['x25519'] }).server.failure?.code).toBe('tls/no-common-group')
  })

  test('where versions and suites leave nothing, the client is refused and the server goes on', () => {
    for (const nothing of [
      { ...plain, versions: [] },
      { ...plain, versions: ['TLS 1.2'], suites: ['TLS_AES_128_GCM_SHA256'] },
    ])
      expect(talk(nothing).server.failure?.code).toBe('tls/no-common-version')
  })

  test('what a policy says beyond its fields changes nothing', () => {
    const more = { ...plain, resumption: ['ticket'], earlyData: 100, extendedMasterSecret: 'required' }
    const met = talk(more, { session: 'new' })
    expect(met.client.events.filter(({ type }) => type === 'session')).toEqual([])
  })

  test.each(both)('a session of %s is not resumed by rules of another version or with another suite', version => {
    const under = memory()
    const client = { session: 'new' } as const
    const first = met({ version, client, serverAnswers: under(plain) })
    const session = sessionIn(first)
    const again = (policy: unknown): Pair => {
      const next = pair({
        crypto,
        who,
        client: { session },
        versions: both,
        server: { resumption: ['ticket', 'session'] },
        serverAnswers: under(policy),
      })
      shuttle(next)
      return next
    }
    expect(again({ ...plain, versions: [version] }).server.established?.resumed).toBe(true)
    const other = version === 'TLS 1.2' ? 'TLS 1.3' : 'TLS 1.2'
    expect(again({ ...plain, versions: [other] }).server.established).toMatchObject({ resumed: false, version: other })
    const suites = version === 'TLS 1.2' ? ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] : ['TLS_AES_256_GCM_SHA384']
    expect(session.suite).not.toBe(suites[0])
    expect(again({ ...plain, suites }).server.established).toMatchObject({ resumed: false, suite: suites[0] })
  })
})
