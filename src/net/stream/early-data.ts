/** Early data of a server (RFC 9846 2.3, RFC 8470): how much is taken, and what is no copy. */
import type { Millis } from '../../engine.ts'
import { versionsOf } from '../../tls/hello/offer.ts'
import { type EarlyArrival, ReplayGuard } from '../../tls/session/replays.ts'
import type { TicketKeeper } from '../../tls/session/tickets.ts'
import { type TlsChoices, wrong } from './tls-options.ts'

interface Guard {
  isFresh(arrival: EarlyArrival): boolean | Promise<boolean>
}

export interface EarlyDataOptions {
  /** Bytes that are taken from a connection, up to 32,768; 16,384 where undefined. */
  readonly mostBytes?: number | undefined
  /**
   * Says what is no copy; a `ReplayGuard` of the listener's own where undefined. Whoever shares `tickets` must share this
   * too, or each of them takes the same copy once.
   */
  readonly guard?: Guard | undefined
}

/** As the tickets of others have it. */
const EARLY_BYTES = 16_384

/** With its records it must fit into what is passed over when it is not taken (`PASSED_OVER` of the engine). */
const MOST_EARLY_BYTES = 32_768

/** What stands beside it. */
interface Beside extends Pick<TlsChoices, 'versions' | 'suites'> {
  readonly earlyData?: EarlyDataOptions | undefined
  readonly tickets?: TicketKeeper | 'none' | undefined
  readonly clientCertificate?: 'none' | 'asked' | 'required' | undefined
}

interface ReadEarlyData {
  readonly mostBytes: number
  readonly guard: Guard
}

/** Undefined where none is taken. Whatever would have it never taken, or a copy taken twice, is refused. */
export const earlyDataOf = (options: Beside, since: Millis): ReadEarlyData | undefined => {
  const { earlyData, tickets, clientCertificate } = options
  if (earlyData === undefined) return undefined
  if (typeof earlyData !== 'object' || earlyData === null)
    throw wrong('tls.earlyData', `a value of type ${typeof earlyData}`, 'an object')
  const stray = Object.keys(earlyData).find(name => name !== 'guard' && name !== 'mostBytes')
  if (stray !== undefined) throw wrong(`tls.earlyData.${stray}`, 'there is no such option', 'guard, mostBytes')
  const { guard, mostBytes = EARLY_BYTES } = earlyData
  if (!Number.isInteger(mostBytes) || mostBytes < 1 || mostBytes > MOST_EARLY_BYTES)
    throw wrong('tls.earlyData.mostBytes', String(mostBytes), `1 to ${MOST_EARLY_BYTES}`)
  if (guard !== undefined && typeof guard?.isFresh !== 'function')
    throw wrong('tls.earlyData.guard', `a value of type ${typeof guard}`, 'a ReplayGuard')
  if (tickets === 'none') throw wrong('tls.earlyData', 'there are no tickets to come back with', 'tickets')
  if (tickets !== undefined && guard === undefined)
    throw wrong('tls.earlyData.guard', 'the tickets may be shared, and no guard is', 'one for all who open them')
  if (!versionsOf(options).includes('TLS 1.3')) throw wrong('tls.earlyData', 'TLS 1.3 is not spoken', 'TLS 1.3')
  if (clientCertificate === 'required')
    throw wrong('tls.earlyData', 'clients that show certificates are asked to finish first', 'no clientCertificate')
  return { mostBytes, guard: guard ?? new ReplayGuard({ since }) }
}

type Judged = 'fresh' | 'none'

export const judgedEarly = (fresh: boolean | Promise<boolean>): Judged | Promise<Judged> =>
  fresh instanceof Promise ? fresh.then(judgedEarly) : fresh === true ? 'fresh' : 'none'
