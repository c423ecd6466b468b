/** The question that leads to a proof of trust, and what comes of it. The proof itself is in `trusted.ts`. */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import type { FailureCode } from '../../failures/index.ts'
import type { TraceContext } from '../../trace/types.ts'
import type { KeyUsageName } from '../certificate/extensions.ts'
import type { Evidence, RevocationDemands } from '../revocation/evidence.ts'
import type { TransparencyDemands } from '../transparency/types.ts'
import type { TrustStore } from './anchor.ts'
import type { PolicyDemands } from './policy.ts'
import type { Profile } from './profile.ts'
import type { StepSink } from './steps.ts'
import type { Purpose } from './trusted.ts'

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
  /** What is demanded of certificate policies; nothing but what the authorities demand if undefined. */
  readonly policies?: PolicyDemands | undefined
  /** What is known of revocation; nothing if undefined. See `judgeChain` for what to fetch. */
  readonly evidence?: Evidence | undefined
  /** What of it is demanded; `off` when not given. */
  readonly revocation?: RevocationDemands | undefined
  /** By which logs the leaf's timestamps are checked, and how many must be good; they are not looked at if undefined. */
  readonly transparency?: TransparencyDemands | undefined
  /** Failures to go on after; they are recorded in `ChainTrusted.accepted`. */
  readonly accept?: readonly FailureCode[] | undefined
  readonly trace?: TraceContext | undefined
  /** Is told each step of the way. */
  readonly steps?: StepSink | undefined
  /** For the trace: now on the clock of the connection. */
  readonly now?: Millis | undefined
}
