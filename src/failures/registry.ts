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
  /**
   * The range is in this certificate of the peer's chain; 0 is the leaf. So a chain is judged, whoever sent it; TLS says
   * where in which message that is. `anchor`: in that of the root, which was not sent.
   */
  readonly certificate?: number | 'anchor'
}

/**
 * What was asked and how far it came. It travels with what failed, so that a next step is a command that can be copied
 * whole.
 */
export interface RequestContext {
  /** The URL asked for, without fragment; after redirects the last one. */
  readonly url?: string
  readonly method?: string
  /** The name or address that was asked for. */
  readonly host?: string
  readonly port?: number
  /** The address that was connected to, once it is known. */
  readonly address?: string
  /** Status of the answer, when its head had arrived. */
  readonly status?: number
  /** Bytes of the answer's body that had arrived, as they were on the wire. */
  readonly received?: number
  /** Bytes of it that were announced. */
  readonly announced?: number
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

/** A family of entries: keys become `prefix/key`. */
export const family = <const P extends string, const E extends Record<string, FailureEntry>>(
  prefix: P,
  entries: E,
): { readonly [K in keyof E & string as `${P}/${K}`]: FailureEntry } =>
  Object.fromEntries(Object.entries(entries).map(([key, entry]) => [`${prefix}/${key}`, entry])) as never
