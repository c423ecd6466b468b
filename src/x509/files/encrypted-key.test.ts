/** Keys under passwords, and bundles of certificates. */
import { createPrivateKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { oldPem, type SampleName, sample } from '../../../test/support/key-files.table.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import { element, explicit, integer, nothing, octetString, oid, sequence } from '../../asn1/write.ts'
import { Failure } from '../../failures/index.ts'
import { encryptPrivateKey } from './encrypted-key.ts'
import { contentsOf } from './file-contents.ts'
import { FILE_OID } from './oids.table.ts'
import { openFile } from './open.ts'
import { pem } from './pem.ts'
import { certificatesOfPkcs7, pkcs7 } from './pkcs7.ts'

const { crypto } = node
const key = sample('privateKey')
const certificate = sample('certificate')

const keysIn = (file: string | Uint8Array, password: string | undefined, by = crypto): unknown => {
  const found = openFile(file, password, by)
  return found instanceof Failure ? found.code : found.keys.map(one => one.pkcs8)
}

describe.each(platforms)('on %s', (_, platform) => {
  test('a key is written under a password and read, by Node too', () => {
    for (const password of ['secret', '', 'pässwörd€']) {
      const der = encryptPrivateKey(key, password, platform.crypto, { iterations: 5 })
      expect(keysIn(der, password, platform.crypto)).toEqual([key])
      expect(keysIn(der, `${password}x`, platform.crypto)).toBe('file/password-wrong')
      const theirs = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8', passphrase: password })
      expect(new Uint8Array(theirs.export({ format: 'der', type: 'pkcs8' }))).toEqual(key)
    }
  })

  test.each<SampleName>(['pkcs8Des', 'pkcs8Aes192', 'pkcs8Scrypt'])('the file %s of OpenSSL is read', name => {
    expect(keysIn(sample(name), 'secret', platform.crypto)).toEqual([key])
    expect(keysIn(sample(name), 'Secret', platform.crypto)).toBe('file/password-wrong')
    expect(keysIn(sample(name), undefined, platform.crypto)).toBe('file/password-needed')
  })

  test.each(Object.keys(oldPem))('the old form under %s is read', cipher => {
    expect(keysIn(oldPem[cipher]!, 'secret', platform.crypto)).toHaveLength(1)
    expect(keysIn(oldPem[cipher]!, 'Secret', platform.crypto)).toBe('file/password-wrong')
    expect(keysIn(oldPem[cipher]!, undefined, platform.crypto)).toBe('file/password-needed')
  })
})

test('the old form is read with either line end, and gives the key that OpenSSL gives', () => {
  const text = oldPem['AES-128']!
  const theirs = createPrivateKey({ key: text, passphrase: 'secret' }).export({ format: 'jwk' })
  for (const form of [text, text.replaceAll('\n', '\r\n')]) {
    const [pkcs8] = keysIn(form, 'secret') as Uint8Array[]
    const ours = createPrivateKey({ key: Buffer.from(pkcs8!), format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })
    expect(ours).toEqual(theirs)
  }
})

test('a vector of the old form that is too long for its cipher is said whole', () => {
  const found = openFile(oldPem['AES-128']!.replace('AES-128-CBC', 'DES-EDE3-CBC'), 'secret', node.crypto)
  expect(found).toMatchObject({ code: 'file/malformed', where: 'DEK-Info', at: { start: 0, end: 16 } })
})

test('the old form with a cipher or a vector that is none is refused, and without base64 left out', () => {
  const text = oldPem['AES-128']!
  expect(keysIn(text.replace('AES-128-CBC', 'IDEA-CBC'), 'secret')).toBe('file/cipher-unsupported')
  expect(keysIn(text.replace('AES-128-CBC', 'DES-EDE3-CBC'), 'secret')).toBe('file/malformed')
  expect(
    keysIn(
      text.replace(/,[0-9A-F]+\n\n..../, match => `${match}A`),
      'secret',
    ),
  ).toEqual([])
})

test('as many steps are taken as OWASP asks for, unless fewer are asked for', () => {
  const der = encryptPrivateKey(key, 'secret', crypto)
  // INTEGER 600000.
  expect(Buffer.from(der).includes(Buffer.from('0203 0927c0'.replace(' ', ''), 'hex'))).toBe(true)
})

const aes = (iv: Uint8Array = new Uint8Array(16)): Uint8Array =>
  sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(iv))
