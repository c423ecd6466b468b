/**
 * OCSP answers (RFC 6960 4.2): what a responder says about certificates, and its signature. Read strictly and whole;
 * `ocsp-request.ts` has the questions.
 */
import { checkDer } from '../../asn1/check.ts'
import { contextConstructed, Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { OID } from '../../asn1/oids.table.ts'
import { smallInteger, timeValue } from '../../asn1/value.ts'
import type { CryptoProvider, SignatureAlgorithm } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import { latin1Text, plain } from '../../wire/bytes.ts'
import { type Certificate, malformedUnless } from '../certificate/certificate.ts'
import { type DistinguishedName, readName } from '../certificate/distinguished-name.ts'
import { type Extension, readExtensions } from '../certificate/extension-list.ts'
import { type Decoder, Extensions, type ExtensionTable, extensionTable } from '../certificate/extension-table.ts'
import { readTimestamps, type SignedCertificateTimestamp } from '../certificate/sct.ts'
import { readSignedParts, type SignedKind, type SignedParts, type SignedSpans } from '../signed.ts'
import { type CrlReason, reasonNamed } from './crl-extensions.table.ts'

/** An answer for one certificate has one or two kilobytes, with the responder's certificate three. */
export const MAX_OCSP_SIZE: number = 64 * 1024
/** Responders that sign ahead put some tens of certificates into one answer. */
export const MAX_OCSP_ANSWERS = 256
/** The responder's own certificate, and whoever stands between it and the authority. */
export const MAX_OCSP_CERTIFICATES = 8

export type OcspStatus =
  | 'successful'
  | 'malformedRequest'
  | 'internalError'
  | 'tryLater'
  | 'sigRequired'
  | 'unauthorized'

/** RFC 6960 4.2.1; 4 is not used. */
export const OCSP_STATUS: Readonly<Record<OcspStatus, number>> = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
}

/** Which certificate is meant (RFC 6960 4.1.1): hashes of its issuer's name and key, and its serial number. */
export interface CertificateId {
  /** Undefined for a hash that we do not use. */
  readonly hash: 'sha1' | 'sha256' | undefined
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** Octets of the INTEGER, as they stand. */
  readonly serialNumber: Uint8Array
}

export type CertificateStatus =
  | { readonly status: 'good' | 'unknown' }
  | { readonly status: 'revoked'; readonly date: Millis; readonly reason: CrlReason | undefined }

export interface SingleAnswer {
  readonly id: CertificateId
  readonly about: CertificateStatus
  readonly thisUpdate: Millis
  /** Undefined: there is newer information at any time. */
  readonly nextUpdate: Millis | undefined
  readonly extensions: Extensions<SingleExtensionValues>
}

export interface SingleExtensionValues {
  /** RFC 6962 3.3. */
  readonly ocspSctList: readonly SignedCertificateTimestamp[]
}

export interface OcspExtensionValues {
  /** RFC 9654 2.1: what the request had. */
  readonly ocspNonce: Uint8Array
}

/** The contents of the OCTET STRING that fills `bytes[from, to)`. */
const octets: Decoder<Uint8Array> = (bytes, from, to, what) => {
  const outer = new Der(bytes, from, to)
  outer.read(TAG.octetString, what)
  outer.finish(what)
  if (outer.from === outer.to) throw new DerError('empty', from, to, what)
  return outer.value()
}

/** RFC 9654 2.1: one to 128 octets. */
export const MAX_NONCE = 128

export const ocspExtensions: ExtensionTable<OcspExtensionValues> = /* @__PURE__ */ extensionTable<OcspExtensionValues>({
  ocspNonce(bytes, from, to, what) {
    const nonce = octets(bytes, from, to, what)
    if (nonce.length > MAX_NONCE) throw new DerError('too-big', from, to, what)
    return nonce
  },
})

export const singleExtensions: ExtensionTable<SingleExtensionValues> =
  /* @__PURE__ */ extensionTable<SingleExtensionValues>({
    ocspSctList: (bytes, from, to, what) => readTimestamps(octets(bytes, from, to, what), from, what),
  })

const BASIC: SignedKind = { what: 'basicOCSPResponse', tbs: 'tbsResponseData', maxSize: MAX_OCSP_SIZE }

/** Reads an answer; what is wrong with it comes back as `tls/certificate-malformed` with the byte range. */
export const parseOcspResponse = (der: Bytes): OcspResponse | Failure => malformedUnless(() => readOcspResponse(der))

/** What a responder sent: a signed answer, or why there is none, which nobody has signed. */
export type OcspResponse = BasicOcspResponse | { readonly refused: Exclude<OcspStatus, 'successful'> }

