/** The handshake messages of TLS 1.2 (RFC 5246 7.4, RFC 8422 5), each declared once; the hellos are in `hello.ts`. */
import { bytes, type Codec, type Infer, list, prefixed, rest, struct, type Tagged, u8, u32 } from '../../wire/codec.ts'
import { AlertDescription } from '../alerts.ts'
import { atMostOne, nonEmpty } from './combinators.ts'
import { CertificateStatus } from './extensions.table.ts'
import { type HandshakeFormat, handshakeFormat } from './handshake.ts'
import { ClientHello, ServerHello } from './hello.ts'
import { AlertLevel, ClientCertificateType, CurveType, NamedGroup, SignatureScheme } from './registries.table.ts'

export const Certificate: Codec<{ chain: Uint8Array[] }> = struct(
  { chain: prefixed(3, list(prefixed(3, nonEmpty(rest)))) },
  { ref: 'RFC 5246 7.4.2' },
)
export type Certificate = Infer<typeof Certificate>

/**
 * RFC 7250 3: in the place of the chain, where both sides agreed on it, a SubjectPublicKeyInfo alone. No bytes say what an
 * empty chain says.
 */
export const RawPublicKey: Codec<{ chain: Uint8Array[] }> = struct(
  { chain: prefixed(3, atMostOne(rest)) },
  { ref: 'RFC 7250 3' },
)

/** What the server signs, after the two randoms. */
export const ServerEcdhParams: Codec<{ curveType: number; group: number; publicKey: Uint8Array }> = struct(
  { curveType: CurveType, group: NamedGroup, publicKey: prefixed(1, nonEmpty(rest)) },
  { ref: 'RFC 8422 5.4' },
)
export type ServerEcdhParams = Infer<typeof ServerEcdhParams>

export const ServerKeyExchange: Codec<{ params: ServerEcdhParams; scheme: number; signature: Uint8Array }> = struct(
  { params: ServerEcdhParams, scheme: SignatureScheme, signature: prefixed(2, rest) },
  { ref: 'RFC 8422 5.4' },
)
export type ServerKeyExchange = Infer<typeof ServerKeyExchange>

export const CertificateRequest: Codec<{ types: number[]; schemes: number[]; authorities: Uint8Array[] }> = struct(
  {
    types: prefixed(1, nonEmpty(list(ClientCertificateType))),
    schemes: prefixed(2, nonEmpty(list(SignatureScheme))),
    authorities: prefixed(2, list(prefixed(2, nonEmpty(rest)))),
  },
  { ref: 'RFC 5246 7.4.4' },
)
export type CertificateRequest = Infer<typeof CertificateRequest>

export const ClientKeyExchange: Codec<{ publicKey: Uint8Array }> = struct(
  { publicKey: prefixed(1, nonEmpty(rest)) },
  { ref: 'RFC 8422 5.7' },
)
export type ClientKeyExchange = Infer<typeof ClientKeyExchange>

/** The ClientKeyExchange of suites in which RSA encrypts the secret. */
export const EncryptedPremaster: Codec<{ encryptedPremaster: Uint8Array }> = struct(
  { encryptedPremaster: prefixed(2, nonEmpty(rest)) },
  { ref: 'RFC 5246 7.4.7.1' },
)
export type EncryptedPremaster = Infer<typeof EncryptedPremaster>

export const Finished: Codec<{ verifyData: Uint8Array }> = struct({ verifyData: bytes(12) }, { ref: 'RFC 5246 7.4.9' })
export type Finished = Infer<typeof Finished>

export const CertificateVerify: Codec<{ scheme: number; signature: Uint8Array }> = struct(
  { scheme: SignatureScheme, signature: prefixed(2, rest) },
  { ref: 'RFC 5246 7.4.8' },
)
export type CertificateVerify = Infer<typeof CertificateVerify>

export const NewSessionTicket: Codec<{ lifetimeHint: number; ticket: Uint8Array }> = struct(
  { lifetimeHint: u32, ticket: prefixed(2, rest) },
  { ref: 'RFC 5077 3.3' },
)
export type NewSessionTicket = Infer<typeof NewSessionTicket>

const Nothing: Codec<Record<string, never>> = struct({}, { ref: 'RFC 5246 7.4' }) as Codec<Record<string, never>>

/** What each message says, by its name. */
export interface Bodies12 {
  HelloRequest: Record<string, never>
  ClientHello: ClientHello
  ServerHello: ServerHello
  NewSessionTicket: NewSessionTicket
  Certificate: Certificate
  CertificateStatus: CertificateStatus
  ServerKeyExchange: ServerKeyExchange
  CertificateRequest: CertificateRequest
  ServerHelloDone: Record<string, never>
  CertificateVerify: CertificateVerify
  ClientKeyExchange: ClientKeyExchange
  Finished: Finished
}

export const bodies12: { readonly [N in keyof Bodies12]: Codec<Bodies12[N]> } = {
  HelloRequest: Nothing,
  ClientHello,
  ServerHello,
  NewSessionTicket,
  Certificate,
  CertificateStatus,
  ServerKeyExchange,
  CertificateRequest,
  ServerHelloDone: Nothing,
  CertificateVerify,
  ClientKeyExchange,
  Finished,
}

/** With a key exchange over a group. */
export const handshake12: HandshakeFormat<Bodies12> = handshakeFormat<Bodies12>(bodies12, 'RFC 5246 7.4')

/** Where the client chooses the secret and encrypts it to the server's key. */
export interface Bodies12Rsa extends Omit<Bodies12, 'ServerKeyExchange' | 'ClientKeyExchange'> {
  ClientKeyExchange: EncryptedPremaster
}

const { ServerKeyExchange: _none, ...withoutExchange } = bodies12

export const handshake12Rsa: HandshakeFormat<Bodies12Rsa> = handshakeFormat<Bodies12Rsa>(
  { ...withoutExchange, ClientKeyExchange: EncryptedPremaster },
  'RFC 5246 7.4',
)

/** The same with a raw public key in the place of the chain. */
export const handshake12Raw: HandshakeFormat<Bodies12> = handshakeFormat<Bodies12>(
  { ...bodies12, Certificate: RawPublicKey },
  'RFC 5246 7.4',
)
export const handshake12RsaRaw: HandshakeFormat<Bodies12Rsa> = handshakeFormat<Bodies12Rsa>(
  { ...withoutExchange, Certificate: RawPublicKey, ClientKeyExchange: EncryptedPremaster },
  'RFC 5246 7.4',
)

export type HandshakeName = keyof Bodies12
export const Handshake: Codec<Tagged> = handshake12.codec

export const Alert: Codec<{ level: number; description: number }> = struct(
  { level: AlertLevel, description: AlertDescription },
  { ref: 'RFC 5246 7.2' },
)

export const ChangeCipherSpec: Codec<{ type: number }> = struct({ type: u8 }, { ref: 'RFC 5246 7.1' })
