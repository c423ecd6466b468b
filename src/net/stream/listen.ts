/** `listen`: byte streams from whoever comes, plain or TLS, over any transport. */
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { tlsServer } from '../../tls/engine.ts'
import type { TraceSink } from '../../trace/types.ts'
import { told } from '../told.ts'
import { plain } from './connect.ts'
import {
  checkServerPlaces,
  type ReadServerOptions,
  readServerOptions,
  type TlsServerOptions,
} from './server-answers.ts'
import { secured } from './tls.ts'
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

/**
 * Rejects with `FailureError`: net/port-taken, net/port-forbidden, net/no-such-address, and for options of TLS that no
 * client could be served with: net/bad-tls-options, net/bad-certificate, net/bad-key, net/key-encrypted, net/key-mismatch.
 */
export const listen = async (options: ListenerOptions, accept: (stream: NetStream) => void): Promise<Listener> => {
  try {
    return await listening(options, accept)
  } catch (error) {
    throw told(error, options.world.words)
  }
}

const listening = async (options: ListenerOptions, accept: (stream: NetStream) => void): Promise<Listener> => {
  const { world } = options
  const { clock } = world
  const transport = options.over ?? world.transport
  const { host, port = 0, trace, tls } = options
  checkServerPlaces(options)
  const secure = tls && readServerOptions(tls, world)
  /** The oldest first. Those that were given away before they were over are no longer ours to close. */
  const handshakes = new Map<ByteStream, 'ours' | 'given'>()
  let closed = false
  const arrived = (stream: ByteStream): void => {
    const asked = clock.now()
    if (secure === undefined) {
      accept(plain(stream, asked, clock))
      return
    }
    handshakes.set(stream, 'ours')
    if (handshakes.size > MAX_HANDSHAKES) handshakes.keys().next().value?.reset()
    const early = (opened: NetStream): void => {
      handshakes.set(stream, 'given')
      if (closed) opened.reset()
      else accept(opened)
    }
    const gaveEarly = (): boolean => handshakes.get(stream) === 'given'
    handshake(stream, secure, { ...options, early })
      .then(
        opened => {
          if (gaveEarly()) return
          if (closed) opened.reset()
          else accept(opened)
        },
        (error: unknown) => {
          if (gaveEarly()) return
          const failure = error instanceof FailureError ? error.failure : fail('net/answer-failed')
          options.refused?.(failure, stream.remote)
        },
      )
      .finally(() => handshakes.delete(stream))
  }
  const listener = await transport.listen({ port, host, trace }, arrived)
  return {
    address: listener.address,
    port: listener.port,
    close() {
      closed = true
      for (const [stream, whose] of [...handshakes]) if (whose === 'ours') stream.reset()
      return listener.close()
    },
  }
}

const handshake = (
  stream: ByteStream,
  { options, clientAuthorities, peerCertificateTypes, resumption, earlyData, answersFor }: ReadServerOptions,
  { world, timeouts, toPlainHttp, early }: ListenerOptions & { readonly early: (stream: NetStream) => void },
): Promise<NetStream> => {
  const { clock, crypto, certificateCoders } = world
  const { alpn, versions, suites, groups, clientCertificate, halfRtt, postHandshakeAuth } = options
  const psk = options.psk === undefined ? undefined : ('asked' as const)
  const epoch = clock.date() - clock.now()
  const wanted = {
    alpn,
    versions,
    suites,
    groups,
    clientCertificate,
    clientAuthorities,
    peerCertificateTypes,
    resumption,
    psk,
    earlyData,
    halfRtt,
    postHandshakeAuth,
    epoch,
  }
  return secured(stream, {
    engine: tlsServer({ crypto, certificateCoders, ...wanted, trace: stream.trace }),
    clock,
    asked: clock.now(),
    where: 'The client',
    answer: answersFor(stream),
    handshake: timeouts?.handshake ?? DEFAULT_TIMEOUTS.handshake,
    toPlainHttp,
    early: earlyData === undefined && halfRtt === undefined ? undefined : early,
    postHandshakeAuth,
  })
}