/** Throws `DerError`. */
export const readOcspResponse = (encoding: Bytes): OcspResponse => {
  const what = 'ocspResponse'
  const der = plain(encoding)
  if (der.length > MAX_OCSP_SIZE) throw new DerError('too-big', 0, der.length, what)
  checkDer(der, 0, der.length, what)
  const response = new Der(der).inside(TAG.sequence, what)
  response.read(TAG.enumerated, 'responseStatus')
  const number = smallInteger(der, response.from, response.to, 'responseStatus')
  const status = (Object.keys(OCSP_STATUS) as OcspStatus[]).find(name => OCSP_STATUS[name] === number)
  if (status === undefined) throw new DerError('value', response.start, response.to, 'responseStatus')
  if (status !== 'successful') {
    // RFC 6960 4.2.1: responseBytes are not set then.
    response.finish(what)
    return { refused: status }
  }
  const holder = response.inside(contextConstructed(0), 'responseBytes')
  response.finish(what)
  const bytes = holder.inside(TAG.sequence, 'responseBytes')
  holder.finish('responseBytes')
  bytes.read(TAG.oid, 'responseType')
  if (oidText(der, bytes.from, bytes.to) !== OID.ocspBasic)
    throw new DerError('value', bytes.start, bytes.to, 'responseType')
  bytes.read(TAG.octetString, 'response')
  bytes.finish('responseBytes')
  checkDer(der, bytes.from, bytes.to, BASIC.what)
  return new BasicOcspResponse(der, bytes.contents())
}

/** BasicOCSPResponse, whose form was held to DER. */
export class BasicOcspResponse {
  readonly der: Uint8Array
  /** Who says to have signed: by name, or by the SHA-1 of the key. */
  readonly responder: { readonly name: DistinguishedName } | { readonly keyHash: Uint8Array }
  readonly producedAt: Millis
  readonly answers: readonly SingleAnswer[]
  /** What came along to check the signature with: certificates, DER, not looked at. */
  readonly certificates: readonly Uint8Array[]
  readonly extensions: Extensions<OcspExtensionValues>
  readonly #parts: SignedParts

  /** Throws `DerError`. */
  constructor(der: Uint8Array, holder: Der) {
    this.der = der
    const basic = holder.inside(TAG.sequence, BASIC.what)
    holder.finish(BASIC.what)
    const { parts, tbs } = readSignedParts(basic, BASIC)
    this.#parts = parts
    this.certificates = basic.left === 0 ? [] : readCertificates(basic)
    basic.finish(BASIC.what)

    // Responders in use spell the default version out, which hurts nobody.
    if (tbs.optional(contextConstructed(0), 'version')) {
      const version = tbs.contents()
      version.read(TAG.integer, 'version')
      if (smallInteger(der, version.from, version.to, 'version') !== 0)
        throw new DerError('value', tbs.start, tbs.to, 'version')
      version.finish('version')
    }
    this.responder = readResponder(tbs)
    this.producedAt = readTime(tbs, 'producedAt')
    const list = tbs.inside(TAG.sequence, 'responses')
    const answers: SingleAnswer[] = []
    while (list.left > 0) {
      answers.push(readAnswer(list))
      if (answers.length > MAX_OCSP_ANSWERS) throw new DerError('too-big', list.start, list.end, 'responses')
    }
    this.answers = answers
    this.extensions = new Extensions(der, explicitExtensions(tbs, 'responseExtensions'), ocspExtensions)
    this.extensions.decodeAll()
    tbs.finish(BASIC.tbs)
  }

  get spans(): SignedSpans {
    return this.#parts.spans
  }

  /** What the responder signed: a view. */
  get tbs(): Uint8Array {
    return this.#parts.tbs
  }

  get signature(): Uint8Array {
    return this.#parts.signature
  }

  /** Undefined when it is none of those that we check. */
  get signatureAlgorithm(): SignatureAlgorithm | undefined {
    return this.#parts.signatureAlgorithm
  }

  /** Equal for equal answers. */
  get identity(): string {
    return latin1Text(this.der)
  }
}

const readCertificates = (basic: Der): Uint8Array[] => {
  const what = 'certs'
  const holder = basic.inside(contextConstructed(0), what)
  const list = holder.inside(TAG.sequence, what)
  holder.finish(what)
  const found: Uint8Array[] = []
  while (list.left > 0) {
    list.read(TAG.sequence, what)
    found.push(list.element())
    if (found.length > MAX_OCSP_CERTIFICATES) throw new DerError('too-big', list.start, list.end, what)
  }
  return found
}

