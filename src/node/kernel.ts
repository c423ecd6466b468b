/**
 * The kernel's TCP as a transport, over `node:net`. What is fast there: one `writev` for a gather list, one joined
 * buffer for small pieces, and one large read buffer that is used again for every read.
 */
import { lookup as systemLookup } from 'node:dns/promises'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import type { Bytes } from '../engine.ts'
import { FailureError } from '../failures/index.ts'
import { type StreamTrace, streamTrace } from '../net/stream/trace.ts'
import type {
  ByteStream,
  ConnectOptions,
  Listener,
  ListenOptions,
  LookUpOptions,
  Transport,
} from '../net/stream/types.ts'
import type { TraceSink } from '../trace/types.ts'
import { endpointText } from '../wire/address.ts'
import { systemClock } from './clock.ts'
import { failureOf, SocketStream, streamOn } from './socket.ts'

/** One read takes at most this much; larger ones no longer save calls on loopback. */
const READ_BUFFER = 256 * 1024

/** Connections that the kernel keeps waiting for us; Linux caps it at net.core.somaxconn (4096 since 5.4). */
const BACKLOG = 511

export interface KernelOptions {
  /** Addresses for a name, instead of the system's resolver; undefined: ask the system. */
  readonly resolve?: (host: string) => readonly string[] | undefined
  /** Who we are in the trace. */
  readonly host?: string | undefined
}

/** Kernel sockets. Failures: dns/no-address, tcp/refused, tcp/silence, tcp/reset, tcp/unreachable, tcp/port-taken. */
export const kernelTransport = (options: KernelOptions = {}): Transport => {
  const shared = new Uint8Array(READ_BUFFER)
  return {
    lookUp: (name, how) => lookUp(name, how, options),
    connect: to => connect(to, options, shared),
    listen: (on, accept) => listen(on, accept, options, shared),
  }
}

/** Hands on what was read into `from`, which is free again when the stream has looked at it. False: no more for now. */
const handOn = (stream: SocketStream | undefined, count: number, from: Uint8Array): boolean => {
  stream?.arrived(from.subarray(0, count))
  return stream?.reading ?? false
}

/** RFC 6761 6.3: names below `localhost` are loopback, whatever the system's resolver thinks of them. */
const fixed = (name: string, { resolve }: KernelOptions): readonly string[] | undefined => {
  const bare = name.toLowerCase().replace(/\.$/, '')
  return resolve?.(name) ?? (bare === 'localhost' || bare.endsWith('.localhost') ? ['127.0.0.1', '::1'] : undefined)
}

