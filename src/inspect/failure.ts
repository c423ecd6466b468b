/** A failure for people: what happened, what was expected, which bytes, whose side it is, what we did, what to try. */

import { english } from '../explain/en/index.ts'
import { BEFORE_NOTE, type Said } from '../explain/words.ts'
import type { Failure } from '../failures/index.ts'
import { type FailureFacts, failureRows } from './failure-rows.ts'
import { columnsOf, type Shown } from './shown.ts'
import { hexLines, line, mark, type Style, type Tint, uncut, widthOf, wrap } from './style.ts'

export interface FailureOptions extends FailureFacts {
  readonly style: Style
  /** How a command that is offered has to be typed here; default: as the registry has it. */
  readonly typed?: ((command: string) => string) | undefined
}

/** Title and code first; then only what is known. */
export const renderFailure = (info: Failure, options: FailureOptions): Shown[] => {
  const { style } = options
  const { words = english } = options
  const width = widthOf(style)
  const lines: Shown[] = []
  const addLines = (label: string, parts: readonly string[], how: { lay?: typeof line; tint?: Tint } = {}): void => {
    const { lay = line, tint } = how
    parts.forEach((part, i) => {
      lines.push(
        lay(style, { text: i === 0 ? `  ${label}` : '', tint: tint ?? 'quiet' }, { text: part, column: BODY, tint }),
      )
    })
  }
  const room = width - info.code.length - 4
  const [first = '', ...more] = wrap(words.title(info), room)
  lines.push(
    line(
      style,
      { text: `${mark(style, '✗')} `, tint: 'bad' },
      { text: first, tint: 'bad' },
      { text: info.code, column: width - info.code.length, tint: 'quiet' },
    ),
    ...more.map(text => line(style, { text: `  ${text}`, tint: 'bad' })),
    ...wrap(words.says(info), width - 2).map(text => line(style, { text: `  ${text}` })),
  )
  for (const { key, texts, bytes } of failureRows(info, options)) {
    addLines(
      words.card[key],
      texts.flatMap(text => wrap(text, width - BODY)),
    )
    if (bytes === undefined) continue
    for (const text of hexLines(bytes.of, bytes.start, bytes.end, HEX_LINES, width - BODY, words.card.moreBytes))
      lines.push(line(style, { text, column: BODY, tint: 'quiet' }))
  }
  // Last, above the prompt, and the only bold row: it is what somebody does next.
  const { typed = command => command } = options
  const tries = words.steps(info).flatMap(step => stepLines(step, typed, width - BODY))
  if (tries.length > 0) addLines(words.card.tryThis, tries, { lay: uncut, tint: 'you' })
  return lines
}

const BODY = 16
const HEX_LINES = 4

/**
 * A command that can be copied from the screen as it stands: where it is too long it goes on in the next line as a shell
 * wants it, never broken inside of quotes. A note is a comment.
 */
export const stepLines = ({ command, note }: Said, typed: (command: string) => string, columns: number): string[] => {
  if (command === undefined) return wrap(note ?? '', columns)
  const rows: string[] = []
  let row = ''
  for (const word of typed(command).match(/(?:'[^']*'|\\.|[^\s'\\])+/g) ?? []) {
    if (row !== '' && columnsOf(`${row} ${word} \\`) > columns) {
      rows.push(`${row} \\`)
      row = ''
    }
    row = row === '' ? word : `${row} ${word}`
  }
  if (note === undefined) return [...rows, row]
  const whole = `${row}${BEFORE_NOTE}${note}`
  return columnsOf(whole) <= columns
    ? [...rows, whole]
    : [...rows, row, ...wrap(note, columns - 2).map(part => `# ${part}`)]
}
