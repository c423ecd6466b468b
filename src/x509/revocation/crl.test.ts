import { expect, test } from 'vitest'
import { at, DAY, middle, root } from '../../../test/support/chains.ts'
import { crlBy, signedBy, subjectOf } from '../../../test/support/revocation.ts'
import { DerError } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import {
  element,
  explicit,
  generalizedTime,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  time,
  truth,
} from '../../asn1/write.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { writeName } from '../issue.ts'
import { parseRevocationList, RevocationList } from './crl.ts'

const serial = (...octets: number[]): Uint8Array => Uint8Array.of(...octets)

/** What stands between the version and the extensions, by hand. */
const raw = (...fields: readonly Uint8Array[]): Uint8Array =>
  signedBy(middle.keyPair, algorithm => sequence(...fields.map(field => (field === ALGORITHM ? algorithm : field))))
const ALGORITHM = Uint8Array.of(0xff)
const issuer = subjectOf(middle.certificate)
const head = [integer(1), ALGORITHM, issuer, time(at)] as const
const entry = (...behind: readonly Uint8Array[]): Uint8Array => sequence(integer(7), time(at), ...behind)
const extension = (id: string, value: Uint8Array, ...critical: readonly Uint8Array[]): Uint8Array =>
  sequence(oid(id), ...critical, octetString(value))
const number = extension(OID.cRLNumber, integer(1))

/** The rule that is broken and the field. */
const fault = (der: Uint8Array): string => {
  try {
    new RevocationList(der)
  } catch (error) {
    if (error instanceof DerError) return `${error.what}: ${error.rule}`
    throw error
  }
  return 'none'
}

test('a list says who issued it, when, its number, and what it has', () => {
  const list = new RevocationList(
    crlBy(middle, {
      number: 300,
      entries: [
        { serialNumber: serial(5), date: at - 3000 },
        { serialNumber: serial(0x7f, 1), date: at - 2000, reason: 'keyCompromise', invalidityDate: at - 9000 },
        { serialNumber: serial(6), date: at - 1000, reason: 'unspecified' },
      ],
    }),
  )
  expect(list.version).toBe(2)
  expect(list.issuer.text).toBe('CN=Test Intermediate')
  expect([list.thisUpdate, list.nextUpdate]).toEqual([at - DAY, at + DAY])
  expect(list.extension('cRLNumber')).toEqual(serial(1, 44))
  expect(list.extension('authorityKeyIdentifier')?.keyIdentifier).toHaveLength(20)
  expect(list.extension('issuingDistributionPoint')).toBeUndefined()
  expect(list.extensions.map(({ oid }) => oid)).toEqual(['2.5.29.35', '2.5.29.20'])
  expect(list.size).toBe(3)
  expect(list.strange).toBeUndefined()
  expect(list.find(serial(5))).toEqual({
    serialNumber: serial(5),
    date: at - 3000,
    reason: undefined,
    invalidityDate: undefined,
  })
  expect(list.find(serial(0x7f, 1))).toMatchObject({ reason: 'keyCompromise', invalidityDate: at - 9000 })
  expect(list.find(serial(6))).toMatchObject({ date: at - 1000, reason: undefined })
  expect(list.find(serial(8))).toBeUndefined()
  expect(list.find(serial(0, 5))).toBeUndefined()
  expect(list.find(serial(5), 'somebody else')).toBeUndefined()
  expect([...list.entries()].map(({ serialNumber }) => serialNumber)).toEqual([serial(5), serial(0x7f, 1), serial(6)])
})

test('a list of nothing has no entries', () => {
  const list = new RevocationList(crlBy(middle))
  expect(list.size).toBe(0)
  expect(list.find(serial(1))).toBeUndefined()
  expect([...list.entries()]).toEqual([])
})

test('every serial number of a list of thousands is found, and no other', () => {
  const entries = Array.from({ length: 5000 }, (_, i) => ({
    serialNumber: serial(1 + (i >> 12), (i >> 6) & 63, i & 63),
    date: at,
  }))
  const list = new RevocationList(crlBy(middle, { entries }))
  expect(list.size).toBe(5000)
  expect(entries.every(({ serialNumber }) => list.find(serialNumber) !== undefined)).toBe(true)
  expect(list.find(serial(2, 14, 9))).toBeUndefined()
  expect(list.find(serial(1, 64, 0))).toBeUndefined()
})

test('an authority that lists one serial number a thousand times makes nobody search for long', () => {
  const same = Array.from({ length: 1000 }, () => ({ serialNumber: serial(5), date: at }))
  const list = new RevocationList(crlBy(middle, { entries: [...same, { serialNumber: serial(6), date: at }] }))
  expect(list.find(serial(6))?.date).toBe(at)
  expect(list.find(serial(5))?.date).toBe(at)
  expect(list.find(serial(7))).toBeUndefined()
})

test('a delta names the full list that it changes, and a full list where its deltas are', () => {
  const delta = new RevocationList(crlBy(middle, { number: 9, base: 7 }))
  expect(delta.extension('deltaCRLIndicator')).toEqual(serial(7))
  const full = new RevocationList(crlBy(middle, { freshest: ['http://a.test/delta'] }))
  expect(full.extension('freshestCRL')).toMatchObject([{ name: { full: [{ text: 'http://a.test/delta' }] } }])
})

