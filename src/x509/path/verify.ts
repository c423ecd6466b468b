/**
 * From a pile of certificates to a proof: builds paths from the leaf to a trusted root, going back where one does not
 * hold (cross-signed and renewed authorities make dead ends), and checks each (RFC 5280 6.1, RFC 4158). All work that a
 * hostile chain can cause is bounded (`work.ts`). `checks.ts` has the checks, `profile.ts` how strict they are,
 * `explain.ts` a report of every path.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, type FailureCode, fail } from '../../failures/index.ts'
import { Certificate, malformedUnless, placeIn } from '../certificate/certificate.ts'
import type { Need } from '../revocation/evidence.ts'
import { EvidenceAtHand } from '../revocation/judgement.ts'
import type { Anchor } from './anchor.ts'
import { type CheckContext, pathChecks, transparencyCheck } from './checks.ts'
import { contextFor } from './context.ts'
import { calledOf, notAuthority, outOfDate, weakKey, weakSignature } from './fitness.ts'
import { ENDS_NOWHERE, linkChecks } from './links.ts'
import { deployed, type Profile } from './profile.ts'
import { byLikelihood, poolOf, readChain, type ShownChain, sameAuthority } from './shown.ts'
import { type EdgeStep, type StepSink, StepTeller } from './steps.ts'
import { tell, type Verdict } from './tell.ts'
import { type ChainTrusted, isTrusted, mint } from './trusted.ts'
import type { ChainRequest } from './types.ts'
import { Work } from './work.ts'

/** After these nothing is left that could be checked, so nobody can go on. */
const FINAL: ReadonlySet<string> = new Set<FailureCode>(['tls/certificate-malformed', 'tls/chain-too-complex'])

/** Trusted, or the most telling failure. Throws RangeError when `at` is no date. */
export const verifyChain = (request: ChainRequest): ChainTrusted | Failure => judge(request).result

/** A judgement, and what is left of the work for questions that follow from it. */
export interface Judged {
  readonly result: ChainTrusted | Failure
  readonly needs: readonly Need[]
  readonly shown: ShownChain
  readonly work: Work
}

/** As `verifyChain`; `before` has what an earlier judgement of this chain read and found out. */
export const judge = (request: ChainRequest, before?: Judged): Judged => {
  // No date is before or after NaN: all certificates would be in date. `Date.parse` gives it for what it cannot read.
  if (!Number.isFinite(request.at))
    throw new RangeError(`the date to check at must be a finite number, not ${request.at}`)
  const shown = before?.shown ?? readChain(request.chain)
  const work = before?.work.again() ?? new Work(request.crypto)
  const evidence = new EvidenceAtHand(request.evidence ?? {})
  const strict = new PathBuilder(request, shown, work, { accept: [], steps: request.steps, evidence }).run()
  const accept = (request.accept ?? []).filter(code => !FINAL.has(code))
  // A path without fault is preferred to one whose faults are accepted, so those count only in a second round.
  const { result, verdicts, needs } =
    isTrusted(strict.result) || !accept.includes(strict.result.code as FailureCode)
      ? strict
      : new PathBuilder(request, shown, work.again(), { accept, steps: request.steps, evidence }).run()
  tell(request, result, verdicts, shown.leaf)
  return { result, needs, shown, work }
}

/** Every path to its end with everything that is wrong with it, told to `steps`; what was judged before is not done again. */
export const everyPath = (request: ChainRequest, { shown, work }: Judged, steps: StepSink): void => {
  const accept = (request.accept ?? []).filter(code => !FINAL.has(code))
  const evidence = new EvidenceAtHand(request.evidence ?? {})
  new PathBuilder(request, shown, work.again(), { accept, steps, evidence, paths: 'every' }).run()
}

/** Failures with how telling they are: what was seen at a trusted root explains more than a dead end on the way. */
interface Ranked {
  readonly failure: Failure
  readonly rank: 'whole-path' | 'edge-to-anchor' | 'edge' | 'dead-end' | 'aside'
}
const ranks: readonly Ranked['rank'][] = ['aside', 'dead-end', 'edge', 'edge-to-anchor', 'whole-path']

interface Outcome {
  readonly result: ChainTrusted | Failure
  /** For the trace: the checks of the path that decided. */
  readonly verdicts: readonly Verdict[]
  readonly needs: readonly Need[]
}

