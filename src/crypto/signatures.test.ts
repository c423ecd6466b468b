/** What of RSA, ECDSA and their keys verifies, and what does not: alike in OpenSSL and in plain TypeScript. */
import { constants, generateKeyPairSync, type KeyObject, publicEncrypt } from 'node:crypto'
import { expect, test } from 'vitest'
import { ascii, hex } from '../../test/support/bytes.ts'
import { node, platforms, web } from '../../test/support/worlds.ts'
import { Der } from '../asn1/der.ts'
import { bitString, integer, nothing, oid, sequence } from '../asn1/write.ts'
import { seeded } from '../random.ts'
import type { HashName } from './provider.ts'

test.each(platforms)(
  'RFC 8017 8.1.2, 8.2.2: %s: an RSA signature is as long as the modulus, also when its first byte is zero',
  (_, { crypto }) => {
    const { spki, pkcs8 } = node.crypto.generateKeyPair('rsa-2048')
    for (const key of ['rsa-pss', 'rsa-pkcs1'] as const) {
      const algorithm = { key, hash: 'sha256' } as const
      // One of 256 begins with zero; PSS draws its salt anew for each, PKCS #1 needs another message.
      for (let i = 0; ; i++) {
        const message = ascii(`message ${i}`)
        const signature = node.crypto.sign(algorithm, pkcs8, message)
        if (signature[0] !== 0) continue
        expect(crypto.verify(algorithm, spki, message, signature), key).toBe(true)
        expect(crypto.verify(algorithm, spki, message, signature.subarray(1)), key).toBe(false)
        expect(crypto.verify(algorithm, spki, message, Uint8Array.of(0, ...signature)), key).toBe(false)
        break
      }
    }
  },
)

const rsaKey = (modulusLength: number, publicExponent = 65537) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
  return { spki, pkcs8: new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })) }
}

// The lengths at which the first octet of an encoded PSS message has eight, seven, … bits to spare (RFC 8017 9.1.1).
test.each([1024, 1025, 1026, 1027, 1031])('RSA of %i bits is verified alike, changed in any octet or not', bits => {
  const { spki, pkcs8 } = rsaKey(bits, bits === 1024 ? 3 : 65537)
  const message = ascii('message')
  for (const key of ['rsa-pkcs1', 'rsa-pss'] as const) {
    for (const hash of ['sha1', 'sha256', 'sha384', 'sha512'] as HashName[]) {
      const algorithm = { key, hash }
      let signature: Uint8Array
      try {
        signature = node.crypto.sign(algorithm, pkcs8, message)
      } catch {
        // RFC 8017 9.1.1, step 3: two SHA-512 values do not fit into 1024 bits.
        expect(`${key} ${hash}`).toBe('rsa-pss sha512')
        continue
      }
      const both = (changed: Uint8Array, how = algorithm) =>
        platforms.map(([, { crypto }]) => crypto.verify(how, spki, message, changed))
      expect(both(signature)).toEqual([true, true])
      for (const at of [0, 1, 40, signature.length - 1])
        expect(both(signature.map((octet, i) => (i === at ? octet ^ 0x10 : octet)))).toEqual([false, false])
      expect(both(signature, { key, hash: hash === 'sha1' ? 'sha256' : 'sha1' })).toEqual([false, false])
      expect(both(signature, { key: key === 'rsa-pss' ? 'rsa-pkcs1' : 'rsa-pss', hash })).toEqual([false, false])
    }
  }
})

/** EMSA-PKCS1-v1_5 (RFC 8017 9.2) of SHA-256 of `message`. */
const padded = (message: Uint8Array, length: number): Uint8Array => {
  const info = hex('3031300d060960864801650304020105000420')
  const digest = node.crypto.hash('sha256').update(message).digest()
  return Uint8Array.of(0, 1, ...new Uint8Array(length - 54).fill(0xff), 0, ...info, ...digest)
}
const rsaSpki = (modulus: Uint8Array, exponent: Uint8Array): Uint8Array =>
  sequence(sequence(oid('1.2.840.113549.1.1.1'), nothing), bitString(sequence(integer(modulus), integer(exponent))))

