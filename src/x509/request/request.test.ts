/** Requests for certificates: written and read on both platforms, and every way in which one is refused. */
import { describe, expect, test } from 'vitest'
import { node, platforms } from '../../../test/support/worlds.ts'
import { OID } from '../../asn1/oids.table.ts'
import {
  bitString,
  element,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  setOf,
  truth,
  utf8String,
} from '../../asn1/write.ts'
import { Failure } from '../../failures/index.ts'
import { KEY_USAGE } from '../certificate/extensions.ts'
import { generalNameText } from '../certificate/general-name.ts'
import { pem } from '../files/pem.ts'
import { extKeyUsage, keyUsage, subjectAltName, writeExtensions, writeName } from '../issue.ts'
import { writeSigned } from '../signed.ts'
import { CertificateRequest, certificateRequestIn } from './request.ts'
import { certificateRequest } from './write.ts'

const { crypto } = node
const key = crypto.generateKeyPair('p-256')
const P256 = { key: 'ecdsa', hash: 'sha256' } as const
const identifier = sequence(oid(OID.ecdsaWithSHA256))

const taken = (file: Uint8Array | string, by = crypto): CertificateRequest => {
  const request = certificateRequestIn(file, by)
  if (request instanceof Failure) throw new Error(`${request.code}: ${request.where} ${request.got}`)
  return request
}

describe.each(platforms)('on %s', (_, platform) => {
  test.each(['p-256', 'p-384', 'ed25519'] as const)('a request for a %s key is written and read', kind => {
    const pair = platform.crypto.generateKeyPair(kind)
    const der = certificateRequest(
      {
        key: pair,
        names: ['shop.test', '*.shop.test', '10.0.0.5'],
        subject: [[OID.organizationName, 'Shop']],
        extensions: [keyUsage(KEY_USAGE.digitalSignature), extKeyUsage([OID.serverAuth])],
      },
      platform.crypto,
    )
    const request = taken(der, platform.crypto)
    expect(request.names.map(generalNameText)).toEqual(['shop.test', '*.shop.test', '10.0.0.5'])
    expect(request.subject.text).toBe('O=Shop')
    expect(request.spki).toEqual(pair.spki)
    expect(request.extension('keyUsage')).toBe(1)
    expect(request.extension('extKeyUsage')).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(request.extensions.map(one => one.critical)).toEqual([false, true, false])
    expect(request.attributes.map(one => one.oid)).toEqual(['1.2.840.113549.1.9.14'])
  })
})

test('a request of an RSA key is confirmed everywhere', () => {
  const der = certificateRequest({ key: crypto.generateKeyPair('rsa-2048'), names: ['a.test'] }, crypto)
  for (const [, platform] of platforms)
    expect(taken(der, platform.crypto).publicKey).toEqual({ type: 'rsa', bits: 2048 })
})

test('without a subject its names are critical, and without names it has no attribute', () => {
  const unnamed = taken(certificateRequest({ key, names: ['a.test'] }, crypto))
  expect(unnamed.subject.isEmpty).toBe(true)
  expect(unnamed.extensions[0]?.critical).toBe(true)
  const bare = taken(certificateRequest({ key, names: [], subject: [[OID.commonName, 'me']] }, crypto))
  expect([bare.attributes, bare.extensions, bare.names]).toEqual([[], [], []])
})

test('what asks for nobody, twice, or for a name that is none is not written', () => {
  const write = (names: readonly string[], extensions = [extKeyUsage([OID.serverAuth])]) =>
    certificateRequest({ key, names, extensions }, crypto)
  expect(() => write([])).toThrow(RangeError)
  expect(() => write(['bücher.test'])).toThrow(RangeError)
  expect(() => write(['a b'])).toThrow(RangeError)
  expect(() => write(['a.test'], [subjectAltName(['b.test'])])).toThrow('2.5.29.17 is asked for twice')
})

test('it is found in a file in PEM, under the old label too, and two in one file are none', () => {
  const der = certificateRequest({ key, names: ['a.test'] }, crypto)
  for (const label of ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']) {
    const text = `# mine\n${pem(label, der)}`
    expect(taken(text).der).toEqual(der)
    expect(taken(Buffer.from(text)).der).toEqual(der)
  }
  expect(taken(Buffer.from(der)).der).toEqual(der)
  const twice = pem('CERTIFICATE REQUEST', der) + pem('CERTIFICATE REQUEST', der)
  for (const none of [twice, '', 'a.csr', pem('CERTIFICATE', der), Uint8Array.of(1, 2, 3)])
    expect(certificateRequestIn(none, crypto)).toMatchObject({ code: 'file/malformed' })
})

/** A request of these parts, with a signature that fits them. */
const make = (parts: {
  version?: Uint8Array
  subject?: Uint8Array
  spki?: Uint8Array
  attributes?: readonly Uint8Array[]
  end?: readonly Uint8Array[]
  algorithm?: Uint8Array
}): Uint8Array => {
  const tbs = sequence(
    parts.version ?? integer(0),
    parts.subject ?? writeName([[OID.commonName, 'a.test']]),
    parts.spki ?? key.spki,
    ...(parts.attributes ?? [element(0xa0)]),
    ...(parts.end ?? []),
  )
  return writeSigned(tbs, parts.algorithm ?? identifier, crypto.sign(P256, key.pkcs8, tbs))
}

