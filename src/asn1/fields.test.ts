import { expect, test } from 'vitest'
import type { Field } from '../wire/field.ts'
import { derFields } from './fields.ts'
import { nothing, sequence } from './write.ts'

const textOf = (tag: number, ...octets: readonly number[]): string | undefined =>
  derFields(Uint8Array.of(tag, octets.length, ...octets), 0, octets.length + 2, { name: 'field' }).text

test('a context-specific field is shown as text where all of it can be printed, from the space to the tilde', () => {
  expect(textOf(0x82, 0x61, 0x20, 0x7e)).toBe('a ~')
  expect(textOf(0x82, 0x61, 0x62, 0x1f)).toBeUndefined()
  expect(textOf(0x82, 0x61, 0x62, 0x7f)).toBeUndefined()
  expect(textOf(0x82, 0x61, 0x62, 0xe9)).toBeUndefined()
})

test('two octets are rather a number, and other classes say what they are', () => {
  expect(textOf(0x82, 0x61, 0x62)).toBeUndefined()
  expect(textOf(0x82, 0x61, 0x62, 0x63)).toBe('abc')
  expect(textOf(0x42, 0x61, 0x62, 0x63)).toBeUndefined()
  expect(textOf(0xc2, 0x61, 0x62, 0x63)).toBeUndefined()
})

test('what breaks the rule of its type is shown as octets with a note', () => {
  const field = derFields(Uint8Array.of(0x17, 1, 0x31), 0, 3, { name: 'time' })
  expect(field.value).toEqual(Uint8Array.of(0x31))
  expect(field.note).toBe('is a time that is not written YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ')
  const cut = derFields(Uint8Array.of(0x30, 5, 1), 0, 3, { name: 'cut' })
  expect([cut.note, cut.end]).toEqual(['ends before its length says', 3])
  expect(derFields(Uint8Array.of(0x05, 0, 0), 0, 3, { name: 'more' }).note).toBe('has bytes left over behind it')
})

test('what lies deeper than anything that is meant is shown as octets', () => {
  let octets: Uint8Array = nothing
  for (let i = 0; i < 30; i++) octets = sequence(octets)
  let field: Field | undefined = derFields(octets, 0, octets.length, { name: 'nested' })
  let depth = 0
  while (field?.children !== undefined) {
    field = field.children[0]
    depth++
  }
  expect(depth).toBe(24)
  expect(field?.value).toEqual(octets.subarray(2 * 25))
})

test('a BOOLEAN is true or false', () => {
  const value = (octet: number) => derFields(Uint8Array.of(0x01, 1, octet), 0, 3, { name: 'critical' }).value
  expect([value(0xff), value(0)]).toEqual([true, false])
})

test('an INTEGER of four octets is a number, a longer one is octets', () => {
  expect(textOf(0x02, 0x01, 0, 0, 0)).toBe('16777216')
  expect(textOf(0x02, 0x01, 0, 0, 0, 0)).toBe('0100000000')
})
