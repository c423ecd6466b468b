/** What names of suites and curves say of them. */
import { expect, test } from 'vitest'
import { CipherSuite } from '../../tls/messages/registries.table.ts'
import { authenticationOf, groupIsOld, isForward, isNumbers, needsSecret, OLD_SUITES, weaknessesIn } from './traits.ts'

test.each([
  ['TLS_AES_128_GCM_SHA256', '', 'any'],
  ['TLS_SHA256_SHA256', 'null', 'any'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', '', 'ecdsa'],
  ['TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256', '', 'rsa'],
  ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384', 'cbc', 'rsa'],
  ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'static', 'rsa'],
  ['TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256', 'static', 'ecdsa'],
  ['TLS_ECDHE_RSA_WITH_NULL_SHA', 'null', 'rsa'],
  ['TLS_ECDH_anon_WITH_AES_128_CBC_SHA', 'anonymous cbc', undefined],
  ['TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA', 'anonymous export des cbc', undefined],
  ['TLS_RSA_EXPORT_WITH_RC4_40_MD5', 'export rc4 old static', 'rsa'],
  ['TLS_RSA_WITH_DES_CBC_SHA', 'des static cbc', 'rsa'],
  ['TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA', '3des cbc', undefined],
  ['TLS_RSA_WITH_IDEA_CBC_SHA', 'old static cbc', 'rsa'],
  ['TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5', 'export old static cbc', 'rsa'],
  ['TLS_DHE_RSA_WITH_SEED_CBC_SHA', 'old cbc', 'rsa'],
] as const)('%s: %s', (name, weaknesses, authentication) => {
  expect(CipherSuite.names[name]).toBeDefined()
  expect(weaknessesIn(name).join(' ')).toBe(weaknesses)
  expect(authenticationOf(name)).toBe(authentication)
  expect(isForward(name)).toBe(!/static|anonymous/.test(weaknesses))
})

test('what is bad is offered last, and what needs a secret or belongs to TLS 1.3 not at all', () => {
  const names = OLD_SUITES.map(CipherSuite.nameOf)
  const at = (name: string): number => names.indexOf(name)
  const order = [
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
    'TLS_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_RSA_WITH_AES_128_CBC_SHA',
    'TLS_RSA_WITH_CAMELLIA_128_CBC_SHA',
    'TLS_RSA_WITH_RC4_128_SHA',
  ].map(at)
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order[0]).toBeGreaterThanOrEqual(0)
  expect(names.filter(name => needsSecret(name) || name.endsWith('_SCSV') || !name.includes('_WITH_'))).toEqual([])
  expect(['TLS_PSK_WITH_AES_128_CBC_SHA', 'TLS_KRB5_WITH_RC4_128_SHA'].map(needsSecret)).toEqual([true, true])
})

test('groups of numbers and old curves are told from others', () => {
  const numbers = OLD_SUITES.filter(isNumbers).map(CipherSuite.nameOf)
  expect(numbers).toContain('TLS_DHE_RSA_WITH_AES_128_GCM_SHA256')
  expect(numbers).toContain('TLS_DH_anon_WITH_RC4_128_MD5')
  expect(numbers.filter(name => !/^TLS_DHE?_/.test(name))).toEqual([])
  const groups = ['sect163k1', 'secp192r1', 'secp256k1', 'secp256r1', 'secp384r1', 'secp521r1', 'x25519', 'ffdhe2048']
  expect(groups.filter(groupIsOld)).toEqual(['sect163k1', 'secp192r1', 'secp256k1'])
})
