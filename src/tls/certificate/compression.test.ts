import { brotliCompressSync, deflateRawSync, deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { english, sentence } from '../../explain/index.ts'
import type { Failure } from '../../failures/index.ts'
import { nodeCertificateCoders } from '../../node/certificate-coders.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import { encode } from '../../wire/codec.ts'
import type { Message } from '../messages/message.ts'
import { type Bodies13, Certificate, type CompressedCertificate, handshake13 } from '../messages/tls13.ts'
import { Refusal } from '../refusal.ts'
import { type CertificateCoder, commonCoder, compressed, expanded } from './compression.ts'

const [brotli, zlib] = nodeCertificateCoders as readonly [CertificateCoder, CertificateCoder]
const authority = certificateAuthority({ crypto: nodeCrypto(), now: () => Date.UTC(2026, 10, 21), name: 'test root' })
const { chain } = authority.issue({ names: ['shop.test', 'www.shop.test'] })
const certificate: Certificate = {
  context: new Uint8Array(0),
  // Two of a kind, as chains are: what they have in common is what compression takes away.
  entries: [...chain, ...chain].map(each => ({ certificate: each, extensions: [] })),
}
const body = encode(Certificate, certificate)

const messageOf = (value: CompressedCertificate): Message<'CompressedCertificate', Bodies13> => ({
  name: 'CompressedCertificate',
  body: value,
  bytes: encode(handshake13.codec, { type: 25, body: value }),
  id: 7,
  format: handshake13.codec,
})

/** What is refused, with the message that it is about. */
const refused = (value: CompressedCertificate, coders = nodeCertificateCoders): Failure => {
  try {
    expanded(coders, messageOf(value))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    expect(sentence(error.failure)).not.toMatch(/undefined|\?/)
    return error.failure
  }
  throw new Error('it was taken')
}

for (const coder of nodeCertificateCoders)
  describe(coder.algorithm, () => {
    const { algorithm } = compressed(coder, certificate)
    const announcing = (uncompressedLength: number, data: Uint8Array) => ({
      algorithm,
      uncompressedLength,
      compressed: data,
    })

    test('what is compressed becomes the same again', () => {
      const small = compressed(coder, certificate)
      expect(small).toMatchObject({ algorithm: { zlib: 1, brotli: 2, zstd: 3 }[coder.algorithm] })
      expect(small.uncompressedLength).toBe(body.length)
      expect(small.compressed.length).toBeLessThan(body.length)
      expect(expanded(nodeCertificateCoders, messageOf(small))).toEqual(certificate)
      const random = seeded(8879)
      for (let round = 0; round < 100; round++) {
        const any = Certificate.sample(random.number)
        expect(expanded([coder], messageOf(compressed(coder, any))), `round ${round}`).toEqual(any)
      }
    })

    test('RFC 8879 4: a length other than the announced one, more bytes or fewer, is a bad certificate', () => {
      const data = coder.compress(body)
      for (const length of [0, 1, body.length - 1, body.length + 1, 65_536])
        expect(refused(announcing(length, data)), `${length}`).toMatchObject({
          code: 'tls/compression-broken',
          alert: 42,
        })
      for (const damaged of [data.subarray(0, -1), concat(data, Uint8Array.of(0)), new Uint8Array(200), body])
        expect(refused(announcing(body.length, damaged)).code).toBe('tls/compression-broken')
    })

    test('a bomb is not expanded: no more comes out than was announced, and no more than a chain may have', () => {
      const zeros = new Uint8Array(16 * 1024 * 1024)
      const bomb = coder.compress(zeros)
      expect(bomb.length).toBeLessThan(20_000)
      expect(coder.decompress(bomb, 65_536)).toBeUndefined()
      expect(refused(announcing(65_536, bomb)).code).toBe('tls/compression-broken')
      const failure = refused(announcing(65_537, bomb))
      expect(failure).toMatchObject({ code: 'tls/compression-too-long', alert: 42, got: '65537', number: 65_536 })
      expect(refused(announcing(0xff_ffff, bomb)).code).toBe('tls/compression-too-long')
    })

    test('what is expanded must be a Certificate', () => {
      const data = concat(body, Uint8Array.of(0))
      expect(refused(announcing(data.length, coder.compress(data)))).toMatchObject({
        code: 'tls/bad-message',
        where: 'Certificate',
        alert: 50,
      })
    })

    test('noise ends in a value or a refusal', () => {
      const random = seeded(3)
      const data = coder.compress(body)
      for (let round = 0; round < 300; round++) {
        const spoilt = data.slice()
        spoilt[random.below(spoilt.length)] = random.below(256)
        try {
          expanded([coder], messageOf(announcing(body.length, spoilt)))
        } catch (error) {
          expect(error, `round ${round}`).toBeInstanceOf(Refusal)
        }
      }
    })
  })

test('RFC 8879 4: only what was offered may be used', () => {
  const data = brotliCompressSync(body)
  const message = { algorithm: 2, uncompressedLength: body.length, compressed: data }
  const failure = refused(message, [zlib])
  expect(failure).toMatchObject({ code: 'tls/compression-unknown', alert: 47, got: 'brotli', expected: 'zlib' })
  expect(english.says(failure)).toBe('It is compressed with brotli; we offered zlib.')
  expect(refused({ ...message, algorithm: 0x1a1a }).code).toBe('tls/compression-unknown')
  expect(refused({ ...message, algorithm: 0 }, []).code).toBe('tls/compression-unknown')
})

test('zlib means RFC 1950: a bare DEFLATE stream is none', () => {
  const as = (data: Uint8Array) => ({ algorithm: 1, uncompressedLength: body.length, compressed: data })
  expect(expanded([zlib], messageOf(as(deflateSync(body))))).toEqual(certificate)
  expect(refused(as(deflateRawSync(body))).code).toBe('tls/compression-broken')
})

test('the first of our coders that the peer lists is taken, whatever its order', () => {
  expect(commonCoder([brotli, zlib], [0x1a1a, 1, 2])).toBe(brotli)
  expect(commonCoder([brotli, zlib], [1])).toBe(zlib)
  expect(commonCoder([brotli, zlib], [3])).toBeUndefined()
})

test('a coder that makes more than it was asked for is not believed', () => {
  const liar: CertificateCoder = { algorithm: 'zlib', compress: data => data, decompress: () => new Uint8Array(9) }
  expect(refused({ algorithm: 1, uncompressedLength: 8, compressed: body }, [liar]).code).toBe('tls/compression-broken')
})
