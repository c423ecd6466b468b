/**
 * The kernel's TCP as a transport, over `node:net`. What is fast there: one `writev` for a gather list, one joined
 * buffer for small pieces, and for connections that we open one large read buffer that is used again for every read.
 */
import type { LookupAddress, LookupOptions } from 'node:dns'
import { lookup as systemLookup } from 'node:dns'
import { type AddressInfo, createServer, isIP, type Server, Socket } from 'node:net'
import type { Bytes } from '../engine.ts'
import { FailureError } from '../failures/index.ts'
import { type StreamTrace, streamTrace } from '../net/stream/trace.ts'
import type { ByteStream, ConnectOptions, Listener, ListenOptions, Transport } from '../net/stream/types.ts'
import type { TraceSink } from '../trace/types.ts'
import { endpointText } from '../wire/address.ts'
import { systemClock } from './clock.ts'
import { failureOf, SocketStream } from './socket.ts'

/** How long one address may be silent before the next is tried beside it (RFC 8305 8 recommends 250 ms). */
const NEXT_ADDRESS_AFTER = 250

/** One read takes at most this much; larger ones no longer save calls on loopback. */
const READ_BUFFER = 256 * 1024

/** Connections that the kernel keeps waiting for us; Linux caps it at net.core.somaxconn (4096 since 5.4). */
const BACKLOG = 511

export interface KernelOptions {
  /** Addresses for a name, instead of the system's resolver; undefined: ask the system. */
  readonly resolve?: (host: string) => readonly string[] | undefined
  /** Who we are in the trace. */
  readonly host?: string
}

/** Kernel sockets. Failures: dns/no-address, tcp/refused, tcp/silence, tcp/reset, tcp/unreachable, tcp/port-taken. */
export const kernelTransport = (options: KernelOptions = {}): Transport => {
  const shared = new Uint8Array(READ_BUFFER)
  return {
    connect: to => connect(to, options, shared),
    listen: (on, accept) => listen(on, accept, options),
  }
}

type LookupCallback = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

/** RFC 6761 6.3: names below `localhost` are loopback, whatever the system's resolver thinks of them. */
const lookupFor =
  (options: KernelOptions) =>
  (host: string, how: LookupOptions, done: LookupCallback): void => {
    const name = host.toLowerCase().replace(/\.$/, '')
    const given =
      options.resolve?.(host) ??
      (name === 'localhost' || name.endsWith('.localhost') ? ['127.0.0.1', '::1'] : undefined)
    if (given !== undefined) {
      done(
        null,
        given.map(address => ({ address, family: isIP(address) })),
      )
      return
    }
    systemLookup(host, { ...how, all: true }, done as never)
  }

const connect = (to: ConnectOptions, options: KernelOptions, shared: Uint8Array): Promise<ByteStream> =>
  new Promise((resolve, reject) => {
    const where = endpointText(to.host, to.port)
    if (to.signal?.aborted) {
      reject(to.signal.reason)
      return
    }
    // On Windows a read is under way while its buffer waits, so there a buffer belongs to one connection.
    const buffer = process.platform === 'win32' ? new Uint8Array(64 * 1024) : shared
    let stream: SocketStream | undefined
    const socket = new Socket({
      allowHalfOpen: true,
      onread: {
        buffer,
        callback: (count: number, from: Uint8Array): boolean => {
          stream?.arrived(from.subarray(0, count))
          return stream?.reading ?? false
        },
      },
    } as ConstructorParameters<typeof Socket>[0])
    const abort = (): void => {
      socket.destroy()
      reject(to.signal!.reason)
    }
    to.signal?.addEventListener('abort', abort, { once: true })
    const refused = (error: unknown): void => {
      to.signal?.removeEventListener('abort', abort)
      reject(new FailureError(failureOf(error, where), { cause: error }))
    }
    let started = systemClock.now()
    socket.once('lookup', () => {
      started = systemClock.now()
    })
    socket.once('error', refused)
    socket.once('connect', () => {
      to.signal?.removeEventListener('abort', abort)
      socket.removeListener('error', refused)
      const told = traceFor(socket, to.trace, options)
      told?.state('SYN-SENT', started)
      stream = new SocketStream(socket, { told, where, pieces: 'borrowed' })
      // Asked now, because whoever made a request wants to know it after the connection has ended.
      void stream.local
      resolve(stream)
    })
    socket.connect({
      host: to.host,
      port: to.port,
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER,
      lookup: lookupFor(options) as never,
    })
  })

const listen = (on: ListenOptions, accept: (stream: ByteStream) => void, options: KernelOptions): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
      const told = traceFor(socket, on.trace, options)
      const stream = new SocketStream(socket, { told, where: 'The client', pieces: 'owned' })
      socket.on('data', (bytes: Bytes) => stream.arrived(bytes))
      accept(stream)
    })
    const where = endpointText(on.host ?? '127.0.0.1', on.port)
    const refused = (error: unknown): void => reject(new FailureError(failureOf(error, where), { cause: error }))
    server.once('error', refused)
    server.listen({ host: on.host ?? '127.0.0.1', port: on.port, backlog: on.backlog ?? BACKLOG }, () => {
      server.removeListener('error', refused)
      // Running out of descriptors is reported here; the listener goes on, and so must we.
      server.on('error', () => {})
      const { address, port } = server.address() as AddressInfo
      resolve({ address, port, close: () => new Promise(closed => server.close(() => closed())) })
    })
  })

const traceFor = (socket: Socket, sink: TraceSink | undefined, options: KernelOptions): StreamTrace | undefined => {
  if (sink === undefined) return undefined
  const flow = `${socket.localAddress}:${socket.localPort}-${socket.remoteAddress}:${socket.remotePort}`
  return streamTrace({ sink, flow, host: options.host ?? 'this machine' }, systemClock)
}
