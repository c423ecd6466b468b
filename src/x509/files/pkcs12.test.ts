/** PKCS#12: written and read on both platforms, the files of others, and everything that opens none. */
import { describe, expect, test } from 'vitest'
import { type SampleName, sample } from '../../../test/support/key-files.table.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, explicit, integer, nothing, octetString, oid, sequence, setOf } from '../../asn1/write.ts'
import { Failure } from '../../failures/index.ts'
import { atOnce, MAC } from './derivation.ts'
import type { FileContents } from './file-contents.ts'
import { contentsOf } from './file-contents.ts'
import { FILE_OID } from './oids.table.ts'
import { inTheClear, type Opened, openFile } from './open.ts'
import { encrypted, KeyWork, passwordOf, pkcs12Key } from './password.ts'
import { certificatesIn, pem } from './pem.ts'
import { type Pkcs12, readPkcs12 } from './pkcs12.ts'
import { writePkcs12 } from './pkcs12-write.ts'
import { readOrFailure } from './refusal.ts'

const { crypto } = node
const key = sample('privateKey')
const certificate = sample('certificate')
const other = crypto.generateKeyPair('ed25519').pkcs8

const read = (file: Uint8Array, password: string | undefined = 'secret', by = crypto): Pkcs12 | Failure =>
  readOrFailure(() => readPkcs12(file, password, by))
const opened = (file: Uint8Array, password?: string, by = crypto): Pkcs12 => {
  const found = read(file, password, by)
  if (found instanceof Failure) throw new Error(`${found.code} ${found.where} ${found.got}`)
  return found
}
const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex')

describe.each(platforms)('on %s', (_, platform) => {
  test('several keys with their certificates are written and read, by name and by identifier', () => {
    const [leaf, second, root] = [certificate, certificate.map(octet => octet ^ 1), certificate.map(octet => octet ^ 2)]
    const file = writePkcs12(
      {
        entries: [
          { privateKey: key, chain: [leaf, root], friendlyName: 'schön 🦊' },
          { privateKey: other, chain: [second, root] },
        ],
        certificates: [root],
        iterations: 3,
      },
      'pässwörd€',
      platform.crypto,
    )
    const { keys, certificates, others } = opened(file, 'pässwörd€', platform.crypto)
    expect(keys.map(one => [one.type, one.friendlyName])).toEqual([
      ['ecdsa', 'schön 🦊'],
      ['ed25519', undefined],
    ])
    expect(keys.map(one => one.pkcs8)).toEqual([key, other])
    expect(certificates.map(one => one.der)).toEqual([leaf, second, root])
    expect(certificates.map(one => one.friendlyName)).toEqual(['schön 🦊', undefined, undefined])
    expect(certificates.map(one => hex(one.localKeyId))).toEqual([...keys.map(one => hex(one.localKeyId)), undefined])
    expect(hex(keys[0]?.localKeyId)).toBe(hex(platform.crypto.hash('sha1').update(leaf).digest()))
    expect(others).toEqual([])
  })

  test.each<[SampleName, string]>([
    ['legacy', 'secret'],
    ['legacy128', 'secret'],
    ['modern', 'pässwörd€'],
    ['withoutMac', 'secret'],
    ['unencrypted', ''],
  ])('the file %s of OpenSSL is read', (name, password) => {
    const { keys, certificates } = opened(sample(name), password, platform.crypto)
    expect(keys).toMatchObject([{ type: 'ecdsa', pkcs8: key, friendlyName: 'mine' }])
    expect(certificates).toMatchObject([{ der: certificate, friendlyName: 'mine' }])
    expect(hex(certificates[0]?.localKeyId)).toBe(hex(keys[0]?.localKeyId))
  })
})

test.each(['legacy', 'legacy128', 'modern', 'withoutMac', 'rc4'] as const)(
  'another password, none, and an empty one do not open %s',
  name => {
    for (const password of ['Secret', 'secret ', ''])
      expect(read(sample(name), password)).toMatchObject({ code: 'file/password-wrong' })
    expect(readOrFailure(() => readPkcs12(sample(name), undefined, crypto))).toMatchObject({
      code: 'file/password-needed',
    })
  },
)

test('RC4 is not read, and says so by its name', () => {
  expect(read(sample('rc4'))).toMatchObject({ code: 'file/cipher-unsupported', got: 'pbeWithSHAAnd128BitRC4' })
})

test('an empty password and none open the same files, whichever of the two made them', () => {
  const empty = writePkcs12({ entries: [{ privateKey: key, chain: [certificate] }], iterations: 2 }, '', crypto)
  const absent = pfx(safeOf([plainKey]), null)
  for (const file of [empty, absent])
    for (const password of ['', undefined])
      expect(readPkcs12(file, password, crypto).keys).toMatchObject([{ pkcs8: key }])
})

