import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ascii, concat, tearings } from '../../test/support/bytes.ts'
import { rooms } from '../../test/support/rooms.ts'
import {
  answersOf,
  type Identity,
  identity,
  type KeyKind,
  keysOf,
  pair,
  record,
  recordsOf,
  shuttle,
  step,
  trusting,
  type Wire,
} from '../../test/support/tls.ts'
import { node, type Platform, platforms, web } from '../../test/support/worlds.ts'
import { FailureError, fail } from '../failures/index.ts'
import { nodeCrypto, seededNodeCrypto } from '../node/crypto.ts'
import { seeded } from '../random.ts'
import { recorder } from '../trace/recorder.ts'
import { QuestionId } from './question-id.ts'
import { schemes } from './schemes.table.ts'
import { DEFAULT_GROUPS, suites } from './suites.table.ts'
import type { TlsConnection } from './types.ts'

const crypto = nodeCrypto()
const identities = new Map<KeyKind, Identity>(
  (['p-256', 'p-384', 'ed25519', 'rsa-2048'] as const).map(kind => [kind, identity(crypto, kind)]),
)
const who = (kind: KeyKind): Identity => identities.get(kind)!

/** One group is enough for suites that differ from others in their records alone. */
const groupsFor = (mode: 'aead' | 'cbc') => (mode === 'aead' ? DEFAULT_GROUPS : (['x25519'] as const))

describe.each(platforms)('on %s: every suite with every group and every kind of key', (_, { crypto }) => {
  for (const suite of suites)
    for (const group of groupsFor(suite.mode))
      for (const kind of suite.authentication === 'rsa'
        ? (['rsa-2048'] as const)
        : (['p-256', 'p-384', 'ed25519'] as const))
        test(`${suite.name}, ${group}, ${kind}: established, data both ways, orderly close`, () => {
          const both = pair({
            crypto,
            who: who(kind),
            serverAnswers: answersOf(node.crypto, who(kind)),
            client: { suites: [suite.name], alpn: ['http/1.1'] },
            server: { suites: [suite.name], groups: [group], alpn: ['h2', 'http/1.1'] },
          })
          shuttle(both)
          const about = {
            version: 'TLS 1.2',
            suite: suite.name,
            group,
            alpn: 'http/1.1',
            serverName: 'shop.test',
            resumed: false,
          }
          expect(both.client.failure).toBeUndefined()
          expect(both.client.established).toMatchObject(about)
          expect(both.server.established).toMatchObject(about)
          expect(both.client.established?.peerChain).toEqual(who(kind).certified.chain)
          both.client.tls.write(ascii('GET /'), 0)
          both.server.tls.write(ascii('200 OK'), 0)
          shuttle(both)
          expect(both.server.data).toEqual(ascii('GET /'))
          expect(both.client.data).toEqual(ascii('200 OK'))
          both.client.tls.close(0)
          shuttle(both)
          expect(both.server.has('peer-closed')).toBe(true)
          expect(both.server.tls.closed).toBe(false)
          both.server.tls.close(0)
          shuttle(both)
          expect(both.client.has('peer-closed')).toBe(true)
          expect([both.client.tls.closed, both.server.tls.closed]).toEqual([true, true])
        })
})

const KEYS = { rsa: 'rsa-2048', ed25519: 'ed25519', ecdsa: 'p-384' } as const
const pssKeys = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
const pssIdentity: Identity = {
  ...who('rsa-2048'),
  spki: new Uint8Array(pssKeys.publicKey.export({ type: 'spki', format: 'der' })),
  pkcs8: new Uint8Array(pssKeys.privateKey.export({ type: 'pkcs8', format: 'der' })),
}

for (const [platform, { crypto }] of platforms)
  for (const scheme of schemes)
    test(`on ${platform} the client takes ${scheme.name} from a server that can sign with nothing else`, () => {
      const { spki, pkcs8, certified } = scheme.keyType === 'rsa-pss' ? pssIdentity : who(KEYS[scheme.keyType])
      const me = { spki, pkcs8, certified: { ...certified, schemes: [scheme.id] } }
      const both = pair({ crypto, who: me, serverAnswers: answersOf(node.crypto, me) })
      shuttle(both)
      expect(both.client.established).toBeDefined()
      expect(both.server.established).toBeDefined()
    })

