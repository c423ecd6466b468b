/** What an alert means, by its number, who sent it, and what had been said before. */
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { tapped } from '../../../test/support/streams.ts'
import { identity, type PairOptions } from '../../../test/support/tls.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { ExternalKey } from '../../tls/session/external-key.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import { diagnose } from './index.ts'

const crypto = nodeCrypto()
const who = identity(crypto, 'p-256')
type Options = Partial<PairOptions>

/** What the client's machine sees of a handshake until the message of that name has passed, and then an alert. */
const alerted = (number: number, from: 'client' | 'server', behind: string, options: Options = {}): TraceRecord[] => {
  const { ends } = tapped({ crypto, who, versions: ['TLS 1.3', 'TLS 1.2'], ...options })
  const seen = ends.records.filter(({ record }) => record.host === 'client')
  const until = seen.findLastIndex(
    ({ type, record }) => type === 'message' && 'name' in record && record.name === behind,
  )
  const before = seen.slice(0, until + 1)
  const last = messagesOf(before).findLast(({ layer }) => layer === 'tls')!
  const direction = from === 'client' ? 'out' : 'in'
  const id = Math.max(...messagesOf(before).map(each => each.id)) + 1
  const record = { ...last, id, direction, name: 'Alert', format: undefined, bytes: Uint8Array.of(2, number) } as const
  return [...before, { type: 'message', record }]
}

const told = (...alert: Parameters<typeof alerted>): string => {
  const { code, side, certainty } = diagnose(alerted(...alert))!
  return `${code} ${side}${certainty === 'likely' ? ', likely' : ''}`
}

const ONE_SUITE: Options = { client: { suites: ['TLS_AES_128_GCM_SHA256'] }, versions: ['TLS 1.3'] }

test.each([
  [10, 'tls/unexpected-message client'],
  [20, 'tls/record-damaged network'],
  [21, 'tls/record-damaged network'],
  [22, 'tls/record-too-long client'],
  [40, 'tls/nothing-in-common server, likely'],
  [42, 'tls/nothing-in-common client, likely'],
  [47, 'tls/illegal-value client'],
  [49, 'tls/alert-received client'],
  [50, 'tls/bad-message client'],
  [51, 'tls/binder-wrong client'],
  [70, 'tls/no-common-version server'],
  [71, 'tls/nothing-in-common client'],
  [80, 'tls/alert-received server'],
  [86, 'tls/fallback client'],
  [90, 'net/client-left server'],
  [100, 'tls/renegotiation client'],
  [109, 'tls/missing-extension client'],
  [110, 'tls/unoffered-extension client'],
  [112, 'tls/name-unknown client'],
  [115, 'tls/external-key-unknown client'],
  [116, 'tls/client-certificate-wanted client'],
  [120, 'tls/alpn-none client'],
  [255, 'tls/alert-received client'],
])('alert %i of the server behind a usual ClientHello: %s', (number, expected) => {
  expect(told(number, 'server', 'ClientHello')).toBe(expected)
})

test.each<[string, Options, string]>([
  ['one suite of TLS 1.3', ONE_SUITE, 'tls/no-common-suite client, likely'],
  [
    'few suites of TLS 1.2',
    { client: { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] }, versions: ['TLS 1.2'] },
    'tls/no-common-suite client, likely',
  ],
  ['two groups', { client: { groups: ['x25519', 'secp256r1'] } }, 'tls/no-common-group client, likely'],
  [
    'three groups',
    { client: { groups: ['x25519', 'secp256r1', 'secp384r1'] } },
    'tls/nothing-in-common server, likely',
  ],
  ['three signatures', { client: { schemes: [0x0403, 0x0503, 0x0603] } }, 'tls/no-common-scheme client, likely'],
  ['four', { client: { schemes: [0x0403, 0x0503, 0x0603, 0x0807] } }, 'tls/nothing-in-common server, likely'],
  ['TLS 1.2 alone', { versions: ['TLS 1.2'] }, 'tls/no-common-version client, likely'],
])('alert 40 of the server, and %s', (_, options, expected) => {
  expect(told(40, 'server', 'ClientHello', options)).toBe(expected)
})

test('alert 70: who knows the newest version lacks nothing', () => {
  expect(told(70, 'server', 'ClientHello', { versions: ['TLS 1.2'] })).toBe('tls/no-common-version client')
  expect(told(70, 'client', 'ServerHello', { versions: ['TLS 1.2'] })).toBe('tls/no-common-version server')
  const [offers, chose] = [{ expected: 'TLS 1.2' }, { got: 'TLS 1.2' }]
  expect(diagnose(alerted(70, 'client', 'ServerHello', { versions: ['TLS 1.2'] }))).toMatchObject({
    ...offers,
    ...chose,
  })
})

test('alerts of the client behind what the server said', () => {
  expect(told(40, 'client', 'ServerHello')).toBe('tls/nothing-in-common server, likely')
  expect(told(47, 'client', 'ServerHello')).toBe('tls/illegal-value server')
  expect(told(80, 'client', 'ServerHello')).toBe('tls/alert-received client')
  expect(told(116, 'client', 'ServerHello')).toBe('tls/client-certificate-wanted server')
  expect(told(44, 'client', 'Certificate')).toBe('tls/certificate-revoked server')
})

test('alert 47 behind the proof of a pre-shared key: OpenSSL calls it so', () => {
  const psk = [ExternalKey.of({ identity: ascii('device-7'), key: new Uint8Array(32), role: 'client' })]
  expect(told(47, 'server', 'ClientHello', { client: { psk } })).toBe('tls/binder-wrong client, likely')
})

test('alert 51 is about what the other side said last', () => {
  const old: Options = { versions: ['TLS 1.2'] }
  expect(told(51, 'client', 'ServerKeyExchange', old)).toBe('tls/signature-wrong server')
  expect(told(51, 'client', 'CertificateVerify')).toBe('tls/signature-wrong server')
  const behind = alerted(51, 'client', 'Finished')
  expect(diagnose(behind)).toMatchObject({ code: 'tls/finished-wrong', side: 'network', certainty: 'likely' })
})
