/** What every provider must do: OpenSSL's and the one in plain TypeScript, with and without a seed. */
import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { node, platforms, web } from '../../test/support/worlds.ts'
import { seeded } from '../random.ts'
import type { AeadName, CryptoProvider, GroupName, KeyKind, SignatureAlgorithm } from './provider.ts'
import { encryptionBlock } from './rsa-padding.ts'

const providers = platforms.flatMap(([name, platform]) => [
  { who: name, makesRsa: platform.makesRsa, make: () => platform.crypto },
  { who: `${name}, seeded`, makesRsa: platform.makesRsa, make: () => platform.seeded(seeded(1)) },
])
const keySizes: Record<AeadName, number> = { 'aes-128-gcm': 16, 'aes-256-gcm': 32, 'chacha20-poly1305': 32 }

type GroupSizes = readonly [offer: number, answer: number, secret: number]
const groupSizes: Readonly<Record<GroupName, GroupSizes>> = {
  x25519: [32, 32, 32],
  secp256r1: [65, 65, 32],
  secp384r1: [97, 97, 48],
  secp521r1: [133, 133, 66],
  X25519MLKEM768: [1216, 1120, 64],
}
const zeros = (share: Uint8Array) => new Uint8Array(share.length)
const shorter = (share: Uint8Array) => share.subarray(1)
const longer = (share: Uint8Array) => Uint8Array.of(...share, 0)

