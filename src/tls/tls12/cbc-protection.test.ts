import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import { dissect } from '../../wire/codec.ts'
import { type CbcSuite, rsaSuites, suites } from '../suites.table.ts'
import { CbcProtection, type MacOrder } from './cbc-protection.ts'

const suiteOf = (name: string): CbcSuite => {
  const suite = [...suites, ...rsaSuites].find(each => each.name === name)
  if (suite?.mode !== 'cbc') throw new Error(name)
  return suite
}
const SHA1 = suiteOf('TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA')
const SHA256 = suiteOf('TLS_RSA_WITH_AES_256_CBC_SHA256')
const SHA384 = suiteOf('TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384')
const all = [
  [SHA1, 20],
  [SHA256, 32],
  [SHA384, 48],
] as const
const orders = ['mac-then-encrypt', 'encrypt-then-mac'] as const
const MAC_KEY = new Uint8Array(48).fill(5)
const keyOf = ({ keyLength }: CbcSuite) => new Uint8Array(keyLength).fill(6)
const protection = (suite: CbcSuite, order: MacOrder, crypto: CryptoProvider = node.crypto) =>
  new CbcProtection(crypto, suite, MAC_KEY, keyOf(suite), order)
const fragmentOf = (pieces: readonly Uint8Array[]): Uint8Array => concat(...pieces).subarray(5)

/** A fragment made by hand: `content`, its MAC unless `mac` says otherwise, and `tail` behind it, encrypted. */
const byHand = (suite: CbcSuite, content: Uint8Array, tail: Uint8Array, mac?: Uint8Array): Uint8Array => {
  const { crypto } = node
  const head = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 23, 3, 3, content.length >> 8, content.length & 0xff)
  const right = mac ?? crypto.hmac(suite.mac, MAC_KEY, head, content)
  const iv = new Uint8Array(16).fill(8)
  return concat(iv, crypto.cbc(keyOf(suite)).encrypt(iv, concat(content, right, tail)))
}
const padding = (length: number): Uint8Array => new Uint8Array(length).fill(length - 1)

describe.each(platforms)('on %s', (_, { crypto }) => {
  for (const order of orders)
    test(`${order}: what was sealed opens in order and once, and nothing else opens`, () => {
      for (const [suite] of all) {
        const [ours, theirs] = [protection(suite, order, crypto), protection(suite, order, crypto)]
        for (let length = 0; length < 50; length++) {
          const content = new Uint8Array(length).fill(length)
          const fragment = fragmentOf(ours.seal(22, content))
          for (const at of [0, 15, 16, fragment.length - 17, fragment.length - 1]) {
            const altered = fragment.map((byte, i) => (i === at ? byte ^ 1 : byte))
            expect(theirs.open(22, altered), `${suite.name} ${length}: octet ${at}`).toBeUndefined()
          }
          expect(theirs.open(23, fragment), 'under another type').toBeUndefined()
          expect([theirs.open(22, fragment), theirs.opened]).toEqual([content, 22])
          expect(theirs.open(22, fragment), 'twice').toBeUndefined()
        }
        expect([ours.sequence, theirs.sequence]).toEqual([50, 50])
      }
    })
})

test('RFC 5246 6.2.3.2: padding may have up to 255 octets and a length, and each must be the length', () => {
  for (const [suite, macLength] of all)
    for (let length = 1; length <= 256; length++) {
      const content = new Uint8Array((16 - ((macLength + length) % 16)) % 16).fill(0xff)
      const good = byHand(suite, content, padding(length))
      expect(protection(suite, 'mac-then-encrypt').open(23, good), `${suite.name} ${length}`).toEqual(content)
      for (const at of new Set([0, length >> 1, length - 2]))
        if (at >= 0 && at < length - 1) {
          const tail = padding(length)
          tail[at]! ^= 0x80
          expect(protection(suite, 'mac-then-encrypt').open(23, byHand(suite, content, tail)), 'POODLE').toBeUndefined()
        }
    }
})

test('RFC 5246 6.2.3.1: the MAC covers both octets of the length', () => {
  for (const [suite, macLength] of all)
    for (const length of [255, 256, 16_384]) {
      const content = new Uint8Array(length).fill(7)
      const fragment = byHand(suite, content, padding(16 - ((length + macLength) % 16)))
      expect(protection(suite, 'mac-then-encrypt').open(23, fragment), `${suite.name} ${length}`).toEqual(content)
    }
})

test('RFC 7366 3: behind a MAC that is right there may still be no padding, and then nothing is opened', () => {
  const { crypto } = node
  for (const [suite] of all) {
    const open = (inner: Uint8Array) => {
      const iv = new Uint8Array(16).fill(8)
      const sealed = concat(iv, crypto.cbc(keyOf(suite)).encrypt(iv, inner))
      const head = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 23, 3, 3, sealed.length >> 8, sealed.length & 0xff)
      const theirs = protection(suite, 'encrypt-then-mac')
      return theirs.open(23, concat(sealed, crypto.hmac(suite.mac, MAC_KEY, head, sealed)))
    }
    expect(open(concat(ascii('content'), padding(9)))).toEqual(ascii('content'))
    expect(open(padding(16))).toEqual(new Uint8Array(0))
    expect(open(concat(ascii('content'), Uint8Array.of(7), padding(9).subarray(1)))).toBeUndefined()
    expect(open(new Uint8Array(16).fill(16))).toBeUndefined()
  }
})

