/**
 * From a pile of certificates to a proof: builds paths from the leaf to a trusted root, going back where one does not
 * hold (cross-signed and renewed authorities make dead ends), and checks each (RFC 5280 6.1, RFC 4158). All work that a
 * hostile chain can cause is bounded. `checks.ts` has the checks, `profile.ts` how strict they are.
 */
import { type Failure, type FailureCode, fail } from '../failures/index.ts'
import { sameOctets } from '../wire/bytes.ts'
import { Certificate, malformedUnless, placeIn } from './certificate.ts'
import { type CheckContext, calledOf, notAuthority, outOfDate, pathChecks, weakKey, weakSignature } from './checks.ts'
import { checkName } from './names.ts'
import { deployed } from './profile.ts'
import { signatureCost } from './public-key.ts'
import { type ChainTrusted, isTrusted, mint } from './trusted.ts'
import type { ChainOutcome, ChainRequest, TriedPath } from './types.ts'

/**
 * As many checks of signatures by P-256 keys as crypto/x509 of Go allows, or fewer by keys that take longer
 * (`signatureCost`): an honest chain needs five, and a hostile one could ask for millions.
 */
export const MAX_SIGNATURE_COST = 100
/** Certificates looked at while building: enough for 35 cross-signed intermediates, few enough to take milliseconds. */
export const MAX_PATH_STEPS = 2000
/** Certificates that a peer may send: public chains have at most ten. */
export const MAX_CHAIN_CERTIFICATES = 128
/** Paths to an anchor that are checked from end to end: cross-signed authorities make a handful. */
export const MAX_WHOLE_PATHS = 64
/** Paths kept for the explanation. */
const MAX_TRIED = 32

/** What says that no anchor was reached: only after these can a chain be accepted that ends nowhere. */
const ENDS_NOWHERE: ReadonlySet<string> = new Set<FailureCode>([
  'tls/certificate-untrusted',
  'tls/certificate-self-signed',
  'tls/chain-incomplete',
])
/** After these nothing is left that could be checked, so nobody can go on. */
const FINAL: ReadonlySet<string> = new Set<FailureCode>(['tls/certificate-malformed', 'tls/chain-too-complex'])

/** Trusted, or the most telling failure. Throws RangeError when `at` is no date. */
export const verifyChain = (request: ChainRequest): ChainTrusted | Failure => explainChain(request).result

/** As `verifyChain`, with every path that was tried and why it was not taken. Throws RangeError without a date. */
export const explainChain = (request: ChainRequest): ChainOutcome => {
  // No date is before or after NaN: all certificates would be in date. `Date.parse` gives it for what it cannot read.
  if (!Number.isFinite(request.at))
    throw new RangeError(`the date to check at must be a finite number, not ${request.at}`)
  const builder = new PathBuilder(request, [])
  const strict = builder.run()
  const accept = (request.accept ?? []).filter(code => !FINAL.has(code))
  // A path without fault is preferred to one whose faults are accepted, so those count only in a second round.
  const outcome =
    isTrusted(strict.result) || !accept.includes(strict.result.code as FailureCode)
      ? strict
      : new PathBuilder(request, accept).run()
  tell(request, outcome)
  return outcome
}

/** Failures with how telling they are: what was seen at a trusted root explains more than a dead end on the way. */
interface Ranked {
  readonly failure: Failure
  readonly rank: 'whole-path' | 'edge-to-anchor' | 'edge' | 'dead-end' | 'aside'
}
const ranks: readonly Ranked['rank'][] = ['aside', 'dead-end', 'edge', 'edge-to-anchor', 'whole-path']

interface Outcome extends ChainOutcome {
  /** For the trace: the checks of the path that decided, and whether they held. */
  readonly verdicts: readonly { check: string; rule: string; failure: Failure | undefined }[]
}

class PathBuilder {
  readonly #request: ChainRequest
  readonly #accept: readonly FailureCode[]
  readonly #context: CheckContext
  readonly #pool = new Map<string, Certificate[]>()
  readonly #tried: TriedPath[] = []
  readonly #signatures = new Map<Certificate, Map<string, boolean>>()
  #best: Ranked | undefined
  #deepest: { readonly path: readonly Certificate[]; readonly accepted: readonly Failure[] } | undefined
  #steps = 0
  #wholePaths = 0
  #signatureCost = 0
  #verdicts: Outcome['verdicts'] = []