describe.each(platforms)('%s', (_, platform) => {
  const { crypto } = platform
  test('RFC 8439 2.8.2: ChaCha20-Poly1305 gives the ciphertext and tag of the example', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i)
    const text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    const { ciphertext, tag } = crypto
      .aead('chacha20-poly1305', key)
      .seal(hex('070000004041424344454647'), hex('50515253c0c1c2c3c4c5c6c7'), ascii(text))
    expect(toHex(ciphertext.subarray(0, 16))).toBe('d31a8d34648e60db7b86afbc53ef7ec2')
    expect(toHex(tag)).toBe('1ae10b594f09e26a7e902ecbd0600691')
  })

  for (const name of Object.keys(keySizes) as AeadName[]) {
    test(`${name} opens what it sealed and nothing else`, () => {
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
      const longer = Uint8Array.from([...ciphertext.subarray(-4), ...tag])
      expect(aead.open(nonce, additional, ciphertext.subarray(0, -4), longer)).toBeUndefined()
      expect(aead.open(nonce, additional, new Uint8Array(0), tag)).toBeUndefined()
    })

    test(`${name} seals the same in pieces and in place`, () => {
      const aead = crypto.aead(name, crypto.random.bytes(keySizes[name]))
      const [nonce, additional] = [crypto.random.bytes(12), ascii('header')]
      for (const length of [0, 1, 100, 511, 512, 513, 5000]) {
        const plaintext = crypto.random.bytes(length)
        const { ciphertext, tag } = aead.seal(nonce, additional, plaintext)
        expect([ciphertext.length, tag.length]).toEqual([length, 16])
        const target = new Uint8Array(length + 20)
        target.set(plaintext, 3)
        aead.sealInto(target, 3, nonce, additional, target.subarray(3, 3 + length))
        expect(target, `${length}`).toEqual(concat(new Uint8Array(3), ciphertext, tag, new Uint8Array(1)))
        expect(aead.open(nonce, additional, ciphertext, tag)).toEqual(plaintext)
      }
    })
  }

  test('keys of one kind that are used in turn stay apart', () => {
    const [nonce, none] = [new Uint8Array(12), new Uint8Array(0)]
    for (const name of Object.keys(keySizes) as AeadName[]) {
      const sealed = [1, 2].map(of => {
        const aead = crypto.aead(name, new Uint8Array(keySizes[name]).fill(of))
        return { aead, ...aead.seal(nonce, none, ascii('secret')) }
      })
      for (let round = 0; round < 2; round++)
        for (const { aead, ciphertext, tag } of sealed) {
          expect(aead.seal(nonce, none, ascii('secret')), name).toEqual({ ciphertext, tag })
          expect(aead.open(nonce, none, ciphertext, tag), name).toEqual(ascii('secret'))
        }
      expect(sealed[0]!.ciphertext).not.toEqual(sealed[1]!.ciphertext)
    }
  })

  test('RFC 6979 A.2.5: P-256 with SHA-256 of "sample" gives the listed r and s', () => {
    // PrivateKeyInfo around the ECPrivateKey of the example.
    const pkcs8 = hex(
      '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420' +
        'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
    )
    const signature = platform.seeded(seeded(1)).sign({ key: 'ecdsa', hash: 'sha256' }, pkcs8, ascii('sample'))
    expect(toHex(signature)).toBe(
      '3046' +
        '022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
        '022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    )
  })

  test('RFC 6979 A.2.7: P-521 with SHA-512 of "sample" gives the listed r and s', () => {
    const pkcs8 = hex(
      '3060020100301006072a8648ce3d020106052b81040023044930470201010442' +
        '00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538',
    )
    const signature = platform.seeded(seeded(1)).sign({ key: 'ecdsa', hash: 'sha512' }, pkcs8, ascii('sample'))
    expect(toHex(signature)).toBe(
      '308187' +
        '024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa' +
        '0241617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a',
    )
  })

  test('NIST SP 800-38A F.2: AES in CBC mode gives the blocks of the examples, and takes them back', () => {
    const iv = hex('000102030405060708090a0b0c0d0e0f')
    const text = hex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51')
    const aes128 = crypto.cbc(hex('2b7e151628aed2a6abf7158809cf4f3c'))
    const aes192 = crypto.cbc(hex('8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b'))
    const aes256 = crypto.cbc(hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'))
    expect(toHex(aes128.encrypt(iv, text))).toBe('7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2')
    expect(toHex(aes256.encrypt(iv, text))).toBe('f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d')
    expect(toHex(aes192.encrypt(iv, text))).toBe('4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a')
    for (const aes of [aes128, aes192, aes256]) expect(aes.decrypt(iv, aes.encrypt(iv, text))).toEqual(text)
  })

  test('RFC 6070 2 and RFC 7914 11, 12: passwords become the keys of the examples', () => {
    const sha1 = crypto.pbkdf2(
      'sha1',
      ascii('passwordPASSWORDpassword'),
      ascii('saltSALTsaltSALTsaltSALTsaltSALTsalt'),
      4096,
      25,
    )
    expect(toHex(sha1)).toBe('3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038')
    expect(toHex(crypto.pbkdf2('sha256', ascii('passwd'), ascii('salt'), 1, 64))).toBe(
      '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc' +
        '49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
    )
    const costs = { cost: 1024, blockSize: 8, parallelization: 16 }
    expect(toHex(crypto.scrypt(ascii('password'), ascii('NaCl'), costs, 64))).toBe(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162' +
        '2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
    )
    // Blocks side by side take memory too, here as much as those behind each other (computed with Python's hashlib).
    const wide = { cost: 64, blockSize: 1, parallelization: 60 }
    expect(toHex(crypto.scrypt(ascii('password'), ascii('NaCl'), wide, 16))).toBe('2b52c286a3da68092fa929815dd98e73')
    // More memory than Node takes by itself.
    const large = { cost: 32_768, blockSize: 8, parallelization: 1 }
    expect(crypto.scrypt(ascii('password'), ascii('NaCl'), large, 16).length).toBe(16)
  })

  test('CBC takes whole blocks and keys of AES alone, and keeps a key of its own', () => {
    const key = new Uint8Array(16).fill(7)
    const aes = crypto.cbc(key)
    const blocks = aes.encrypt(new Uint8Array(16), new Uint8Array(32))
    key.fill(0)
    expect(aes.decrypt(new Uint8Array(16), blocks)).toEqual(new Uint8Array(32))
    for (const length of [15, 17]) {
      expect(() => aes.encrypt(new Uint8Array(16), new Uint8Array(length))).toThrow(RangeError)
      expect(() => aes.decrypt(new Uint8Array(16), new Uint8Array(length))).toThrow(RangeError)
    }
    for (const length of [0, 20, 33]) expect(() => crypto.cbc(new Uint8Array(length))).toThrow(RangeError)
  })

  test('RFC 8017 7.2.1: what is encrypted to an RSA key is 0, 2, nonzero octets, 0 and the message', () => {
    const { spki, pkcs8 } = node.crypto.generateKeyPair('rsa-2048')
    for (const length of [0, 48, 245]) {
      const message = new Uint8Array(length).fill(9)
      const block = node.crypto.rsaRaw(pkcs8, crypto.rsaEncrypt(spki, message)!)!
      expect(block).toHaveLength(256)
      expect([...block.subarray(0, 2)]).toEqual([0, 2])
      expect(block.indexOf(0, 2)).toBe(255 - length)
      expect(block.subarray(256 - length)).toEqual(message)
    }
    expect(crypto.rsaEncrypt(spki, new Uint8Array(246)), 'no room').toBeUndefined()
    expect(crypto.rsaEncrypt(node.crypto.generateKeyPair('p-256').spki, ascii('x')), 'no RSA').toBeUndefined()
    expect(crypto.rsaEncrypt(ascii('no key'), ascii('x'))).toBeUndefined()
  })

  test('RFC 4231 4.3: HMAC-SHA-256, over one piece and over several', () => {
    const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    expect(toHex(crypto.hmac('sha256', ascii('Jefe'), ascii('what do ya want for nothing?')))).toBe(mac)
    expect(toHex(crypto.hmac('sha256', ascii('Jefe'), ascii('what do ya '), ascii('want for nothing?')))).toBe(mac)
  })

  test('FIPS 180-4: a digest is that of its pieces one behind the other, few of them and many', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(toHex(crypto.digest('sha256', ascii('abc')))).toBe(abc)
    expect(toHex(crypto.digest('sha256', ascii('a'), new Uint8Array(0), ascii('bc')))).toBe(abc)
    expect(toHex(crypto.digest('sha256'))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    const million = 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'
    const thousand = new Uint8Array(1_000).fill(0x61)
    expect(toHex(crypto.digest('sha256', ...Array.from({ length: 1_000 }, () => thousand)))).toBe(million)
  })

  test('a key that was overwritten neither seals nor opens', () => {
    for (const name of ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'] as const) {
      const aead = crypto.aead(name, new Uint8Array(name === 'aes-128-gcm' ? 16 : 32).fill(7))
      const [nonce, none] = [new Uint8Array(12), new Uint8Array(0)]
      const { ciphertext, tag } = aead.seal(nonce, none, ascii('secret'))
      expect(aead.open(nonce, none, ciphertext, tag)).toEqual(ascii('secret'))
      aead.wipe()
      expect(() => aead.seal(nonce, none, ascii('secret')), name).toThrow()
      expect(() => aead.open(nonce, none, ciphertext, tag), name).toThrow()
    }
    const [cbc, block] = [crypto.cbc(new Uint8Array(16).fill(7)), new Uint8Array(16)]
    expect(cbc.decrypt(block, cbc.encrypt(block, block))).toEqual(block)
    cbc.wipe()
    expect(() => cbc.encrypt(block, block)).toThrow()
    expect(() => cbc.decrypt(block, block)).toThrow()
  })

  test('a copied hash goes on alone', () => {
    const hash = crypto.hash('sha256').update(ascii('ab'))
    const copy = hash.copy().update(ascii('c'))
    expect(hash.digest()).toEqual(crypto.hash('sha256').update(ascii('ab')).digest())
    expect(copy.digest()).toEqual(crypto.hash('sha256').update(ascii('abc')).digest())
  })

  test('a public key is one that signatures can be checked with', () => {
    for (const kind of ['p-256', 'p-384', 'p-521', 'rsa-2048', 'ed25519'] as const) {
      const { spki } = node.crypto.generateKeyPair(kind)
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
    const { equal } = crypto
    expect(equal(hex('0102'), hex('0102'))).toBe(true)
    expect(equal(hex('0102'), hex('0103'))).toBe(false)
    expect(equal(hex('0102'), hex('010203'))).toBe(false)
  })

  test('nothing that leaves the provider is a Buffer', () => {
    const { spki, pkcs8 } = crypto.generateKeyPair('p-256')
    const sealed = crypto.aead('aes-128-gcm', crypto.random.bytes(16)).seal(crypto.random.bytes(12), spki, pkcs8)
    const rsa = node.crypto.generateKeyPair('rsa-2048')
    const offer = crypto.offerShare('secp256r1')
    const answer = crypto.answerShare('secp256r1', offer.share)!
    const [first, second] = (['x25519', 'X25519MLKEM768'] as const).map(group => crypto.offerShare(group))
    const all = [
      spki,
      pkcs8,
      sealed.ciphertext,
      sealed.tag,
      offer.share,
      offer.secret(answer.share),
      answer.share,
      answer.secret,
      first!.share,
      ...Object.values(crypto.answerShare('x25519', first!.share)!),
      second!.share,
      ...Object.values(crypto.answerShare('X25519MLKEM768', second!.share)!),
      crypto.cbc(new Uint8Array(16)).encrypt(new Uint8Array(16), new Uint8Array(32)),
      crypto.cbc(new Uint8Array(16)).decrypt(new Uint8Array(16), new Uint8Array(32)),
      crypto.rsaEncrypt(rsa.spki, spki),
      crypto.hash('sha256').digest(),
      crypto.hmac('sha256', spki),
      crypto.sign({ key: 'ecdsa', hash: 'sha256' }, pkcs8, spki),
      crypto.random.bytes(3),
    ]
    for (const bytes of all) expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
    expect(() => createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })).not.toThrow()
  })
})

