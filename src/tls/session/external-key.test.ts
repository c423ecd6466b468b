import { hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../../test/support/bytes.ts'
import { FailureError } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { tlsClient } from '../engine.ts'
import { ExternalKey, readImportedIdentity, secretOf } from './external-key.ts'

const crypto = nodeCrypto()
const ours = ascii('device-7')
const key = ascii('0123456789abcdef0123456789abcdef')
const about = { identity: ours, key, role: 'client' } as const

test('tls/bad-external-key: what cannot be a key is refused where it is made', () => {
  const codeOf = (task: () => unknown): string => {
    try {
      task()
    } catch (error) {
      if (error instanceof FailureError) return `${error.code} ${error.failure.where}`
      throw error
    }
    return 'nothing thrown'
  }
  const of = (more: object) => codeOf(() => ExternalKey.of({ ...about, ...more } as never))
  expect(of({ key: new Uint8Array(15) })).toBe('tls/bad-external-key key')
  expect(of({ key: 'a password' })).toBe('tls/bad-external-key key')
  expect(of({ identity: new Uint8Array(0) })).toBe('tls/bad-external-key identity')
  expect(of({ identity: new Uint8Array(1_025) })).toBe('tls/bad-external-key identity')
  expect(of({ hash: 'sha512' })).toBe('tls/bad-external-key hash')
  expect(of({ role: undefined })).toBe('tls/bad-external-key role')
  expect(codeOf(() => ExternalKey.imported(crypto, { ...about, context: 'text' as never }))).toBe(
    'tls/bad-external-key context',
  )
  expect(
    codeOf(() => tlsClient({ crypto, serverName: 'shop.test', psk: [ExternalKey.of({ ...about, role: 'server' })] })),
  ).toBe('tls/bad-external-key psk')
  expect(codeOf(() => tlsClient({ crypto, serverName: 'shop.test', certificates: 'refused' }))).toBe(
    'tls/bad-external-key psk',
  )
})

test('RFC 9258 5.1: the identity and the key, made once more with the HKDF of Node', () => {
  const [first, second] = ExternalKey.imported(crypto, { identity: ours, key, context: ascii('ctx'), role: 'client' })
  expect(toHex(first!.identity)).toBe(toHex(hex('0008 6465766963652d37 0003 637478 0304 0001')))
  expect(toHex(second!.identity)).toBe(toHex(hex('0008 6465766963652d37 0003 637478 0304 0002')))
  for (const [imported, length] of [
    [first!, 32],
    [second!, 48],
  ] as const) {
    const about = crypto.hash('sha256').update(imported.identity).digest()
    // HkdfLabel: length, "tls13 derived psk", the hash.
    const info = concat(Uint8Array.of(0, length, 17), ascii('tls13 derived psk'), Uint8Array.of(32), about)
    const made = hkdfSync('sha256', key, new Uint8Array(32), info, length)
    expect(toHex(secretOf(imported).reveal())).toBe(toHex(new Uint8Array(made)))
    expect(imported.kind).toBe('imported')
  }
})

test('an identity of another protocol, of another hash or with a rest is none', () => {
  const [imported] = ExternalKey.imported(crypto, { identity: ours, key, context: ascii('ctx'), role: 'client' })
  const good = imported!.identity
  expect(readImportedIdentity(good)).toEqual({ externalIdentity: ours, context: ascii('ctx') })
  const changed = (at: number, octet: number) => good.map((each, i) => (i === good.length - at ? octet : each))
  expect(readImportedIdentity(concat(good, ascii('x')))).toBeUndefined()
  expect(readImportedIdentity(changed(1, 9))).toBeUndefined()
  expect(readImportedIdentity(changed(3, 3))).toBeUndefined()
  expect(readImportedIdentity(new Uint8Array(0))).toBeUndefined()
})
