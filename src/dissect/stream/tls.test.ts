/** The strongest oracle that there is: what is heard on the wire is what the ends have told themselves. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import {
  bytewise,
  eachWay,
  type Heard,
  heard,
  houseOf,
  NO_SECRETS,
  secretsOf,
  sessionIn,
  sessionOf,
  type TalkOptions,
  talkBetween,
  told,
  verdictsOf,
} from '../../../test/support/streams.ts'
import { type Answers, answersOf, type Identity, identity } from '../../../test/support/tls.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCertificateCoders } from '../../node/certificate-coders.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { DEFAULT_SUITES, rsaSuites, suites } from '../../tls/suites.table.ts'
import type { TlsVersion } from '../../tls/types.ts'
import { trustWithoutChecking } from '../../x509/path/trusted.ts'
import type { StreamContext } from './types.ts'

const crypto = nodeCrypto()
const NOW = Date.UTC(2026, 10, 21)
const authority = certificateAuthority({ crypto, now: () => NOW, name: 'test root' })
/** A key with a certificate that a reader can take apart. */
const shown = (who: Identity): Identity => {
  const { chain } = authority.issue({ names: ['shop.test'], keyPair: who })
  return { ...who, certified: { ...who.certified, chain } }
}
const who = shown(identity(crypto, 'p-256'))
const rsa = shown(identity(crypto, 'rsa-2048'))
const alice = shown(identity(crypto, 'p-384'))
const LAYERS = ['record', 'tls']
const IN_ALL = ['record', 'tls', 'http']

const talk = (options: Partial<TalkOptions> = {}) => talkBetween({ crypto, who, ...options })

/** What was heard with the secrets of the ends is what the client has told, and both Finished are right. */
const expectSame = (run: ReturnType<typeof talk>, more: Partial<StreamContext> = {}): Heard => {
  const result = heard(crypto, run.tap, { secrets: secretsOf(run.ends.records), ...more })
  expect(eachWay(told(result.trace.records, LAYERS))).toEqual(eachWay(told(run.ends.records, LAYERS)))
  expect(result.findings.filter(({ about }) => about === 'unread')).toEqual([])
  return result
}

const house = (earlyTaken = true) => houseOf(crypto, who, earlyTaken)

const CBC = suites.filter(({ mode }) => mode === 'cbc').map(({ name }) => name)
for (const suite of [...DEFAULT_SUITES, ...CBC])
  test(`${suite}: what is heard on the wire is what the client tells itself, and what it checks holds`, () => {
    const versions: TlsVersion[] = suite.includes('_WITH_') ? ['TLS 1.2'] : ['TLS 1.3']
    const own = suite.includes('_RSA_') ? rsa : who
    const run = talk({ versions, who: own, client: { suites: [suite] }, server: { suites: [suite] } })
    const result = expectSame(run)
    expect(sessionIn(result)).toMatchObject({ version: versions[0], suite, finished: { client: true, server: true } })
    expect(verdictsOf(result.trace, 'tls')).toEqual(['signature ok', 'name ok', 'Finished ok', 'Finished ok'].sort())
  })

for (const { name } of rsaSuites)
  test(`${name}: the key of the server opens what was encrypted to it, whether or not the secret was written down`, () => {
    const options = { who: rsa, client: { suites: [name] }, server: { suites: [name] } } as const
    const run = talk(options)
    expectSame(run)
    const byKey = expectSame(run, { secrets: NO_SECRETS, privateKeys: [who.pkcs8, alice.pkcs8, rsa.pkcs8] })
    const secret = run.ends.records.find(({ type }) => type === 'secret')
    expect(byKey.trace.records.filter(({ type }) => type === 'secret')).toMatchObject([
      { record: { ...secret!.record, host: 'client' } },
    ])
    expect(byKey.findings).toContainEqual(expect.objectContaining({ label: 'RSA private key', state: 'used' }))
    const byOther = heard(crypto, run.tap, { privateKeys: [identity(crypto, 'rsa-2048').pkcs8] })
    expect(byOther.findings).toContainEqual(
      expect.objectContaining({ about: 'unread', why: 'no-secrets', from: 'client' }),
    )
  })

