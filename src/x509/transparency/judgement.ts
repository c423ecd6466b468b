/**
 * Which timestamps of a leaf count: all that came, in whatever way, are checked with the keys of the logs that the caller
 * knows (RFC 6962 5.2), and counted by the policy. Asked last of a path that is good otherwise.
 */
import type { CryptoProvider, SignatureAlgorithm } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { Failure, fail } from '../../failures/index.ts'
import { hexText, sameOctets } from '../../wire/bytes.ts'
import { decode } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import { type Certificate, malformedUnless } from '../certificate/certificate.ts'
import { type SignedCertificateTimestamp, signedCertificateTimestamp } from '../certificate/sct.ts'
import { calledOf, extensionAt } from '../path/fitness.ts'
import type { Signed, Work } from '../path/work.ts'
import { BasicOcspResponse, type OcspResponse } from '../revocation/ocsp.ts'
import type { CertificateLog } from './log-list.ts'
import { type GoodTimestamp, transparencyPolicies } from './policies.table.ts'
import { type LogEntry, precertificateTbs, signedEntry } from './signed-entry.ts'
import type {
  TimestampFault,
  TimestampFinding,
  TimestampSource,
  TransparencyDemands,
  TransparencyState,
} from './types.ts'

/** Of one leaf: certificates have two to five, and each costs a check of a signature. */
export const MAX_TIMESTAMPS = 32

export interface TransparencyQuestion {
  readonly demands: TransparencyDemands
  /** SignedCertificateTimestamps of the handshake. */
  readonly scts: readonly Bytes[]
  readonly answers: readonly OcspResponse[]
  readonly at: Millis
  readonly crypto: CryptoProvider
  readonly work: Work
}

export interface TransparencyOutcome {
  readonly failure: Failure | undefined
  readonly state: TransparencyState
}

export const NOT_CHECKED: TransparencyOutcome = { failure: undefined, state: { status: 'not-checked' } }

interface Came {
  readonly source: TimestampSource
  readonly sct: SignedCertificateTimestamp | undefined
}

/** With the log, where the list has it. */
interface Seen extends Came {
  readonly log: CertificateLog | undefined
  readonly fault: TimestampFault | undefined
}

export class TransparencyJudge {
  readonly #question: TransparencyQuestion
  readonly #leaf: Certificate
  readonly #came: readonly Came[]
  /** What was signed, so that a path like another costs no check again. */
  readonly #signed = new Map<string, Signed>()

  constructor(question: TransparencyQuestion, leaf: Certificate) {
    this.#question = question
    this.#leaf = leaf
    this.#came = cameWith(leaf, question)
  }

