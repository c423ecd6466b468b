import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { hex, toHex } from '../../test/support/bytes.ts'
import { seeded } from '../random.ts'
import { checkDer, MAX_DEPTH } from './check.ts'
import { Der, DerError, type DerRule, TAG } from './der.ts'
import { derFields } from './fields.ts'
import { oidOctets, oidText } from './oid.ts'
import { derRules } from './rules.table.ts'
import { checkString, hasTrailingZeros, namedBits, smallInteger, stringValue, timeValue } from './value.ts'
import {
  bitString,
  element,
  integer,
  namedBitString,
  nothing,
  octetString,
  oid,
  sequence,
  setOf,
  time,
} from './write.ts'

/** The rule that these octets break, or undefined. */
const broken = (octets: string): DerRule | undefined => {
  try {
    checkDer(hex(octets))
    return undefined
  } catch (error) {
    if (error instanceof DerError) return error.rule
    throw error
  }
}

const violations: readonly (readonly [name: string, rule: DerRule, octets: string])[] = [
  ['nothing at all', 'truncated', ''],
  ['a tag without a length', 'truncated', '02'],
  ['contents shorter than the length', 'truncated', '0402 00'],
  ['a long length cut off', 'truncated', '0482 01'],
  ['an element behind the last', 'trailing', '0500 0500'],
  ['a tag in several octets', 'long-tag', '1f1f 00'],
  ['end-of-contents', 'end-of-contents', '0000'],
  ['end-of-contents, constructed', 'end-of-contents', '2000'],
  ['an indefinite length', 'indefinite-length', '3080 0500 0000'],
  ['a length below 128 in long form', 'length-not-minimal', '0481 01 00'],
  ['a length with a leading zero octet', 'length-not-minimal', `048200 80 ${'00'.repeat(128)}`],
  ['a length of five octets', 'length-too-long', '0485 0000000001 00'],
  ['a string in pieces', 'constructed-string', '2404 0402 0000'],
  ['a BIT STRING in pieces', 'constructed-string', '2304 0302 0000'],
  ['a UTF8String in pieces', 'constructed-string', '2c03 0c0161'],
  ['a SEQUENCE marked primitive', 'primitive-sequence', '1000'],
  ['a SET marked primitive', 'primitive-sequence', '1100'],
  ['BOOLEAN 01', 'boolean-value', '0101 01'],
  ['BOOLEAN of two octets', 'boolean-value', '0102 ffff'],
  ['an empty BOOLEAN', 'boolean-value', '0100'],
  ['an empty INTEGER', 'integer-empty', '0200'],
  ['an INTEGER with a leading 00', 'integer-not-minimal', '0202 0001'],
  ['an INTEGER with a leading FF', 'integer-not-minimal', '0202 ff80'],
  ['NULL with contents', 'null-not-empty', '0501 00'],
  ['an empty OBJECT IDENTIFIER', 'oid-malformed', '0600'],
  ['an OBJECT IDENTIFIER cut off', 'oid-malformed', '0602 5581'],
  ['an OBJECT IDENTIFIER with a padded number', 'oid-malformed', '0603 558001'],
  ['an OBJECT IDENTIFIER of 129 octets', 'too-big', `068181 2b${'81'.repeat(127)}01`],
  ['an empty BIT STRING', 'bit-string-padding', '0300'],
  ['a BIT STRING with 8 unused bits', 'bit-string-padding', '0302 0800'],
  ['a BIT STRING with unused bits and no octets', 'bit-string-padding', '0301 01'],
  ['a BIT STRING whose unused bits are set', 'bit-string-padding', '0302 0401'],
  ['a SET OF out of order', 'set-order', '3106 020102 020101'],
  ['UTCTime without seconds', 'time-malformed', '170b 323430313031303030305a'],
  ['UTCTime with an offset', 'time-malformed', '1711 3234303130313030303030302b30313030'],
  ['UTCTime in month 13', 'time-malformed', '170d 3234313330313030303030305a'],
  ['UTCTime on 30 February', 'time-malformed', '170d 3234303233303030303030305a'],
  ['UTCTime with a letter', 'time-malformed', '170d 32343031303130303030306f5a'],
  ['GeneralizedTime with a fraction', 'time-malformed', '1811 32303234303130313030303030302e355a'],
  ['GeneralizedTime without Z', 'time-malformed', '180e 3230323430313031303030303030'],
  ['PrintableString with @', 'string-character', '1301 40'],
  ['IA5String with a high octet', 'string-character', '1601 80'],
  ['VisibleString with a control character', 'string-character', '1a01 07'],
  ['NumericString with a letter', 'string-character', '1201 41'],
  ['UTF8String that is no UTF-8', 'string-character', '0c02 c328'],
  ['UTF8String with an overlong form', 'string-character', '0c02 c0af'],
  ['BMPString of an odd length', 'string-character', '1e01 41'],
  ['UniversalString of three octets', 'string-character', '1c03 000041'],
  ['a REAL, whose rules nobody has a use for (11.3)', 'unexpected-tag', '0903 800001'],
]

