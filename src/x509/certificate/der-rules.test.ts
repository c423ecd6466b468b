/**
 * Every rule of DER (X.690 10 and 11, and those of 8 that a reader can meet), broken in one element of a certificate that is
 * sound, and refused by its name.
 */
import { expect, test } from 'vitest'
import { crypto } from '../../../test/support/certificate-parts.ts'
import { type Element, edited, tlv } from '../../../test/support/der-edit.ts'
import type { DerRule } from '../../asn1/der.ts'
import { DerError } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { derRules } from '../../asn1/rules.table.ts'
import { element, explicit, integer, nothing, oid, sequence, setOf, utf8String } from '../../asn1/write.ts'
import {
  authorityKeyIdentifier,
  basicConstraints,
  keyUsage,
  nameConstraints,
  subjectAltName,
  subjectKeyIdentifier,
  writeCertificate,
  writeName,
} from '../issue.ts'
import { lintsBroken } from '../path/lints.table.ts'
import { Certificate } from './certificate.ts'

const pair = crypto.generateKeyPair('p-256')
const subject = sequence(
  setOf(sequence(oid(OID.commonName), utf8String('Root'))),
  setOf(
    sequence(oid(OID.organizationName), utf8String('A')),
    sequence(oid(OID.organizationalUnitName), utf8String('B')),
  ),
  setOf(sequence(oid('1.2.3.4'), element(0x1b, Uint8Array.of(0x41)))),
  setOf(sequence(oid('1.2.3.5'), nothing)),
)
/** It has an element of every kind. */
const sound = writeCertificate(
  {
    serialNumber: Uint8Array.of(0x41, 2, 3),
    issuer: writeName([[OID.countryName, 'XX']]),
    subject,
    notBefore: Date.UTC(2026, 0, 1),
    notAfter: Date.UTC(2060, 0, 1),
    spki: pair.spki,
    extensions: [
      basicConstraints({ ca: true, pathLength: 3 }),
      keyUsage(0x60),
      nameConstraints(['shop.test'], []),
      subjectAltName(['ca.shop.test']),
      subjectKeyIdentifier(Uint8Array.of(1, 2, 3, 4)),
      authorityKeyIdentifier(Uint8Array.of(1, 2, 3, 4)),
    ],
  },
  pair,
  crypto,
)

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const tagged = (tag: number) => (one: Element) => one.tag === tag
const inside = (tag: number, within: number) => (one: Element) => one.tag === tag && one.within.at(-1) === within
const raw =
  (...octets: readonly number[]) =>
  () =>
    Uint8Array.from(octets)
const as = (tag: number, contents: (one: Element) => Uint8Array) => (one: Element) => tlv(tag, contents(one))
const text = (tag: number, contents: string) => () => tlv(tag, bytes(contents))

const utcTime = tagged(0x17)
const generalizedTime = tagged(0x18)
const keyUsageBits = inside(0x03, 0x04)
const pathLength = (one: Element) => one.tag === 0x02 && one.contents[0] === 3 && one.contents.length === 1
const limits = (one: Element) => one.tag === 0x82 && Buffer.from(one.contents).toString() === 'shop.test'
const pairOfNames = (one: Element) =>
  one.tag === 0x31 &&
  one.contents[0] === 0x30 &&
  one.contents.length >= 20 &&
  one.contents[one.contents[1]! + 2] === 0x30
const validity = (one: Element) => one.tag === 0x30 && one.contents[0] === 0x17

type Row = readonly [
  section: string,
  how: string,
  rule: DerRule,
  wanted: (one: Element) => boolean,
  put: (one: Element) => Uint8Array,
]

