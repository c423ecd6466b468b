import { createCipheriv, createSecretKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat, hex, toHex } from '../../../test/support/bytes.ts'
import { seeded } from '../../random.ts'
import { nodeCrypto } from '../crypto.ts'
import { isShort, ShortGcm, workplace } from './short-gcm.ts'

const SIZES = [16, 32] as const
const random = seeded(1)

const shortGcm = (key: Uint8Array): ShortGcm =>
  new ShortGcm(key.length === 16 ? 'aes-128-ecb' : 'aes-256-ecb', createSecretKey(key))

const sealed = (gcm: ShortGcm, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): Uint8Array => {
  const target = new Uint8Array(plaintext.length + 16)
  gcm.sealInto(target, 0, nonce, additional, plaintext)
  return target
}

/** What OpenSSL's own GCM makes of it. */
const reference = (key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): string => {
  const cipher = createCipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce)
  cipher.setAAD(additional)
  return toHex(concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag()))
}

test('the test cases of the GCM specification (McGrew and Viega, appendix B: 1, 2, 3, 13, 14)', () => {
  const nothing = new Uint8Array(0)
  const made = (key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array) =>
    toHex(sealed(shortGcm(key), nonce, nothing, plaintext))
  const zeros = (count: number) => new Uint8Array(count)
  expect(made(zeros(16), zeros(12), nothing)).toBe('58e2fccefa7e3061367f1d57a4e7455a')
  expect(made(zeros(16), zeros(12), zeros(16))).toBe('0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf')
  expect(
    made(
      hex('feffe9928665731c6d6a8f9467308308'),
      hex('cafebabefacedbaddecaf888'),
      hex(
        'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255',
      ),
    ),
  ).toBe(
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f59854d5c2af327cd64a62cf35abd2ba6fab4',
  )
  expect(made(zeros(32), zeros(12), nothing)).toBe('530f8afbc74536b9a963b4f1c4cb738b')
  expect(made(zeros(32), zeros(12), zeros(16))).toBe('cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919')
})

for (const size of SIZES)
  describe(`AES-${size * 8}-GCM of short records`, () => {
    test('is that of OpenSSL, for every length of data and of additional data', () => {
      for (let length = 0; length <= 512; length++) {
        const [key, nonce] = [random.bytes(size), random.bytes(12)]
        const additional = random.bytes(length % 17)
        const plaintext = random.bytes(length)
        const gcm = shortGcm(key)
        const record = sealed(gcm, nonce, additional, plaintext)
        expect(toHex(record), `${length}`).toBe(reference(key, nonce, additional, plaintext))
        const [ciphertext, tag] = [record.subarray(0, length), record.subarray(length)]
        expect(gcm.open(nonce, additional, ciphertext, tag), `${length}`).toEqual(plaintext)
      }
    })

    test('products with the largest factors carry nothing into their neighbours', () => {
      // A key of GHASH cannot be chosen; many of them, with data of ones, come near to it.
      for (let i = 0; i < 500; i++) {
        const key = random.bytes(size)
        const ones = new Uint8Array(48).fill(0xff)
        const nonce = new Uint8Array(12).fill(0xff)
        const additional = new Uint8Array(16).fill(0xff)
        expect(toHex(sealed(shortGcm(key), nonce, additional, ones))).toBe(reference(key, nonce, additional, ones))
      }
    })

    test('opens nothing of which one bit was changed', () => {
      const gcm = shortGcm(random.bytes(size))
      const [nonce, additional, plaintext] = [random.bytes(12), random.bytes(13), random.bytes(37)]
      const record = sealed(gcm, nonce, additional, plaintext)
      for (const part of [record, nonce, additional])
        for (let bit = 0; bit < part.length * 8; bit++) {
          part[bit >> 3]! ^= 1 << (bit & 7)
          expect(gcm.open(nonce, additional, record.subarray(0, 37), record.subarray(37)), `${bit}`).toBeUndefined()
          part[bit >> 3]! ^= 1 << (bit & 7)
        }
      expect(gcm.open(nonce, additional, record.subarray(0, 37), record.subarray(37))).toEqual(plaintext)
    })
  })

test('records of many connections do not meet, and nothing of one stays where the next is made', () => {
  const nothingLeft = (): void => expect(workplace().octets.every(octet => octet === 0)).toBe(true)
  const keys = Array.from({ length: 8 }, (_, i) => random.bytes(SIZES[i & 1]!))
  const connections = keys.map(shortGcm)
  const [nonce, additional] = [random.bytes(12), random.bytes(5)]
  for (const length of [512, 0, 300, 17, 16, 1]) {
    const plaintext = random.bytes(length)
    for (const [i, gcm] of connections.entries()) {
      const record = sealed(gcm, nonce, additional, plaintext)
      nothingLeft()
      expect(toHex(record)).toBe(reference(keys[i]!, nonce, additional, plaintext))
      expect(gcm.open(nonce, additional, record.subarray(0, length), record.subarray(length))).toEqual(plaintext)
      nothingLeft()
      record[length]! ^= 1
      expect(gcm.open(nonce, additional, record.subarray(0, length), record.subarray(length))).toBeUndefined()
      nothingLeft()
    }
  }
})

test('what is opened is an array of its own', () => {
  const gcm = shortGcm(random.bytes(16))
  const [nonce, additional] = [random.bytes(12), random.bytes(5)]
  const record = sealed(gcm, nonce, additional, Uint8Array.of(1, 2, 3))
  const open = () => gcm.open(nonce, additional, record.subarray(0, 3), record.subarray(3))!
  const first = open()
  open().fill(9)
  expect([first, first.buffer.byteLength]).toEqual([Uint8Array.of(1, 2, 3), 3])
})

test('the plaintext may lie where the record goes', () => {
  const key = random.bytes(16)
  const [nonce, additional, plaintext] = [random.bytes(12), random.bytes(13), random.bytes(100)]
  const target = new Uint8Array(130)
  target.set(plaintext, 9)
  shortGcm(key).sealInto(target, 9, nonce, additional, target.subarray(9, 109))
  expect(toHex(target.subarray(9, 125))).toBe(reference(key, nonce, additional, plaintext))
  expect([target.subarray(0, 9), target.subarray(125)]).toEqual([new Uint8Array(9), new Uint8Array(5)])
})

test('512 octets of data and one block beside them are the most, and nonces have 12', () => {
  expect([isShort(512, 12, 16), isShort(513, 12, 0), isShort(0, 12, 17)]).toEqual([true, false, false])
  expect([isShort(0, 8, 0), isShort(0, 16, 0)]).toEqual([false, false])
})

test("whatever is not short, and every other nonce, is OpenSSL's", () => {
  const key = random.bytes(16)
  for (const [nonce, additional, length] of [
    [12, 16, 512],
    [12, 17, 20],
    [12, 5, 513],
    [8, 5, 20],
    [16, 5, 20],
  ] as const) {
    const [n, a, plaintext] = [random.bytes(nonce), random.bytes(additional), random.bytes(length)]
    const target = new Uint8Array(length + 16)
    const aead = nodeCrypto().aead('aes-128-gcm', key)
    aead.sealInto(target, 0, n, a, plaintext)
    expect(toHex(target), `${nonce} ${additional} ${length}`).toBe(reference(key, n, a, plaintext))
    expect(aead.open(n, a, target.subarray(0, length), target.subarray(length))).toEqual(plaintext)
  }
})
