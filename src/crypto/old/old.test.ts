/** The ciphers of old files: against OpenSSL, and against the examples of RFC 2268. */
import { createCipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import { seeded } from '../../random.ts'
import { decryptDes, encryptDes } from './des.ts'
import { decryptRc2 } from './rc2.ts'

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test.each([
  ['des-ede3-cbc', 24],
  ['des-ede-cbc', 16],
] as const)('what OpenSSL encrypts with %s is decrypted, and encrypted alike', (name, length) => {
  const random = seeded(3)
  for (let blocks = 0; blocks < 40; blocks++) {
    const [key, iv, text] = [random.bytes(length), random.bytes(8), random.bytes(8 * blocks)]
    const cipher = createCipheriv(name, key, iv).setAutoPadding(false)
    const sealed = new Uint8Array(Buffer.concat([cipher.update(text), cipher.final()]))
    expect(decryptDes(key, iv, sealed)).toEqual(text)
    expect(encryptDes(key, iv, text)).toEqual(sealed)
  }
})

test('DES alone is triple DES with one key three times', () => {
  // The example that every text on DES has.
  const [key, none] = [hex('133457799bbcdff1'), new Uint8Array(8)]
  expect(toHex(decryptDes(key, none, hex('85e813540f0ab405')))).toBe('0123456789abcdef')
})

test.each([
  ['0000000000000000', 63, 'ebb773f993278eff', '0000000000000000'],
  ['ffffffffffffffff', 64, '278b27e42e2f0d49', 'ffffffffffffffff'],
  ['3000000000000000', 64, '30649edf9be7d2c2', '1000000000000001'],
  ['88', 64, '61a8a244adacccf0', '0000000000000000'],
  ['88bca90e90875a', 64, '6ccf4308974c267f', '0000000000000000'],
  ['88bca90e90875a7f0f79c384627bafb2', 64, '1a807d272bbe5db1', '0000000000000000'],
  ['88bca90e90875a7f0f79c384627bafb2', 128, '2269552ab0f85ca6', '0000000000000000'],
  ['88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e', 129, '5b78d3a43dfff1f1', '0000000000000000'],
])('RFC 2268 5: the key %s of %i bits', (key, bits, sealed, text) => {
  expect(toHex(decryptRc2(hex(key), new Uint8Array(8), hex(sealed), bits))).toBe(text)
})

test('blocks are chained', () => {
  const none = new Uint8Array(8)
  const sealed = hex('6ccf4308974c267f6ccf4308974c267f')
  expect(toHex(decryptRc2(hex('88bca90e90875a'), none, sealed, 64))).toBe(`${'0'.repeat(16)}6ccf4308974c267f`)
  expect(toHex(decryptRc2(hex('88bca90e90875a'), hex('0102030405060708'), sealed.subarray(0, 8), 64))).toBe(
    '0102030405060708',
  )
})

test('keys and data of other lengths are the caller’s mistake', () => {
  const eight = new Uint8Array(8)
  for (const length of [0, 7, 25]) expect(() => decryptDes(new Uint8Array(length), eight, eight)).toThrow(RangeError)
  for (const length of [0, 129]) expect(() => decryptRc2(new Uint8Array(length), eight, eight)).toThrow(RangeError)
  for (const decrypt of [decryptDes, decryptRc2]) {
    expect(() => decrypt(eight, new Uint8Array(7), eight)).toThrow(RangeError)
    expect(() => decrypt(eight, eight, new Uint8Array(9))).toThrow(RangeError)
  }
})
