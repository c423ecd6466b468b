/**
 * The proof that a chain is trusted, and for what. It is made in two places: by `verifyChain` (`verify.ts`), and by
 * `trustWithoutChecking` for those who have another reason to trust. Everybody else can only hand it on, and whoever
 * takes it compares it with what was asked (`mismatch`).
 */
import type { Bytes, Millis } from '../../engine.ts'
import type { Facts, Failure } from '../../failures/index.ts'
import { sameOctets } from '../../wire/bytes.ts'
import type { KeyUsageName } from '../certificate/extensions.ts'
import type { RevocationState } from '../revocation/evidence.ts'
import type { TransparencyState } from '../transparency/types.ts'

/** What stands in the place of a certificate, as IANA calls it: a raw public key is a SubjectPublicKeyInfo alone (RFC 7250). */
export type CertificateTypeName = 'X509' | 'RawPublicKey'

/** For what the peer shows its certificate. */
export type Purpose = 'server' | 'client' | 'any'

/** What a chain is trusted for: a proof answers this and nothing else. */
export interface TrustQuestion {
  /** DER, leaf first, as the peer showed it; or the one raw public key. */
  readonly chain: readonly Bytes[]
  /** DNS name or IP address; undefined: any name will do (a client's certificate). */
  readonly name: string | undefined
  readonly purpose: Purpose
  /** What the leaf's key is to do. */
  readonly keyUsage: KeyUsageName | undefined
  /** What the chain is made of; `X509` when left out. */
  readonly certificateType?: CertificateTypeName | undefined
}

/** What a proof says besides the question that it answers. */
export interface Grounds {
  readonly proof: 'chain-trusted' | 'trusted-without-checking'
  /** SubjectPublicKeyInfo of the leaf, DER. */
  readonly publicKey: Bytes
  /** Leaf to anchor, DER; empty when nothing was checked. */
  readonly path: readonly Bytes[]
  /** Name of the anchor, for people. */
  readonly anchor: string
  /** Failures that the caller had chosen to accept by name. */
  readonly accepted: readonly Failure[]
  /** Certificate policies that are valid for the whole path, by identifier: the user-constrained-policy-set of RFC 9618. */
  readonly policies: readonly string[]
  /** What is known of the revocation of each certificate of the path but the anchor, leaf first. `not-checked` is said. */
  readonly revocation: readonly RevocationState[]
  /** What is known of the leaf's timestamps. `not-checked` is said. */
  readonly transparency: TransparencyState
  /** From when on a certificate of the path is out of date, in milliseconds since 1970; undefined: no date was checked. */
  readonly until: Millis | undefined
}

/** Known in this file only: without it nobody can call the constructor, in TypeScript or at run time. */
const KEY: unique symbol = /* @__PURE__ */ Symbol('ChainTrusted')

/**
 * A chain that may be trusted, bound to the question: these certificates, this name, this purpose, this use of the key.
 * It cannot be made from outside, nor changed: octets are copied on the way in and on the way out.
 */
export class ChainTrusted implements Grounds, TrustQuestion {
  readonly #question: TrustQuestion
  readonly #grounds: Grounds

