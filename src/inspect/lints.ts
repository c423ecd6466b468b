/** What rules for issuers find in a certificate, for people and for programs: each with its source and its bytes. */
import type { Words } from '../explain/words.ts'
import type { LintOutcome } from '../x509/lint/lint.ts'
import type { Finding } from '../x509/lint/types.ts'
import type { JsonObject } from './json.ts'
import type { Shown } from './shown.ts'
import { hexLines, line, mark, type Style, widthOf, wrap } from './style.ts'

const HEX_LINES = 2

/** One certificate of a file. */
export interface Linted extends LintOutcome {
  /** In the file, from 0. */
  readonly index: number
  readonly subject: string
  readonly der: Uint8Array
}

const MARKS = {
  error: { glyph: '✗', tint: 'bad' },
  warning: { glyph: '!', tint: 'you' },
} as const

export const renderFindings = (
  { index, subject, kind, der, findings }: Linted,
  words: Words,
  style: Style,
): Shown[] => {
  const { fact } = words.card
  const head = line(
    style,
    { text: `${fact(`certificate ${index + 1}`)}  ${subject}`, tint: 'you' },
    { text: `  ${fact(KINDS[kind])}`, tint: 'quiet' },
  )
  const all = findings.flatMap(finding => findingLines(finding, der, words, style))
  const none = line(style, { text: `  ${mark(style, '✓')} `, tint: 'good' }, { text: fact('no rule is broken') })
  return [head, ...(findings.length === 0 ? [none] : all)]
}

const KINDS: Readonly<Record<LintOutcome['kind'], string>> = {
  root: 'of a root',
  authority: 'of an intermediate authority',
  server: 'of a server',
  responder: 'of an OCSP responder',
  other: 'of something else',
}

const findingLines = (finding: Finding, der: Uint8Array, words: Words, style: Style): Shown[] => {
  const { lint, level, says, rule, span } = finding
  const { glyph, tint } = MARKS[level]
  const width = widthOf(style)
  return [
    ...wrap(words.card.fact(says), width - 6).map((text, i) =>
      line(style, { text: i === 0 ? `  ${mark(style, glyph)} ` : '    ', tint }, { text }),
    ),
    line(style, { text: `      ${lint}, ${rule}, ${span.from}..${span.to}`, tint: 'quiet' }),
    ...hexLines(der, span.from, span.to, HEX_LINES, width - 8, words.card.moreBytes).map(text =>
      line(style, { text, column: 8, tint: 'quiet' }),
    ),
  ]
}

export const jsonOfLinted = ({ index, subject, kind, rules, findings }: Linted): JsonObject => ({
  type: 'linted',
  certificate: index,
  subject,
  kind,
  rules,
  findings: findings.map(({ lint, level, says, rule, span }) => ({
    lint,
    level,
    says,
    rule,
    range: [span.from, span.to],
  })),
})
