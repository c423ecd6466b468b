import { createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { ascii, hex, toHex } from '../../test/support/bytes.ts'
import type { AeadName, CryptoProvider, GroupName, SignatureAlgorithm } from '../crypto/provider.ts'
import { seeded } from '../random.ts'
import { nodeCrypto, seededNodeCrypto } from './crypto.ts'

const providers: [string, () => CryptoProvider][] = [
  ['OpenSSL', nodeCrypto],
  ['seeded', () => seededNodeCrypto(seeded(1))],
]
const keySizes: Record<AeadName, number> = { 'aes-128-gcm': 16, 'aes-256-gcm': 32, 'chacha20-poly1305': 32 }

test('RFC 8439 2.8.2: ChaCha20-Poly1305 gives the ciphertext and tag of the example', () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i)
  const text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
  const { ciphertext, tag } = nodeCrypto()
    .aead('chacha20-poly1305', key)
    .seal(hex('070000004041424344454647'), hex('50515253c0c1c2c3c4c5c6c7'), ascii(text))
  expect(toHex(ciphertext.subarray(0, 16))).toBe('d31a8d34648e60db7b86afbc53ef7ec2')
  expect(toHex(tag)).toBe('1ae10b594f09e26a7e902ecbd0600691')
})

for (const name of Object.keys(keySizes) as AeadName[]) {
  test(`${name} opens what it sealed and nothing else`, () => {
    const crypto = nodeCrypto()
    const key = crypto.random.bytes(keySizes[name])
    const nonce = crypto.random.bytes(12)
    const additional = ascii('header')
    const aead = crypto.aead(name, key)
    const { ciphertext, tag } = aead.seal(nonce, additional, ascii('secret'))
    expect(aead.open(nonce, additional, ciphertext, tag)).toEqual(ascii('secret'))
    const flipped = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 3 ? byte ^ 1 : byte))
    expect(aead.open(nonce, additional, flipped(ciphertext), tag)).toBeUndefined()
    expect(aead.open(nonce, additional, ciphertext, flipped(tag))).toBeUndefined()
    expect(aead.open(nonce, flipped(additional), ciphertext, tag)).toBeUndefined()
    expect(aead.open(flipped(nonce), additional, ciphertext, tag)).toBeUndefined()
    for (const length of [0, 4, 12, 15])
      expect(aead.open(nonce, additional, ciphertext, tag.subarray(0, length))).toBeUndefined()
    expect(aead.open(nonce, additional, new Uint8Array(0), tag)).toBeUndefined()
  })
}

for (const [who, make] of providers) {
  for (const group of ['x25519', 'secp256r1', 'secp384r1'] as GroupName[]) {
    test(`${who}: two ${group} shares agree on one secret`, () => {
      const crypto = make()
      const a = crypto.keyShare(group)
      const b = crypto.keyShare(group)
      const secret = a.derive(b.publicKey)
      expect(secret).toHaveLength(group === 'secp384r1' ? 48 : 32)
      expect(b.derive(a.publicKey)).toEqual(secret)
      expect(a.publicKey).not.toEqual(b.publicKey)
    })
    test(`${who}: a ${group} share refuses what is not a point`, () => {
      const share = make().keyShare(group)
      const size = share.publicKey.length
      for (const bad of [new Uint8Array(0), new Uint8Array(size), share.publicKey.subarray(1)])
        expect(share.derive(bad)).toBeUndefined()
      if (group !== 'x25519') {
        const off = share.publicKey.slice()
        off[size - 1]! ^= 1
        expect(share.derive(off), 'off the curve').toBeUndefined()
        const half = (size - 1) / 2
        const compressed = Uint8Array.of(2 + (share.publicKey[size - 1]! & 1), ...share.publicKey.subarray(1, 1 + half))
        expect(share.derive(compressed), 'compressed').toBeUndefined()
      }
    })
  }
  test(`RFC 7748 6.1: ${who}: points of small order are refused`, () => {
    const share = make().keyShare('x25519')
    for (const low of [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ])
      expect(share.derive(hex(low)), low).toBeUndefined()
  })

  const signing: [Parameters<CryptoProvider['generateKeyPair']>[0], SignatureAlgorithm][] = [
    ['p-256', { key: 'ecdsa', hash: 'sha256' }],
    ['p-256', { key: 'ecdsa', hash: 'sha384' }],
    ['p-384', { key: 'ecdsa', hash: 'sha384' }],
    ['p-384', { key: 'ecdsa', hash: 'sha256' }],
    ['p-256', { key: 'ecdsa', hash: 'sha512' }],
    ['ed25519', { key: 'ed25519', hash: undefined }],
    ['rsa-2048', { key: 'rsa-pkcs1', hash: 'sha256' }],
    ['rsa-2048', { key: 'rsa-pss', hash: 'sha512' }],
  ]
  test(`${who}: signatures verify with their own key, message and algorithm only`, () => {
    const crypto = make()
    for (const [kind, algorithm] of signing) {
      const about = `${kind} ${algorithm.key} ${algorithm.hash}`
      const { spki, pkcs8 } = crypto.generateKeyPair(kind)
      const signature = crypto.sign(algorithm, pkcs8, ascii('message'))
      expect(crypto.verify(algorithm, spki, ascii('message'), signature), about).toBe(true)
      expect(crypto.verify(algorithm, spki, ascii('massage'), signature), about).toBe(false)
      expect(crypto.verify(algorithm, spki, ascii('message'), signature.subarray(1)), about).toBe(false)
      expect(crypto.verify(algorithm, crypto.generateKeyPair('p-256').spki, ascii('message'), signature)).toBe(false)
      expect(crypto.verify(algorithm, ascii('no key'), ascii('message'), signature)).toBe(false)
      const other = algorithm.key === 'ecdsa' ? 'rsa-pkcs1' : 'ecdsa'
      expect(crypto.verify({ key: other, hash: 'sha256' }, spki, ascii('message'), signature), about).toBe(false)
      expect(() => crypto.sign({ key: other, hash: 'sha256' }, pkcs8, ascii('message'))).toThrow(RangeError)
    }
  })
}

