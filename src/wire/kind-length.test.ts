import { expect, test } from 'vitest'
import { hex, toHex } from '../../test/support/bytes.ts'
import { seeded } from '../random.ts'
import { bytes, decode, dissect, encode, named, rest, struct, u8, u16 } from './codec.ts'
import type { Field } from './field.ts'
import { kindLengthList, sized } from './kind-length.ts'
import { Reader, WireError } from './reader.ts'

const kind = named(u8, { end: 0, 'no-operation': 1, size: 2, flag: 4 })
const Options = kindLengthList(kind, { end: 0, noOperation: 1 }, { 2: u16, 4: bytes(0) })

test('options are read and written with a length that counts kind and length', () => {
  const raw = hex('0204 05b4 01 0402 0000')
  const value = decode(Options, raw)
  expect(value).toEqual([
    { type: 2, body: 1460 },
    { type: 1, body: undefined },
    { type: 4, body: new Uint8Array() },
    { type: 0, body: Uint8Array.of(0) },
  ])
  expect(toHex(encode(Options, value))).toBe(toHex(raw))
})

test('an unknown kind keeps its bytes', () => {
  const raw = hex('fd 05 aabbcc')
  const value = decode(Options, raw)
  expect(value).toEqual([{ type: 0xfd, body: hex('aabbcc') }])
  expect(encode(Options, value)).toEqual(raw)
})

test('a length below two, beyond the end, or wrong for its kind is an error at its byte', () => {
  for (const [raw, at] of [
    ['0200', 1],
    ['0201', 1],
    ['020405', 3],
    ['020305', 3],
    ['04 03 00', 2],
  ] as const) {
    const error = (() => {
      try {
        decode(Options, hex(raw))
      } catch (e) {
        return e
      }
    })()
    expect(error, raw).toBeInstanceOf(WireError)
    expect((error as WireError).at, raw).toBe(at)
  }
})

test('what was read of a damaged message lies in its parent, however early the damage is noticed', () => {
  const message = struct({ options: sized(8, Options), payload: rest })
  const tree = dissect(message, hex('a2 00 0002 1708 1cee 00'), 'message')
  expect(tree).toMatchObject({ start: 0, end: 8, note: 'bad-value at byte 1: an option of length 0' })
  expect(tree.children).toMatchObject([{ name: 'options', start: 0, end: 8 }])
})

test('the field tree covers every byte, and reaches up to the damage', () => {
  const raw = hex('0204 05b4 01 0402 00')
  const tree: Field[] = []
  Options.walk(new Reader(raw), 'options', tree)
  expect(tree[0]!.children!.map(f => [f.name, f.start, f.end, f.text])).toEqual([
    ['0', 0, 4, 'size'],
    ['1', 4, 5, 'no-operation'],
    ['2', 5, 7, 'flag'],
    ['3', 7, 8, 'end'],
  ])
  const broken: Field[] = []
  expect(() => Options.walk(new Reader(hex('0204 05b4 02 09 01')), 'options', broken)).toThrow(WireError)
  expect(broken[0]!.children!.length).toBe(2)
  expect(broken[0]!.note).toMatch(/truncated/)
})

test('samples come back the same', () => {
  const seed = 3
  const random = seeded(seed)
  for (let i = 0; i < 500; i++) {
    const raw = encode(Options, Options.sample(random.number))
    expect(encode(Options, decode(Options, raw)), `seed ${seed}, round ${i}`).toEqual(raw)
  }
})
