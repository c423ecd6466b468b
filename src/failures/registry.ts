/**
 * One registry of failures: every code with its culprit, rule, sentence, causes, next step, alert, status and exit
 * code. Engines raise `fail(code, facts)`; nothing else formats text, so the number on the wire and the sentence on the
 * screen cannot disagree. Codes are API and never change.
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

/** What is known about this failure: shown in words, never parsed. */
export interface Facts {
  readonly expected?: string
  readonly got?: string
  /** Host, file or field that it is about. */
  readonly where?: string
  /** A number that matters: a limit, a byte count, an alert. */
  readonly number?: number
  /** The very bytes: a trace message (0 = not traced) and a range in it. */
  readonly at?: { readonly message: number; readonly start: number; readonly end: number }
}

export interface FailureEntry {
  readonly fault: Fault
  readonly exit: ExitCode
  readonly title: string
  readonly says: (facts: Facts) => string
  readonly because?: readonly string[]
  readonly tryThis?: (facts: Facts) => readonly string[]
  readonly rule?: string
  /** The TLS alert that we send for it, by number. */
  readonly alert?: number
  /** The HTTP status that a server answers with. */
  readonly status?: number
  /** What other tools call it. */
  readonly others?: Readonly<Record<string, string | number>>
}

/** A failure as a value: what engines report and errors carry. */
export interface FailureInfo extends Facts {
  readonly code: string
  readonly fault: Fault
  readonly rule?: string
  readonly alert?: number
  readonly status?: number
}

/** A family of entries: keys become `prefix/key`. */
export const family = <const P extends string, const E extends Record<string, FailureEntry>>(
  prefix: P,
  entries: E,
): { readonly [K in keyof E & string as `${P}/${K}`]: FailureEntry } =>
  Object.fromEntries(Object.entries(entries).map(([key, entry]) => [`${prefix}/${key}`, entry])) as never
