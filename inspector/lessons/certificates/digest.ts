/**
 * Digests (FIPS 180-4): as long for a word as for a book, another for every change, and found by nobody backwards. How much
 * work that is depends on their length, so here they are cut short until the page can search.
 */
import type { CryptoProvider } from '../../../src/crypto/provider.ts'
import { hexText, latin1Bytes } from '../../../src/wire/bytes.ts'
import type { Picture, PicturesDrawing } from '../drawings.ts'
import type { Lesson, Scene, Stage } from '../lesson.ts'
import { code, growing, plain, row, table } from '../rows.ts'
import { type Dice, dice } from '../stage.ts'

export interface DigestNames {
  readonly step: 'message' | 'digest' | 'flipped' | 'difference' | 'short' | 'searched' | 'found' | 'any' | 'same'
  readonly change: 'bit' | 'given' | 'pair' | 'longer'
  readonly choice: 'all' | 'half' | 'few'
  readonly label:
    | 'message'
    | 'flipped'
    | 'digest'
    | 'otherDigest'
    | 'difference'
    | 'length'
    | 'short'
    | 'other'
    | 'tries'
    | 'values'
}
type Label = DigestNames['label']

const BITS = 256
const SIDE = 16
const BOOKS = ['Emma', 'Walden', 'Dracula', 'Ulysses', 'Middlemarch', 'Kim'] as const

const digestOf = (crypto: CryptoProvider, text: string): Uint8Array => crypto.digest('sha256', latin1Bytes(text))
/** In four lines, so that a telephone shows it whole. */
const inLines = (digest: Uint8Array): string => hexText(digest).replace(/(.{16})(?=.)/g, '$1\n')

/** A digest as black and white squares, the first bit at the top left. */
const picture = (label: Label, digest: Uint8Array): Picture<Label> => ({
  label,
  width: SIDE,
  height: SIDE,
  grey: Uint8Array.from({ length: BITS }, (_, i) => (((digest[i >> 3]! >> (7 - (i & 7))) & 1) === 1 ? 0 : 255)),
})
const drawn = (...pictures: readonly Picture<Label>[]): PicturesDrawing<Label> => ({ kind: 'pictures', pictures })

const ones = (bytes: Uint8Array): number =>
  bytes.reduce((sum, octet) => sum + octet.toString(2).replaceAll('0', '').length, 0)

/** One bit of one letter is turned, and no other. */
const oneBit = (crypto: CryptoProvider, random: Dice): Scene<DigestNames> => {
  const message = `${random.pick(BOOKS)}, ${random.between(1, 9)} copies, ${random.between(100, 999)} EUR`
  const bytes = latin1Bytes(message)
  // The last bit of a digit makes it its neighbour.
  const place = message.lastIndexOf(' EUR') - 1
  bytes[place]! ^= 1
  const flipped = String.fromCharCode(...bytes)
  const [one, two] = [digestOf(crypto, message), digestOf(crypto, flipped)]
  const difference = one.map((octet, i) => octet ^ two[i]!)
  const rows = [
    row<Label>('message', code(message)),
    row<Label>('digest', code(inLines(one))),
    row<Label>('flipped', code(flipped)),
    row<Label>('otherDigest', code(inLines(two))),
  ]
  const pictures = [picture('digest', one), picture('otherDigest', two), picture('difference', difference)] as const
  return {
    records: [],
    facts: {
      message,
      flipped,
      digest: hexText(one.subarray(0, 4)),
      otherDigest: hexText(two.subarray(0, 4)),
      changed: ones(difference),
    },
    fixed: { bits: one.length * 8, bytes: one.length },
    steps: [
      { name: 'message', drawings: [table(rows.slice(0, 1))] },
      { name: 'digest', drawings: [table(rows.slice(0, 2)), drawn(pictures[0])] },
      { name: 'flipped', drawings: [table(rows, 2), drawn(pictures[0], pictures[1])] },
      { name: 'difference', drawings: [drawn(...pictures)] },
    ],
  }
}