test.each(violations)('%s is refused as %s (X.690)', (_, rule, octets) => {
  expect(broken(octets)).toBe(rule)
})

test('nesting deeper than any certificate is refused', () => {
  let octets: Uint8Array = nothing
  for (let i = 0; i < MAX_DEPTH; i++) octets = sequence(octets)
  expect(broken(toHex(octets))).toBeUndefined()
  expect(broken(toHex(sequence(octets)))).toBe('too-deep')
})

test('a SET OF may have the same twice (X.690 11.6)', () => {
  expect(broken('3106 020101 020101')).toBeUndefined()
  expect(broken('3107 020101 04020101')).toBeUndefined()
})

test('nothing is seen behind the end of what is looked into', () => {
  const outer = new Der(hex('3000 0101ff'))
  const inner = outer.inside(TAG.sequence, 'inner')
  expect([inner.peek(), outer.peek()]).toEqual([-1, TAG.boolean])
  outer.any('flag')
  expect(outer.peek()).toBe(-1)
})

test('every rule has its sentence and its section', () => {
  for (const { says, rule } of Object.values(derRules)) {
    expect(says).not.toBe('')
    expect(rule).toMatch(/^(X\.690|RFC 5280) \d/)
  }
})

test('what is right is read: integers, times of both centuries, strings of every type', () => {
  expect(broken('0201 00')).toBeUndefined()
  expect(broken('0202 0080')).toBeUndefined()
  expect(broken('0202 ff7f')).toBeUndefined()
  expect(smallInteger(hex('7f'), 0, 1, 'n')).toBe(127)
  const at = (tag: number, text: string) => {
    const bytes = Uint8Array.from(text, c => c.charCodeAt(0))
    return new Date(timeValue(tag, bytes, 0, bytes.length, 'time')).toISOString()
  }
  expect(at(TAG.utcTime, '491231235959Z')).toBe('2049-12-31T23:59:59.000Z')
  expect(at(TAG.utcTime, '500101000000Z')).toBe('1950-01-01T00:00:00.000Z')
  expect(at(TAG.generalizedTime, '20000229120000Z')).toBe('2000-02-29T12:00:00.000Z')
  expect(at(TAG.generalizedTime, '00010101000000Z')).toBe('0001-01-01T00:00:00.000Z')
  expect(stringValue(TAG.bmpString, hex('00e4'), 0, 2, 'x')).toBe('ä')
  expect(stringValue(TAG.universalString, hex('0001f600'), 0, 4, 'x')).toBe('😀')
  expect(stringValue(TAG.utf8String, hex('c3a4'), 0, 2, 'x')).toBe('ä')
  expect(stringValue(TAG.octetString, hex('00'), 0, 1, 'x')).toBeUndefined()
})

test('a number has 31 bits at most, a list of named bits 24: none comes round as another', () => {
  const number = (octets: string) => smallInteger(hex(octets), 0, hex(octets).length, 'n')
  expect([number('00'), number('0080'), number('7fffffff')]).toEqual([0, 128, 2_147_483_647])
  for (const wrong of ['ff', '0080000000', '0100000000']) expect(() => number(wrong), wrong).toThrow(DerError)
  const bits = (octets: string) => namedBits(hex(octets), 0, hex(octets).length, 'bits')
  expect([bits('00'), bits('07 80'), bits('00 000001')]).toEqual([0, 1, 1 << 23])
  expect(() => bits('07 0000000080')).toThrow(DerError)
  expect(() => bits('00 00000001')).toThrow(DerError)
})

