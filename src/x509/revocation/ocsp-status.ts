/** What an OCSP answer says about one certificate (RFC 6960 3.2, 4.2.2). */
import { OID } from '../../asn1/oids.table.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Millis } from '../../engine.ts'
import { sameOctets } from '../../wire/bytes.ts'
import type { Certificate } from '../certificate/certificate.ts'
import type { EvidenceFault, RevocationState } from './evidence.ts'
import { BasicOcspResponse, type CertificateId, certificateId, type OcspResponse, type SingleAnswer } from './ocsp.ts'

export interface OcspContext {
  readonly crypto: CryptoProvider
  readonly dateFault: (thisUpdate: Millis, nextUpdate: Millis | undefined) => EvidenceFault | undefined
  /** Why the signature of an answer does not count; `issuer` is who signed the certificate. */
  readonly signatureFault: (answer: BasicOcspResponse, issuer: Certificate) => EvidenceFault | undefined
}

export const ocspStatus = (
  response: OcspResponse,
  certificate: Certificate,
  issuer: Certificate,
  context: OcspContext,
): RevocationState => {
  const nothing = (fault: EvidenceFault): RevocationState => ({ status: 'not-checked', faults: [fault] })
  if (!(response instanceof BasicOcspResponse)) return nothing('refused')
  const answers = response.answers.filter(({ id }) => isNamed(id, certificate, issuer, context.crypto))
  if (answers.length === 0) return nothing('of-another')
  // An answer from before the certificate was there, or from after its end, is about another one.
  if (response.producedAt < certificate.notBefore || response.producedAt > certificate.notAfter)
    return nothing('out-of-date')
  const strange = [response.extensions.list, ...answers.map(({ extensions }) => extensions.list)].some(list =>
    list.some(({ oid, critical }) => critical && !PROCESSED.has(oid)),
  )
  if (strange) return nothing('strange')
  const dated = answers.map(answer => ({ answer, fault: context.dateFault(answer.thisUpdate, answer.nextUpdate) }))
  const current = dated.flatMap(({ answer, fault }) => (fault === undefined ? [answer] : []))
  if (current.length === 0) return nothing(dated[0]!.fault!)
  const fault = context.signatureFault(response, issuer)
  return fault === undefined ? worst(current) : nothing(fault)
}

const PROCESSED: ReadonlySet<string> = new Set([OID.ocspNonce, OID.ocspSctList])

/** Of several answers about a certificate the one that is worst for it. */
const worst = (answers: readonly SingleAnswer[]): RevocationState => {
  let finding: RevocationState = { status: 'good', by: 'ocsp', until: undefined }
  for (const { about, nextUpdate } of answers) {
    if (about.status === 'revoked') return { status: 'revoked', by: 'ocsp', date: about.date, reason: about.reason }
    if (about.status === 'unknown') finding = { status: 'not-checked', faults: ['unknown'] }
    else if (finding.status === 'good' && nextUpdate !== undefined)
      finding = { ...finding, until: Math.min(finding.until ?? nextUpdate, nextUpdate) }
  }
  return finding
}

const isNamed = (id: CertificateId, certificate: Certificate, issuer: Certificate, crypto: CryptoProvider): boolean => {
  if (id.hash === undefined || !sameOctets(id.serialNumber, certificate.serialNumber)) return false
  const own = certificateId(certificate.serialNumber, issuer, id.hash, crypto)
  return sameOctets(id.issuerNameHash, own.issuerNameHash) && sameOctets(id.issuerKeyHash, own.issuerKeyHash)
}
