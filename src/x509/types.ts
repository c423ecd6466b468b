/** The question that leads to a proof of trust, and what comes of it. The proof itself is in `trusted.ts`. */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import type { Failure, FailureCode } from '../failures/index.ts'
import type { TraceContext } from '../trace/types.ts'
import type { Certificate } from './certificate.ts'
import type { KeyUsageName } from './extensions.ts'
import type { Profile } from './profile.ts'
import type { ChainTrusted, Purpose } from './trusted.ts'

/** The certificates that are trusted because we say so. Made by `trustStore`. */
export interface TrustStore {
  /** Anchors with this subject, by `DistinguishedName.key`. */
  bySubject(key: string): readonly Certificate[]
  /** The very certificate, when it is in the store. */
  find(der: Bytes): Certificate | undefined
  readonly size: number
}

export interface ChainRequest {
  /** DER, leaf first; the order of the others does not matter. */
  readonly chain: readonly Bytes[]
  /** DNS name or IP address that must be in subjectAltName; undefined: any name will do (a client's certificate). */
  readonly name: string | undefined
  /** Milliseconds since 1970. */
  readonly at: Millis
  readonly trust: TrustStore
  readonly crypto: CryptoProvider
  /**
   * True for a domain in which a registry lets anyone register: the ICANN section of the public suffix list. A wildcard
   * right below one is for nobody's name. Top-level domains count without it.
   */
  readonly isRegistrySuffix?: ((domain: string) => boolean) | undefined
  /** `deployed` when not given. */
  readonly profile?: Profile | undefined
  /** `server` when not given. */
  readonly purpose?: Purpose | undefined
  /** What the leaf's key is to do. A certificate with keyUsage must allow it; one without allows everything. */
  readonly keyUsage?: KeyUsageName | undefined
  /** Failures to go on after; they are recorded in `ChainTrusted.accepted`. */
  readonly accept?: readonly FailureCode[] | undefined
  readonly trace?: TraceContext | undefined
  /** For the trace: now on the clock of the connection. */
  readonly now?: Millis | undefined
}

/** One path that was tried: its certificates from the leaf up, by name, and why it was not taken. */
export interface TriedPath {
  readonly names: readonly string[]
  readonly failure: Failure | undefined
}

/** The outcome with everything that was tried on the way, for explanations. */
export interface ChainOutcome {
  readonly result: ChainTrusted | Failure
  readonly tried: readonly TriedPath[]
}