describe('each way to begin', () => {
  test('a HelloRetryRequest is named, and both hellos are bound', () => {
    const run = talk({
      versions: ['TLS 1.3'],
      client: { groups: ['x25519', 'secp256r1'] },
      server: { groups: ['secp256r1'] },
    })
    const result = heard(crypto, run.tap, { secrets: secretsOf(run.ends.records) })
    const names = told(result.trace.records, ['tls']).map(message => (message as { name: string }).name)
    expect(names.slice(0, 4)).toEqual(['ClientHello', 'HelloRetryRequest', 'ChangeCipherSpec', 'ChangeCipherSpec'])
    expect(sessionIn(result)).toMatchObject({
      retried: true,
      group: 'secp256r1',
      finished: { client: true, server: true },
    })
    expect(result.findings.filter(({ about }) => about === 'unread')).toEqual([])
  })

  test('where the client alone was captured its second hello is told, and nothing that is encrypted is taken for one', () => {
    const alone = (options: Partial<TalkOptions>): readonly string[] => {
      const { tap } = talk(options)
      const { trace } = heard(
        crypto,
        tap.filter(([from]) => from === 'client'),
      )
      return told(trace.records, ['tls']).map(message => (message as { name: string }).name)
    }
    expect(
      alone({
        versions: ['TLS 1.3'],
        client: { groups: ['x25519', 'secp256r1'] },
        server: { groups: ['secp256r1'] },
      }),
    ).toEqual(['ClientHello', 'ChangeCipherSpec', 'ClientHello'])
    expect(alone({ versions: ['TLS 1.2'] })).toEqual(['ClientHello', 'ClientKeyExchange', 'ChangeCipherSpec'])
  })

  test('a session goes on by its id, by a ticket, and with a key of TLS 1.3', () => {
    for (const [version, resumption, resumed] of [
      ['TLS 1.2', 'session', 'id'],
      ['TLS 1.2', 'ticket', 'ticket'],
      ['TLS 1.3', 'ticket', 'psk'],
    ] as const) {
      const there = house()
      const options = { versions: [version], serverAnswers: there, server: { resumption: [resumption] } } as const
      const first = talk({ ...options, client: { session: 'new' } })
      expect(sessionIn(expectSame(first))).toMatchObject({ resumed: undefined })
      const second = talk({ ...options, client: { session: sessionOf(first) } })
      expect(second.both.client.established?.resumed).toBe(true)
      expect(sessionIn(expectSame(second))).toMatchObject({ resumed, finished: { client: true, server: true } })
    }
  })

  test('early data is told as data where it was taken, and is no request where it was not', () => {
    for (const taken of [true, false]) {
      const there = house(taken)
      const server = { resumption: ['ticket'], earlyData: 16_384 } as const
      const options = { versions: ['TLS 1.3'], serverAnswers: there, server } as const
      const first = talk({ ...options, client: { session: 'new' } })
      const early = ascii('GET /early HTTP/1.1\r\nHost: shop.test\r\n\r\n')
      const second = talk({ ...options, client: { session: sessionOf(first), earlyData: early } })
      expect(second.both.client.established?.earlyData).toBe(taken ? 'accepted' : 'rejected')
      const result = expectSame(second)
      expect(sessionIn(result)).toMatchObject({ resumed: 'psk', earlyData: taken ? 'accepted' : 'rejected' })
      const requests = told(result.trace.records, ['http']).map(message => (message as { name: string }).name)
      expect(requests).toEqual(taken ? ['GET /early', 'GET /cart', '200 OK'] : ['GET /cart', '200 OK'])
      // Nobody wrote down its secret: it stays closed, and the rest opens.
      const ends = secretsOf(second.ends.records)
      const find: typeof ends.find = (label, random) => (label.includes('EARLY') ? undefined : ends.find(label, random))
      const without = heard(crypto, second.tap, { secrets: { find } })
      expect(without.findings.filter(({ about }) => about === 'unread')).toMatchObject([
        { why: 'no-secrets', from: 'client' },
      ])
      expect(told(without.trace.records, ['http']).length).toBe(2)
    }
  })

  test('early data that nobody answered was offered, and where none was, nothing is said of it', () => {
    const there = house()
    const options = {
      versions: ['TLS 1.3'],
      serverAnswers: there,
      server: { resumption: ['ticket'], earlyData: 16_384 },
    } as const
    const first = talk({ ...options, client: { session: 'new' } })
    const second = talk({ ...options, client: { session: sessionOf(first), earlyData: ascii('GET / HTTP/1.1') } })
    const asked = ({ tap }: ReturnType<typeof talk>) => tap.filter(([from]) => from === 'client').slice(0, 1)
    expect(sessionIn(heard(crypto, asked(first)))).toMatchObject({ earlyData: undefined, version: undefined })
    expect(sessionIn(heard(crypto, asked(second)))).toMatchObject({ earlyData: 'offered', version: undefined })
    expect(sessionIn(heard(crypto, first.tap))).toMatchObject({ earlyData: undefined, version: 'TLS 1.3' })
  })

  test('a client that says who it is: its signature is checked too', () => {
    for (const version of ['TLS 1.2', 'TLS 1.3'] as const) {
      const clientAnswers: Answers = question => {
        if (question.about === 'certificate') return alice.certified
        return answersOf(crypto, question.about === 'sign' ? alice : who)(question)
      }
      const serverAnswers: Answers = question =>
        question.about === 'trust'
          ? trustWithoutChecking(question, alice.spki, 'a test')
          : answersOf(crypto, who)(question)
      const server = { clientCertificate: 'required' } as const
      const run = talk({ versions: [version], clientAnswers, serverAnswers, server })
      expect(run.both.server.established?.peerChain).toEqual(alice.certified.chain)
      const result = expectSame(run)
      const checks = ['Finished ok', 'Finished ok', 'name ok', 'signature ok', 'signature ok']
      expect(verdictsOf(result.trace, 'tls')).toEqual(checks)
    }
  })

  test('a compressed certificate is expanded, and told as the client tells it', () => {
    const coders = { certificateCoders: nodeCertificateCoders }
    const run = talk({ versions: ['TLS 1.3'], client: coders, server: coders })
    const result = expectSame(run, coders)
    const names = told(result.trace.records, ['tls']).map(message => (message as { name: string }).name)
    expect(names).toEqual(expect.arrayContaining(['CompressedCertificate', 'Certificate']))
    expect(verdictsOf(result.trace, 'tls')).toContain('signature ok')
  })

  test('a raw public key has a form of its own', () => {
    const raw = { ...who, certified: { ...who.certified, chain: [who.spki], certificateType: 'RawPublicKey' } } as const
    for (const version of ['TLS 1.2', 'TLS 1.3'] as const) {
      const run = talk({
        versions: [version],
        who: raw,
        client: { peerCertificateTypes: ['RawPublicKey'] },
        serverAnswers: question =>
          question.about === 'client-hello' ? raw.certified : answersOf(crypto, raw)(question),
      })
      expect(run.both.client.established?.peerCertificateType).toBe('RawPublicKey')
      expect(verdictsOf(expectSame(run).trace, 'tls')).toEqual(['Finished ok', 'Finished ok', 'signature ok'])
    }
  })
})