interface BuilderOptions {
  readonly accept: readonly FailureCode[]
  readonly steps: StepSink | undefined
  readonly evidence: EvidenceAtHand
  /** How many paths this one lies within: that of whoever signed a list for a path. */
  readonly depth?: number | undefined
  /** `every`: goes on after a path that is trusted and after the first fault of each, to tell all; proves nothing. */
  readonly paths?: 'every' | undefined
}

class PathBuilder {
  readonly #request: ChainRequest
  readonly #accept: readonly FailureCode[]
  readonly #context: CheckContext
  readonly #shown: ShownChain
  readonly #work: Work
  readonly #steps: StepTeller | undefined
  readonly #every: boolean
  #best: Ranked | undefined
  #deepest: { readonly path: readonly Certificate[]; readonly carried: readonly Failure[] } | undefined
  #verdicts: readonly Verdict[] = []
  #needs: readonly Need[] = []

  constructor(request: ChainRequest, shown: ShownChain, work: Work, options: BuilderOptions) {
    const { accept, steps, paths, evidence, depth = 0 } = options
    this.#request = request
    this.#shown = shown
    this.#work = work
    this.#accept = accept
    this.#steps = steps && new StepTeller(steps, request.crypto)
    this.#every = paths === 'every'
    this.#context = contextFor(request, {
      evidence,
      work,
      depth,
      shown: () => [...shown.pool.values()].flat(),
      nested: (leaf, others, within) => nestedPath(request, work, { leaf, others, evidence, depth: within }),
      isSelfSigned: certificate => this.#signatureFault(certificate, certificate) === undefined,
    })
  }

  run(): Outcome {
    const result = this.#decide()
    return { result, verdicts: this.#verdicts, needs: this.#needs }
  }

  #decide(): ChainTrusted | Failure {
    const { trust } = this.#request
    const { leaf, unreadable } = this.#shown
    if (!(leaf instanceof Certificate)) {
      this.#steps?.say({ type: 'unreadable', failure: leaf })
      return leaf
    }
    for (const failure of unreadable) {
      this.#note(failure, 'aside')
      this.#steps?.say({ type: 'unreadable', failure })
    }
    const itself = this.#context.profile.trustedLeaf === 'accepted' ? trust.find(leaf.der) : undefined
    if (itself !== undefined) {
      const trusted = this.#complete([leaf], [], itself)
      if (trusted !== undefined) return trusted
    }
    const found = this.#extend([leaf], [])
    if (found !== undefined) return found
    const failure = this.#best?.failure ?? this.#unanchored([leaf])
    return ENDS_NOWHERE.has(failure.code) && this.#accepts(failure) ? this.#withoutAnchor(failure) : failure
  }

  /** Depth first: the issuers of the last certificate, anchors before others. */
  #extend(path: readonly Certificate[], carried: readonly Failure[]): ChainTrusted | undefined {
    const last = path.at(-1)!
    if (path.length > (this.#deepest?.path.length ?? 0)) this.#deepest = { path, carried }
    const shown = this.#shown.pool.get(last.issuer.key) ?? []
    // A root that the peer sent as well is looked at where it sent it, so that a failure can show its bytes.
    const roots = this.#request.trust.bySubject(last.issuer.key).map(root => {
      const sent = shown.find(({ identity }) => identity === root.certificate.identity)
      return sent === undefined ? root : { ...root, certificate: sent }
    })
    let leadsOn = false
    for (const anchor of byLikelihood(roots, last, this.#request.at, ({ certificate }) => certificate)) {
      const edge = this.#edge(last, anchor.certificate, 'anchor', carried)
      leadsOn ||= edge !== undefined
      const whole = edge === undefined ? undefined : this.#complete([...path, anchor.certificate], edge, anchor)
      if (whole !== undefined) return whole
      if (this.#work.isExhausted) return undefined
    }
    for (const issuer of byLikelihood(shown, last, this.#request.at, issuer => issuer)) {
      // Told already as the anchor that it is, and nobody is above it.
      if (this.#every && issuer.isSelfIssued && roots.some(({ certificate }) => certificate === issuer)) continue
      if (path.some(earlier => sameAuthority(earlier, issuer))) continue
      const edge = this.#edge(last, issuer, 'intermediate', carried)
      leadsOn ||= edge !== undefined
      const further = edge === undefined ? undefined : this.#extend([...path, issuer], edge)
      if (further !== undefined) return further
      if (this.#work.isExhausted) return undefined
    }
    // Nobody has the issuer's name, or only those that the path already holds: a circle, which leads nowhere.
    if (this.#every) {
      if (!leadsOn) this.#check(path, [...carried, this.#unanchored(path)], this.#context, '')
    } else this.#note(this.#unanchored(path), 'dead-end')
    return undefined
  }

  /** What the issuer must be and the signature; undefined when it does not hold, else what was accepted so far. */
  #edge(
    child: Certificate,
    issuer: Certificate,
    role: EdgeStep['role'],
    carried: readonly Failure[],
  ): readonly Failure[] | undefined {
    const rank = role === 'anchor' ? 'edge-to-anchor' : 'edge'
    const tired = this.#work.step()
    if (tired !== undefined) return this.#stop(tired)
    this.#steps?.candidate(child, issuer, role)
    const readable = malformedUnless(() => issuer.decodeAll(), calledOf(issuer), issuer.index)
    if (!(readable instanceof Certificate)) {
      this.#note(readable, rank)
      this.#steps?.edge(child, issuer, { role, signature: 'not checked', failure: readable })
      return undefined
    }
    const { profile, at } = this.#context
    const stops = (fault: Failure | undefined): boolean => fault !== undefined && !this.#accepts(fault)
    const weak = weakSignature(child, profile)
    // Before the signature, and not only for the whole path: the peer chooses how long a check takes.
    const key = weakKey(issuer, role, profile)
    const unreliable = child.signatureAlgorithm === undefined ? weak : this.#every ? undefined : [weak, key].find(stops)
    const signature = unreliable === undefined ? this.#signatureFault(child, issuer) : undefined
    // Not where every path is wanted to its end: they are faults of the path, and its checks come to them.
    const unfit = role === 'anchor' || this.#every ? [] : [notAuthority(issuer, role, profile), outOfDate(issuer, at)]
    const failure = unreliable ?? [signature, ...unfit].find(stops)
    const isTired = failure?.code === 'tls/chain-too-complex'
    const told = unreliable !== undefined || isTired ? 'not checked' : signature === undefined ? 'good' : 'bad'
    this.#steps?.edge(child, issuer, { role, signature: told, failure })
    if (failure !== undefined) return isTired ? this.#stop(failure) : void this.#note(failure, rank)
    // Checks of the issuer come again for the whole path; only the signature is settled here.
    return [...carried, ...[weak, signature].filter(fault => fault !== undefined)]
  }

  /** A bound is reached. */
  #stop(failure: Failure): undefined {
    this.#note(failure, 'whole-path')
    this.#steps?.say({ type: 'limit', failure })
  }

  #accepts(failure: Failure): boolean {
    return this.#accept.includes(failure.code as FailureCode)
  }

  /** Whatever its strength. A signature of a kind that we cannot check is no signature, so nobody can accept it. */
  #signatureFault(child: Certificate, issuer: Certificate): Failure | undefined {
    const algorithm = child.signatureAlgorithm
    if (algorithm === undefined) return weakSignature(child, this.#context.profile)
    const good = this.#work.isSignedBy(child, algorithm, issuer)
    if (typeof good === 'object') return good
    if (good) return undefined
    return fail('tls/certificate-signature', {
      where: calledOf(child),
      expected: calledOf(issuer),
      ...placeIn(child, child.spans.signature),
    })
  }

  /** All checks of a path that has reached an anchor. */
  #complete(path: readonly Certificate[], carried: readonly Failure[], anchor: Anchor): ChainTrusted | undefined {
    return this.#check(path, carried, { ...this.#context, anchor }, path.at(-1)!.subject.shortText)
  }

  #check(
    path: readonly Certificate[],
    carried: readonly Failure[],
    context: CheckContext,
    anchor: string,
  ): ChainTrusted | undefined {
    const tired = this.#work.wholePath()
    if (tired !== undefined) return this.#stop(tired)
    const number = this.#steps?.path(path, context.anchor) ?? 0
    const accepts = (failure: Failure): boolean => this.#accepts(failure)
    const passed: Failure[] = []
    const verdicts: Verdict[] = []
    let first: Failure | undefined
    const asked = this.#request.transparency === undefined ? [] : [transparencyCheck]
    for (const check of [...linkChecks(carried), ...pathChecks, ...asked]) {
      const found = check.run(path, context)
      const fatal = found.find(failure => !accepts(failure))
      verdicts.push({ check: check.check, rule: check.rule, failure: fatal ?? found[0] })
      this.#steps?.checked(number, check, found, path, context, accepts)
      first ??= fatal
      if (fatal !== undefined && !this.#every) break
      passed.push(...found)
    }
    if (first === undefined || this.#every)
      this.#steps?.known(number, context.revocation(path).states, context.transparency(path).state)
    this.#steps?.say({ type: 'end', path: number, failure: first })
    const needs = (): readonly Need[] => context.revocation(path).needs
    if (first !== undefined) {
      if (!this.#note(first, 'whole-path')) return undefined
      this.#verdicts = verdicts
      if (first.code === 'tls/revocation-unknown') this.#needs = needs()
      return undefined
    }
    this.#verdicts = verdicts
    this.#needs = needs()
    if (this.#every) return undefined
    const { chain, name, keyUsage } = this.#request
    const { purpose } = this.#context
    return mint(
      { chain, name, purpose, keyUsage },
      {
        proof: 'chain-trusted',
        publicKey: path[0]!.spki,
        path: path.map(({ der }) => der),
        anchor,
        // In the order in which they came up on the way.
        accepted: [...carried, ...passed.slice(carried.length)],
        policies: context.policies(path, context.anchor).policies,
        revocation: context.revocation(path).states,
        transparency: context.transparency(path).state,
        until: endOf(path, this.#request.at),
      },
    )
  }

  /** The caller accepts that no anchor was reached: the rest is checked all the same. */
  #withoutAnchor(failure: Failure): ChainTrusted | Failure {
    const { path, carried } = this.#deepest!
    this.#best = undefined
    return (
      this.#check(path, [...carried, failure], this.#context, `nobody (${failure.code} accepted)`) ??
      this.#best!.failure
    )
  }

  /** Why a path has no end: nobody signed it, or an authority that is not trusted, or one that is not there. */
  #unanchored(path: readonly Certificate[]): Failure {
    const [leaf] = path
    const last = path.at(-1)!
    const host = this.#request.name
    const asked = host === undefined ? {} : { expected: host }
    if (leaf!.isSelfIssued && path.length === 1) {
      // Issued under its own name by another key, or changed since.
      const fault = this.#signatureFault(leaf!, leaf!)
      if (fault !== undefined && !this.#accepts(fault)) return fault
      return fail('tls/certificate-self-signed', { ...asked, got: calledOf(leaf!), ...placeIn(leaf!, leaf!.issuer) })
    }
    const code = path.length === 1 ? 'tls/chain-incomplete' : 'tls/certificate-untrusted'
    const facts = { ...asked, got: `“${last.issuer.shortText}”`, where: calledOf(last) }
    return fail(code, { ...facts, ...placeIn(last, last.issuer) })
  }

  /** Keeps a failure as the result when it is the most telling; true when it is. */
  #note(failure: Failure, rank: Ranked['rank']): boolean {
    if (this.#best !== undefined && ranks.indexOf(this.#best.rank) >= ranks.indexOf(rank)) return false
    this.#best = { failure, rank }
    return true
  }
}

interface Nested {
  readonly leaf: Certificate
  readonly others: readonly Certificate[]
  readonly evidence: EvidenceAtHand
  readonly depth: number
}

/** The path of whoever signed a list or an answer, leaf first; undefined: it is not to be believed. */
const nestedPath = (
  request: ChainRequest,
  work: Work,
  { leaf, others, ...options }: Nested,
): readonly Bytes[] | undefined => {
  const { at, trust, crypto } = request
  const profile: Profile = {
    ...(request.profile ?? deployed),
    // It shows itself for no name and may be an authority; rules for certificates of servers are not for it.
    lints: new Set(),
    leafAuthority: 'accepted',
    leafWithoutPurpose: 'accepted',
    trustedLeaf: 'refused',
  }
  const shown = { leaf, pool: poolOf(others), unreadable: [] }
  const inner: ChainRequest = { chain: [leaf.der], name: undefined, at, trust, crypto, profile, purpose: 'any' }
  const { result } = new PathBuilder(inner, shown, work, { accept: [], steps: undefined, ...options }).run()
  return isTrusted(result) ? result.path : undefined
}

/** RFC 5280 4.1.2.5: when the first that is in date is so no more. One that is not in date now was accepted, or is an anchor. */
const endOf = (path: readonly Certificate[], at: Millis): Millis | undefined => {
  const ends = path.map(({ notAfter }) => notAfter + 1_000).filter(end => end > at)
  return ends.length === 0 ? undefined : Math.min(...ends)
}
