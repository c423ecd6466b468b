/** Every failure of TLS, provoked: what is reported, and the alert that the other side gets. */
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex } from '../../test/support/bytes.ts'
import {
  type Identity,
  identity,
  keysOf,
  type Pair,
  pair,
  record,
  recordsOf,
  Side,
  shuttle,
  step,
  trusting,
  type Wire,
} from '../../test/support/tls.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import { english, sentence } from '../explain/index.ts'
import { entryOf, type FailureCode, fail, failures } from '../failures/index.ts'
import { tlsFailures } from '../failures/tls.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { recorder } from '../trace/recorder.ts'
import { decode, encode } from '../wire/codec.ts'
import type { TlsClientConfig } from './config.ts'
import { tlsClient, tlsServer } from './engine.ts'
import { clientExtensions, extensionNumbers, serverExtensions } from './messages/extensions.ts'
import { HandshakeType } from './messages/registries.table.ts'
import { Alert, type Bodies, Handshake, type HandshakeName } from './messages/tls12.ts'
import type { TlsVersion } from './types.ts'

const crypto = nodeCrypto()
const ec = identity(crypto, 'p-256')
const rsa = identity(crypto, 'rsa-2048')
const noAnswers = () => undefined

const alertOf = (stream: Uint8Array): number | undefined => {
  const last = recordsOf(stream).at(-1)
  return last?.[0] === 21 ? decode(Alert, last.subarray(5)).description : undefined
}

/** The side has failed with `code`; `alert` went out (undefined: none), and the sentence is whole. */
const expectFailure = (side: Side, code: FailureCode, sent?: Uint8Array): void => {
  expect(side.failure?.code).toBe(code)
  expect(side.tls.state).toBe('Failed')
  const { alert } = entryOf(side.failure!)
  if (sent !== undefined) expect(alertOf(sent)).toBe(alert)
  expect(sentence(side.failure!)).not.toMatch(/undefined|\?/)
}

type Change<N extends HandshakeName> = (body: Bodies[N]) => Bodies[N] | undefined

/** A wire that rewrites one plain handshake message in passing; undefined leaves it out. */
const rewriting =
  <N extends HandshakeName>(name: N, change: Change<N>): Wire =>
  bytes =>
    recordsOf(bytes).flatMap(each => {
      if (each[0] !== 22 || each[5] !== HandshakeType.names[name]) return [each]
      const { type, body } = decode(Handshake, each.subarray(5))
      const changed = change(body as Bodies[N])
      return changed === undefined ? [] : [record(22, encode(Handshake, { type, body: changed }))]
    })

/** Runs a handshake over a wire that rewrites. */
const rewritten = <N extends HandshakeName>(
  name: N,
  change: Change<N>,
  options: Partial<Parameters<typeof pair>[0]> = {},
): Pair => {
  const both = pair({ crypto, who: ec, ...options })
  shuttle(both, rewriting(name, change))
  expect(both.client.established, 'the client is not established').toBeUndefined()
  return both
}

const without = (type: number) => (body: Bodies['ClientHello']) => ({
  ...body,
  extensions: body.extensions!.filter(extension => extension.type !== type),
})
const withServerExtensions =
  (extensions: Bodies['ServerHello']['extensions']) =>
  (body: Bodies['ServerHello']): Bodies['ServerHello'] => ({ ...body, extensions })

describe('the first bytes', () => {
  const client = () => new Side(tlsClient({ crypto, serverName: 'shop.test' }), noAnswers)
  const server = () => new Side(tlsServer({ crypto }), noAnswers)
  test('tls/not-tls: a client that is answered in HTTP says what it got, and sends nothing', () => {
    const side = client()
    side.touch()
    expect(side.touch(ascii('HTTP/1.1 400 Bad Request\r\n\r\n'))).toEqual([])
    expectFailure(side, 'tls/not-tls')
    expect(side.failure?.got).toBe('"HTTP/"')
  })
  test('tls/not-tls: bytes that are not text are shown in hex', () => {
    const side = server()
    side.touch(hex('80 2e 01 03 01 00 15'))
    expectFailure(side, 'tls/not-tls')
    expect(side.failure?.got).toBe('80 2e 01 03 01')
  })
  test('tls/http-spoken: a server that is spoken to in plain HTTP says so, with a status for the answer', () => {
    for (const method of ['GET / HTTP/1.1', 'HEAD /', 'POST /', 'PUT /', 'DELETE /', 'OPTIONS *', 'PRI * HTTP/2.0']) {
      for (const chunks of [[ascii(method)], Array.from(ascii(method), byte => Uint8Array.of(byte))]) {
        const side = server()
        for (const chunk of chunks) expect(side.touch(chunk)).toEqual([])
        expectFailure(side, 'tls/http-spoken')
        expect(side.failure?.status).toBe(400)
      }
    }
  })
  test('tls/unexpected-record: a later record of no type of TLS', () => {
    const both = pair({ crypto, who: ec })
    shuttle(both)
    const sent = concat(...both.client.touch(record(99, Uint8Array.of(0))))
    expectFailure(both.client, 'tls/unexpected-record')
    expect(sent.length).toBeGreaterThan(0)
  })
  test('tls/handshake-cut: the stream ends, or close_notify comes, before anything is established', () => {
    const side = client()
    side.touch()
    expect(side.touch('end')).toEqual([])
    expectFailure(side, 'tls/handshake-cut')
    const closed = client()
    closed.touch()
    expect(closed.touch(record(21, Uint8Array.of(1, 0)))).toEqual([])
    expectFailure(closed, 'tls/handshake-cut')
    expect(closed.failure?.got).toBe('close_notify')
  })
})

