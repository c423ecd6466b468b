/** The handshake messages of TLS 1.3 (RFC 9846 4), each declared once; the hellos are in `hello.ts`. */
import type { Bytes } from '../../engine.ts'
import { joined } from '../../wire/bytes.ts'
import { type Codec, type Infer, list, prefixed, rest, struct, type Tagged, u24, u32 } from '../../wire/codec.ts'
import { between, nonEmpty } from './combinators.ts'
import { CertificateExtension, EncryptedExtension, RequestExtension, TicketExtension } from './extensions.ts'
import { type HandshakeFormat, handshakeFormat } from './handshake.ts'
import { ClientHello, HelloRetryRequest, ServerHello } from './hello.ts'
import {
  CertificateCompressionAlgorithm,
  HandshakeType,
  KeyUpdateRequest,
  SignatureScheme,
} from './registries.table.ts'

export const EncryptedExtensions: Codec<{ extensions: Tagged[] }> = struct(
  { extensions: prefixed(2, list(EncryptedExtension)) },
  { ref: 'RFC 9846 4.4.1' },
)
export type EncryptedExtensions = Infer<typeof EncryptedExtensions>

/** `context` is empty in the handshake; afterwards it tells requests apart. */
export const CertificateRequest: Codec<{ context: Uint8Array; extensions: Tagged[] }> = struct(
  { context: prefixed(1, rest), extensions: prefixed(2, list(RequestExtension)) },
  { ref: 'RFC 9846 4.4.2' },
)
export type CertificateRequest = Infer<typeof CertificateRequest>

/** `certificate`: X.509 in DER, or a SubjectPublicKeyInfo where both sides agreed on raw public keys (RFC 7250). */
const entry: Codec<{ certificate: Uint8Array; extensions: Tagged[] }> = struct(
  { certificate: prefixed(3, nonEmpty(rest)), extensions: prefixed(2, list(CertificateExtension)) },
  { ref: 'RFC 9846 4.5.2' },
)
export const Certificate: Codec<{ context: Uint8Array; entries: Infer<typeof entry>[] }> = struct(
  { context: prefixed(1, rest), entries: prefixed(3, list(entry)) },
  { ref: 'RFC 9846 4.5.2' },
)
export type Certificate = Infer<typeof Certificate>

/** A Certificate message under a coding; what it holds is read when it is expanded. */
export const CompressedCertificate: Codec<{ algorithm: number; uncompressedLength: number; compressed: Uint8Array }> =
  struct(
    { algorithm: CertificateCompressionAlgorithm, uncompressedLength: u24, compressed: prefixed(3, nonEmpty(rest)) },
    { ref: 'RFC 8879 4' },
  )
export type CompressedCertificate = Infer<typeof CompressedCertificate>

export const CertificateVerify: Codec<{ scheme: number; signature: Uint8Array }> = struct(
  { scheme: SignatureScheme, signature: prefixed(2, rest) },
  { ref: 'RFC 9846 4.5.3' },
)
export type CertificateVerify = Infer<typeof CertificateVerify>

/** As long as the hash of the suite: SHA-256 or SHA-384. Which of them is compared with the value. */
export const Finished: Codec<{ verifyData: Uint8Array }> = struct(
  { verifyData: between(32, 48) },
  { ref: 'RFC 9846 4.5.4' },
)
export type Finished = Infer<typeof Finished>

/** Lifetime in seconds. */
export const NewSessionTicket: Codec<{
  lifetime: number
  ageAdd: number
  nonce: Uint8Array
  ticket: Uint8Array
  extensions: Tagged[]
}> = struct(
  {
    lifetime: u32,
    ageAdd: u32,
    nonce: prefixed(1, rest),
    ticket: prefixed(2, nonEmpty(rest)),
    extensions: prefixed(2, list(TicketExtension)),
  },
  { ref: 'RFC 9846 4.7.1' },
)
export type NewSessionTicket = Infer<typeof NewSessionTicket>

export const KeyUpdate: Codec<{ request: number }> = struct({ request: KeyUpdateRequest }, { ref: 'RFC 9846 4.7.3' })
export type KeyUpdate = Infer<typeof KeyUpdate>

const Nothing: Codec<Record<string, never>> = struct({}, { ref: 'RFC 9846 4.6' }) as Codec<Record<string, never>>

/** What each message says, by its name. */
export interface Bodies13 {
  ClientHello: ClientHello
  ServerHello: ServerHello
  HelloRetryRequest: ServerHello
  NewSessionTicket: NewSessionTicket
  EndOfEarlyData: Record<string, never>
  EncryptedExtensions: EncryptedExtensions
  Certificate: Certificate
  CertificateRequest: CertificateRequest
  CertificateVerify: CertificateVerify
  Finished: Finished
  KeyUpdate: KeyUpdate
  CompressedCertificate: CompressedCertificate
}

export const bodies13: { readonly [N in keyof Bodies13]: Codec<Bodies13[N]> } = {
  ClientHello,
  ServerHello,
  HelloRetryRequest,
  NewSessionTicket,
  EndOfEarlyData: Nothing,
  EncryptedExtensions,
  Certificate,
  CertificateRequest,
  CertificateVerify,
  Finished,
  KeyUpdate,
  CompressedCertificate,
}

export const handshake13: HandshakeFormat<Bodies13> = handshakeFormat<Bodies13>(bodies13, 'RFC 9846 4')

/** RFC 9846 4.5.1: what stands in the transcript for the first ClientHello when there is a second. */
export const messageHash = (digest: Bytes): Uint8Array =>
  joined([Uint8Array.of(HandshakeType.names.MessageHash!, 0, 0, digest.length), digest])

/** RFC 9846 4.3.11.2: so many bytes at the end of a ClientHello are left out when its binders are computed. */
export const bindersLength = (binders: readonly Bytes[]): number =>
  binders.reduce((sum, binder) => sum + 1 + binder.length, 2)
