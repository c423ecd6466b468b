/**
 * What a server was found to offer. Every answer that could not be had says why: silence is never taken for a no unless
 * the server was there to give it. All of it is JSON.
 */
import type { FailureCode } from '../../failures/index.ts'
import type { StartTlsName } from '../stream/starttls/protocols.table.ts'

/** What may be asked, in the order in which it is told. */
export const FAMILIES = [
  'versions',
  'suites',
  'groups',
  'schemes',
  'certificates',
  'extensions',
  'sessions',
  'http',
  'robustness',
  'starttls',
] as const
export type Family = (typeof FAMILIES)[number]

/**
 * Why there is no answer: `silent` and `cut` (and the server was not there for a question it knows either), `nonsense` (no
 * TLS came back), `unsteady` (it answers some of the same questions and leaves at others), `stopped` (it answers nothing any
 * more), `bound` (as many connections as were allowed), `late` (as much time), `unable` (our own TLS cannot go so far with
 * it), `not-asked` (there is no harmless question), `pointless` (it would say nothing here).
 */
export type Because =
  | 'silent'
  | 'cut'
  | 'nonsense'
  | 'unsteady'
  | 'stopped'
  | 'bound'
  | 'late'
  | 'unable'
  | 'not-asked'
  | 'pointless'

export interface Unasked {
  readonly unasked: Because
  /** The code of a failure, where one says more. */
  readonly code?: FailureCode | undefined
}
export type Known<T> = T | Unasked

export const unasked = (because: Because, code?: FailureCode): Unasked => ({
  unasked: because,
  ...(code === undefined ? {} : { code }),
})
export const isUnasked = (value: unknown): value is Unasked =>
  typeof value === 'object' && value !== null && 'unasked' in value
/** The value, or undefined where nobody knows it. */
export const known = <T>(value: Known<T> | undefined): T | undefined =>
  value === undefined || isUnasked(value) ? undefined : (value as T)

export const VERSION_NAMES = ['SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1', 'TLS 1.2', 'TLS 1.3'] as const
export type VersionName = (typeof VERSION_NAMES)[number]

/** A yes, or how the no was said: `alert 70`, `closed`, `reset`, `TLS 1.2` in the place of what was asked for. */
export interface Offered {
  readonly offered: boolean
  readonly by?: string | undefined
}

export interface Versions {
  readonly versions: Readonly<Record<VersionName, Known<Offered>>>
  /** RFC 7507: whether it tells a fallback that was signalled. */
  readonly fallbackSignal: Known<boolean>
  /** RFC 9846 4.2.3: the last bytes of its random say that it knows more than it was asked for. */
  readonly downgradeMark: Known<boolean>
}

export interface SuitesOf {
  readonly version: VersionName
  /** IANA names; in the server's order where it has one. */
  readonly suites: Known<readonly string[]>
  /** Whose order counts. */
  readonly order: Known<'server' | 'client'>
  /** Not all of them could be asked for: there may be more. */
  readonly more?: Unasked | undefined
  /** Chosen though nobody had offered them. */
  readonly unoffered?: readonly string[] | undefined
  /** Bits of the smallest prime of Diffie-Hellman. */
  readonly dhBits?: number | undefined
}

export interface Groups {
  readonly tls13: Known<readonly string[]>
  readonly tls12: Known<readonly string[]>
  readonly order: Known<'server' | 'client'>
}

export interface Schemes {
  readonly tls13: Known<readonly string[]>
  readonly tls12: Known<readonly string[]>
}

export interface ChainSeen {
  /** `EC P-256`, `RSA 2048`. */
  readonly key: string
  readonly names: readonly string[]
  readonly signature: string
  /** ISO 8601. */
  readonly notAfter: string
  readonly daysLeft: number
  /** Days from the first to the last. */
  readonly lifetime: number
  readonly certificates: number
  readonly trusted: boolean
  /** Of the root. */
  readonly anchor?: string | undefined
  /** Why it is not believed. */
  readonly failure?: FailureCode | undefined
  /** Each vouches for the one before it (RFC 9846 4.5.2 allows others). */
  readonly ordered: boolean
  /** Its root is among them, where nobody needs it. */
  readonly withRoot: boolean
  readonly stapled: boolean
  readonly mustStaple: boolean
  /** Timestamps of logs: in the leaf, and beside it. */
  readonly timestamps: number
}

export interface Certificates {
  readonly rsa: Known<ChainSeen | 'none'>
  readonly ecdsa: Known<ChainSeen | 'none'>
  readonly ed25519: Known<ChainSeen | 'none'>
  readonly clientCertificate: Known<boolean>
}

export interface Extensions {
  readonly alpn: Known<readonly string[]>
  readonly extendedMasterSecret: Known<boolean>
  readonly encryptThenMac: Known<boolean>
  readonly secureRenegotiation: Known<boolean>
  readonly clientRenegotiation: Unasked
  readonly compression: Known<boolean>
  readonly heartbeat: Known<boolean>
}

export interface Resumption {
  readonly ids: Known<boolean>
  readonly tickets: Known<boolean>
}
export interface Sessions {
  readonly tls12: Known<Resumption>
  readonly tls13: Known<{
    readonly tickets: number
    readonly resumed: boolean
    /** The same ticket was taken a second time. */
    readonly reused: boolean
    /** Seconds. */
    readonly lifetime: number
    /** Bytes of 0-RTT; 0: none. */
    readonly earlyData: number
  }>
}

export interface CookieSeen {
  readonly name: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: string | undefined
}
export interface Http {
  readonly status: number
  readonly hsts: { readonly maxAge: number; readonly includeSubDomains: boolean } | undefined
  readonly csp: boolean
  readonly cookies: readonly CookieSeen[]
  readonly server: string | undefined
  readonly encoding: string | undefined
}
export interface HttpSeen {
  readonly https: Known<Http>
  /** What plain HTTP at port 80 answers: `https`, another place, or a page. */
  readonly plain: Known<'https' | 'elsewhere' | 'page' | 'nobody'>
  /** It says goodbye before it leaves (RFC 9846 6.1). */
  readonly closeNotify: Known<boolean>
}

export interface StartTlsSeen {
  readonly protocol: StartTlsName
  /** It answers under encryption what it was told in clear (CVE-2011-0411). */
  readonly injection: Known<boolean>
}

export const TRIALS = [
  'grease',
  'unknown-extension',
  'empty-last-extension',
  'unknown-suites',
  'big-hello',
  'huge-hello',
  'two-records',
  'tiny-record',
  'future-version',
  'future-legacy-version',
  'no-name',
  'unknown-name',
] as const
export type Trial = (typeof TRIALS)[number]
export type Robustness = Readonly<Record<Trial, Known<Offered>>>

export interface Observed {
  readonly versions?: Versions | undefined
  readonly suites?: readonly SuitesOf[] | undefined
  readonly groups?: Groups | undefined
  readonly schemes?: Schemes | undefined
  readonly certificates?: Certificates | undefined
  readonly extensions?: Extensions | undefined
  readonly sessions?: Sessions | undefined
  readonly http?: HttpSeen | undefined
  readonly robustness?: Robustness | undefined
  readonly starttls?: StartTlsSeen | undefined
}

export interface Report {
  readonly host: string
  readonly port: number
  /** The one address that was asked, and others of the name that were not. */
  readonly address: string
  readonly others: readonly string[]
  readonly observed: Observed
  readonly connections: number
  /** Milliseconds. */
  readonly took: number
  /** The server left in the middle of questions that it answered another time; then they were asked one by one. */
  readonly unsteady: boolean
}