  constructor(request: ChainRequest, accept: readonly FailureCode[]) {
    this.#request = request
    this.#accept = accept
    let named: { readonly failure: Failure | undefined } | undefined
    let key: boolean | undefined
    this.#context = {
      // The same for every path, and a certificate may have thousands of names.
      nameFault: leaf => (named ??= { failure: nameFault(leaf, request) }).failure,
      at: request.at,
      profile: request.profile ?? deployed,
      purpose: request.purpose ?? 'server',
      keyUsage: request.keyUsage,
      budget: { comparisons: 0 },
      // Of the leaf only: no signature of a certificate is checked with its key.
      isKey: leaf => (key ??= request.crypto.isPublicKey(leaf.spki)),
      isSelfSigned: certificate => this.#signatureFault(certificate, certificate) === undefined,
      anchored: true,
    }
  }

  run(): Outcome {
    const result = this.#decide()
    return { result, tried: this.#tried, verdicts: this.#verdicts }
  }

  #decide(): ChainTrusted | Failure {
    const { chain, trust } = this.#request
    if (chain.length > MAX_CHAIN_CERTIFICATES)
      return fail('tls/chain-too-complex', { number: MAX_CHAIN_CERTIFICATES, got: 'certificates' })
    const leaf = this.#read(chain)
    if (!(leaf instanceof Certificate)) return leaf
    this.#deepest = { path: [leaf], accepted: [] }
    if (this.#context.profile.trustedLeaf === 'accepted' && trust.find(leaf.der) !== undefined) {
      const trusted = this.#complete([leaf], [])
      if (trusted !== undefined) return trusted
    }
    const found = this.#extend([leaf], [])
    if (found !== undefined) return found
    const failure = this.#best?.failure ?? this.#unanchored([leaf])
    return ENDS_NOWHERE.has(failure.code) && this.#accepts(failure) ? this.#withoutAnchor(failure) : failure
  }

  /** Parses the chain; other certificates than the leaf that cannot be read are as if they had not been sent. */
  #read(chain: readonly Uint8Array[]): Certificate | Failure {
    const [first, ...others] = chain
    if (first === undefined) return fail('tls/certificate-malformed', { where: 'chain', got: 'holds no certificate' })
    const leaf = malformedUnless(() => new Certificate(first, 0).decodeAll(), undefined, 0)
    if (!(leaf instanceof Certificate)) return leaf
    for (const [i, der] of others.entries()) {
      const certificate = malformedUnless(() => new Certificate(der, i + 1), undefined, i + 1)
      if (!(certificate instanceof Certificate)) {
        this.#note([leaf], certificate, 'aside')
        continue
      }
      const same = this.#pool.get(certificate.subject.key)
      if (same === undefined) this.#pool.set(certificate.subject.key, [certificate])
      else if (!same.some(other => other.identity === certificate.identity)) same.push(certificate)
    }
    return leaf
  }

  /** Depth first: the issuers of the last certificate, anchors before others. */
  #extend(path: readonly Certificate[], accepted: readonly Failure[]): ChainTrusted | undefined {
    const last = path.at(-1)!
    if (path.length > (this.#deepest?.path.length ?? 0)) this.#deepest = { path, accepted }
    const shown = this.#pool.get(last.issuer.key) ?? []
    // A root that the peer sent as well is looked at where it sent it, so that a failure can show its bytes.
    const roots = this.#request.trust
      .bySubject(last.issuer.key)
      .map(root => shown.find(({ identity }) => identity === root.identity) ?? root)
    const anchors = byLikelihood(roots, last, this.#request.at)
    const others = byLikelihood(shown, last, this.#request.at)
    for (const anchor of anchors) {
      const edge = this.#edge(path, anchor, 'anchor', accepted)
      const whole = edge === undefined ? undefined : this.#complete([...path, anchor], edge)
      if (whole !== undefined) return whole
      if (this.#exhausted()) return undefined
    }
    for (const issuer of others) {
      if (path.some(earlier => sameAuthority(earlier, issuer))) continue
      const edge = this.#edge(path, issuer, 'intermediate', accepted)
      const further = edge === undefined ? undefined : this.#extend([...path, issuer], edge)
      if (further !== undefined) return further
      if (this.#exhausted()) return undefined
    }
    // Nobody has the issuer's name, or only those that the path already holds: a circle, which leads nowhere.
    this.#note(path, this.#unanchored(path), 'dead-end')
    return undefined
  }

  /** What the issuer must be and the signature; undefined when it does not hold, else what was accepted so far. */
  #edge(
    path: readonly Certificate[],
    issuer: Certificate,
    role: 'anchor' | 'intermediate',
    accepted: readonly Failure[],
  ): readonly Failure[] | undefined {
    const child = path.at(-1)!
    const rank = role === 'anchor' ? 'edge-to-anchor' : 'edge'
    if (++this.#steps > MAX_PATH_STEPS) {
      this.#note(path, fail('tls/chain-too-complex', { number: MAX_PATH_STEPS, got: 'steps' }), 'whole-path')
      return undefined
    }
    const readable = malformedUnless(() => issuer.decodeAll(), calledOf(issuer), issuer.index)
    if (!(readable instanceof Certificate)) {
      this.#note([...path, issuer], readable, rank)
      return undefined
    }
    const { profile, at } = this.#context
    const weak = weakSignature(child, profile)
    const checkable = child.signatureAlgorithm !== undefined && (weak === undefined || this.#accepts(weak))
    // Before the signature, and not only for the whole path: the peer chooses how long a check takes.
    const key = weakKey(issuer, role, profile)
    const unreliable = checkable ? (key === undefined || this.#accepts(key) ? undefined : key) : weak
    const signature = unreliable === undefined ? this.#signatureFault(child, issuer) : undefined
    const refused =
      unreliable ??
      [signature, ...(role === 'anchor' ? [] : [notAuthority(issuer, role, profile), outOfDate(issuer, at)])].find(
        fault => fault !== undefined && !this.#accepts(fault),
      )
    if (refused !== undefined) {
      this.#note([...path, issuer], refused, refused.code === 'tls/chain-too-complex' ? 'whole-path' : rank)
      return undefined
    }
    // Checks of the issuer come again for the whole path; only the signature is settled here.
    return [...accepted, ...[weak, signature].filter(fault => fault !== undefined)]
  }

  #accepts(failure: Failure): boolean {
    return this.#accept.includes(failure.code as FailureCode)
  }

  /** Whatever its strength. A signature of a kind that we cannot check is no signature, so nobody can accept it. */
  #signatureFault(child: Certificate, issuer: Certificate): Failure | undefined {
    const algorithm = child.signatureAlgorithm
    if (algorithm === undefined) return weakSignature(child, this.#context.profile)
    let known = this.#signatures.get(child)
    if (known === undefined) this.#signatures.set(child, (known = new Map()))
    // By key: an authority with a hundred certificates for one key costs one check.
    let good = known.get(issuer.keyIdentity)
    if (good === undefined) {
      this.#signatureCost += signatureCost(issuer.publicKey)
      if (this.#signatureCost > MAX_SIGNATURE_COST)
        return fail('tls/chain-too-complex', { number: MAX_SIGNATURE_COST, got: 'signature checks' })
      good = this.#request.crypto.verify(algorithm, issuer.spki, child.tbs, child.signature)
      known.set(issuer.keyIdentity, good)
    }
    if (good) return undefined
    return fail('tls/certificate-signature', {
      where: calledOf(child),
      expected: calledOf(issuer),
      ...placeIn(child, child.spans.signature),
    })
  }

  /** All checks of a path that has reached an anchor. */
  #complete(path: readonly Certificate[], accepted: readonly Failure[]): ChainTrusted | undefined {
    return this.#check(path, accepted, this.#context, path.at(-1)!.subject.shortText)
  }

  #check(
    path: readonly Certificate[],
    accepted: readonly Failure[],
    context: CheckContext,
    anchor: string,
  ): ChainTrusted | undefined {
    if (++this.#wholePaths > MAX_WHOLE_PATHS) {
      this.#note(path, fail('tls/chain-too-complex', { number: MAX_WHOLE_PATHS, got: 'paths' }), 'whole-path')
      return undefined
    }
    const passed: Failure[] = [...accepted]
    const verdicts: { check: string; rule: string; failure: Failure | undefined }[] = [
      { check: 'chain', rule: 'RFC 5280 6.1', failure: context.anchored ? undefined : accepted.at(-1) },
      { check: 'signatures', rule: 'RFC 5280 6.1.3', failure: undefined },
    ]
    for (const { check, rule, run } of pathChecks) {
      const found = run(path, context)
      const fatal = found.find(failure => !this.#accepts(failure))
      verdicts.push({ check, rule, failure: fatal ?? found[0] })
      if (fatal !== undefined) {
        if (this.#note(path, fatal, 'whole-path')) this.#verdicts = verdicts
        return undefined
      }
      passed.push(...found)
    }
    this.#verdicts = verdicts
    this.#tried.push({ names: namesOf(path), failure: undefined })
    const { chain, name, keyUsage } = this.#request
    const { purpose } = this.#context
    return mint(
      { chain, name, purpose, keyUsage },
      { proof: 'chain-trusted', publicKey: path[0]!.spki, path: path.map(({ der }) => der), anchor, accepted: passed },
    )
  }

  /** The caller accepts that no anchor was reached: the rest is checked all the same. */
  #withoutAnchor(failure: Failure): ChainTrusted | Failure {
    const context = { ...this.#context, anchored: false }
    const { path, accepted } = this.#deepest!
    this.#best = undefined
    this.#wholePaths = 0
    return (
      this.#check(path, [...accepted, failure], context, `nobody (${failure.code} accepted)`) ?? this.#best!.failure
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

  /** Keeps a failure for the explanation, and as the result when it is the most telling; true when it is. */
  #note(path: readonly Certificate[], failure: Failure, rank: Ranked['rank']): boolean {
    if (this.#tried.length < MAX_TRIED) this.#tried.push({ names: namesOf(path), failure })
    if (this.#best !== undefined && ranks.indexOf(this.#best.rank) >= ranks.indexOf(rank)) return false
    this.#best = { failure, rank }
    return true
  }

  #exhausted(): boolean {
    return (
      this.#steps > MAX_PATH_STEPS || this.#signatureCost > MAX_SIGNATURE_COST || this.#wholePaths > MAX_WHOLE_PATHS
    )
  }
}

const nameFault = (leaf: Certificate, { name, isRegistrySuffix }: ChainRequest): Failure | undefined =>
  name === undefined ? undefined : checkName(leaf, name, isRegistrySuffix)

const namesOf = (path: readonly Certificate[]): string[] => path.map(certificate => certificate.subject.text)

/** RFC 4158 5.2: the same name and key a second time on a path adds nothing and may go round in a circle. */
const sameAuthority = (a: Certificate, b: Certificate): boolean =>
  a.keyIdentity === b.keyIdentity && a.subject.key === b.subject.key

/** Issuers whose key identifier fits and whose dates hold first (RFC 4158 3.5); most often the first one is it. */
const byLikelihood = (issuers: readonly Certificate[], child: Certificate, at: number): readonly Certificate[] => {
  if (issuers.length < 2) return issuers
  const wanted = keyIdOf(() => child.extension('authorityKeyIdentifier')?.keyIdentifier)
  const score = (issuer: Certificate): number => {
    const own = keyIdOf(() => issuer.extension('subjectKeyIdentifier'))
    const key = wanted === undefined || own === undefined ? 1 : sameOctets(wanted, own) ? 0 : 4
    return key + (outOfDate(issuer, at) === undefined ? 0 : 2)
  }
  return issuers
    .map(issuer => ({ issuer, order: score(issuer) }))
    .sort((a, b) => a.order - b.order)
    .map(({ issuer }) => issuer)
}

/** A malformed identifier is no help in choosing; it is refused when its certificate is used. */
const keyIdOf = (read: () => Uint8Array | undefined): Uint8Array | undefined => {
  const value = malformedUnless(read)
  return value instanceof Uint8Array ? value : undefined
}

/** Says each check once to whoever follows the exchange. */
const tell = (request: ChainRequest, { result, verdicts }: ChainOutcome & Partial<Outcome>): void => {
  const { trace, now = 0 } = request
  if (trace === undefined) return
  const { sink, flow, host } = trace
  const said = verdicts === undefined || verdicts.length === 0 ? undefined : verdicts
  const known: Readonly<Record<string, string>> = isTrusted(result)
    ? { chain: `trusted by ${result.anchor}`, dates: timeLeft(request) }
    : {}
  for (const { check, rule, failure } of said ?? []) {
    const ok = failure === undefined
    const about = ok ? known[check] : undefined
    const words = about === undefined ? {} : { about }
    sink.verdict({ layer: 'tls', flow, host, at: now, check, ok, rule, ...words, ...(ok ? {} : { failure }) })
  }
  if (said !== undefined || isTrusted(result)) return
  sink.verdict({ layer: 'tls', flow, host, at: now, check: 'chain', ok: false, rule: 'RFC 5280 6.1', failure: result })
}

const HOUR = 3_600_000

/** How long the leaf still holds: `61 days left`. */
const timeLeft = ({ chain, at }: ChainRequest): string => {
  const leaf = malformedUnless(() => new Certificate(chain[0] ?? new Uint8Array(0)))
  if (!(leaf instanceof Certificate)) return ''
  const hours = Math.floor((leaf.notAfter - at) / HOUR)
  const [amount, unit] = hours < 48 ? [hours, 'hour'] : [Math.floor(hours / 24), 'day']
  return `${amount} ${unit}${amount === 1 ? '' : 's'} left`
}
