/**
 * Our own TCP/IP as a transport: streams over a host of `src/host`, names through its resolver. The layers above cannot
 * tell it from kernel sockets.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, FailureError, fail, isFailure } from '../../failures/index.ts'
import type { AddressKind, ConnectionOwner, RunningHost } from '../../host/types.ts'
import type { KeepAlive, TcpConnection, TcpEvent, TcpOptions } from '../../tcp/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import { endpointText, type IpAddress, parseIp } from '../../wire/address.ts'
import { NOBODY } from './nobody.ts'
import type { Address, ByteStream, ConnectOptions, Listener, ListenOptions, StreamHandler, Transport } from './types.ts'

/**
 * A peer that said nothing for two minutes is asked every fifteen seconds, and is gone after a minute without an answer:
 * HTTP's own limits are shorter, so this ends what they do not watch. Go asks after fifteen seconds.
 */
const KEEP_ALIVE: KeepAlive = { after: 120_000, every: 15_000, times: 4 }

export interface HostTransportOptions {
  /**
   * When silent peers are asked whether they are there. `off` for virtual time, which jumps from deadline to deadline and
   * would never come to rest while a connection is open.
   */
  readonly keepAlive?: KeepAlive | 'off' | undefined
}

export const hostTransport = (host: RunningHost, { keepAlive = KEEP_ALIVE }: HostTransportOptions = {}): Transport => {
  const options: TcpOptions = keepAlive === 'off' ? {} : { keepAlive }
  return {
    lookUp: (name, { signal }) => lookUp(host, name, signal),
    async connect(to) {
      const address = parseIp(to.host) ?? parseIp((await lookUp(host, to.host, to.signal))[0] ?? '')
      if (address === undefined) throw new FailureError(fail('dns/no-address', { where: to.host }))
      return open(host, address, to, options)
    },
    async listen(on, accept) {
      return listen(host, on, accept, options)
    },
  }
}

/** What one `read` asks for: as much as the default receive buffer holds, so one call empties it. */
const READ_SIZE = 256 * 1024
/** Bytes that wait for TCP before the writer is asked to wait. */
const HIGH_WATER = 64 * 1024

/** The IPv4 addresses of a name; the others where it has none, so that it is the way there that is missing. */
const lookUp = (host: RunningHost, name: string, signal: AbortSignal | undefined): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    // RFC 6761 6.3: names in localhost never leave the machine.
    if (/(^|\.)localhost\.?$/i.test(name)) return resolve(['127.0.0.1'])
    const aborted = (): void => {
      giveUp()
      reject(signal!.reason)
    }
    const ask = (kind: AddressKind): (() => void) =>
      host.resolve(name, kind, answer => {
        if (isFailure(answer) && answer.code === 'dns/no-address' && kind === 'A') giveUp = ask('AAAA')
        else {
          signal?.removeEventListener('abort', aborted)
          if (isFailure(answer)) reject(new FailureError(answer))
          else resolve(answer.addresses.map(({ text }) => text))
        }
      })
    let giveUp = ask('A')
    signal?.addEventListener('abort', aborted, { once: true })
  })

const open = (
  host: RunningHost,
  address: IpAddress,
  { port, signal }: ConnectOptions,
  options: TcpOptions,
): Promise<ByteStream> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    let failure: Failure | undefined
    let stream: HostStream | undefined
    const aborted = (): void => {
      // First, since the reset is told at once.
      reject(signal!.reason)
      host.do(now => connection.reset(now))
    }
    const settled = (): void => signal?.removeEventListener('abort', aborted)
    const connection = host.connect(
      { address, port },
      made => ({
        event(event: TcpEvent) {
          if (stream !== undefined) stream.event(event)
          else if (event.type === 'connected') {
            settled()
            stream = new HostStream(host, made)
            resolve(stream)
          } else if (event.type === 'failure') failure = event.failure
          else if (event.type === 'closed') {
            settled()
            reject(new FailureError(failure ?? fail('tcp/reset', { where: endpointText(address.text, port) })))
          }
        },
      }),
      options,
    )
    signal?.addEventListener('abort', aborted, { once: true })
  })

const listen = (
  host: RunningHost,
  on: ListenOptions,
  accept: (stream: ByteStream) => void,
  options: TcpOptions,
): Listener => {
  const address = on.host === undefined ? undefined : parseIp(on.host)
  const everywhere = address === undefined || address.text === '0.0.0.0' || address.text === '::'
  const listener = host.listen(
    everywhere ? { port: on.port } : { address, port: on.port },
    (connection): ConnectionOwner => {
      const stream = new HostStream(host, connection)
      accept(stream)
      return stream
    },
    { ...options, ...(on.backlog === undefined ? {} : { backlog: on.backlog }) },
  )
  return {
    address: everywhere ? host.address.text : address.text,
    port: listener.port,
    close: async () => listener.close(),
  }
}

