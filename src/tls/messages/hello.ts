/** The hellos, which serve every version: what is chosen, and with that all that follows, stands in them. */
import type { Bytes } from '../../engine.ts'
import { bytes, type Codec, list, optional, prefixed, rest, struct, type Tagged } from '../../wire/codec.ts'
import { sampledBy } from '../../wire/dependent.ts'
import { atMost, either, nonEmpty } from './combinators.ts'
import { ClientExtension, RetryExtension, ServerExtension } from './extensions.ts'
import { CipherSuite, CompressionMethod, ProtocolVersion } from './registries.table.ts'

/** 32 bytes of a hello. */
export const HelloRandom: Codec<Uint8Array> = bytes(32, { ref: 'RFC 9846 4.2.2' })

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
/** A hello whose extensions are read in this way. */
export const clientHello = (extension: Codec<Tagged>): Codec<ClientHello> =>
  struct(
    {
      legacyVersion: ProtocolVersion,
      random: HelloRandom,
      sessionId: SessionId,
      cipherSuites: prefixed(2, nonEmpty(list(CipherSuite))),
      compressionMethods: prefixed(1, nonEmpty(list(CompressionMethod))),
      extensions: optional(prefixed(2, list(extension))),
    },
    { ref: 'RFC 9846 4.2.2' },
  )

export const ClientHello: Codec<ClientHello> = clientHello(ClientExtension)

export interface ServerHello {
  legacyVersion: number
  random: Uint8Array
  sessionId: Uint8Array
  cipherSuite: number
  compressionMethod: number
  extensions: Tagged[] | undefined
}

/** RFC 9846 4.2.3: the SHA-256 of "HelloRetryRequest". No server draws it by chance. */
export const RETRY_RANDOM: Bytes = Uint8Array.of(
  ...[0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91],
  ...[0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c],
)

/** Whether the random at `at` makes a ServerHello ask for another ClientHello (RFC 9846 4.2.4). */
export const isRetryRandom = (bytes: Bytes, at: number): boolean =>
  bytes.length >= at + RETRY_RANDOM.length && RETRY_RANDOM.every((octet, i) => bytes[at + i] === octet)

export const isRetry = (hello: ServerHello): boolean => isRetryRandom(hello.random, 0)

/** The answer whose extensions are read in this way. */
export const serverHello = (extension: Codec<Tagged>, ref: string): Codec<ServerHello> =>
  struct(
    {
      legacyVersion: ProtocolVersion,
      random: HelloRandom,
      sessionId: SessionId,
      cipherSuite: CipherSuite,
      compressionMethod: CompressionMethod,
      extensions: optional(prefixed(2, list(extension))),
    },
    { ref },
  )

const retry = serverHello(RetryExtension, 'RFC 9846 4.2.4')

/** A ServerHello whose extensions say other things: `key_share` names a group. */
export const HelloRetryRequest: Codec<ServerHello> = sampledBy(retry, random => ({
  ...retry.sample(random),
  random: RETRY_RANDOM.slice(),
}))

/** Before the random of a hello stands its version. */
const RANDOM_AT = 2

/** A ServerHello, or what asks for another ClientHello in its form. */
export const ServerHello: Codec<ServerHello> = either({
  first: HelloRetryRequest,
  second: serverHello(ServerExtension, 'RFC 9846 4.2.3'),
  inBytes: ({ bytes, pos, end }) => isRetryRandom(bytes.subarray(0, end), pos + RANDOM_AT),
  inValue: isRetry,
})
