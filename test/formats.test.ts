/**
 * Every wire format of the tree, under the same attacks: what is legal goes round unchanged, what is torn, changed or
 * noise ends in a value or a WireError, and takes no more steps than its bytes are worth.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requestHeadFormat } from '../src/http/message/head-format.ts'
import { seeded } from '../src/random.ts'
import { latin1Bytes } from '../src/wire/bytes.ts'
import { decode, dissect, encode } from '../src/wire/codec.ts'
import { fields } from '../src/wire/field.ts'
import { Reader, WireError } from '../src/wire/reader.ts'
import { concat } from './support/bytes.ts'
import { type AnyFormat, formats } from './support/formats.ts'

type Any = AnyFormat
const source = fileURLToPath(new URL('../src', import.meta.url))
/** The modules that may declare a format; the combinators themselves are in `wire`, and commands declare none. */
const declaring = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  file =>
    /^(?!wire|cli)\w+\/.*(?<!\.test|\.interop|index|\.d)\.ts$/.test(file) &&
    /wire\/(codec|layout|dependent|kind-length|padded)\.ts/.test(readFileSync(`${source}/${file}`, 'utf8')),
)
const isFormat = (value: unknown): value is Any =>
  typeof value === 'object' && value !== null && ['read', 'write', 'walk', 'sample'].every(method => method in value)

test('every format that a module of the tree exports is in the list', async () => {
  const known = new Set(Object.values(formats))
  const found: string[] = []
  const missing: string[] = []
  for (const file of declaring)
    for (const [name, value] of Object.entries((await import(`${source}/${file}`)) as Record<string, unknown>)) {
      // A registry is a number with names, and is read as part of a format.
      if (!isFormat(value) || 'nameOf' in value) continue
      found.push(name)
      if (!known.has(value)) missing.push(`${file} ${name}`)
    }
  expect(missing).toEqual([])
  expect(found).toEqual(expect.arrayContaining(['DecryptionSecrets', 'Block', 'ArpPacket', 'GcmRecord', 'Name']))
}, 30_000)

/** These keep bytes that they cannot explain; somebody else judges them, and only the tree says what is wrong. */
const tolerant: ReadonlySet<string> = new Set(['certificate'])

const SAMPLES = 100
const samples = function* (format: Any): Generator<{ seed: number; wire: Uint8Array }> {
  for (let seed = 1; seed <= SAMPLES; seed++) yield { seed, wire: encode(format, format.sample(seeded(seed).number)) }
}
/** True when `step` ends in a value, false when in a WireError; nothing else may come out. */
const reads = (step: () => unknown): boolean => {
  try {
    step()
    return true
  } catch (error) {
    if (error instanceof WireError) return false
    throw error
  }
}

