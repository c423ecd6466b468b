/**
 * What an authority says about what it took back: its list (RFC 5280 5) and its answers (RFC 6960), from the inventory.
 * As with certificates the signature is asked for; `complete` takes it.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { isFailure } from '../failures/index.ts'
import { hexText, sameOctets } from '../wire/bytes.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { signatureFor } from '../x509/issue.ts'
import { crlTbs } from '../x509/revocation/crl-write.ts'
import { type CertificateId, type CertificateStatus, certificateId } from '../x509/revocation/ocsp.ts'
import { parseOcspRequest } from '../x509/revocation/ocsp-request.ts'
import { ocspAnswerTbs, writeOcspRefusal, writeOcspResponse } from '../x509/revocation/ocsp-write.ts'
import { writeSigned } from '../x509/signed.ts'
import type { InventoryEntry } from './inventory.ts'
import { DAY } from './policy.ts'
import type { CertificateAuthority, Issued, Order } from './types.ts'

export interface RevocationOptions {
  readonly crypto: CryptoProvider
  readonly now: Millis
  /** Until the next list, or the next answer; 7 when not given. */
  readonly days?: number | undefined
  /** Sign answers of OCSP in the place of the authorities that made their certificates (RFC 6960 4.2.2.2). */
  readonly responders?: readonly Responder[] | undefined
}

/** As `issue` gives it with the profile `responder`. */
export type Responder = Pick<Issued, 'certificate' | 'privateKey'>

/** Those who keep a list want one again before this is over. */
const USUAL_DAYS = 7

/** The list of what `authority` itself signed and revoked, before its signature. Its number is spent. */
export const orderRevocationList = (authority: CertificateAuthority, options: RevocationOptions): Order<Bytes> => {
  const { crypto, now, days = USUAL_DAYS } = options
  const own = new Certificate(authority.certificate)
  const { algorithm, identifier } = signatureFor(own.spki)
  const thisUpdate = Math.floor(now / 1000) * 1000
  const nextUpdate = thisUpdate + days * DAY
  // RFC 5280 3.3: it stays until one list after its end has had it.
  const listed = ({ notAfter }: InventoryEntry): boolean => notAfter + (nextUpdate - thisUpdate) >= now
  const tbs = crlTbs(
    {
      issuer: own.subject.der,
      thisUpdate,
      nextUpdate,
      number: authority.inventory.nextListNumber(authority.id, now),
      entries: authority.inventory
        .entries({ issuer: authority.id, state: 'revoked' })
        .filter(listed)
        .map(({ serial, revocation }) => ({
          serialNumber: octetsOf(serial),
          date: revocation!.at,
          reason: revocation!.reason,
        })),
      authorityKeyIdentifier: octetsOf(authority.id),
    },
    identifier,
  )
  return signedBy(authority, own, crypto, {
    algorithm,
    tbs,
    done: signature => writeSigned(tbs, identifier, signature),
  })
}

/** The list, DER. TypeError where the key of the authority lives elsewhere. */
export const revocationList = (authority: CertificateAuthority, options: RevocationOptions): Bytes =>
  completed(authority.keyPair.pkcs8, options.crypto, orderRevocationList(authority, options))

/**
 * The answer to a request, in DER, by that one of `authorities` that it is about; a refusal where it cannot be read or is
 * about none of them, or about several. Never throws for what is asked.
 */
export const ocspAnswer = (
  authorities: readonly CertificateAuthority[],
  request: Bytes,
  options: RevocationOptions,
): Bytes => {
  const read = parseOcspRequest(request)
  if (isFailure(read)) return writeOcspRefusal('malformedRequest')
  const asked = authorities.find(authority => {
    const own = new Certificate(authority.certificate)
    return read.ids.every(id => isOf(id, own, options.crypto))
  })
  // RFC 6960 2.3: the responder is not the one to know. A critical extension that is not known is not passed over.
  if (asked === undefined || read.strange !== undefined) return writeOcspRefusal('unauthorized')
  return answered(asked, read, options)
}

