import { createECDH } from 'node:crypto'
import { expect, test } from 'vitest'
import { isOnCurve } from './on-curve.ts'

const GROUPS = [
  ['secp256r1', 'prime256v1', 32],
  ['secp384r1', 'secp384r1', 48],
  ['secp521r1', 'secp521r1', 66],
] as const

test('a point that OpenSSL made is on its curve, and with one bit changed it is not', () => {
  for (const [group, name, octets] of GROUPS)
    for (let i = 0; i < 20; i++) {
      const point = new Uint8Array(createECDH(name).generateKeys())
      expect(isOnCurve(group, point), group).toBe(true)
      for (const at of [1, octets, 1 + octets, 2 * octets]) {
        const changed = point.slice()
        changed[at]! ^= 1
        expect(isOnCurve(group, changed), `${group} ${at}`).toBe(false)
      }
    }
})

test('a coordinate not below the prime is no coordinate, though the equation holds', () => {
  // The point with x = 0 on P-521, whose numbers have room for p in their octets.
  const y =
    '012df13601594a883ef2d935e44bb90bf4d6619b74e52af7552f97769011c0719eb439cfab2a88d40fe59a2bed1f43557169a2d0a2ccd280c607b92bbf51ffe0b078'
  const zero = '00'.repeat(66)
  const point = (x: string, y: string): Uint8Array => new Uint8Array(Buffer.from(`04${x}${y}`, 'hex'))
  expect(isOnCurve('secp521r1', point(zero, y))).toBe(true)
  const p = (1n << 521n) - 1n
  const above = (hex: string): string => (BigInt(`0x${hex}`) + p).toString(16).padStart(132, '0')
  expect(isOnCurve('secp521r1', point(above(zero), y))).toBe(false)
  expect(isOnCurve('secp521r1', point(zero, above(y)))).toBe(false)
})

test('another form or another length is none', () => {
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  const whole = new Uint8Array(ecdh.getPublicKey())
  expect(isOnCurve('secp256r1', new Uint8Array(ecdh.getPublicKey(null, 'compressed')))).toBe(false)
  expect(isOnCurve('secp256r1', new Uint8Array(ecdh.getPublicKey(null, 'hybrid')))).toBe(false)
  expect(isOnCurve('secp256r1', Uint8Array.of(...whole, 0))).toBe(false)
  expect(isOnCurve('secp256r1', whole.subarray(0, -1))).toBe(false)
  expect(isOnCurve('secp256r1', new Uint8Array(0))).toBe(false)
})