/** Asks the system's resolver, which sees hosts files and name servers alike (RFC 6724 sorts what it says). */
const lookUp = async (name: string, { trace }: LookUpOptions, options: KernelOptions): Promise<readonly string[]> => {
  const given = fixed(name, options)
  if (given !== undefined) return given
  const told = trace === undefined ? undefined : lookUpTrace(name, trace, options)
  try {
    const found = await systemLookup(name, { all: true, verbatim: true })
    const addresses = found.map(({ address }) => address)
    told?.('in', addresses.join(', '))
    return addresses
  } catch (error) {
    const failure = failureOf(error, name)
    told?.('in', `no address (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
    throw new FailureError(failure, { cause: error })
  }
}

/** What was asked and answered; the system's resolver shows no message, so there are no bytes. */
const lookUpTrace = (name: string, sink: TraceSink, options: KernelOptions) => {
  const say = (direction: 'in' | 'out', text: string): void =>
    sink.message({
      id: sink.nextId(),
      layer: 'dns',
      flow: `lookup ${name}`,
      host: hostOf(options),
      direction,
      at: systemClock.now(),
      name: text,
      format: undefined,
      bytes: new Uint8Array(0),
      about: 'system',
    })
  say('out', `A ${name}?`)
  return say
}

const hostOf = ({ host = 'this machine' }: KernelOptions): string => host

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
      onread: { buffer, callback: (count: number, from: Uint8Array) => handOn(stream, count, from) },
    } as ConstructorParameters<typeof Socket>[0])
    const abort = (): void => {
      socket.destroy()
      reject(to.signal!.reason)
    }
    to.signal?.addEventListener('abort', abort, { once: true })
    const refused = (error: unknown): void => {
      to.signal?.removeEventListener('abort', abort)
      const failure = failureOf(error, where)
      const at = systemClock.now()
      to.trace?.verdict({
        layer: 'tcp',
        flow: where,
        host: hostOf(options),
        at,
        check: 'address',
        ok: false,
        about: where,
        failure,
      })
      reject(new FailureError(failure, { cause: error }))
    }
    let started = systemClock.now()
    // When SYN leaves, and not when we begin to ask for it.
    socket.once('connectionAttempt', () => {
      started = systemClock.now()
    })
    socket.once('error', refused)
    socket.once('connect', () => {
      const opened = systemClock.now()
      to.signal?.removeEventListener('abort', abort)
      socket.removeListener('error', refused)
      const told = traceFor(socket, to.trace, options)
      told?.state('SYN-SENT', started)
      told?.state('ESTABLISHED', opened)
      stream = new SocketStream(socket, { told, where, pieces: 'borrowed' })
      // Asked now, because whoever made a request wants to know it after the connection has ended.
      void stream.local
      resolve(stream)
    })
    // An option of the constructor, and none of `connect`.
    socket.setNoDelay(true)
    readBeforeReset(socket)
    socket.connect({ host: to.host, port: to.port })
  })

/**
 * A server that refuses a body says why and closes; the rest of the body makes its kernel send RST. A write that meets
 * this RST makes Node destroy the socket with the answer unread in it. Whatever has arrived is read in the loop's next
 * turn, so destruction by a write waits until that is over. (A read that meets RST has read everything.)
 */
const readBeforeReset = (socket: Socket): void => {
  const destroy = socket.destroy
  let waiting = false
  socket.destroy = error => {
    const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException
    if (waiting || syscall === 'read' || (code !== 'ECONNRESET' && code !== 'EPIPE')) return destroy.call(socket, error)
    waiting = true
    setImmediate(() => setImmediate(() => destroy.call(socket, error)))
    return socket
  }
}

/**
 * Not where a read is under way while its buffer waits (Windows), and not where `node:net` is only imitated.
 */
const MAY_SHARE = process.platform !== 'win32' && !('bun' in process.versions) && !('deno' in process.versions)

interface OnreadFields {
  readonly buffer: symbol
  readonly callback: symbol
}

/** Where a socket of this Node keeps what its option `onread` was; undefined where that cannot be seen. */
const onreadFields = (): OnreadFields | undefined => {
  if (!MAY_SHARE) return undefined
  const onread = { buffer: new Uint8Array(1), callback: () => false }
  const made = new Socket({ onread } as ConstructorParameters<typeof Socket>[0]) as unknown as Record<symbol, unknown>
  const holding = (value: unknown) => Object.getOwnPropertySymbols(made).find(symbol => made[symbol] === value)
  const [buffer, callback] = [holding(onread.buffer), holding(onread.callback)]
  return buffer && callback && { buffer, callback }
}

/** Called on the socket that was read: one for all, where a closure for each would stay with every idle connection. */
function readHere(this: Socket, count: number, from: Uint8Array): boolean {
  return handOn(streamOn(this), count, from)
}

/**
 * Node makes a buffer of 64 KiB for every read of a connection that it accepted (a fifth of what a small exchange
 * costs), and has no option against that: so the fields that the option would have set are set. True if it is so done.
 */
const readsInto = (accepted: Socket, fields: OnreadFields | undefined, buffer: Uint8Array): boolean => {
  const socket = accepted as unknown as Record<symbol, unknown> & {
    readonly _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null
  }
  if (fields === undefined || socket._handle?.useUserBuffer === undefined) return false
  socket[fields.buffer] = buffer
  socket[fields.callback] = readHere
  socket._handle.useUserBuffer(buffer)
  return true
}

const listen = (
  on: ListenOptions,
  accept: (stream: ByteStream) => void,
  options: KernelOptions,
  shared: Uint8Array,
): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const open = new Set<Socket>()
    const fields = onreadFields()
    const emptied: (() => void)[] = []
    const gone = (socket: Socket): void => {
      open.delete(socket)
      if (open.size === 0) for (const tell of emptied.splice(0)) tell()
    }
    const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
      const pieces = readsInto(socket, fields, shared) ? 'borrowed' : 'owned'
      const told = traceFor(socket, on.trace, options)
      const stream = new SocketStream(socket, { told, where: 'The client', pieces, gone })
      open.add(socket)
      if (pieces === 'owned') socket.on('data', (bytes: Bytes) => stream.arrived(bytes))
      accept(stream)
    })
    const close = (): Promise<void> =>
      new Promise(closed => {
        server.close(() => {
          if (open.size === 0) closed()
          else emptied.push(closed)
        })
      })
    const host = on.host === undefined ? '127.0.0.1' : (fixed(on.host, options)?.[0] ?? on.host)
    const where = endpointText(host, on.port)
    const refused = (error: unknown): void => reject(new FailureError(failureOf(error, where), { cause: error }))
    server.once('error', refused)
    server.listen({ host, port: on.port, backlog: on.backlog ?? BACKLOG }, () => {
      server.removeListener('error', refused)
      // Running out of descriptors is reported here; the listener goes on, and so must we.
      server.on('error', () => {})
      const { address, port } = server.address() as AddressInfo
      resolve({ address, port, close })
    })
  })

const traceFor = (socket: Socket, sink: TraceSink | undefined, options: KernelOptions): StreamTrace | undefined => {
  if (sink === undefined) return undefined
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket
  const flow = `${endpointText(localAddress, localPort)}-${endpointText(remoteAddress, remotePort)}`
  return streamTrace({ sink, flow, host: hostOf(options) }, systemClock)
}