test('whole, byte by byte or torn: the same events on both sides', () => {
  const seed = 11
  const big = Uint8Array.from({ length: 40_000 }, (_, i) => i * 7)
  const run = (how: 'whole' | 'byte by byte' | 'torn'): unknown => {
    const random = seeded(seed)
    const provider = seededNodeCrypto(random)
    const me = identity(provider, 'p-256')
    const both = pair({ crypto: provider, who: me })
    const tear = seeded(seed + 1)
    const wire: Wire = bytes => tearings(bytes, tear.number).find(tearing => tearing.how === how)!.chunks
    shuttle(both, wire)
    both.client.tls.write(big, 0)
    shuttle(both, wire)
    both.server.tls.write(ascii('done'), 0)
    both.server.tls.close(0)
    shuttle(both, wire)
    return [both.client.events, both.server.events]
  }
  const whole = run('whole')
  expect(JSON.stringify(whole)).toContain('"established"')
  expect(run('byte by byte'), `seed ${seed}`).toEqual(whole)
  expect(run('torn'), `seed ${seed}`).toEqual(whole)
})

test('the same seed gives the same bytes on the wire, on every platform', () => {
  const run = ({ seeded: make }: Platform): Uint8Array => {
    const provider = make(seeded(3))
    const both = pair({ crypto: provider, who: identity(provider, 'p-256') })
    const sent: Uint8Array[] = []
    shuttle(both, bytes => {
      sent.push(bytes)
      return [bytes]
    })
    return concat(...sent)
  }
  expect(run(node)).toEqual(run(node))
  expect(run(web)).toEqual(run(node))
})

test.each(rooms)('bulk data goes in full records, %s, and comes out whole', (how, withRoom) => {
  const both = pair({ crypto: withRoom(crypto), who: who('p-256') })
  shuttle(both)
  const bulk = Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * 31) ^ (i >> 8))
  both.server.tls.write(bulk, 0)
  const given = bulk.slice()
  bulk.fill(0)
  const pieces = both.server.touch()
  // 61 full records of header, ciphertext and tag, and a short one that is whole.
  const full = how === 'in room' ? [13 + 16_384 + 16] : [13, 16_384, 16]
  expect(pieces.map(piece => piece.length)).toEqual([...Array(61).fill(full).flat(), 13 + 579 + 16])
  both.client.touch(concat(...pieces))
  expect(crypto.equal(both.client.data, given)).toBe(true)
  const sizes = both.client.events.flatMap(event => (event.type === 'data' ? [event.bytes.length] : []))
  expect(new Set(sizes.slice(0, -1))).toEqual(new Set([16_384]))
})

test('RFC 5246 6.2.1: empty records are allowed, and bring nothing', () => {
  const both = pair({ crypto, who: who('p-256') })
  shuttle(both)
  both.client.tls.write(new Uint8Array(0), 0)
  expect(both.client.touch()).toEqual([])
})

test('RFC 6066 3: an IP address is not sent as a name, a trailing dot is left out', () => {
  for (const [serverName, sent] of [
    ['127.0.0.1', undefined],
    ['::1', undefined],
    ['shop.test.', 'shop.test'],
  ] as const) {
    const both = pair({ crypto, who: who('p-256'), client: { serverName } })
    shuttle(both)
    expect(both.server.established?.serverName).toBe(sent)
    const asked = both.client.events.find(event => event.type === 'ask')
    expect(asked?.type === 'ask' && asked.question.about === 'trust' && asked.question.name).toBe(serverName)
  }
})

test('tls/bad-server-name: the client refuses to ask for what its own server would refuse', () => {
  for (const [serverName, shown] of [
    ['日本.test', '日本.test'],
    ['a\0b', 'a?b'],
    ['a b', 'a b'],
    ['[::1]', '[::1]'],
    ['a..b', 'a..b'],
    ['.', '.'],
    [`${'x'.repeat(64)}.test`, `${'x'.repeat(64)}.test`],
    [`${'a.'.repeat(127)}b`, `${'a.'.repeat(100)}`],
  ] as const) {
    let thrown: unknown
    try {
      pair({ crypto, who: who('p-256'), client: { serverName } })
    } catch (error) {
      thrown = error
    }
    expect(thrown, serverName).toBeInstanceOf(FailureError)
    expect((thrown as FailureError).failure).toMatchObject({ code: 'tls/bad-server-name', fault: 'caller', got: shown })
  }
  for (const serverName of ['', 'xn--wgv71a.test', `${'a.'.repeat(126)}b`, `${'x'.repeat(63)}.test.`]) {
    const both = pair({ crypto, who: who('p-256'), client: { serverName } })
    shuttle(both)
    expect(both.server.established?.serverName ?? '', serverName).toBe(serverName.replace(/\.$/, ''))
  }
})

