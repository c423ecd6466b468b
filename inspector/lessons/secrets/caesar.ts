/** Letters in place of letters: a shift has twenty-five keys, a table has more than anybody can try, and both can be read. */
import type { Row, TableDrawing } from '../drawings.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { code, plain, row, table as tableOf } from '../rows.ts'
import { type Dice, dice } from '../stage.ts'

export interface CaesarNames {
  readonly step: 'table' | 'written' | 'tried' | 'counted' | 'guessed' | 'asked' | 'answer'
  readonly change: 'shift' | 'table' | 'yours'
  readonly choice: 'right' | 'wrong'
  readonly label: 'plain' | 'secret' | 'message' | 'cipher' | 'shift' | 'reads' | 'letter' | 'times' | 'stands'
}
type Label = CaesarNames['label']

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Long enough for E to be the letter that comes most, as in English it does. */
const MESSAGES = [
  'MEET ME BENEATH THE TREES WHEN THE EVENING BELLS HAVE CEASED',
  'SEND THE LETTER BEFORE THE NEXT THREE SHIPS LEAVE THE WEST PIER',
  'THE QUEEN WILL BE HERE BETWEEN SEVEN AND ELEVEN SO BE READY',
  'NEVER LEAVE THE KEYS BENEATH THE DOOR WHERE EVERYBODY SEEKS THEM',
  'WE HAVE SEEN THEIR CAMP BESIDE THE RIVER NEAR THE GREEN FIELDS',
]
const RIDDLES = ['RIVER', 'STONE', 'CLOUD', 'LEMON', 'TIGER', 'PIANO', 'OCEAN', 'BREAD']

const written = (text: string, table: string): string =>
  text.replace(/[A-Z]/g, letter => table[ALPHABET.indexOf(letter)]!)
const shiftedBy = (shift: number): string => ALPHABET.slice(shift) + ALPHABET.slice(0, shift)
const read = (text: string, shift: number): string => written(text, shiftedBy(26 - shift))

const tableFrom = (random: Dice): string => {
  const rest = [...ALPHABET]
  return Array.from(ALPHABET, () => rest.splice(random.below(rest.length), 1)[0]!).join('')
}

/** In lines that fit a telephone. */
const lined = (text: string): string => text.replace(/(.{1,26})(?: |$)/g, '$1\n').trimEnd()

/** How often each letter comes, the most frequent first. */
const counted = (text: string): readonly (readonly [letter: string, times: number])[] => {
  const counts = [...ALPHABET].map(letter => [letter, text.split(letter).length - 1] as const)
  return counts.filter(([, times]) => times > 0).sort((a, b) => b[1] - a[1])
}

/** What every shift makes of a ciphertext; the one that fits is marked. */
const triesOf = (cipher: string, message: string): TableDrawing<Label> => ({
  kind: 'table',
  head: ['shift', 'reads'],
  rows: Array.from({ length: 25 }, (_, i): Row<Label> => {
    const text = read(cipher, i + 1).slice(0, 24)
    return { cells: [plain(i + 1), code(text)], fresh: message.startsWith(text) }
  }),
})

const countsOf = (counts: ReturnType<typeof counted>, table: string): TableDrawing<Label> => ({
  kind: 'table',
  head: ['letter', 'times', 'stands'],
  rows: counts.slice(0, 8).map(([letter, count], i) => ({
    cells: [code(letter), plain(`${'▮'.repeat(count)} ${count}`), code(ALPHABET[table.indexOf(letter)]!)],
    fresh: i === 0,
  })),
})

const play = (seed: number, change: CaesarNames['change']): Scene<CaesarNames> => {
  const random = dice(seed, 'caesar')
  const shift = random.between(2, 24)
  const message = random.pick(MESSAGES)
  if (change === 'yours') return yours(random, shift)
  const table = change === 'shift' ? shiftedBy(shift) : tableFrom(random)
  const cipher = written(message, table)
  const counts = counted(cipher)
  const [[most, times]] = counts as [readonly [string, number]]
  const both = tableOf<Label>([row('message', code(lined(message))), row('cipher', code(lined(cipher)))])
  const shared: Scene<CaesarNames>['steps'] = [
    { name: 'table', drawings: [tableOf<Label>([row('plain', code(ALPHABET)), row('secret', code(table))])] },
    { name: 'written', drawings: [both] },
  ]
  if (change === 'shift') {
    const tries = triesOf(cipher, message)
    return {
      records: [],
      facts: { shift, first: table[0]! },
      fixed: { keys: tries.rows.length },
      steps: [...shared, { name: 'tried', drawings: [tries] }],
    }
  }
  const letters = countsOf(counts, table)
  return {
    records: [],
    facts: { most, times, first: table[0]! },
    fixed: { stands: ALPHABET[table.indexOf(most)]! },
    steps: [...shared, { name: 'counted', drawings: [letters] }, { name: 'guessed', drawings: [letters, both] }],
  }
}

/** A word for the reader, written with the shift of the run. */
const yours = (random: Dice, shift: number): Scene<CaesarNames> => {
  const answer = random.pick(RIDDLES)
  const table = shiftedBy(shift)
  const riddle = written(answer, table)
  return {
    records: [],
    facts: { riddle, answer, shift },
    steps: [
      { name: 'asked', drawings: [tableOf<Label>([row('plain', code(ALPHABET)), row('secret', code(table))])] },
      { name: 'answer', drawings: [triesOf(riddle, answer)] },
    ],
  }
}

export const caesar: Lesson<CaesarNames> = {
  id: 'caesar',
  changes: ['shift', 'table'],
  question: {
    kind: 'writing',
    change: 'yours',
    see: 'answer',
    asks: 'text',
    answer: ({ facts }) => `${facts.answer}`,
  },
  play: async (_, { seed, change }) => play(seed, change),
}
