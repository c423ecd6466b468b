/** `connect`: a byte stream to somewhere, plain or TLS, over any transport. */
import type { Clock } from '../../clock.ts'
import { fail } from '../../failures/index.ts'
import { tlsClient } from '../../tls/engine.ts'
import { sniOf } from '../../tls/host-name.ts'
import type { TraceSink } from '../../trace/types.ts'
import { endpointText } from '../../wire/address.ts'
import { verifyChain } from '../../x509/path.ts'
import { told } from '../told.ts'
import { connectionInfo } from './connection-info.ts'
import { believed } from './credentials.ts'
import { dial } from './dial.ts'
import { type Answerer, secured } from './tls.ts'
import { checkTlsOptions, type TlsChoices } from './tls-options.ts'
import {
  type Address,
  type ByteStream,
  DEFAULT_TIMEOUTS,
  type NetStream,
  type Timeouts,
  type Transport,
  type TrustOptions,
  type World,
} from './types.ts'

export interface TlsClientOptions extends TrustOptions, TlsChoices {
  /** The name to ask for and to check; the host of `connect` where undefined. */
  readonly serverName?: string | undefined
}

/** An option that is not here is refused. */
const KNOWN: Record<keyof TlsClientOptions, true> = {
  serverName: true,
  trust: true,
  ca: true,
  accept: true,
  alpn: true,
  suites: true,
  groups: true,
}

export interface StreamOptions {
  readonly host: string
  readonly port: number
  /** `{}` for TLS with the usual trust. */
  readonly tls?: TlsClientOptions | undefined
  /** The address to go to instead of asking for that of `host`. */
  readonly address?: string | undefined
  /** Kernel TCP where undefined. */
  readonly over?: Transport | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  readonly signal?: AbortSignal | undefined
  readonly trace?: TraceSink | undefined
  readonly world: World
}

/**
 * Rejects with `FailureError`: dns/…, tcp/…, tls/…, net/handshake-timeout, and before anything is sent
 * net/bad-tls-options and net/bad-certificate; with `signal.reason` when aborted.
 */
export const connect = async (options: StreamOptions): Promise<NetStream> => {
  const { world, host, port } = options
  let { address } = options
  const reached = (remote: Address): void => {
    ;({ address } = remote)
  }
  try {
    return await connected(options, reached)
  } catch (error) {
    throw told(error, world.words, { host, port, ...(address === undefined ? {} : { address }) })
  }
}

const connected = async (options: StreamOptions, reached: (remote: Address) => void): Promise<NetStream> => {
  const { world } = options
  const { clock } = world
  const asked = clock.now()
  // A name that TLS cannot ask for is refused before anything is sent.
  const tls = options.tls && checked(options.tls)
  if (tls !== undefined) sniOf(tls.serverName ?? options.host)
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const stream = await dial({ ...options, timeouts }, options.over ?? world.transport, clock)
  reached(stream.remote)
  if (options.signal?.aborted) {
    stream.reset()
    throw options.signal.reason
  }
  if (tls === undefined) return plain(stream, asked, clock)
  const { alpn, suites, groups, serverName = options.host } = tls
  const where = endpointText(options.host, options.port)
  const engine = tlsClient({ crypto: world.crypto, serverName, alpn, suites, groups, trace: stream.trace })
  const abort = (): void => stream.reset()
  options.signal?.addEventListener('abort', abort, { once: true })
  try {
    return await secured(stream, {
      engine,
      clock,
      asked,
      where,
      answer: trustAnswerer(tls, world, stream),
      handshake: timeouts.handshake,
    })
  } catch (error) {
    options.signal?.throwIfAborted()
    throw error
  } finally {
    options.signal?.removeEventListener('abort', abort)
  }
}

/** With the roots of `ca` among those of `trust`. */
const checked = (tls: TlsClientOptions): TlsClientOptions => {
  checkTlsOptions(tls, KNOWN)
  return { ...tls, trust: believed(tls) }
}

const trustAnswerer =
  ({ trust, accept }: TlsClientOptions, world: World, stream: ByteStream): Answerer =>
  async question => {
    if (question.about === 'certificate') return 'none'
    if (question.about !== 'trust') return fail('net/no-certificate', { where: question.about })
    const { chain, name, purpose, keyUsage } = question
    return verifyChain({
      chain,
      name,
      at: world.clock.date(),
      trust: trust ?? (await world.trust()),
      crypto: world.crypto,
      purpose,
      keyUsage,
      isRegistrySuffix: domain => world.isPublicSuffix(domain, 'icann'),
      accept,
      trace: stream.trace,
      now: world.clock.now(),
    })
  }

/** A stream without TLS, with what is known of it. */
export const plain = (stream: ByteStream, asked: number, clock: Clock): NetStream =>
  Object.assign(stream, {
    connection: connectionInfo(stream, {
      tls: undefined,
      times: { asked, connected: clock.now(), secured: undefined },
    }),
  })
