/** Wire formats: what is read is written and read again the same, and the tree of fields agrees with the reading. */
import { seeded } from '../../../src/random.ts'
import { decode, dissect, encode } from '../../../src/wire/codec.ts'
import { fields } from '../../../src/wire/field.ts'
import { WireError } from '../../../src/wire/reader.ts'
import { concat, toHex } from '../../support/bytes.ts'
import type { AnyFormat } from '../../support/formats.ts'
import type { Look, Target } from '../target.ts'

/** These keep bytes that they cannot explain; somebody else judges them, and only the tree says what is wrong. */
const TOLERANT: ReadonlySet<string> = new Set(['certificate'])
/** Samples of each format that a campaign begins with. */
const SAMPLES = 4

/** Three bytes say which format, by its name and not by its place: a corpus outlives new formats. */
const SELECTOR = 3
const selector = (name: string): number =>
  [...name].reduce((sum, letter) => (Math.imul(sum, 16_777_619) ^ letter.charCodeAt(0)) & 0xffffff, 0x1c9dc5)

export const formatsTarget = (name: string, formats: Readonly<Record<string, AnyFormat>>): Target => {
  const names = Object.keys(formats)
  const bySelector = new Map(names.map(each => [selector(each), each]))
  if (bySelector.size < names.length) throw new Error('two formats have one selector')
  const chosen = (input: Uint8Array): string => {
    const number = ((input[0] ?? 0) << 16) | ((input[1] ?? 0) << 8) | (input[2] ?? 0)
    return bySelector.get(number) ?? names[number % names.length]!
  }
  return {
    name,
    longest: 2_048,
    seeds: () =>
      names.flatMap(each =>
        Array.from({ length: SAMPLES }, (_, seed) => {
          const sample = encode(formats[each]!, formats[each]!.sample(seeded(seed).number))
          return concat(Uint8Array.of(selector(each) >> 16, selector(each) >> 8, selector(each)), sample)
        }),
      ),
    describe: input => [`${chosen(input)}: ${toHex(input.subarray(SELECTOR))}`],
    run: (input, look) => check(chosen(input), formats[chosen(input)]!, input.subarray(SELECTOR), look),
  }
}

const check = (name: string, format: AnyFormat, bytes: Uint8Array, look: Look): void => {
  const tree = dissect(format, bytes, name)
  for (const { path, field } of fields(tree))
    for (const child of field.children ?? [])
      if (child.start < field.start || child.end > field.end) throw new Error(`${path}.${child.name} leaves its parent`)
  let value: unknown
  try {
    value = decode(format, bytes)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    if (tree.note === undefined) throw new Error(`${name} is not read (${error.message}), and its tree has no note`)
    look.reached(`${name} ${error.rule} ${error.path.replaceAll(/\d+/g, '#')}`)
    return
  }
  if (tree.note !== undefined && !TOLERANT.has(name)) throw new Error(`${name} is read, and its tree says ${tree.note}`)
  look.reached(name)
  const written = encode(format, value)
  const again = encode(format, decode(format, written))
  if (Buffer.compare(written, again) !== 0)
    throw new Error(`${name} is written as ${toHex(written)}, and that as ${toHex(again)}`)
}
