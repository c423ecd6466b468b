/** What the hellos of TLS 1.3 must not say, each with its own failure and alert; and when new keys are owed. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import {
  changing13,
  identity,
  type Pair,
  type PairOptions,
  pair,
  record,
  recordsOf,
  shuttle,
} from '../../../test/support/tls.ts'
import type { FailureCode } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { messagesOf, recorder } from '../../trace/recorder.ts'
import type { Tagged } from '../../wire/codec.ts'
import { extensionNumbers } from '../messages/extensions.ts'
import type { ClientHello, ServerHello } from '../messages/hello.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
const versions = ['TLS 1.3'] as const

const CLIENT_HELLO = 1
const SERVER_HELLO = 2

/** A handshake over a wire that rewrites the plain messages of one type. */
const rewritten = <B>(type: number, change: (body: B) => B, options: Partial<PairOptions> = {}): Pair => {
  const both = pair({ crypto, who, versions, ...options })
  shuttle(both, changing13(type, change))
  return both
}

/** With one extension changed, or taken out. */
const changing =
  (key: keyof typeof extensionNumbers, change: (body: unknown) => unknown) =>
  <B extends { extensions: Tagged[] | undefined }>(hello: B): B => ({
    ...hello,
    extensions: hello.extensions!.flatMap(each => {
      if (each.type !== extensionNumbers[key]) return [each]
      const body = change(each.body)
      return body === undefined ? [] : [{ ...each, body }]
    }),
  })

const OID_FILTERS = { type: 48, body: new Uint8Array(2) }

type Shares = { clientShares: { group: number; keyExchange: Uint8Array }[] }

describe('RFC 9846 4.2.2: a server refuses', () => {
  const cases: [FailureCode, number, (hello: ClientHello) => ClientHello][] = [
    ['tls/share-missing', 109, changing('keyShare', () => undefined)],
    ['tls/missing-extension', 109, changing('supportedGroups', () => undefined)],
    [
      'tls/shares-twice',
      47,
      changing('keyShare', body => {
        const { clientShares } = body as Shares
        return { clientShares: [...clientShares, ...clientShares] }
      }),
    ],
    ['tls/no-null-compression', 47, hello => ({ ...hello, compressionMethods: [0, 1] })],
    ['tls/extension-twice', 50, hello => ({ ...hello, extensions: [...hello.extensions!, hello.extensions!.at(-1)!] })],
    // RFC 9846 4.3: oid_filters belongs into a CertificateRequest alone.
    ['tls/illegal-extension', 47, hello => ({ ...hello, extensions: [OID_FILTERS, ...hello.extensions!] })],
  ]
  for (const [code, alert, change] of cases)
    test(`${code}`, () => {
      const both = rewritten(CLIENT_HELLO, change)
      expect(both.server.failure).toMatchObject({ code, alert })
      expect(both.client.failure).toMatchObject({ code: 'tls/alert-received', number: alert })
    })
})

test('RFC 9846 appendix D.5: tls/no-common-version: SSL 3.0 in the old field, whatever the new one says', () => {
  for (const legacyVersion of [0x0300, 0x0200, 0]) {
    const hello = rewritten<ClientHello>(CLIENT_HELLO, body => ({ ...body, legacyVersion }))
    expect(hello.server.failure).toMatchObject({ code: 'tls/no-common-version', alert: 70 })
    const answer = rewritten<ServerHello>(SERVER_HELLO, body => ({ ...body, legacyVersion }))
    expect(answer.client.failure).toMatchObject({ code: 'tls/no-common-version', alert: 70 })
  }
})

