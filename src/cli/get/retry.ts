/** `--retry N`: what may pass is asked for again, after a while; only what may be asked twice (RFC 9110 9.2.2). */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import type { Failure, FailureCode } from '../../failures/index.ts'
import { exitCodeOf } from '../errors.ts'

/** The first wait, which doubles each time, and the longest. As curl. */
const FIRST: Millis = 1_000
const LONGEST: Millis = 600_000

export interface Patience {
  /** Between two attempts, always; doubling from a second where undefined. */
  readonly delay: Millis | undefined
}

/** Statuses that say "later" (RFC 9110 15.5.9, RFC 6585 4, RFC 9110 15.6); those of curl. */
const LATER: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

export const saysLater = (status: number): boolean => LATER.has(status)

/** Nobody at the other end has heard of the request: it may be made again, whatever it does. */
const UNHEARD: ReadonlySet<FailureCode> = new Set<FailureCode>(['tcp/refused', 'tcp/silence', 'net/unreachable'])
const BROKEN: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'http/no-answer',
  'http/body-cut-short',
  'tls/cut-short',
  'net/idle-timeout',
])
/** Nothing passes that is wrong here. */
const OURS: ReadonlySet<string> = new Set(['caller', 'local'])

/** Whether it may go well the next time. `isIdempotent` is about the request. */
export const mayPass = (failure: Failure, isIdempotent: boolean): boolean => {
  if (OURS.has(failure.fault) || failure.code === 'cli/time-up') return false
  const exit = exitCodeOf(failure)
  const unheard = UNHEARD.has(failure.code) || exit === NAME
  return unheard || (isIdempotent && (exit === TCP || exit === TIME_OUT || BROKEN.has(failure.code)))
}

const NAME = 2
const TCP = 3
const TIME_OUT = 7

/** RFC 9110 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'PUT', 'DELETE', 'TRACE'])

export const isIdempotent = (method: string): boolean => IDEMPOTENT.has(method)

/**
 * How long to wait before attempt `next` (1 is the first that repeats): as long as Retry-After asks for (RFC 9110 10.2.3),
 * else as was typed, else twice as long each time. `too long`: the server asks for more than anybody waits here.
 */
export const waitBefore = (
  next: number,
  { delay }: Patience,
  after: string | null,
  date: Millis,
): Millis | 'too long' => {
  const asked = after === null ? undefined : askedFor(after, date)
  if (asked !== undefined) return asked > LONGEST ? 'too long' : asked
  return delay ?? Math.min(FIRST * 2 ** (next - 1), LONGEST)
}

const askedFor = (after: string, date: Millis): Millis | undefined => {
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000
  const until = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(after)
    ? Date.parse(after)
    : Number.NaN
  return Number.isNaN(until) ? undefined : Math.max(0, until - date)
}

/** Resolves at its time; `signal` ends the wait with its reason. */
export const rest = (clock: Pick<Clock, 'now' | 'later'>, wait: Millis, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      disarm()
      reject(signal.reason)
    }
    const disarm = clock.later(clock.now() + wait, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