describe('what the hellos have in common', () => {
  test('tls/no-common-version: a client of TLS 1.1, a client of TLS 1.3 only, a server of TLS 1.1', () => {
    const old = rewritten('ClientHello', body => ({ ...body, legacyVersion: 0x0302 }))
    expectFailure(old.server, 'tls/no-common-version')
    expectFailure(old.client, 'tls/no-common-version')
    expect(old.client.failure).toMatchObject({ expected: 'TLS 1.2', number: 70 })
    const young = rewritten('ClientHello', body => ({
      ...body,
      extensions: [...body.extensions!, ...clientExtensions({ supportedVersions: { versions: [0x0304] } })],
    }))
    expectFailure(young.server, 'tls/no-common-version')
    const oldServer = rewritten('ServerHello', body => ({ ...body, legacyVersion: 0x0302 }))
    expectFailure(oldServer.client, 'tls/no-common-version')
  })
  test('tls/fallback: RFC 7507 3: a client that falls back to TLS 1.1 is refused with inappropriate_fallback', () => {
    const both = rewritten('ClientHello', body => ({
      ...body,
      legacyVersion: 0x0302,
      cipherSuites: [...body.cipherSuites, 0x5600],
    }))
    expectFailure(both.server, 'tls/fallback')
    expect(both.client.failure?.number).toBe(86)
  })
  test('RFC 7507 3: the signal with TLS 1.2 means nothing to a server that speaks no more', () => {
    const both = pair({ crypto, who: ec })
    shuttle(
      both,
      rewriting('ClientHello', body => ({ ...body, cipherSuites: [...body.cipherSuites, 0x5600] })),
    )
    expect(both.server.failure?.code).not.toBe('tls/fallback')
  })
  test('tls/downgrade: RFC 9846 4.1.3: the mark in the random of the server', () => {
    for (const legacyVersion of [0x0303, 0x0302]) {
      const both = rewritten('ServerHello', body => ({
        ...body,
        legacyVersion,
        random: concat(body.random.subarray(0, 24), ascii('DOWNGRD\0')),
      }))
      expectFailure(both.client, 'tls/downgrade')
    }
  })
  test('tls/no-common-suite', () => {
    const both = pair({
      crypto,
      who: ec,
      client: { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] },
      server: { suites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] },
    })
    shuttle(both)
    expectFailure(both.server, 'tls/no-common-suite')
    expect(both.client.failure).toMatchObject({ code: 'tls/nothing-in-common', number: 40 })
  })
  test('tls/no-common-group', () => {
    const both = pair({ crypto, who: ec, client: { groups: ['x25519'] }, server: { groups: ['secp256r1'] } })
    shuttle(both)
    expectFailure(both.server, 'tls/no-common-group')
  })
  test('RFC 8422 4: a client that names no groups gets P-256', () => {
    const both = rewritten('ClientHello', without(extensionNumbers.supportedGroups))
    expect(both.server.failure?.code).not.toBe('tls/no-common-group')
    expect(both.client.failure?.code).not.toBe('tls/illegal-value')
  })
  test('tls/no-common-scheme: only SHA-1, none that we know, or none that the key can make', () => {
    const none = rewritten('ClientHello', without(extensionNumbers.signatureAlgorithms))
    expectFailure(none.server, 'tls/no-common-scheme')
    const strange = rewritten('ClientHello', body => ({
      ...without(extensionNumbers.signatureAlgorithms)(body),
      extensions: [
        ...without(extensionNumbers.signatureAlgorithms)(body).extensions,
        ...clientExtensions({ signatureAlgorithms: { schemes: [0x0203, 0x0808] } }),
      ],
    }))
    expectFailure(strange.server, 'tls/no-common-scheme')
    const rsaOnly = pair({ crypto, who: ec, client: { suites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] } })
    shuttle(rsaOnly)
    expectFailure(rsaOnly.server, 'tls/no-common-scheme')
  })
  test('tls/alpn-none: RFC 7301 3.2', () => {
    const both = pair({ crypto, who: ec, client: { alpn: ['h2'] }, server: { alpn: ['http/1.1'] } })
    shuttle(both)
    expectFailure(both.server, 'tls/alpn-none')
    expect(both.client.failure).toMatchObject({ code: 'tls/alpn-none', expected: 'h2', number: 120 })
  })
  test('RFC 7301 3.2: a side without protocols ignores those of the other', () => {
    for (const [client, server] of [
      [['h2'], []],
      [[], ['h2']],
    ]) {
      const both = pair({ crypto, who: ec, client: { alpn: client }, server: { alpn: server } })
      shuttle(both)
      expect(both.client.established?.alpn).toBeUndefined()
      expect(both.server.established).toBeDefined()
    }
  })
  test('tls/no-extended-master-secret: RFC 7627 5.3: refused by either side where it is required', () => {
    const strip = without(extensionNumbers.extendedMasterSecret)
    const server = rewritten('ClientHello', strip, { server: { extendedMasterSecret: 'required' } })
    expectFailure(server.server, 'tls/no-extended-master-secret')
    const client = rewritten('ClientHello', strip, { client: { extendedMasterSecret: 'required' } })
    expectFailure(client.client, 'tls/no-extended-master-secret')
  })
  test('tls/renegotiation-unprotected, tls/renegotiation-unsafe: RFC 5746 3.4: it must be there and empty', () => {
    const absent = rewritten('ServerHello', withServerExtensions([]))
    expectFailure(absent.client, 'tls/renegotiation-unprotected')
    const full = { renegotiationInfo: { renegotiatedConnection: Uint8Array.of(1) } }
    const spliced = rewritten('ServerHello', withServerExtensions(serverExtensions(full)))
    expectFailure(spliced.client, 'tls/renegotiation-unsafe')
    const client = rewritten('ClientHello', body => ({
      ...body,
      extensions: [...without(extensionNumbers.renegotiationInfo)(body).extensions, ...clientExtensions(full)],
    }))
    expectFailure(client.server, 'tls/renegotiation-unsafe')
  })
  test('tls/unoffered-extension: a server that answers ALPN unasked, or an extension that we do not know', () => {
    const empty = { renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) } }
    for (const extra of [
      serverExtensions({ alpn: { protocols: ['h2'] } }),
      [{ type: 0x1a1a, body: new Uint8Array(0) }],
      [{ type: 35, body: new Uint8Array(0) }],
    ]) {
      const both = rewritten('ServerHello', withServerExtensions([...serverExtensions(empty), ...extra]))
      expectFailure(both.client, 'tls/unoffered-extension')
      expect(both.client.failure?.at?.start).toBeGreaterThan(0)
    }
  })
  test('tls/extension-twice: RFC 5246 7.4.1.4, in either hello; alert 50 as from BoringSSL, Go and rustls', () => {
    const twice = <B extends Bodies['ClientHello'] | Bodies['ServerHello']>(body: B): B => ({
      ...body,
      extensions: [...body.extensions!, body.extensions!.at(-1)!],
    })
    const server = rewritten('ClientHello', twice)
    expectFailure(server.server, 'tls/extension-twice')
    expect(server.server.failure?.got).toMatch(/^[a-z_]+$/)
    expect(server.client.failure?.number).toBe(50)
    const client = rewritten('ServerHello', twice)
    expectFailure(client.client, 'tls/extension-twice')
    expect(client.server.failure?.number).toBe(50)
  })
  test('what a server must not answer, each by its own code', () => {
    const alpn = { client: { alpn: ['h2', 'http/1.1'] }, server: { alpn: ['h2'] } }
    const base = { renegotiationInfo: { renegotiatedConnection: new Uint8Array(0) } }
    const cases: [FailureCode, Change<'ServerHello'>, Partial<Parameters<typeof pair>[0]>?][] = [
      ['tls/wrong-suite', body => ({ ...body, cipherSuite: 0x002f })],
      ['tls/wrong-compression', body => ({ ...body, compressionMethod: 1 })],
      [
        'tls/wrong-protocol',
        withServerExtensions(serverExtensions({ ...base, alpn: { protocols: ['h2', 'http/1.1'] } })),
        alpn,
      ],
      ['tls/wrong-protocol', withServerExtensions(serverExtensions({ ...base, alpn: { protocols: ['spdy'] } })), alpn],
      ['tls/illegal-extension', withServerExtensions(serverExtensions({ ...base, pointFormats: { formats: [1] } }))],
    ]
    for (const [code, change, options] of cases) {
      const both = rewritten('ServerHello', change, options)
      expectFailure(both.client, code)
      expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 47 })
    }
  })
  test('tls/illegal-value and others: what a client must not say', () => {
    const twoNames = [
      { type: 0, body: 'a.test' },
      { type: 0, body: 'b.test' },
    ]
    const cases: [FailureCode, Change<'ClientHello'>][] = [
      ['tls/no-null-compression', body => ({ ...body, compressionMethods: [1] })],
      [
        'tls/illegal-value',
        body => ({
          ...body,
          extensions: [
            ...without(extensionNumbers.serverName)(body).extensions,
            ...clientExtensions({ serverName: { names: twoNames } }),
          ],
        }),
      ],
      [
        'tls/illegal-value',
        body => ({
          ...body,
          extensions: [
            ...without(extensionNumbers.serverName)(body).extensions,
            ...clientExtensions({ serverName: { names: [{ type: 0, body: 'a\0b' }] } }),
          ],
        }),
      ],
      [
        'tls/illegal-extension',
        body => ({
          ...body,
          extensions: [
            ...without(extensionNumbers.pointFormats)(body).extensions,
            ...clientExtensions({ pointFormats: { formats: [1] } }),
          ],
        }),
      ],
    ]
    for (const [code, change] of cases) expectFailure(rewritten('ClientHello', change).server, code)
  })
})