describe('RFC 9846 4.2.2: a second hello', () => {
  const retrying = { client: { groups: ['x25519', 'secp256r1'] }, server: { groups: ['secp256r1'] } } as const
  const second = (change: (hello: ClientHello) => ClientHello): Pair => {
    let hellos = 0
    return rewritten<ClientHello>(CLIENT_HELLO, hello => (++hellos === 1 ? hello : change(hello)), retrying)
  }
  const ECH: Tagged = { type: 0xfe0d, body: { data: Uint8Array.of(1, 2, 3) } }
  const raw = (type: number, ...body: number[]): Tagged => ({ type, body: Uint8Array.from(body) })
  const with_ = (hello: ClientHello, ...more: Tagged[]): ClientHello => ({
    ...hello,
    extensions: [...more, ...hello.extensions!],
  })
  test.each<[string, (hello: ClientHello) => ClientHello]>([
    ['asks for another name', changing('serverName', () => ({ names: [{ type: 0, body: 'other.test' }] }))],
    ['leaves something out', changing('serverName', () => undefined)],
    ['says something more', hello => with_(hello, raw(0x4000))],
    ['says it in another order', hello => ({ ...hello, extensions: hello.extensions!.toReversed() })],
    ['has another version', hello => ({ ...hello, legacyVersion: 0x0304 })],
    ['has other suites', hello => ({ ...hello, cipherSuites: [...hello.cipherSuites, 0x1304] })],
    ['has another session', hello => ({ ...hello, sessionId: new Uint8Array(32) })],
    ['has another random', hello => ({ ...hello, random: new Uint8Array(32) })],
  ])('that %s is refused', (_, change) => {
    expect(second(change).server.failure).toMatchObject({ code: 'tls/illegal-value', alert: 47 })
  })
  test('may be padded, and its ECH is another', () => {
    // Ours is bound by the client's transcript without it: what matters is that this server has gone on.
    for (const more of [{ type: 21, body: { zeros: new Uint8Array(3) } }, ECH]) {
      const both = second(hello => with_(hello, more))
      expect(both.client.failure?.code).toBe('tls/record-damaged')
    }
  })
})

describe('RFC 9846 4.2.3: a client refuses', () => {
  const cases: [FailureCode, number, (hello: ServerHello) => ServerHello][] = [
    ['tls/share-missing', 109, changing('keyShare', () => undefined)],
    ['tls/session-echo', 47, hello => ({ ...hello, sessionId: new Uint8Array(32).fill(7) })],
    ['tls/wrong-suite', 47, hello => ({ ...hello, cipherSuite: 0x1304 })],
    ['tls/illegal-value', 47, hello => ({ ...hello, legacyVersion: 0x0304 })],
    [
      'tls/wrong-group',
      47,
      changing('keyShare', () => ({ serverShare: { group: 0x0017, keyExchange: new Uint8Array(65) } })),
    ],
  ]
  for (const [code, alert, change] of cases)
    test(`${code}`, () => {
      const both = rewritten(SERVER_HELLO, change)
      expect(both.client.failure).toMatchObject({ code, alert })
      expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: alert })
    })
})

describe('RFC 9846 4.2.4: a client that is asked for another hello refuses', () => {
  /** The server likes a group that comes without a share. */
  const retrying = { client: { groups: ['x25519', 'secp256r1'] }, server: { groups: ['secp256r1'] } } as const
  test('tls/retry-empty: to be asked for nothing new', () => {
    const both = rewritten<ServerHello>(
      SERVER_HELLO,
      changing('keyShare', () => undefined),
      retrying,
    )
    expect(both.client.failure).toMatchObject({ code: 'tls/retry-empty', alert: 47 })
  })
  test('tls/wrong-group: to be asked for the share that it has sent, or for a group that it does not offer', () => {
    for (const selectedGroup of [0x001d, 0x0019]) {
      const both = rewritten<ServerHello>(
        SERVER_HELLO,
        changing('keyShare', () => ({ selectedGroup })),
        retrying,
      )
      expect(both.client.failure, `${selectedGroup}`).toMatchObject({ code: 'tls/wrong-group', alert: 47 })
    }
  })
  test('RFC 9846 4.3, tls/unoffered-extension: to be told of what it has not offered, but for a cookie', () => {
    const told = (type: number, body: unknown): Pair => {
      let hellos = 0
      const more = (hello: ServerHello): ServerHello => ({
        ...hello,
        extensions: [...hello.extensions!, { type, body }],
      })
      return rewritten<ServerHello>(SERVER_HELLO, hello => (++hellos === 1 ? more(hello) : hello), retrying)
    }
    expect(told(0xabcd, new Uint8Array(0)).client.failure).toMatchObject({
      code: 'tls/unoffered-extension',
      alert: 110,
    })
    const cookie = { cookie: Uint8Array.of(1) }
    expect(told(extensionNumbers.cookie, cookie).client.failure?.code).not.toBe('tls/unoffered-extension')
  })
  test('tls/second-hello: to be answered in another version then', () => {
    let hellos = 0
    const both = rewritten<ServerHello>(
      SERVER_HELLO,
      hello => (++hellos === 1 ? hello : changing('supportedVersions', () => undefined)(hello)),
      retrying,
    )
    expect(both.client.failure).toMatchObject({ code: 'tls/second-hello', alert: 47 })
  })
  test('RFC 9846 4.2.4, tls/wrong-suite: to be answered with another suite then, of the same hash too', () => {
    let hellos = 0
    const both = rewritten<ServerHello>(
      SERVER_HELLO,
      hello => (++hellos === 1 ? hello : { ...hello, cipherSuite: 0x1303 }),
      retrying,
    )
    expect(both.client.failure).toMatchObject({ code: 'tls/wrong-suite', alert: 47 })
  })
})