test('RFC 8017 3.1: an exponent of 1, with which every number signs itself, is refused', () => {
  const spki = rsaSpki(new Uint8Array(256).fill(0xff), Uint8Array.of(1))
  const algorithm = { key: 'rsa-pkcs1', hash: 'sha256' } as const
  expect(web.crypto.verify(algorithm, spki, ascii('message'), padded(ascii('message'), 256))).toBe(false)
})

test('an RSA key that is made to cost much is refused, though its signature is right', () => {
  for (const modulusLength of [3080, 2048]) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength })
    const { n = '', d = '' } = privateKey.export({ format: 'jwk' })
    const number = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
    // The exponents are exchanged: what anybody can do with the usual key is now the signature.
    const message = ascii('message')
    const key = { key: publicKey, padding: constants.RSA_NO_PADDING }
    const signature = new Uint8Array(publicEncrypt(key, padded(message, modulusLength / 8)))
    const spki = rsaSpki(number(n), number(d))
    const taken = platforms.map(([, { crypto }]) =>
      crypto.verify({ key: 'rsa-pkcs1', hash: 'sha256' }, spki, message, signature),
    )
    // OpenSSL has time for 2048 bits; BigInt does not.
    expect(taken).toEqual([modulusLength === 2048, false])
    expect(web.crypto.isPublicKey(spki)).toBe(false)
  }
})

test('ECDSA signatures are DER or nothing, on every platform', () => {
  const algorithm = { key: 'ecdsa', hash: 'sha256' } as const
  for (const kind of ['p-256', 'p-384'] as const) {
    const { spki, pkcs8 } = node.seeded(seeded(3)).generateKeyPair(kind)
    const message = ascii('message')
    const signature = node.crypto.sign(algorithm, pkcs8, message)
    const [r, s] = [signature.subarray(2, 4 + signature[3]!), signature.subarray(4 + signature[3]!)]
    const longer = (tag: number, ...pieces: Uint8Array[]) => {
      const body = pieces.flatMap(piece => [...piece])
      return Uint8Array.of(tag, body.length, ...body)
    }
    const zeros = (number: Uint8Array) => longer(2, Uint8Array.of(0), number.subarray(2))
    const wrong: Record<string, Uint8Array> = {
      'a leading zero too many': longer(0x30, zeros(r), s),
      'one in the second number': longer(0x30, r, zeros(s)),
      'a length in long form': Uint8Array.of(0x30, 0x81, signature[1]!, ...signature.subarray(2)),
      'an octet behind it': Uint8Array.of(...signature, 0),
      'an octet inside it': longer(0x30, r, s, Uint8Array.of(0)),
      'a third number': longer(0x30, r, s, Uint8Array.of(2, 1, 1)),
      'a SET': Uint8Array.of(0x31, ...signature.subarray(1)),
      nothing: new Uint8Array(0),
      zeros: longer(0x30, Uint8Array.of(2, 1, 0), Uint8Array.of(2, 1, 0)),
      'a negative number': longer(0x30, Uint8Array.of(2, 1, 0x80), s),
      'its halves exchanged': longer(0x30, s, r),
    }
    for (const [name, { crypto }] of platforms) {
      expect(crypto.verify(algorithm, spki, message, signature), name).toBe(true)
      for (const [how, bytes] of Object.entries(wrong))
        expect(crypto.verify(algorithm, spki, message, bytes), `${name}: ${how}`).toBe(false)
    }
  }
})