describe('an alert in the place of a ServerHello is about our offer, and the offer is told', () => {
  const refused = (alert: number, config: Partial<TlsClientConfig> = {}): Side => {
    const side = new Side(tlsClient({ crypto, serverName: 'shop.test', ...config }), noAnswers)
    side.touch()
    expect(side.touch(record(21, Uint8Array.of(2, alert))), 'nothing is said to who has refused').toEqual([])
    return side
  }
  test('tls/no-common-version: alert 70: whoever knew less than TLS 1.2 would have answered with less', () => {
    const said = (...versions: readonly TlsVersion[]): string => {
      const side = refused(70, { versions })
      expectFailure(side, 'tls/no-common-version')
      return sentence(side.failure!)
    }
    expect(said('TLS 1.2')).toContain('We offer TLS 1.2; the other side offers only TLS 1.3 or later.')
    expect(said('TLS 1.3')).toContain('We offer TLS 1.3; the other side offers only TLS 1.2 or earlier.')
    expect(said('TLS 1.2', 'TLS 1.3')).toContain('We offer TLS 1.3, TLS 1.2; the other side offers none of them.')
  })
  test('tls/no-common-suite: alert 71: stronger suites are wanted', () => {
    const side = refused(71, { suites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] })
    expectFailure(side, 'tls/no-common-suite')
    expect(side.failure?.expected).toBe('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
  })
  test('tls/nothing-in-common: alert 40 does not say what: everything that was offered is listed', () => {
    const side = refused(40, { suites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'], groups: ['secp256r1'] })
    expectFailure(side, 'tls/nothing-in-common')
    for (const offered of [
      'TLS 1.2',
      'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      'secp256r1',
      'rsa_pkcs1_sha256',
      'alert 40 handshake_failure',
    ])
      expect(sentence(side.failure!)).toContain(offered)
    expect(sentence(side.failure!)).not.toContain('x25519')
  })
  test('tls/alpn-none: alert 120, when protocols were offered', () => {
    const side = refused(120, { alpn: ['h2', 'http/1.1'] })
    expectFailure(side, 'tls/alpn-none')
    expect(side.failure?.expected).toBe('h2, http/1.1')
    expectFailure(refused(120), 'tls/alert-received')
    expectFailure(refused(120, { alpn: [] }), 'tls/alert-received')
  })
  test('tls/name-unknown: alert 112, when a name was sent', () => {
    const side = refused(112)
    expectFailure(side, 'tls/name-unknown')
    expect(sentence(side.failure!)).toContain('shop.test')
    expectFailure(refused(112, { serverName: '' }), 'tls/alert-received')
    expectFailure(refused(112, { serverName: '192.0.2.1' }), 'tls/alert-received')
  })
  test('tls/alert-received: any other alert says it all; and so does every alert once the server has answered', () => {
    expectFailure(refused(80), 'tls/alert-received')
    for (const alert of [40, 70, 71, 112, 120]) {
      const both = pair({ crypto, who: ec, client: { alpn: ['h2'] } })
      step(both, () => both.client.tls.state === 'WaitCertificate')
      both.client.touch(record(21, Uint8Array.of(2, alert)))
      expectFailure(both.client, 'tls/alert-received')
      const server = new Side(tlsServer({ crypto }), noAnswers)
      server.touch(record(21, Uint8Array.of(2, alert)))
      expectFailure(server, 'tls/alert-received')
    }
  })
})

describe('certificate and key exchange', () => {
  test('tls/certificate-missing: an empty list of certificates', () => {
    const both = rewritten('Certificate', () => ({ chain: [] }))
    expectFailure(both.client, 'tls/certificate-missing')
  })
  test('tls/certificate-kind: a key that does not suit the suite, or is none that we know', () => {
    for (const publicKey of [rsa.spki, ascii('no key')]) {
      const both = pair({ crypto, who: ec, clientAnswers: question => trusting(question, publicKey) })
      shuttle(both)
      expectFailure(both.client, 'tls/certificate-kind')
      expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 43 })
    }
  })
  test('tls/signature-wrong: one bit of the signature, of the point, or another key', () => {
    const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
    const changes: Change<'ServerKeyExchange'>[] = [
      body => ({ ...body, signature: flip(body.signature, body.signature.length - 1) }),
      body => ({ ...body, signature: new Uint8Array(0) }),
      body => ({ ...body, params: { ...body.params, publicKey: flip(body.params.publicKey, 9) } }),
    ]
    for (const change of changes) {
      const both = rewritten('ServerKeyExchange', change)
      expectFailure(both.client, 'tls/signature-wrong')
      expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 51 })
    }
    const other = identity(crypto, 'p-256')
    const both = pair({ crypto, who: ec, clientAnswers: question => trusting(question, other.spki) })
    shuttle(both)
    expectFailure(both.client, 'tls/signature-wrong')
  })
  test('tls/wrong-group, tls/wrong-scheme: a curve, a group or a scheme that was not offered', () => {
    const changes: [FailureCode, Change<'ServerKeyExchange'>][] = [
      ['tls/wrong-group', body => ({ ...body, params: { ...body.params, curveType: 1 } })],
      ['tls/wrong-group', body => ({ ...body, params: { ...body.params, group: 0x001e } })],
      ['tls/wrong-scheme', body => ({ ...body, scheme: 0x0203 })],
      ['tls/wrong-scheme', body => ({ ...body, scheme: 0x0804 })],
    ]
    for (const [code, change] of changes) expectFailure(rewritten('ServerKeyExchange', change).client, code)
  })
  test('tls/share-wrong: a point of small order, signed or not, on either side', () => {
    const small = new Uint8Array(32)
    const lying: CryptoProvider = { ...crypto, offerShare: () => ({ share: small, secret: () => small }) }
    const server = pair({ crypto, who: ec, server: { crypto: lying } })
    shuttle(server)
    expectFailure(server.client, 'tls/share-wrong')
    const client = rewritten('ClientKeyExchange', () => ({ publicKey: small }))
    expectFailure(client.server, 'tls/share-wrong')
  })
  test('tls/finished-wrong: a hello changed in passing, or a wrong verify_data; for both sides', () => {
    // Without extended_master_secret the keys agree, and only the Finished tells.
    const changed = rewritten('ClientHello', without(extensionNumbers.extendedMasterSecret))
    expectFailure(changed.server, 'tls/finished-wrong')
    expect(changed.client.failure).toMatchObject({ code: 'tls/alert-received', number: 51 })
    const lying = (label: string): CryptoProvider => ({
      ...crypto,
      hmac(name, key, ...data) {
        const mac = crypto.hmac(name, key, ...data)
        return data.some(piece => String.fromCharCode(...piece) === label) ? mac.map(byte => byte ^ 1) : mac
      },
    })
    const server = pair({ crypto, who: ec, server: { crypto: lying('server finished') } })
    shuttle(server)
    expectFailure(server.client, 'tls/finished-wrong')
    expect(server.client.established).toBeUndefined()
    const client = pair({ crypto, who: ec, client: { crypto: lying('client finished') } })
    shuttle(client)
    expectFailure(client.server, 'tls/finished-wrong')
    expect(client.server.established).toBeUndefined()
  })
  test('tls/client-certificate-wanted: handshake_failure after we had no certificate to show', () => {
    const request = encode(Handshake, { type: 13, body: { types: [64], schemes: [0x0403], authorities: [] } })
    const both = pair({ crypto, who: ec })
    shuttle(both, (bytes, direction) =>
      direction === 'to-server'
        ? recordsOf(bytes).flatMap(each => (each[5] === 11 ? [record(21, Uint8Array.of(2, 40))] : [each]))
        : recordsOf(bytes).flatMap(each => (each[5] === 14 ? [record(22, request), each] : [each])),
    )
    both.client.touch(record(21, Uint8Array.of(2, 40)))
    expectFailure(both.client, 'tls/client-certificate-wanted')
    expect(sentence(both.client.failure!)).toContain('40 handshake_failure')
  })
})