const asked = writeExtensions([subjectAltName(['a.test'])])
const request = (...values: readonly Uint8Array[]): Uint8Array => sequence(oid(OID.extensionRequest), setOf(...values))
const password = sequence(oid(OID.challengePassword), setOf(utf8String('secret')))
const attributes = (...all: readonly Uint8Array[]) => ({ attributes: [element(0xa0, ...all)] })

test('the request that the broken ones start from is sound, and keeps attributes that it does not know', () => {
  expect(taken(make({})).attributes).toEqual([])
  const both = taken(make(attributes(password, request(asked))))
  expect(both.attributes.map(({ oid: id, values }) => [id, values.length])).toEqual([
    ['1.2.840.113549.1.9.7', 1],
    ['1.2.840.113549.1.9.14', 1],
  ])
  expect(both.attributes[0]?.values[0]).toEqual(utf8String('secret'))
  expect(both.names).toMatchObject([{ text: 'a.test' }])
})

const offCurve = key.spki.slice()
offCurve[offCurve.length - 1]! ^= 1

test.each<[what: string, der: Uint8Array, where: string, rule: string]>([
  ['another version', make({ version: integer(1) }), 'version', 'value'],
  ['no attributes at all', make({ attributes: [] }), 'attributes', 'truncated'],
  ['something behind them', make({ end: [nothing] }), 'certificationRequestInfo', 'trailing'],
  ['attributes out of order', make(attributes(request(asked), password)), 'attributes', 'set-order'],
  ['an attribute twice', make(attributes(password, password)), 'attribute (a second one)', 'value'],
  ['an attribute without a value', make(attributes(sequence(oid('1.2.3'), setOf()))), 'attribute', 'empty'],
  [
    'one with more than values',
    make(attributes(sequence(oid('1.2.3'), setOf(nothing), nothing))),
    'attribute',
    'trailing',
  ],
  [
    'extensions twice',
    make(attributes(request(asked, writeExtensions([extKeyUsage(['1.2.3'])])))),
    'extensionRequest',
    'trailing',
  ],
  ['no extensions where some are asked for', make(attributes(request(sequence()))), 'extensions', 'empty'],
  [
    'a criticality spelt out',
    make(
      attributes(request(sequence(sequence(oid(OID.subjectAltName), Uint8Array.of(1, 1, 0), octetString(sequence()))))),
    ),
    'critical',
    'default-encoded',
  ],
  [
    'an extension that is broken inside',
    make(attributes(request(sequence(sequence(oid(OID.subjectAltName), truth, octetString(nothing)))))),
    'subjectAltName',
    'unexpected-tag',
  ],
  [
    'a key that is not in DER',
    make({ spki: sequence(sequence(oid(OID.ed25519)), bitString(key.spki)) }),
    'subjectPublicKeyInfo',
    'value',
  ],
  [
    'too many attributes',
    make(attributes(...Array.from({ length: 33 }, (_, i) => sequence(oid(`1.2.${i + 40}`), setOf(nothing))))),
    'attributes',
    'too-big',
  ],
  [
    'too large',
    make({ subject: writeName([[OID.commonName, 'a'.repeat(65_536)]]) }),
    'certificationRequest',
    'too-big',
  ],
])('a request is refused for %s', (_, der, where, rule) => {
  const failure = certificateRequestIn(der, crypto)
  expect(failure).toMatchObject({ code: 'file/malformed', where, at: { message: 0 } })
  expect((failure as Failure).expected).toMatch(`${rule}, `)
  expect((failure as Failure).at?.start).toBeTypeOf('number')
})

test('a request that was changed, is for another key, or is signed in another way is not its key’s', () => {
  const der = certificateRequest({ key, names: ['a.test'] }, crypto)
  const changed = der.slice()
  // Of its name, which comes behind whatever the key may be.
  changed[Buffer.from(der).indexOf('a.test')] = 0x62
  const other = crypto.generateKeyPair('p-256')
  const refused: readonly (readonly [Uint8Array, string])[] = [
    [changed, 'has a signature that its own key does not confirm'],
    [make({ spki: other.spki }), 'has a signature that its own key does not confirm'],
    [make({ spki: offCurve }), 'has a public key that is none'],
    [make({ algorithm: sequence(oid('1.2.840.113549.1.1.4'), nothing) }), '1.2.840.113549.1.1.4'],
  ]
  for (const [bytes, got] of refused) {
    const failure = certificateRequestIn(bytes, crypto)
    expect(failure).toMatchObject({ code: 'file/request-signature' })
    expect((failure as Failure).got).toContain(got)
  }
})

test('no prefix of a request, and none with an octet more, is one', () => {
  const der = certificateRequest({ key, names: ['a.test'] }, crypto)
  for (let length = 0; length < der.length; length++)
    expect(() => new CertificateRequest(der.subarray(0, length))).toThrow()
  expect(() => new CertificateRequest(Uint8Array.of(...der, 0))).toThrow('trailing')
})
