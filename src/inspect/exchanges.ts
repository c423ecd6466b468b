/** Requests paired with their answers, and what their heads say, read for showing: tolerant where engines are strict. */
import type { MessageRecord } from '../trace/types.ts'
import { latin1Text } from '../wire/bytes.ts'

export interface HttpExchange {
  readonly request: MessageRecord
  /** The final answer; interim ones (1xx) are passed over, and 101 is none: nothing of HTTP comes behind it. */
  readonly response: MessageRecord | undefined
  /** When the last byte of the answer came, as far as the layers below tell. */
  readonly until: number
}

/** The HTTP exchanges among `messages` of one host, in order; answers come in the order of their requests. */
export const exchanges = (messages: readonly MessageRecord[]): HttpExchange[] => {
  const heads = messages.filter(m => m.layer === 'http')
  const requests = heads.filter(m => !isAnswer(m))
  const answers = byFlow(heads.filter(head => isAnswer(head) && !/^1(?!01)\d\d\b/.test(head.name)))
  const asked = byFlow([...requests].sort((a, b) => a.id - b.id))
  const bringers = bringersIn(messages)
  const taken = new Map<string, number>()
  return requests.map(request => {
    const { flow } = request
    const place = taken.get(flow) ?? 0
    taken.set(flow, place + 1)
    const response = answers.get(flow)?.[place]
    if (response === undefined) return { request, response, until: request.at }
    const of = asked.get(flow)!
    const next = of[firstAbove(of, response.id)]
    const brought = bringers.get(`${flow} ${response.direction}`) ?? []
    const last = brought[(next === undefined ? brought.length : firstAbove(brought, next.id - 1)) - 1]
    return { request, response, until: Math.max(response.at, last?.at ?? response.at) }
  })
}

const byFlow = (messages: readonly MessageRecord[]): ReadonlyMap<string, readonly MessageRecord[]> => {
  const found = new Map<string, MessageRecord[]>()
  for (const message of messages) {
    const list = found.get(message.flow)
    if (list === undefined) found.set(message.flow, [message])
    else list.push(message)
  }
  return found
}

/** What brings bytes of a flow and direction in the nearest layer below, in the order of its numbers. */
const bringersIn = (messages: readonly MessageRecord[]): ReadonlyMap<string, readonly MessageRecord[]> => {
  const inRecords = new Set(messages.filter(m => m.layer === 'record').map(m => m.flow))
  const found = new Map<string, MessageRecord[]>()
  for (const message of [...messages].sort((a, b) => a.id - b.id)) {
    const { layer, flow, direction, payload } = message
    if (payload === undefined || payload.end <= payload.start) continue
    if (layer !== (inRecords.has(flow) ? 'record' : 'tcp')) continue
    const key = `${flow} ${direction}`
    const list = found.get(key)
    if (list === undefined) found.set(key, [message])
    else list.push(message)
  }
  return found
}

/** The first place in a list, ordered by number, whose number is above `id`. */
const firstAbove = (list: readonly MessageRecord[], id: number): number => {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]!.id > id) high = middle
    else low = middle + 1
  }
  return low
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
  valuesOf(response, 'set-cookie', 'all').map(value => {
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
  valuesOf(message, name, 'first')[0]

/** Of fields called `name` (lower case). A page asks this of a hundred thousand heads: nothing else is made of one. */
const valuesOf = ({ bytes }: MessageRecord, name: string, which: 'first' | 'all'): readonly string[] => {
  const text = latin1Text(bytes)
  const end = text.indexOf('\r\n\r\n')
  const stop = end < 0 ? text.length : end
  const found: string[] = []
  for (let at = text.indexOf('\r\n'); at >= 0 && at < stop; ) {
    const next = text.indexOf('\r\n', at + 2)
    const colon = at + 2 + name.length
    if (text[colon] === ':' && text.slice(at + 2, colon).toLowerCase() === name) {
      found.push(text.slice(colon + 1, next < 0 ? stop : Math.min(next, stop)).trim())
      if (which === 'first') break
    }
    at = next
  }
  return found
}

/** Answers are named by their status: `200 OK`. */
const isAnswer = (head: MessageRecord): boolean => /^[1-5]\d\d\b/.test(head.name)
