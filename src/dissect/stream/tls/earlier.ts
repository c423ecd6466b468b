/**
 * Handshake messages that are not spoken here: those before TLS 1.2, where what is signed does not say how (RFC 4346 7.4,
 * RFC 4492 5.4), and those of key exchanges that have no form.
 */
import { handshakeFormat } from '../../../tls/messages/handshake.ts'
import { type Bodies12, bodies12, EncryptedPremaster, ServerEcdhParams } from '../../../tls/messages/tls12.ts'
import { type Codec, prefixed, rest, struct, type Tagged } from '../../../wire/codec.ts'

type Unsigned = Omit<Bodies12, 'ServerKeyExchange' | 'ClientKeyExchange' | 'CertificateRequest' | 'CertificateVerify'>
const { ServerKeyExchange: _server, ClientKeyExchange, CertificateRequest, CertificateVerify, ...unsigned } = bodies12

/** Key exchanges whose messages we have no form for keep them as bytes. */
export const EarlierHandshake: Codec<Tagged> = handshakeFormat<Unsigned>(unsigned, 'RFC 4346 7.4').codec

/** The same in TLS 1.2. */
export const OtherHandshake: Codec<Tagged> = handshakeFormat<Omit<Bodies12, 'ServerKeyExchange' | 'ClientKeyExchange'>>(
  { ...unsigned, CertificateRequest, CertificateVerify },
  'RFC 5246 7.4',
).codec

const ServerKeyExchange: Codec<{ params: ServerEcdhParams; signature: Uint8Array }> = struct(
  { params: ServerEcdhParams, signature: prefixed(2, rest) },
  { ref: 'RFC 4492 5.4' },
)

export const EarlierEcdheHandshake: Codec<Tagged> = handshakeFormat<
  Unsigned &
    Pick<Bodies12, 'ClientKeyExchange'> & { ServerKeyExchange: { params: ServerEcdhParams; signature: Uint8Array } }
>({ ...unsigned, ServerKeyExchange, ClientKeyExchange }, 'RFC 4346 7.4').codec

export const EarlierRsaHandshake: Codec<Tagged> = handshakeFormat<Unsigned & { ClientKeyExchange: EncryptedPremaster }>(
  { ...unsigned, ClientKeyExchange: EncryptedPremaster },
  'RFC 4346 7.4.7.1',
).codec

const TLS_1_0 = 0x0301

/** How handshake messages are read with this kind of key exchange. SSL 3.0 gives the secret no length (RFC 6101 5.6.7.1). */
export const earlierFormat = (exchange: string, version: number): Codec<Tagged> => {
  if (exchange === 'ecdhe') return EarlierEcdheHandshake
  return exchange === 'rsa' && version >= TLS_1_0 ? EarlierRsaHandshake : EarlierHandshake
}
