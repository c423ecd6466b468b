/** Whether a server reads on, and whether it is the client that is waited for. */
import { EARLY } from './ahead.ts'
import type { Exchange } from './exchange.ts'

export interface Crowd {
  /** Enough is here of the requests behind the one that is answered. */
  readonly ahead: boolean
  /** The stream takes no more. */
  readonly full: boolean
}

export interface Flow extends Crowd {
  /** Nobody wants what would come. */
  readonly pause: boolean
  /** The client is to send or to take something. */
  readonly waiting: boolean
}

export const flowOf = (exchange: Exchange | undefined, { ahead, full }: Crowd): Flow => {
  const asked = exchange !== undefined && !exchange.requested
  const unread = asked && (exchange.reading ? exchange.paused : !exchange.answered && exchange.early >= EARLY)
  const pause = unread || ahead || (full && (exchange === undefined || exchange.requested))
  // A handler may take its time with a body, but not for ever once it has answered.
  const silent = asked && exchange.head.expectsContinue && !exchange.reading && !exchange.answered
  return { ahead, full, pause, waiting: full || (asked && !silent && (!pause || exchange.answered)) }
}
