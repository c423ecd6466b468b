import { expect, test } from 'vitest'
import { concat, hex } from '../../test/support/bytes.ts'
import { seeded } from '../random.ts'
import {
  bits,
  bytes,
  type Codec,
  choice,
  decode,
  dissect,
  encode,
  type Infer,
  leaf,
  list,
  named,
  optional,
  prefixed,
  rest,
  struct,
  text,
  u8,
  u16,
  u24,
  u32,
} from './codec.ts'
import { dependent, times } from './dependent.ts'
import { fieldAt, fields } from './field.ts'
import { padded } from './padded.ts'
import { Reader, WireError } from './reader.ts'
import { Writer } from './writer.ts'

const Kind = named(u16, { name: 0, groups: 10, alpn: 16 })
/** Everything that the primitives offer, in one format. */
const Everything = struct(
  {
    version: named(u16, { one: 1, two: 2 }),
    flags: bits(u8, 8, { high: 3, middle: 1, low: 4 }),
    nonce: bytes(5),
    id: prefixed(1, rest),
    numbers: prefixed(2, list(u16)),
    long: prefixed(3, list(prefixed(1, text))),
    huge: prefixed(4, rest),
    wide: u32,
    filled: padded(4, prefixed(1, rest)),
    extensions: optional(
      prefixed(2, list(choice(Kind, 2, { 10: prefixed(2, list(u16)), 16: text as Codec<unknown> }))),
    ),
  },
  { ref: 'nowhere 1' },
)

