/** Extensions about revocation, logs and services, read from certificates and refused where they are broken. */
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { make, withExtension } from '../../../test/support/certificate-parts.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, integer, octetString, oid, sequence, setOf, utf8String } from '../../asn1/write.ts'
import { Certificate, parseCertificate } from './certificate.ts'
import type { ExtensionName, ExtensionValues } from './extensions.ts'

const read = <N extends ExtensionName>(name: N, value: Uint8Array): ExtensionValues[N] | undefined => {
  const certificate = parseCertificate(make(withExtension(OID[name], value)))
  if (!(certificate instanceof Certificate)) throw new Error(certificate.code)
  return certificate.extension(name)
}
const rule = (name: ExtensionName, value: Uint8Array): string => {
  try {
    read(name, value)
  } catch (error) {
    return (error as { rule?: string }).rule ?? 'another error'
  }
  return 'taken'
}
const uri = (text: string): Uint8Array => element(0x86, ascii(text))
const point = (...parts: Uint8Array[]): Uint8Array => sequence(...parts)
const full = (...names: Uint8Array[]): Uint8Array => element(0xa0, element(0xa0, ...names))

test.each(['cRLDistributionPoints', 'freshestCRL'] as const)(
  '%s: names, reasons, issuers (RFC 5280 4.2.1.13)',
  name => {
    const directory = element(0xa4, sequence(setOf(sequence(oid(OID.commonName), utf8String('Lists')))))
    const found = read(
      name,
      sequence(
        point(full(uri('http://a.test/1.crl'), uri('http://b.test/1.crl'))),
        // keyCompromise and cACompromise.
        point(
          element(0xa0, element(0xa1, sequence(oid(OID.commonName), utf8String('One')))),
          element(0x81, Uint8Array.of(5, 0x60)),
        ),
        point(element(0xa2, directory)),
      ),
    )
    expect(found).toMatchObject([
      { name: { full: [{ text: 'http://a.test/1.crl' }, { text: 'http://b.test/1.crl' }] } },
      { name: { relative: [{ type: '2.5.4.3', text: 'One' }] }, reasons: 0x6, crlIssuer: undefined },
      { name: undefined, reasons: undefined, crlIssuer: [{ type: 'directory' }] },
    ])
  },
)

test('distribution points that say nothing, or reasons alone, or too much are refused', () => {
  const reasons = element(0x81, Uint8Array.of(5, 0x60))
  expect(rule('cRLDistributionPoints', sequence())).toBe('empty')
  expect(rule('cRLDistributionPoints', sequence(point()))).toBe('empty')
  expect(rule('cRLDistributionPoints', sequence(point(reasons)))).toBe('empty')
  expect(rule('cRLDistributionPoints', sequence(point(element(0xa0, element(0xa0)))))).toBe('empty')
  expect(rule('cRLDistributionPoints', sequence(point(element(0xa0, element(0xa1)))))).toBe('empty')
  expect(rule('cRLDistributionPoints', sequence(point(element(0xa0, uri('x')))))).toBe('unexpected-tag')
  expect(rule('cRLDistributionPoints', sequence(point(full(uri('x')), reasons, reasons)))).toBe('trailing')
  expect(rule('cRLDistributionPoints', sequence(point(element(0xa0, element(0xa0, uri('x')), uri('y')))))).toBe(
    'trailing',
  )
})

test('services of the subject (RFC 5280 4.2.2.2)', () => {
  const access = sequence(oid('1.3.6.1.5.5.7.48.5'), uri('http://repository.test/'))
  expect(read('subjectInfoAccess', sequence(access))).toMatchObject([
    { method: '1.3.6.1.5.5.7.48.5', location: { type: 'uri', text: 'http://repository.test/' } },
  ])
  expect(rule('subjectInfoAccess', sequence())).toBe('empty')
})

test('what else is said of the subject (RFC 5280 4.2.1.8)', () => {
  const born = sequence(oid('1.3.6.1.5.5.7.9.1'), setOf(octetString(Uint8Array.of(1)), octetString(Uint8Array.of(2))))
  expect(read('subjectDirectoryAttributes', sequence(born))).toEqual([
    { type: '1.3.6.1.5.5.7.9.1', values: [Uint8Array.of(4, 1, 1), Uint8Array.of(4, 1, 2)] },
  ])
  expect(rule('subjectDirectoryAttributes', sequence())).toBe('empty')
  expect(rule('subjectDirectoryAttributes', sequence(sequence(oid('1.2.3'), setOf())))).toBe('empty')
  expect(rule('subjectDirectoryAttributes', sequence(sequence(oid('1.2.3'), sequence(integer(1)))))).toBe(
    'unexpected-tag',
  )
  expect(rule('subjectDirectoryAttributes', sequence(sequence(oid('1.2.3'), setOf(integer(1)), integer(1))))).toBe(
    'trailing',
  )
})

test('features of TLS that a server must have (RFC 7633): 5 is an OCSP answer', () => {
  expect(read('tlsFeature', sequence(integer(5), integer(17)))).toEqual([5, 17])
  expect(rule('tlsFeature', sequence())).toBe('empty')
  expect(rule('tlsFeature', sequence(octetString(Uint8Array.of(5))))).toBe('unexpected-tag')
})

const SCT = Uint8Array.from([
  0,
  ...new Uint8Array(32).fill(7),
  ...[0, 0, 1, 0x92, 0, 0, 0, 1],
  ...[0, 2, 0xaa, 0xbb],
  ...[4, 3],
  ...[0, 3, 1, 2, 3],
])
const listOf = (...scts: Uint8Array[]): Uint8Array => {
  const items = scts.flatMap(one => [one.length >> 8, one.length & 0xff, ...one])
  return octetString(Uint8Array.from([items.length >> 8, items.length & 0xff, ...items]))
}

test('timestamps of logs (RFC 6962 3.3); those of versions to come are left out', () => {
  expect(read('sctList', listOf(SCT, Uint8Array.of(1, 2, 3)))).toEqual([
    {
      version: 0,
      logId: new Uint8Array(32).fill(7),
      timestamp: 0x192 * 2 ** 32 + 1,
      extensions: Uint8Array.of(0xaa, 0xbb),
      algorithm: 0x0403,
      signature: Uint8Array.of(1, 2, 3),
    },
  ])
})

test('timestamps that are cut, empty or later than a number can say are refused', () => {
  const late = SCT.slice()
  late[33] = 0x40
  expect(rule('sctList', listOf())).toBe('empty')
  expect(rule('sctList', listOf(new Uint8Array(0)))).toBe('empty')
  expect(rule('sctList', listOf(SCT.slice(0, -1)))).toBe('value')
  expect(rule('sctList', listOf(Uint8Array.from([...SCT, 0])))).toBe('value')
  expect(rule('sctList', listOf(late))).toBe('value')
  expect(rule('sctList', octetString(Uint8Array.of(0, 9, 0)))).toBe('value')
})

test('another kind of name keeps its value, which is one element (RFC 5280 4.2.1.6)', () => {
  const other = (...value: Uint8Array[]): Uint8Array =>
    sequence(element(0xa0, oid('1.3.6.1.4.1.311.20.2.3'), element(0xa0, ...value)))
  const names = read('subjectAltName', other(utf8String('me@shop.test')))
  expect(names).toMatchObject([{ type: 'other', oid: '1.3.6.1.4.1.311.20.2.3', value: utf8String('me@shop.test') }])
  expect(rule('subjectAltName', other())).toBe('truncated')
  expect(rule('subjectAltName', other(utf8String('a'), utf8String('b')))).toBe('trailing')
})