test('a time has one part out of its range, and is none', () => {
  const day = (text: string) => () =>
    timeValue(
      TAG.utcTime,
      Uint8Array.from(text, c => c.charCodeAt(0)),
      0,
      13,
      'time',
    )
  expect(day('991231235959Z')).not.toThrow()
  expect(day('990101000000Z')).not.toThrow()
  for (const wrong of [
    '9900',
    '9913',
    '990100',
    '990132',
    '990229',
    '990431',
    '99010124',
    '9901010060',
    '990101000060',
  ])
    expect(day(`${wrong.padEnd(6, '01').padEnd(12, '0')}Z`), wrong).toThrow(DerError)
})

test('every month has its own last day', () => {
  const lasts = ['0131', '0228', '0331', '0430', '0531', '0630', '0731', '0831', '0930', '1031', '1130', '1231']
  const millis = (day: number) =>
    timeValue(
      TAG.utcTime,
      Uint8Array.from(`99${`${day}`.padStart(4, '0')}000000Z`, c => c.charCodeAt(0)),
      0,
      13,
      'time',
    )
  for (const [month, last] of lasts.entries()) {
    expect(millis(Number(last)), last).toBe(Date.UTC(1999, month + 1, 0))
    expect(() => millis(Number(last) + 1), last).toThrow(DerError)
  }
})

test('a string is held to its type from its first octet to its last, and to no other', () => {
  for (const [tag, good, bad] of [
    [TAG.printableString, '41', '40'],
    [TAG.ia5String, '7f', '80'],
    [TAG.visibleString, '7e', '7f'],
    [TAG.visibleString, '20', '1f'],
    [TAG.numericString, '39', '3a'],
    [TAG.numericString, '30', '2f'],
    [TAG.numericString, '20', '21'],
    [TAG.generalString, '1a', '1b'],
    [TAG.utf8String, '41', 'ff'],
  ] as const) {
    const bytes = hex(`${bad}${good}${good}${bad}`)
    expect(() => checkString(tag, bytes, 1, 3, 'text'), `${tag}`).not.toThrow()
    expect(() => checkString(tag, bytes, 0, 2, 'text'), `${tag}`).toThrow(DerError)
    expect(() => checkString(tag, bytes, 2, 4, 'text'), `${tag}`).toThrow(DerError)
  }
  const wide = hex('ff 00000041 0001f600')
  expect(() => checkString(TAG.universalString, wide, 1, 9, 'text')).not.toThrow()
  expect(() => checkString(TAG.universalString, wide, 1, 8, 'text')).toThrow(DerError)
  expect(stringValue(TAG.universalString, wide, 1, 9, 'text')).toBe('A😀')
  expect(stringValue(TAG.bmpString, hex('ff 0041 00e4 0042'), 1, 7, 'text')).toBe('AäB')
})

test('a list of named bits ends in a one, or is empty (X.690 11.2.2)', () => {
  const zeros = (octets: string) => hasTrailingZeros(hex(octets), 0, hex(octets).length)
  expect([zeros('00'), zeros('0780'), zeros('0580'), zeros('07c0'), zeros('0640')]).toEqual([
    false,
    false,
    true,
    false,
    false,
  ])
})

test('half a character is found at its last octet, a letter in a time and the form of a length at their own', () => {
  for (const [octets, at] of [
    ['1e03 00e400', 4],
    ['1c05 0001f60000', 6],
  ] as const)
    expect(() => checkDer(hex(octets)), octets).toThrow(`string-character at byte ${at}`)
  expect(() => checkDer(hex('1303 61 40 62'))).toThrow(expect.objectContaining({ at: 3, end: 4 }))
  expect(() => checkDer(hex('3005 0903800001'))).toThrow(expect.objectContaining({ at: 2, end: 3 }))
  expect(() => checkDer(hex('3002 0480'))).toThrow('indefinite-length at byte 3')
  expect(() => checkDer(hex('3007 04850000000001'))).toThrow('length-too-long at byte 3')
  const time = (text: string) => () =>
    timeValue(
      TAG.utcTime,
      Uint8Array.from(text, c => c.charCodeAt(0)),
      0,
      13,
      'time',
    )
  expect(time('99010100000:Z')).toThrow('time-malformed at byte 11')
  expect(time('9901010000/0Z')).toThrow('time-malformed at byte 10')
})