  constructor(key: typeof KEY, question: TrustQuestion, grounds: Grounds) {
    if (key !== KEY) throw new TypeError('a ChainTrusted is made by verifyChain or trustWithoutChecking')
    const { name, purpose, keyUsage, certificateType } = question
    const chain = question.chain.map(copy)
    // Most of the path is in the chain: kept once.
    const path = grounds.path.map(der => chain.find(shown => sameOctets(shown, der)) ?? copy(der))
    this.#question = { chain, name, purpose, keyUsage, certificateType }
    this.#grounds = {
      ...grounds,
      publicKey: copy(grounds.publicKey),
      path,
      accepted: [...grounds.accepted],
      policies: [...grounds.policies],
      revocation: grounds.revocation.map(state => Object.freeze({ ...state })),
      transparency: frozen(grounds.transparency),
    }
    Object.freeze(this)
  }

  /** True for what was made here, false for whatever only looks like it. */
  static is(value: unknown): value is ChainTrusted {
    return typeof value === 'object' && value !== null && #grounds in value
  }
  get proof(): Grounds['proof'] {
    return this.#grounds.proof
  }
  get publicKey(): Uint8Array {
    return copy(this.#grounds.publicKey)
  }
  get path(): readonly Uint8Array[] {
    return this.#grounds.path.map(copy)
  }
  get anchor(): string {
    return this.#grounds.anchor
  }
  get accepted(): readonly Failure[] {
    return [...this.#grounds.accepted]
  }
  get policies(): readonly string[] {
    return [...this.#grounds.policies]
  }
  get revocation(): readonly RevocationState[] {
    return [...this.#grounds.revocation]
  }
  get transparency(): TransparencyState {
    return this.#grounds.transparency
  }
  get until(): Millis | undefined {
    return this.#grounds.until
  }
  /** The chain that was shown, leaf first, with what the path did not need. */
  get chain(): readonly Uint8Array[] {
    return this.#question.chain.map(copy)
  }
  /** Undefined: any name will do. */
  get name(): string | undefined {
    return this.#question.name
  }
  get purpose(): Purpose {
    return this.#question.purpose
  }
  get keyUsage(): KeyUsageName | undefined {
    return this.#question.keyUsage
  }
  get certificateType(): CertificateTypeName {
    return this.#question.certificateType ?? 'X509'
  }

  /** What of the question the proof does not answer; undefined when it answers all of it. */
  mismatch(question: TrustQuestion): Facts | undefined {
    const own = this.#question
    if (own.name !== question.name)
      return { where: 'The name', got: own.name ?? 'any', expected: question.name ?? 'any' }
    if (own.purpose !== question.purpose) return { where: 'The purpose', got: own.purpose, expected: question.purpose }
    if (own.keyUsage !== question.keyUsage)
      return { where: 'The use of the key', got: own.keyUsage ?? 'any', expected: question.keyUsage ?? 'any' }
    const asked = question.certificateType ?? 'X509'
    if (this.certificateType !== asked) return { where: 'The certificate', got: this.certificateType, expected: asked }
    // Nobody stands between a raw public key and the proof: it is the key.
    if (asked === 'RawPublicKey' && !sameOctets(this.#grounds.publicKey, question.chain[0]!))
      return { where: 'The key', got: 'another one', expected: 'the one that the peer showed' }
    const same =
      own.chain.length === question.chain.length && own.chain.every((der, i) => sameOctets(der, question.chain[i]!))
    return same ? undefined : { where: 'The chain', got: 'another one', expected: 'the one that the peer showed' }
  }
}

/**
 * Makes a proof. Only `verifyChain` and `trustWithoutChecking` may: `test/architecture.test.ts` holds it, and no export
 * of the package has it.
 */
export const mint = (question: TrustQuestion, grounds: Grounds): ChainTrusted =>
  new ChainTrusted(KEY, question, grounds)

export const isTrusted = (result: ChainTrusted | Failure): result is ChainTrusted => ChainTrusted.is(result)

/**
 * NOTHING IS CHECKED: no signature, no date, no name, no root. For whoever has another reason to trust this very chain:
 * a raw public key (RFC 7250) or a pinned one, known from elsewhere. `because` says that reason, and is shown where the
 * anchor's name would be. The proof answers this question and no other.
 */
export const trustWithoutChecking = (question: TrustQuestion, publicKey: Bytes, because: string): ChainTrusted =>
  mint(question, {
    proof: 'trusted-without-checking',
    publicKey,
    path: [],
    anchor: `nobody: unchecked (${because})`,
    accepted: [],
    policies: [],
    revocation: [{ status: 'not-checked', faults: [] }],
    transparency: { status: 'not-checked' },
    until: undefined,
  })

const frozen = (state: TransparencyState): TransparencyState =>
  Object.freeze(
    state.status === 'checked'
      ? { ...state, timestamps: Object.freeze(state.timestamps.map(one => Object.freeze({ ...one }))) }
      : { ...state },
  )

/** A plain Uint8Array of its own: `slice` of a Buffer is a view. */
const copy = (bytes: Bytes): Uint8Array => new Uint8Array(bytes)
