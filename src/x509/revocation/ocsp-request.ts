/** OCSP requests (RFC 6960 4.1): read for a responder, written for whoever asks. Signatures of those who ask are not looked at. */
import { checkDer } from '../../asn1/check.ts'
import { contextConstructed, Der, DerError, TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { smallInteger } from '../../asn1/value.ts'
import { element, explicit, nothing, octetString, oid, sequence } from '../../asn1/write.ts'
import type { Bytes } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import { plain } from '../../wire/bytes.ts'
import { malformedUnless } from '../certificate/certificate.ts'
import { readExtensions } from '../certificate/extension-list.ts'
import { Extensions } from '../certificate/extension-table.ts'
import { type CertificateId, type OcspExtensionValues, ocspExtensions, readCertificateId } from './ocsp.ts'

/** One question has about a hundred octets. */
export const MAX_OCSP_REQUEST_SIZE: number = 16 * 1024
/** Everybody asks for one. */
export const MAX_OCSP_QUESTIONS = 64

export interface OcspRequest {
  readonly ids: readonly CertificateId[]
  readonly nonce: Uint8Array | undefined
  /** A critical extension that is not known here, by identifier: such a request is not to be answered. */
  readonly strange: string | undefined
}

/** Reads a request; what is wrong with it comes back as `tls/certificate-malformed` with the byte range. */
export const parseOcspRequest = (der: Bytes): OcspRequest | Failure => malformedUnless(() => readOcspRequest(der))

const readOcspRequest = (encoding: Bytes): OcspRequest => {
  const what = 'ocspRequest'
  const der = plain(encoding)
  if (der.length > MAX_OCSP_REQUEST_SIZE) throw new DerError('too-big', 0, der.length, what)
  checkDer(der, 0, der.length, what)
  const outer = new Der(der).inside(TAG.sequence, what)
  const tbs = outer.inside(TAG.sequence, 'tbsRequest')
  outer.optional(contextConstructed(0), 'optionalSignature')
  outer.finish(what)
  // The default version, spelled out: see the answers.
  if (tbs.optional(contextConstructed(0), 'version')) {
    const version = tbs.contents()
    version.read(TAG.integer, 'version')
    version.finish('version')
    if (smallInteger(der, version.from, version.to, 'version') !== 0)
      throw new DerError('value', tbs.start, tbs.to, 'version')
  }
  tbs.optional(contextConstructed(1), 'requestorName')
  const list = tbs.inside(TAG.sequence, 'requestList')
  if (list.left === 0) throw new DerError('empty', tbs.start, tbs.to, 'requestList')
  const ids: CertificateId[] = []
  let strange: string | undefined
  const note = (found: Extensions<OcspExtensionValues> | undefined): void => {
    strange ??= found?.list.find(e => e.critical && e.oid !== OID.ocspNonce)?.oid
  }
  while (list.left > 0) {
    const one = list.inside(TAG.sequence, 'request')
    ids.push(readCertificateId(one))
    note(extensionsAt(one, 0))
    one.finish('request')
    if (ids.length > MAX_OCSP_QUESTIONS) throw new DerError('too-big', list.start, list.end, 'requestList')
  }
  const extensions = extensionsAt(tbs, 2)
  note(extensions)
  tbs.finish('tbsRequest')
  return { ids, nonce: extensions?.value('ocspNonce'), strange }
}

const extensionsAt = (cursor: Der, number: number): Extensions<OcspExtensionValues> | undefined => {
  if (!cursor.optional(contextConstructed(number), 'extensions')) return undefined
  const holder = cursor.contents()
  const found = new Extensions(cursor.bytes, readExtensions(holder), ocspExtensions)
  holder.finish('extensions')
  found.decodeAll()
  return found
}

const hashOids = { sha1: OID.sha1, sha256: OID.sha256 } as const

/** CertID. Throws RangeError for a hash that we do not use. */
export const writeCertificateId = (id: CertificateId): Uint8Array => {
  if (id.hash === undefined) throw new RangeError('a certificate is named by SHA-1 or SHA-256')
  return sequence(
    sequence(oid(hashOids[id.hash]), nothing),
    octetString(id.issuerNameHash),
    octetString(id.issuerKeyHash),
    element(TAG.integer, id.serialNumber),
  )
}

/** A request for these certificates. With a nonce the answer is for this request alone (RFC 9654), which few public responders do. */
export const writeOcspRequest = (ids: readonly CertificateId[], nonce?: Uint8Array): Uint8Array =>
  sequence(
    sequence(
      sequence(...ids.map(id => sequence(writeCertificateId(id)))),
      ...(nonce === undefined ? [] : [explicit(2, sequence(nonceExtension(nonce)))]),
    ),
  )

export const nonceExtension = (nonce: Uint8Array): Uint8Array =>
  sequence(oid(OID.ocspNonce), octetString(octetString(nonce)))