const bag = (type: string, value: Uint8Array, ...attributes: readonly Uint8Array[]): Uint8Array =>
  sequence(oid(type), explicit(0, value), ...attributes)
const plainKey = bag(FILE_OID.keyBag, key)
const certBag = bag(FILE_OID.certBag, sequence(oid(FILE_OID.x509Certificate), explicit(0, octetString(certificate))))
const dataOf = (contents: Uint8Array): Uint8Array => sequence(oid(FILE_OID.data), explicit(0, octetString(contents)))
const safeOf = (bags: readonly Uint8Array[]): Uint8Array => sequence(dataOf(sequence(...bags)))

/** A file of this content, with a MAC under the password. */
const pfx = (
  safe: Uint8Array,
  password: string | null = 'secret',
  parts: { version?: number; mac?: readonly Uint8Array[]; content?: Uint8Array } = {},
): Uint8Array => {
  const opening = { crypto, password: passwordOf(password ?? undefined), work: new KeyWork() }
  const derived = atOnce(pkcs12Key('sha1', MAC, Uint8Array.of(1, 2), 1, 20, opening), crypto)
  const mac = octetString(crypto.hmac('sha1', derived, safe))
  const macData = sequence(sequence(sequence(oid(OID.sha1), nothing), mac), octetString(Uint8Array.of(1, 2)))
  return sequence(integer(parts.version ?? 3), parts.content ?? dataOf(safe), ...(parts.mac ?? [macData]))
}

test('the file that the broken ones start from is sound: keys in the clear, one iteration by default', () => {
  const { keys, certificates } = opened(pfx(safeOf([plainKey, certBag])))
  expect([keys[0]?.pkcs8, keys[0]?.friendlyName, certificates[0]?.der]).toEqual([key, undefined, certificate])
})

test('bags in bags are read, and other bags and attributes are named or left out', () => {
  const secret = bag('1.2.840.113549.1.12.10.1.5', sequence())
  const sdsi = bag(FILE_OID.certBag, sequence(oid('1.2.840.113549.1.9.22.2'), explicit(0, nothing)))
  const odd = setOf(
    sequence(oid(FILE_OID.friendlyName), setOf(nothing)),
    sequence(oid(FILE_OID.localKeyId), setOf()),
    sequence(oid('1.2.3'), setOf(nothing)),
  )
  const nested = bag(FILE_OID.safeContentsBag, sequence(bag(FILE_OID.keyBag, key, odd), certBag))
  const { keys, certificates, others } = opened(pfx(safeOf([secret, sdsi, nested])))
  expect(keys).toMatchObject([{ pkcs8: key, friendlyName: undefined, localKeyId: undefined }])
  expect(certificates.length).toBe(1)
  expect(others).toEqual(['1.2.840.113549.1.12.10.1.5', '1.2.840.113549.1.9.22.2'])
})

test('PBMAC1 is checked (RFC 9579)', () => {
  const salt = Uint8Array.of(9, 9)
  const safe = safeOf([plainKey])
  const derived = crypto.pbkdf2('sha256', new TextEncoder().encode('secret'), salt, 5, 32)
  const prf = sequence(oid(FILE_OID.hmacWithSHA256), nothing)
  const kdf = sequence(oid(FILE_OID.pbkdf2), sequence(octetString(salt), integer(5), integer(32), prf))
  const algorithm = sequence(oid(FILE_OID.pbmac1), sequence(kdf, prf))
  const digest = sequence(algorithm, octetString(crypto.hmac('sha256', derived, safe)))
  const file = pfx(safe, 'secret', { mac: [sequence(digest, octetString(Uint8Array.of(0)), integer(1))] })
  expect(opened(file).keys).toMatchObject([{ pkcs8: key }])
  expect(read(file, 'other')).toMatchObject({ code: 'file/password-wrong' })
})

/** The same in BER: every SEQUENCE with an indefinite length, every OCTET STRING in two pieces. */
const inBer = (der: Uint8Array): Uint8Array => {
  const header = der[1]! < 0x80 ? 2 : 2 + (der[1]! & 0x7f)
  const contents = der.subarray(header)
  const split = (tag: number) => {
    const half = contents.length >> 1
    const pieces = [octetString(contents.subarray(0, half)), octetString(contents.subarray(half))]
    return Uint8Array.of(tag, 0x80, ...pieces.flatMap(piece => [...piece]), 0, 0)
  }
  if (der[0] === 0x04) return split(0x24)
  if ((der[0]! & 0x20) === 0) return der
  const children: number[] = []
  for (let at = 0; at < contents.length; ) {
    const child = contents.subarray(at)
    const octets = child[1]! < 0x80 ? 0 : child[1]! & 0x7f
    let length = octets === 0 ? child[1]! : 0
    for (let i = 0; i < octets; i++) length = length * 256 + child[2 + i]!
    const end = 2 + octets + length
    children.push(...inBer(child.subarray(0, end)))
    at += end
  }
  return Uint8Array.of(der[0]!, 0x80, ...children, 0, 0)
}

