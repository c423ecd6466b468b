/**
 * One registry of failures: every code with its culprit, rule, alert, status and exit code: the facts. Words for people
 * live in `explain/`, one file per family and language. Engines raise `fail(code, facts)` and format no text, so the
 * number on the wire and the sentence on the screen cannot disagree. Codes are API and never change.
 */

export type Fault = 'peer' | 'local' | 'network' | 'caller'

/** Exit codes of the command line. */
export const EXIT = {
  usage: 1,
  name: 2,
  tcp: 3,
  tls: 4,
  certificate: 5,
  http: 6,
  timeout: 7,
  status: 8,
  check: 9,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The very bytes: a trace message (0 = not traced) and a range in it. */
export interface Place {
  readonly message: number
  readonly start: number
  readonly end: number
}

/** What is known about this failure: shown in words, never parsed. */
export interface Facts {
  readonly expected?: string
  readonly got?: string
  /** Host, file or field that it is about. */
  readonly where?: string
  /** A number that matters: a limit, a byte count, an alert. */
  readonly number?: number
  readonly at?: Place
}

/** What machines need to know about a code. */
export interface FailureEntry {
  readonly fault: Fault
  readonly exit: ExitCode
  readonly rule?: string
  /** The TLS alert that we send for it, by number. */
  readonly alert?: number
  /** The HTTP status that a server answers with. */
  readonly status?: number
}

/** Its name until now. */
export type { Failure as FailureInfo } from './failure.ts'

/** A family of entries: keys become `prefix/key`. */
export const family = <const P extends string, const E extends Record<string, FailureEntry>>(
  prefix: P,
  entries: E,
): { readonly [K in keyof E & string as `${P}/${K}`]: FailureEntry } =>
  Object.fromEntries(Object.entries(entries).map(([key, entry]) => [`${prefix}/${key}`, entry])) as never