/** An established pair with a trace, and the keys of both to forge records with. */
const established = (who: Identity = ec, client: Partial<TlsClientConfig> = {}) => {
  const trace = recorder()
  const both = pair({
    crypto,
    who,
    client: { trace: { sink: trace, flow: 'test', host: 'client' }, ...client },
    server: { trace: { sink: trace, flow: 'test', host: 'server' } },
  })
  shuttle(both)
  expect(both.server.established).toBeDefined()
  const keys = keysOf(crypto, trace.records, 1)
  const fromServer = (type: number, content: Uint8Array) => concat(...keys.server.seal(type, content))
  const fromClient = (type: number, content: Uint8Array) => concat(...keys.client.seal(type, content))
  return { both, fromServer, fromClient }
}

describe('records', () => {
  test('tls/record-damaged: any bit of a record, a replay, a record left out; nothing of it is passed on', () => {
    for (const suite of [
      'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
      'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    ] as const) {
      const { length } = established(ec, { suites: [suite] }).fromServer(23, ascii('secret'))
      for (let at = 5; at < length; at++) {
        const { both, fromServer: send } = established(ec, { suites: [suite] })
        both.client.touch(send(23, ascii('secret')).map((byte, i) => (i === at ? byte ^ 0x80 : byte)))
        expectFailure(both.client, 'tls/record-damaged')
        expect(both.client.data).toHaveLength(0)
      }
    }
    const replay = established()
    const first = replay.fromServer(23, ascii('pay once'))
    replay.both.client.touch(first)
    const alert = concat(...replay.both.client.touch(first))
    expectFailure(replay.both.client, 'tls/record-damaged')
    expect(replay.both.client.data).toEqual(ascii('pay once'))
    replay.both.server.touch(alert)
    expect(replay.both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 20 })
    const gap = established()
    gap.fromServer(23, ascii('lost'))
    gap.both.client.touch(gap.fromServer(23, ascii('after')))
    expectFailure(gap.both.client, 'tls/record-damaged')
    const short = established()
    short.both.client.touch(record(23, new Uint8Array(23)))
    expectFailure(short.both.client, 'tls/record-damaged')
  })
  test('tls/record-too-long, tls/content-too-long: RFC 5246 6.2.1 and 6.2.3: 2^14 bytes plain, 2^14 + 2048 protected, 2^14 decrypted', () => {
    const plain = new Side(tlsServer({ crypto }), noAnswers)
    const sent = concat(...plain.touch(Uint8Array.of(22, 3, 1, 0x40, 0x01)))
    expectFailure(plain, 'tls/record-too-long', sent)
    const { both } = established()
    both.client.touch(Uint8Array.of(23, 3, 3, 0x48, 0x01))
    expectFailure(both.client, 'tls/record-too-long')
    const inside = established()
    inside.both.client.touch(inside.fromServer(23, new Uint8Array(16_385)))
    expectFailure(inside.both.client, 'tls/content-too-long')
    const fits = established()
    fits.both.client.touch(fits.fromServer(23, new Uint8Array(16_384)))
    expect(fits.both.client.data).toHaveLength(16_384)
  })
  test('tls/record-version: another version than was agreed', () => {
    const { both } = established()
    both.client.touch(record(23, new Uint8Array(40), 0x0302))
    expectFailure(both.client, 'tls/record-version')
    const early = pair({ crypto, who: ec })
    early.client.touch()
    early.client.touch(concat(record(21, Uint8Array.of(1, 112), 0x0301), record(22, new Uint8Array(4), 0x0404)))
    expectFailure(early.client, 'tls/record-version')
  })
  test('tls/too-many-empty-records: so many in a row, counted anew after data', () => {
    const { both, fromServer } = established()
    const empty = () => both.client.touch(fromServer(23, new Uint8Array(0)))
    for (let i = 0; i < 32; i++) empty()
    both.client.touch(fromServer(23, ascii('x')))
    for (let i = 0; i < 32; i++) empty()
    expect(both.client.failure).toBeUndefined()
    empty()
    expectFailure(both.client, 'tls/too-many-empty-records')
  })
  test('tls/too-many-warnings: so many in a row, before and after the handshake', () => {
    const { both, fromServer } = established()
    for (let i = 0; i < 4; i++) both.client.touch(fromServer(21, Uint8Array.of(1, 90)))
    expect(both.client.failure).toBeUndefined()
    both.client.touch(fromServer(21, Uint8Array.of(1, 90)))
    expectFailure(both.client, 'tls/too-many-warnings')
    const early = pair({ crypto, who: ec })
    early.client.touch()
    for (let i = 0; i <= 4; i++) early.client.touch(record(21, Uint8Array.of(1, 112)))
    expectFailure(early.client, 'tls/too-many-warnings')
  })
  test('tls/too-much-waiting: what comes while a question is open has an end', () => {
    const both = pair({ crypto, who: ec, clientAnswers: noAnswers })
    shuttle(both)
    expect(both.client.tls.state).toBe('WaitTrust')
    const piece = record(22, new Uint8Array(16_384))
    for (let held = 0; held < 131_072 + piece.length && both.client.failure === undefined; held += piece.length)
      both.client.touch(piece)
    expectFailure(both.client, 'tls/too-much-waiting')
  })
  test('tls/cut-short: the stream ends without close_notify, between records or inside one', () => {
    const { both } = established()
    expect(both.client.touch('end')).toEqual([])
    expectFailure(both.client, 'tls/cut-short')
    both.server.touch(Uint8Array.of(23, 3, 3))
    both.server.touch('end')
    expectFailure(both.server, 'tls/cut-short')
    expect(both.server.failure?.got).toBe('in the middle of a record')
  })
  test('RFC 5246 7.2.1: after close_notify the end is no failure, and what follows is ignored', () => {
    const { both, fromServer } = established()
    both.client.touch(concat(fromServer(21, Uint8Array.of(1, 0)), fromServer(23, ascii('ghost'))))
    both.client.touch('end')
    expect(both.client.has('peer-closed')).toBe(true)
    expect(both.client.failure).toBeUndefined()
    expect(both.client.data).toHaveLength(0)
    both.client.tls.write(ascii('still mine'), 0)
    both.server.touch(concat(...both.client.touch()))
    expect(both.server.data).toEqual(ascii('still mine'))
    both.server.tls.close(0)
    both.server.touch()
    both.server.touch('end')
    expect(both.server.failure, 'whoever closed first need not wait').toBeUndefined()
  })
})

