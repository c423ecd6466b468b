/**
 * Whether the certificates of a path are revoked: asked last of a path that is good otherwise. Who signed a list or an
 * answer is found on the path, or by a path of its own to the same anchor, which costs of the same `Work`.
 */
import { OID } from '../../asn1/oids.table.ts'
import type { CryptoProvider, SignatureAlgorithm } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { Failure, fail } from '../../failures/index.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { Certificate, malformedUnless, placeIn } from '../certificate/certificate.ts'
import { KEY_USAGE } from '../certificate/extensions.ts'
import { calledOf, dateText, extensionAt } from '../path/fitness.ts'
import type { Profile } from '../path/profile.ts'
import type { Signed, Work } from '../path/work.ts'
import { RevocationList } from './crl.ts'
import { crlStatus } from './crl-status.ts'
import type { Evidence, EvidenceFault, Need, RevocationDemands, RevocationFilter, RevocationState } from './evidence.ts'
import { type BasicOcspResponse, type OcspResponse, readOcspResponse } from './ocsp.ts'
import { ocspStatus } from './ocsp-status.ts'

/** Lists and answers that are looked at: chains have three certificates, with a list, a delta and an answer each. */
export const MAX_EVIDENCE = 64
/** Keys with which the signature of a list is checked: its length is hashed for each. */
export const MAX_SIGNERS = 4
/** A list's issuer may itself be on a list, whose issuer … Deeper is nobody's (PKITS has two). */
const MAX_DEPTH = 3

/** What is asked by the way of the path: another path of certificates to the same anchor. */
export type NestedPath = (
  leaf: Certificate,
  others: readonly Certificate[],
  depth: number,
) => readonly Bytes[] | undefined

export interface RevocationQuestion {
  readonly demands: RevocationDemands
  readonly evidence: EvidenceAtHand
  readonly at: Millis
  readonly crypto: CryptoProvider
  readonly profile: Profile
  readonly work: Work
  readonly nested: NestedPath
  /** Certificates that came with the chain. */
  readonly shown: readonly Certificate[]
  /** 0; one more within each path on the way. */
  readonly depth: number
}

export interface RevocationOutcome {
  readonly failures: readonly Failure[]
  /** Of each certificate but the anchor, leaf first. */
  readonly states: readonly RevocationState[]
  readonly needs: readonly Need[]
}

type SignedEvidence = Signed & { readonly signatureAlgorithm: SignatureAlgorithm | undefined }

/** Evidence, read once for a question and all that come up on its way. */
export class EvidenceAtHand {
  readonly lists: readonly RevocationList[]
  readonly answers: readonly OcspResponse[]
  readonly stapled: OcspResponse | 'none' | 'malformed' | undefined
  readonly filters: readonly RevocationFilter[]
  /** SignedCertificateTimestamps of the handshake, as they came. */
  readonly scts: readonly Bytes[]
  readonly signers: readonly Certificate[]
  /** What of it cannot be read. */
  readonly unreadable: readonly EvidenceFault[]
  /** What is being checked: it cannot vouch for whoever signed it. */
  readonly busy = new Set<SignedEvidence>()

  constructor({ crls = [], ocsp = [], stapled, scts = [], filters = [], certificates = [] }: Evidence) {
    const unreadable: EvidenceFault[] = []
    const read = <T>(make: () => T): T[] => {
      const value = malformedUnless(make)
      if (!(value instanceof Failure)) return [value]
      unreadable.push('malformed')
      return []
    }
    const answer = (each: Bytes | OcspResponse): OcspResponse[] =>
      each instanceof Uint8Array ? read(() => readOcspResponse(each)) : [each]
    this.lists = crls
      .slice(0, MAX_EVIDENCE)
      .flatMap(each => (each instanceof RevocationList ? [each] : read(() => new RevocationList(each))))
    this.answers = ocsp.slice(0, MAX_EVIDENCE).flatMap(answer)
    this.stapled = stapled === undefined || stapled === 'none' ? stapled : (answer(stapled)[0] ?? 'malformed')
    this.filters = filters
    this.scts = scts
    this.signers = certificates.slice(0, MAX_EVIDENCE).flatMap(der => read(() => new Certificate(der)))
    this.unreadable = unreadable
  }
}

export class RevocationJudge {
  readonly #question: RevocationQuestion

  constructor(question: RevocationQuestion) {
    this.#question = question
  }

  /** `path` from the leaf to the anchor; without an anchor nobody vouches for evidence about the last one. */
  judge(path: readonly Certificate[]): RevocationOutcome {
    const { mode, scope = 'chain' } = this.#question.demands
    const failures: Failure[] = []
    const states: RevocationState[] = []
    const needs: Need[] = []
    for (const [i, certificate] of path.slice(0, -1).entries()) {
      const finding = this.#status(path, i)
      states.push(finding)
      if (finding.status === 'revoked') failures.push(revoked(certificate, finding))
      if (finding.status !== 'not-checked' || mode === 'off' || (scope === 'leaf' && i > 0)) continue
      needs.push(...needsOf(certificate, path[i + 1]!))
      if (mode === 'hard') failures.push(unknown(certificate, finding.faults))
    }
    const staple = this.#stapleFault(path)
    return { failures: staple === undefined ? failures : [...failures, staple], states, needs }
  }

