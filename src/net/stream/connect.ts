/** `connect`: a byte stream to somewhere, plain or TLS, over any transport. */
import type { Bytes } from '../../engine.ts'
import { tlsClient } from '../../tls/engine.ts'
import { sniOf } from '../../tls/hello/host-name.ts'
import type { Session } from '../../tls/session/session.ts'
import type { TraceSink } from '../../trace/types.ts'
import { endpointText } from '../../wire/address.ts'
import { told, toldLater } from '../told.ts'
import {
  checkClientPlaces,
  type ReadClientOptions,
  readClientOptionsInTurns,
  type TlsClientOptions,
} from './client-answers.ts'
import { dial } from './dial.ts'
import { plain } from './plain.ts'
import { relieved } from './record-workers.ts'
import { whileOffering } from './shared-keys.ts'
import { secured } from './tls.ts'
import {
  type Address,
  type ByteStream,
  DEFAULT_TIMEOUTS,
  type NetStream,
  type Timeouts,
  type Transport,
  type World,
} from './types.ts'

export interface StreamOptions {
  readonly host: string
  readonly port: number
  /** `{}` for TLS with the usual trust. */
  readonly tls?: TlsClientOptions | undefined
  /** The address to go to instead of asking for that of `host`. */
  readonly address?: string | undefined
  /** Kernel TCP where undefined. */
  readonly over?: Transport | undefined
  /** Speaks on the stream before TLS does (`startTls`), and hands on that on which it goes on. Its time is its own. */
  readonly before?: ((stream: ByteStream) => Promise<ByteStream>) | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  readonly signal?: AbortSignal | undefined
  readonly trace?: TraceSink | undefined
  readonly world: World
}

/**
 * Rejects with `FailureError`: dns/…, tcp/…, tls/…, net/handshake-timeout, and before anything is sent for options that
 * cannot work (net/bad-tls-options, net/bad-certificate, net/key-mismatch, …); with `signal.reason` when aborted.
 */
export const connect = async (options: StreamOptions): Promise<NetStream> => {
  const { world, tls } = options
  const read = await toldLater(async () => {
    checkClientPlaces(options)
    return tls && (await readClientOptionsInTurns(tls, world))
  }, world.words)
  const first = tls?.earlyData
  const stream = await connectRead(options, read, first)
  if (first !== undefined && stream.connection.tls?.earlyData !== 'accepted') stream.write([first.slice()])
  return stream
}

/** As `connect`, for whoever has read the options of TLS before. `early` is not sent again where it is not taken. */
export const connectRead = async (
  options: Omit<StreamOptions, 'tls'>,
  tls: ReadClientOptions | undefined,
  early?: Bytes,
): Promise<NetStream> => {
  const { world, host, port } = options
  let { address } = options
  const reached = (remote: Address): void => {
    ;({ address } = remote)
  }
  try {
    return await connected(options, { tls, early }, reached)
  } catch (error) {
    throw told(error, world.words, { host, port, ...(address === undefined ? {} : { address }) })
  }
}

/** A stream on which it is our turn. */
const reachable = async (
  options: Omit<StreamOptions, 'tls' | 'timeouts'> & { readonly timeouts: Timeouts },
  reached: (remote: Address) => void,
): Promise<ByteStream> => {
  const { world, signal, over = world.transport, before } = options
  const dialed = await dial(options, over, world.clock)
  reached(dialed.remote)
  if (signal?.aborted) {
    dialed.reset()
    throw signal.reason
  }
  return before === undefined ? dialed : await before(dialed)
}

const connected = async (
  options: Omit<StreamOptions, 'tls'>,
  { tls, early }: { readonly tls: ReadClientOptions | undefined; readonly early: Bytes | undefined },
  reached: (remote: Address) => void,
): Promise<NetStream> => {
  const { world } = options
  const { clock } = world
  const asked = clock.now()
  // A name that TLS cannot ask for is refused before anything is sent.
  if (tls !== undefined) sniOf(tls.options.serverName ?? options.host)
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const stream = await reachable({ ...options, timeouts }, reached)
  if (tls === undefined) return plain(stream, asked, clock)
  const {
    alpn,
    versions,
    suites,
    groups,
    sessions,
    psk,
    postHandshakeAuth,
    revocation,
    transparency,
    ca,
    trust,
    serverName = options.host,
  } = tls.options
  const known = psk !== undefined && ca === undefined && trust === undefined
  // To come back with a session is to be who began it.
  const origin = [endpointText(serverName, options.port), tls.self].join(' ').trimEnd()
  const where = endpointText(options.host, options.port)
  const { crypto, below } = relieved(tls.options, stream, world.crypto)
  const engine = tlsClient({
    crypto,
    certificateCoders: world.certificateCoders,
    serverName,
    alpn,
    versions,
    suites,
    groups,
    psk: tls.keys,
    postHandshakeAuth,
    evidence: [...(revocation ? (['ocsp'] as const) : []), ...(transparency ? (['scts'] as const) : [])],
    certificates: known ? 'refused' : undefined,
    ...tls.types,
    session: sessions && (sessions.take(origin, clock.date()) ?? 'new'),
    earlyData: early,
    epoch: clock.date() - clock.now(),
    trace: stream.trace,
  })
  const abort = (): void => stream.reset()
  options.signal?.addEventListener('abort', abort, { once: true })
  try {
    const answer = tls.answersFor(stream)
    const session = (kept: Session): void => sessions?.keep(origin, kept)
    const failed = (): void => sessions?.forget(origin)
    const { handshake } = timeouts
    const parts = { engine, clock, asked, where, answer, session, failed, handshake }
    return await whileOffering(psk, world, () => secured(below, parts))
  } catch (error) {
    sessions?.forget(origin)
    options.signal?.throwIfAborted()
    throw error
  } finally {
    options.signal?.removeEventListener('abort', abort)
  }
}
