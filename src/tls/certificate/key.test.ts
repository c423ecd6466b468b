import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { schemes } from '../schemes.table.ts'
import { authenticationOf, keyGroupOf, keyTypeOf, schemesOf } from './key.ts'
import { isWholePublicKey } from './types.ts'

const crypto = nodeCrypto()

/** The schemes for which a signature really comes out. */
const made = (pkcs8: Uint8Array, keyType: string): string[] =>
  schemes
    .filter(scheme => scheme.keyType === keyType)
    .filter(scheme => {
      try {
        return crypto.sign(scheme.algorithm, pkcs8, ascii('message')).length > 0
      } catch {
        return false
      }
    })
    .map(scheme => scheme.name)

test('RFC 8017 9.1.1, 9.2: an RSA key is said to make what it can make: a short one has no room for a long hash', () => {
  for (const modulusLength of [512, 528, 600, 752, 784, 1024, 1040, 2048]) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    })
    const said = schemesOf(new Uint8Array(publicKey)).map(scheme => scheme.name)
    expect(said, `${modulusLength} bits`).toEqual(made(new Uint8Array(privateKey), 'rsa'))
    expect(said.includes('rsa_pss_rsae_sha512')).toBe(modulusLength > 1024)
  }
})

test('other keys make the schemes of their kind, and a key that we do not use makes none', () => {
  const of = (kind: 'p-256' | 'p-521' | 'ed25519') =>
    schemesOf(crypto.generateKeyPair(kind).spki).map(scheme => scheme.id)
  expect(of('p-256')).toEqual([0x0403, 0x0503, 0x0603])
  expect(of('p-521')).toEqual([0x0403, 0x0503, 0x0603])
  expect(of('ed25519')).toEqual([0x0807])
  expect(schemesOf(ascii('no key'))).toEqual([])
})

test('a public key is one that can be read to its end, and has a kind, a curve and suites', () => {
  const of = (kind: 'p-256' | 'p-384' | 'p-521' | 'ed25519' | 'rsa-2048') => {
    const { spki } = crypto.generateKeyPair(kind)
    expect(isWholePublicKey(spki)).toBe(true)
    expect(isWholePublicKey(concat(spki, Uint8Array.of(0)))).toBe(false)
    expect(isWholePublicKey(spki.subarray(0, -1))).toBe(false)
    return [keyTypeOf(spki), keyGroupOf(spki), authenticationOf(keyTypeOf(spki))]
  }
  expect(of('p-256')).toEqual(['ecdsa', 23, 'ecdsa'])
  expect(of('p-384')).toEqual(['ecdsa', 24, 'ecdsa'])
  expect(of('p-521')).toEqual(['ecdsa', 25, 'ecdsa'])
  expect(of('ed25519')).toEqual(['ed25519', undefined, 'ecdsa'])
  expect(of('rsa-2048')).toEqual(['rsa', undefined, 'rsa'])
  expect([keyTypeOf(ascii('no key')), keyGroupOf(ascii('no key')), isWholePublicKey(ascii('no key'))]).toEqual([
    'other',
    undefined,
    false,
  ])
  expect(authenticationOf('other')).toBeUndefined()
})

test('RFC 9846 4.3.3: a key for RSASSA-PSS makes its own schemes, and only with the hash that it allows', () => {
  const keyPair = (options: object) =>
    generateKeyPairSync('rsa-pss', {
      modulusLength: 1024,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
      ...options,
    })
  const sha384 = { hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 48 }
  for (const [options, ids] of [
    [{}, [0x0809, 0x080a]],
    [{ modulusLength: 2048 }, [0x0809, 0x080a, 0x080b]],
    [sha384, [0x080a]],
    // What nobody uses: another hash for the mask, and a salt of another length than the hash.
    [{ ...sha384, mgf1HashAlgorithm: 'sha256' }, []],
    [{ ...sha384, saltLength: 32 }, []],
  ] as const) {
    const { publicKey, privateKey } = keyPair(options)
    expect(schemesOf(new Uint8Array(publicKey)).map(({ id }) => id)).toEqual(ids)
    if (ids.length > 0)
      expect(made(new Uint8Array(privateKey), 'rsa-pss')).toEqual(
        schemesOf(new Uint8Array(publicKey)).map(({ name }) => name),
      )
  }
})