/** The answer about these certificates of `authority`, before its signature: by the authority's key, or its responder's. */
export const orderOcspAnswer = (
  authority: CertificateAuthority,
  asked: { readonly ids: readonly CertificateId[]; readonly nonce?: Bytes | undefined },
  { crypto, now, days = USUAL_DAYS, responders }: RevocationOptions,
): Order<Bytes> => {
  const responder = responderOf(authority, responders, now)
  const own = new Certificate(responder?.certificate ?? authority.certificate)
  const { algorithm, identifier } = signatureFor(own.spki)
  const producedAt = Math.floor(now / 1000) * 1000
  const tbs = ocspAnswerTbs({
    responder: { name: own.subject.der },
    producedAt,
    answers: asked.ids.map(id => ({
      id,
      about: statusOf(authority, id.serialNumber),
      thisUpdate: producedAt,
      nextUpdate: producedAt + days * DAY,
    })),
    nonce: asked.nonce,
  })
  const behind = responder === undefined ? [] : [responder.certificate]
  const done = (signature: Bytes): Bytes => writeOcspResponse(tbs, identifier, signature, behind)
  return signedBy(authority, own, crypto, { algorithm, tbs, done })
}

/** The answer about one certificate, to be stapled; `serial` as in the inventory. */
export const ocspAnswerFor = (authority: CertificateAuthority, serial: string, options: RevocationOptions): Bytes => {
  const own = new Certificate(authority.certificate)
  const id = certificateId(octetsOf(serial), own, 'sha1', options.crypto)
  return answered(authority, { ids: [id] }, options)
}

const answered = (
  authority: CertificateAuthority,
  asked: Parameters<typeof orderOcspAnswer>[1],
  options: RevocationOptions,
): Bytes => {
  const responder = responderOf(authority, options.responders, options.now)
  const pkcs8 = responder?.privateKey ?? authority.keyPair.pkcs8
  return completed(pkcs8, options.crypto, orderOcspAnswer(authority, asked, options))
}

/** That one of them whose certificate this authority made, and that has time left. */
const responderOf = (
  { id }: CertificateAuthority,
  responders: readonly Responder[] = [],
  now: Millis,
): Responder | undefined =>
  responders.find(({ certificate }) => {
    const own = new Certificate(certificate)
    const issuer = own.extension('authorityKeyIdentifier')?.keyIdentifier
    return issuer !== undefined && hexText(issuer) === id && own.notBefore <= now && now <= own.notAfter
  })

/** What never got its signature is not good: nobody has seen it. */
const statusOf = (authority: CertificateAuthority, serialNumber: Bytes): CertificateStatus => {
  const entry = authority.inventory.find(hexText(serialNumber))
  if (entry?.issuer !== authority.id) return { status: 'unknown' }
  if (entry.revocation !== undefined)
    return { status: 'revoked', date: entry.revocation.at, reason: entry.revocation.reason }
  return { status: entry.certificate === undefined ? 'unknown' : 'good' }
}

const isOf = (id: CertificateId, own: Certificate, crypto: CryptoProvider): boolean => {
  if (id.hash === undefined) return false
  const expected = certificateId(id.serialNumber, own, id.hash, crypto)
  return sameOctets(id.issuerNameHash, expected.issuerNameHash) && sameOctets(id.issuerKeyHash, expected.issuerKeyHash)
}

interface Unsigned {
  readonly algorithm: Order['algorithm']
  readonly tbs: Bytes
  readonly done: (signature: Bytes) => Bytes
}

const signedBy = (
  { name }: CertificateAuthority,
  { spki }: Certificate,
  crypto: CryptoProvider,
  { algorithm, tbs, done }: Unsigned,
): Order<Bytes> => ({
  algorithm,
  tbs,
  complete(signature) {
    if (!crypto.verify(algorithm, spki, tbs, signature))
      throw new RangeError(`this signature is not by the key of “${name}”`)
    return done(signature)
  },
})

const completed = (pkcs8: Bytes, crypto: CryptoProvider, order: Order<Bytes>): Bytes =>
  order.complete(crypto.sign(order.algorithm, pkcs8, order.tbs))

const octetsOf = (hex: string): Bytes => Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
