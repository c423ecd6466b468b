/** Two exchanges side by side, for people: what is the same, what differs, how they went on, and why one failed. */

import type { Conversation } from '../../dissect/conversation.ts'
import type { DiffWords } from '../../explain/diff.ts'
import { diffWordsOf } from '../../explain/diff-words.ts'
import { toldDiagnosis } from '../../explain/seen-words.ts'
import type { Language } from '../../explain/words.ts'
import { columnsOf, cut, type Shown } from '../shown.ts'
import { legible, line, mark, type Piece, type Style, type Tint, widthOf, wrap } from '../style.ts'
import type { Likely } from './likely.ts'
import type { Candidate } from './pair.ts'
import {
  type Cell,
  type Comparison,
  type Difference,
  type Each,
  LETTERS,
  type Letter,
  type Parting,
  type Step,
} from './types.ts'

export interface Side extends Candidate {
  /** The file or run, as it was typed. */
  readonly label: string
  /** Something in it is encrypted that could not be read. */
  readonly unread: boolean
}

export interface DiffTextOptions {
  readonly style: Style
  readonly language: Language
}

/** Differences that are shown; two that have more are of different things. */
const MOST_ROWS = 60
/** Values of one cell, and columns of one value. */
const MOST_VALUES = 12
const LONGEST = 200
/** Where the fields begin: labels are shorter. */
const FIELD = 10
/** The widest column of fields, and the narrowest for a value. */
const WIDEST_FIELD = 36
const NARROWEST_VALUE = 18
/** Lines of two values that are still easier to compare beside each other. */
const MOST_BESIDE = 3

export const diffLines = (
  comparison: Comparison,
  sides: Each<Side>,
  likely: Likely | undefined,
  { style, language }: DiffTextOptions,
): Shown[] => {
  const words = diffWordsOf(language)
  const table: Table = { style, words, layout: layoutOf(comparison, words, style) }
  const isEqual = comparison.differences.length === 0 && comparison.parting === undefined
  const unread = LETTERS.filter(letter => sides[letter].unread)
  const quiet = [
    ...(comparison.reordered.length > 0 ? [words.reordered(comparison.reordered)] : []),
    ...(unread.length > 0 ? [words.unread(unread)] : []),
    words.lottery,
  ]
  return [
    ...LETTERS.map(letter => headLine(letter, sides[letter], style)),
    ...labelled(words.labels.same, sameTexts(comparison, words), style, 'good'),
    ...differenceLines(comparison.differences, table),
    ...(comparison.parting === undefined ? [] : partingLines(comparison.parting, table)),
    ...(isEqual
      ? labelled('', [words.nothing], style)
      : comparison.parting === undefined
        ? labelled(words.labels.wentOn, [words.sameWay], style)
        : []),
    ...labelled(words.labels.likely, likelyTexts(likely, words, language, isEqual), style, 'you'),
    line(style),
    ...quiet
      .flatMap(text => wrap(legible(text, style), widthOf(style) - 1))
      .map(text => line(style, { text: ` ${text}`, tint: 'quiet' })),
  ]
}

const headLine = (letter: Letter, { label, conversation, diagnosis, name }: Side, style: Style): Shown => {
  const isGood = diagnosis === undefined
  return line(
    style,
    { text: ` ${letter} `, tint: 'you' },
    { text: mark(style, isGood ? '✓' : '✗'), tint: isGood ? 'good' : 'bad' },
    { text: ` ${label} ${conversation.id}`, column: 5 },
    { text: `  ${endsText(conversation)}${name === undefined ? '' : `  ${name}`}`, tint: 'quiet' },
    { text: diagnosis === undefined ? '' : `  ${diagnosis.code}`, tint: 'bad' },
  )
}

const endsText = ({ client, server }: Conversation): string => {
  const named = ({ address, port }: Conversation['client']): string =>
    port === 0 ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  return `${named(client)} → ${named(server)}`
}

/** A label, and texts below each other beside it. */
const labelled = (label: string, texts: readonly string[], style: Style, tint?: Tint): Shown[] =>
  texts
    .filter(text => text !== '')
    .flatMap(text => wrap(legible(text, style), widthOf(style) - FIELD))
    .map((text, i) => line(style, { text: i === 0 ? ` ${label}` : '', tint }, { text, column: FIELD }))

/** Where most differs nothing is said to be the same. */
const sameTexts = ({ parts }: Comparison, words: DiffWords): readonly string[] => [
  parts
    .filter(each => each.differs * 2 < each.of || each.differs === 0)
    .map(({ name, differs }) => (differs === 0 ? name : words.except(name, differs)))
    .join(', '),
]

interface Layout {
  /** Where the two values begin; undefined: they stand below the field, one below the other. */
  readonly columns: readonly [number, number] | undefined
  readonly room: number
}

interface Table {
  readonly style: Style
  readonly words: DiffWords
  readonly layout: Layout
}

const layoutOf = ({ differences }: Comparison, { saidBy, atTheEnd }: DiffWords, style: Style): Layout => {
  const width = widthOf(style)
  const heads = [...differences.map(pathOf), saidBy.client, saidBy.server, atTheEnd]
  const widest = heads.reduce((most, head) => Math.max(most, columnsOf(head)), 0)
  const first = FIELD + Math.min(widest, WIDEST_FIELD) + 2
  const room = Math.floor((width - first - 3) / 2)
  if (room < NARROWEST_VALUE) return { columns: undefined, room }
  return { columns: [first, first + room + 1], room }
}

export const pathOf = ({ part, field }: Pick<Difference, 'part' | 'field'>): string => `${part}.${field}`

