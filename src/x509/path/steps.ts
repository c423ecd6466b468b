/**
 * What the verifier does, one record per step, for whoever wants to follow: which certificate was considered as whose
 * issuer, what came of it, and each check of each path with the certificate it was about and the bytes it looked at.
 * Nobody listening costs nothing. `explain.ts` makes a report of them.
 */
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Failure } from '../../failures/index.ts'
import { hexText } from '../../wire/bytes.ts'
import type { Certificate, ChainIndex } from '../certificate/certificate.ts'
import type { RevocationState } from '../revocation/evidence.ts'
import type { Span } from '../signed.ts'
import type { TransparencyState } from '../transparency/types.ts'
import type { Anchor } from './anchor.ts'
import type { Check, CheckContext } from './checks.ts'

/** A certificate of a step, so that it cannot be mistaken for another: two may have the same name. */
export interface StepCertificate {
  /** Its place in the chain that was shown, 0 for the leaf; `anchor`: from the trust store, and not shown. */
  readonly index: ChainIndex
  readonly subject: string
  /** SHA-256 of its DER, in hex. */
  readonly fingerprint: string
}

export type Step =
  /** A certificate of the chain that cannot be read; the chain is judged without it. */
  | { readonly type: 'unreadable'; readonly failure: Failure }
  /** `issuer` has the name that `child` says issued it. */
  | {
      readonly type: 'candidate'
      readonly child: StepCertificate
      readonly issuer: StepCertificate
      readonly role: 'anchor' | 'intermediate'
    }
  | EdgeStep
  /** From the leaf up, a path to be checked from end to end; what follows says its number. */
  | {
      readonly type: 'path'
      readonly path: number
      readonly certificates: readonly StepCertificate[]
      /** It ends in an anchor. */
      readonly anchored: boolean
      /** Where the anchor came from. */
      readonly source: string | undefined
    }
  | CheckStep
  | KnownStep
  /** All that was checked of a path. `failure`: why it was not taken. */
  | { readonly type: 'end'; readonly path: number; readonly failure: Failure | undefined }
  /** A bound of `work.ts` was reached: there may be paths that nobody looked at. */
  | { readonly type: 'limit'; readonly failure: Failure }

/** Whether a candidate is the issuer: its signature, and what must hold before one is worth a look. */
export interface EdgeStep {
  readonly type: 'edge'
  readonly child: StepCertificate
  readonly issuer: StepCertificate
  readonly role: 'anchor' | 'intermediate'
  readonly signature: 'good' | 'bad' | 'not checked'
  /** Of the signature in `child`. */
  readonly span: Span
  /** Why this way was left; undefined: it leads on. */
  readonly failure: Failure | undefined
}

/** One check of one certificate of a path. */
export interface CheckStep {
  readonly type: 'check'
  readonly path: number
  /** `dates`, `name constraints`. */
  readonly check: string
  readonly rule: string
  /** Undefined for what is true of the path as a whole. */
  readonly certificate: StepCertificate | undefined
  /** The bytes of the certificate that were looked at. */
  readonly span: Span | undefined
  readonly failure: Failure | undefined
  /** The caller had chosen to live with this failure. */
  readonly accepted: boolean
}

/** What evidence says of a path, also where nothing is demanded of it: what was not checked is said. */
export interface KnownStep {
  readonly type: 'known'
  readonly path: number
  /** Of each certificate but the anchor, leaf first. */
  readonly revocation: readonly RevocationState[]
  readonly transparency: TransparencyState
}

export type StepSink = (step: Step) => void

/** Turns what happens into records. */
export class StepTeller {
  readonly #sink: StepSink
  readonly #crypto: CryptoProvider
  readonly #known = new Map<Certificate, StepCertificate>()
  #paths = 0

  constructor(sink: StepSink, crypto: CryptoProvider) {
    this.#sink = sink
    this.#crypto = crypto
  }

  say(step: Step): void {
    this.#sink(step)
  }

  identity(certificate: Certificate): StepCertificate {
    let known = this.#known.get(certificate)
    if (known === undefined) {
      const hash = this.#crypto.hash('sha256')
      hash.update(certificate.der)
      const { index = 'anchor', subject } = certificate
      this.#known.set(certificate, (known = { index, subject: subject.text, fingerprint: hexText(hash.digest()) }))
    }
    return known
  }

  candidate(child: Certificate, issuer: Certificate, role: EdgeStep['role']): void {
    this.#sink({ type: 'candidate', child: this.identity(child), issuer: this.identity(issuer), role })
  }

  edge(child: Certificate, issuer: Certificate, found: Pick<EdgeStep, 'role' | 'signature' | 'failure'>): void {
    const span = child.spans.signature
    this.#sink({ type: 'edge', child: this.identity(child), issuer: this.identity(issuer), span, ...found })
  }

  known(path: number, revocation: readonly RevocationState[], transparency: TransparencyState): void {
    this.#sink({ type: 'known', path, revocation, transparency })
  }

  /** Gives the number of the path. */
  path(certificates: readonly Certificate[], anchor: Anchor | undefined): number {
    const path = this.#paths++
    const identities = certificates.map(one => this.identity(one))
    const anchored = anchor !== undefined
    this.#sink({ type: 'path', path, certificates: identities, anchored, source: anchor?.source })
    return path
  }

  /** What a check found, and of the other certificates that it looked at that nothing was found. */
  checked(
    number: number,
    { check, rule, looksAt }: Pick<Check, 'check' | 'rule' | 'looksAt'>,
    found: readonly Failure[],
    path: readonly Certificate[],
    context: CheckContext,
    accepts: (failure: Failure) => boolean,
  ): void {
    const say = (certificate: Certificate | undefined, span: Span | undefined, failure: Failure | undefined): void =>
      this.#sink({
        type: 'check',
        path: number,
        check,
        rule,
        certificate: certificate && this.identity(certificate),
        span,
        failure,
        accepted: failure !== undefined && accepts(failure),
      })
    const faulty = new Set<Certificate>()
    for (const failure of found) {
      const { certificate: index, start: from = 0, end: to = 0 } = failure.at ?? {}
      const certificate = index === undefined ? undefined : path.find(one => one.index === index)
      if (certificate !== undefined) faulty.add(certificate)
      say(certificate, certificate && { from, to }, failure)
    }
    for (const [certificate, span] of looksAt(path, context))
      if (!faulty.has(certificate)) say(certificate, span, undefined)
  }
}
