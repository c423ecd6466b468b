/** Who a peer says it is, in one line: name and key of its certificate, or the key alone. */
import { DerError } from '../asn1/der.ts'
import { Certificate, parseCertificate } from '../x509/certificate/certificate.ts'
import { publicKeyText, readPublicKey } from '../x509/certificate/public-key.ts'

/** `CN=shop.test, EC P-256`, or `raw public key, EC P-256`; undefined where there is nothing that can be read. */
export const whoIs = (chain: readonly Uint8Array[]): string | undefined => {
  const [leaf] = chain
  const certificate = leaf === undefined ? undefined : parseCertificate(leaf)
  if (!(certificate instanceof Certificate)) return leaf && rawKeyText(leaf)
  return [certificate.subject.text, publicKeyText(certificate.publicKey)].filter(part => part !== '').join(', ')
}

/** RFC 7250: what stands in the place of a certificate. */
const rawKeyText = (spki: Uint8Array): string | undefined => {
  try {
    return `raw public key, ${publicKeyText(readPublicKey(spki))}`
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}