test('a client that does not wish to negotiate again may end the connection at the first request', () => {
  for (const [renegotiation, code] of [
    [undefined, undefined],
    ['declined', undefined],
    ['fatal', 'tls/renegotiation'],
  ] as const) {
    const trace = recorder()
    const context = (host: string) => ({ renegotiation, trace: { sink: trace, flow: 'test', host } })
    const both = pair({ crypto, who: who('p-256'), client: { renegotiation } })
    // RFC 5246 7.4.1.1: in the middle of a handshake it is ignored, whatever was chosen.
    step(both, () => both.client.tls.state === 'WaitCertificate')
    both.client.touch(record(22, Uint8Array.of(0, 0, 0, 0)))
    expect(both.client.failure).toBeUndefined()
    const fresh = pair({ crypto, who: who('p-256'), client: context('client'), server: context('server') })
    shuttle(fresh)
    const { server } = keysOf(crypto, trace.records, 1)
    fresh.client.touch(concat(...server.seal(22, Uint8Array.of(0, 0, 0, 0))))
    expect(fresh.client.failure?.code, renegotiation).toBe(code)
    if (code !== undefined) expect(fresh.client.failure).toMatchObject({ alert: 100, number: 1 })
  }
})

test('a connection begins with the first call that brings the time, whichever it is', () => {
  const calls: ((tls: TlsConnection) => void)[] = [
    tls => tls.advance(0),
    tls => tls.pollTransmit(0),
    tls => tls.updateKeys(0),
  ]
  for (const call of calls) {
    const { client, server } = pair({ crypto, who: who('p-256') })
    expect([client.tls.state, server.tls.state]).toEqual(['Start', 'Start'])
    call(client.tls)
    call(server.tls)
    expect([client.tls.state, server.tls.state]).toEqual(['WaitServerHello', 'WaitClientHello'])
  }
})

test('questions may be answered later; until then nothing goes on', () => {
  const me = who('rsa-2048')
  const both = pair({ crypto, who: me, clientAnswers: () => undefined, serverAnswers: () => undefined })
  shuttle(both)
  const lastQuestion = (side: typeof both.client) => {
    const ask = side.events.findLast(event => event.type === 'ask')
    if (ask?.type !== 'ask') throw new Error('nothing was asked')
    return ask
  }
  expect(both.server.tls.state).toBe('WaitPolicy')
  both.server.tls.answer(lastQuestion(both.server).id, me.certified, 0)
  shuttle(both)
  expect(both.server.tls.state).toBe('WaitSignature')
  const toSign = lastQuestion(both.server)
  expect(toSign.question.about).toBe('sign')
  if (toSign.question.about === 'sign')
    both.server.tls.answer(
      toSign.id,
      crypto.sign(
        schemes.find(s => toSign.question.about === 'sign' && s.id === toSign.question.scheme)!.algorithm,
        me.pkcs8,
        toSign.question.message,
      ),
      0,
    )
  shuttle(both)
  expect(both.client.tls.state).toBe('WaitTrust')
  const { id, question } = lastQuestion(both.client)
  both.client.tls.answer(id, trusting(question, me.spki), 0)
  shuttle(both)
  expect(both.client.established).toBeDefined()
  expect(both.server.established).toBeDefined()
})

test('RFC 5246 6.2.1: what is left of a record with several messages is kept while a question is open', () => {
  const me = who('rsa-2048')
  const both = pair({ crypto, who: me, clientAnswers: () => undefined })
  const [hello, ...others] = recordsOf(concat(...both.server.touch(concat(...both.client.touch()))))
  for (const bytes of [hello!, record(22, concat(...others.map(each => each.subarray(5))))]) {
    both.client.touch(bytes)
    // The bytes are the caller's again, who reads the next ones into them.
    bytes.fill(0xff)
  }
  const ask = both.client.events.findLast(event => event.type === 'ask')!
  both.client.tls.answer(ask.id, trusting(ask.question, me.spki), 0)
  shuttle(both)
  expect([both.client.failure, both.client.established === undefined]).toEqual([undefined, false])
})

