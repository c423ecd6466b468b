/** An answer as a `Response` of the platform, with what only a `fetch` of the platform could say of it. */
import type { Bytes } from '../../engine.ts'
import type { ConnectionInfo } from '../stream/types.ts'
import { unhidden } from '../with-headers.ts'
import type { BodyOptions } from './answer-body.ts'
import type { Answer, Pieces } from './seam.ts'

export type FetchResponse = Response & {
  /** The connection that brought the answer. */
  readonly connection: ConnectionInfo
  /** What stood behind the body (RFC 9110 6.5): all of it once that was read to its end. */
  readonly trailers: Headers
}

export interface ResponseOptions extends BodyOptions {
  readonly url: string
  readonly redirected: boolean
  readonly method: string
  /** True: ours. False: one of the platform. Undefined: ours where the platform's functions take it for one of theirs. */
  readonly quick: boolean | undefined
}

/** That of the platform, also where a program has put ours in its place. */
export const Real = Response

export const realResponse = (
  { head, pieces, connection }: Answer,
  options: ResponseOptions,
  body: ReadableStream<Uint8Array> | Bytes | null,
): FetchResponse => {
  const { status, reason } = head
  const headers = new Headers(head.headers.list() as [string, string][])
  // `Response` takes 200 to 599; RFC 9110 15 lets a server send up to 999, and its word is not changed here.
  const shown = status <= 599 ? status : 500
  // `statusText` must be a byte string without controls: the engine let nothing else in.
  // The DOM's declarations take no view of memory that may be shared; ours never is.
  const response = new Real(body as ConstructorParameters<typeof Real>[0], {
    status: shown,
    statusText: reason,
    headers,
  })
  unhidden(response, headers)
  // A program asks for itself: nothing is of another origin (fetch standard, 2.2.6).
  const facts = { url: options.url, redirected: options.redirected, type: 'basic', connection }
  return withFacts(response, status === shown ? facts : { ...facts, status }, pieces)
}

/** What only a `fetch` of the platform could say of a `Response`; its clones say the same. */
const withFacts = (response: Response, facts: Readonly<Record<string, unknown>>, pieces: Pieces): FetchResponse => {
  for (const [name, value] of Object.entries(facts)) Object.defineProperty(response, name, { value, enumerable: true })
  const clone = (): FetchResponse => withFacts(Real.prototype.clone.call(response), facts, pieces)
  const trailers = (): Headers => new Headers(pieces.trailers as [string, string][])
  Object.defineProperty(response, 'trailers', { get: trailers })
  return Object.defineProperty(response, 'clone', { value: clone }) as FetchResponse
}
