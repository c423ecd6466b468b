/**
 * What is said of an exchange that others had. Words of failures speak to one of the ends (`you asked for`); these speak of
 * both, and of who stands where. A diagnosis without words here is a broken message, whose own words hold for everybody.
 */
import type { Diagnosis } from '../inspect/diagnosis/types.ts'

/** The codes that have words of their own where both ends are others. */
export const SEEN = [
  'http/status',
  'tcp/refused',
  'tcp/silence',
  'tcp/timeout',
  'tcp/reset',
  'tcp/reset-in-handshake',
  'ip/too-big',
  'ip/unreachable',
  'ip/time-exceeded',
  'link/no-neighbour',
  'dns/silence',
  'dns/no-address',
  'dns/server-failure',
  'tls/cut-short',
  'net/client-too-slow',
  'net/idle-timeout',
  'net/handshake-timeout',
  'net/starttls-missing',
  'net/starttls-refused',
  'net/client-left',
  'net/proxy-authentication',
  'net/proxy-refused',
  'http/idle-timeout',
  'http/no-answer',
  'http/tls-spoken',
  'http/unauthorized',
  'http/not-found',
  'http/method-not-allowed',
  'http/not-acceptable',
  'http/head-timeout',
  'http/precondition-failed',
  'http/body-too-big',
  'http/target-too-long',
  'http/unsupported-media-type',
  'http/range-not-satisfiable',
  'http/unmet-expectation',
  'http/too-early',
  'http/header-too-big',
  'http/unsupported-version',
  'tls/http-spoken',
  'tls/not-tls',
  'tls/no-common-version',
  'tls/no-common-suite',
  'tls/no-common-group',
  'tls/no-common-scheme',
  'tls/nothing-in-common',
  'tls/alpn-none',
  'tls/name-unknown',
  'tls/fallback',
  'tls/handshake-cut',
  'tls/alert-received',
  'tls/unexpected-message',
  'tls/illegal-value',
  'tls/bad-message',
  'tls/missing-extension',
  'tls/unoffered-extension',
  'tls/record-too-long',
  'tls/record-damaged',
  'tls/finished-wrong',
  'tls/signature-wrong',
  'tls/binder-wrong',
  'tls/external-key-unknown',
  'tls/renegotiation',
  'tls/renegotiation-unprotected',
  'tls/client-certificate-wanted',
  'tls/certificate-name',
  'tls/certificate-expired',
  'tls/certificate-not-yet',
  'tls/certificate-purpose',
  'tls/certificate-revoked',
  'tls/certificate-untrusted',
  'tls/certificate-self-signed',
  'tls/certificate-malformed',
  'tls/chain-incomplete',
  'tls/revocation-unknown',
] as const satisfies readonly Diagnosis['code'][]

export type SeenCode = (typeof SEEN)[number]

export interface SeenExplanation {
  readonly title: string
  readonly says: (diagnosis: Diagnosis) => string
  /** What to do, the likeliest first. */
  readonly next?: readonly string[] | ((diagnosis: Diagnosis) => readonly string[])
}

export interface SeenWords {
  readonly explanations: Readonly<Record<SeenCode, SeenExplanation>>
  /** `whose side it is`, and before it who gave up. */
  readonly side: string
  readonly gaveUp: string
  readonly sides: Readonly<Record<Diagnosis['side'], string>>
  readonly ends: Readonly<Record<'client' | 'server', string>>
  /** While it takes its time. */
  readonly looking: (count: number, of: number) => string
  /** Nothing is wrong in so many conversations. */
  readonly nothing: (looked: number) => string
  /** The same happened in these. */
  readonly alike: (ids: readonly number[]) => string
  /** So many different failures are not shown. */
  readonly more: (count: number) => string
  /** Stands before the title of what is only likely. */
  readonly likely: (title: string) => string
}

export const isSeen = (code: Diagnosis['code']): code is SeenCode => SEEN.some(each => each === code)