test('a key whose algorithm has other parameters than it must is none, on every platform', () => {
  const keys = (['p-256', 'ed25519', 'rsa-2048'] as const).map(kind => node.crypto.generateKeyPair(kind).spki)
  for (const spki of keys) {
    const info = new Der(spki).inside(0x30, 'key')
    const algorithm = info.inside(0x30, 'algorithm')
    info.read(0x03, 'bits')
    const bits = info.element()
    const changed = (...after: Uint8Array[]): Uint8Array =>
      sequence(sequence(spki.slice(algorithm.pos, algorithm.end), ...after), bits)
    const twice = changed(nothing)
    const text = changed(Uint8Array.of(0x0c, 1, 0x61))
    for (const [name, { crypto }] of platforms) {
      expect(crypto.isPublicKey(changed()), name).toBe(true)
      expect([crypto.isPublicKey(twice), crypto.isPublicKey(text)], name).toEqual([false, false])
    }
  }
})

test('P-521 is verified on every platform, for the roots that have it', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' })
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
  const pkcs8 = new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }))
  const algorithm = { key: 'ecdsa', hash: 'sha512' } as const
  const signatures = platforms.map(([, { crypto }]) => crypto.sign(algorithm, pkcs8, ascii('message')))
  for (const [name, { crypto }] of platforms)
    for (const signature of signatures) {
      expect(crypto.verify(algorithm, spki, ascii('message'), signature), name).toBe(true)
      expect(crypto.verify(algorithm, spki, ascii('massage'), signature), name).toBe(false)
    }
})

test('RFC 4055 3.1: a key for RSASSA-PSS verifies that alone, and with its own hash alone, on every platform', () => {
  const message = ascii('message')
  const sha384 = { hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 48 }
  for (const options of [{}, sha384]) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...options })
    const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))
    const pkcs8 = new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }))
    const signature = node.crypto.sign({ key: 'rsa-pss', hash: 'sha384' }, pkcs8, message)
    for (const [name, { crypto }] of platforms) {
      expect(crypto.isPublicKey(spki), name).toBe(true)
      expect(crypto.verify({ key: 'rsa-pss', hash: 'sha384' }, spki, message, signature), name).toBe(true)
      expect(crypto.verify({ key: 'rsa-pss', hash: 'sha384' }, spki, ascii('massage'), signature), name).toBe(false)
      for (const wrong of [
        { key: 'rsa-pss', hash: 'sha256' },
        { key: 'rsa-pkcs1', hash: 'sha384' },
      ] as const)
        expect(crypto.verify(wrong, spki, message, signature), name).toBe(false)
      expect(crypto.rsaEncrypt(spki, message), name).toBeUndefined()
      if (options !== sha384) continue
      // Another hash, though the signature is right for the same modulus without restrictions.
      const free = unrestricted(publicKey, privateKey)
      const other = node.crypto.sign({ key: 'rsa-pss', hash: 'sha256' }, free.pkcs8, message)
      expect(crypto.verify({ key: 'rsa-pss', hash: 'sha256' }, free.spki, message, other), name).toBe(true)
      expect(crypto.verify({ key: 'rsa-pss', hash: 'sha256' }, spki, message, other), name).toBe(false)
    }
  }
})

/** The same numbers as a key of rsaEncryption: what a key is for stands in its AlgorithmIdentifier alone. */
const unrestricted = (publicKey: KeyObject, privateKey: KeyObject) => {
  const algorithm = sequence(oid('1.2.840.113549.1.1.1'), nothing)
  const info = new Der(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))).inside(0x30, 'key')
  info.read(0x30, 'algorithm')
  info.read(0x03, 'bits')
  const secret = new Der(new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }))).inside(0x30, 'key')
  secret.read(0x02, 'version')
  secret.read(0x30, 'algorithm')
  secret.read(0x04, 'key')
  return { spki: sequence(algorithm, info.element()), pkcs8: sequence(integer(0), algorithm, secret.element()) }
}

test("without OpenSSL no RSA key is made and none signs or decrypts; the mistake is the caller's", () => {
  const { pkcs8 } = rsaKey(1024)
  expect(() => web.crypto.generateKeyPair('rsa-2048')).toThrow(RangeError)
  expect(() => web.crypto.sign({ key: 'rsa-pss', hash: 'sha256' }, pkcs8, ascii('message'))).toThrow(RangeError)
  expect(() => web.crypto.rsaRaw(pkcs8, new Uint8Array(128))).toThrow(RangeError)
})
