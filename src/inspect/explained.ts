/** A judged chain for people: the tree from the root down, and for each path what held and what did not, with the bytes. */
import type { Words } from '../explain/words.ts'
import type { Failure } from '../failures/index.ts'
import type { Certificate, ChainIndex } from '../x509/certificate/certificate.ts'
import { publicKeyText } from '../x509/certificate/public-key.ts'
import type { ChainOutcome, ExplainedPath } from '../x509/path/explain.ts'
import type { CheckStep, StepCertificate } from '../x509/path/steps.ts'
import type { CertificateRow } from './certificate.ts'
import { jsonOfKnown, knownTexts } from './evidence.ts'
import type { JsonObject } from './json.ts'
import type { Shown } from './shown.ts'
import { hexLines, line, mark, type Style, say, widthOf, wrap } from './style.ts'

/** The certificates by the fingerprints that steps know them by, as far as they can be read. */
export type Known = ReadonlyMap<string, Certificate>

const BODY = 18
const HEX_LINES = 3

const whichText = (index: ChainIndex): string => (index === 'anchor' ? 'trusted' : `${index + 1}`)

/** Rows whose values are words of ours; what stands in the others a peer has written. */
const OURS: ReadonlySet<string> = new Set([
  ...['issuer', 'validity', 'basicConstraints', 'nameConstraints', 'noRevAvail', 'tlsFeature', 'status'],
  ...['sctList', 'timestamps', 'producedAt'],
])

/** One certificate with all that it says. */
export const renderCertificate = (head: string, rows: readonly CertificateRow[], style: Style): Shown[] => {
  const width = widthOf(style)
  return [
    line(style, { text: say(style, head), tint: 'you' }),
    ...rows.flatMap(({ key, label, values, span, tint }, i) => {
      const branch = mark(style, i === rows.length - 1 ? '└' : '├')
      const place = span === undefined ? '' : `${span.from}..${span.to}`
      const told = OURS.has(key) ? values.map(value => say(style, value)) : values
      const texts = told.flatMap(value => broken(value, width - BODY - 14))
      return texts.map((text, j) =>
        line(
          style,
          { text: j === 0 ? ` ${branch} ${say(style, label)}` : i === rows.length - 1 ? '' : ` ${mark(style, '│')}` },
          { text, column: BODY, tint },
          ...(j === 0 && place !== '' ? [{ text: place, column: width - place.length }] : []),
        ),
      )
    }),
  ]
}

/** Between words where it can be, else anywhere: a fingerprint is one long word. */
const broken = (text: string, columns: number): string[] =>
  wrap(text, columns).flatMap(part => part.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [])

/** The path from its root down, one certificate a line. */
export const renderTree = (
  path: ExplainedPath,
  known: Known,
  style: Style,
  left: (one: Certificate) => string,
): Shown[] => {
  const { certificates, source, checks } = path
  return certificates.toReversed().map((one, depth) => {
    const certificate = known.get(one.fingerprint)
    const faults = checks.filter(({ failure, certificate: of }) => failure !== undefined && of?.index === one.index)
    const indent = depth === 0 ? '' : `${'  '.repeat(depth - 1)}${mark(style, '└')} `
    const about = [
      ...(certificate === undefined ? [] : [publicKeyText(certificate.publicKey), say(style, left(certificate))]),
      ...(depth === 0 && source !== undefined ? [say(style, `from ${source}`)] : []),
      ...new Set(faults.map(({ check }) => say(style, check))),
    ].join(say(style, ', '))
    const isBad = faults.some(({ accepted }) => !accepted)
    return line(
      style,
      { text: `  ${mark(style, isBad ? '✗' : '✓')} `, tint: isBad ? 'bad' : 'good' },
      { text: `${indent}${certificate?.subject.shortText ?? one.subject}` },
      { text: `  ${about}`, tint: 'quiet' },
    )
  })
}

