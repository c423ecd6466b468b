/** Exclusive or: the smallest encryption there is, perfect while a key is used once (Vernam), open when it is used twice. */
import { hexText, latin1Bytes } from '../../../src/wire/bytes.ts'
import type { Row } from '../drawings.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { code, growing, row, table } from '../rows.ts'
import { type Dice, dice } from '../stage.ts'

export interface XorNames {
  readonly step: 'letters' | 'key' | 'mixed' | 'back' | 'second' | 'difference' | 'same' | 'flipped' | 'read'
  readonly change: 'once' | 'twice' | 'flipped'
  readonly choice: 'one' | 'two' | 'three'
  readonly label:
    | 'message'
    | 'bytes'
    | 'bits'
    | 'key'
    | 'cipher'
    | 'again'
    | 'other'
    | 'otherCipher'
    | 'ciphers'
    | 'messages'
    | 'mask'
    | 'changed'
}
type Label = XorNames['label']

/** All as long as each other. */
const WORDS = [
  'ATTACK',
  'RETIRE',
  'BRIDGE',
  'HARBOR',
  'MONDAY',
  'SUNSET',
  'ORANGE',
  'SILVER',
  'WINTER',
  'GARDEN',
] as const
const AMOUNTS = ['PAY 10', 'PAY 20', 'PAY 30', 'PAY 40'] as const

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((octet, i) => octet ^ b[i]!)
const hex = (bytes: Uint8Array): string => hexText(bytes, ' ')
const bits = (octet: number): string => octet.toString(2).padStart(8, '0')
const readable = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

const shuffled = (random: Dice, list: readonly string[]): string[] => {
  const rest = [...list]
  return list.map(() => rest.splice(random.below(rest.length), 1)[0]!)
}

interface Plan {
  readonly first: string
  readonly second: string
  /** The second message stands anywhere among them. */
  readonly candidates: readonly string[]
  readonly key: Uint8Array
  readonly amount: string
  readonly instead: string
}

const planOf = (seed: number): Plan => {
  const random = dice(seed, 'xor')
  const [first, second, ...others] = shuffled(random, WORDS) as [string, string, ...string[]]
  const [amount, instead] = shuffled(random, AMOUNTS) as [string, string]
  const candidates = shuffled(random, [second, ...others.slice(0, 2)])
  return { first, second, candidates, key: random.bytes(first.length), amount, instead }
}

const once = ({ first, key }: Plan): Scene<XorNames> => {
  const message = latin1Bytes(first)
  const cipher = xor(message, key)
  const rows: Row<Label>[] = [
    row('message', code([...first].map(letter => ` ${letter} `).join(''))),
    row('bytes', code(hex(message))),
    row('key', code(hex(key))),
    row('cipher', code(hex(cipher))),
    row('again', code(hex(xor(cipher, key)))),
  ]
  const inBits: Row<Label>[] = [
    row('bits', code(bits(message[0]!))),
    row('key', code(bits(key[0]!))),
    row('cipher', code(bits(cipher[0]!))),
  ]
  const bitTable = (count: number) => table(inBits.slice(0, count))
  return {
    records: [],
    facts: {
      first,
      letter: first[0]!,
      letterBits: bits(message[0]!),
      keyBits: bits(key[0]!),
      cipherBits: bits(cipher[0]!),
      key: hex(key),
      cipher: hex(cipher),
    },
    steps: [
      { name: 'letters', drawings: [table(rows.slice(0, 2)), bitTable(1)] },
      { name: 'key', drawings: [table(rows.slice(0, 3)), bitTable(2)] },
      { name: 'mixed', drawings: [table(rows.slice(0, 4)), bitTable(3)] },
      { name: 'back', drawings: [table(rows), bitTable(3)] },
    ],
  }
}

const twice = ({ first, second, candidates, key }: Plan): Scene<XorNames> => {
  const [one, two] = [latin1Bytes(first), latin1Bytes(second)]
  const [cipherOne, cipherTwo] = [xor(one, key), xor(two, key)]
  const rows: Row<Label>[] = [
    row('message', code(hex(one))),
    row('cipher', code(hex(cipherOne))),
    row('other', code(hex(two))),
    row('otherCipher', code(hex(cipherTwo))),
    row('ciphers', code(hex(xor(cipherOne, cipherTwo)))),
    row('messages', code(hex(xor(one, two)))),
  ]
  const [a, b, c] = candidates as [string, string, string]
  const differs = (candidate: string): string => hex(xor(one, latin1Bytes(candidate)))
  return {
    records: [],
    facts: {
      first,
      second,
      difference: hex(xor(cipherOne, cipherTwo)),
      candidateOne: a,
      candidateTwo: b,
      candidateThree: c,
      differenceOne: differs(a),
      differenceTwo: differs(b),
      differenceThree: differs(c),
    },
    steps: growing(rows, [
      ['letters', 2],
      ['second', 2],
      ['difference', 1],
      ['same', 1],
    ]),
  }
}

const flipped = ({ amount, instead, key }: Plan): Scene<XorNames> => {
  const message = latin1Bytes(amount)
  const cipher = xor(message, key)
  const mask = xor(message, latin1Bytes(instead))
  const changed = xor(cipher, mask)
  const rows: Row<Label>[] = [
    row('message', code(amount)),
    row('bytes', code(hex(message))),
    row('key', code(hex(key))),
    row('cipher', code(hex(cipher))),
    row('mask', code(hex(mask))),
    row('changed', code(hex(changed))),
    row('again', code(readable(xor(changed, key)))),
  ]
  return {
    records: [],
    facts: { first: amount, instead: readable(xor(changed, key)), mask: hex(mask), cipher: hex(cipher) },
    steps: growing(rows, [
      ['letters', 2],
      ['mixed', 2],
      ['flipped', 2],
      ['read', 1],
    ]),
  }
}

/** Whether a candidate differs from the known message as the ciphertexts differ from each other. */
const fits = (name: 'One' | 'Two' | 'Three') => (scene: Scene<XorNames>) =>
  scene.facts[`difference${name}`] === scene.facts.difference

export const xorLesson: Lesson<XorNames> = {
  id: 'xor',
  changes: ['once', 'twice', 'flipped'],
  question: {
    kind: 'choosing',
    about: 'twice',
    choices: [
      { name: 'one', change: 'twice', see: 'difference', holds: fits('One') },
      { name: 'two', change: 'twice', see: 'difference', holds: fits('Two') },
      { name: 'three', change: 'twice', see: 'difference', holds: fits('Three') },
    ],
  },
  play: async (_, { seed, change }) => {
    const plan = planOf(seed)
    return change === 'once' ? once(plan) : change === 'twice' ? twice(plan) : flipped(plan)
  },
}
