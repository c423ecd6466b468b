/** Lists of revoked certificates and OCSP answers, signed by authorities of `chains.ts`. */
import type { Bytes } from '../../src/engine.ts'
import { Certificate } from '../../src/x509/certificate/certificate.ts'
import { type KeyPair, signatureFor } from '../../src/x509/issue.ts'
import { type CrlToWrite, crlTbs } from '../../src/x509/revocation/crl-write.ts'
import { type CertificateStatus, certificateId } from '../../src/x509/revocation/ocsp.ts'
import { type OcspAnswerToWrite, ocspAnswerTbs, writeOcspResponse } from '../../src/x509/revocation/ocsp-write.ts'
import { writeSigned } from '../../src/x509/signed.ts'
import { at, crypto, DAY } from './chains.ts'

export interface Issuer {
  readonly certificate: Bytes
  readonly keyPair: KeyPair
}

/** What the issuer signs, signed. */
export const signedBy = (keyPair: KeyPair, tbsFor: (algorithm: Uint8Array) => Uint8Array): Uint8Array => {
  const { algorithm, identifier } = signatureFor(keyPair.spki)
  const tbs = tbsFor(identifier)
  return writeSigned(tbs, identifier, crypto.sign(algorithm, keyPair.pkcs8, tbs))
}

export const subjectOf = (certificate: Bytes): Uint8Array => new Certificate(certificate).subject.der
export const serialOf = (certificate: Bytes): Uint8Array => new Certificate(certificate).serialNumber

/** A list of yesterday, good until tomorrow. */
export const crlBy = (issuer: Issuer, parts: Partial<CrlToWrite> = {}): Uint8Array =>
  signedBy(issuer.keyPair, algorithm =>
    crlTbs(
      {
        issuer: subjectOf(issuer.certificate),
        thisUpdate: at - DAY,
        nextUpdate: at + DAY,
        number: 1,
        entries: [],
        authorityKeyIdentifier: new Certificate(issuer.certificate).extension('subjectKeyIdentifier'),
        ...parts,
      },
      algorithm,
    ),
  )

/** A list with these certificates in it. */
export const revoking = (issuer: Issuer, ...certificates: readonly Bytes[]): Uint8Array =>
  crlBy(issuer, { entries: certificates.map(der => ({ serialNumber: serialOf(der), date: at - DAY })) })

export interface AnswerParts extends Partial<OcspAnswerToWrite> {
  readonly about?: CertificateStatus
  readonly hash?: 'sha1' | 'sha256'
  /** Who signs, when it is not the issuer. */
  readonly signer?: Issuer
  readonly certificates?: readonly Bytes[]
  readonly thisUpdate?: number
  readonly nextUpdate?: number | undefined
}

/** An answer of yesterday about one certificate, good until tomorrow. */
export const ocspBy = (issuer: Issuer, certificate: Bytes, parts: AnswerParts = {}): Uint8Array => {
  const { about = { status: 'good' }, hash = 'sha1', signer = issuer, certificates = [], ...more } = parts
  const { thisUpdate = at - DAY, ...rest } = more
  const nextUpdate = 'nextUpdate' in parts ? parts.nextUpdate : at + DAY
  const { algorithm, identifier } = signatureFor(signer.keyPair.spki)
  const tbs = ocspAnswerTbs({
    responder: { name: subjectOf(signer.certificate) },
    producedAt: at,
    answers: [
      {
        id: certificateId(serialOf(certificate), new Certificate(issuer.certificate), hash, crypto),
        about,
        thisUpdate,
        nextUpdate,
      },
    ],
    ...rest,
  })
  return writeOcspResponse(tbs, identifier, crypto.sign(algorithm, signer.keyPair.pkcs8, tbs), certificates)
}
