/** A Certificate of TLS 1.3 (RFC 9846 4.5.2), as it is or compressed (RFC 8879), in both directions. */

import { type CertificateCoder, commonCoder, compressed, expanded } from '../certificate/compression.ts'
import { isRaw } from '../certificate/types.ts'
import { taggedExtensions } from '../messages/extensions.ts'
import { CertificateStatusType } from '../messages/registries.table.ts'
import type { Bodies13, Certificate } from '../messages/tls13.ts'
import { refusal } from '../refusal.ts'
import type { AnyMessage, Context, Message } from '../states.ts'
import type { CertifiedKey } from '../types.ts'

/** What came, with the chain that it says; its bytes are those on the wire. */
export type CertificateMessage = AnyMessage & { readonly body: Certificate }

/** `coders`: those that were offered to the peer. `state`: where it came. Whoever reads along is told what came of it. */
export const uncompressed = (
  context: Context<Bodies13>,
  coders: readonly CertificateCoder[] | undefined,
  message: Message<'CompressedCertificate', Bodies13>,
  state: string,
): CertificateMessage => {
  // RFC 8879 4: it is for those who sent compress_certificate.
  if (coders === undefined || coders.length === 0)
    throw refusal('tls/unexpected-message', { where: state, expected: 'Certificate', got: message.name })
  const body = expanded(coders, message)
  context.expanded(message, 'Certificate', body)
  return { ...message, body }
}

/** What the peer would like to have beside the chain. */
export interface Wants {
  readonly ocsp: boolean
  readonly scts: boolean
}

/** RFC 9846 4.5.2.1: what vouches for the leaf stands beside it, where it was asked for and there is any. */
export const entriesOf = (
  { chain, certificateType, ocsp, scts = [] }: CertifiedKey,
  wants: Wants,
): Certificate['entries'] => {
  // Nothing vouches for a raw public key.
  if (isRaw(certificateType)) return chain.map(certificate => ({ certificate, extensions: [] }))
  const evidence = taggedExtensions<'certificate'>({
    statusRequest:
      wants.ocsp && ocsp !== undefined ? { statusType: CertificateStatusType.names.ocsp!, response: ocsp } : undefined,
    signedCertificateTimestamp: wants.scts && scts.length > 0 ? { timestamps: [...scts] } : undefined,
  })
  return chain.map((certificate, index) => ({ certificate, extensions: index === 0 ? evidence : [] }))
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
