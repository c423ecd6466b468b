/** Kinds of certificates that a client may show (RFC 5246 7.4.4, RFC 8422 5.5): Ed25519 counts as ECDSA. */
import { ClientCertificateType } from '../messages/registries.table.ts'

export const certificateType = (authentication: 'ecdsa' | 'rsa'): number =>
  ClientCertificateType.names[authentication === 'ecdsa' ? 'ecdsa_sign' : 'rsa_sign']!
