/** OCSP answers, written (RFC 6960 4.2): what a responder signs, and the whole from that and the signature. */
import { context, TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, explicit, generalizedTime, octetString, oid, sequence } from '../../asn1/write.ts'
import type { Millis } from '../../engine.ts'
import { type ExtensionToWrite, writeExtensions } from '../issue.ts'
import { writeSigned } from '../signed.ts'
import { CRL_REASON } from './crl-extensions.table.ts'
import { type CertificateId, type CertificateStatus, OCSP_STATUS, type OcspStatus } from './ocsp.ts'
import { nonceExtension, writeCertificateId } from './ocsp-request.ts'

export interface AnswerToWrite {
  readonly id: CertificateId
  readonly about: CertificateStatus
  readonly thisUpdate: Millis
  readonly nextUpdate?: Millis | undefined
  /** Timestamps of logs (RFC 6962 3.3) may stand there. */
  readonly extensions?: readonly ExtensionToWrite[] | undefined
}

export interface OcspAnswerToWrite {
  /** Who signs: a Name, DER, or the SHA-1 of the key's octets. */
  readonly responder: { readonly name: Uint8Array } | { readonly keyHash: Uint8Array }
  readonly producedAt: Millis
  readonly answers: readonly AnswerToWrite[]
  /** What the request had. */
  readonly nonce?: Uint8Array | undefined
}

/** ResponseData: what the responder signs. */
export const ocspAnswerTbs = ({ responder, producedAt, answers, nonce }: OcspAnswerToWrite): Uint8Array =>
  sequence(
    'name' in responder ? explicit(1, responder.name) : explicit(2, octetString(responder.keyHash)),
    generalizedTime(producedAt),
    sequence(...answers.map(writeAnswer)),
    ...(nonce === undefined ? [] : [explicit(1, sequence(nonceExtension(nonce)))]),
  )

const writeAnswer = ({ id, about, thisUpdate, nextUpdate, extensions = [] }: AnswerToWrite): Uint8Array =>
  sequence(
    writeCertificateId(id),
    writeStatus(about),
    generalizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [explicit(0, generalizedTime(nextUpdate))]),
    ...(extensions.length === 0 ? [] : [explicit(1, writeExtensions(extensions))]),
  )

const writeStatus = (about: CertificateStatus): Uint8Array => {
  if (about.status !== 'revoked') return element(context(about.status === 'good' ? 0 : 2))
  const { date, reason } = about
  return explicit(
    1,
    generalizedTime(date),
    ...(reason === undefined || reason === 'unspecified'
      ? []
      : [explicit(0, element(TAG.enumerated, Uint8Array.of(CRL_REASON[reason])))]),
  )
}

/** OCSPResponse around a signed answer, with the responder's certificates where the authority has delegated. */
export const writeOcspResponse = (
  tbs: Uint8Array,
  algorithm: Uint8Array,
  signature: Uint8Array,
  certificates: readonly Uint8Array[] = [],
): Uint8Array => {
  const behind = certificates.length === 0 ? [] : [explicit(0, sequence(...certificates))]
  const basic = writeSigned(tbs, algorithm, signature, ...behind)
  return sequence(
    element(TAG.enumerated, Uint8Array.of(0)),
    explicit(0, sequence(oid(OID.ocspBasic), octetString(basic))),
  )
}

/** The answer that there is none. */
export const writeOcspRefusal = (status: Exclude<OcspStatus, 'successful'>): Uint8Array =>
  sequence(element(TAG.enumerated, Uint8Array.of(OCSP_STATUS[status])))