const rows: readonly Row[] = [
  [
    'X.690 8.1.3',
    'an element that is longer than what is around it',
    'truncated',
    tagged(0x06),
    ({ contents }) => Uint8Array.of(0x06, 0x7f, ...contents),
  ],
  [
    'X.690 8.1.3',
    'an octet behind the last element',
    'trailing',
    () => true,
    ({ whole }) => Uint8Array.of(...whole, 0),
  ],
  ['X.690 8.1.2.4', 'a tag number in the long form', 'long-tag', tagged(0x05), raw(0x1f, 0x05, 0)],
  ['X.690 8.1.5', 'an end-of-contents mark', 'end-of-contents', tagged(0x05), raw(0, 0)],
  ['X.690 8.1.5', 'a constructed one', 'end-of-contents', tagged(0x05), raw(0x20, 0)],
  ['X.690 8.1.3.5', 'a length of five octets', 'length-too-long', tagged(0x05), raw(0x05, 0x85, 0, 0, 0, 0, 0)],
  ['X.690 8.1.2', 'another type than the field has', 'unexpected-tag', utcTime, raw(0x02, 1, 3)],
  ['X.690 8.9.1', 'a SEQUENCE without structure', 'primitive-sequence', tagged(0x05), raw(0x10, 0)],
  ['X.690 8.11.1', 'a SET without structure', 'primitive-sequence', tagged(0x05), raw(0x11, 0)],
  ['X.690 8.3.1', 'an INTEGER of no octets', 'integer-empty', pathLength, raw(0x02, 0)],
  ['X.690 8.3.2', 'an INTEGER with zeros in front', 'integer-not-minimal', pathLength, raw(0x02, 2, 0, 3)],
  ['X.690 8.3.2', 'an INTEGER with ones in front', 'integer-not-minimal', pathLength, raw(0x02, 2, 0xff, 0x83)],
  ['X.690 8.4', 'an ENUMERATED with zeros in front', 'integer-not-minimal', tagged(0x05), raw(0x0a, 2, 0, 3)],
  ['X.690 8.8.2', 'a NULL with contents', 'null-not-empty', tagged(0x05), raw(0x05, 1, 0)],
  [
    'X.690 8.19.2',
    'an OBJECT IDENTIFIER with zeros in front of a number',
    'oid-malformed',
    tagged(0x06),
    ({ contents }) => tlv(0x06, Uint8Array.of(contents[0]!, 0x80, ...contents.subarray(1))),
  ],
  [
    'X.690 8.19.2',
    'an OBJECT IDENTIFIER that is cut off',
    'oid-malformed',
    tagged(0x06),
    as(0x06, ({ contents }) => Uint8Array.of(...contents, 0x81)),
  ],
  ['X.690 8.23', 'a character that PrintableString does not have', 'string-character', tagged(0x0c), text(0x13, 'R@t')],
  ['X.690 8.23', 'octets that are no UTF-8', 'string-character', tagged(0x0c), raw(0x0c, 2, 0xc0, 0x80)],
  ['X.690 8.6.2.3', 'a BIT STRING with unused bits and no others', 'bit-string-padding', keyUsageBits, raw(0x03, 1, 3)],
  ['X.690 8.6.2.2', 'a BIT STRING with eight unused bits', 'bit-string-padding', keyUsageBits, raw(0x03, 2, 8, 0)],
  [
    'X.690 10.1',
    'an indefinite length',
    'indefinite-length',
    validity,
    ({ contents }) => Uint8Array.of(0x30, 0x80, ...contents, 0, 0),
  ],
  ['X.690 10.1', 'a short length in the long form', 'length-not-minimal', pathLength, raw(0x02, 0x81, 1, 3)],
  [
    'X.690 10.1',
    'a long length with a zero in front',
    'length-not-minimal',
    () => true,
    ({ contents, whole }) => Uint8Array.of(0x30, 0x83, 0, whole[2]!, whole[3]!, ...contents),
  ],
  ['X.690 10.2', 'an OCTET STRING in pieces', 'constructed-string', tagged(0x04), as(0x24, ({ whole }) => whole)],
  ['X.690 10.2', 'a BIT STRING in pieces', 'constructed-string', keyUsageBits, as(0x23, ({ whole }) => whole)],
  ['X.690 10.2', 'a UTF8String in pieces', 'constructed-string', tagged(0x0c), as(0x2c, ({ whole }) => whole)],
  ['X.690 10.2', 'a time in pieces', 'constructed-string', utcTime, as(0x37, ({ whole }) => whole)],
  ['X.690 11.1', 'a BOOLEAN that is 01', 'boolean-value', tagged(0x01), raw(0x01, 1, 1)],
  ['X.690 11.1', 'a BOOLEAN of two octets', 'boolean-value', tagged(0x01), raw(0x01, 2, 0xff, 0xff)],
  ['X.690 11.2.1', 'unused bits that are set', 'bit-string-padding', keyUsageBits, raw(0x03, 2, 1, 0x07)],
  ['X.690 11.3', 'a REAL, which nothing here is', 'unexpected-tag', tagged(0x05), raw(0x09, 3, 0x80, 0, 1)],
  [
    'X.690 11.4',
    'a GeneralString with an escape sequence',
    'string-character',
    tagged(0x1b),
    raw(0x1b, 4, 0x1b, 0x28, 0x42, 0x41),
  ],
  [
    'X.690 11.5',
    'version 1 spelt out',
    'default-encoded',
    one => one.tag === 0xa0 && one.contents[0] === 2,
    () => explicit(0, integer(0)),
  ],
  ['X.690 11.5', '“not critical” spelt out', 'default-encoded', tagged(0x01), raw(0x01, 1, 0)],
  [
    'X.690 11.5',
    '“no authority” spelt out',
    'default-encoded',
    one => one.tag === 0x01 && one.within.at(-2) === 0x04,
    raw(0x01, 1, 0),
  ],
  [
    'X.690 11.5',
    'the minimum of a limit spelt out',
    'default-encoded',
    limits,
    ({ whole }) => Uint8Array.of(...whole, 0x80, 1, 0),
  ],
  [
    'X.690 11.6',
    'a SET OF that descends',
    'set-order',
    pairOfNames,
    ({ contents }) => {
      const first = contents.subarray(0, contents[1]! + 2)
      return tlv(0x31, Uint8Array.of(...contents.subarray(first.length), ...first))
    },
  ],
  [
    'X.690 11.6',
    'a SET OF with a longer one first',
    'set-order',
    pairOfNames,
    () => tlv(0x31, Uint8Array.of(...tlv(0x0c, bytes('AA')), ...tlv(0x0c, bytes('A')))),
  ],
  [
    'X.690 11.7.1',
    'a GeneralizedTime of another zone',
    'time-malformed',
    generalizedTime,
    text(0x18, '20600101000000+0000'),
  ],
  ['X.690 11.7.1', 'a GeneralizedTime of no zone', 'time-malformed', generalizedTime, text(0x18, '20600101000000')],
  ['X.690 11.7.2', 'a GeneralizedTime without seconds', 'time-malformed', generalizedTime, text(0x18, '206001010000Z')],
  [
    'X.690 11.7.3',
    'parts of a second that end in zero',
    'time-malformed',
    generalizedTime,
    text(0x18, '20600101000000.10Z'),
  ],
  [
    'X.690 11.7.4',
    'parts of a second behind a comma',
    'time-malformed',
    generalizedTime,
    text(0x18, '20600101000000,1Z'),
  ],
  ['X.690 11.7.5', 'midnight as the end of a day', 'time-malformed', generalizedTime, text(0x18, '20600101240000Z')],
  ['X.690 11.8.1', 'a UTCTime of another zone', 'time-malformed', utcTime, text(0x17, '260101000000+0000')],
  ['X.690 11.8.1', 'a UTCTime of no zone', 'time-malformed', utcTime, text(0x17, '260101000000')],
  ['X.690 11.8.2', 'a UTCTime without seconds', 'time-malformed', utcTime, text(0x17, '2601010000Z')],
  ['X.690 11.8.3', 'midnight as the end of a day', 'time-malformed', utcTime, text(0x17, '260101240000Z')],
  [
    'RFC 5280 4.1',
    'nests of SEQUENCEs',
    'too-deep',
    tagged(0x05),
    () => Array.from({ length: 30 }).reduce<Uint8Array>(inner => sequence(inner), nothing),
  ],
  [
    'RFC 5280 4.1',
    'an OBJECT IDENTIFIER of 129 octets',
    'too-big',
    tagged(0x06),
    () => tlv(0x06, new Uint8Array(129).fill(1)),
  ],
  ['RFC 5280 4.1', 'a number above 2^31', 'integer-too-big', pathLength, raw(0x02, 5, 0x01, 0, 0, 0, 0)],
  [
    'RFC 5280 4.2.1',
    'a list of names with none in it',
    'empty',
    one => one.tag === 0x30 && one.contents[0] === 0x82 && one.within.at(-1) === 0x04,
    raw(0x30, 0),
  ],
  [
    'RFC 5280 4.1.2.1',
    'version 9',
    'value',
    one => one.tag === 0xa0 && one.contents[0] === 2,
    () => explicit(0, integer(8)),
  ],
]

