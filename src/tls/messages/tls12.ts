/**
 * The handshake messages of TLS 1.2 (RFC 5246 7.4, RFC 8422 5), each declared once. The hellos serve every version; the
 * others belong to 1.2.
 */
import {
  bytes,
  type Codec,
  choice,
  type Infer,
  list,
  optional,
  prefixed,
  rest,
  struct,
  type Tagged,
  u8,
} from '../../wire/codec.ts'
import { AlertDescription } from '../alerts.ts'
import { atMost, nonEmpty } from './combinators.ts'
import { ClientExtension, HelloRandom, ServerExtension } from './extensions.ts'
import {
  AlertLevel,
  CipherSuite,
  ClientCertificateType,
  CompressionMethod,
  CurveType,
  HandshakeType,
  NamedGroup,
  ProtocolVersion,
  SignatureScheme,
} from './registries.table.ts'

const SessionId: Codec<Uint8Array> = prefixed(1, atMost(32, rest))

export interface ClientHello {
  legacyVersion: number
  random: Uint8Array
  sessionId: Uint8Array
  cipherSuites: number[]
  compressionMethods: number[]
  /** Absent in the hello of a very old client. */
  extensions: Tagged[] | undefined
}
export const ClientHello: Codec<ClientHello> = struct(
  {
    legacyVersion: ProtocolVersion,
    random: HelloRandom,
    sessionId: SessionId,
    cipherSuites: prefixed(2, nonEmpty(list(CipherSuite))),
    compressionMethods: prefixed(1, nonEmpty(list(CompressionMethod))),
    extensions: optional(prefixed(2, list(ClientExtension))),
  },
  { ref: 'RFC 5246 7.4.1.2' },
)

export interface ServerHello {
  legacyVersion: number
  random: Uint8Array
  sessionId: Uint8Array
  cipherSuite: number
  compressionMethod: number
  extensions: Tagged[] | undefined
}
export const ServerHello: Codec<ServerHello> = struct(
  {
    legacyVersion: ProtocolVersion,
    random: HelloRandom,
    sessionId: SessionId,
    cipherSuite: CipherSuite,
    compressionMethod: CompressionMethod,
    extensions: optional(prefixed(2, list(ServerExtension))),
  },
  { ref: 'RFC 5246 7.4.1.3' },
)

export const Certificate: Codec<{ chain: Uint8Array[] }> = struct(
  { chain: prefixed(3, list(prefixed(3, nonEmpty(rest)))) },
  { ref: 'RFC 5246 7.4.2' },
)
export type Certificate = Infer<typeof Certificate>

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

export const Finished: Codec<{ verifyData: Uint8Array }> = struct({ verifyData: bytes(12) }, { ref: 'RFC 5246 7.4.9' })
export type Finished = Infer<typeof Finished>

const Nothing: Codec<Record<string, never>> = struct({}, { ref: 'RFC 5246 7.4' }) as Codec<Record<string, never>>

/** What each message says, by its name. */
export interface Bodies {
  HelloRequest: Record<string, never>
  ClientHello: ClientHello
  ServerHello: ServerHello
  Certificate: Certificate
  ServerKeyExchange: ServerKeyExchange
  CertificateRequest: CertificateRequest
  ServerHelloDone: Record<string, never>
  ClientKeyExchange: ClientKeyExchange
  Finished: Finished
}
export type HandshakeName = keyof Bodies

export const bodies: { readonly [K in HandshakeName]: Codec<Bodies[K]> } = {
  HelloRequest: Nothing,
  ClientHello,
  ServerHello,
  Certificate,
  ServerKeyExchange,
  CertificateRequest,
  ServerHelloDone: Nothing,
  ClientKeyExchange,
  Finished,
}

/** A whole message: type, length of three bytes, body. */
export const Handshake: Codec<Tagged> = choice(
  HandshakeType,
  3,
  Object.fromEntries(
    Object.entries(bodies).map(([name, codec]) => [HandshakeType.names[name]!, codec as Codec<unknown>]),
  ),
  { ref: 'RFC 5246 7.4' },
)

export const Alert: Codec<{ level: number; description: number }> = struct(
  { level: AlertLevel, description: AlertDescription },
  { ref: 'RFC 5246 7.2' },
)

export const ChangeCipherSpec: Codec<{ type: number }> = struct({ type: u8 }, { ref: 'RFC 5246 7.1' })
