/** `barewire explain` for people and programs: the page of a code, and what a message of another tool means. */
import { exampleOf } from '../explain/examples.table.ts'
import type { Candidate, MessageFinding } from '../explain/messages.ts'
import { bytesOf, namesElsewhere, pageWordsOf, relatedTo, remarkIn } from '../explain/page.ts'
import type { PageWords } from '../explain/page-words.ts'
import type { Words } from '../explain/words.ts'
import { entryOf, type Failure, type FailureCode, fail } from '../failures/index.ts'
import { alertText } from '../tls/alerts.table.ts'
import { stepLines } from './failure.ts'
import type { JsonObject } from './json.ts'
import type { Shown } from './shown.ts'
import { line, mark, type Style, type Tint, uncut, widthOf, wrap } from './style.ts'

export interface PageOptions {
  readonly style: Style
  readonly words: Words
  /** How a command has to be typed here. */
  readonly typed?: ((command: string) => string) | undefined
}

/** Columns of labels. */
const BODY = 14

/** Rows of label and text below each other, as wide as the style allows. */
const rowsOf = (style: Style) => {
  const lines: Shown[] = []
  const width = widthOf(style)
  return {
    lines,
    add(label: string, ...texts: readonly string[]): void {
      texts
        .filter(text => text !== '')
        .flatMap(text => wrap(text, width - BODY))
        .forEach((text, i) => {
          lines.push(line(style, { text: i === 0 ? `  ${label}` : '', tint: 'quiet' }, { text, column: BODY }))
        })
    },
    say(text: string, tint?: Tint): void {
      for (const part of wrap(text, width - 2)) lines.push(line(style, { text: `  ${part}`, tint }))
    },
    head(title: string, code: string, glyph: string, tint: Tint): void {
      const [first = '', ...more] = wrap(title, width - code.length - 4)
      lines.push(
        line(
          style,
          { text: `${glyph === '' ? ' ' : mark(style, glyph)} `, tint },
          { text: first, tint },
          { text: code, column: width - code.length, tint: 'quiet' },
        ),
        ...more.map(text => line(style, { text: `  ${text}`, tint })),
      )
    },
    /** Commands are never cut. */
    steps(label: string, failure: Failure, { words, typed = same }: PageOptions): void {
      words
        .steps(failure)
        .flatMap(step => stepLines(step, typed, width - BODY))
        .forEach((text, i) => {
          lines.push(
            uncut(style, { text: i === 0 ? `  ${label}` : '', tint: 'you' }, { text, column: BODY, tint: 'you' }),
          )
        })
    },
  }
}
const same = (command: string): string => command

/** Everything about a code. */
export const renderCodePage = (code: FailureCode, options: PageOptions): Shown[] => {
  const { style, words } = options
  const page = pageWordsOf(words.language)
  const example = exampleOf(code)
  const { fault, exit, alert, status, rule } = entryOf({ code })
  const rows = rowsOf(style)
  rows.head(words.title(example), code, '✗', 'bad')
  rows.add(page.example, words.says(example))
  rows.add(words.card.side, words.card.sides[fault])
  rows.add(words.card.because, ...words.because(example))
  rows.add(page.bytes, bytesOf(code, page))
  if (alert !== undefined) rows.add(page.alert, alertText(alert))
  if (status !== undefined) rows.add(page.status, `HTTP ${status}`)
  rows.add(page.exit, `${exit}`)
  if (rule !== undefined) rows.add(words.card.rule, rule)
  rows.add(words.card.elsewhere, namesElsewhere(fail(code)).join(', '))
  rows.add(page.related, ...relatedTo(code).map(other => `${other}  ${words.title(fail(other))}`))
  rows.steps(words.card.tryThis, example, options)
  return rows.lines
}

/** What a message means: about itself, then the likeliest failure in full, then the others in a line each. */
export const renderMessage = (message: string, finding: MessageFinding, options: PageOptions): Shown[] => {
  const { style, words, typed = same } = options
  const page = pageWordsOf(words.language)
  const rows = rowsOf(style)
  const [first, ...others] = finding.candidates
  const { language } = words
  if (first === undefined && finding.remarks.length === 0) rows.say(page.unknown(excerpt(message)), 'bad')
  if (finding.speakers.length > 0) rows.add(page.speaks, finding.speakers.join(', '))
  for (const remark of finding.remarks) rows.say(remarkIn(language, remark))
  for (const error of finding.openssl) rows.say(page.openssl(error), 'quiet')
  if (finding.alert !== undefined) rows.say(page.alertSent(finding.alert))
  if (first === undefined) {
    if (finding.remarks.length === 0) rows.say(page.unknownNext)
    return rows.lines
  }
  candidateRows(first, rows, page, options)
  rows.add(page.perhaps, ...others.map(({ failure }) => `${failure.code}  ${words.title(failure)}`))
  rows.lines.push(
    uncut(
      style,
      { text: `  ${page.more}`, tint: 'quiet' },
      { text: typed(`barewire explain ${first.failure.code}`), column: BODY },
    ),
  )
  return rows.lines
}

const candidateRows = (
  { failure, because }: Candidate,
  rows: ReturnType<typeof rowsOf>,
  page: PageWords,
  options: PageOptions,
): void => {
  const { words } = options
  rows.head(words.title(failure), failure.code, '✗', 'bad')
  rows.add(page.reason, page.evidence(because))
  rows.add(page.whose, words.card.sides[entryOf(failure).fault])
  rows.add(words.card.because, ...words.because(failure))
  rows.steps(words.card.tryThis, failure, options)
}

/** As much of a message as stands in one line. */
const excerpt = (message: string): string => {
  const text = message.trim().replace(/\s+/g, ' ')
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

/** A page for programs. */
export const jsonOfCode = (code: FailureCode, words: Words): JsonObject => {
  const example = exampleOf(code)
  const { fault, exit, alert, status, rule } = entryOf({ code })
  return {
    type: 'page',
    code,
    title: words.title(example),
    example: words.says(example),
    fault,
    because: [...words.because(example)],
    bytes: bytesOf(code, pageWordsOf(words.language)),
    alert: alert ?? null,
    status: status ?? null,
    exit,
    rule: rule ?? null,
    elsewhere: [...namesElsewhere(fail(code))],
    related: [...relatedTo(code)],
    try: [...words.tryThis(example)],
  }
}

/** What is known about a message, for programs: the candidates in their order. */
export const jsonOfMessage = (message: string, finding: MessageFinding, words: Words): JsonObject => ({
  type: 'explained',
  message: excerpt(message),
  known: finding.candidates.length > 0 || finding.remarks.length > 0,
  speakers: [...finding.speakers],
  alert: finding.alert ?? null,
  openssl: finding.openssl.map(({ digits, layout, library, libraryName, reason, text }) => ({
    digits,
    layout,
    library,
    libraryName: libraryName ?? null,
    reason,
    text: text ?? null,
  })),
  remarks: finding.remarks.map(remark => remarkIn(words.language, remark)),
  candidates: finding.candidates.map(({ failure, because }) => ({
    code: failure.code,
    title: words.title(failure),
    fault: failure.fault,
    because: pageWordsOf(words.language).evidence(because),
    try: [...words.tryThis(failure)],
  })),
})
