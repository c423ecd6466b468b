import { expect, test } from 'vitest'
import { nodeCrypto } from './crypto.ts'

const crypto = nodeCrypto()
/** Since V8 11.4. */
const canTransfer = 'transfer' in ArrayBuffer.prototype

test('what was sealed and is read no more gives its memory back, and nothing else does', () => {
  const aead = crypto.aead('aes-128-gcm', new Uint8Array(16))
  const plaintext = new Uint8Array(5000)
  const sealed = (last: number) => {
    const nonce = new Uint8Array(12).fill(last)
    return { nonce, ...aead.seal(nonce, new Uint8Array(5), plaintext) }
  }
  const [one, other] = [sealed(1), sealed(2)]
  const part = other.ciphertext.subarray(8)
  for (const bytes of [one.ciphertext, one.ciphertext, plaintext, part, one.tag]) crypto.spent?.(bytes)
  expect(one.ciphertext.length).toBe(canTransfer ? 0 : 5000)
  expect([plaintext.length, part.length, one.tag.length]).toEqual([5000, 4992, 16])
  expect(aead.open(other.nonce, new Uint8Array(5), other.ciphertext, other.tag)).toEqual(plaintext)
})