test('a file in BER, as NSS writes it, is read and recognised', () => {
  for (const name of ['legacy', 'modern'] as const) {
    const file = inBer(sample(name))
    expect(contentsOf(file)).toEqual(['a PKCS#12 bundle'])
    expect(opened(file, name === 'modern' ? 'pässwörd€' : 'secret').keys).toMatchObject([{ pkcs8: key }])
  }
  // The encrypted content itself in pieces: [0] IMPLICIT OCTET STRING.
  const sealed = atOnce(encrypted(sequence(certBag), passwordOf('secret'), crypto, 2), crypto)
  const pieces = [sealed.ciphertext.subarray(0, 16), sealed.ciphertext.subarray(16)].map(octetString)
  const content = sequence(oid(FILE_OID.data), sealed.algorithm, element(0xa0, ...pieces))
  const safe = sequence(sequence(oid(FILE_OID.encryptedData), explicit(0, sequence(integer(0), content))))
  expect(opened(pfx(safe)).certificates).toMatchObject([{ der: certificate }])
})

const deep = (depth: number): Uint8Array =>
  depth === 0 ? certBag : bag(FILE_OID.safeContentsBag, sequence(deep(depth - 1)))
const brokenKey = bag(FILE_OID.keyBag, sequence(integer(1)))
const wrongInside = bag(
  FILE_OID.shroudedKeyBag,
  sample('pkcs8Des').map((octet, i) => (i < 100 ? octet : octet ^ 0x55)),
)

test.each<[what: string, file: Uint8Array, code: string, fact: string]>([
  ['version 2', pfx(safeOf([]), 'secret', { version: 2 }), 'file/malformed', 'version'],
  ['bytes behind it', Uint8Array.of(...pfx(safeOf([])), 0), 'file/malformed', 'pfx'],
  [
    'a MAC of MD5',
    pfx(safeOf([]), 'secret', {
      mac: [
        sequence(sequence(sequence(oid('1.2.840.113549.2.5'), nothing), octetString(certificate)), octetString(key)),
      ],
    }),
    'file/cipher-unsupported',
    '1.2.840.113549.2.5',
  ],
  [
    'a signature in place of a MAC',
    pfx(safeOf([]), 'secret', { content: sequence(oid(FILE_OID.signedData), explicit(0, nothing)) }),
    'file/cipher-unsupported',
    'signedData',
  ],
  [
    'no iterations',
    pfx(safeOf([]), 'secret', {
      mac: [sequence(sequence(sequence(oid(OID.sha1), nothing), octetString(key)), octetString(key), integer(0))],
    }),
    'file/malformed',
    'pkcs-12PbeParams',
  ],
  [
    'two thousand million iterations',
    pfx(safeOf([]), 'secret', {
      mac: [
        sequence(
          sequence(sequence(oid(OID.sha1), nothing), octetString(key)),
          octetString(key),
          integer(2_000_000_000),
        ),
      ],
    }),
    'file/too-much-work',
    'pkcs-12PbeParams',
  ],
  [
    'content for somebody’s public key',
    pfx(sequence(sequence(oid('1.2.840.113549.1.7.3'), explicit(0, nothing)))),
    'file/cipher-unsupported',
    '1.2.840.113549.1.7.3',
  ],
  [
    'encrypted content under another tag than its own',
    pfx(
      sequence(
        sequence(
          oid(FILE_OID.encryptedData),
          explicit(
            0,
            sequence(integer(0), sequence(oid(FILE_OID.data), sequence(oid(FILE_OID.pbes2)), octetString(key))),
          ),
        ),
      ),
    ),
    'file/malformed',
    'encryptedContent',
  ],
  ['a key that is none', pfx(safeOf([brokenKey])), 'file/malformed', 'keyBag'],
  ['a key under another password', pfx(safeOf([wrongInside])), 'file/password-wrong', ''],
  ['bags too deep', pfx(safeOf([deep(6)])), 'file/malformed', 'safeContentsBag'],
  [
    'too many bags',
    pfx(safeOf(Array.from({ length: 4097 }, () => bag('1.2.3', nothing)))),
    'file/malformed',
    'safeContents',
  ],
  ['contents that are none', pfx(sequence(dataOf(nothing))), 'file/malformed', 'pfx'],
  ['too large', new Uint8Array(8 * 1024 * 1024 + 1), 'file/malformed', 'pfx'],
])('a file with %s is refused', (_, file, code, fact) => {
  const failure = read(file)
  expect(failure).toMatchObject({ code })
  expect(`${(failure as Failure).where} ${(failure as Failure).got}`).toContain(fact)
})

