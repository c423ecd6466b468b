/** Requests paired with their answers, and what their heads say, read for showing: tolerant where engines are strict. */
import type { MessageRecord } from '../trace/types.ts'
import { latin1Text } from '../wire/bytes.ts'

export interface HttpExchange {
  readonly request: MessageRecord
  /** The final answer; interim ones (1xx) are passed over. */
  readonly response: MessageRecord | undefined
  /** When the last byte of the answer came, as far as the layers below tell. */
  readonly until: number
}

/** The HTTP exchanges among `messages` of one host, in order; answers come in the order of their requests. */
export const exchanges = (messages: readonly MessageRecord[]): HttpExchange[] => {
  const heads = messages.filter(m => m.layer === 'http')
  const requests = heads.filter(m => !isAnswer(m))
  const found: HttpExchange[] = []
  const waiting = new Map<string, MessageRecord[]>()
  for (const head of heads) {
    if (!isAnswer(head) || /^1\d\d\b/.test(head.name)) continue
    const list = waiting.get(head.flow)
    if (list === undefined) waiting.set(head.flow, [head])
    else list.push(head)
  }
  for (const request of requests) {
    const response = waiting.get(request.flow)?.shift()
    found.push({
      request,
      response,
      until: response === undefined ? request.at : untilOf(messages, response, requests),
    })
  }
  return found
}

export interface CookieLine {
  readonly name: string
  /** `HttpOnly`, `Secure`, `Lax`: those that decide who may see it. */
  readonly attributes: readonly string[]
  /** The value of the field, as it came. */
  readonly line: string
}

/** The cookies that an answer sets. */
export const setCookies = (response: MessageRecord): CookieLine[] =>
  headerLines(response)
    .filter(([name]) => name.toLowerCase() === 'set-cookie')
    .map(([, value]) => {
      const [pair = '', ...rest] = value.split(';').map(part => part.trim())
      const attributes = rest.flatMap(part => {
        const [key = '', setting = ''] = part.split('=')
        const lower = key.toLowerCase()
        if (lower === 'samesite') return [setting]
        return lower === 'httponly' || lower === 'secure' ? [key] : []
      })
      return { name: pair.split('=')[0] ?? '', attributes, line: value }
    })

/** The value of header field `name` (lower case), or undefined. */
export const headerOf = (message: MessageRecord, name: string): string | undefined =>
  headerLines(message).find(([given]) => given.toLowerCase() === name)?.[1]

const headerLines = (message: MessageRecord): (readonly [name: string, value: string])[] =>
  (latin1Text(message.bytes).split('\r\n\r\n')[0] ?? '')
    .split('\r\n')
    .slice(1)
    .flatMap(text => {
      const colon = text.indexOf(':')
      return colon < 1 ? [] : [[text.slice(0, colon), text.slice(colon + 1).trim()] as const]
    })

/** Answers are named by their status: `200 OK`. */
const isAnswer = (head: MessageRecord): boolean => /^[1-5]\d\d\b/.test(head.name)

/** The last thing with bytes for this stream before the next request goes out. */
const untilOf = (
  messages: readonly MessageRecord[],
  response: MessageRecord,
  requests: readonly MessageRecord[],
): number => {
  const next = requests.find(r => r.flow === response.flow && r.id > response.id)
  const layer = messages.some(m => m.layer === 'record' && m.flow === response.flow) ? 'record' : 'tcp'
  const last = messages.findLast(
    m =>
      m.layer === layer &&
      m.flow === response.flow &&
      m.direction === response.direction &&
      m.payload !== undefined &&
      m.payload.end > m.payload.start &&
      (next === undefined || m.id < next.id),
  )
  return Math.max(response.at, last?.at ?? response.at)
}