const ruleOf = (der: Uint8Array): string => {
  try {
    new Certificate(der).decodeAll()
    return 'taken'
  } catch (error) {
    if (error instanceof DerError) return error.rule
    throw error
  }
}

test('the certificate is sound, and stays so when nothing is put in', () => {
  expect(ruleOf(sound)).toBe('taken')
  expect(edited(sound, utcTime, ({ whole }) => whole)).toEqual(sound)
})

test.each(rows)('%s: %s is refused as %s', (_, __, rule, wanted, put) => {
  expect(ruleOf(edited(sound, wanted, put))).toBe(rule)
})

test('every rule that has a name is broken here, and every section of X.690 10 and 11 but two', () => {
  const broken = new Set(rows.map(([, , rule]) => rule))
  expect((Object.keys(derRules) as DerRule[]).filter(rule => !broken.has(rule))).toEqual([])
  const sections = new Set(rows.map(([section]) => /^X\.690 1[01]\.\d/.exec(section)?.[0]).filter(Boolean))
  // 10.3 is of SETs with named parts, which no structure here has; 11.2.2 follows.
  expect([...sections].sort()).toEqual(
    ['10.1', '10.2', '11.1', '11.2', '11.3', '11.4', '11.5', '11.6', '11.7', '11.8'].map(one => `X.690 ${one}`),
  )
})

test('X.690 11.2.2: zeros behind the last named bit are a broken rule of whoever issues', () => {
  // Roots that everybody trusts have them, so a reader takes them and the profiles for issuers refuse them: 0x06 with one unused bit in place of five.
  const kept = new Certificate(edited(sound, keyUsageBits, raw(0x03, 2, 0, 0x06))).decodeAll()
  expect(kept.extension('keyUsage')).toBe(0x60)
  expect(lintsBroken(kept, 'intermediate', new Set(['key-usage-zeros']), () => false)).toEqual(['key-usage-zeros'])
  const written = new Certificate(sound)
  expect(lintsBroken(written, 'intermediate', new Set(['key-usage-zeros']), () => false)).toEqual([])
})
