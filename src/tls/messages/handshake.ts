/** What the handshake messages of a version are made of: a body for each name, and the form that all of them have. */
import type { Bytes } from '../../engine.ts'
import { type Codec, choice, decode, type Tagged } from '../../wire/codec.ts'
import { isRetryRandom } from './hello.ts'
import { HandshakeType } from './registries.table.ts'

/** `B`: what each message says, by its name. */
export interface HandshakeFormat<B> {
  readonly bodies: { readonly [N in keyof B]: Codec<B[N]> }
  /** A whole message: type, length of three bytes, body. A type without a body keeps its bytes. */
  readonly codec: Codec<Tagged>
}

/** The messages of a version, or of one of its ways: `handshakeFormat({ ...bodies12, Certificate: RawPublicKey })`. */
export const handshakeFormat = <B>(
  bodies: { readonly [N in keyof B]: Codec<B[N]> },
  ref: string,
): HandshakeFormat<B> => ({
  bodies,
  codec: choice(
    HandshakeType,
    3,
    Object.fromEntries(
      Object.entries(bodies)
        // The codec of ServerHello reads it by its random.
        .filter(([name]) => name !== 'HelloRetryRequest')
        .map(([name, codec]) => [HandshakeType.names[name]!, codec as Codec<unknown>]),
    ),
    { ref },
  ),
})

/** What a whole message is called: by its type, and a HelloRetryRequest by the random that makes it one. */
export const messageName = (bytes: Bytes): string =>
  bytes[0] === HandshakeType.names.ServerHello && isRetryRandom(bytes, RANDOM_AT)
    ? 'HelloRetryRequest'
    : HandshakeType.nameOf(bytes[0]!)

/** Behind type, length and version of a hello. */
const RANDOM_AT = 6

/** The value of a whole message, with its name. Throws `WireError`. */
export const readMessage = (codec: Codec<Tagged>, bytes: Bytes): { readonly name: string; readonly body: unknown } => ({
  name: messageName(bytes),
  body: decode(codec, bytes).body,
})
