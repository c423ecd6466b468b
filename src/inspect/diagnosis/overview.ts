/**
 * One connection as somebody beside it saw it: what was said by whom, in what order, and how it ended. Seen with the
 * client's eyes, as a capture is told (`dissect/types.ts`): what is `out` came from the client.
 */
import type { Millis } from '../../engine.ts'
import { Failure } from '../../failures/index.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import type { MessageRecord, VerdictRecord } from '../../trace/types.ts'
import { type Certificate, parseCertificate } from '../../x509/certificate/certificate.ts'
import { exchanges, type HttpExchange } from '../exchanges.ts'
import { chainIn, toldBy } from '../handshake.ts'
import { type End, fromOf } from './ends.ts'
import { type StreamView, streamOf } from './streams.ts'

/** An alert that could be read. */
export interface SeenAlert {
  readonly from: End
  readonly number: number
  readonly fatal: boolean
  readonly message: MessageRecord
  /** Its place among all messages. */
  readonly index: number
}

/** What one end showed as its chain, leaf first; undefined for what could not be parsed. */
export interface SeenChain {
  readonly message: MessageRecord
  readonly certificates: readonly (Certificate | undefined)[]
}

export interface Overview {
  readonly messages: readonly MessageRecord[]
  readonly verdicts: readonly VerdictRecord[]
  readonly stream: StreamView
  readonly alerts: readonly SeenAlert[]
  readonly chains: Readonly<Partial<Record<End, SeenChain>>>
  readonly exchanges: readonly HttpExchange[]
  /** Milliseconds since 1970 at `at` 0; undefined where nobody knows. */
  readonly date: Millis | undefined
  /** The first TLS message of that name that `from` sent. */
  said(from: End, name: string): MessageRecord | undefined
  /** Records of `from` whose content nobody could read. */
  sealed(from: End): readonly MessageRecord[]
}

/** `records`: of one connection. `date`: milliseconds since 1970 at `at` 0. */
export const overview = (records: readonly TraceRecord[], date?: Millis): Overview => {
  const all = messagesOf(records)
  const host = all[0]?.host
  // A run of both ends tells everything twice; one of them is enough.
  const messages = all.filter(message => message.host === host)
  let closed: readonly MessageRecord[] | undefined
  const unread = (): readonly MessageRecord[] => {
    closed ??= unreadIn(messages)
    return closed
  }
  return {
    messages,
    verdicts: records.flatMap(entry => (entry.type === 'verdict' && entry.record.host === host ? [entry.record] : [])),
    stream: streamOf(messages),
    alerts: messages.flatMap((message, index) => alertIn(message, index)),
    chains: { ...chainOf(messages, 'client'), ...chainOf(messages, 'server') },
    exchanges: exchanges(messages),
    date,
    said: (from, name) => messages.find(m => m.layer === 'tls' && m.name === name && fromOf(m) === from),
    sealed: from => unread().filter(message => fromOf(message) === from),
  }
}

const alertIn = (message: MessageRecord, index: number): SeenAlert[] => {
  if (message.layer !== 'tls' || message.name !== 'Alert' || message.bytes.length < 2) return []
  const [level, number] = message.bytes
  return [
    { from: fromOf(message), number: number!, fatal: level === 2 || number! >= 100 || isEnd(number!), message, index },
  ]
}
/** In TLS 1.3 the level counts for nothing: every alert but these two ends the connection (RFC 9846 6). */
const isEnd = (number: number): boolean => number !== 0 && number !== 90

const chainOf = (messages: readonly MessageRecord[], from: End): Partial<Record<End, SeenChain>> => {
  for (const message of messages) {
    if (fromOf(message) !== from) continue
    const chain = chainIn(toldBy(message))
    if (chain === undefined) continue
    const certificates = chain.map(der => {
      const parsed = parseCertificate(der)
      return parsed instanceof Failure ? undefined : parsed
    })
    return { [from]: { message, certificates } }
  }
  return {}
}

/** Protected records in which no message was found and that bring no data upwards. */
const unreadIn = (messages: readonly MessageRecord[]): readonly MessageRecord[] => {
  const read = new Set(messages.flatMap(({ carriedBy = [] }) => carriedBy.map(({ message }) => message)))
  return messages.filter(
    ({ id, layer, sealed, payload }) => layer === 'record' && sealed === true && payload === undefined && !read.has(id),
  )
}
