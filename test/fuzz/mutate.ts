/** Changes inputs: bytes, numbers and ranges of any input; whole parts where the target says what these are. */
import type { SeededRandom } from '../../src/random.ts'
import { concat } from '../support/bytes.ts'
import type { Target } from './target.ts'

export interface Material {
  readonly random: SeededRandom
  /** Another input that was worth keeping. */
  readonly other: () => Uint8Array
  /** What the sources compare inputs with. */
  readonly words: readonly Uint8Array[]
}

/** Lengths and counts at which code turns. */
const TURNING = [0, 1, 2, 3, 4, 5, 16, 32, 64, 127, 128, 254, 255, 256, 16_384, 16_385, 18_432, 32_767, 32_768, 65_535]

type Mutation = (input: Uint8Array, material: Material) => Uint8Array

/** A changed copy: one change half of the time, else several. */
export const mutated = (input: Uint8Array, target: Target, material: Material): Uint8Array => {
  const { random } = material
  let result = input
  for (let times = 1 + (random.below(2) === 0 ? 0 : random.below(6)); times > 0; times--) {
    const parts = target.parts
    if (parts !== undefined && random.below(2) === 0) result = partsMutated(result, parts, material)
    else result = mutations[random.below(mutations.length)]!(result, material)
  }
  return result.length > target.longest ? result.slice(0, target.longest) : result
}

const replaced = (input: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array =>
  concat(input.subarray(0, from), by, input.subarray(to))

const range = (length: number, random: SeededRandom): readonly [number, number] => {
  const from = random.below(length + 1)
  const most = random.below(3) === 0 ? length - from : Math.min(length - from, 8)
  return [from, from + random.below(most + 1)]
}

const number = (value: number, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => value / 256 ** (size - 1 - i))

const mutations: readonly Mutation[] = [
  function bit(input, { random }) {
    const copy = input.slice()
    if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8)
    return copy
  },
  function byte(input, { random }) {
    const copy = input.slice()
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256)
    return copy
  },
  function nearby(input, { random }) {
    const copy = input.slice()
    if (copy.length > 0) copy[random.below(copy.length)]! += random.below(2) === 0 ? 1 : 255
    return copy
  },
  function turningPoint(input, { random }) {
    const size = 1 + random.below(3)
    const at = random.below(Math.max(1, input.length - size))
    return replaced(input, at, at + size, number(TURNING[random.below(TURNING.length)]!, size))
  },
  function inserted(input, { random }) {
    const at = random.below(input.length + 1)
    return replaced(input, at, at, random.bytes(1 + random.below(8)))
  },
  function removed(input, { random }) {
    return replaced(input, ...range(input.length, random), new Uint8Array(0))
  },
  function doubled(input, { random }) {
    const [from, to] = range(input.length, random)
    const at = random.below(input.length + 1)
    return replaced(input, at, at, input.slice(from, to))
  },
  function word(input, { random, words }) {
    if (words.length === 0) return input
    const put = words[random.below(words.length)]!
    const at = random.below(input.length + 1)
    return replaced(input, at, random.below(2) === 0 ? at : at + put.length, put)
  },
  function spliced(input, { random, other }) {
    const theirs = other()
    const [from, to] = range(theirs.length, random)
    return replaced(input, ...range(input.length, random), theirs.slice(from, to))
  },
  function lengthened(input, { random }) {
    const from = random.below(input.length + 1)
    return replaced(input, from, from, new Uint8Array(1 << random.below(9)).fill(random.below(3) * 127))
  },
]

const partsMutated = (input: Uint8Array, cut: NonNullable<Target['parts']>, material: Material): Uint8Array => {
  const { random } = material
  const parts = cut(input)
  const at = random.below(parts.length + 1)
  const taken = parts[random.below(parts.length)]
  if (taken === undefined) return input
  switch (random.below(6)) {
    case 0:
      parts.splice(at, 1)
      break
    case 1:
      parts.splice(at, 0, taken)
      break
    case 2: {
      const [moved] = parts.splice(random.below(parts.length), 1)
      parts.splice(at, 0, moved!)
      break
    }
    case 3: {
      const theirs = cut(material.other())
      const from = random.below(theirs.length + 1)
      parts.splice(at, 0, ...theirs.slice(from, from + 1 + random.below(6)))
      break
    }
    case 4: {
      const theirs = cut(material.other())
      return concat(...parts.slice(0, at), ...theirs.slice(random.below(theirs.length + 1)))
    }
    default: {
      const changed = mutations[random.below(mutations.length)]!(parts[at] ?? taken, material)
      parts.splice(at, 1, changed)
    }
  }
  return concat(...parts)
}
