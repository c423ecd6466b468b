/** The decoders of pages beside those of Node: what one makes of bytes, the other makes. */
import { brotliCompressSync, constants, deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { nodeCertificateCoders } from '../../../src/node/certificate-coders.ts'
import { seeded } from '../../../src/random.ts'
import { webCertificateCoders } from './certificate-coders.ts'

/** As chains are: names and keys. */
const chainLike = (length: number): Uint8Array => {
  const random = seeded(1)
  const text = new TextEncoder().encode('C=US, O=Example Trust Services, CN=Example Root R1 https://crl.example.test/ ')
  return Uint8Array.from({ length }, (_, i) => (i % 500 < 250 ? text[i % text.length]! : random.bytes(1)[0]!))
}

const BROTLI = [0, 1, 5, 9, 11].map(quality => (data: Uint8Array) => {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = constants
  return brotliCompressSync(data, { params: { [BROTLI_PARAM_QUALITY]: quality, [BROTLI_PARAM_LGWIN]: 10 + quality } })
})
const ZLIB = [0, 1, 9].map(level => (data: Uint8Array) => deflateSync(data, { level }))

describe.each([
  ['brotli', BROTLI],
  ['zlib', ZLIB],
] as const)('%s', (algorithm, ways) => {
  const { decompress } = webCertificateCoders.find(coder => coder.algorithm === algorithm)!
  const { decompress: byNode } = nodeCertificateCoders.find(coder => coder.algorithm === algorithm)!

  test('what was compressed comes out, however it was, and however long it is', () => {
    for (const length of [1, 2, 100, 3_000, 70_000, 200_000])
      for (const data of [chainLike(length), seeded(2).bytes(length), new Uint8Array(length)])
        for (const compress of ways)
          expect(Buffer.compare(decompress(new Uint8Array(compress(data)), length)!, data), `${length}`).toBe(0)
  })

  test('what is longer or shorter than it was announced is nothing', () => {
    for (const compress of ways) {
      const bytes = new Uint8Array(compress(chainLike(3_000)))
      for (const length of [1, 2_999, 3_001, 6_000]) expect(decompress(bytes, length)).toBeUndefined()
      expect(decompress(bytes.subarray(0, -2), 3_000)).toBeUndefined()
      expect(decompress(bytes.subarray(0, 20), 3_000)).toBeUndefined()
    }
    expect(decompress(new Uint8Array(0), 5)).toBeUndefined()
  })

  // brotli.js looks neither at padding nor at the lengths of blocks at their ends: what it lets through, Node may not.
  test('what Node makes of bytes with a bit flipped comes out here too', () => {
    let read = 0
    for (const compress of [ways[0]!, ways.at(-1)!]) {
      const whole = chainLike(400)
      const bytes = new Uint8Array(compress(whole))
      for (let bit = 0; bit < 8 * bytes.length; bit += 3) {
        const flipped = bytes.slice()
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const expected = byNode(flipped, 400)
        const found = decompress(flipped, 400)
        if (expected !== undefined) read++
        if (expected !== undefined) expect([bit, found]).toEqual([bit, expected])
        // A checksum stands behind it.
        else if (algorithm === 'zlib') expect([bit, found ?? whole]).toEqual([bit, whole])
      }
    }
    expect(read).toBeGreaterThan(0)
  })
})

test('brotli that would become megabytes ends where it was to end', () => {
  const bytes = new Uint8Array(brotliCompressSync(new Uint8Array(40_000_000), { params: {} }))
  expect(bytes.length).toBeLessThan(1_000)
  expect(webCertificateCoders[0]!.decompress(bytes, 4_000)).toBeUndefined()
})
