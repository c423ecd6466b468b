/** Who a peer says it is, in one line: name and key of its certificate. */
import { Certificate, parseCertificate } from '../x509/certificate.ts'
import { publicKeyText } from '../x509/public-key.ts'

/** `CN=shop.test, EC P-256`; undefined where there is no certificate that can be read. */
export const whoIs = (chain: readonly Uint8Array[]): string | undefined => {
  const [leaf] = chain
  const certificate = leaf === undefined ? undefined : parseCertificate(leaf)
  if (!(certificate instanceof Certificate)) return undefined
  return [certificate.subject.text, publicKeyText(certificate.publicKey)].filter(part => part !== '').join(', ')
}