/** Each check of a path: who was looked at, and what of it is wrong, with the bytes. */
export const renderChecks = ({ checks }: ExplainedPath, known: Known, words: Words, style: Style): Shown[] =>
  [...new Set(checks.map(({ check }) => check))].flatMap(name => {
    const of = checks.filter(({ check }) => check === name)
    const isBad = of.some(({ failure }) => failure !== undefined)
    const good = of.filter(({ failure }) => failure === undefined)
    const about = [
      ...new Set(
        good.flatMap(step => (step.certificate === undefined ? [] : [say(style, whichText(step.certificate.index))])),
      ),
    ]
    const head = line(
      style,
      { text: `  ${mark(style, isBad ? '✗' : '✓')} `, tint: isBad ? 'bad' : 'good' },
      { text: say(style, name) },
      { text: about.join(', '), column: BODY + 6, tint: 'quiet' },
      { text: of[0]!.rule, column: widthOf(style) - of[0]!.rule.length, tint: 'quiet' },
    )
    return [
      head,
      ...of.flatMap(step => (step.failure === undefined ? [] : faultLines(step, step.failure, known, words, style))),
    ]
  })

/** What evidence says of a path, whether or not anything follows from it. */
export const renderKnown = ({ known }: ExplainedPath, style: Style): Shown[] =>
  knownTexts(known).flatMap(text =>
    wrap(say(style, text), widthOf(style) - 6).map((part, i) =>
      line(style, { text: `${i === 0 ? '    ' : '      '}${part}`, tint: 'quiet' }),
    ),
  )

const faultLines = (step: CheckStep, failure: Failure, known: Known, words: Words, style: Style): Shown[] => {
  const width = widthOf(style)
  const { certificate, span, accepted } = step
  const place =
    certificate === undefined || span === undefined ? [] : [words.card.bytesIn(certificate.index, span.from, span.to)]
  const bytes = certificate === undefined ? undefined : known.get(certificate.fingerprint)?.der
  return [
    ...wrap(words.says(failure), width - 6).map(text => line(style, { text: `      ${text}` })),
    ...[`${failure.code}${accepted ? say(style, ' (accepted)') : ''}`, ...place].map(text =>
      line(style, { text: `      ${text}`, tint: 'quiet' }),
    ),
    ...(bytes === undefined || span === undefined
      ? []
      : hexLines(bytes, span.from, span.to, HEX_LINES, width - 8, words.card.moreBytes).map(text =>
          line(style, { text, column: 8, tint: 'quiet' }),
        )),
  ]
}

/** Every path, and the ways that were left at once. */
export const renderExplained = (
  { paths, refused, unreadable, limit }: ChainOutcome,
  known: Known,
  words: Words,
  style: Style,
  left: (one: Certificate) => string,
): Shown[] => [
  ...paths.flatMap((path, i) => [
    line(
      style,
      { text: say(style, `path ${i + 1} of ${paths.length}`), tint: 'you' },
      { text: `  ${say(style, path.failure === undefined ? 'holds' : `refused: ${path.failure.code}`)}` },
    ),
    ...renderTree(path, known, style, left),
    ...renderChecks(path, known, words, style),
    ...renderKnown(path, style),
    line(style),
  ]),
  ...refused.flatMap(({ child, issuer, failure }) => [
    line(
      style,
      { text: say(style, 'left at once'), tint: 'you' },
      { text: `  ${nameOf(child)} ${say(style, 'by')} ${nameOf(issuer)}` },
    ),
    ...wrap(words.sentence(failure!), widthOf(style) - 4).map(text => line(style, { text: `    ${text}` })),
  ]),
  ...[...unreadable, ...(limit === undefined ? [] : [limit])].flatMap(failure =>
    wrap(words.sentence(failure), widthOf(style) - 2).map((text, i) =>
      line(style, { text: i === 0 ? `${mark(style, '✗')} ` : '  ', tint: 'bad' }, { text }),
    ),
  ),
]

const nameOf = ({ subject, index }: StepCertificate): string => `${subject} (${whichText(index)})`

/** A path for programs, with each check. */
export const jsonOfPath = (
  { certificates, anchored, source, checks, known, failure }: ExplainedPath,
  number: number,
): JsonObject => ({
  type: 'path',
  number,
  anchored,
  source: source ?? null,
  failure: failure?.code ?? null,
  certificates: certificates.map(identityJson),
  checks: checks.map(step => ({
    check: step.check,
    rule: step.rule,
    ok: step.failure === undefined,
    accepted: step.accepted,
    certificate: step.certificate?.index ?? null,
    range: step.span === undefined ? null : [step.span.from, step.span.to],
    failure: step.failure?.code ?? null,
  })),
  ...jsonOfKnown(known),
})

const identityJson = ({ index, subject, fingerprint }: StepCertificate): JsonObject => ({ index, subject, fingerprint })
