/** Bodies of HTTP as files: which there are, and by which names they may be written. */
import type { ExchangeFound, HttpMessageFound } from '../dissect/stream/types.ts'
import type { Bytes } from '../engine.ts'
import { findingsOf, type Opened } from './conversations/opened.ts'
import { bytesIn, type Followed, followed } from './follow.ts'

export interface HttpObject {
  /** `1-2-cart.json`: nothing in it leads out of a folder or means something to a shell. */
  readonly name: string
  readonly conversation: number
  /** From 1, in its conversation. */
  readonly exchange: number
  readonly of: 'request' | 'response'
  readonly target: string
  readonly type: string | undefined
  /** As it was on the wire, without chunk lines. Undefined where bytes of it were not captured. */
  readonly bytes: Bytes | undefined
  readonly length: number
  /** Content codings in the order in which they were applied. */
  readonly codings: readonly string[]
  readonly complete: boolean
}

export const objectsIn = (opened: Opened): readonly HttpObject[] => {
  const flows = new Map<string, Followed>()
  const streamOf = (flow: string): Followed => {
    const known = flows.get(flow) ?? followed(opened.records, flow, 'shown')
    flows.set(flow, known)
    return known
  }
  return findingsOf(opened, 'exchange').flatMap((exchange, i) =>
    (['request', 'response'] as const).flatMap(of => {
      const message = exchange[of]
      if (message === undefined || message.body.length === 0) return []
      return [objectOf({ exchange, message, of, number: i + 1 }, opened.conversation.id, streamOf)]
    }),
  )
}

interface Held {
  readonly exchange: ExchangeFound
  readonly message: HttpMessageFound
  readonly of: 'request' | 'response'
  readonly number: number
}

const objectOf = (
  { exchange, message, of, number }: Held,
  conversation: number,
  streamOf: (flow: string) => Followed,
): HttpObject => {
  const { body, headers } = message
  const target = exchange.request?.start[1] ?? ''
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const from = of === 'request' ? 'client' : 'server'
  const bytes = body.leftOut ? undefined : bytesIn(streamOf(exchange.flow), from, body.ranges)
  return {
    name: `${conversation}-${number}-${of === 'request' ? 'request-' : ''}${fileName(target, type)}`,
    conversation,
    exchange: number,
    of,
    target,
    type,
    bytes,
    length: body.length,
    codings: body.codings,
    complete: body.complete && bytes !== undefined,
  }
}

const LONGEST_NAME = 60
const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'text/plain': 'txt',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/javascript': 'js',
  'application/javascript': 'js',
  'application/json': 'json',
  'application/xml': 'xml',
  'application/pdf': 'pdf',
  'application/wasm': 'wasm',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/svg+xml': 'svg',
  'application/x-www-form-urlencoded': 'form',
}

/** Letters, digits, dots and dashes of the last part of the path; the ending by the type where there is none. */
export const fileName = (target: string, type: string | undefined): string => {
  const path = target.split(/[?#]/, 1)[0] ?? ''
  const last = path.split('/').filter(Boolean).at(-1) ?? ''
  const safe = last
    .replace(/%[\da-f]{2}/gi, '_')
    .replace(/[^\w.-]/g, '_')
    .replace(/^[.-]+/, '')
    .replace(/\.+$/, '')
    .slice(-LONGEST_NAME)
  const extension = EXTENSIONS[(type ?? '').split(';', 1)[0]!.trim().toLowerCase()]
  const base = safe === '' ? 'index' : safe
  return /\.\w{1,8}$/.test(base) ? base : `${base}.${extension ?? 'bin'}`
}
