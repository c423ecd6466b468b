/** What is known of a failure besides its title and its sentence, row by row, for a terminal and for a page. */

import { elsewhere } from '../explain/elsewhere.table.ts'
import { english } from '../explain/en/index.ts'
import type { Card, Words } from '../explain/words.ts'
import { certificateFailures } from '../failures/certificate.ts'
import { entryOf, Failure } from '../failures/index.ts'
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord, Range } from '../trace/types.ts'
import { parseCertificate } from '../x509/certificate/certificate.ts'
import { shownChain } from './agreed.ts'
import { whoIs } from './who.ts'

export interface FailureFacts {
  /** The language; English where undefined. */
  readonly words?: Words | undefined
  /** To show the very bytes, when the failure points at some. */
  readonly records?: readonly TraceRecord[] | undefined
  /** What we did about it, when the caller knows more than the alert: `Nothing of your request was sent.` */
  readonly did?: string | undefined
  /** Failures below this one, outermost first. */
  readonly causes?: readonly Failure[] | undefined
}

export interface FailureRow {
  /** `words.card` has its label. */
  readonly key: Exclude<keyof Card, 'sides' | 'closed' | 'bytes' | 'bytesIn' | 'fact' | 'tryThis' | 'moreBytes'>
  readonly texts: readonly string[]
  /** The bytes that it speaks of, and the message that they are of. */
  readonly bytes?: (Range & { readonly of: Uint8Array; readonly message: MessageRecord }) | undefined
}

/** Only what is known; what to do next is the words' own (`steps`). */
export const failureRows = (info: Failure, facts: FailureFacts): readonly FailureRow[] => {
  const { words = english, records } = facts
  const { card } = words
  const entry = entryOf(info)
  const says = words.says(info)
  const rows: FailureRow[] = []
  const add = (key: FailureRow['key'], ...texts: readonly string[]): void => {
    if (texts.length > 0) rows.push({ key, texts })
  }
  // What the sentence already says in full needs no row of its own.
  for (const name of ['expected', 'got'] as const) {
    const fact = info[name] === undefined ? undefined : card.fact(info[name])
    if (fact !== undefined && !says.includes(fact)) add(name, fact)
  }
  rows.push(...whereRows(info, says, facts))
  add('showed', ...(info.code in certificateFailures ? chainShown(records ?? []) : []))
  add('side', card.sides[entry.fault])
  const alert = records === undefined ? info.alert : alertSent(records)
  const did = [alert === undefined ? '' : card.closed(alert), facts.did ?? ''].filter(part => part !== '').join(' ')
  add('did', ...(did === '' ? [] : [did]))
  add('because', ...words.because(info))
  const others = Object.entries(elsewhere(info)).map(inTool)
  add('elsewhere', ...(others.length > 0 ? [others.join(', ')] : []))
  add('rule', ...(entry.rule === undefined ? [] : [entry.rule]))
  for (const cause of facts.causes ?? []) add('below', `${words.title(cause)} (${cause.code})`)
  return rows
}

const whereRows = (info: Failure, says: string, { records, words = english }: FailureFacts): FailureRow[] => {
  const { at } = info
  const where = info.where === undefined ? undefined : words.card.fact(info.where)
  const message =
    at === undefined || at.message === 0 ? undefined : messagesOf(records ?? []).find(m => m.id === at.message)
  if (at === undefined || message === undefined) {
    // Who judged a chain without a trace still says where in it the fault lies.
    const certificate = at?.message === 0 ? at.certificate : undefined
    const place =
      at === undefined || certificate === undefined ? undefined : words.card.bytesIn(certificate, at.start, at.end)
    const told = [where !== undefined && !says.includes(where) ? where : undefined, place].filter(Boolean).join('   ')
    return told === '' ? [] : [{ key: 'where', texts: [told] }]
  }
  const text = [where, words.card.bytes(message, at.start, at.end)].filter(Boolean).join('   ')
  const bytes = { of: message.bytes, start: at.start, end: Math.min(at.end, message.bytes.length), message }
  return [{ key: 'where', texts: [text], bytes }]
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

const NAMES: Readonly<Record<string, string>> = { node: 'Node', curl: 'curl', openssl: 'OpenSSL', chrome: 'Chrome' }
const inTool = ([tool, name]: [string, string | number]): string =>
  typeof name === 'number' ? `${NAMES[tool] ?? tool} (${name})` : `${NAMES[tool] ?? tool} ${name}`