test('one changed bit anywhere is noticed, whether it is the password or the file that is to blame', () => {
  const file = writePkcs12({ entries: [{ privateKey: key, chain: [certificate] }], iterations: 1 }, 'secret', crypto)
  for (let at = 0; at < file.length; at += 3) {
    const broken = file.slice()
    broken[at]! ^= 4
    const found = read(broken)
    // Names of digests and lengths of salts may be spelt in two ways; what is in the file may not.
    if (found instanceof Failure) expect(found.code).toMatch(/^file\//)
    else expect(found.keys).toMatchObject([{ pkcs8: key }])
  }
})

test('a key without its certificate is not written', () => {
  expect(() => writePkcs12({ entries: [{ privateKey: key, chain: [] }] }, 'secret', crypto)).toThrow(RangeError)
})

describe('any file', () => {
  const open = (file: FileContents, password?: string): Opened => {
    const found = openFile(file, password, crypto)
    if (found instanceof Failure) throw new Error(`${found.code} ${found.where} ${found.got}`)
    return found
  }

  test.each<[string, FileContents, string | undefined, number, number]>([
    ['a certificate', certificate, undefined, 1, 0],
    ['a certificate in PEM', pem('CERTIFICATE', certificate), undefined, 1, 0],
    ['a key', key, undefined, 0, 1],
    ['a PEM of both', pem('PRIVATE KEY', key) + pem('CERTIFICATE', certificate), undefined, 1, 1],
    [
      'an encrypted key beside its certificate',
      pem('CERTIFICATE', certificate) + pem('ENCRYPTED PRIVATE KEY', sample('pkcs8Des')),
      'secret',
      1,
      1,
    ],
    ['an encrypted key in DER', sample('pkcs8Scrypt'), 'secret', 0, 1],
    ['PKCS#12', sample('legacy'), 'secret', 1, 1],
    ['a public key', pem('PUBLIC KEY', key), undefined, 0, 0],
    ['nothing', '', undefined, 0, 0],
    ['noise', Uint8Array.of(1, 2, 3), undefined, 0, 0],
  ])('%s is opened', (_, file, password, certificates, keys) => {
    const found = open(file, password)
    expect(found.certificates).toEqual(Array(certificates).fill(certificate))
    expect(found.keys.map(one => one.pkcs8)).toEqual(Array(keys).fill(key))
  })

  test('in the clear it is PEM, and what is in the clear stays as it is', () => {
    const clear = inTheClear(sample('legacy'), 'secret', crypto) as string
    expect(clear).toBe(pem('CERTIFICATE', certificate) + pem('PRIVATE KEY', key))
    expect(inTheClear(clear, undefined, crypto)).toBe(clear)
    expect(inTheClear(sample('legacy'), undefined, crypto)).toMatchObject({ code: 'file/password-needed' })
    expect(inTheClear(pem('ENCRYPTED PRIVATE KEY', sample('pkcs8Des')), undefined, crypto)).toMatchObject({
      code: 'file/password-needed',
    })
  })

  test('in PKCS#12 the certificate of the key comes first, wherever it stands', () => {
    const root = certificate.map(octet => octet ^ 2)
    const named = setOf(sequence(oid(FILE_OID.localKeyId), setOf(octetString(Uint8Array.of(7)))))
    const value = (der: Uint8Array) => sequence(oid(FILE_OID.x509Certificate), explicit(0, octetString(der)))
    const bags = [
      bag(FILE_OID.certBag, value(root)),
      bag(FILE_OID.certBag, value(certificate), named),
      bag(FILE_OID.keyBag, key, named),
    ]
    expect(open(pfx(safeOf(bags)), 'secret').certificates).toEqual([certificate, root])
    expect(certificatesIn(inTheClear(pfx(safeOf(bags)), 'secret', crypto) as string)).toEqual([certificate, root])
  })

  test('a broken key or bundle is a failure', () => {
    expect(openFile(pem('PRIVATE KEY', Uint8Array.of(0x30, 0)), undefined, crypto)).toMatchObject({
      code: 'file/malformed',
    })
    expect(openFile(pem('PKCS7', key), undefined, crypto)).toMatchObject({ code: 'file/malformed' })
  })
})