for (const [name, format] of Object.entries(formats)) {
  test(`${name}: what was written is read, and written the same again`, () => {
    for (const { seed, wire } of samples(format)) {
      expect(encode(format, decode(format, wire)), `seed ${seed}`).toEqual(wire)
    }
  })

  test(`${name}: the field tree agrees with the reading, and every field lies in its parent`, () => {
    for (const { seed, wire } of samples(format)) {
      const tree = dissect(format, wire, name)
      expect([tree.start, tree.end, tree.note], `seed ${seed}`).toEqual([0, wire.length, undefined])
      for (const { path, field } of fields(tree)) {
        for (const child of field.children ?? []) {
          expect(child.start >= field.start && child.end <= field.end, `seed ${seed} ${path}.${child.name}`).toBe(true)
        }
      }
    }
  })

  test(`${name}: cut anywhere or changed anywhere, it ends in a value or a WireError, and a tree up to the damage`, () => {
    for (const { seed, wire } of samples(format)) {
      if (seed > 20) break
      const random = seeded(seed)
      const bad: Uint8Array[] = []
      for (let length = 0; length < wire.length; length++) bad.push(wire.subarray(0, length))
      for (let i = 0; i < 30 && wire.length > 0; i++) {
        const changed = wire.slice()
        changed[random.below(wire.length)] = random.below(256)
        bad.push(changed)
      }
      for (const bytes of bad) {
        const whole = reads(() => decode(format, bytes))
        const tree = dissect(format, bytes, name)
        if (!tolerant.has(name)) expect(tree.note === undefined, `seed ${seed}`).toBe(whole)
        else expect(whole, `seed ${seed}`).toBe(true)
        expect(tree.end, `seed ${seed}`).toBeLessThanOrEqual(bytes.length)
      }
    }
  })

  test(`${name}: noise, and what is legal with noise in it, ends in a value or a WireError, never in anything else`, () => {
    const legal = fc.integer().map(seed => encode(format, format.sample(seeded(seed).number)))
    const noise = fc.uint8Array({ maxLength: 200 })
    const spoilt = fc.tuple(legal, noise, fc.nat(), fc.nat()).map(([wire, bytes, from, to]) => {
      const start = from % (wire.length + 1)
      return concat(wire.subarray(0, start), bytes, wire.subarray(Math.max(start, to % (wire.length + 1))))
    })
    fc.assert(
      fc.property(fc.oneof(noise, spoilt), bytes => {
        const reader = new Reader(bytes)
        if (reads(() => format.read(reader))) expect(reader.pos).toBeLessThanOrEqual(bytes.length)
        const tree = dissect(format, bytes, name)
        for (const { field } of fields(tree)) expect(field.start).toBeLessThanOrEqual(field.end)
      }),
      { numRuns: 100 },
    )
  })

  test(`${name}: 64 KB of anything are read and walked in steps in proportion`, () => {
    for (const [what, bytes] of Object.entries(hostile(format))) {
      for (const step of [format.read, (reader: Reader) => format.walk(reader, name, [])])
        reads(() => step(new Reader(counted(bytes, 150 * SIZE, what))))
    }
  })
}

const SIZE = 65_535

test('a field line of a million blanks is trimmed in one go', () => {
  const blanks = ' \t'.repeat(500_000)
  const head = latin1Bytes(`GET / HTTP/1.1\r\nA:${blanks}a${blanks}b${blanks}\r\n\r\n`)
  const { headers } = decode(requestHeadFormat, head)
  expect(headers).toEqual([['A', `a${blanks}b`]])
})

/** Bytes that may be looked at, one by one or as a view, no more than `limit` times. */
function counted(bytes: Uint8Array, limit: number, what: string): Uint8Array {
  let steps = 0
  return new Proxy(bytes, {
    get(target, key) {
      if (++steps > limit) throw new Error(`${what}: more than ${limit} steps for ${bytes.length} bytes`)
      const value = Reflect.get(target, key, target) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** 64 KB each of what makes readers repeat themselves: nothing, everything, small lengths, pointers, more of the same. */
function hostile(format: Any): Readonly<Record<string, Uint8Array>> {
  const of = (...pattern: readonly number[]) =>
    Uint8Array.from({ length: SIZE }, (_, i) => pattern[i % pattern.length]!)
  const legal = encode(format, format.sample(seeded(3).number))
  const patched = (at: number, ...octets: readonly number[]) => {
    const bytes = of(...legal, 0)
    bytes.set(octets, Math.min(at, SIZE - octets.length))
    return bytes
  }
  return {
    zeros: of(0),
    ones: of(0xff),
    'lengths of one': of(0, 1),
    'lengths of two': of(0, 0, 2, 1),
    lines: of(0x61, 0x3a, 0x0d, 0x0a),
    'one line': of(0x61, 0x20, 0x3a),
    noise: seeded(1).bytes(SIZE),
    'a legal one again and again': of(...legal, ...(legal.length === 0 ? [0] : [])),
    ...Object.fromEntries([0, 2, 4, 6].map(at => [`a great count at ${at}`, patched(at, 0xff, 0xff)])),
    'names that point to names': pointers(),
  }
}

/** A DNS message of questions whose names all lead through a chain of pointers, each to the one before it. */
function pointers(): Uint8Array {
  const bytes = new Uint8Array(SIZE)
  bytes.set([0, 0, 0, 0, 0xff, 0xff])
  let at = 12
  // Type and class of the first question are the first pointer's place.
  const last = 0x3ffe
  for (let target = 11; at < last; target = at, at += 2) bytes.set([0xc0 | (target >> 8), target & 0xff], at)
  for (; at + 6 <= SIZE; at += 6) bytes.set([0xff, 0xfc, 0, 1, 0, 1], at)
  return bytes
}