const pbkdf2 = (...parts: readonly Uint8Array[]): Uint8Array =>
  sequence(oid(FILE_OID.pbkdf2), sequence(octetString(key.subarray(0, 8)), ...parts))
const scrypt = (...costs: readonly number[]): Uint8Array =>
  sequence(oid(FILE_OID.scrypt), sequence(octetString(key.subarray(0, 8)), ...costs.map(integer)))
const pbes2 = (kdf: Uint8Array, cipher = aes(), data = new Uint8Array(32)): Uint8Array =>
  sequence(sequence(oid(FILE_OID.pbes2), sequence(kdf, cipher)), octetString(data))
const prf = (id: string): Uint8Array => sequence(oid(id), nothing)

test.each<[string, Uint8Array, string, string]>([
  ['a derivation that nobody knows', pbes2(sequence(oid('1.2.3'), sequence())), 'file/cipher-unsupported', '1.2.3'],
  [
    'a function that nobody knows',
    pbes2(pbkdf2(integer(1), prf('1.2.840.113549.2.8'))),
    'file/cipher-unsupported',
    '1.2.840.113549.2.8',
  ],
  [
    'a cipher that is not read',
    pbes2(pbkdf2(integer(1)), sequence(oid(FILE_OID['rc2-CBC']), sequence())),
    'file/cipher-unsupported',
    'rc2-CBC',
  ],
  [
    'a scheme of 1993',
    sequence(sequence(oid('1.2.840.113549.1.5.3'), sequence()), octetString(key)),
    'file/cipher-unsupported',
    'pbeWithMD5AndDES',
  ],
  [
    'a vector that is too short',
    pbes2(pbkdf2(integer(1)), aes(new Uint8Array(8))),
    'file/malformed',
    'encryptionScheme',
  ],
  ['a key length that is not the cipher’s', pbes2(pbkdf2(integer(1), integer(16))), 'file/malformed', 'keyLength'],
  ['no whole blocks', pbes2(pbkdf2(integer(1)), aes(), new Uint8Array(31)), 'file/malformed', 'encryptedData'],
  [
    'no whole blocks of Triple-DES',
    sequence(
      sequence(oid(FILE_OID['pbeWithSHAAnd3-KeyTripleDES-CBC']), sequence(octetString(new Uint8Array(8)), integer(1))),
      octetString(new Uint8Array(15)),
    ),
    'file/malformed',
    'encryptedData',
  ],
  ['nothing encrypted', pbes2(pbkdf2(integer(1)), aes(), new Uint8Array()), 'file/malformed', 'encryptedData'],
  ['no iterations', pbes2(pbkdf2(integer(0))), 'file/malformed', 'PBKDF2-params'],
  [
    'ten million and one iterations',
    pbes2(pbkdf2(integer(10_000_001), prf(FILE_OID.hmacWithSHA256))),
    'file/too-much-work',
    'PBKDF2-params',
  ],
  ['twice five million and one', pbes2(pbkdf2(integer(5_000_001))), 'file/too-much-work', 'PBKDF2-params'],
  ['more than a number has', pbes2(pbkdf2(integer(2 ** 40))), 'file/malformed', 'PBKDF2-params'],
  ['a gigabyte for scrypt', pbes2(scrypt(1 << 20, 8, 1)), 'file/too-much-work', 'scrypt-params'],
  ['a cost that is no power of two', pbes2(scrypt(24, 1, 1)), 'file/malformed', 'scrypt-params'],
  ['a cost of one', pbes2(scrypt(1, 1, 1)), 'file/malformed', 'scrypt-params'],
  ['blocks of nothing', pbes2(scrypt(16, 0, 1)), 'file/malformed', 'scrypt-params'],
  ['no lanes', pbes2(scrypt(16, 1, 0)), 'file/malformed', 'scrypt-params'],
  ['another key length for scrypt', pbes2(scrypt(16, 1, 1, 16)), 'file/malformed', 'keyLength'],
  [
    'something behind it',
    sequence(sequence(oid('1.2.3')), octetString(key), nothing),
    'file/malformed',
    'encryptedPrivateKeyInfo',
  ],
])('an encrypted key with %s is refused', (_, der, code, fact) => {
  const failure = openFile(pem('ENCRYPTED PRIVATE KEY', der), 'secret', crypto)
  expect(failure).toMatchObject({ code })
  expect(`${(failure as Failure).where} ${(failure as Failure).got}`).toContain(fact)
})

