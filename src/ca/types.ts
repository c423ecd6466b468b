/** What an authority is made from, what it takes and what it gives. */
import type { CryptoProvider, SignatureAlgorithm } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import type { KeyPair } from '../x509/issue.ts'
import type { Limits } from './contents.ts'
import type { Inventory, RevocationReason } from './inventory.ts'
import type { CertificateRequest, LeafContents, Policy, Validity } from './policy.ts'
import type { Published } from './published.ts'

export type KeyKind = 'p-256' | 'p-384' | 'rsa-2048' | 'ed25519'

/** What an authority works with, besides its certificate and key. */
export interface AuthorityTools {
  /** Judges requests; `usualPolicy` when not given. */
  readonly policy?: Policy | undefined
  /** Keeps what was signed; in memory when not given. One is enough for an authority and all below it. */
  readonly inventory?: Inventory | undefined
  /** Where it says what it revoked: stands in all that it signs itself; see `publishedAt`. */
  readonly published?: Published | undefined
}

export interface AuthorityOptions extends Validity, Limits, AuthorityTools {
  readonly crypto: CryptoProvider
  /** The date, asked at each issue. */
  readonly now: () => Millis
  /** Common name of the root. */
  readonly name: string
  readonly key?: KeyKind | undefined
  /** Authorities allowed below it; any number when not given. */
  readonly pathLength?: number | undefined
}

export interface IntermediateOptions extends Validity, Limits {
  readonly name: string
  readonly key?: KeyKind | undefined
  /** An existing key instead of a new one: what it signed stays below it. */
  readonly keyPair?: KeyPair | undefined
  /** Authorities allowed below it; 0 when not given. */
  readonly pathLength?: number | undefined
  /** As in `AuthorityTools`, of the new authority. */
  readonly published?: Published | undefined
  /** Who asks, for the inventory; `library` when not given. */
  readonly by?: string | undefined
}

export interface LoadOptions extends AuthorityTools {
  /** The certificates above an intermediate, the root last. */
  readonly above?: readonly Bytes[] | undefined
}

export interface LeafOptions extends LeafContents {
  readonly key?: KeyKind | undefined
  /** An existing key instead of a new one. */
  readonly keyPair?: KeyPair | undefined
}

/** A certificate, and what to send with it. */
export interface Certified {
  readonly certificate: Bytes
  /** The octets of its serial number, in hex, as the inventory has it. */
  readonly serial: string
  /** DER, leaf first, up to but without the root. */
  readonly chain: readonly Bytes[]
  readonly root: Bytes
  readonly publicKey: Bytes
  readonly notAfter: Millis
}

/** A certificate with its key. */
export interface Issued extends Certified {
  /** PrivateKeyInfo, DER. */
  readonly privateKey: Bytes
}

/** A certificate that waits for its signature. Its serial number is spent, whether that comes or not. */
export interface Order<Done = Certified> {
  readonly algorithm: SignatureAlgorithm
  /** What is to be signed with the authority's key. */
  readonly tbs: Bytes
  /** Throws RangeError for a signature that the authority's key did not make. */
  complete(signature: Bytes): Done
}

export interface CertificateAuthority {
  /** Its own certificate, DER. */
  readonly certificate: Bytes
  readonly root: Bytes
  /** TypeError where the key lives elsewhere. */
  readonly keyPair: KeyPair
  readonly name: string
  /** Its key identifier in hex: what the inventory knows it by. */
  readonly id: string
  readonly notAfter: Millis
  readonly inventory: Inventory
  /**
   * A new key and its certificate. Throws RangeError for what nobody would believe: it ends after its issuer, is outside
   * its limits, or names nothing; and for what the policy refuses. `DerError` for `extensions` that no reader takes.
   */
  issue(leaf: LeafOptions): Issued
  /** As `issue`, for a key that somebody else has. `DerError` for a key that is none. */
  certify(request: CertificateRequest): Certified
  /** Throws what `certify` would throw; nothing is signed or kept. */
  judge(request: CertificateRequest): void
  /** As `certify`, where the authority's key lives elsewhere: the signature is the caller's to get. */
  order(request: CertificateRequest): Order
  /** As `issue`, and where no more authorities may stand. */
  intermediate(options: IntermediateOptions): CertificateAuthority
  /** `serial` as in `Certified`. Not told to anybody before the next CRL or answer of OCSP. */
  revoke(serial: string, reason?: RevocationReason, by?: string): 'revoked' | 'already' | 'unknown'
}
