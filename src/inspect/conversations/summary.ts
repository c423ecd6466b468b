/** A conversation in a line: whether it went well, what was spoken, what came of it, and whether it could be read. */
import type { Conversation, End } from '../../dissect/conversation.ts'
import type { ExchangeFound, Unread } from '../../dissect/stream/types.ts'
import { alertNames } from '../../tls/alerts.table.ts'
import { messagesOf } from '../../trace/recorder.ts'
import { starredText } from '../../trace/redact.ts'
import type { VerdictRecord } from '../../trace/types.ts'
import { hexText } from '../../wire/bytes.ts'
import { counted } from '../about.ts'
import { size } from '../style.ts'
import { findingsOf, type Opened } from './opened.ts'

export interface ConversationSummary {
  /** Undefined where nobody can tell. */
  readonly ok: boolean | undefined
  /** `127.0.0.1:47130 → :8443`. */
  readonly ends: string
  /** `TLS 1.3`, `HTTP/1.1`, `DNS`. */
  readonly spoken: string
  /** `2 requests`, `client refused the certificate: unknown_ca`. */
  readonly what: readonly string[]
  readonly reading: Reading | undefined
  /** `no secrets for client random 9f31…`. */
  readonly why: string | undefined
}

export type Reading = 'decrypted' | 'partly decrypted' | 'encrypted'

/** `opened`: undefined where only the index is known. */
export const summaryOf = (conversation: Conversation, opened: Opened | undefined): ConversationSummary => {
  const ends = endsText(conversation)
  const index = indexSays(conversation)
  if (opened === undefined)
    return {
      ok: index.ok,
      ends,
      spoken: conversation.protocol ?? conversation.kind,
      what: [...index.what, ...amounts(conversation)],
      reading: undefined,
      why: undefined,
    }
  const exchanges = findingsOf(opened, 'exchange').filter(({ flow }) => flow.startsWith(conversation.flow))
  const wrong = wentWrong(opened)
  const { reading, why } = readingOf(opened)
  const requested = requestsText(exchanges)
  const answered = exchanges.some(({ response }) => response !== undefined)
  const about = requested.length > 0 || wrong.length > 0 ? [] : aboutOthers(opened)
  const what = [...wrong, ...requested, ...about, ...index.what]
  return {
    ok: wrong.length > 0 ? false : answered ? true : index.ok,
    ends,
    spoken: spokenIn(opened),
    what: what.length > 0 ? what : amounts(conversation),
    reading,
    why,
  }
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)

const endText = ({ address, port }: End): string => (port === 0 ? address : `${bracketed(address)}:${port}`)

const endsText = ({ client, server }: Conversation): string => {
  if (client.address === '')
    return client.port === 0 ? 'no packets of IP' : `type 0x${client.port.toString(16).padStart(4, '0')}`
  const there = client.address === server.address && server.port !== 0 ? `:${server.port}` : endText(server)
  return `${endText(client)} → ${there}`
}

interface IndexSays {
  readonly ok: boolean | undefined
  readonly what: readonly string[]
}

/** What TCP shows of itself, whatever it carries. */
const indexSays = ({ tcp }: Conversation): IndexSays => {
  if (tcp === undefined) return { ok: undefined, what: [] }
  const both = ({ client, server }: { readonly client: number; readonly server: number }): number => client + server
  const notes = [
    tcp.opened === 'before' ? 'its beginning is not in the capture' : '',
    both(tcp.retransmissions) > 0 ? `${both(tcp.retransmissions)} retransmitted` : '',
    both(tcp.lost) > 0 ? `${size(both(tcp.lost))} missing from the capture` : '',
  ].filter(text => text !== '')
  if (tcp.opened === 'unanswered') return { ok: false, what: ['nobody answered', ...notes] }
  if (tcp.opened === 'refused') return { ok: false, what: ['refused: nobody listens there', ...notes] }
  const { client, server } = tcp.resets
  if (tcp.closed === 'RST')
    return { ok: undefined, what: [`reset by ${client > 0 && server === 0 ? 'client' : 'server'}`, ...notes] }
  return { ok: tcp.closed === 'FIN' ? true : undefined, what: notes }
}

const amounts = ({ bytes, frames }: Conversation): readonly string[] => {
  const said = bytes.client + bytes.server
  return said > 0
    ? [`${size(bytes.client)} → ${size(bytes.server)} ←`]
    : [counted(frames.client + frames.server, 'frame')]
}

/** Alerts by which a certificate is refused (RFC 9846 6.2). */
const CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 113])

