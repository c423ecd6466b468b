/** Every failure of certificates and the key exchange, provoked, and the alert that the other side gets. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { type Answers, identity, pair, record, recordsOf, shuttle, trusting, without } from '../../test/support/tls.ts'
import { type Change, crypto, ec, expectFailure, rewritten, rsa } from '../../test/support/tls-failures.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import { sentence } from '../explain/index.ts'
import type { FailureCode } from '../failures/index.ts'
import { encode } from '../wire/codec.ts'
import { extensionNumbers } from './messages/extensions.ts'
import { Handshake } from './messages/tls12.ts'

describe('certificate and key exchange', () => {
  test('tls/certificate-missing: an empty list of certificates', () => {
    const both = rewritten('Certificate', () => ({ chain: [] }))
    expectFailure(both.client, 'tls/certificate-missing')
  })
  test('tls/certificate-kind: a key that does not suit the suite, or is none that we know', () => {
    for (const [version, publicKey] of [
      ['TLS 1.2', rsa.spki],
      ['TLS 1.2', ascii('no key')],
      ['TLS 1.3', ascii('no key')],
    ] as const) {
      const clientAnswers: Answers = question => trusting(question, publicKey)
      const both = pair({ crypto, who: ec, versions: [version], clientAnswers })
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
