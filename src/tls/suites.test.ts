import { expect, test } from 'vitest'
import { CipherSuite } from './messages/registries.table.ts'
import { DEFAULT_GROUPS, DEFAULT_SUITES, rsaSuites, suites, suites13 } from './suites.table.ts'

test('a suite has the number that IANA gave to its name, and is what the name says', () => {
  const every = [...suites, ...rsaSuites, ...suites13]
  for (const { id, name, keyLength, hash } of every) {
    expect(CipherSuite.nameOf(id)).toBe(name)
    expect(keyLength).toBe(name.includes('AES_128') ? 16 : 32)
    if (!name.endsWith('_SHA')) expect(name.endsWith(hash.toUpperCase())).toBe(true)
  }
  expect(new Set(every.map(({ id }) => id)).size).toBe(every.length)
  for (const suite of [...suites, ...rsaSuites]) {
    const { name, mode, exchange, authentication } = suite
    expect(
      name.startsWith(exchange === 'rsa' ? 'TLS_RSA_WITH' : `TLS_ECDHE_${authentication.toUpperCase()}_WITH`),
    ).toBe(true)
    expect(name.includes('_CBC_')).toBe(mode === 'cbc')
    if (suite.mode === 'cbc') expect(`SHA${suite.mac.slice(3).replace(/^1$/, '')}`).toBe(name.split('_').at(-1))
  }
})

test('RFC 9325 4.2: what nobody asked for has forward secrecy and an AEAD; CBC and the hybrid are not offered', () => {
  expect(DEFAULT_SUITES).toHaveLength(9)
  for (const name of DEFAULT_SUITES)
    expect(name).toMatch(/^TLS_(ECDHE_(ECDSA|RSA)_WITH_)?(AES_\d+_GCM|CHACHA20_POLY1305)_/)
  expect(DEFAULT_GROUPS).toEqual(['x25519', 'secp256r1', 'secp384r1', 'secp521r1'])
})
