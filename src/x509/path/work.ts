/**
 * What verification may cost at most, and what it need not do twice. One `Work` serves a question and every question that
 * comes up on its way, so that a path within a path does not multiply what a hostile chain can cause.
 */
import type { CryptoProvider, SignatureAlgorithm } from '../../crypto/provider.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { type PublicKey, signatureCost } from '../certificate/public-key.ts'
import type { Budget } from './constraints.ts'

/**
 * As many checks of signatures by P-256 keys as crypto/x509 of Go allows, or fewer by keys that take longer
 * (`signatureCost`): an honest chain needs five, and a hostile one could ask for millions.
 */
export const MAX_SIGNATURE_COST = 100
/** Certificates looked at while building: enough for 35 cross-signed intermediates, few enough to take milliseconds. */
export const MAX_PATH_STEPS = 2000
/** Paths to an anchor that are checked from end to end: cross-signed authorities make a handful. */
export const MAX_WHOLE_PATHS = 64

/** What has a signature over bytes of its own. */
export interface Signed {
  readonly tbs: Uint8Array
  readonly signature: Uint8Array
}

export interface Signer {
  readonly spki: Uint8Array
  readonly publicKey: PublicKey
  /** Equal for equal keys. */
  readonly keyIdentity: string
}

export class Work {
  /** Of names with the limits of authorities. */
  readonly comparisons: Budget = { comparisons: 0 }
  readonly #crypto: CryptoProvider
  readonly #signatures = new Map<Signed, Map<string, boolean>>()
  #steps = 0
  #wholePaths = 0
  #signatureCost = 0

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto
  }

  get isExhausted(): boolean {
    return (
      this.#steps > MAX_PATH_STEPS || this.#signatureCost > MAX_SIGNATURE_COST || this.#wholePaths > MAX_WHOLE_PATHS
    )
  }

  /** The same paths are looked at once more, for other faults: steps count anew, signatures that are known stay known. */
  again(): this {
    this.#steps = 0
    this.#wholePaths = 0
    return this
  }

  /** Before a certificate is looked at as the issuer of another. */
  step(): Failure | undefined {
    return ++this.#steps > MAX_PATH_STEPS ? tooMuch(MAX_PATH_STEPS, 'steps') : undefined
  }

  /** Before a path is checked from end to end. */
  wholePath(): Failure | undefined {
    return ++this.#wholePaths > MAX_WHOLE_PATHS ? tooMuch(MAX_WHOLE_PATHS, 'paths') : undefined
  }

  /** Whether this key made this signature. Of a signer with a hundred certificates for one key it is asked once. */
  isSignedBy(signed: Signed, algorithm: SignatureAlgorithm, signer: Signer): boolean | Failure {
    let known = this.#signatures.get(signed)
    if (known === undefined) this.#signatures.set(signed, (known = new Map()))
    const before = known.get(signer.keyIdentity)
    if (before !== undefined) return before
    this.#signatureCost += signatureCost(signer.publicKey)
    if (this.#signatureCost > MAX_SIGNATURE_COST) return tooMuch(MAX_SIGNATURE_COST, 'signature checks')
    const good = this.#crypto.verify(algorithm, signer.spki, signed.tbs, signed.signature)
    known.set(signer.keyIdentity, good)
    return good
  }
}

const tooMuch = (number: number, got: string): Failure => fail('tls/chain-too-complex', { number, got })