test('a padding that reaches into the MAC or beyond the record is none', () => {
  for (const [suite, macLength] of all) {
    const open = (fragment: Uint8Array) => protection(suite, 'mac-then-encrypt').open(23, fragment)
    const short = 32 - (macLength % 16)
    expect(open(byHand(suite, new Uint8Array(0), padding(short))), 'as much as there is').toEqual(new Uint8Array(0))
    // The whole record as its own padding, and one octet more than leaves room for the MAC.
    const whole = macLength + short
    const alike = new Uint8Array(macLength).fill(whole - 1)
    expect(open(byHand(suite, new Uint8Array(0), new Uint8Array(short).fill(whole - 1), alike))).toBeUndefined()
    const into = new Uint8Array(macLength).fill(short)
    expect(open(byHand(suite, new Uint8Array(0), new Uint8Array(short).fill(short), into))).toBeUndefined()
    expect(open(byHand(suite, new Uint8Array(0), new Uint8Array(short).fill(255)))).toBeUndefined()
    expect(open(byHand(suite, new Uint8Array(0), padding(short), new Uint8Array(macLength))), 'MAC').toBeUndefined()
    for (const count of [0, 15, 16, 17, 31, 32, 48, 49])
      expect(open(new Uint8Array(count)), `${count} bytes`).toBeUndefined()
  }
})

/** A provider that counts the blocks that its hashes go through. */
const counting = () => {
  let blocks = 0
  const sizes = {
    md5: [64, 9],
    sha1: [64, 9],
    sha256: [64, 9],
    sha384: [128, 17],
    sha512: [128, 17],
    'sha512-256': [128, 17],
  } as const
  const crypto: CryptoProvider = {
    ...node.crypto,
    hmac(name, key, ...data) {
      const [block, behind] = sizes[name]
      const length = data.reduce((sum, piece) => sum + piece.length, 0)
      blocks += Math.ceil((length + behind) / block)
      return node.crypto.hmac(name, key, ...data)
    },
    hash(name) {
      const hash = node.crypto.hash(name)
      const [block] = sizes[name]
      return {
        update(data) {
          if (data.length % block !== 0) throw new Error('a block that is not whole is not hashed')
          blocks += data.length / block
          hash.update(data)
          return this
        },
        copy: () => hash.copy(),
        digest: () => hash.digest(),
      }
    },
  }
  return { crypto, blocks: () => blocks }
}

test('Lucky Thirteen: as many blocks are hashed for every record of one length, whatever its padding is', () => {
  for (const [suite, macLength] of all)
    for (const size of [80, 288, 304, 320, 336, 400]) {
      const work = new Set<number>()
      for (let length = 1; length <= Math.min(256, size - macLength); length++) {
        const content = new Uint8Array(size - macLength - length)
        const broken = padding(length)
        broken[0]! ^= 1
        for (const fragment of [
          byHand(suite, content, padding(length)),
          byHand(suite, content, broken),
          byHand(suite, content, padding(length), new Uint8Array(macLength)),
        ]) {
          const { crypto, blocks } = counting()
          protection(suite, 'mac-then-encrypt', crypto).open(23, fragment)
          work.add(blocks())
        }
      }
      expect(work.size, `${suite.name}, ${size} bytes`).toBe(1)
    }
})

test('RFC 7366 3: nothing is decrypted whose MAC does not fit', () => {
  let decrypted = 0
  const crypto: CryptoProvider = {
    ...node.crypto,
    cbc(key) {
      const cbc = node.crypto.cbc(key)
      return {
        encrypt: (iv, data) => cbc.encrypt(iv, data),
        decrypt(iv, data) {
          decrypted++
          return cbc.decrypt(iv, data)
        },
        wipe: () => cbc.wipe(),
      }
    },
  }
  const [ours, theirs] = [protection(SHA256, 'encrypt-then-mac'), protection(SHA256, 'encrypt-then-mac', crypto)]
  const fragment = fragmentOf(ours.seal(23, ascii('secret')))
  for (let at = 0; at < fragment.length; at++)
    expect(
      theirs.open(
        23,
        fragment.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      ),
    ).toBeUndefined()
  for (const length of [0, 16, 32, 47, 48, 63]) expect(theirs.open(23, fragment.subarray(0, length))).toBeUndefined()
  expect(decrypted).toBe(0)
  expect(theirs.open(23, fragment)).toEqual(ascii('secret'))
  expect(decrypted).toBe(1)
})

test('RFC 5246 6.2.3.2: every record has an IV of its own, and the keys are copies', () => {
  const [macKey, key] = [MAC_KEY.slice(), keyOf(SHA1)]
  const ours = new CbcProtection(node.crypto, SHA1, macKey, key, 'mac-then-encrypt')
  macKey.fill(0)
  key.fill(0)
  const fragments = Array.from({ length: 50 }, () => fragmentOf(ours.seal(23, ascii('x'))))
  expect(new Set(fragments.map(each => each.subarray(0, 16).join())).size).toBe(50)
  expect(protection(SHA1, 'mac-then-encrypt').open(23, fragments[0]!)).toEqual(ascii('x'))
})

test('the format of a record says where its IV, its content, its MAC and its padding lie', () => {
  for (const [order, names] of [
    ['mac-then-encrypt', ['encryptedMac', 'encryptedPadding']],
    ['encrypt-then-mac', ['encryptedPadding', 'mac']],
  ] as const) {
    const [ours, theirs] = [protection(SHA1, order), protection(SHA1, order)]
    const record = concat(...ours.seal(22, ascii('message')))
    theirs.open(22, record.subarray(5))
    for (const { format } of [ours, theirs]) {
      const field = dissect(format, record, 'record')
      const fragment = field.children!.find(({ name }) => name === 'fragment')!
      expect(fragment.end).toBe(record.length)
      expect(fragment.children!.map(({ name }) => name)).toEqual(['length', 'iv', 'content', ...names])
      const content = fragment.children!.find(({ name }) => name === 'content')!
      expect([content.start, content.end]).toEqual([21, 28])
    }
  }
})
