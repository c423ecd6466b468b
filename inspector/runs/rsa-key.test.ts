import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { expect, test } from 'vitest'
import { seeded } from '../../src/random.ts'
import { node } from '../../test/support/worlds.ts'
import { rsaKey } from './rsa-key.ts'

test('OpenSSL takes the key, and what it encrypts with it comes out again, its padding too', () => {
  const { spki, decrypt } = rsaKey(seeded(1))
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  expect(key.asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65_537n })
  const block = decrypt(publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from('a secret')))
  expect(block.length).toBe(256)
  // RFC 8017 7.2.2: 00 02, padding without zeros, 00, the message.
  expect([block[0], block[1], block.indexOf(0, 2)]).toEqual([0, 2, 256 - 9])
  expect(Buffer.from(block.subarray(-8)).toString()).toBe('a secret')
  expect(node.crypto.isPublicKey(spki)).toBe(true)
})

test('the same seed gives the same key, another seed another', () => {
  const { spki } = rsaKey(seeded(2))
  expect(rsaKey(seeded(2)).spki).toEqual(spki)
  expect(rsaKey(seeded(3)).spki).not.toEqual(spki)
})

test('what is no number below the modulus, or of another length, is no ciphertext', () => {
  const { decrypt } = rsaKey(seeded(1))
  for (const wrong of [new Uint8Array(0), new Uint8Array(255), new Uint8Array(257), new Uint8Array(256).fill(0xff)])
    expect(() => decrypt(wrong)).toThrow(RangeError)
})