  /** RFC 7633 4.2.3.1: what the certificate promises of its server. */
  #stapleFault(path: readonly Certificate[]): Failure | undefined {
    const { evidence, depth } = this.#question
    const { stapled } = evidence
    const [leaf, issuer] = path
    if (depth > 0 || stapled === undefined || issuer === undefined) return undefined
    if (leaf!.extension('tlsFeature')?.includes(STATUS_REQUEST) !== true) return undefined
    const finding = typeof stapled === 'string' ? undefined : this.#ocsp(stapled, path, 0)
    // What is revoked was told already.
    if (finding !== undefined && finding.status !== 'not-checked') return undefined
    const faults = finding?.faults ?? (stapled === 'none' ? [] : (['malformed'] as const))
    return fail('tls/staple-missing', {
      where: calledOf(leaf!),
      got: faults.length === 0 ? 'none' : faultText(faults),
      ...extensionAt(leaf!, 'tlsFeature'),
    })
  }

  #status(path: readonly Certificate[], i: number): RevocationState {
    const { evidence, depth } = this.#question
    const certificate = path[i]!
    const issuer = path[i + 1]!
    const faults: EvidenceFault[] = [...evidence.unreadable]
    let good: RevocationState | undefined
    const hear = (finding: RevocationState): RevocationState | undefined => {
      if (finding.status === 'revoked') return finding
      if (finding.status === 'good') good ??= finding
      else if (finding.status === 'not-checked') faults.push(...finding.faults)
      return undefined
    }
    for (const filter of evidence.filters) {
      if (!filter.covers(certificate, issuer)) continue
      const isRevoked = filter.isRevoked(certificate, issuer)
      const told = hear(
        isRevoked ? { status: 'revoked', by: 'filter' } : { status: 'good', by: 'filter', until: undefined },
      )
      if (told !== undefined) return told
    }
    const stapled = i === 0 && depth === 0 && typeof evidence.stapled === 'object' ? [evidence.stapled] : []
    for (const response of [...stapled, ...evidence.answers]) {
      const told = hear(this.#ocsp(response, path, i))
      if (told !== undefined) return told
    }
    if (evidence.lists.length > 0) {
      const told = hear(
        crlStatus(certificate, {
          lists: evidence.lists,
          dateFault: (from, to) => this.#dateFault(from, to),
          signatureFault: list => this.#listSignatureFault(list, path, i),
          unnumbered: this.#question.profile.unnumberedLists,
        }),
      )
      if (told !== undefined) return told
    }
    if (good !== undefined) return good
    return isNeverTold(certificate)
      ? { status: 'not-published' }
      : { status: 'not-checked', faults: [...new Set(faults)] }
  }

  #ocsp(response: OcspResponse, path: readonly Certificate[], i: number): RevocationState {
    return ocspStatus(response, path[i]!, path[i + 1]!, {
      crypto: this.#question.crypto,
      dateFault: (from, to) => this.#dateFault(from, to),
      signatureFault: answer => this.#answerSignatureFault(answer, path, i),
    })
  }

  #dateFault(thisUpdate: Millis, nextUpdate: Millis | undefined): EvidenceFault | undefined {
    const { at, demands } = this.#question
    if (!(thisUpdate <= at)) return 'not-yet'
    if (nextUpdate !== undefined && !(at < nextUpdate)) return 'out-of-date'
    return demands.maxAge !== undefined && at - thisUpdate > demands.maxAge ? 'out-of-date' : undefined
  }

  /** RFC 5280 6.3.3 (f), (g): whoever has the issuer's name, may sign lists, and leads to the same anchor. */
  #listSignatureFault(list: RevocationList, path: readonly Certificate[], i: number): EvidenceFault | undefined {
    const maySign = (certificate: Certificate): boolean => {
      const usage = malformedUnless(() => certificate.extension('keyUsage'))
      if (usage instanceof Failure || (usage !== undefined && (usage & KEY_USAGE.cRLSign) === 0)) return false
      return certificate.subject.key === list.issuer.key
    }
    return this.#signatureFault(list, path, i, {
      above: path.slice(i + 1).filter(maySign),
      others: this.#others(path).filter(maySign),
    })
  }

  /** RFC 6960 4.2.2.2: the issuer itself, or whom it has named for this and signed with its own key. */
  #answerSignatureFault(answer: BasicOcspResponse, path: readonly Certificate[], i: number): EvidenceFault | undefined {
    const issuer = path[i + 1]!
    const { crypto } = this.#question
    const isResponder = (certificate: Certificate): boolean =>
      'name' in answer.responder
        ? certificate.subject.key === answer.responder.name.key
        : sameOctets(crypto.hash('sha1').update(certificate.keyOctets).digest(), answer.responder.keyHash)
    const isDelegate = (certificate: Certificate): boolean => {
      const usages = malformedUnless(() => certificate.extension('extKeyUsage'))
      const may = !(usages instanceof Failure) && usages?.includes(OID.OCSPSigning) === true
      return may && certificate.issuer.key === issuer.subject.key && isResponder(certificate)
    }
    const brought = answer.certificates.flatMap(der => {
      const certificate = malformedUnless(() => new Certificate(der))
      return certificate instanceof Certificate ? [certificate] : []
    })
    const delegates = [...brought, ...this.#others(path)].filter(isDelegate)
    return this.#signatureFault(answer, path, i, {
      above: isResponder(issuer) ? [issuer] : [],
      others: delegates,
      directly: issuer,
    })
  }

  #others(path: readonly Certificate[]): readonly Certificate[] {
    return [...this.#question.evidence.signers, ...this.#question.shown].filter(
      one => !path.some(each => each.identity === one.identity),
    )
  }

  /** `above` is on the path and believed as it is; `others` are when a path of their own leads to the same anchor. */
  #signatureFault(
    signed: SignedEvidence,
    path: readonly Certificate[],
    i: number,
    candidates: {
      readonly above: readonly Certificate[]
      readonly others: readonly Certificate[]
      /** Who must have signed the others. */
      readonly directly?: Certificate
    },
  ): EvidenceFault | undefined {
    const { profile, work, depth, nested, evidence } = this.#question
    const algorithm = signed.signatureAlgorithm
    if (algorithm === undefined || (algorithm.hash !== undefined && !profile.hashes.has(algorithm.hash))) return 'weak'
    if (evidence.busy.has(signed)) return 'signature'
    const isSigner = (signer: Certificate): boolean =>
      !(malformedUnless(() => signer.decodeAll()) instanceof Failure) &&
      work.isSignedBy(signed, algorithm, signer) === true
    const above = candidates.above.slice(0, MAX_SIGNERS)
    if (above.some(isSigner)) return undefined
    if (depth >= MAX_DEPTH) return 'signature'
    evidence.busy.add(signed)
    try {
      // The key first: one check of a signature, where a path is several.
      for (const signer of candidates.others.slice(0, MAX_SIGNERS).filter(isSigner)) {
        const way = nested(signer, [...path.slice(i + 1, -1), ...this.#others(path)], depth + 1)
        if (way === undefined || !sameOctets(way.at(-1)!, path.at(-1)!.der)) continue
        if (candidates.directly === undefined || keyOf(way[1]) === candidates.directly.keyIdentity) return undefined
      }
    } finally {
      evidence.busy.delete(signed)
    }
    return 'signature'
  }
}

const keyOf = (der: Bytes | undefined): string | undefined =>
  der === undefined ? undefined : new Certificate(der).keyIdentity

/** TLS's number of the extension with which a client asks for an OCSP answer (RFC 6066 8). */
const STATUS_REQUEST = 5

const revoked = (
  certificate: Certificate,
  { date, reason }: Extract<RevocationState, { status: 'revoked' }>,
): Failure =>
  fail('tls/certificate-revoked', {
    where: calledOf(certificate),
    got: reason ?? 'unspecified',
    ...(date === undefined ? {} : { expected: dateText(date) }),
    ...placeIn(certificate, certificate.spans.serialNumber),
  })

const unknown = (certificate: Certificate, faults: readonly EvidenceFault[]): Failure =>
  fail('tls/revocation-unknown', {
    where: calledOf(certificate),
    got: faults.length === 0 ? 'none' : faultText(faults),
    ...placeIn(certificate, certificate.spans.serialNumber),
  })

const faultText = (faults: readonly EvidenceFault[]): string => [...new Set(faults)].join(', ')

/**
 * RFC 9608: the extension is for certificates of others than authorities, and beside it there is no place where something
 * is told. One that contradicts itself is held to what it says besides.
 */
const isNeverTold = (certificate: Certificate): boolean =>
  certificate.find('noRevAvail') !== undefined &&
  certificate.extension('basicConstraints')?.ca !== true &&
  certificate.find('cRLDistributionPoints') === undefined &&
  certificate.find('freshestCRL') === undefined &&
  certificate.extension('authorityInfoAccess')?.some(({ method }) => method === OID.ocsp) !== true

/** Where the certificate says that its state is told: answers before lists, which are longer. */
const needsOf = (certificate: Certificate, issuer: Certificate): readonly Need[] => {
  const need = (kind: Need['kind'], url: string): Need[] =>
    /^http:\/\/[!-~]+$/i.test(url) ? [{ kind, url, issuer: issuer.der, certificate: certificate.der }] : []
  const answers = (certificate.extension('authorityInfoAccess') ?? []).flatMap(({ method, location }) =>
    method === OID.ocsp && location.type === 'uri' ? need('ocsp', location.text) : [],
  )
  const lists = [
    ...(certificate.extension('cRLDistributionPoints') ?? []),
    ...(certificate.extension('freshestCRL') ?? []),
  ].flatMap(({ name }) =>
    name !== undefined && 'full' in name
      ? name.full.flatMap(each => (each.type === 'uri' ? need('crl', each.text) : []))
      : [],
  )
  return [...answers, ...lists].slice(0, MAX_NEEDS)
}

/** Of one certificate: it may name hundreds of places, all of the issuer's choice. */
const MAX_NEEDS = 8