test('a key length that is the cipher’s, and the largest scrypt that is allowed, are taken', () => {
  for (const kdf of [pbkdf2(integer(1), integer(32)), scrypt(16, 1, 1, 32)])
    expect(openFile(pem('ENCRYPTED PRIVATE KEY', pbes2(kdf)), 'secret', crypto)).toMatchObject({
      code: 'file/password-wrong',
    })
})

test('what a right-looking padding leaves is a key, or the password was wrong', () => {
  const sealed = encryptPrivateKey(octetString(key), 'secret', crypto, { iterations: 1 })
  expect(keysIn(sealed, 'secret')).toBe('file/password-wrong')
})

test('certificates go into a bundle and come out in their order', () => {
  const others = [certificate, certificate.map(octet => octet ^ 1)].toReversed()
  // What does not look like a SEQUENCE is another kind of certificate, and left out.
  const some = [certificate, sample('privateKey'), certificate]
  expect(certificatesOfPkcs7(pkcs7(some))).toEqual(some)
  expect(certificatesOfPkcs7(pkcs7([]))).toEqual([])
  expect(certificatesOfPkcs7(pkcs7([certificate, element(0xa1, nothing)]))).toEqual([certificate])
  expect(contentsOf(pkcs7(some))).toEqual(['a PKCS#7 bundle'])
  expect(openFile(pkcs7([certificate]), undefined, crypto)).toEqual({ certificates: [certificate], keys: [] })
  expect(others).toHaveLength(2)
})

test.each<[string, Uint8Array]>([
  ['another type', sequence(oid(FILE_OID.data), explicit(0, sequence()))],
  ['no contents', sequence(oid(FILE_OID.signedData))],
  ['bytes behind it', Uint8Array.of(...pkcs7([certificate]), 0)],
  ['a bundle that is too large', new Uint8Array(8 * 1024 * 1024 + 1).fill(0x30)],
  ['nothing', new Uint8Array()],
  ['an indefinite length without an end', Uint8Array.of(0x30, 0x80, 6, 1, 42)],
  ['an indefinite string', Uint8Array.of(0x30, 0x80, 4, 0x80, 0, 0, 0, 0)],
  ['a length of five octets', Uint8Array.of(0x30, 0x85, 0, 0, 0, 0, 0)],
  ['a length that is cut off', Uint8Array.of(0x30, 0x82, 1)],
  ['a tag of two octets', Uint8Array.of(0x3f, 0x22, 0)],
  ['a string in pieces that are none', Uint8Array.of(0x24, 0x80, 5, 0, 0, 0)],
  ['too deep nests', new Uint8Array(200).fill(0x30).map((octet, i) => (i % 2 === 0 ? octet : 0x80))],
  [
    'too many elements',
    element(
      0x30,
      new Uint8Array(2 * 262_145).map((_, i) => (i % 2 === 0 ? 5 : 0)),
    ),
  ],
])('%s is no bundle', (_, file) => {
  expect(openFile(pem('PKCS7', file), undefined, crypto)).toMatchObject({ code: 'file/malformed' })
})