/** So many hexadecimal digits of it, for a search that ends. */
const shortened = (crypto: CryptoProvider, text: string, digits: number): string =>
  hexText(digestOf(crypto, text).subarray(0, Math.ceil(digits / 2))).slice(0, digits)

interface Search {
  readonly message: string
  readonly short: string
  readonly other: string
  readonly tries: number
}

/** Another message for the digest of one that is given: an order of hundreds, with numbers on it until one fits. */
const secondFor = (crypto: CryptoProvider, random: Dice, digits: number): Search => {
  const book = random.pick(BOOKS)
  const message = `${random.between(2, 9)} x ${book}, no. ${random.between(100, 999)}`
  const short = shortened(crypto, message, digits)
  const forged = `${random.between(200, 900)} x ${book}, no. `
  for (let tries = 1; ; tries++) {
    const other = `${forged}${tries}`
    if (shortened(crypto, other, digits) === short) return { message, short, other, tries }
  }
}

/** Any two with the same digest: every message is compared with all before it. */
const anyTwo = (crypto: CryptoProvider, random: Dice, digits: number): Search => {
  const order = `${random.between(2, 900)} x ${random.pick(BOOKS)}, no. `
  const seen = new Map<string, string>()
  for (let tries = 1; ; tries++) {
    const other = `${order}${tries}`
    const short = shortened(crypto, other, digits)
    const message = seen.get(short)
    if (message !== undefined) return { message, short, other, tries }
    seen.set(short, other)
  }
}

const DIGITS = { given: 3, pair: 3, longer: 6 } as const

const search = (crypto: CryptoProvider, random: Dice, change: keyof typeof DIGITS): Scene<DigestNames> => {
  const digits = DIGITS[change]
  const { message, short, other, tries } = (change === 'given' ? secondFor : anyTwo)(crypto, random, digits)
  const values = (16 ** digits).toLocaleString('en')
  const again = shortened(crypto, other, digits)
  const rows = {
    length: row<Label>('length', plain(digits)),
    values: row<Label>('values', plain(values)),
    message: row<Label>('message', code(message)),
    short: row<Label>('short', code(short, 'good')),
    tries: row<Label>('tries', plain(tries, 'third')),
    other: row<Label>('other', code(other, 'third')),
    again: row<Label>('short', code(again, 'good')),
  }
  const facts = { message, short, other, tries }
  const fixed = { digits, values }
  if (change === 'given')
    return {
      records: [],
      facts,
      fixed,
      steps: growing(
        [rows.length, rows.values, rows.message, rows.short, rows.tries, rows.other, rows.again],
        [
          ['message', 3],
          ['short', 1],
          ['searched', 1],
          ['found', 2],
        ],
      ),
    }
  return {
    records: [],
    facts,
    fixed,
    steps: growing(
      [rows.length, rows.values, rows.tries, rows.message, rows.short, rows.other, rows.again],
      [
        ['any', 2],
        ['searched', 1],
        ['same', 4],
      ],
    ),
  }
}

const play = (stage: Stage, seed: number, change: DigestNames['change']): Scene<DigestNames> => {
  const { crypto } = stage.platform(seed)
  const random = dice(seed, `digest/${change}`)
  return change === 'bit' ? oneBit(crypto, random) : search(crypto, random, change)
}

/** How large a part of all digests was tried. */
const part = ({ facts, fixed }: Scene): number => Number(facts.tries) / 16 ** Number(fixed?.digits)

export const digest: Lesson<DigestNames> = {
  id: 'digest',
  changes: ['bit', 'given', 'pair', 'longer'],
  question: {
    kind: 'choosing',
    about: 'longer',
    choices: [
      { name: 'all', change: 'longer', see: 'searched', holds: scene => part(scene) >= 1 },
      { name: 'half', change: 'longer', see: 'searched', holds: scene => part(scene) >= 0.1 && part(scene) < 1 },
      { name: 'few', change: 'longer', see: 'searched', holds: scene => part(scene) < 0.1 },
    ],
  },
  play: async (stage, { seed, change }) => play(stage, seed, change),
}