for (const { who, makesRsa, make } of providers) {
  for (const [group, sizes] of Object.entries(groupSizes) as [GroupName, GroupSizes][]) {
    test(`${who}: an offer of ${group} and its answer agree on one secret, and no two on the same`, () => {
      const crypto = make()
      const offer = crypto.offerShare(group)
      const answer = crypto.answerShare(group, offer.share)!
      expect([offer.share.length, answer.share.length, answer.secret.length]).toEqual(sizes)
      expect(offer.secret(answer.share)).toEqual(answer.secret)
      const other = crypto.offerShare(group)
      expect(other.share).not.toEqual(offer.share)
      expect(other.secret(crypto.answerShare(group, other.share)!.share)).not.toEqual(answer.secret)
    })
    test(`${who}: an offer of ${group} is for one use, whether the answer was good or not`, () => {
      const crypto = make()
      const offer = crypto.offerShare(group)
      const { share } = crypto.answerShare(group, offer.share)!
      expect(offer.secret(share)).toBeDefined()
      expect(() => offer.secret(share)).toThrow(RangeError)
      const other = crypto.offerShare(group)
      expect(other.secret(new Uint8Array(0))).toBeUndefined()
      expect(() => other.secret(share)).toThrow(RangeError)
    })
    test(`${who}: what is no share of ${group} is refused by whoever answers and by whoever offered`, () => {
      const crypto = make()
      const { share } = crypto.offerShare(group)
      const answer = crypto.answerShare(group, share)!.share
      for (const wrong of [() => new Uint8Array(0), zeros, shorter, longer]) {
        expect(crypto.answerShare(group, wrong(share)), `${wrong}`).toBeUndefined()
        // Any ciphertext of the right length gives a secret of ML-KEM, but X25519 sees the zeros.
        expect(crypto.offerShare(group).secret(wrong(answer)), `${wrong}`).toBeUndefined()
      }
      if (!group.startsWith('secp')) return
      const size = share.length
      const off = share.slice()
      off[size - 1]! ^= 1
      const half = (size - 1) / 2
      const compressed = Uint8Array.of(2 + (share[size - 1]! & 1), ...share.subarray(1, 1 + half))
      const hybridForm = Uint8Array.of(6 + (share[size - 1]! & 1), ...share.subarray(1))
      for (const bad of [off, compressed, hybridForm, Uint8Array.of(0)]) {
        expect(crypto.offerShare(group).secret(bad)).toBeUndefined()
        expect(crypto.answerShare(group, bad)).toBeUndefined()
      }
    })
  }
  test(`RFC 7748 6.1: ${who}: points of small order are refused`, () => {
    const crypto = make()
    for (const low of [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ]) {
      expect(crypto.offerShare('x25519').secret(hex(low)), low).toBeUndefined()
      expect(crypto.answerShare('x25519', hex(low)), low).toBeUndefined()
      const hybrid = crypto.offerShare('X25519MLKEM768')
      const answer = crypto.answerShare('X25519MLKEM768', hybrid.share)!.share
      expect(hybrid.secret(Uint8Array.of(...answer.subarray(0, 1088), ...hex(low))), low).toBeUndefined()
      const share = Uint8Array.of(...hybrid.share.subarray(0, 1184), ...hex(low))
      expect(crypto.answerShare('X25519MLKEM768', share), low).toBeUndefined()
    }
  })
  test(`FIPS 203 7.2: ${who}: an encapsulation key with a coefficient of q or more is refused`, () => {
    const crypto = make()
    const { share } = crypto.offerShare('X25519MLKEM768')
    // Two coefficients of 12 bits in each three bytes, the lower first: 3329 is q, 3328 the largest that may be.
    const withFirst = (coefficient: number) =>
      Uint8Array.of(coefficient & 0xff, (share[1]! & 0xf0) | (coefficient >> 8), ...share.subarray(2))
    expect(crypto.answerShare('X25519MLKEM768', withFirst(3328))).toBeDefined()
    expect(crypto.answerShare('X25519MLKEM768', withFirst(3329))).toBeUndefined()
    expect(crypto.answerShare('X25519MLKEM768', withFirst(4095))).toBeUndefined()
  })
  test(`FIPS 203 7.3: ${who}: a ciphertext that was changed gives a secret that nobody else has`, () => {
    const crypto = make()
    const offer = crypto.offerShare('X25519MLKEM768')
    const { share, secret } = crypto.answerShare('X25519MLKEM768', offer.share)!
    const other = offer.secret(share.map((byte, i) => (i === 500 ? byte ^ 1 : byte)))!
    expect(other).toHaveLength(64)
    expect(other.subarray(0, 32)).not.toEqual(secret.subarray(0, 32))
    expect(other.subarray(32)).toEqual(secret.subarray(32))
  })

  const signing: [KeyKind, SignatureAlgorithm][] = [
    ['p-256', { key: 'ecdsa', hash: 'sha256' }],
    ['p-256', { key: 'ecdsa', hash: 'sha384' }],
    ['p-384', { key: 'ecdsa', hash: 'sha384' }],
    ['p-384', { key: 'ecdsa', hash: 'sha256' }],
    ['p-256', { key: 'ecdsa', hash: 'sha512' }],
    ['p-521', { key: 'ecdsa', hash: 'sha512' }],
    ['p-521', { key: 'ecdsa', hash: 'sha256' }],
    ['ed25519', { key: 'ed25519', hash: undefined }],
    ['rsa-2048', { key: 'rsa-pkcs1', hash: 'sha256' }],
    ['rsa-2048', { key: 'rsa-pss', hash: 'sha512' }],
  ]
  test(`${who}: signatures verify with their own key, message and algorithm only`, () => {
    const crypto = make()
    for (const [kind, algorithm] of makesRsa ? signing : signing.filter(([kind]) => kind !== 'rsa-2048')) {
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

test('the same seed gives the same keys, shares, RSA ciphertexts and ECDSA and Ed25519 signatures on every platform', () => {
  const { spki } = node.crypto.generateKeyPair('rsa-2048')
  const run = (crypto: CryptoProvider) => {
    const out: Uint8Array[] = []
    for (const kind of ['p-256', 'p-384', 'p-521', 'ed25519'] as const) {
      const { spki, pkcs8 } = crypto.generateKeyPair(kind)
      out.push(spki, pkcs8)
      if (kind === 'ed25519') out.push(crypto.sign({ key: 'ed25519', hash: undefined }, pkcs8, ascii('again')))
      else
        for (const hash of ['sha1', 'sha256', 'sha384', 'sha512'] as const)
          out.push(crypto.sign({ key: 'ecdsa', hash }, pkcs8, ascii('again')))
    }
    for (const group of Object.keys(groupSizes) as GroupName[]) {
      const offer = crypto.offerShare(group)
      const answer = crypto.answerShare(group, offer.share)!
      out.push(offer.share, answer.share, offer.secret(answer.share)!)
    }
    out.push(crypto.rsaEncrypt(spki, ascii('again'))!)
    return out.map(toHex)
  }
  const first = run(node.seeded(seeded(7)))
  expect(run(node.seeded(seeded(7)))).toEqual(first)
  expect(run(web.seeded(seeded(7)))).toEqual(first)
  expect(run(web.seeded(seeded(8)))).not.toEqual(first)
})

test.each(Object.keys(groupSizes) as GroupName[])('%s: what one platform offers another answers, both ways', group => {
  for (const [ours, theirs] of [
    [node.crypto, web.crypto],
    [web.crypto, node.crypto],
  ] as const) {
    const offer = ours.offerShare(group)
    const answer = theirs.answerShare(group, offer.share)!
    expect(offer.secret(answer.share)).toEqual(answer.secret)
  }
})

test('RFC 8017 5.1.2: what is no number below the modulus in its length is not decrypted', () => {
  const { pkcs8 } = node.crypto.generateKeyPair('rsa-2048')
  expect(node.crypto.rsaRaw(pkcs8, new Uint8Array(256).fill(0xff))).toBeUndefined()
  for (const length of [0, 255, 257]) expect(node.crypto.rsaRaw(pkcs8, new Uint8Array(length))).toBeUndefined()
  expect(node.crypto.rsaRaw(pkcs8, new Uint8Array(256))).toEqual(new Uint8Array(256))
  expect(() => node.crypto.rsaRaw(node.crypto.generateKeyPair('p-256').pkcs8, new Uint8Array(256))).toThrow(RangeError)
})

test('padding without zeros is drawn again where a zero was', () => {
  const drawn = [Uint8Array.of(1, 0, 2, 0, 3, 4, 5, 6), Uint8Array.of(0, 7), Uint8Array.of(8)]
  const block = encryptionBlock({ bytes: () => drawn.shift()! }, 12, ascii('A'))
  expect(toHex(block!)).toBe('000201020304050607080041')
})
