import { expect, test } from 'vitest'
import { hex } from '../../test/support/bytes.ts'
import { seeded } from '../random.ts'
import { decode, dissect, encode, struct, u8, u16 } from './codec.ts'
import { corrupt, fieldAt, fieldOver } from './field.ts'
import { bitsAt, bytesAt, layout, uint } from './layout.ts'
import { WireError } from './reader.ts'

const Header = layout(
  'Header',
  12,
  {
    version: bitsAt(0, 1, 0, 4, value => `v${value}`),
    size: bitsAt(0, 1, 4, 8),
    kind: uint(1, 1),
    flags: bitsAt(2, 2, 0, 3),
    place: bitsAt(2, 2, 3, 16),
    port: uint(4, 2),
    address: bytesAt(6, 2),
    number: uint(8, 4),
  },
  { ref: 'nowhere 2' },
)

test('a view and the codec read and write the same bytes, over 2000 samples', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const value = Header.sample(seeded(seed).number)
    const wire = encode(Header, value)
    expect(decode(Header, wire), `seed ${seed}`).toEqual(value)
    const buffer = new Uint8Array(30).fill(0xee)
    const view = new Header.View(buffer, 7)
    Object.assign(view, value)
    expect(buffer.subarray(7, 19), `seed ${seed}`).toEqual(wire)
    expect([buffer[6], buffer[19]]).toEqual([0xee, 0xee])
    for (const key of ['version', 'size', 'kind', 'flags', 'place', 'port', 'number'] as const) {
      expect(view[key], `seed ${seed} ${key}`).toBe(value[key])
    }
  }
})

test('a slot cannot take the name of something that the view itself has', () => {
  for (const name of ['buffer', 'offset', 'at']) {
    expect(() => layout('Bad', 1, { [name]: uint(0, 1) })).toThrow(RangeError)
  }
})

test('setting bits leaves their neighbours alone', () => {
  const buffer = new Uint8Array(12).fill(0xff)
  const view = new Header.View(buffer)
  view.size = 0
  view.place = 0
  expect([view.version, view.flags, view.size, view.place]).toEqual([15, 7, 0, 0])
  view.at(buffer, 0).version = 4
  expect(buffer[0]).toBe(0x40)
})

test('numbers with the highest bit set are positive', () => {
  const view = new Header.View(new Uint8Array(12).fill(0xff))
  expect([view.number, view.port, view.place]).toEqual([0xffff_ffff, 0xffff, 0x1fff])
})

test('the field tree has names, ranges, bits and words', () => {
  const tree = dissect(Header, hex('45 01 a003 01bb 0a01 ffffffff'), 'header')
  expect(tree.children?.map(c => [c.name, c.start, c.end, c.value instanceof Uint8Array ? 'bytes' : c.value])).toEqual([
    ['version', 0, 1, 4],
    ['size', 0, 1, 5],
    ['kind', 1, 2, 1],
    ['flags', 2, 4, 5],
    ['place', 2, 4, 3],
    ['port', 4, 6, 443],
    ['address', 6, 8, 'bytes'],
    ['number', 8, 12, 0xffff_ffff],
  ])
  expect(fieldAt(tree, 'version')).toMatchObject({ text: 'v4', bits: [0, 4] })
})

test('a header that ends too early shows the fields that are there', () => {
  const tree = dissect(Header, hex('45 01 a003 01'), 'header')
  expect(tree.note).toBe('truncated at byte 5')
  expect(tree.children?.map(c => c.name)).toEqual(['version', 'size', 'kind', 'flags', 'place'])
  const error = (() => {
    try {
      decode(struct({ first: u8, header: Header }), hex('00 45 01'))
    } catch (caught) {
      return caught
    }
    return undefined
  })()
  expect(error).toBeInstanceOf(WireError)
  expect((error as WireError).path).toContain('header')
})

test('a value that does not fit its slot is refused when it is written', () => {
  const value = Header.sample(seeded(1).number)
  for (const bad of [{ version: 16 }, { kind: 256 }, { port: -1 }, { number: 2 ** 32 }, { address: hex('01') }]) {
    expect(() => encode(Header, { ...value, ...bad }), JSON.stringify(bad)).toThrow(WireError)
  }
})

test('corrupt changes one field by a step and nothing else', () => {
  const Message = struct({ kind: u8, length: u16, header: Header })
  const wire = encode(Message, {
    kind: 7,
    length: 0xffff,
    header: decode(Header, hex('45 01 a003 01bb 0a01 ffffffff')),
  })
  const tree = dissect(Message, wire, 'message')
  const after = (path: string, delta: number) => decode(Message, corrupt(wire, tree, path, delta))
  const before = decode(Message, wire)
  expect(after('kind', -8)).toEqual({ ...before, kind: 255 })
  expect(after('length', 1)).toEqual({ ...before, length: 0 })
  expect(after('length', -256)).toEqual({ ...before, length: 0xfeff })
  expect(after('header.version', 1)).toEqual({ ...before, header: { ...before.header, version: 5 } })
  expect(after('header.version', 12)).toEqual({ ...before, header: { ...before.header, version: 0 } })
  expect(after('header.size', -6)).toEqual({ ...before, header: { ...before.header, size: 15 } })
  expect(() => corrupt(wire, tree, 'header.absent', 1)).toThrow(RangeError)
})

test('a byte leads to its innermost field', () => {
  const Message = struct({ kind: u8, header: Header })
  const wire = encode(Message, { kind: 7, header: Header.sample(seeded(1).number) })
  const tree = dissect(Message, wire, 'message')
  expect(fieldOver(tree, 0).path).toBe('kind')
  expect(fieldOver(tree, 5).path).toBe('header.port')
  expect(fieldOver(tree, 99).path).toBe('')
})
