/** What is read of certificates that are sound, and that bytes changed anywhere do no more than be refused. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { at, crypto, make, rsa, spki } from '../../../test/support/certificate-parts.ts'
import { DerError } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, octetString, oid, sequence } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { broken } from '../../lab/broken.ts'
import { seeded } from '../../random.ts'
import { certificatesIn, pem, pemBlocks } from '../files/pem.ts'
import { writeName } from '../issue.ts'
import { weakKey } from '../path/fitness.ts'
import { deployed } from '../path/profile.ts'
import { Certificate, malformedUnless, parseCertificate } from './certificate.ts'
import { type Part, spanOf } from './part.ts'
import { publicKeyText, spkiOf } from './public-key.ts'

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
    return new Certificate(broken(ca).issue({ names: ['shop.test'], keyPair }).certificate)
  })
  expect(issued.map(({ publicKey }) => publicKeyText(publicKey))).toEqual(['RSA-PSS 1024 bits', 'RSA-PSS 2048 bits'])
  expect(issued.map(certificate => weakKey(certificate, 'leaf', deployed)?.code)).toEqual([
    'tls/certificate-algorithm',
    undefined,
  ])
})

test('a part is found by its name; an extension that is not there, in what should hold it', () => {
  const ca = certificateAuthority({ crypto, now: () => at, name: 'Root' })
  const certificate = new Certificate(ca.issue({ names: ['a.test'] }).certificate)
  const octets = (part: Part) => {
    const { from, to } = spanOf(certificate, part)
    return certificate.der.subarray(from, to)
  }
  expect(octets('publicKey')).toEqual(certificate.spki)
  expect(octets('subject')).toEqual(certificate.subject.der)
  expect(octets('subjectAltName')).toEqual(sequence(oid(OID.subjectAltName), octetString(dnsNames('a.test'))))
  expect(octets('nameConstraints')).toEqual(certificate.tbs)
})

const dnsNames = (...names: readonly string[]): Uint8Array => sequence(...names.map(name => element(0x82, ascii(name))))