  /** `issuer` is who signed the leaf; undefined where the path has nobody. */
  judge(issuer: Certificate | undefined): TransparencyOutcome {
    const { demands, at } = this.#question
    const { policy = 'off', logs } = demands
    const seen = this.#came.map((one, i): Seen => {
      const log = one.sct === undefined ? undefined : logs.logs.get(hexText(one.sct.logId))
      const fault = i < MAX_TIMESTAMPS ? this.#fault(one, log, issuer) : 'too-many'
      return { ...one, log, fault }
    })
    const earliest = Math.min(...seen.flatMap(({ sct, fault }) => (fault === undefined ? [sct!.timestamp] : [])))
    const settled = seen.map(one => ({ ...one, fault: one.fault ?? retiredFault(one, earliest, at) }))
    const shortfall = transparencyPolicies[policy]?.(
      settled.flatMap(one => goodIn(one, at)),
      lifetimeOf(this.#leaf),
    )
    const complies = transparencyPolicies[policy] === undefined ? undefined : shortfall === undefined
    const state: TransparencyState = {
      status: 'checked',
      policy,
      timestamps: settled.map(findingOf),
      listed: logs.at,
      complies,
    }
    return {
      failure:
        shortfall &&
        fail('tls/transparency-missing', {
          where: calledOf(this.#leaf),
          ...shortfall,
          ...extensionAt(this.#leaf, 'sctList'),
        }),
      state,
    }
  }

  #fault(
    { source, sct }: Came,
    log: CertificateLog | undefined,
    issuer: Certificate | undefined,
  ): TimestampFault | undefined {
    const { at } = this.#question
    if (sct === undefined) return 'malformed'
    if (log === undefined) return 'unknown-log'
    if (log.state === undefined || log.state.name === 'pending' || log.state.name === 'rejected')
      return 'log-not-accepted'
    if (!(sct.timestamp <= at)) return 'not-yet'
    const { interval } = log
    const { notAfter } = this.#leaf
    if (interval !== undefined && !(interval.from <= notAfter && notAfter < interval.until)) return 'out-of-interval'
    const algorithm = algorithmOf(log)
    if (sct.algorithm !== algorithm.scheme) return 'algorithm'
    if (source === 'certificate' && issuer === undefined) return 'no-issuer'
    const good = this.#question.work.isSignedBy(this.#signedBy(source, sct, issuer), algorithm, log.key)
    if (good instanceof Failure) return 'too-many'
    return good ? undefined : 'signature'
  }

  #signedBy(source: TimestampSource, sct: SignedCertificateTimestamp, issuer: Certificate | undefined): Signed {
    const leaf = this.#leaf
    // RFC 6962 3.3: which kind of entry it is follows from the way by which the timestamp came.
    const entry: LogEntry =
      source === 'certificate'
        ? { type: 'precert_entry', tbs: precertificateTbs(leaf), issuerKey: issuer!.spki }
        : { type: 'x509_entry', certificate: leaf.der }
    const key = `${source === 'certificate' ? issuer!.keyIdentity : ''} ${hexText(sct.signature)} ${sct.timestamp} ${hexText(sct.extensions)}`
    let signed = this.#signed.get(key)
    if (signed === undefined) {
      signed = { tbs: signedEntry(sct, entry, this.#question.crypto), signature: sct.signature }
      this.#signed.set(key, signed)
    }
    return signed
  }
}

const lifetimeOf = ({ notBefore, notAfter }: Certificate): Millis => notAfter - notBefore

/** RFC 6962 2.1.4, and its number in the timestamp. */
const algorithmOf = ({ key }: CertificateLog): SignatureAlgorithm & { readonly scheme: number } =>
  key.publicKey.type === 'rsa'
    ? { key: 'rsa-pkcs1', hash: 'sha256', scheme: 0x0401 }
    : { key: 'ecdsa', hash: 'sha256', scheme: 0x0403 }

/** Since when the log is retired, if it is by now. */
const retiredAt = ({ state }: CertificateLog, at: Millis): Millis | undefined =>
  state?.name === 'retired' && state.since <= at ? state.since : undefined

/**
 * Chrome's policy: what a log signed before its end counts, and the earliest timestamp tells when the certificate was
 * logged. A server that brings timestamps itself can bring some of logs in use.
 */
const retiredFault = ({ source, log }: Seen, earliest: Millis, at: Millis): TimestampFault | undefined => {
  const since = log === undefined ? undefined : retiredAt(log, at)
  if (since === undefined) return undefined
  return source === 'certificate' && earliest < since ? undefined : 'log-retired'
}

const goodIn = ({ source, sct, log, fault }: Seen, at: Millis): GoodTimestamp[] =>
  fault !== undefined || log === undefined
    ? []
    : [
        {
          source,
          logId: log.id,
          operator: operatorAt(log, sct!.timestamp),
          log: retiredAt(log, at) === undefined ? 'in use' : 'retired',
        },
      ]

const operatorAt = ({ operator, previousOperators }: CertificateLog, at: Millis): string =>
  previousOperators.find(({ until }) => at < until)?.name ?? operator

const findingOf = ({ source, sct, log, fault }: Seen): TimestampFinding => ({
  source,
  logId: sct && hexText(sct.logId),
  log: log?.name,
  operator: log && operatorAt(log, sct!.timestamp),
  at: sct?.timestamp,
  fault,
})

/** All that came with the leaf, those of the certificate first. */
const cameWith = (leaf: Certificate, { scts, answers }: TransparencyQuestion): readonly Came[] => [
  ...(leaf.extension('sctList') ?? []).map((sct): Came => ({ source: 'certificate', sct })),
  ...scts.flatMap((octets): Came[] => {
    // RFC 6962 3.3: those of other versions are not known here.
    if (octets.length > 0 && octets[0] !== 0) return []
    return [{ source: 'tls', sct: readTimestamp(octets) }]
  }),
  ...answers.flatMap(answer => inAnswer(answer, leaf)),
]

const readTimestamp = (octets: Bytes): SignedCertificateTimestamp | undefined => {
  try {
    return decode(signedCertificateTimestamp, octets)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** Whoever signed the answer: each timestamp is signed itself, over the whole certificate. */
const inAnswer = (answer: OcspResponse, { serialNumber }: Certificate): readonly Came[] =>
  !(answer instanceof BasicOcspResponse)
    ? []
    : answer.answers
        .filter(({ id }) => sameOctets(id.serialNumber, serialNumber))
        .flatMap(({ extensions }): readonly Came[] => {
          const found = malformedUnless(() => extensions.value('ocspSctList'))
          if (found instanceof Failure) return [{ source: 'ocsp', sct: undefined }]
          return (found ?? []).map(sct => ({ source: 'ocsp', sct }))
        })
