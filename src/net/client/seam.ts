/**
 * Between `fetch` and the wire: an outline goes in, a head and the pieces of a body come out. Redirects and cookies are
 * above it; what sits on it (a cache, repetition, a mock) sees each request by itself, and may answer without the wire.
 */
import type { Bytes } from '../../engine.ts'
import type { RequestContext } from '../../failures/index.ts'
import type { BodyFraming, HeaderList, LazyHeaders, ResponseHead } from '../../http/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import type { ConnectionInfo } from '../stream/types.ts'
import type { Outline } from './request.ts'

/** The body of an answer, as it comes; still coded, as `Content-Encoding` says. */
export interface Pieces {
  /** The next piece; undefined at the end. Rejects with `FailureError` or the reason of the signal. */
  next(): Promise<Bytes | undefined>
  /** What stood behind the body: nothing before its end. */
  readonly trailers: HeaderList
  /** How much has come, for whoever is told that it broke off. */
  readonly progress: RequestContext
  /** The rest is not wanted: read if it is little, cut otherwise. */
  discard(): void
  /** The rest is not wanted: what brings it may go with it. */
  cancel(): void
}

export interface Answer {
  readonly head: ResponseHead
  readonly pieces: Pieces
  /** What brought it: of an answer that was kept the connection of that time. */
  readonly connection: ConnectionInfo
  readonly trace: TraceContext | undefined
}

/** Asks for what `outline` says. Rejects with `FailureError`, or with the reason of its signal. */
export type Ask = (outline: Outline) => Promise<Answer>

/** Answers itself, or by `next`, as often as it likes and with another outline if it likes. */
export type Interceptor = (outline: Outline, next: Ask) => Promise<Answer>

/** The first of `interceptors` is the one that `fetch` asks, `wire` the last. */
export const chained = (interceptors: readonly Interceptor[], wire: Ask): Ask =>
  interceptors.reduceRight<Ask>((next, interceptor) => outline => interceptor(outline, next), wire)

const NO_BODY: BodyFraming = { kind: 'none' }

/** A head that no connection brought. */
export const madeHead = (
  status: number,
  reason: string,
  headers: HeaderList,
  framing: BodyFraming = NO_BODY,
): ResponseHead => ({ type: 'response', status, reason, version: '1.1', headers: listed(headers), framing })

/** Fields that are strings already, read as those of a connection are. */
const listed = (list: HeaderList): LazyHeaders => {
  const all = (name: string): string[] => {
    const lower = name.toLowerCase()
    return list.flatMap(([each, value]) => (each.toLowerCase() === lower ? [value] : []))
  }
  return {
    count: list.length,
    has: name => all(name).length > 0,
    get: name => {
      const values = all(name)
      if (values.length === 0) return undefined
      return name.toLowerCase() === 'set-cookie' ? values[0] : values.join(', ')
    },
    all,
    list: () => list,
  }
}