describe('messages', () => {
  test('tls/bad-message: a message that does not fit its form, with the path of the field and its place', () => {
    const both = pair({ crypto, who: ec })
    shuttle(both, bytes =>
      recordsOf(bytes).map(each => {
        const changed = each.slice()
        if (each[5] === 2) changed[5 + 4 + 34] = 33
        return changed
      }),
    )
    expectFailure(both.client, 'tls/bad-message')
    expect(both.client.failure?.where).toMatch(/^ServerHello\.\w+/)
    expect(both.server.failure).toMatchObject({ code: 'tls/alert-received', number: 50 })
  })
  test('RFC 9846 5: tls/bad-change-cipher-spec: other than the one byte 1', () => {
    for (const content of [[2], [1, 1], [0]]) {
      const both = pair({ crypto, who: ec })
      step(both, () => both.server.tls.state === 'WaitChangeCipherSpec')
      const sent = concat(...both.server.touch(record(20, Uint8Array.from(content))))
      expect(both.server.failure?.expected, `${content}`).toBe('it is the one byte 1')
      expectFailure(both.server, 'tls/bad-change-cipher-spec', sent)
    }
  })
  test('tls/bad-alert: alerts of the wrong size', () => {
    for (const bad of [record(21, Uint8Array.of(2)), record(21, Uint8Array.of(2, 40, 0))]) {
      const side = new Side(tlsClient({ crypto, serverName: 'shop.test' }), noAnswers)
      side.touch()
      side.touch(bad)
      expectFailure(side, 'tls/bad-alert')
    }
  })
  test('tls/alert-level: an alert of a level that does not exist', () => {
    const side = new Side(tlsClient({ crypto, serverName: 'shop.test' }), noAnswers)
    side.touch()
    side.touch(record(21, Uint8Array.of(3, 40)))
    expectFailure(side, 'tls/alert-level')
  })
  test('tls/message-too-long: announced is enough', () => {
    const side = new Side(tlsServer({ crypto }), noAnswers)
    const sent = concat(...side.touch(record(22, Uint8Array.of(1, 1, 0, 1))))
    expectFailure(side, 'tls/message-too-long', sent)
  })
  test('tls/unexpected-record: data or ChangeCipherSpec between two fragments of a message', () => {
    for (const type of [20, 23]) {
      const both = pair({ crypto, who: ec })
      both.server.touch(record(22, Uint8Array.of(1, 0, 0)))
      both.server.touch(record(type, Uint8Array.of(1)))
      expectFailure(both.server, 'tls/unexpected-record')
    }
  })
  test('tls/renegotiation: no each time, until it is too often', () => {
    const { both, fromServer } = established()
    const request = Uint8Array.of(0, 0, 0, 0)
    for (let i = 0; i < 4; i++) {
      const reply = concat(...both.client.touch(fromServer(22, request)))
      both.server.touch(reply)
    }
    expect(both.client.failure ?? both.server.failure).toBeUndefined()
    both.client.tls.write(ascii('goes on'), 0)
    both.server.touch(concat(...both.client.touch()))
    expect(both.server.data).toEqual(ascii('goes on'))
    both.client.touch(fromServer(22, request))
    expectFailure(both.client, 'tls/renegotiation')
    const other = established()
    const hello = decode(Handshake, recordsOf(concat(...pair({ crypto, who: ec }).client.touch()))[0]!.subarray(5))
    const bytes = encode(Handshake, hello)
    for (let i = 0; i <= 4; i++) other.both.server.touch(other.fromClient(22, bytes))
    expectFailure(other.both.server, 'tls/renegotiation')
  })
  test('tls/alert-received: a fatal alert is named, with what usually lies behind it', () => {
    const side = new Side(tlsServer({ crypto }), noAnswers)
    expect(side.touch(record(21, Uint8Array.of(2, 48)))).toEqual([])
    expectFailure(side, 'tls/alert-received')
    expect(sentence(side.failure!)).toContain('48 unknown_ca')
    expect(sentence(side.failure!)).toContain('trust store')
    const strange = new Side(tlsServer({ crypto }), noAnswers)
    strange.touch(record(21, Uint8Array.of(2, 200)))
    expect(sentence(strange.failure!)).toContain('200 unknown alert')
  })
})