/** What ended it before its time, the first first. */
const wentWrong = (opened: Opened): readonly string[] => {
  const fatal = messagesOf(opened.records).find(
    ({ layer, name, bytes }) => layer === 'tls' && name === 'Alert' && bytes[0] === 2,
  )
  const failed = opened.records.find(entry => entry.type === 'verdict' && isWrong(entry.record))
  const found: string[] = []
  if (fatal !== undefined) {
    const side = fatal.direction === 'out' ? 'client' : 'server'
    const number = fatal.bytes[1]!
    const did = CERTIFICATE_ALERTS.has(number) ? 'refused the certificate' : 'gave up'
    found.push(`${side} ${did}: ${alertNames[number] ?? `alert ${number}`}`)
  }
  if (failed?.type === 'verdict' && fatal === undefined) {
    const { check, failure } = failed.record
    found.push(failure === undefined ? `${check} is wrong` : failure.code)
  }
  return found
}

/** A checksum that the sender's hardware fills in is none of the conversation's mistakes. */
const isWrong = ({ ok, check }: VerdictRecord): boolean => !ok && check !== 'checksum'

const requestsText = (exchanges: readonly ExchangeFound[]): readonly string[] => {
  const asked = exchanges.filter(({ request }) => request !== undefined)
  if (asked.length === 0) return []
  const [only] = asked
  if (asked.length === 1 && only !== undefined) {
    const [method = '', target = ''] = only.request?.start ?? []
    const status = only.response?.start[1]
    return [`${method} ${starredText(target)}${status === undefined ? ', no answer' : ` → ${status}`}`]
  }
  const unanswered = asked.filter(({ response }) => response === undefined).length
  const statuses = [...new Set(asked.flatMap(({ response }) => response?.start[1] ?? []))]
  return [
    `${asked.length} requests → ${[...statuses.slice(0, MOST_STATUSES), ...(statuses.length > MOST_STATUSES ? ['…'] : [])].join(' ') || 'no answer'}`,
    ...(unanswered > 0 && statuses.length > 0 ? [`${unanswered} without an answer`] : []),
  ]
}

const MOST_STATUSES = 4

/** Of DNS, ARP and others what their messages say; of connections what others say of their packets. */
const aboutOthers = ({ records, conversation }: Opened): readonly string[] => {
  if (conversation.kind === 'TCP')
    return messagesOf(records)
      .filter(({ layer }) => layer === 'icmp')
      .slice(0, 1)
      .map(({ name }) => name)
  const named = messagesOf(records).filter(({ layer }) => layer === 'dns' || layer === 'arp' || layer === 'icmp')
  const first = named.find(({ direction }) => direction === 'out') ?? named[0]
  const answer = named.find(message => message !== first && message.direction === 'in')
  if (first === undefined) return []
  return [answer === undefined ? first.name : `${first.name} → ${answer.name}`]
}

const spokenIn = (opened: Opened): string => {
  const session = findingsOf(opened, 'session').find(({ version }) => version !== undefined)
  const [first] = findingsOf(opened, 'protocol')
  const inner = findingsOf(opened, 'protocol').find(({ inside }) => inside === 'TLS')?.protocol
  const spoken = session?.version ?? first?.protocol ?? opened.conversation.protocol ?? opened.conversation.kind
  return inner === undefined || inner === 'HTTP/1.1' || inner === 'unknown' ? spoken : `${spoken}, ${inner}`
}

const readingOf = (opened: Opened): Pick<ConversationSummary, 'reading' | 'why'> => {
  const records = messagesOf(opened.records).filter(({ layer }) => layer === 'record')
  const sealed = records.filter(message => message.sealed === true)
  if (sealed.length === 0) return { reading: undefined, why: undefined }
  const closed = sealed.filter(({ about }) => /not readable/.test(about ?? ''))
  const why = findingsOf(opened, 'unread').map(unreadText)[0]
  if (closed.length === 0) return { reading: 'decrypted', why: undefined }
  return { reading: closed.length === sealed.length ? 'encrypted' : 'partly decrypted', why }
}

/** Why bytes are not told as what they are. */
export const unreadText = ({ why, clientRandom, from, what }: Unread): string => {
  const random = clientRandom === undefined ? '' : ` ${hexText(clientRandom.subarray(0, 4))}…`
  switch (why) {
    case 'no-secrets':
      return `no secrets for client random${random}`
    case 'unfit-secrets':
      return `the secrets given for client random${random} do not fit`
    case 'no-hello':
      return 'its hellos are not in the capture'
    case 'not-spoken':
      return `${what ?? 'its version'} is not read here`
    case 'lost':
      return `bytes of the ${from} are not in the capture`
    case 'out-of-step':
      return `behind lost bytes of the ${from} no record opens`
    case 'damaged':
      return `a record of the ${from} is damaged`
    case 'not-tls':
      return `what the ${from} says is no TLS`
    case 'not-http':
      return `what the ${from} says is no HTTP`
    default:
      return why satisfies never
  }
}
