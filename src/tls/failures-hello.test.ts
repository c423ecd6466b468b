/** Every failure of the hellos, provoked: what is reported, and the alert that the other side gets. */
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex } from '../../test/support/bytes.ts'
import { changing, pair, record, Side, shuttle, step, without } from '../../test/support/tls.ts'
import {
  type Change,
  crypto,
  ec,
  expectFailure,
  noAnswers,
  rewritten,
  withServerExtensions,
} from '../../test/support/tls-failures.ts'
import { sentence } from '../explain/index.ts'
import type { FailureCode } from '../failures/index.ts'
import type { TlsClientConfig } from './config.ts'
import { tlsClient, tlsServer } from './engine.ts'
import { clientExtensions, extensionNumbers, serverExtensions } from './messages/extensions.ts'
import type { Bodies12 } from './messages/tls12.ts'
import type { TlsVersion } from './types.ts'

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
    expect(old.server.failure).toMatchObject({ where: 'ClientHello.legacyVersion', got: 'TLS 1.1' })
    expect(young.server.failure).toMatchObject({ where: 'ClientHello.extensions', got: 'TLS 1.3' })
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
      changing('ClientHello', body => ({ ...body, cipherSuites: [...body.cipherSuites, 0x5600] })),
    )
    expect(both.server.failure?.code).not.toBe('tls/fallback')
  })
  test('tls/downgrade: RFC 9846 4.2.3: the mark in the random of the server', () => {
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
    expect(none.server.failure?.got).toBe('only SHA-1')
    const strange = rewritten('ClientHello', body => ({
      ...without(extensionNumbers.signatureAlgorithms)(body),
      extensions: [
        ...without(extensionNumbers.signatureAlgorithms)(body).extensions,
        ...clientExtensions({ signatureAlgorithms: { schemes: [0x0203, 0x0808] } }),
      ],
    }))
    expectFailure(strange.server, 'tls/no-common-scheme')
    expect(strange.server.failure?.got).toContain('ecdsa_sha1')
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
    const twice = <B extends Bodies12['ClientHello'] | Bodies12['ServerHello']>(body: B): B => ({
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
    const cases: [FailureCode, Change<'ClientHello'>, string][] = [
      ['tls/no-null-compression', body => ({ ...body, compressionMethods: [1] }), 'deflate'],
      [
        'tls/illegal-value',
        body => ({
          ...body,
          extensions: [
            ...without(extensionNumbers.serverName)(body).extensions,
            ...clientExtensions({ serverName: { names: twoNames } }),
          ],
        }),
        'server_name with 2 names',
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
        'server_name with what no name of a host has',
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
        'ec_point_formats without uncompressed',
      ],
    ]
    for (const [code, change, got] of cases) {
      const { server } = rewritten('ClientHello', change)
      expectFailure(server, code)
      expect(server.failure).toMatchObject({ got })
    }
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
