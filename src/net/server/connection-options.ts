/** What all connections of one server share. */
import type { Clock } from '../../clock.ts'
import type { Words } from '../../explain/words.ts'
import type { Failure } from '../../failures/index.ts'
import { httpServer } from '../../http/connection/engine.ts'
import type { HttpLimits } from '../../http/limits.ts'
import type { HttpConnection, RequestHead } from '../../http/types.ts'
import type { NetStream } from '../stream/types.ts'
import type { Exchange } from './exchange.ts'
import type { Served } from './served.ts'
import type { ServerRates, ServerTimeouts } from './timeouts.ts'

/** The engine-level handler: called in the turn in which the head of a request arrived. What it throws becomes a 500. */
export type ExchangeHandler = (exchange: Exchange) => void

export interface ConnectionOptions<Connection> {
  readonly clock: Clock
  readonly handler: ExchangeHandler
  readonly limits: Partial<HttpLimits> | undefined
  /** Requests with others are refused before the handler sees them; any where undefined. */
  readonly methods?: ReadonlySet<string>
  readonly timeouts: ServerTimeouts
  readonly rates: ServerRates
  readonly date: () => string
  readonly words: Words | undefined
  readonly served: ((line: Served) => void) | undefined
  /** What the handler threw. */
  readonly failed: ((error: unknown, head: RequestHead) => void) | undefined
  /** The client sends no more while it is being answered: it may be gone. */
  readonly left?: (connection: Connection) => void
  readonly gone: (connection: Connection) => void
  /**
   * Asked before we answer what cannot be read: true, and whoever was asked answers it, on the stream that `take` gives.
   * What of it was read is lost.
   */
  readonly refusing?: ((failure: Failure, take: () => NetStream) => boolean) | undefined
}

/** HTTP/1.1, with what of the options is the engine's affair. */
export const engineFor = (
  { trace, pieces }: NetStream,
  {
    limits,
    methods,
    timeouts: { first, idle, head },
    date,
  }: Pick<ConnectionOptions<never>, 'limits' | 'methods' | 'timeouts' | 'date'>,
): HttpConnection => httpServer({ limits, methods, timeouts: { first, idle, head }, trace, input: pieces, date })