test('what takes a hold back yields to what revokes', () => {
  const removed = { serialNumber: serial(5), date: at, reason: 'removeFromCRL' } as const
  const held = { serialNumber: serial(5), date: at - 1000, reason: 'certificateHold' } as const
  expect(new RevocationList(crlBy(middle, { entries: [removed] })).find(serial(5))?.reason).toBe('removeFromCRL')
  expect(new RevocationList(crlBy(middle, { entries: [removed, held] })).find(serial(5))?.reason).toBe(
    'certificateHold',
  )
})

test('the issuing distribution point says where the list is and what it is about', () => {
  const point = (parts: Parameters<typeof crlBy>[1]) =>
    new RevocationList(crlBy(middle, parts)).extension('issuingDistributionPoint')
  expect(point({ point: { urls: ['http://a.test/1'], only: 'users' } })).toMatchObject({
    name: { full: [{ type: 'uri', text: 'http://a.test/1' }] },
    only: 'users',
    reasons: undefined,
    indirect: false,
  })
  expect(point({ point: { only: 'authorities' } })).toMatchObject({ name: undefined, only: 'authorities' })
  expect(point({ point: { only: 'attributes' } })).toMatchObject({ only: 'attributes' })
  expect(point({ point: { reasons: 0x12, indirect: true } })).toMatchObject({ reasons: 0x12, indirect: true })
})

test('in an indirect list an entry is of the issuer that was named last (RFC 5280 5.3.3)', () => {
  const other = subjectOf(root.certificate)
  const list = new RevocationList(
    crlBy(middle, {
      point: { indirect: true },
      entries: [
        { serialNumber: serial(1), date: at },
        { serialNumber: serial(2), date: at, issuer: other },
        { serialNumber: serial(3), date: at },
        { serialNumber: serial(4), date: at, issuer: writeName([[OID.commonName, 'Third']]) },
        { serialNumber: serial(1), date: at - 5000 },
      ],
    }),
  )
  const found = (octet: number, name: string) => list.find(serial(octet), `2.5.4.3=${name}`) !== undefined
  expect([...list.entries()].map(({ issuer }) => issuer)).toEqual([
    '2.5.4.3=test intermediate',
    '2.5.4.3=test root',
    '2.5.4.3=test root',
    '2.5.4.3=third',
    '2.5.4.3=third',
  ])
  expect(list.strange).toBeUndefined()
  expect(found(1, 'test intermediate')).toBe(true)
  expect(found(2, 'test intermediate')).toBe(false)
  expect(found(2, 'test root')).toBe(true)
  expect(found(3, 'test root')).toBe(true)
  expect(found(4, 'test root')).toBe(false)
  expect(list.find(serial(1), '2.5.4.3=third')?.date).toBe(at - 5000)
})

test('entries of others in a list that is not indirect make it strange', () => {
  const entries = [{ serialNumber: serial(1), date: at, issuer: subjectOf(root.certificate) }]
  expect(new RevocationList(crlBy(middle, { entries })).strange).toBe('2.5.29.29')
})

test('each entry is held to the rules, whatever stands in those before it', () => {
  const reason = (number: number) => sequence(extension(OID.cRLReason, element(0x0a, Uint8Array.of(number))))
  const listed = (...reasons: readonly number[]) =>
    raw(...head, sequence(...reasons.map(number => entry(reason(number)))), explicit(0, sequence(number)))
  expect(fault(listed(1, 1, 4))).toBe('none')
  // There is no reason 7 (RFC 5280 5.3.1).
  expect(fault(listed(1, 1, 7))).toBe('cRLReason: value')
  expect(fault(listed(4, 7))).toBe('cRLReason: value')
})

test('a critical extension that nobody knows makes a list strange, one that is not critical does not', () => {
  const own = (...critical: Uint8Array[]) => extension('1.2.3.4', nothing, ...critical)
  const strange = (der: Uint8Array) => new RevocationList(der).strange
  const listed = (...critical: Uint8Array[]) => raw(...head, explicit(0, sequence(number, own(...critical))))
  expect(strange(listed(truth))).toBe('1.2.3.4')
  expect(strange(listed())).toBeUndefined()
  const entered = (...critical: Uint8Array[]) =>
    raw(...head, sequence(entry(sequence(own(...critical)))), explicit(0, sequence(number)))
  expect(strange(entered(truth))).toBe('1.2.3.4')
  expect(strange(entered())).toBeUndefined()
  // Known, but nothing that a list may demand to be acted on.
  const freshest = sequence(sequence(explicit(0, explicit(0, element(0x86, latin1Bytes('http://a.test'))))))
  const critical = extension(OID.freshestCRL, freshest, truth)
  expect(strange(raw(...head, explicit(0, sequence(number, critical))))).toBe('2.5.29.46')
})