test('RFC 5246 7.2.2: the alert of each failure; a number here must not follow a change there', () => {
  const alerts: Readonly<Record<string, number>> = {
    'tls/no-common-version': 70,
    'tls/no-common-suite': 40,
    'tls/no-common-group': 40,
    'tls/no-common-scheme': 40,
    'tls/nothing-in-common': 40,
    'tls/name-unknown': 112,
    'tls/alpn-none': 120,
    'tls/downgrade': 47,
    'tls/fallback': 86,
    'tls/signature-wrong': 51,
    'tls/certificate-missing': 50,
    'tls/certificate-kind': 43,
    'tls/client-certificate-missing': 40,
    'tls/share-wrong': 47,
    'tls/finished-wrong': 51,
    'tls/no-extended-master-secret': 40,
    'tls/session-mismatch': 47,
    'tls/session-unbound': 40,
    'tls/renegotiation-unsafe': 40,
    'tls/record-damaged': 20,
    'tls/record-too-long': 22,
    'tls/record-version': 70,
    'tls/too-many-empty-records': 10,
    'tls/too-many-warnings': 10,
    'tls/too-much-waiting': 10,
    'tls/unexpected-message': 10,
    'tls/unexpected-record': 10,
    'tls/content-too-long': 22,
    'tls/bad-change-cipher-spec': 10,
    'tls/bad-alert': 50,
    'tls/alert-level': 47,
    'tls/excess-data': 10,
    'tls/bad-hello': 50,
    'tls/bad-extension': 50,
    'tls/extension-twice': 50,
    'tls/illegal-extension': 47,
    'tls/wrong-suite': 47,
    'tls/wrong-group': 47,
    'tls/wrong-scheme': 47,
    'tls/wrong-protocol': 47,
    'tls/wrong-compression': 47,
    'tls/no-null-compression': 47,
    'tls/share-missing': 109,
    'tls/shares-twice': 47,
    'tls/retry-empty': 47,
    'tls/session-echo': 47,
    'tls/second-hello': 47,
    'tls/renegotiation-unprotected': 40,
    'tls/compression-unknown': 47,
    'tls/compression-too-long': 47,
    'tls/compression-broken': 42,
    'tls/bad-message': 50,
    'tls/message-too-long': 47,
    'tls/illegal-value': 47,
    'tls/unoffered-extension': 110,
    'tls/renegotiation': 100,
    'tls/key-used-up': 80,
    'tls/write-too-early': 80,
    'tls/write-after-close': 80,
    'tls/no-such-question': 80,
    'tls/proof-mismatch': 80,
    'tls/missing-extension': 109,
    'tls/too-much-early-data': 10,
    'tls/binder-wrong': 51,
    'tls/client-certificate-required': 116,
    'tls/too-many-key-updates': 10,
    'tls/nothing-to-speak': 80,
  }
  for (const code of Object.keys(tlsFailures) as FailureCode[]) expect(fail(code).alert, code).toBe(alerts[code])
})