test('new keys are followed, in both directions and again and again', () => {
  const run = talk({
    versions: ['TLS 1.3'],
    before: ({ both: { client, server }, carry }) => {
      for (let i = 0; i < 3; i++) {
        client.tls.updateKeys(0)
        carry()
        server.tls.write(ascii('HTTP/1.1 100 Continue\r\n\r\n'), 0)
        carry()
      }
    },
  })
  expectSame(run)
})

test('a handshake that is refused is told with its alert, in clear and under keys', () => {
  for (const [version, options] of [
    ['TLS 1.2', { server: { alpn: ['a'] }, client: { alpn: ['b'] } }],
    ['TLS 1.3', { server: { alpn: ['a'] }, client: { alpn: ['b'] } }],
    ['TLS 1.3', { server: { clientCertificate: 'required' } }],
  ] as const) {
    const run = talk({ versions: [version], ...options })
    expect(run.both.client.failure ?? run.both.server.failure).toBeDefined()
    const result = expectSame(run)
    expect(told(result.trace.records, ['tls'])).toContainEqual(expect.objectContaining({ name: 'Alert' }))
  }
})

test('byte by byte the same is heard, and the requests inside are told with their answers', () => {
  for (const version of ['TLS 1.2', 'TLS 1.3'] as const) {
    const run = talk({ versions: [version] })
    const context = { secrets: secretsOf(run.ends.records) }
    const whole = heard(crypto, run.tap, context)
    const torn = heard(crypto, bytewise(run.tap), context)
    expect(told(torn.trace.records, IN_ALL)).toEqual(told(whole.trace.records, IN_ALL))
    expect(torn.findings).toEqual(whole.findings)
    const body = { framing: 'length', length: 5, complete: true, ranges: [{ start: 38, end: 43 }] }
    expect(whole.findings).toContainEqual(
      expect.objectContaining({
        about: 'exchange',
        request: expect.objectContaining({ start: ['GET', '/cart', 'HTTP/1.1'] }),
        response: expect.objectContaining({
          start: ['HTTP/1.1', '200', 'OK'],
          body: expect.objectContaining(body),
        }),
      }),
    )
    expect(sessionIn(whole)).toMatchObject({ version, serverName: 'shop.test', alpn: undefined })
  }
})