const differenceLines = (differences: readonly Difference[], table: Table): Shown[] => {
  const { style, words } = table
  const shown = differences.slice(0, MOST_ROWS)
  const rows = shown.flatMap((each, i) => {
    const texts = cellTexts(each, words)
    return rowLines(i === 0 ? words.labels.differs : '', pathOf(each), texts, table)
  })
  const left = differences.length - shown.length
  return left === 0 ? rows : [...rows, line(style, { text: words.more(left), column: FIELD, tint: 'quiet' })]
}

export const cellTexts = ({ cells }: Pick<Difference, 'cells'>, words: DiffWords): Each<string> => {
  const A = cellText(cells.A, words)
  const B = cellText(cells.B, words)
  // Stars look alike.
  return A === B ? { A, B: `${B} ${words.another}` } : { A, B }
}

const cellText = (cell: Cell, words: DiffWords): string => {
  if (cell === undefined) return words.absent
  const { texts, shared } = cell
  const values = texts.slice(0, MOST_VALUES).map(clipped)
  if (texts.length > MOST_VALUES) values.push('…')
  if (values.length === 0) return shared > 0 ? words.onlyShared(shared) : words.present
  return [values.join(', '), ...(shared > 0 ? [words.shared(shared)] : [])].join(' ')
}

const clipped = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`)

/** A field with its two values beside each other, or below it where there is no room. */
const rowLines = (label: string, path: string, texts: Each<string>, { style, layout }: Table): Shown[] => {
  const { columns, room } = layout
  const head: readonly Piece[] = [
    { text: ` ${label}`, tint: 'bad' },
    { text: path, column: FIELD },
  ]
  if (columns === undefined) return [line(style, ...head), ...stacked(texts, style)]
  const [a, b] = [folded(texts.A, room, style), folded(texts.B, room, style)]
  if (Math.max(a.length, b.length) > MOST_BESIDE) return [line(style, ...head), ...stacked(texts, style)]
  const [first, second] = columns
  const isLong = columnsOf(legible(path, style)) > first - FIELD - 2
  const rows = Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    line(
      style,
      ...(i === 0 && !isLong ? head : []),
      { text: a[i] ?? '', column: first },
      { text: mark(style, '│'), column: second, tint: 'quiet' },
      { text: b[i] ?? '', column: second + 2 },
    ),
  )
  return isLong ? [line(style, ...head), ...rows] : rows
}

/** One below the other. */
const stacked = (texts: Each<string>, style: Style): Shown[] =>
  LETTERS.flatMap(letter =>
    folded(texts[letter], widthOf(style) - FIELD - 5, style).map((text, i) =>
      line(style, { text: i === 0 ? letter : '', column: FIELD + 2, tint: 'you' }, { text, column: FIELD + 5 }),
    ),
  )

/** Lines of at most `room` columns; a word that is longer is broken. */
const folded = (text: string, room: number, style: Style): readonly string[] =>
  wrap(legible(text, style), room).flatMap(part => {
    const pieces: string[] = []
    let rest = part
    while (columnsOf(rest) > room) {
      const first = cut(rest, room)
      pieces.push(first)
      rest = rest.slice(first.length)
    }
    return [...pieces, rest]
  })

/** What one end said next, and how it all ended. */
const partingLines = ({ first, last, ending }: Parting, table: Table): Shown[] => {
  const { words } = table
  const said = (step: Step): string => (step.key === 'encrypted' ? words.encrypted(step.from) : step.text)
  const next = (letter: Letter): string => {
    const step = first[letter]
    return step === undefined ? words.nothingMore : said(step)
  }
  const end = (letter: Letter): string => {
    const [step, own] = [last[letter], first[letter]]
    const isNew = own !== undefined && step !== undefined && step !== own
    return [...(isNew ? [said(step)] : []), words.ending(ending[letter])].join('; ')
  }
  const from = (first.A ?? first.B)!.from
  return [
    ...rowLines(words.labels.wentOn, words.saidBy[from], { A: next('A'), B: next('B') }, table),
    ...rowLines('', words.atTheEnd, { A: end('A'), B: end('B') }, table),
  ]
}

const likelyTexts = (
  likely: Likely | undefined,
  words: DiffWords,
  language: Language,
  isEqual: boolean,
): readonly string[] => {
  if (likely === undefined) return isEqual ? [] : [words.noFailure]
  const { diagnosis, both } = likely
  const { title, says, next } = toldDiagnosis(diagnosis, language)
  const { sentences, advice } = becauseTexts(likely, words)
  return [
    ...(both ? [words.bothFailed] : []),
    `${title} ${says}`,
    ...(sentences.length > 0 ? sentences : isEqual ? [] : [words.unexplained]),
    ...(advice.length > 0 ? advice : next),
  ]
}

/** What differs that explains it, and what to do about that: better than what to do about such failures. */
export const becauseTexts = (
  { because, failed, sameCertificate }: Likely,
  words: DiffWords,
): { readonly sentences: readonly string[]; readonly advice: readonly string[] } => {
  const told = because.map(each => ({ path: pathOf(each).replace(/ \d+\./, '.'), cells: each.cells }))
  const sentences = told.map(({ path, cells }) => {
    const thing = words.things[path] ?? path
    const [own, other] = [cells[failed], cells[failed === 'A' ? 'B' : 'A']]
    if (own === undefined) return words.lacks(failed, thing)
    return other === undefined ? words.alone(failed, thing) : words.other(failed, thing)
  })
  if (sameCertificate) sentences.push(words.sameCertificate)
  return { sentences, advice: told.flatMap(({ path }) => words.advice[path] ?? []).slice(0, 1) }
}