test('lists of the first version have no extensions and may leave nextUpdate out', () => {
  const first = new RevocationList(raw(ALGORITHM, issuer, time(at), sequence(entry())))
  expect([first.version, first.nextUpdate, first.size]).toEqual([1, undefined, 1])
  expect(fault(raw(ALGORITHM, issuer, time(at), explicit(0, sequence(number))))).toBe('crlExtensions: value')
  const reason = sequence(extension(OID.cRLReason, Uint8Array.of(0x0a, 1, 1)))
  expect(fault(raw(ALGORITHM, issuer, time(at), sequence(entry(reason))))).toBe('crlEntryExtensions: value')
  const wide = new RevocationList(raw(...head, generalizedTime(at + 5000)))
  expect(wide.nextUpdate).toBe(at + 5000)
})

test('a list that is not as RFC 5280 5.1 has it is refused with the field', () => {
  const good = crlBy(middle, { entries: [{ serialNumber: serial(5), date: at }] })
  expect(fault(good)).toBe('none')
  expect(fault(Uint8Array.of(...good, 0))).toBe('certificateList: trailing')
  expect(fault(good.subarray(0, -1))).toBe('certificateList: truncated')
  expect(fault(raw(integer(0), ...head.slice(1)))).toBe('version: value')
  expect(fault(raw(integer(2), ...head.slice(1)))).toBe('version: value')
  expect(fault(raw(integer(1), sequence(oid('1.2.3')), issuer, time(at)))).toBe('signatureAlgorithm: value')
  expect(fault(raw(integer(1), ALGORITHM, sequence(), time(at)))).toBe('issuer: empty')
  expect(fault(raw(integer(1), ALGORITHM, issuer))).toBe('thisUpdate: truncated')
  expect(fault(raw(integer(1), ALGORITHM, issuer, integer(1)))).toBe('thisUpdate: unexpected-tag')
  expect(fault(raw(...head, sequence()))).toBe('revokedCertificates: empty')
  expect(fault(raw(...head, integer(1)))).toBe('tbsCertList: trailing')
  expect(fault(raw(...head, explicit(0, sequence(number), nothing)))).toBe('crlExtensions: trailing')
  expect(fault(raw(...head, sequence(sequence(integer(7)))))).toBe('revocationDate: truncated')
  expect(fault(raw(...head, sequence(sequence(time(at)))))).toBe('userCertificate: unexpected-tag')
  expect(fault(raw(...head, sequence(sequence(element(2, Uint8Array.of(0, 1)), time(at)))))).toBe(
    'userCertificate: integer-not-minimal',
  )
  expect(fault(raw(...head, sequence(entry(nothing))))).toBe('extensions: unexpected-tag')
  const reason = (octet: number) => sequence(extension(OID.cRLReason, Uint8Array.of(0x0a, 1, octet)))
  expect(fault(raw(...head, sequence(entry(reason(1), nothing))))).toBe('entry: trailing')
  expect(fault(raw(...head, sequence(entry(reason(7)))))).toBe('cRLReason: value')
  // What was right for the entry before does not make the next one right.
  expect(fault(raw(...head, sequence(entry(reason(1)), entry(reason(1)), entry(reason(7)))))).toBe('cRLReason: value')
  const utc = sequence(extension(OID.invalidityDate, time(at)))
  expect(fault(raw(...head, sequence(entry(utc))))).toBe('invalidityDate: unexpected-tag')
  const point = (...fields: readonly Uint8Array[]) =>
    fault(raw(...head, explicit(0, sequence(extension(OID.issuingDistributionPoint, sequence(...fields), truth)))))
  expect(point()).toBe('issuingDistributionPoint: empty')
  expect(point(element(0x81, Uint8Array.of(0)))).toBe('issuingDistributionPoint: default-encoded')
  expect(point(element(0x81, Uint8Array.of(255)), element(0x82, Uint8Array.of(255)))).toBe(
    'issuingDistributionPoint: value',
  )
  expect(point(element(0x84, Uint8Array.of(255)), nothing)).toBe('issuingDistributionPoint: trailing')
  const numbered = (octets: readonly number[]) =>
    fault(raw(...head, explicit(0, sequence(extension(OID.cRLNumber, element(2, Uint8Array.from(octets)))))))
  expect(numbered([0x80])).toBe('cRLNumber: value')
  expect(numbered([1, ...new Array<number>(20).fill(0)])).toBe('none')
  expect(numbered([1, ...new Array<number>(21).fill(0)])).toBe('cRLNumber: value')
  const directory = (value: Uint8Array) =>
    raw(
      ...head,
      sequence(entry(sequence(extension(OID.certificateIssuer, sequence(value), truth)))),
      explicit(
        0,
        sequence(extension(OID.issuingDistributionPoint, sequence(element(0x84, Uint8Array.of(255))), truth)),
      ),
    )
  expect(fault(directory(explicit(4, issuer)))).toBe('none')
  expect(fault(directory(element(0x82, latin1Bytes('a.test'))))).toBe('certificateIssuer: value')
})

test('what is no list comes back as a failure', () => {
  expect(parseRevocationList(middle.certificate)).toMatchObject({ code: 'tls/certificate-malformed' })
  expect(parseRevocationList(crlBy(middle))).toBeInstanceOf(RevocationList)
})