/** Runs `body` over many samples; a failure says which seed it was. */
const overSamples = <T>(codec: Codec<T>, count: number, body: (value: T, wire: Uint8Array) => void): void => {
  for (let seed = 1; seed <= count; seed++) {
    const value = codec.sample(seeded(seed).number)
    try {
      body(value, encode(codec, value))
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
}
/** The `WireError` that `step` ends in; anything else is not caught. */
const damage = (step: () => unknown): WireError | undefined => {
  try {
    step()
  } catch (error) {
    if (error instanceof WireError) return error
    throw error
  }
  return undefined
}

test('what was written is read again and written the same, over 2000 samples', () => {
  overSamples(Everything, 2000, (value, wire) => {
    expect(decode(Everything, wire)).toEqual(value)
    expect(encode(Everything, decode(Everything, wire))).toEqual(wire)
  })
})

test('walking reads the same value as reading, and every field lies in its parent', () => {
  overSamples(Everything, 500, (value, wire) => {
    const reader = new Reader(wire)
    expect(Everything.walk(reader, 'all', [])).toEqual(value)
    expect(reader.left).toBe(0)
    const tree = dissect(Everything, wire, 'all')
    expect([tree.start, tree.end, tree.note]).toEqual([0, wire.length, undefined])
    for (const { field } of [{ field: tree }, ...fields(tree)]) {
      for (const child of field.children ?? []) {
        expect(child.start).toBeGreaterThanOrEqual(field.start)
        expect(child.end).toBeLessThanOrEqual(field.end)
      }
    }
  })
})

test('every truncation ends in a WireError with its position and path, and a tree up to the damage', () => {
  const Required = struct({
    head: u16,
    body: prefixed(2, list(choice(Kind, 2, { 10: prefixed(2, list(u16)) }))),
    tail: u8,
  })
  overSamples(Required, 200, (_, wire) => {
    for (let length = 0; length < wire.length; length++) {
      const cut = wire.subarray(0, length)
      const error = damage(() => decode(Required, cut))
      expect(error?.rule).toBe('truncated')
      expect(error?.at).toBe(length)
      expect(error?.path).toMatch(/^(head|body|tail)/)
      const tree = dissect(Required, cut, 'cut')
      expect(tree.note).toContain(`truncated at byte ${length}`)
      for (const { field } of fields(tree)) expect(field.start).toBeLessThanOrEqual(length)
    }
  })
})

test('bytes of any kind end in a value or in a WireError', () => {
  const random = seeded(99)
  let readable = 0
  for (let i = 0; i < 5000; i++) {
    const wire = random.bytes(random.below(60))
    const error = damage(() => decode(Everything, wire))
    if (error === undefined) readable++
    const tree = dissect(Everything, wire, 'any')
    expect(tree.note === undefined).toBe(error === undefined)
  }
  expect(readable).toBeLessThan(5000)
})

test('the path of an error leads to the field at fault', () => {
  const Hello = struct({
    suites: prefixed(2, list(u16)),
    extensions: prefixed(2, list(choice(Kind, 2, { 10: prefixed(2, list(u16)) }))),
  })
  // The second extension says that its list has 9 bytes; 2 are there.
  const wire = hex('0002 1301 000e 0010 0002 6832 000a 0004 0009 001d')
  const error = damage(() => decode(Hello, wire))
  expect([error?.rule, error?.path]).toEqual(['truncated', 'extensions.1.body'])
})

test('a reading that fails builds no field tree: the path comes from where it failed', () => {
  let walked = 0
  const counted: Codec<number> = {
    ...u16,
    walk(reader, name, out) {
      walked++
      return u16.walk(reader, name, out)
    },
  }
  const Many = struct({ items: prefixed(2, list(counted)), last: u16 })
  const wire = concat(hex('4000'), new Uint8Array(0x4000), hex('01'))
  const error = damage(() => decode(Many, wire))
  expect([error?.rule, error?.path, error?.at]).toEqual(['truncated', 'last', wire.length])
  expect(walked).toBe(0)
})

test('the path of an error names a field of the tree, the last that was begun', () => {
  overSamples(Everything, 200, (_, wire) => {
    for (let length = 0; length < wire.length; length++) {
      const cut = wire.subarray(0, length)
      const error = damage(() => decode(Everything, cut))
      if (error === undefined) continue
      const field = fieldAt(dissect(Everything, cut, 'cut'), error.path)
      // Padding that is missing belongs to a field that is whole itself.
      expect(field?.note ?? (error.path === 'filled' ? `at byte ${length}` : ''), error.path).toContain(
        `at byte ${length}`,
      )
    }
  })
})

test('what is left over inside a length is refused, and so is what is left over at the end', () => {
  const Pair = struct({ pair: prefixed(1, struct({ a: u8, b: u8 })) })
  const inside = damage(() => decode(Pair, hex('03 010203')))
  expect([inside?.rule, inside?.at, inside?.path]).toEqual(['trailing', 3, 'pair'])
  const behind = damage(() => decode(Pair, hex('02 0102 ff')))
  expect([behind?.rule, behind?.at]).toEqual(['trailing', 3])
})

test('a number without a name stays a number', () => {
  const Suite = named(u16, { known: 1 })
  expect(decode(Suite, hex('fafa'))).toBe(0xfafa)
  expect(encode(Suite, 0xfafa)).toEqual(hex('fafa'))
  expect(Suite.nameOf(0xfafa)).toBe('unknown (0xfafa)')
  expect(dissect(Suite, hex('0001'), 'suite').text).toBe('known')
})

test('a tag without a case keeps its body as bytes', () => {
  const Extension = choice(Kind, 2, {})
  const wire = hex('1234 0003 010203')
  expect(decode(Extension, wire)).toEqual({ type: 0x1234, body: hex('010203') })
  expect(encode(Extension, decode(Extension, wire))).toEqual(wire)
})

test('a value that does not fit its field is refused when it is written', () => {
  const cases: (() => unknown)[] = [
    () => encode(u8, 256),
    () => encode(u16, -1),
    () => encode(u24, 2 ** 24),
    () => encode(u32, 2 ** 32),
    () => encode(u8, 1.5),
    () => encode(u8, Number.NaN),
    () => encode(bytes(3), new Uint8Array(4)),
    () => encode(prefixed(1, rest), new Uint8Array(256)),
    () => encode(bits(u8, 8, { a: 4, b: 4 }), { a: 1, b: 16 }),
  ]
  for (const [i, write] of cases.entries()) expect(damage(write), `case ${i}`).toBeInstanceOf(WireError)
})

test('bits must name the whole number', () => {
  expect(() => bits(u8, 8, { a: 4, b: 3 })).toThrow(RangeError)
})

test('bits say where in their bytes they stand', () => {
  const tree = dissect(bits(u16, 16, { offset: 4, rest: 12 }), hex('5012'), 'word')
  expect(tree.children?.map(c => [c.name, c.value, c.bits])).toEqual([
    ['offset', 5, [0, 4]],
    ['rest', 0x12, [4, 16]],
  ])
})

test('an item without bytes cannot repeat for ever', () => {
  const Nothing = list(struct({}))
  expect(damage(() => decode(Nothing, hex('00')))?.rule).toBe('bad-value')
  expect(dissect(Nothing, hex('00'), 'nothing').note).toContain('an item without bytes')
})

test('a long text is read whole', () => {
  const long = new Uint8Array(1_000_000).fill(0xe9)
  expect(decode(text, long)).toBe('é'.repeat(1_000_000))
})

test('a negative length, which no peer can write but arithmetic can make, does not move the reader back', () => {
  const reader = new Reader(hex('010203'), 2)
  expect(damage(() => reader.take(-1))?.rule).toBe('bad-value')
  expect(reader.pos).toBe(2)
})

test('a length prefix that is never patched could not pass for a length', () => {
  const patched = new Writer()
  patched.prefixed(2, () => patched.put(hex('0102')))
  expect(patched.done()).toEqual(hex('0002 0102'))
  const left = new Writer()
  const stop = new Error('in the middle')
  expect(() =>
    left.prefixed(2, () => {
      throw stop
    }),
  ).toThrow(stop)
  expect(left.done()).toEqual(hex('ffff'))
})

test('writers lend one another their room, and nothing that they wrote', () => {
  const nested = leaf<string>({
    read: () => '',
    write: (w, text) => w.put(encode(prefixed(2, rest), hex(text))),
    sample: () => '',
  })
  const One = struct({ before: u8, inside: nested, after: u32 })
  const first = encode(One, { before: 1, inside: 'aabb', after: 0xffff_ffff })
  expect(first).toEqual(hex('01 0002 aabb ffffffff'))
  // More than the room that is there in the beginning, in one piece and byte by byte.
  const long = new Uint8Array(5000).fill(7)
  expect(encode(rest, long)).toEqual(long)
  expect(encode(list(u8), [...long])).toEqual(long)
  expect(encode(One, { before: 2, inside: 'cc', after: 0 })).toEqual(hex('02 0001 cc 00000000'))
  expect(first).toEqual(hex('01 0002 aabb ffffffff'))
  expect(new Set([first, encode(u8, 1), encode(u8, 2)].map(bytes => bytes.buffer)).size).toBe(3)
})

test('a writer that is done has nothing more to do with the array that it gave, nor with the next writer', () => {
  const [done, next] = [new Writer(), new Writer()]
  done.put(hex('0102'))
  const given = done.done()
  next.uint(0xaabb, 2)
  const other = new Writer()
  done.put(hex('09090909'))
  other.uint(5, 1)
  expect([given, next.done(), other.done()]).toEqual([hex('0102'), hex('aabb'), hex('05')])
})

test.each([
  [1, 0xff],
  [2, 0xffff],
  [3, 0xff_ffff],
  [4, 0xffff_ffff],
])('%i bytes hold %i and no more, nor less than nothing, nor fractions', (size, most) => {
  const writer = new Writer()
  writer.uint(most, size)
  expect(writer.done()).toEqual(new Uint8Array(size).fill(0xff))
  for (const wrong of [most + 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(damage(() => new Writer().uint(wrong, size))?.rule, `${wrong}`).toBe('too-long')
})

test('padding is counted from where the padded thing begins, not from where the message begins', () => {
  const Odd = struct({ first: u8, item: padded(4, prefixed(1, rest)), last: u8 })
  const wire = encode(Odd, { first: 1, item: hex('aabb'), last: 9 })
  expect(wire).toEqual(hex('01 02aabb00 09'))
  expect(decode(Odd, wire)).toEqual({ first: 1, item: hex('aabb'), last: 9 })
  expect(dissect(Odd, wire, 'odd').children?.map(c => [c.name, c.start, c.end])).toEqual([
    ['first', 0, 1],
    ['item', 1, 4],
    ['item padding', 4, 5],
    ['last', 5, 6],
  ])
})

test('the type of a value follows from the declaration', () => {
  const value: Infer<typeof Everything> = Everything.sample(seeded(1).number)
  const version: number = value.version
  expect(version).toBeGreaterThan(0)
})

test('a list of 300,000 items is walked, behind a length and behind a head that says how many', () => {
  const bytes = new Uint8Array(3 + 300_000)
  bytes.set([0x04, 0x93, 0xe0])
  expect(dissect(prefixed(3, list(u8)), bytes, 'list').children).toHaveLength(300_001)
  const counted = dependent({ head: struct({ count: u24 }), body: ({ count }) => times(count, u8) })
  expect(dissect(counted, bytes, 'counted').children).toHaveLength(300_001)
})

test('bodies without bytes that nobody knows are one: thousands of them cost no view each', () => {
  const Extensions = list(choice(Kind, 2, { 10: u16 as Codec<unknown> }))
  const bytes = new Uint8Array(4 * 3_000)
  const values = decode(Extensions, bytes)
  expect(values).toHaveLength(3_000)
  expect(new Set(values.map(({ body }) => body)).size).toBe(1)
  expect(encode(Extensions, values)).toEqual(bytes)
  // With bytes each is a view of its own, and what is cut short is found at its place.
  expect(decode(Extensions, Uint8Array.of(0, 1, 0, 1, 7, 0, 2, 0, 1, 8))).toEqual([
    { type: 1, body: Uint8Array.of(7) },
    { type: 2, body: Uint8Array.of(8) },
  ])
  expect(() => decode(Extensions, Uint8Array.of(0, 1, 0, 2, 7))).toThrow(expect.objectContaining({ path: '0.body' }))
})
