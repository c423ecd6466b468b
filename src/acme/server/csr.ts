/** What a request for a certificate (PKCS#10) asks of an ACME server: a key and identifiers, and nothing else. */
import { DerError } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { derRules } from '../../asn1/rules.table.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { addressOf, type GeneralName } from '../../x509/certificate/general-name.ts'
import { CertificateRequest } from '../../x509/request/request.ts'
import { type Identifier, identifierOf } from '../identifiers.ts'
import { refusal } from '../problem.ts'
import { weakness } from './authenticate.ts'

export interface OrderedRequest {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Bytes
  /** Those of subjectAltName and of the common name (RFC 8555 7.4). */
  readonly identifiers: readonly Identifier[]
}

/** Throws `Refusal`, badCSR, for what is no request, is not signed by its own key, or names what is no identifier. */
export const readOrderedCsr = (der: Bytes, crypto: CryptoProvider): OrderedRequest => {
  const request = readRequest(der)
  // Before its signature: a large key makes a check of it long.
  const weak = weakness(request.spki)
  if (weak !== undefined) throw refusal('badCSR', weak)
  const unsigned = request.notSignedByItsKey(crypto)
  if (unsigned !== undefined) throw refusal('badCSR', `the request ${unsigned}`)
  const identifiers = [...request.names.map(ofName), ...request.subject.all(OID.commonName).map(ofText)]
  return { spki: request.spki.slice(), identifiers }
}

const readRequest = (der: Bytes): CertificateRequest => {
  try {
    return new CertificateRequest(der)
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw refusal('badCSR', `${error.what} ${derRules[error.rule].says}, at byte ${error.at} of the request`)
  }
}

const ofName = (name: GeneralName): Identifier => {
  if (name.type === 'dns') return ofText(name.text)
  const address = name.type === 'ip' ? addressOf(name.octets) : undefined
  if (address === undefined) throw refusal('badCSR', `the request is for a name of type ${name.type}`)
  return { type: 'ip', value: address.text }
}

const ofText = (text: string): Identifier => {
  const identifier = identifierOf(text)
  if (identifier === undefined) throw refusal('badCSR', 'the request is for a name that is neither host nor address')
  return identifier
}
