/** What came along with a chain, and what is known of it by evidence, for people and for programs: OCSP answers, timestamps of logs. */
import type { Bytes, Millis } from '../engine.ts'
import { hexText, sameOctets } from '../wire/bytes.ts'
import { decode } from '../wire/codec.ts'
import { WireError } from '../wire/reader.ts'
import type { Certificate } from '../x509/certificate/certificate.ts'
import { type SignedCertificateTimestamp, signedCertificateTimestamp } from '../x509/certificate/sct.ts'
import type { KnownStep } from '../x509/path/steps.ts'
import type { RevocationState } from '../x509/revocation/evidence.ts'
import { BasicOcspResponse, parseOcspResponse } from '../x509/revocation/ocsp.ts'
import type { LogList } from '../x509/transparency/log-list.ts'
import type { TimestampFinding, TransparencyState } from '../x509/transparency/types.ts'
import type { Brought } from './brought.ts'
import { type CertificateRow, dateText, jsonOfTimestamp, logText } from './certificate.ts'
import type { JsonObject } from './json.ts'

const row = (key: string, label: string, ...values: readonly string[]): CertificateRow[] =>
  values.length === 0 ? [] : [{ key, label, values, span: undefined }]

/** An OCSP answer as it stands, whoever signed it, about the leaf. */
export const answerRows = (answer: Bytes, leaf: Certificate | undefined, at: Millis): CertificateRow[] => {
  const told = answerTold(answer, leaf)
  const { thisUpdate, nextUpdate } = told
  const until = nextUpdate === undefined ? 'with no end' : `to ${dateText(nextUpdate)}`
  const isOld = nextUpdate !== undefined && at >= nextUpdate
  return [
    ...row('status', 'status', `${told.status}${told.reason === undefined ? '' : ` (${told.reason})`}`),
    ...row('revoked', 'revoked', ...(told.date === undefined ? [] : [dateText(told.date)])),
    ...(thisUpdate === undefined
      ? []
      : row('validity', 'holds', `${dateText(thisUpdate)} ${until}${isOld ? ', which is over' : ''}`)),
    ...row('producedAt', 'made', ...(told.producedAt === undefined ? [] : [dateText(told.producedAt)])),
    ...row('responder', 'by', ...(told.responder === undefined ? [] : [told.responder])),
  ]
}

interface AnswerTold {
  readonly status: string
  readonly reason?: string | undefined
  readonly date?: Millis | undefined
  readonly thisUpdate?: Millis | undefined
  readonly nextUpdate?: Millis | undefined
  readonly producedAt?: Millis
  readonly responder?: string
}

const answerTold = (der: Bytes, leaf: Certificate | undefined): AnswerTold => {
  const answer = parseOcspResponse(der)
  if (!(answer instanceof BasicOcspResponse)) return { status: 'refused' in answer ? answer.refused : 'malformed' }
  const { responder, producedAt } = answer
  const by = 'name' in responder ? responder.name.text : `key ${hexText(responder.keyHash)}`
  const of = answer.answers.find(({ id }) => leaf !== undefined && sameOctets(id.serialNumber, leaf.serialNumber))
  if (of === undefined) return { status: 'about another certificate', producedAt, responder: by }
  const { about, thisUpdate, nextUpdate } = of
  const taken = about.status === 'revoked' ? { reason: about.reason, date: about.date } : {}
  return { status: about.status, ...taken, thisUpdate, nextUpdate, producedAt, responder: by }
}

/** Timestamps as they came in the handshake. */
export const timestampRows = (scts: readonly Bytes[], logs: LogList | undefined): CertificateRow[] => {
  const texts = scts.map(octets => {
    const sct = readTimestamp(octets)
    return sct === undefined ? 'one that cannot be read' : `${dateText(sct.timestamp)} in ${logText(sct, logs)}`
  })
  return row('timestamps', 'logged', ...texts)
}

const readTimestamp = (octets: Bytes): SignedCertificateTimestamp | undefined => {
  try {
    return decode(signedCertificateTimestamp, octets)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

const isoText = (at: Millis | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())

/** The same for programs. */
export const jsonOfBrought = (
  { ocsp, scts }: Brought,
  leaf: Certificate | undefined,
  logs: LogList | undefined,
): JsonObject => {
  const told = ocsp === undefined ? undefined : answerTold(ocsp, leaf)
  return {
    type: 'brought',
    ocsp:
      told === undefined
        ? null
        : {
            status: told.status,
            reason: told.reason ?? null,
            revoked: isoText(told.date),
            thisUpdate: isoText(told.thisUpdate),
            nextUpdate: isoText(told.nextUpdate),
            producedAt: isoText(told.producedAt),
            responder: told.responder ?? null,
          },
    timestamps: scts.flatMap(octets => {
      const sct = readTimestamp(octets)
      return sct === undefined ? [] : [jsonOfTimestamp(sct, logs)]
    }),
  }
}

/** `good by ocsp until 2027-01-31 …`, `not checked (out-of-date)`. */
export const revocationText = (state: RevocationState): string => {
  switch (state.status) {
    case 'good':
      return `good by ${state.by}${state.until === undefined ? '' : ` until ${dateText(state.until)}`}`
    case 'not-checked':
      return `not checked${state.faults.length === 0 ? '' : ` (${state.faults.join(', ')})`}`
    case 'not-published':
      return 'never told by its authority'
    case 'revoked':
      return `revoked by ${state.by}`
    default:
      return state satisfies never
  }
}

const WAYS = { certificate: 'in the certificate', tls: 'in the handshake', ocsp: 'in the OCSP answer' } as const

/** `Argon 2026h1 (Google), 2026-11-20 12:00 UTC, in the certificate: good`. */
export const timestampText = ({ source, log, logId, operator, at, fault }: TimestampFinding): string =>
  [
    log === undefined ? `log ${logId?.slice(0, 16) ?? '?'}…` : `${log} (${operator})`,
    ...(at === undefined ? [] : [dateText(at)]),
    `${WAYS[source]}: ${fault ?? 'good'}`,
  ].join(', ')

/** What evidence says of a path, a line each; what was not checked is said. */
export const knownTexts = ({ revocation, transparency }: Pick<KnownStep, 'revocation' | 'transparency'>): string[] => [
  ...revocation.map((state, i) => `revocation of ${i + 1}: ${revocationText(state)}`),
  ...timestampTexts(transparency),
]

const timestampTexts = (state: TransparencyState): string[] => {
  if (state.status === 'not-checked') return ['timestamps: not checked']
  return state.timestamps.length === 0
    ? ['timestamps: none']
    : state.timestamps.map(finding => `timestamp of ${timestampText(finding)}`)
}

export const jsonOfKnown = ({
  revocation,
  transparency,
}: Pick<KnownStep, 'revocation' | 'transparency'>): JsonObject => ({
  revocation: revocation.map(state => ({
    status: state.status,
    by: 'by' in state ? state.by : null,
    until: 'until' in state ? isoText(state.until) : null,
    faults: 'faults' in state ? [...state.faults] : [],
  })),
  transparency:
    transparency.status === 'not-checked'
      ? { status: transparency.status, policy: null, complies: null, timestamps: [] }
      : {
          status: transparency.status,
          policy: transparency.policy,
          complies: transparency.complies ?? null,
          timestamps: transparency.timestamps.map(({ source, logId, log, operator, at, fault }) => ({
            source,
            log: logId ?? null,
            name: log ?? null,
            operator: operator ?? null,
            at: isoText(at),
            fault: fault ?? null,
          })),
        },
})
