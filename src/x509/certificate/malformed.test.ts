/** Certificates that are broken in one place: refused with the field and the bytes. */
import { expect, test } from 'vitest'
import {
  altName,
  at,
  extension,
  falsehood,
  key,
  make,
  type Parts,
  withExtension,
} from '../../../test/support/certificate-parts.ts'
import { OID } from '../../asn1/oids.table.ts'
import {
  bitString,
  element,
  explicit,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  truth,
  utf8String,
} from '../../asn1/write.ts'
import { sentence } from '../../explain/index.ts'
import { writeName } from '../issue.ts'
import { Certificate, malformedUnless, parseCertificate } from './certificate.ts'
import { MAX_EXTENSIONS } from './extension-list.ts'

test('the certificate that the broken ones start from is sound', () => {
  const certificate = parseCertificate(make())
  expect(certificate).toBeInstanceOf(Certificate)
  expect((certificate as Certificate).decodeAll().extension('subjectAltName')).toMatchObject([{ text: 'a.test' }])
})

const broken: readonly (readonly [what: string, field: RegExp, rule: RegExp, parts: Parts])[] = [
  ['bytes behind it', /certificate/, /trailing/, { end: Uint8Array.of(0) }],
  ['version 1 spelt out', /version/, /default-encoded/, { version: [explicit(0, integer(0))] }],
  ['version 7', /version/, /value/, { version: [explicit(0, integer(6))] }],
  ['extensions in version 1', /extensions/, /value/, { version: [] }],
  [
    'unique identifiers in version 1',
    /uniqueIdentifier/,
    /value/,
    { version: [], after: [element(0x81, Uint8Array.of(0, 1))] },
  ],
  [
    'another algorithm inside than outside',
    /signatureAlgorithm/,
    /value/,
    { outer: sequence(oid(OID.ecdsaWithSHA384)) },
  ],
  [
    'a signature with unused bits',
    /signatureValue/,
    /bit-string-padding/,
    { signature: element(3, Uint8Array.of(4, 0xf0)) },
  ],
  ['a serial number as a string', /serialNumber/, /unexpected-tag/, { serial: octetString(Uint8Array.of(1)) }],
  ['a date as a number', /notBefore/, /unexpected-tag/, { dates: sequence(integer(1), time(at)) }],
  ['three dates', /validity/, /trailing/, { dates: sequence(time(at), time(at), time(at)) }],
  ['a name with an empty set', /issuer/, /empty/, { issuer: sequence(setOf()) }],
  [
    'a name with a third part in its pair',
    /subject/,
    /trailing/,
    { subject: sequence(setOf(sequence(oid(OID.commonName), utf8String('a'), nothing))) },
  ],
  [
    'a common name that is a number',
    /subject/,
    /unexpected-tag/,
    { subject: sequence(setOf(sequence(oid(OID.commonName), integer(5)))) },
  ],
  [
    'a title that is a number',
    /subject/,
    /unexpected-tag/,
    { subject: sequence(setOf(sequence(oid('2.5.4.12'), integer(5)))) },
  ],
  [
    'NUL in a common name',
    /subject/,
    /string-character/,
    { subject: writeName([[OID.commonName, 'a.test\0.evil.test']]) },
  ],
  [
    'NUL in a common name of two octets a character',
    /subject/,
    /string-character/,
    { subject: sequence(setOf(sequence(oid(OID.commonName), element(0x1e, Uint8Array.of(0, 97, 0, 0, 1, 0))))) },
  ],
  [
    'NUL in a common name of four octets a character',
    /subject/,
    /string-character/,
    { subject: sequence(setOf(sequence(oid(OID.commonName), element(0x1c, Uint8Array.of(0, 0, 0, 97, 0, 0, 0, 0))))) },
  ],
  [
    'a unique identifier that is no bit string',
    /uniqueIdentifier/,
    /bit-string-padding/,
    { after: [element(0x82, Uint8Array.of(9, 1))] },
  ],
  ['an empty list of extensions', /extensions/, /empty/, { after: [explicit(3, sequence())] }],
  ['the same extension twice', /extension/, /value/, { after: [explicit(3, sequence(altName, altName))] }],
  [
    'critical FALSE spelt out',
    /critical/,
    /default-encoded/,
    { after: [explicit(3, sequence(extension('1.2.3', nothing, [falsehood])))] },
  ],
  [
    'something behind the extensions',
    /tbsCertificate/,
    /trailing/,
    { after: [explicit(3, sequence(altName)), nothing] },
  ],
  [
    'more extensions than anybody needs',
    /extensions/,
    /too-big/,
    {
      after: [
        explicit(
          3,
          sequence(...Array.from({ length: MAX_EXTENSIONS + 1 }, (_, i) => extension(`1.2.3.${i}`, nothing))),
        ),
      ],
    },
  ],
  [
    'cA FALSE spelt out',
    /basicConstraints/,
    /default-encoded/,
    withExtension(OID.basicConstraints, sequence(falsehood)),
  ],
  [
    'a negative path length',
    /basicConstraints/,
    /integer-too-big/,
    withExtension(OID.basicConstraints, sequence(truth, Uint8Array.of(2, 1, 0xff))),
  ],
  ['no key usage at all', /keyUsage/, /empty/, withExtension(OID.keyUsage, Uint8Array.of(3, 1, 0))],
  ['no purpose at all', /extKeyUsage/, /empty/, withExtension(OID.extKeyUsage, sequence())],
  ['no alternative name at all', /subjectAltName/, /empty/, withExtension(OID.subjectAltName, sequence())],
  [
    'alternative names as plain text',
    /subjectAltName/,
    /long-tag|truncated|unexpected-tag|trailing/,
    withExtension(
      OID.subjectAltName,
      Uint8Array.from('a.test', c => c.charCodeAt(0)),
    ),
  ],
  [
    'a DNS name outside ASCII',
    /subjectAltName/,
    /string-character/,
    withExtension(OID.subjectAltName, sequence(element(0x82, new TextEncoder().encode('ä.test')))),
  ],
  [
    'an unknown kind of name',
    /subjectAltName/,
    /unexpected-tag/,
    withExtension(OID.subjectAltName, sequence(element(0x89, Uint8Array.of(1)))),
  ],
  [
    'a registered identifier that is no OID',
    /subjectAltName/,
    /oid-malformed/,
    withExtension(OID.subjectAltName, sequence(element(0x88, Uint8Array.of(0x2a, 0x80, 1)))),
  ],
  [
    'an address that is none',
    /subjectAltName/,
    /value/,
    withExtension(OID.subjectAltName, sequence(element(0x87, Uint8Array.of(10, 0, 0)))),
  ],
  [
    'an empty key identifier',
    /subjectKeyIdentifier/,
    /empty/,
    withExtension(OID.subjectKeyIdentifier, octetString(new Uint8Array())),
  ],
  [
    'an issuer without its serial number',
    /authorityKeyIdentifier/,
    /value/,
    withExtension(OID.authorityKeyIdentifier, sequence(element(0xa1, element(0x82, Uint8Array.of(97))))),
  ],
  ['name constraints without any', /nameConstraints/, /empty/, withExtension(OID.nameConstraints, sequence())],
  [
    'permitted subtrees without any',
    /nameConstraints/,
    /empty/,
    withExtension(OID.nameConstraints, sequence(explicit(0))),
  ],
  [
    'a subtree with a third part',
    /nameConstraints/,
    /trailing/,
    withExtension(OID.nameConstraints, sequence(explicit(0, sequence(element(0x82, Uint8Array.of(97)), nothing)))),
  ],
  [
    'a subtree with a minimum',
    /nameConstraints/,
    /value/,
    withExtension(
      OID.nameConstraints,
      sequence(explicit(0, sequence(element(0x82, Uint8Array.of(97)), element(0x80, Uint8Array.of(1))))),
    ),
  ],
  [
    'a policy twice',
    /certificatePolicies/,
    /value/,
    withExtension(OID.certificatePolicies, sequence(sequence(oid('1.2.3')), sequence(oid('1.2.3')))),
  ],
  ['policy constraints without any', /policyConstraints/, /empty/, withExtension(OID.policyConstraints, sequence())],
  [
    'an access description with a third part',
    /authorityInfoAccess/,
    /trailing/,
    withExtension(
      OID.authorityInfoAccess,
      sequence(sequence(oid(OID.ocsp), element(0x86, Uint8Array.of(97)), nothing)),
    ),
  ],
  ['no access description at all', /authorityInfoAccess/, /empty/, withExtension(OID.authorityInfoAccess, sequence())],
  [
    'an RSA key without NULL parameters',
    /subjectPublicKeyInfo/,
    /truncated|unexpected-tag/,
    { spki: key(sequence(oid(OID.rsaEncryption)), bitString(sequence(integer(5), integer(3)))) },
  ],
  ...[
    [Uint8Array.of(0x83), integer(3)],
    [integer(5), Uint8Array.of(0x83)],
  ].map(([modulus, exponent]) => {
    const number = (octets: Uint8Array): Uint8Array => (octets.length === 1 ? element(2, octets) : octets)
    const spki = key(
      sequence(oid(OID.rsaEncryption), nothing),
      bitString(sequence(number(modulus!), number(exponent!))),
    )
    return ['an RSA key with a negative number', /subjectPublicKeyInfo/, /value/, { spki }] as const
  }),
  [
    'an elliptic point of the wrong length',
    /subjectPublicKeyInfo/,
    /value/,
    { spki: key(sequence(oid(OID.ecPublicKey), oid(OID.secp256r1)), bitString(Uint8Array.of(4, 1, 2))) },
  ],
  [
    'an Ed25519 key of 31 octets',
    /subjectPublicKeyInfo/,
    /value/,
    { spki: key(sequence(oid(OID.ed25519)), bitString(new Uint8Array(31))) },
  ],
]

test('as many extensions as are allowed are read', () => {
  const most = Array.from({ length: MAX_EXTENSIONS }, (_, i) => extension(`1.2.3.${i}`, nothing))
  expect(new Certificate(make({ after: [explicit(3, sequence(...most))] })).extensions).toHaveLength(MAX_EXTENSIONS)
})

test.each(broken)('%s: tls/certificate-malformed, with the field and the bytes', (_, field, rule, parts) => {
  const failure = malformedUnless(() => new Certificate(make(parts)).decodeAll())
  expect(failure).toMatchObject({ code: 'tls/certificate-malformed', alert: 42 })
  if (failure instanceof Certificate) return
  expect(failure.where).toMatch(field)
  expect(failure.expected).toMatch(rule)
  expect(failure.at!.end).toBeGreaterThanOrEqual(failure.at!.start)
  expect(sentence(failure)).toMatch(/^The certificate is not well formed\. Its field /)
})
