/** Responses and requests of a cache in one line each, for tests that say what becomes of them. */
import { type Decision, decide, type Mode } from '../../src/http/cache/decide.ts'
import {
  type CacheRequest,
  type CacheResponse,
  type Stored,
  selectingOf,
  varyOf,
  whyNotStored,
} from '../../src/http/cache/stored.ts'
import { keptFields } from '../../src/http/cache/update.ts'
import { listed } from '../../src/http/message/listed.ts'
import type { HeaderList } from '../../src/http/types.ts'

/** Sun, 06 Nov 1994 08:49:37 GMT, the moment of RFC 9110 5.6.7. */
export const THEN = 784_111_777_000

/** `Name: value`, one a line. */
export const fieldsOf = (text: string): HeaderList =>
  text
    .split('\n')
    .filter(each => each.trim() !== '')
    .map(each => {
      const colon = each.indexOf(':')
      return [each.slice(0, colon).trim(), each.slice(colon + 1).trim()]
    })

export interface Asking {
  readonly method?: string
  readonly asker?: string
}
export const asking = (fields = '', { method = 'GET', asker = '' }: Asking = {}): CacheRequest => ({
  method,
  asker,
  fields: listed(fieldsOf(fields)),
})

export interface Answering {
  readonly status?: number
  readonly framing?: CacheResponse['framing']
  /** Milliseconds from the request to the head. */
  readonly took?: number
}
export const answering = (fields: string, { status = 200, framing, took = 0 }: Answering = {}): CacheResponse => ({
  status,
  fields: listed(fieldsOf(fields)),
  framing: framing ?? { kind: 'length', length: 1 },
  requestedAt: THEN - took,
  receivedAt: THEN,
})

const conceal = (value: string): string => `digest of ${value.length}`

/** What is kept of an answer to `request`, whether or not it should be. */
export const kept = (fields: string, how: Answering & { readonly request?: CacheRequest } = {}): Stored => {
  const { request = asking(), took = 0, status = 200 } = how
  const headers = keptFields(fieldsOf(fields), THEN)
  const names = varyOf(listed(headers))
  return {
    status,
    reason: '',
    headers,
    requestedAt: THEN - took,
    receivedAt: THEN,
    selecting: names === 'everything' ? [] : selectingOf(names, request, conceal),
    asker: request.asker,
  }
}

export const decided = <T extends Stored>(
  among: readonly T[],
  /** Seconds after THEN. */
  after: number,
  request: CacheRequest = asking(),
  mode: Mode = 'default',
): Decision<T> => decide({ among, request, mode, now: THEN + after * 1000, conceal })

/** In a word: `fresh`, `stale`, `refresh`, `compare`, `origin`, `nothing`. */
export const outcome = (...args: Parameters<typeof decided>): string => {
  const decision = decided(...args)
  if (decision.use === 'stored') return decision.as
  if (decision.use === 'nothing') return 'nothing'
  return decision.conditions.length > 0 ? 'compare' : 'origin'
}

/** `kept`, or why not. */
export const storing = (fields: string, how: Answering & { readonly request?: CacheRequest } = {}): string =>
  whyNotStored(how.request ?? asking(), answering(fields, how)) ?? 'kept'
