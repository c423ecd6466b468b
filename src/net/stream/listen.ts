/** `listen`: byte streams from whoever comes, plain or TLS, over any transport. */
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { tlsServer } from '../../tls/engine.ts'
import { schemeById } from '../../tls/schemes.table.ts'
import type { CertifiedKey } from '../../tls/types.ts'
import type { TraceSink } from '../../trace/types.ts'
import { told } from '../told.ts'
import { plain } from './connect.ts'
import { type Answerer, secured } from './tls.ts'
import {
  type Address,
  type ByteStream,
  DEFAULT_TIMEOUTS,
  type Listener,
  type NetStream,
  type Timeouts,
  type Transport,
  type World,
} from './types.ts'

export interface TlsServerOptions {
  /**
   * The certificate for the name that a client asks for (SNI); `undefined` when it named none. Undefined as the answer
   * refuses the client with `unrecognized_name`. `CertifiedKey.key` is the private key in PKCS#8, DER.
   */
  readonly certificateFor: (name: string | undefined) => CertifiedKey | undefined | Promise<CertifiedKey | undefined>
  /** Protocols that are spoken here, best first. */
  readonly alpn?: readonly string[] | undefined
}

export interface ListenerOptions {
  /** Loopback where undefined. */
  readonly host?: string | undefined
  /** 0 or undefined: any free one. */
  readonly port?: number | undefined
  readonly tls?: TlsServerOptions | undefined
  readonly over?: Transport | undefined
  readonly timeouts?: Partial<Pick<Timeouts, 'handshake'>> | undefined
  readonly trace?: TraceSink | undefined
  readonly world: World
  /** A client that did not get as far as a stream: its handshake failed. */
  readonly refused?: ((failure: Failure, remote: Address) => void) | undefined
  /** Said in clear text to a client that speaks plain HTTP to a TLS port. */
  readonly toPlainHttp?: Uint8Array | undefined
}

/**
 * Handshakes under way at once; beyond, the oldest is cut: one takes milliseconds, so those that wait longest belong to
 * nobody. A handshake holds some 40 kB.
 */
const MAX_HANDSHAKES = 1_000

/** Rejects with `FailureError`: net/port-taken, net/port-forbidden, net/no-such-address. */
export const listen = async (options: ListenerOptions, accept: (stream: NetStream) => void): Promise<Listener> => {
  const { world } = options
  const { clock } = world
  const transport = options.over ?? world.transport
  const { host, port = 0, trace, tls } = options
  /** The oldest first. */
  const handshakes = new Set<ByteStream>()
  let closed = false
  const arrived = (stream: ByteStream): void => {
    const asked = clock.now()
    if (tls === undefined) {
      accept(plain(stream, asked, clock))
      return
    }
    handshakes.add(stream)
    if (handshakes.size > MAX_HANDSHAKES) handshakes.values().next().value?.reset()
    handshake(stream, { ...options, tls }, world)
      .then(
        secure => (closed ? secure.reset() : accept(secure)),
        (error: unknown) => {
          const failure = error instanceof FailureError ? error.failure : fail('net/answer-failed')
          options.refused?.(failure, stream.remote)
        },
      )
      .finally(() => handshakes.delete(stream))
  }
  const listener = await transport.listen({ port, host, trace }, arrived).catch((error: unknown) => {
    throw told(error, world.words)
  })
  return {
    address: listener.address,
    port: listener.port,
    close() {
      closed = true
      for (const stream of [...handshakes]) stream.reset()
      return listener.close()
    },
  }
}

const handshake = (
  stream: ByteStream,
  options: ListenerOptions & { readonly tls: TlsServerOptions },
  world: World,
): Promise<NetStream> => {
  const { clock, crypto } = world
  const { alpn } = options.tls
  return secured(stream, {
    engine: tlsServer({ crypto, alpn, trace: stream.trace }),
    clock,
    asked: clock.now(),
    where: 'The client',
    answer: keyAnswerer(options.tls, world),
    handshake: options.timeouts?.handshake ?? DEFAULT_TIMEOUTS.handshake,
    toPlainHttp: options.toPlainHttp,
  })
}

const keyAnswerer =
  ({ certificateFor }: TlsServerOptions, { crypto }: World): Answerer =>
  question => {
    switch (question.about) {
      case 'client-hello': {
        const refusal = fail(
          'tls/name-unknown',
          question.hello.serverName === undefined ? {} : { got: question.hello.serverName },
        )
        const found = certificateFor(question.hello.serverName)
        return found instanceof Promise ? found.then(key => key ?? refusal) : (found ?? refusal)
      }
      case 'sign': {
        const scheme = schemeById(question.scheme)
        const { key } = question.key
        if (scheme === undefined || !(key instanceof Uint8Array)) return fail('net/no-certificate')
        return crypto.sign(scheme.algorithm, key, question.message)
      }
      case 'trust':
      case 'certificate':
        return fail('net/no-certificate')
      default:
        return question satisfies never
    }
  }
