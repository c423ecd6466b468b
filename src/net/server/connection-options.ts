/** What all connections of one server share. */
import type { Clock } from '../../clock.ts'
import type { Words } from '../../explain/words.ts'
import type { HttpLimits } from '../../http/limits.ts'
import type { RequestHead } from '../../http/types.ts'
import type { Exchange } from './exchange.ts'
import type { Served } from './served.ts'
import type { ServerTimeouts } from './timeouts.ts'

/** The engine-level handler: called in the turn in which the head of a request arrived. What it throws becomes a 500. */
export type ExchangeHandler = (exchange: Exchange) => void

export interface ConnectionOptions<Connection> {
  readonly clock: Clock
  readonly handler: ExchangeHandler
  readonly limits: Partial<HttpLimits> | undefined
  readonly timeouts: ServerTimeouts
  readonly date: () => string
  readonly words: Words | undefined
  readonly served: ((line: Served) => void) | undefined
  /** What the handler threw. */
  readonly failed: ((error: unknown, head: RequestHead) => void) | undefined
  readonly gone: (connection: Connection) => void
}
