import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import { DerError } from '../asn1/der.ts'
import { OID } from '../asn1/oids.table.ts'
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
} from '../asn1/write.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { sentence } from '../explain/index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { seeded } from '../random.ts'
import { Certificate, MAX_EXTENSIONS, malformedUnless, parseCertificate } from './certificate.ts'
import { weakKey } from './checks.ts'
import { subjectAltName, writeName } from './issue.ts'
import { certificatesIn, pem, pemBlocks } from './pem.ts'
import { deployed } from './profile.ts'
import { publicKeyText, spkiOf } from './public-key.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20)
const { spki } = crypto.generateKeyPair('p-256')
const algorithm = sequence(oid(OID.ecdsaWithSHA256))
const name = writeName([[OID.commonName, 'a.test']])
const dates = sequence(time(at), time(at + 1000))
const extension = (id: string, value: Uint8Array, critical: readonly Uint8Array[] = []): Uint8Array =>
  sequence(oid(id), ...critical, octetString(value))
const altName = extension(OID.subjectAltName, subjectAltName(['a.test']).value)
const falsehood = Uint8Array.of(1, 1, 0)

interface Parts {
  readonly version?: readonly Uint8Array[]
  readonly serial?: Uint8Array
  readonly inner?: Uint8Array
  readonly outer?: Uint8Array
  readonly issuer?: Uint8Array
  readonly dates?: Uint8Array
  readonly subject?: Uint8Array
  readonly spki?: Uint8Array
  readonly after?: readonly Uint8Array[]
  readonly signature?: Uint8Array
  readonly end?: Uint8Array
}

/** A certificate of these parts; its signature is of no interest here. */
const make = (parts: Parts = {}): Uint8Array =>
  concat(
    sequence(
      sequence(
        ...(parts.version ?? [explicit(0, integer(2))]),
        parts.serial ?? integer(1),
        parts.inner ?? algorithm,
        parts.issuer ?? name,
        parts.dates ?? dates,
        parts.subject ?? name,
        parts.spki ?? spki,
        ...(parts.after ?? [explicit(3, sequence(altName))]),
      ),
      parts.outer ?? algorithm,
      parts.signature ?? bitString(Uint8Array.of(1, 2, 3)),
    ),
    parts.end ?? new Uint8Array(),
  )

const withExtension = (id: string, value: Uint8Array): Parts => ({
  after: [explicit(3, sequence(extension(id, value)))],
})
const key = (...parts: readonly Uint8Array[]): Uint8Array => sequence(...parts)
const rsa = (modulus: Uint8Array, exponent: number): Uint8Array =>
  key(sequence(oid(OID.rsaEncryption), nothing), bitString(sequence(integer(modulus), integer(exponent))))

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
    'a subtree with a minimum',
    /nameConstraints/,
    /trailing/,
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
  ['no access description at all', /authorityInfoAccess/, /empty/, withExtension(OID.authorityInfoAccess, sequence())],
  [
    'an RSA key without NULL parameters',
    /subjectPublicKeyInfo/,
    /truncated|unexpected-tag/,
    { spki: key(sequence(oid(OID.rsaEncryption)), bitString(sequence(integer(5), integer(3)))) },
  ],
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

test.each(broken)('%s: tls/certificate-malformed, with the field and the bytes', (_, field, rule, parts) => {
  const failure = malformedUnless(() => new Certificate(make(parts)).decodeAll())
  expect(failure).toMatchObject({ code: 'tls/certificate-malformed', alert: 42 })
  if (failure instanceof Certificate) return
  expect(failure.where).toMatch(field)
  expect(failure.expected).toMatch(rule)
  expect(failure.at!.end).toBeGreaterThanOrEqual(failure.at!.start)
  expect(sentence(failure)).toMatch(/^The certificate is not well formed\. Its field /)
})

test('the key of a certificate is found without reading the rest, where the whole reading finds it', () => {
  for (const parts of [{}, { version: [], after: [] }]) {
    const whole = make(parts)
    expect(spkiOf(whole)).toEqual(spki)
    expect(() => spkiOf(whole.slice(0, -1))).toThrow(DerError)
    expect(() => spkiOf(Uint8Array.of(...whole, 0))).toThrow(DerError)
  }
  for (const bad of [new Uint8Array(0), ascii('-----BEGIN CERTIFICATE-----'), spki])
    expect(() => spkiOf(bad)).toThrow(DerError)
})

test('a certificate cut off or changed anywhere is refused or read, and never anything else', () => {
  const seed = 7
  const random = seeded(seed)
  const whole = make()
  for (let end = 0; end < whole.length; end++)
    expect(parseCertificate(whole.slice(0, end))).toMatchObject({ code: 'tls/certificate-malformed' })
  for (let round = 0; round < 3000; round++) {
    const changed = whole.slice()
    for (let i = 0; i <= random.below(3); i++) changed[random.below(changed.length)] = random.below(256)
    const result = malformedUnless(() => new Certificate(changed).decodeAll())
    if (!(result instanceof Certificate))
      expect(result.code, `seed ${seed}, round ${round}`).toBe('tls/certificate-malformed')
  }
})