test('a failure as an answer ends the connection with its alert, on both sides', () => {
  const both = pair({
    crypto,
    who: who('p-256'),
    clientAnswers: () => fail('tls/certificate-expired', { got: 'today' }),
  })
  shuttle(both)
  expect(both.client.failure?.code).toBe('tls/certificate-expired')
  expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 45 })
  expect(both.client.established ?? both.server.established).toBeUndefined()
})

test('tls/name-unknown: a server without a certificate for the name says unrecognized_name', () => {
  const both = pair({
    crypto,
    who: who('p-256'),
    serverAnswers: question =>
      question.about === 'client-hello'
        ? fail('tls/name-unknown', { got: question.hello.serverName ?? '' })
        : undefined,
  })
  shuttle(both)
  expect(both.server.failure).toMatchObject({ code: 'tls/name-unknown', got: 'shop.test', alert: 112 })
  expect(both.client.failure).toMatchObject({ code: 'tls/name-unknown', got: 'shop.test', number: 112 })
})

test('a failed connection stays failed with one failure and takes everything in silence', () => {
  const both = pair({ crypto, who: who('p-256'), clientAnswers: () => fail('tls/certificate-expired') })
  shuttle(both)
  both.client.tls.write(ascii('too late'), 0)
  both.client.tls.close(0)
  both.client.tls.answer(new QuestionId(99), who('p-256').certified, 0)
  expect(both.client.touch()).toEqual([])
  expect(both.client.touch(ascii('more'))).toEqual([])
  expect(both.client.touch('end')).toEqual([])
  expect(both.client.events.filter(event => event.type === 'failure')).toHaveLength(1)
  expect(both.client.tls.closed).toBe(true)
})

test('a handshake that is given up stays given up, and a late answer is no mistake', () => {
  const both = pair({ crypto, who: who('p-256'), clientAnswers: () => undefined })
  shuttle(both)
  expect(both.client.tls.state).toBe('WaitTrust')
  both.client.tls.close(0)
  expect(both.client.tls.closed).toBe(false)
  shuttle(both)
  expect(both.client.tls.closed).toBe(true)
  expect(both.server.failure).toMatchObject({ code: 'tls/handshake-cut', got: 'close_notify' })
  both.client.tls.answer(new QuestionId(1), fail('tls/certificate-expired'), 0)
  expect(both.client.touch()).toEqual([])
  expect(both.client.touch('end')).toEqual([])
  expect(both.client.tls.state).toBe('Closed')
  expect([both.client.failure, both.client.established]).toEqual([undefined, undefined])
})

describe('mistakes of the caller are thrown', () => {
  const codeOf = (act: () => void): string => {
    try {
      act()
    } catch (error) {
      if (error instanceof FailureError) return error.code
      throw error
    }
    return 'nothing'
  }
  test('tls/write-too-early: before established', () => {
    const both = pair({ crypto, who: who('p-256') })
    expect(codeOf(() => both.client.tls.write(ascii('early'), 0))).toBe('tls/write-too-early')
  })
  test('tls/write-after-close: after close()', () => {
    const both = pair({ crypto, who: who('p-256') })
    shuttle(both)
    both.client.tls.close(0)
    both.client.tls.close(0)
    expect(codeOf(() => both.client.tls.write(ascii('late'), 0))).toBe('tls/write-after-close')
  })
  test('tls/no-such-question: an answer to nothing, or of the wrong kind', () => {
    const both = pair({ crypto, who: who('p-256'), clientAnswers: () => undefined })
    const { certified } = who('p-256')
    const madeUp = new QuestionId(1)
    expect(codeOf(() => both.client.tls.answer(madeUp, certified, 0))).toBe('tls/no-such-question')
    shuttle(both)
    expect(both.client.tls.state).toBe('WaitTrust')
    const asked = both.client.events.at(-1)
    if (asked?.type !== 'ask') throw new Error('nothing was asked')
    expect(codeOf(() => both.client.tls.answer(asked.id, certified, 0))).toBe('tls/no-such-question')
    for (const id of [madeUp, undefined, 1] as never[])
      expect(codeOf(() => both.client.tls.answer(id, fail('tls/certificate-expired'), 0))).toBe('tls/no-such-question')
  })
})
