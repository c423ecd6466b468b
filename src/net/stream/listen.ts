/** `listen`: byte streams from whoever comes, plain or TLS, over any transport. */
import type { Failure, FailureError } from '../../failures/index.ts'
import { tlsServers } from '../../tls/engine.ts'
import type { TraceSink } from '../../trace/types.ts'
import { told } from '../told.ts'
import { plain } from './plain.ts'
import {
  checkServerPlaces,
  type ReadServerOptions,
  readServerOptionsInTurns,
  type TlsServerOptions,
} from './server-answers.ts'
import { accepting } from './tls.ts'
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
  const secure = tls && handshaker(await readServerOptionsInTurns(tls, world), options)
  /** The oldest first. Those that were given away before they were over are no longer ours to close. */
  const handshakes = new Map<ByteStream, 'ours' | 'given'>()
  /** Called when no handshake is under way any more. */
  const over: (() => void)[] = []
  let closed = false
  const arrived = (stream: ByteStream): void => {
    if (secure === undefined) {
      accept(plain(stream, clock.now(), clock))
      return
    }
    handshakes.set(stream, 'ours')
    if (handshakes.size > MAX_HANDSHAKES) handshakes.keys().next().value?.reset()
    const early = (opened: NetStream): void => {
      handshakes.set(stream, 'given')
      if (closed) opened.reset()
      else accept(opened)
    }
    /** True for a stream that whoever listens has not had before. */
    const ended = (): boolean => {
      const whose = handshakes.get(stream)
      handshakes.delete(stream)
      if (handshakes.size === 0) for (const tell of over.splice(0)) tell()
      return whose === 'ours'
    }
    const opened = (secured: NetStream): void => {
      if (!ended()) return
      if (closed) secured.reset()
      else accept(secured)
    }
    secure(stream, { early, opened, refused: ({ failure }) => ended() && options.refused?.(failure, stream.remote) })
  }
  const listener = await transport.listen({ port, host, trace }, arrived)
  return {
    address: listener.address,
    port: listener.port,
    async close(grace = 0) {
      const cut = (): void => {
        closed = true
        for (const [stream, whose] of [...handshakes]) if (whose === 'ours') stream.reset()
      }
      if (grace <= 0) cut()
      const disarm = grace > 0 ? clock.later(clock.now() + grace, cut) : () => {}
      const stopped = listener.close()
      if (grace > 0 && handshakes.size > 0) await new Promise<void>(resolve => void over.push(resolve))
      await stopped
      disarm()
    },
  }
}

/** Who hears of a handshake. */
interface Told {
  readonly early: (stream: NetStream) => void
  readonly opened: (stream: NetStream) => void
  readonly refused: (error: FailureError) => void
}

/** The handshake of each connection; what is the same for all of them is put together once. */
const handshaker = (
  { options, clientAuthorities, peerCertificateTypes, resumption, earlyData, answersFor }: ReadServerOptions,
  { world, timeouts, toPlainHttp }: ListenerOptions,
): ((stream: ByteStream, told: Told) => void) => {
  const { clock, crypto, certificateCoders } = world
  const { alpn, versions, suites, groups, clientCertificate, halfRtt, postHandshakeAuth, workers } = options
  const same = {
    certificateCoders,
    alpn,
    versions,
    suites,
    groups,
    clientCertificate,
    clientAuthorities,
    peerCertificateTypes,
    resumption,
    psk: options.psk === undefined ? undefined : ('asked' as const),
    earlyData,
    halfRtt,
    postHandshakeAuth,
  }
  const server = tlsServers({ ...same, crypto })
  const relieved = workers && tlsServers({ ...same, crypto: workers.providerOf(crypto) })
  const limit = timeouts?.handshake ?? DEFAULT_TIMEOUTS.handshake
  const speaksEarly = earlyData !== undefined || halfRtt !== undefined
  return (stream, { early, opened, refused }) => {
    const asked = clock.now()
    // Whoever listens sees each record when it is made.
    const [make, below] =
      relieved === undefined || stream.trace !== undefined ? [server, stream] : [relieved, workers!.over(stream)]
    const connection = {
      engine: make({ epoch: clock.date() - asked, trace: stream.trace }),
      clock,
      asked,
      where: 'The client',
      ...answersFor(stream),
      handshake: limit,
      toPlainHttp,
      early: speaksEarly ? early : undefined,
      postHandshakeAuth,
    }
    accepting(below, connection, opened, refused)
  }
}
