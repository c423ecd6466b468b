/** An answer becomes a `Response`: status, fields, and a body that is decoded and flows as it is read. */
import type { Clock } from '../../clock.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { Failure, FailureError, fail, type RequestContext } from '../../failures/index.ts'
import { type Coder, guarded } from '../../http/coding.ts'
import { codingsToUndo } from '../../http/semantics/negotiation.ts'
import { joined } from '../../wire/bytes.ts'
import { type Next, through } from '../stream/through.ts'
import type { ConnectionInfo } from '../stream/types.ts'
import { told, toldByFetch } from '../told.ts'
import { unhidden } from '../with-headers.ts'
import { integrityFailure, integrityOf, MOST_CHECKED } from './integrity.ts'
import type { Answer, Pieces } from './seam.ts'

export type FetchResponse = Response & {
  /** The connection that brought the answer. */
  readonly connection: ConnectionInfo
  /** What stood behind the body (RFC 9110 6.5): all of it once that was read to its end. */
  readonly trailers: Headers
}

export interface ResponseOptions {
  readonly url: string
  readonly redirected: boolean
  readonly method: string
  readonly clock: Clock
  readonly coders: readonly Coder[]
  readonly words: Words | undefined
  /** What was asked, for whoever reads a body that breaks off. */
  readonly context: RequestContext
}

/** Statuses that never have a body (fetch standard, 2.2.3). */
const NULL_BODY = new Set([101, 204, 205, 304])

export const responseOf = (answer: Answer, options: ResponseOptions): FetchResponse => {
  const bodiless = hasNoBody(answer, options)
  if (bodiless) answer.pieces.discard()
  return assembled(answer, options, bodiless ? null : streamOf(answer.pieces, decoded(answer, options), options))
}

/** As `responseOf` when all of the body has come and has one of the digests; rejects with `net/integrity-mismatch`. */
export const checkedResponseOf = async (
  answer: Answer,
  { integrity, crypto, ...options }: ResponseOptions & { readonly integrity: string; readonly crypto: CryptoProvider },
): Promise<FetchResponse> => {
  const { pieces } = answer
  try {
    const next = decoded(answer, options)
    const held: Bytes[] = []
    let size = 0
    // Fetch standard, 4.1: without a body there is nothing that could be right.
    if (hasNoBody(answer, options)) throw new FailureError(fail('net/integrity-mismatch', { got: 'that of no body' }))
    for (let piece = await next(); piece !== undefined; piece = await next()) {
      size += piece.length
      const got = `that of more than ${MOST_CHECKED} bytes`
      if (size > MOST_CHECKED) throw new FailureError(fail('net/integrity-mismatch', { got }))
      held.push(piece)
    }
    const whole = joined(held)
    const failure = integrityFailure(integrityOf(integrity), whole, (hash, bytes) =>
      crypto.hash(hash).update(bytes).digest(),
    )
    if (failure !== undefined) throw new FailureError(failure)
    return assembled(answer, options, whole)
  } catch (error) {
    pieces.cancel()
    throw told(error, undefined, { ...options.context, ...pieces.progress })
  }
}

const hasNoBody = ({ head }: Answer, { method }: ResponseOptions): boolean =>
  method === 'HEAD' || NULL_BODY.has(head.status)

const assembled = (
  { head, pieces, connection }: Answer,
  options: ResponseOptions,
  body: ReadableStream<Uint8Array> | Bytes | null,
): FetchResponse => {
  const { status, reason } = head
  const headers = new Headers(head.headers.list() as [string, string][])
  // `Response` takes 200 to 599; RFC 9110 15 lets a server send up to 999, and its word is not changed here.
  const shown = status <= 599 ? status : 500
  // `statusText` must be a byte string without controls: the engine let nothing else in.
  const response = new Response(body, { status: shown, statusText: reason, headers })
  unhidden(response, headers)
  // A program asks for itself: nothing is of another origin (fetch standard, 2.2.6).
  const facts = { url: options.url, redirected: options.redirected, type: 'basic', connection }
  return withFacts(response, status === shown ? facts : { ...facts, status }, pieces)
}

/** What only a `fetch` of the platform could say of a `Response`; its clones say the same. */
const withFacts = (response: Response, facts: Readonly<Record<string, unknown>>, pieces: Pieces): FetchResponse => {
  for (const [name, value] of Object.entries(facts)) Object.defineProperty(response, name, { value, enumerable: true })
  const clone = (): FetchResponse => withFacts(Response.prototype.clone.call(response), facts, pieces)
  const trailers = (): Headers => new Headers(pieces.trailers as [string, string][])
  Object.defineProperty(response, 'trailers', { get: trailers })
  return Object.defineProperty(response, 'clone', { value: clone }) as FetchResponse
}

const decoded = ({ head, pieces }: Answer, { coders, clock }: ResponseOptions): Next => {
  const known = coders.map(coder => coder.coding)
  const undo = codingsToUndo(head.headers.get('content-encoding'), known)
  if (undo instanceof Failure) return () => Promise.reject(new FailureError(undo))
  let next: Next = () => pieces.next()
  for (const coding of undo) {
    const coder = coders.find(one => one.coding === coding)!
    next = through(next, guarded(coder), clock)
  }
  return next
}

/**
 * Bodies that were dropped without being read or cancelled: their connections are wanted by others. When that is
 * noticed is the memory's affair, so nothing may rely on it (`net/pool-waits` speaks first, if need be).
 */
const dropped = new FinalizationRegistry<Pieces>(pieces => pieces.cancel())

const streamOf = (pieces: Pieces, next: Next, { words, context }: ResponseOptions): ReadableStream<Uint8Array> => {
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await next()
          if (piece === undefined) controller.close()
          else controller.enqueue(piece)
        } catch (error) {
          pieces.cancel()
          controller.error(toldByFetch(error, words, { ...context, ...pieces.progress }))
        }
      },
      cancel: () => {
        dropped.unregister(pieces)
        pieces.cancel()
      },
    },
    { highWaterMark: 0 },
  )
  dropped.register(stream, pieces, pieces)
  return stream
}
