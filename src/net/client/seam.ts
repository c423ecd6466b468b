/**
 * Between `fetch` and the wire: an outline goes in, a head and the pieces of a body come out. Redirects and cookies are
 * above it; what sits on it (a cache, repetition, a mock) sees each request by itself, and may answer without the wire.
 */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import type { RequestContext } from '../../failures/index.ts'
import { listed } from '../../http/message/listed.ts'
import type { BodyFraming, HeaderList, ResponseHead } from '../../http/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import type { ConnectionInfo } from '../stream/types.ts'
import type { Outline } from './request.ts'

/** The body of an answer, as it comes; still coded, as `Content-Encoding` says. */
export interface Pieces {
  /** The next piece; undefined at the end. Rejects with `FailureError` or the reason of the signal. */
  next(): Promise<Bytes | undefined>
  /** The same without waiting; undefined where that cannot be. */
  atHand?(): Bytes | 'end' | undefined
  /** All of it has come: no connection is kept for it. Undefined where nobody knows. */
  readonly complete?: boolean | undefined
  /** It broke off, and all that came before was handed on. Undefined where nobody knows without asking. */
  readonly broken?: { readonly error: unknown } | undefined
  /** Told when it is. */
  watch?(told: () => void): void
  /** What stood behind the body: nothing before its end. */
  readonly trailers: HeaderList
  /** How much has come, for whoever is told that it broke off. */
  readonly progress: RequestContext
  /** The rest is not wanted: read if it is little, cut otherwise. */
  discard(): void
  /** The rest is not wanted: what brings it may go with it. */
  cancel(): void
}

/** `pieces` that come by way of `next`. */
export const overPieces = (pieces: Pieces, next: Pieces['next']): Pieces => ({
  next,
  get complete() {
    return pieces.complete
  },
  get trailers() {
    return pieces.trailers
  },
  get progress() {
    return pieces.progress
  },
  discard: () => pieces.discard(),
  cancel: () => pieces.cancel(),
})

export interface Answer {
  readonly head: ResponseHead
  readonly pieces: Pieces
  /** What brought it: of an answer that was kept the connection of that time. */
  readonly connection: ConnectionInfo
  readonly trace: TraceContext | undefined
  /** `taken`: a jar has had its Set-Cookie; that of an answer that was kept is not set again. */
  readonly cookies?: 'taken' | undefined
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

/** An answer that no connection brings now: `body` is handed on as it is. */
export const madeAnswer = (head: ResponseHead, body: Bytes, clock: Clock): Answer => {
  const now = clock.now()
  const times = { asked: now, connected: now, secured: undefined }
  return { head, pieces: new Whole(body), connection: { ...NOWHERE, times }, trace: undefined }
}

/** Nothing was connected to anything. */
const NOWHERE: Omit<ConnectionInfo, 'times'> = {
  local: { address: '', port: 0 },
  remote: { address: '', port: 0 },
  flow: '',
  tls: undefined,
}

class Whole implements Pieces {
  readonly trailers = []
  readonly progress = {}
  #bytes: Bytes | undefined
  constructor(bytes: Bytes) {
    if (bytes.length > 0) this.#bytes = bytes
  }
  async next(): Promise<Bytes | undefined> {
    const bytes = this.#bytes
    this.#bytes = undefined
    return bytes
  }
  discard(): void {
    this.#bytes = undefined
  }
  cancel(): void {
    this.#bytes = undefined
  }
}