test('the certificate of the local authority is proposed when a certificate of ours was refused, not otherwise', () => {
  const proposed = Array.from({ length: 130 }, (_, number) => number).filter(number =>
    english.tryThis(fail('tls/alert-received', { number })).some(step => step.includes('barewire ca path')),
  )
  expect(proposed).toEqual([42, 46, 48])
})

test('sentences speak of messages, not of the states of an engine', () => {
  const side = new Side(tlsClient({ crypto, serverName: 'shop.test' }), noAnswers)
  side.touch()
  side.touch(record(22, Uint8Array.of(14, 0, 0, 0)))
  expect(sentence(side.failure!)).toContain('We wait for ServerHello; ServerHelloDone came.')
  expect(sentence(fail('tls/alert-received', { number: 80, where: 'WaitServerHello' }))).not.toContain('Wait')
})

test('every code of the family says a whole sentence without any facts', () => {
  for (const code of Object.keys(tlsFailures) as FailureCode[]) {
    expect(failures).toHaveProperty([code])
    expect(english.says(fail(code)), code).toMatch(/\.$/)
    expect(english.says(fail(code)), code).not.toContain('undefined')
    for (const step of english.tryThis(fail(code, { where: 'shop.test' })))
      expect(step, code).toMatch(/^(barewire (get|serve)|openssl s_client -connect shop.test:443) ?/)
  }
})
