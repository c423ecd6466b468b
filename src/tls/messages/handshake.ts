/** What the handshake messages of a version are made of: a body for each name, and the form that all of them have. */
import type { Bytes } from '../../engine.ts'
import { type Codec, choice, decode, type Tagged } from '../../wire/codec.ts'
import { isRetry, type ServerHello } from './hello.ts'
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

/** What a message is called: by its type, and a HelloRetryRequest by the random that makes it one. */
export const messageName = ({ type, body }: Tagged): string =>
  type === HandshakeType.names.ServerHello && isRetry(body as ServerHello)
    ? 'HelloRetryRequest'
    : HandshakeType.nameOf(type)

/** The value of a whole message, with its name. Throws `WireError`. */
export const readMessage = (codec: Codec<Tagged>, bytes: Bytes): { readonly name: string; readonly body: unknown } => {
  const message = decode(codec, bytes)
  return { name: messageName(message), body: message.body }
}
