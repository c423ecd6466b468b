/** The fields of a request or an answer. Dates, request numbers and whatever else is another each time are left out. */
import { starredField } from '../../trace/redact.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { factOf } from './hello-facts.ts'
import type { Fact } from './types.ts'

/** Names that are for this one message. */
const LOTTERY = /^(?:date|traceparent|tracestate|x-request-id|x-correlation-id|request-id|sec-websocket-key)$/
/** Of an answer: what others depend on. The rest is about the body. */
const OF_ANSWER = /^(?:content-type|content-encoding|transfer-encoding|location|allow|upgrade|connection)$/

/** Fields of one head that are compared. */
const MOST_FIELDS = 1_000

export const headFacts = (
  message: MessageRecord,
  what: 'request' | 'answer',
  privacy: 'starred' | 'shown',
): ReadonlyMap<string, Fact> => {
  const [start = '', ...rest] = (latin1Text(message.bytes).split(/\r?\n\r?\n/, 1)[0] ?? '').split(/\r?\n/)
  const facts = new Map(startFacts(start, what))
  const order: string[] = []
  for (const text of rest.slice(0, MOST_FIELDS)) {
    const [, name = '', value = ''] = /^([^\s:]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(text) ?? []
    const key = name.toLowerCase()
    if (key === '' || LOTTERY.test(key) || (what === 'answer' && !OF_ANSWER.test(key))) continue
    const meant = constant(key, value)
    const before = facts.get(key)
    if (before === undefined) order.push(key)
    const names = key === 'cookie' ? cookieNames(value) : undefined
    const shown = privacy === 'shown' ? meant : starredField(name, meant)
    facts.set(
      key,
      factOf([...(before?.values ?? []), ...(names ?? [meant])], [...(before?.texts ?? []), ...(names ?? [shown])]),
    )
  }
  if (what === 'request') facts.set(ORDER, factOf(order))
  return facts
}

/** Which they are: what a server gives each client of its own differs as its randoms do. */
const cookieNames = (value: string): readonly string[] =>
  value.split(';', MOST_FIELDS).map(pair => pair.split('=', 1)[0]!.trim())

/** Stands for the order of the fields. */
const ORDER = 'fields'

const startFacts = (start: string, what: 'request' | 'answer'): readonly (readonly [string, Fact])[] => {
  const [first = '', second = '', third = ''] = start.split(' ')
  if (what === 'answer')
    return [
      ['version', factOf([first])],
      ['status', factOf([second])],
    ]
  return [
    ['method', factOf([first])],
    ['target', factOf([second])],
    ['version', factOf([third])],
  ]
}

/** Ports from which systems take one by themselves (RFC 6335 6; Linux begins at 32768). */
export const EPHEMERAL = 32_768

/** Without what was drawn by lot: the port of a server of a moment, the boundary of a form. */
const constant = (name: string, value: string): string => {
  if (name === 'host' || name === 'location' || name === 'origin' || name === 'referer')
    return value.replace(/:(\d{5})(?=$|\/)/, (whole, port: string) => (Number(port) >= EPHEMERAL ? '' : whole))
  return name === 'content-type' ? value.replace(/;\s*boundary=.*$/i, '; boundary') : value
}
