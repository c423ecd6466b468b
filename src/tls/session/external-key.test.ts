import { hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../../test/support/bytes.ts'
import { FailureError } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { tlsClient } from '../engine.ts'
import { ExternalKey, identityText, readImportedIdentity, secretOf } from './external-key.ts'

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

test('what may just be a key is one', () => {
  const most = new Uint8Array(1_024).fill(7)
  const least = new Uint8Array(16).fill(3)
  const made = ExternalKey.of({ identity: most, key: least, role: 'server' })
  expect([made.identity, made.externalIdentity, made.context, made.hash, made.role, made.kind]).toEqual([
    most,
    most,
    undefined,
    'sha256',
    'server',
    'external',
  ])
  expect(ExternalKey.of({ ...about, hash: 'sha384' }).hash).toBe('sha384')
  const [imported, other] = ExternalKey.imported(crypto, { ...about, context: most })
  expect([imported!.context, imported!.externalIdentity, imported!.hash, other!.hash]).toEqual([
    most,
    ours,
    'sha256',
    'sha384',
  ])
  const empty = ExternalKey.imported(crypto, about)[0]!
  expect(empty.context).toEqual(new Uint8Array(0))
  const long = { ...about, context: new Uint8Array(1_025) }
  expect(() => ExternalKey.imported(crypto, long)).toThrow(FailureError)
})

test('a key keeps nothing of what it was made of, gives nothing of its own away, and cannot be made or changed', () => {
  const [identity, secret] = [ours.slice(), key.slice()]
  const made = ExternalKey.of({ identity, key: secret, role: 'client' })
  identity.fill(0)
  secret.fill(0)
  made.identity.fill(0)
  made.externalIdentity.fill(0)
  expect([made.identity, made.externalIdentity, secretOf(made).reveal()]).toEqual([ours, ours, key])
  expect([made.isFor(ours), made.isFor(ascii('device-8'))]).toEqual([true, false])
  expect(`${made} ${JSON.stringify({ made })}`).toBe('[external key] {"made":"[external key]"}')
  expect([ExternalKey.is(made), ExternalKey.is(Object.create(ExternalKey.prototype)), ExternalKey.is(null)]).toEqual([
    true,
    false,
    false,
  ])
  const forged = ExternalKey as never as new (...given: unknown[]) => ExternalKey
  expect(() => new forged(Symbol('ExternalKey'), {})).toThrow(TypeError)
  expect(Object.isFrozen(made)).toBe(true)
})

test('RFC 9258 5.1: what is only on the way to an imported key is overwritten', () => {
  const secrets = new Set<Uint8Array>()
  const hmac: typeof crypto.hmac = (name, secret, ...data) => {
    secrets.add(secret)
    return crypto.hmac(name, secret, ...data)
  }
  ExternalKey.imported({ ...crypto, hmac }, about)
  // The salt of the extraction, which is nobody's secret, and what came of it.
  expect([...secrets].map(secret => secret.some(octet => octet !== 0))).toEqual([false, false])
})

test('an external key with control characters in its name is shown, not obeyed', () => {
  expect(identityText(ExternalKey.of({ ...about, identity: ascii('device\x1b[2J') }))).not.toContain('\x1b')
  expect(identityText(ExternalKey.of(about))).toBe('device-7')
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
