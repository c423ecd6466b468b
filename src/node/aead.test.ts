import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { callsOpenSsl } from '../../test/support/openssl-calls.ts'
import { NodeAead } from './aead.ts'
import { nodeCrypto } from './crypto.ts'
import { loadKoffi, openSslAeads } from './openssl.ts'

const crypto = nodeCrypto()
/** Since V8 11.4. */
const canTransfer = 'transfer' in ArrayBuffer.prototype

test('what was sealed and is read no more gives its memory back, and nothing else does', () => {
  const aead = new NodeAead('aes-128-gcm', new Uint8Array(16), () => undefined)
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

const openSsl = openSslAeads(loadKoffi)
const key = new Uint8Array(16).fill(1)
const nonceOf = (number: number) => new Uint8Array(12).fill(number & 0xff)

test.each([
  ['aes-128-gcm', 16],
  ['aes-256-gcm', 32],
  ['chacha20-poly1305', 32],
] as const)('%s: the first records are sealed and opened as the thousandth are', (name, keyLength) => {
  const key = Uint8Array.from({ length: keyLength }, (_, i) => 7 * i)
  const [aead, withoutObject] = [new NodeAead(name, key, () => undefined), crypto.aead(name, key)]
  expect(aead.room(16_000)).toBeUndefined()
  const additional = Uint8Array.of(1, 2, 3, 4, 5)
  for (let i = 0; i < 400; i++) {
    const plaintext = new Uint8Array(i).fill(i)
    const cipher = createCipheriv(name as 'chacha20-poly1305', key, nonceOf(i), { authTagLength: 16 })
    cipher.setAAD(additional, { plaintextLength: i })
    const expected = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    for (const by of [aead, withoutObject]) {
      const target = new Uint8Array(i + 16)
      by.sealInto(target, 0, nonceOf(i), additional, plaintext)
      const { ciphertext, tag } = by.seal(nonceOf(i), additional, plaintext)
      for (const sealed of [target, Buffer.concat([ciphertext, tag])])
        if (Buffer.compare(sealed, expected) !== 0) expect.unreachable(`record ${i}`)
      expect(by.open(nonceOf(i), additional, target.subarray(0, i), target.subarray(i))).toEqual(plaintext)
      target[i]! ^= 1
      expect(by.open(nonceOf(i), additional, target.subarray(0, i), target.subarray(i))).toBeUndefined()
    }
  }
  expect(withoutObject.room?.(16_000) !== undefined).toBe(callsOpenSsl)
  const [nonce, none] = [nonceOf(1), new Uint8Array(0)]
  for (const by of [aead, withoutObject]) {
    by.wipe()
    expect(() => by.sealInto(new Uint8Array(16), 0, nonce, none, none)).toThrow('this key was overwritten')
    expect(() => by.open(nonce, none, none, new Uint8Array(16))).toThrow('this key was overwritten')
  }
})

describe.skipIf(!callsOpenSsl)('room for records (needs koffi)', () => {
  const aead = new NodeAead('aes-128-gcm', key, () => openSsl)
  const roomFor = (length: number) => aead.room(length)!

  test('of a full one is used again when nobody reads it, once', () => {
    const room = roomFor(16_406)
    expect(room.length).toBe(16_406)
    expect(roomFor(16_406).buffer).not.toBe(room.buffer)
    crypto.spent?.(room)
    crypto.spent?.(room)
    const again = roomFor(16_413)
    expect(again.length).toBe(16_413)
    expect(again.buffer).toBe(room.buffer)
    expect(roomFor(16_413).buffer).not.toBe(room.buffer)
  })

  test('of a part of one, or of one cut from it, is not', () => {
    const room = roomFor(16_406)
    crypto.spent?.(room.subarray(0))
    crypto.spent?.(roomFor(5000))
    expect(roomFor(16_406).buffer).not.toBe(room.buffer)
    expect([roomFor(5000).buffer.byteLength, roomFor(20_000).buffer.byteLength]).toEqual([5000, 20_000])
  })

  test('is kept for sixty-four', () => {
    const rooms = Array.from({ length: 70 }, () => roomFor(16_406))
    for (const room of rooms) crypto.spent?.(room)
    const known = new Set(rooms.map(({ buffer }) => buffer))
    const again = Array.from({ length: 70 }, () => roomFor(16_406))
    expect(again.filter(({ buffer }) => known.has(buffer))).toHaveLength(64)
  })
})
