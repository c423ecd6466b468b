/** A diagnosis for people: what happened, whose side it is, who gave up, which bytes show it, what to do. */
import { wordsOf } from '../../explain/languages.ts'
import { seenWordsOf, toldDiagnosis } from '../../explain/seen-words.ts'
import type { Language } from '../../explain/words.ts'
import type { MessageRecord } from '../../trace/types.ts'
import type { Shown } from '../shown.ts'
import { hexLines, line, mark, type Style, type Tint, widthOf, wrap } from '../style.ts'
import { fromOf } from './ends.ts'
import type { Diagnosis } from './types.ts'

export interface DiagnosisOptions {
  readonly style: Style
  readonly language?: Language | undefined
  /** To show the very bytes. */
  readonly messages?: readonly MessageRecord[] | undefined
  /** Which connection: `1  127.0.0.1:40000 → 127.0.0.1:443`. */
  readonly where?: string | undefined
}

const BODY = 16
const HEX_LINES = 2

export const renderDiagnosis = (diagnosis: Diagnosis, options: DiagnosisOptions): Shown[] => {
  const { style, language = 'en', messages = [], where } = options
  const words = seenWordsOf(language)
  const { card } = wordsOf(language)
  const { title, says, next } = toldDiagnosis(diagnosis, language)
  const width = widthOf(style)
  const { code } = diagnosis
  const [first = '', ...more] = wrap(title, width - code.length - 4)
  const lines: Shown[] = [
    line(
      style,
      { text: `${mark(style, '✗')} `, tint: 'bad' },
      { text: first, tint: 'bad' },
      { text: code, column: width - code.length, tint: 'quiet' },
    ),
    ...more.map(text => line(style, { text: `  ${text}`, tint: 'bad' })),
    ...wrap(says, width - 2).map(text => line(style, { text: `  ${text}` })),
  ]
  const add = (label: string, texts: readonly string[], tint?: Tint): void =>
    texts
      .flatMap(text => wrap(text, width - BODY))
      .forEach((text, i) => {
        lines.push(line(style, { text: i === 0 ? `  ${label}` : '', tint: 'quiet' }, { text, column: BODY, tint }))
      })
  if (where !== undefined) add(card.where, [where])
  add(card.side, [words.sides[diagnosis.side]])
  if (diagnosis.by !== undefined) add(words.gaveUp, [words.ends[diagnosis.by]])
  const shown = messages.find(message => message.id === diagnosis.at?.message)
  if (shown !== undefined && diagnosis.at !== undefined) {
    const { start, end } = diagnosis.at
    add(card.showed, [`${words.sides[fromOf(shown)]} ${shown.name}, ${start}..${end}`])
    const last = Math.min(end, shown.bytes.length)
    for (const text of hexLines(shown.bytes, start, last, HEX_LINES, width - BODY, card.moreBytes))
      lines.push(line(style, { text, column: BODY, tint: 'quiet' }))
  }
  add(card.tryThis, next, 'you')
  return lines
}