describe('RFC 9846 4.2.2: a server that asked for another hello refuses', () => {
  const retrying = { client: { groups: ['x25519', 'secp256r1'] }, server: { groups: ['secp256r1'] } } as const
  const again = (change: (hello: ClientHello) => ClientHello): Pair => {
    let hellos = 0
    return rewritten<ClientHello>(CLIENT_HELLO, hello => (++hellos === 2 ? change(hello) : hello), retrying)
  }
  const versions12 = changing('supportedVersions', () => ({ versions: [0x0303] }))
  const share = (group: number) => ({ group, keyExchange: new Uint8Array(65) })
  const shares = (...groups: number[]) => changing('keyShare', () => ({ clientShares: groups.map(share) }))
  test.each<[string, FailureCode, string, (hello: ClientHello) => ClientHello]>([
    ['one for another version', 'tls/illegal-value', 'a hello without TLS 1.3', versions12],
    ['another random', 'tls/illegal-value', 'another hello', hello => ({ ...hello, random: new Uint8Array(32) })],
    ['another session', 'tls/illegal-value', 'another hello', hello => ({ ...hello, sessionId: new Uint8Array(32) })],
    [
      'other suites',
      'tls/illegal-value',
      'another hello',
      hello => ({ ...hello, cipherSuites: hello.cipherSuites.slice(0, -1) }),
    ],
    ['the share of another group', 'tls/wrong-group', 'other shares', shares(0x001d)],
    ['another share beside the one', 'tls/wrong-group', 'other shares', shares(0x0017, 0x001d)],
    ['no share', 'tls/wrong-group', 'other shares', shares()],
    [
      'early data',
      'tls/illegal-value',
      'early_data',
      hello => ({ ...hello, extensions: [...hello.extensions!, { type: extensionNumbers.earlyData, body: {} }] }),
    ],
  ])('%s', (_, code, got, change) => {
    const both = again(change)
    expect(both.server.failure).toMatchObject({ code, got, alert: 47 })
    expect(both.client.established).toBeUndefined()
  })
})

describe('RFC 9846 4.7.3: new keys that the peer asks for', () => {
  const updatesOf = (asked: number, written: string): number => {
    const trace = recorder()
    const both = pair({
      crypto,
      who,
      versions,
      server: { trace: { sink: trace, flow: 'test', host: 'server' } },
    })
    shuttle(both)
    for (let i = 0; i < asked; i++) {
      both.client.tls.updateKeys(0)
      both.server.touch(concat(...both.client.touch()))
    }
    if (written !== '') both.server.tls.write(ascii(written), 0)
    both.client.touch(concat(...both.server.touch()))
    expect(both.client.data).toEqual(ascii(written))
    expect(both.client.failure ?? both.server.failure).toBeUndefined()
    return messagesOf(trace.records).filter(({ name, direction }) => name === 'KeyUpdate' && direction === 'out').length
  }
  test('are there before the next data, once for however many were asked for', () => {
    expect(updatesOf(1, 'x')).toBe(1)
    expect(updatesOf(20, 'x')).toBe(1)
  })
  test('cost nothing where no data follows', () => {
    expect(updatesOf(20, '')).toBe(0)
  })
})

test('RFC 9846 5.1: a record in the clear may name any version of TLS, a protected one names TLS 1.2', () => {
  const named = (protects: boolean, version: number): Pair => {
    const both = pair({
      crypto,
      who,
      versions,
      client: { groups: ['x25519', 'secp256r1'] },
      server: { groups: ['secp256r1'] },
    })
    shuttle(both, bytes =>
      recordsOf(bytes).map(each =>
        (each[0] === 23) === protects ? record(each[0]!, each.subarray(5), version) : each,
      ),
    )
    return both
  }
  for (const version of [0x0300, 0x0301, 0x0304]) {
    const both = named(false, version)
    expect([both.client.failure, both.server.failure]).toEqual([undefined, undefined])
    expect(both.server.established?.group).toBe('secp256r1')
    expect(named(true, version).client.failure?.code).toBe('tls/record-version')
  }
  expect(named(false, 0x0203).server.failure?.code).toBe('tls/not-tls')
})