/** A TCP connection of our own as a byte stream. Nothing is told before there is a handler. */
class HostStream implements ByteStream, ConnectionOwner {
  readonly local: Address
  readonly remote: Address
  readonly pieces = 'owned'
  readonly trace: TraceContext | undefined
  readonly #host: RunningHost
  readonly #connection: TcpConnection
  #handler: StreamHandler | undefined
  #paused = false
  #delivering = false
  /** Written here and not yet taken by TCP. */
  readonly #waiting: Bytes[] = []
  #waitingBytes = 0
  #drainOwed = false
  #ended = false
  #peerFinished = false
  #toldEnd = false
  #failure: Failure | undefined
  #closed: 'open' | 'by TCP' | 'told' = 'open'

  constructor(host: RunningHost, connection: TcpConnection) {
    this.#host = host
    this.#connection = connection
    this.trace = connection.trace
    this.local = { address: connection.local.address.text, port: connection.local.port }
    this.remote = { address: connection.remote.address.text, port: connection.remote.port }
  }

  get handler(): StreamHandler {
    return this.#handler ?? NOBODY
  }
  set handler(handler: StreamHandler) {
    this.#handler = handler
    this.#deliver()
  }

  event(event: TcpEvent): void {
    switch (event.type) {
      case 'connected':
        return
      case 'readable':
        this.#deliver()
        return
      case 'writable':
        this.#flush()
        return
      case 'peer-finished':
        this.#peerFinished = true
        this.#deliver()
        return
      case 'failure':
        this.#failure = event.failure
        return
      case 'closed':
        this.#closed = 'by TCP'
        this.#deliver()
        return
      default:
        event satisfies never
    }
  }

  get unsent(): number {
    return this.#waitingBytes + this.#connection.unacknowledged
  }

  write(pieces: readonly Bytes[]): boolean {
    // After our FIN or the end there is nobody to write to; the handler hears of it through `closed`.
    if (this.#ended || this.#closed !== 'open') return true
    for (const piece of pieces) {
      if (piece.length === 0) continue
      this.#waiting.push(piece)
      this.#waitingBytes += piece.length
    }
    this.#flush()
    if (this.#waitingBytes < HIGH_WATER) return true
    this.#drainOwed = true
    return false
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#flush()
  }

  reset(): void {
    this.#ended = true
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.#host.do(now => this.#connection.reset(now))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#deliver()
  }

  /** Gives TCP what it takes, and FIN behind the last byte. */
  #flush(): void {
    this.#host.do(now => this.#giveTcp(now))
    if (this.#drainOwed && this.#waitingBytes < HIGH_WATER) {
      this.#drainOwed = false
      this.#handler?.drain()
    }
  }

  #giveTcp(now: Millis): void {
    while (this.#waiting.length > 0) {
      const piece = this.#waiting[0]!
      const taken = this.#connection.write(piece, now)
      this.#waitingBytes -= taken
      if (taken < piece.length) {
        this.#waiting[0] = piece.subarray(taken)
        break
      }
      this.#waiting.shift()
    }
    if (this.#waiting.length === 0 && this.#ended && this.#closed === 'open') this.#connection.finish(now)
  }

  /** Tells what there is to tell. What is read and answered meanwhile is one turn of the host. */
  #deliver(): void {
    if (this.#delivering || this.#handler === undefined) return
    this.#host.do(() => {
      this.#delivering = true
      try {
        this.#tell()
      } finally {
        this.#delivering = false
      }
    })
  }

  /** In order: bytes, their end, the end of everything. */
  #tell(): void {
    while (!this.#paused && this.#connection.readable > 0) this.handler.data(this.#read())
    const empty = this.#connection.readable === 0
    if (this.#peerFinished && empty && !this.#paused && !this.#toldEnd) {
      this.#toldEnd = true
      this.handler.end()
    }
    // A stream that ended well is told to its end even to a reader who pauses; one that was cut is told at once.
    const last = this.#failure !== undefined || (empty && (!this.#peerFinished || this.#toldEnd))
    if (this.#closed === 'by TCP' && last) {
      this.#closed = 'told'
      this.handler.closed(this.#failure)
    }
  }

  #read(): Bytes {
    let bytes: Bytes = NOTHING
    this.#host.do(now => {
      bytes = this.#connection.read(READ_SIZE, now)
    })
    return bytes
  }
}

const NOTHING = new Uint8Array(0)