test('what Node reads of our certificates is what we read', () => {
  for (const kind of ['p-256', 'p-384', 'rsa-2048', 'ed25519'] as const) {
    const ca = certificateAuthority({ crypto, now: () => at, name: `Root ${kind}`, key: kind })
    const { certificate } = ca.issue({ names: ['shop.test', '*.shop.test', '10.0.0.5', '2001:db8::5'], key: kind })
    const ours = new Certificate(certificate).decodeAll()
    const theirs = new X509Certificate(certificate)
    expect(theirs.subject).toBe(ours.subject.text)
    expect(theirs.issuer).toBe(ours.issuer.text)
    expect(Date.parse(theirs.validFrom)).toBe(ours.notBefore)
    expect(Date.parse(theirs.validTo)).toBe(ours.notAfter)
    expect(theirs.serialNumber.toLowerCase()).toBe(Buffer.from(ours.serialNumber).toString('hex'))
    expect(theirs.subjectAltName).toBe(
      'DNS:shop.test, DNS:*.shop.test, IP Address:10.0.0.5, IP Address:2001:DB8:0:0:0:0:0:5',
    )
    expect(new Uint8Array(theirs.publicKey.export({ type: 'spki', format: 'der' }))).toEqual(ours.spki.slice())
    expect(theirs.verify(new X509Certificate(ca.certificate).publicKey)).toBe(true)
    expect(publicKeyText(ours.publicKey).toLowerCase()).toContain(
      kind.split('-')[0] === 'p' ? kind : kind.split('-')[0],
    )
  }
})

test('sizes of RSA keys are counted in bits', () => {
  const bits = (first: number) => {
    const modulus = new Uint8Array(256)
    modulus[0] = first
    modulus[255] = 1
    const certificate = new Certificate(make({ spki: rsa(modulus, 65537) }))
    return certificate.publicKey.type === 'rsa' ? certificate.publicKey.bits : 0
  }
  expect(bits(0x80)).toBe(2048)
  expect(bits(0x7f)).toBe(2047)
  expect(bits(0x01)).toBe(2041)
})

test('names are the same without case and with runs of spaces as one (RFC 5280 7.1)', () => {
  const subject = (text: string) => new Certificate(make({ subject: writeName([[OID.commonName, text]]) })).subject
  expect(subject('  Example   ROOT ').key).toBe(subject('example root').key)
  expect(subject('Example Root').key).not.toBe(subject('ExampleRoot').key)
  expect(subject('ÄB').key).toBe(subject('Äb').key)
  const two = new Certificate(
    make({
      subject: writeName([
        [OID.commonName, 'a'],
        [OID.commonName, 'b'],
      ]),
    }),
  ).subject
  expect(subject(`a\n${OID.commonName}=b`).key).not.toBe(two.key)
})

test('a name from a hostile certificate cannot write control characters to a terminal', () => {
  const subject = new Certificate(make({ subject: writeName([[OID.commonName, 'a\u001b[2Jb\u202ec']]) })).subject
  expect(subject.text).toBe('CN=a?[2Jb?c')
  expect(subject.shortText).toBe('a?[2Jb?c')
})

test('PEM goes to DER and back; text around it does not matter, broken blocks are left out', () => {
  const der = make()
  const text = pem('CERTIFICATE', der)
  expect(text.split('\n').every(line => line.length <= 64)).toBe(true)
  const file = new TextEncoder().encode(
    `# a comment\n${text}subject=x\n${text.replace('A', '!')}${text.replaceAll('\n', '\r\n')}`,
  )
  expect(certificatesIn(file).map(one => Buffer.from(one).toString('hex'))).toEqual(
    [0, 1].map(() => Buffer.from(der).toString('hex')),
  )
  expect(certificatesIn(der)).toEqual([der])
  // As `readFileSync(path, 'utf8')` gives it.
  expect(certificatesIn(pem('CERTIFICATE', der))).toEqual([der])
  expect(pemBlocks('-----BEGIN A-----\nAAA=\n-----END B-----')).toEqual([])
  for (const length of [0, 1, 2, 3, 4, 5])
    expect(pemBlocks(pem('X', new Uint8Array(length).fill(7)))[0]?.der).toEqual(new Uint8Array(length).fill(7))
})

test('RFC 4055 1.2: a key for RSASSA-PSS alone is one that can be used, and as weak as it is short', () => {
  const ca = certificateAuthority({ crypto, now: () => at, name: 'Root' })
  const issued = [1024, 2048].map(modulusLength => {
    const keys = generateKeyPairSync('rsa-pss', { modulusLength })
    const keyPair = {
      spki: new Uint8Array(keys.publicKey.export({ type: 'spki', format: 'der' })),
      pkcs8: new Uint8Array(keys.privateKey.export({ type: 'pkcs8', format: 'der' })),
    }
    return new Certificate(ca.issue({ names: ['shop.test'], keyPair }).certificate)
  })
  expect(issued.map(({ publicKey }) => publicKeyText(publicKey))).toEqual(['RSA-PSS 1024 bits', 'RSA-PSS 2048 bits'])
  expect(issued.map(certificate => weakKey(certificate, 'leaf', deployed)?.code)).toEqual([
    'tls/certificate-algorithm',
    undefined,
  ])
})
