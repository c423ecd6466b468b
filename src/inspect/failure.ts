/** A failure for people: what happened, what was expected, which bytes, whose side it is, what we did, what to try. */

import { elsewhere } from '../explain/elsewhere.table.ts'
import { english } from '../explain/en/index.ts'
import { BEFORE_NOTE, type Said, type Words } from '../explain/words.ts'
import { certificateFailures } from '../failures/certificate.ts'
import { entryOf, Failure } from '../failures/index.ts'
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import { parseCertificate } from '../x509/certificate.ts'
import { shownChain } from './agreed.ts'
import { columnsOf, type Shown } from './shown.ts'
import { hexLines, line, mark, type Style, type Tint, uncut, widthOf, wrap } from './style.ts'
import { whoIs } from './who.ts'

export interface FailureOptions {
  readonly style: Style
  /** The language; English where undefined. */
  readonly words?: Words | undefined
  /** To show the very bytes, when the failure points at some. */
  readonly records?: readonly TraceRecord[] | undefined
  /** What we did about it, when the caller knows more than the alert: `Nothing of your request was sent.` */
  readonly did?: string | undefined
  /** How a command that is offered has to be typed here; default: as the registry has it. */
  readonly typed?: ((command: string) => string) | undefined
  /** Failures below this one, outermost first. */
  readonly causes?: readonly Failure[] | undefined
}

/** Title and code first; then only what is known. */
export const renderFailure = (info: Failure, options: FailureOptions): Shown[] => {
  const { style } = options
  const { words = english } = options
  const entry = entryOf(info)
  const width = widthOf(style)
  const says = words.says(info)
  const lines: Shown[] = []
  const addLines = (label: string, parts: readonly string[], how: { lay?: typeof line; tint?: Tint } = {}): void => {
    const { lay = line, tint } = how
    parts.forEach((part, i) => {
      lines.push(
        lay(style, { text: i === 0 ? `  ${label}` : '', tint: tint ?? 'quiet' }, { text: part, column: BODY, tint }),
      )
    })
  }
  const add = (label: string, ...texts: readonly string[]): void =>
    addLines(
      label,
      texts.flatMap(text => wrap(text, width - BODY)),
    )
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
    ...wrap(says, width - 2).map(text => line(style, { text: `  ${text}` })),
  )
  // What the sentence already says in full needs no row of its own.
  if (info.expected !== undefined && !says.includes(info.expected)) add(words.card.expected, info.expected)
  if (info.got !== undefined && !says.includes(info.got)) add(words.card.got, info.got)
  addWhere(info, says, options, add, lines)
  const chain = info.code in certificateFailures ? chainShown(options.records ?? []) : []
  if (chain.length > 0) add(words.card.showed, ...chain)
  add(words.card.side, words.card.sides[entry.fault])
  const alert = options.records === undefined ? info.alert : alertSent(options.records)
  const did = [alert === undefined ? '' : words.card.closed(alert), options.did ?? '']
    .filter(part => part !== '')
    .join(' ')
  if (did !== '') add(words.card.did, did)
  const because = words.because(info)
  if (because.length > 0) add(words.card.because, ...because)
  const others = Object.entries(elsewhere(info)).map(inTool)
  if (others.length > 0) add(words.card.elsewhere, others.join(', '))
  if (entry.rule !== undefined) add(words.card.rule, entry.rule)
  for (const cause of options.causes ?? []) add(words.card.below, `${words.title(cause)} (${cause.code})`)
  // Last, above the prompt, and the only bold row: it is what somebody does next.
  const { typed = command => command } = options
  const tries = words.steps(info).flatMap(step => stepLines(step, typed, width - BODY))
  if (tries.length > 0) addLines(words.card.tryThis, tries, { lay: uncut, tint: 'you' })
  return lines
}

/** Certificates that are named; chains are rarely longer. */
const MOST_SHOWN = 4

/** The chain that the other side showed: who, by whom, and for which days. */
const chainShown = (records: readonly TraceRecord[]): string[] =>
  shownChain(messagesOf(records))
    .slice(0, MOST_SHOWN)
    .map((der, i) => {
      const certificate = parseCertificate(der)
      if (certificate instanceof Failure) return `${i + 1}  ${whoIs([der]) ?? 'not readable'}`
      const { subject, issuer, notBefore, notAfter } = certificate
      const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
      return `${i + 1}  ${subject.text || '(no name)'}, by ${issuer.text}, ${day(notBefore)} to ${day(notAfter)}`
    })

/** The last fatal alert that went out: a failure may have one that the other side sent. */
const alertSent = (records: readonly TraceRecord[]): number | undefined =>
  messagesOf(records).findLast(
    ({ layer, direction, name, bytes }) =>
      layer === 'tls' && direction === 'out' && /^Alert/.test(name) && bytes[0] === 2,
  )?.bytes[1]

const BODY = 16
const HEX_LINES = 4

/**
 * A command that can be copied from the screen as it stands: where it is too long it goes on in the next line as a shell
 * wants it, never broken inside of quotes. A note is a comment.
 */
const stepLines = ({ command, note }: Said, typed: (command: string) => string, columns: number): string[] => {
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

const addWhere = (
  info: Failure,
  says: string,
  { style, records, words = english }: FailureOptions,
  add: (label: string, text: string) => void,
  lines: Shown[],
): void => {
  const { at } = info
  const message =
    at === undefined || at.message === 0 || records === undefined
      ? undefined
      : messagesOf(records).find(m => m.id === at.message)
  if (at === undefined || message === undefined) {
    if (info.where !== undefined && !says.includes(info.where)) add(words.card.where, info.where)
    return
  }
  add(words.card.where, [info.where, words.card.bytes(message, at.start, at.end)].filter(Boolean).join('   '))
  for (const text of hexLines(
    message.bytes,
    at.start,
    Math.min(at.end, message.bytes.length),
    HEX_LINES,
    widthOf(style) - BODY,
  )) {
    lines.push(line(style, { text, column: BODY, tint: 'quiet' }))
  }
}

const NAMES: Readonly<Record<string, string>> = { node: 'Node', curl: 'curl', openssl: 'OpenSSL', chrome: 'Chrome' }
const inTool = ([tool, name]: [string, string | number]): string =>
  typeof name === 'number' ? `${NAMES[tool] ?? tool} (${name})` : `${NAMES[tool] ?? tool} ${name}`