test('a context-specific element is shown as text when it is one, of three characters or more', () => {
  const shown = (octets: string) => derFields(hex(octets), 0, hex(octets).length, { name: 'x' }).text
  expect([shown('82 03 616263'), shown('82 02 6162'), shown('82 03 610063'), shown('04 03 616263')]).toEqual([
    'abc',
    undefined,
    undefined,
    undefined,
  ])
})

test('times agree with the calendar of JavaScript on every day of a century', () => {
  const wrong: number[] = []
  for (let date = Date.UTC(1951, 0, 1, 12, 34, 56); date < Date.UTC(2101, 0, 1); date += 86_400_000) {
    const written = new Der(time(date))
    written.any('time')
    if (timeValue(written.tag, written.bytes, written.from, written.to, 'time') !== date) wrong.push(date)
  }
  expect(wrong).toEqual([])
})

test('object identifiers go to octets and back', () => {
  for (const text of [
    '2.5.29.17',
    '1.2.840.113549.1.1.11',
    '0.9.2342.19200300.100.1.25',
    '0.39.1',
    '1.39',
    '2.40',
    '2.999.18446744073709551616',
  ]) {
    const octets = oidOctets(text)
    expect(oidText(octets, 0, octets.length)).toBe(text)
  }
  expect(() => oidOctets('3.1')).toThrow(RangeError)
  expect(() => oidOctets('1.40')).toThrow(RangeError)
  expect(() => oidOctets('1.02')).toThrow(RangeError)
})

test('named bits lose their trailing zeros (X.690 11.2.2)', () => {
  expect(toHex(namedBitString(0x01))).toBe('03020780')
  expect(toHex(namedBitString(0x60))).toBe('03020106')
  expect(toHex(namedBitString(0x100))).toBe('0303070080')
  expect(toHex(namedBitString(0))).toBe('030100')
})

test('whatever is written passes the check, and no cut or changed octet makes it throw anything but DerError', () => {
  const seed = 20_261_120
  const random = seeded(seed)
  const make = (depth: number): Uint8Array => {
    switch (random.below(depth > 4 ? 5 : 7)) {
      case 0:
        return integer(random.bytes(1 + random.below(20)))
      case 1:
        return octetString(random.bytes(random.below(300)))
      case 2:
        return oid(`2.5.29.${random.below(1 << 20)}`)
      case 3:
        return bitString(random.bytes(random.below(9)))
      case 4:
        return time(random.below(2 ** 31) * 1000)
      case 5:
        return setOf(...Array.from({ length: random.below(4) }, () => make(depth + 1)))
      default:
        return sequence(...Array.from({ length: random.below(5) }, () => make(depth + 1)))
    }
  }
  for (let round = 0; round < 300; round++) {
    const whole = make(0)
    expect(() => checkDer(whole), `seed ${seed}, round ${round}`).not.toThrow()
    const cut = whole.slice(0, random.below(whole.length))
    expect(() => checkDer(cut), `seed ${seed}, round ${round}`).toThrow(DerError)
    const changed = whole.slice()
    changed[random.below(changed.length)]! ^= 1 << random.below(8)
    try {
      checkDer(changed)
    } catch (error) {
      expect(error, `seed ${seed}, round ${round}`).toBeInstanceOf(DerError)
    }
  }
})

const openssl = spawnSync('openssl', ['version']).status === 0

test.skipIf(!openssl)('OpenSSL reads what is written here as it was meant (openssl is missing when skipped)', () => {
  const der = sequence(integer(300), oid('2.5.29.17'), element(TAG.utf8String, hex('c3a4')), time(0), namedBitString(6))
  const text = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: der }).toString()
  expect(text).toMatch(/INTEGER\s+:012C/)
  expect(text).toMatch(/OBJECT\s+:X509v3 Subject Alternative Name/)
  expect(text).toMatch(/UTCTIME\s+:700101000000Z/)
})

test('an identifier is held to its own octets, whatever lies behind them', () => {
  // X.690 8.19.2 forbids 0x80 as the first octet of a number; here it is the tag of the next element.
  expect(broken('3007 0603551d03 8000')).toBeUndefined()
  expect(broken('3006 0604551d8003')).toBe('oid-malformed')
})