const readResponder = (tbs: Der): BasicOcspResponse['responder'] => {
  const what = 'responderID'
  tbs.any(what)
  const inner = tbs.contents()
  if (tbs.tag === 0xa1) {
    const name = readName(inner, what)
    inner.finish(what)
    return { name }
  }
  if (tbs.tag !== 0xa2) throw new DerError('unexpected-tag', tbs.start, tbs.start + 1, what)
  inner.read(TAG.octetString, what)
  inner.finish(what)
  // RFC 6960 4.2.1: SHA-1 of the key.
  if (inner.to - inner.from !== 20) throw new DerError('value', inner.from, inner.to, what)
  return { keyHash: inner.value() }
}

const readTime = (cursor: Der, what: string): Millis => {
  cursor.read(TAG.generalizedTime, what)
  return timeValue(cursor.tag, cursor.bytes, cursor.from, cursor.to, what)
}

const readAnswer = (list: Der): SingleAnswer => {
  const what = 'singleResponse'
  const answer = list.inside(TAG.sequence, what)
  const id = readCertificateId(answer)
  const about = readStatus(answer)
  const thisUpdate = readTime(answer, 'thisUpdate')
  let nextUpdate: Millis | undefined
  if (answer.optional(contextConstructed(0), 'nextUpdate')) {
    const holder = answer.contents()
    nextUpdate = readTime(holder, 'nextUpdate')
    holder.finish('nextUpdate')
  }
  // Not decoded here: what logs promise has nothing to do with what the responder says.
  const extensions = new Extensions(answer.bytes, explicitExtensions(answer, 'singleExtensions'), singleExtensions)
  answer.finish(what)
  return { id, about, thisUpdate, nextUpdate, extensions }
}

const readStatus = (answer: Der): CertificateStatus => {
  const what = 'certStatus'
  answer.any(what)
  const { tag, start, from, to } = answer
  if (tag === 0x80 || tag === 0x82) {
    if (from !== to) throw new DerError('null-not-empty', start, to, what)
    return { status: tag === 0x80 ? 'good' : 'unknown' }
  }
  if (tag !== 0xa1) throw new DerError('unexpected-tag', start, start + 1, what)
  const inner = answer.contents()
  const date = readTime(inner, 'revocationTime')
  let reason: CrlReason | undefined
  if (inner.optional(contextConstructed(0), 'revocationReason')) {
    const holder = inner.contents()
    holder.read(TAG.enumerated, 'revocationReason')
    holder.finish('revocationReason')
    reason = reasonNamed(smallInteger(holder.bytes, holder.from, holder.to, 'revocationReason'))
    if (reason === undefined) throw new DerError('value', holder.start, holder.to, 'revocationReason')
  }
  inner.finish(what)
  return { status: 'revoked', date, reason }
}

const explicitExtensions = (cursor: Der, what: string): readonly Extension[] => {
  if (!cursor.optional(contextConstructed(1), what)) return []
  const holder = cursor.contents()
  const list = readExtensions(holder)
  holder.finish(what)
  return list
}

const hashes: Readonly<Record<string, CertificateId['hash']>> = { [OID.sha1]: 'sha1', [OID.sha256]: 'sha256' }
const hashSizes = { sha1: 20, sha256: 32 } as const

/** CertID at the cursor, which moves past it. */
export const readCertificateId = (cursor: Der): CertificateId => {
  const what = 'certID'
  const inner = cursor.inside(TAG.sequence, what)
  const algorithm = inner.inside(TAG.sequence, what)
  algorithm.read(TAG.oid, what)
  const hash = hashes[oidText(inner.bytes, algorithm.from, algorithm.to)]
  // RFC 3279 2.1 and RFC 5754 2: parameters are NULL or absent.
  if (hash !== undefined) {
    algorithm.optional(TAG.null, what)
    algorithm.finish(what)
  }
  const digest = (): Uint8Array => {
    inner.read(TAG.octetString, what)
    if (hash !== undefined && inner.to - inner.from !== hashSizes[hash])
      throw new DerError('value', inner.from, inner.to, what)
    return inner.value()
  }
  const [issuerNameHash, issuerKeyHash] = [digest(), digest()]
  inner.read(TAG.integer, what)
  const serialNumber = inner.value()
  inner.finish(what)
  return { hash, issuerNameHash, issuerKeyHash, serialNumber }
}

/** How a certificate is called in OCSP; `issuer` is the certificate of whoever signed it. */
export const certificateId = (
  serialNumber: Uint8Array,
  issuer: Certificate,
  hash: 'sha1' | 'sha256',
  crypto: CryptoProvider,
): CertificateId => {
  const digest = (bytes: Uint8Array): Uint8Array => crypto.hash(hash).update(bytes).digest()
  return {
    hash,
    issuerNameHash: digest(issuer.subject.der),
    issuerKeyHash: digest(issuer.keyOctets),
    serialNumber,
  }
}
