/** What other layers know of certificates: the proof that a chain was checked. `path.ts` alone can make one. */
import type { FailureInfo } from '../failures/registry.ts'

/** A checked chain. The class behind it is private to `path.ts`, so nothing else can pass for it. */
export interface ChainTrusted {
  readonly proof: 'chain-trusted'
  /** SubjectPublicKeyInfo of the leaf, DER. */
  readonly publicKey: Uint8Array
  /** Leaf to anchor, DER. */
  readonly path: readonly Uint8Array[]
  /** Name of the anchor, for people. */
  readonly anchor: string
  /** Failures that the caller had chosen to accept by name. */
  readonly accepted: readonly FailureInfo[]
}
