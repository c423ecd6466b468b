/** Alerts by number, and the one place that turns a failure into what goes over the wire. */
import type { Failure } from '../failures/index.ts'
import { type Named, named, u8 } from '../wire/codec.ts'
import { alertNames } from './alerts.table.ts'

export const WARNING = 1
export const FATAL = 2

export const CLOSE_NOTIFY = 0
export const HANDSHAKE_FAILURE = 40
const INTERNAL_ERROR = 80
/** RFC 9846 6.1: followed by close_notify, and of no other meaning. */
export const USER_CANCELED = 90
export const NO_RENEGOTIATION = 100
/** RFC 9846 6.2: the client showed no certificate. */
export const CERTIFICATE_REQUIRED = 116

export const AlertDescription: Named = named(
  u8,
  Object.fromEntries(Object.entries(alertNames).map(([number, name]) => [name, Number(number)])),
  { ref: 'RFC 5246 7.2' },
)

/** Failures after which nothing is said: the peer speaks no TLS, or has already left. */
const silent: ReadonlySet<string> = new Set(['tls/not-tls', 'tls/http-spoken', 'tls/handshake-cut', 'tls/cut-short'])

/**
 * The alert for a failure: its column in the registry, whatever layer it comes from. A failure without one is ours to
 * explain, not the peer's to know: internal_error. Undefined: send nothing.
 */
export const alertFor = (failure: Failure): number | undefined =>
  silent.has(failure.code) ? undefined : (failure.alert ?? INTERNAL_ERROR)
