/** A Certificate of TLS 1.3 (RFC 9846 4.5.2), as it is or compressed (RFC 8879), in both directions. */
import { type CertificateCoder, commonCoder, compressed, expanded } from '../certificate-compression.ts'
import type { Bodies13, Certificate } from '../messages/tls13.ts'
import { refusal } from '../refusal.ts'
import type { AnyMessage, Context, Message } from '../states.ts'

/** What came, with the chain that it says; its bytes are those on the wire. */
export type CertificateMessage = AnyMessage & { readonly body: Certificate }

/** `coders`: those that were offered to the peer. `state`: where it came. */
export const uncompressed = (
  coders: readonly CertificateCoder[] | undefined,
  message: Message<'CompressedCertificate', Bodies13>,
  state: string,
): CertificateMessage => {
  // RFC 8879 4: it is for those who sent compress_certificate.
  if (coders === undefined || coders.length === 0)
    throw refusal('tls/unexpected-message', { where: state, expected: 'Certificate', got: message.name })
  return { ...message, body: expanded(coders, message) }
}

/** `algorithms`: what the peer can expand, as IANA numbers. */
export const sendCertificate = (
  context: Context<Bodies13>,
  certificate: Certificate,
  coders: readonly CertificateCoder[] = [],
  algorithms: readonly number[] = [],
): void => {
  const coder = commonCoder(coders, algorithms)
  if (coder === undefined) context.send('Certificate', certificate)
  else context.send('CompressedCertificate', compressed(coder, certificate))
}