test('RFC 8017 8.1.2, 8.2.2: an RSA signature is as long as the modulus, also when its first byte is zero', () => {
  const crypto = nodeCrypto()
  const { spki, pkcs8 } = crypto.generateKeyPair('rsa-2048')
  for (const key of ['rsa-pss', 'rsa-pkcs1'] as const) {
    const algorithm = { key, hash: 'sha256' } as const
    // One of 256 begins with zero; PSS draws its salt anew for each, PKCS #1 needs another message.
    for (let i = 0; ; i++) {
      const message = ascii(`message ${i}`)
      const signature = crypto.sign(algorithm, pkcs8, message)
      if (signature[0] !== 0) continue
      expect(crypto.verify(algorithm, spki, message, signature), key).toBe(true)
      expect(crypto.verify(algorithm, spki, message, signature.subarray(1)), key).toBe(false)
      expect(crypto.verify(algorithm, spki, message, Uint8Array.of(0, ...signature)), key).toBe(false)
      break
    }
  }
})

test('a seeded provider repeats keys, shares and ECDSA and Ed25519 signatures', () => {
  const run = () => {
    const crypto = seededNodeCrypto(seeded(7))
    const out: Uint8Array[] = []
    for (const kind of ['p-256', 'p-384', 'ed25519'] as const) {
      const { spki, pkcs8 } = crypto.generateKeyPair(kind)
      const algorithm: SignatureAlgorithm =
        kind === 'ed25519' ? { key: 'ed25519', hash: undefined } : { key: 'ecdsa', hash: 'sha256' }
      out.push(spki, pkcs8, crypto.sign(algorithm, pkcs8, ascii('again')))
    }
    for (const group of ['x25519', 'secp256r1', 'secp384r1'] as const) out.push(crypto.keyShare(group).publicKey)
    return out.map(toHex)
  }
  expect(run()).toEqual(run())
})

test('RFC 6979 A.2.5: P-256 with SHA-256 of "sample" gives the listed r and s', () => {
  // PrivateKeyInfo around the ECPrivateKey of the example.
  const pkcs8 = hex(
    '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420' +
      'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
  )
  const signature = seededNodeCrypto(seeded(1)).sign({ key: 'ecdsa', hash: 'sha256' }, pkcs8, ascii('sample'))
  expect(toHex(signature)).toBe(
    '3046' +
      '022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
      '022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  )
})

test('RFC 4231 4.3: HMAC-SHA-256, over one piece and over several', () => {
  const crypto = nodeCrypto()
  const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  expect(toHex(crypto.hmac('sha256', ascii('Jefe'), ascii('what do ya want for nothing?')))).toBe(mac)
  expect(toHex(crypto.hmac('sha256', ascii('Jefe'), ascii('what do ya '), ascii('want for nothing?')))).toBe(mac)
})

test('a copied hash goes on alone', () => {
  const crypto = nodeCrypto()
  const hash = crypto.hash('sha256').update(ascii('ab'))
  const copy = hash.copy().update(ascii('c'))
  expect(hash.digest()).toEqual(crypto.hash('sha256').update(ascii('ab')).digest())
  expect(copy.digest()).toEqual(crypto.hash('sha256').update(ascii('abc')).digest())
})

test('a public key is one that signatures can be checked with', () => {
  const crypto = nodeCrypto()
  for (const kind of ['p-256', 'p-384', 'rsa-2048', 'ed25519'] as const) {
    const { spki } = crypto.generateKeyPair(kind)
    expect(crypto.isPublicKey(spki), kind).toBe(true)
    expect(crypto.isPublicKey(spki.subarray(0, -1)), kind).toBe(false)
  }
  // P-256 with a point that is not on the curve, and X25519, which signs nothing.
  const point = `04${'07'.repeat(64)}`
  expect(crypto.isPublicKey(hex(`3059301306072a8648ce3d020106082a8648ce3d030107034200${point}`))).toBe(false)
  expect(crypto.isPublicKey(hex(`302a300506032b656e032100${'09'.repeat(32)}`))).toBe(false)
  expect(crypto.isPublicKey(new Uint8Array(0))).toBe(false)
})

test('equal compares length and content', () => {
  const { equal } = nodeCrypto()
  expect(equal(hex('0102'), hex('0102'))).toBe(true)
  expect(equal(hex('0102'), hex('0103'))).toBe(false)
  expect(equal(hex('0102'), hex('010203'))).toBe(false)
})

test('nothing that leaves the provider is a Buffer', () => {
  const crypto = nodeCrypto()
  const { spki, pkcs8 } = crypto.generateKeyPair('p-256')
  const sealed = crypto.aead('aes-128-gcm', crypto.random.bytes(16)).seal(crypto.random.bytes(12), spki, pkcs8)
  const share = crypto.keyShare('secp256r1')
  const all = [
    spki,
    pkcs8,
    sealed.ciphertext,
    sealed.tag,
    share.publicKey,
    crypto.keyShare('x25519').publicKey,
    share.derive(crypto.keyShare('secp256r1').publicKey),
    crypto.hash('sha256').digest(),
    crypto.hmac('sha256', spki),
    crypto.sign({ key: 'ecdsa', hash: 'sha256' }, pkcs8, spki),
    crypto.random.bytes(3),
  ]
  for (const bytes of all) expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
  expect(() => createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })).not.toThrow()
})
