/** Requests for certificates, written (RFC 2986), signed with the key that they are for. */
import { contextConstructed } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, integer, oid, sequence, setOf } from '../../asn1/write.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import {
  type ExtensionToWrite,
  type KeyPair,
  signatureFor,
  subjectAltName,
  writeExtensions,
  writeName,
} from '../issue.ts'
import { writeSigned } from '../signed.ts'

export interface RequestToWrite {
  readonly key: KeyPair
  /** DNS names, in ASCII, and IP addresses for subjectAltName; may be empty where the subject says who it is. */
  readonly names: readonly string[]
  /** Attributes of the subject: `[[OID.commonName, 'Example']]`. Nothing when not given: hosts are found in `names`. */
  readonly subject?: readonly (readonly [type: string, text: string])[] | undefined
  /** Others that the certificate is to have; not subjectAltName beside `names`. */
  readonly extensions?: readonly ExtensionToWrite[] | undefined
}

/**
 * The request, DER. Throws RangeError for a request that asks for nobody, a name that cannot be written, an extension that
 * is asked for twice, or a key that does not sign.
 */
export const certificateRequest = (parts: RequestToWrite, crypto: CryptoProvider): Uint8Array => {
  const { algorithm, identifier } = signatureFor(parts.key.spki)
  const tbs = requestInfo(parts)
  return writeSigned(tbs, identifier, crypto.sign(algorithm, parts.key.pkcs8, tbs))
}

/** CertificationRequestInfo. */
const requestInfo = ({ key, names, subject = [], extensions = [] }: RequestToWrite): Uint8Array => {
  if (names.length + subject.length === 0) throw new RangeError('a request for nobody: give names, or a subject')
  const named = subject.length === 0 ? 'unnamed' : 'named'
  const all = [...(names.length === 0 ? [] : [subjectAltName(names, named)]), ...extensions]
  const twice = all.find(({ oid: id }, i) => all.findIndex(other => other.oid === id) < i)
  if (twice !== undefined) throw new RangeError(`the extension ${twice.oid} is asked for twice`)
  // RFC 2985 5.4.2: one attribute, so no order to keep.
  const attribute = sequence(oid(OID.extensionRequest), setOf(writeExtensions(all)))
  return sequence(
    integer(0),
    writeName(subject),
    key.spki,
    element(contextConstructed(0), ...(all.length === 0 ? [] : [attribute])),
  )
}
