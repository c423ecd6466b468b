import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import type { HashName } from '../crypto/provider.ts'
import { hexText } from '../wire/bytes.ts'
import { hmac } from './hmac.ts'
import { pooledRandom } from './random.ts'

const bytes = (length: number, of: number): Uint8Array => new Uint8Array(length).map((_, i) => (i * 7 + of) & 0xff)
const expected = (name: HashName, key: Uint8Array, data: Uint8Array): string =>
  createHmac(name, key).update(data).digest('hex')

const NAMES = ['sha1', 'sha256', 'sha384', 'sha512'] as const

test('HMAC agrees with RFC 4231, test case 2', () => {
  const text = new TextEncoder()
  expect(hexText(hmac('sha256', text.encode('Jefe'), text.encode('what do ya want for nothing?')))).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test.each(NAMES)(
  'HMAC of %s agrees with OpenSSL for keys around a block, and messages around what is hashed at once',
  name => {
    for (const keyLength of [0, 1, 32, 63, 64, 65, 127, 128, 129, 200])
      for (const length of [0, 1, 1023, 1024, 1025]) {
        const [key, data] = [bytes(keyLength, 3), bytes(length, 11)]
        expect(hexText(hmac(name, key, data)), `${keyLength} ${length}`).toBe(expected(name, key, data))
      }
  },
)

test('a short key behind a long one leaves nothing of it, and pieces are one message', () => {
  hmac('sha512', bytes(128, 1), bytes(1000, 2))
  const [a, b] = [bytes(20, 5), bytes(300, 6)]
  const whole = new Uint8Array([...a, ...b])
  expect(hexText(hmac('sha256', bytes(3, 9), a, new Uint8Array(0), b))).toBe(expected('sha256', bytes(3, 9), whole))
})

test('each result is an array of its own', () => {
  const first = hmac('sha256', bytes(32, 1), bytes(10, 1))
  const before = hexText(first)
  hmac('sha256', bytes(32, 2), bytes(10, 2))
  expect(hexText(first)).toBe(before)
  expect(first.constructor).toBe(Uint8Array)
})

test('what is drawn ahead is given out once, in arrays of their own', () => {
  const random = pooledRandom()
  const drawn = Array.from({ length: 400 }, (_, i) => random.bytes(16 + (i % 3) * 16))
  expect(drawn.every((each, i) => each.length === 16 + (i % 3) * 16)).toBe(true)
  expect(new Set(drawn.map(each => hexText(each))).size).toBe(400)
  expect(new Set(drawn.map(each => each.buffer)).size).toBe(400)
  expect(random.bytes(0).length).toBe(0)
  expect(random.bytes(5000).some(octet => octet !== 0)).toBe(true)
  // Sixteen zeros at once are what never comes by chance.
  expect(drawn.some(each => each.subarray(0, 16).every(octet => octet === 0))).toBe(false)
})
