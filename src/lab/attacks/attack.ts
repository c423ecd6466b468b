/**
 * What an attack is: where the attacker sits is always the same (it took the server's place by ARP and relays), what it
 * does differs, and each says what must happen. `stage.ts` plays it.
 */
import type { Failure, FailureCode } from '../../failures/index.ts'
import type { TlsVersion } from '../../tls/version-name.ts'
import type { Tamper } from '../middle.ts'

/** Something the attacker found out, in words. */
export type Learn = (what: string) => void

export interface Attack {
  /** `flip-bit`: stable, for programs. */
  readonly id: string
  readonly over: 'http' | 'https'
  /** One sentence: what the attacker does. */
  readonly does: string
  readonly expected: Expected
  /** In TLS 1.2, where it goes otherwise there. */
  readonly expectedIn12?: Expected
  /** How bytes are changed on their way. Attacks that end TLS themselves set `forges` instead. */
  readonly tamperer?: (learn: Learn) => Tamper
  /** The attacker shows a certificate of its own making. */
  readonly forges?: 'certificate'
  /** Whether what came of it is what the attacker wanted; only for those that succeed. */
  readonly wins?: (seen: Visit) => boolean
}

/** `succeeds`, or who must notice and the failure that it must name. */
export type Expected = 'succeeds' | { readonly by: 'client' | 'server'; readonly code: FailureCode }

/** How an attack is played. */
export interface AttackOptions {
  /** Of all chance; 1 where undefined. */
  readonly seed?: number | undefined
  /** The one that the shop speaks; `TLS 1.3` where undefined. */
  readonly version?: TlsVersion | undefined
}

/** What the client got. */
export type Visit =
  | { readonly status: number; readonly body: string; readonly failure?: undefined }
  | { readonly failure: Failure; readonly status?: undefined; readonly body?: undefined }

export interface Outcome {
  readonly id: string
  readonly over: 'http' | 'https'
  readonly does: string
  readonly expected: Expected
  /** The client's side of it. */
  readonly client: Visit
  /** Failures that the server named. */
  readonly server: readonly Failure[]
  /** What the attacker knows afterwards. */
  readonly learned: readonly string[]
  /** True when it went as `expected` says. */
  readonly asExpected: boolean
}
