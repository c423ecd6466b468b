/** `Server` and `SecureServer`: servers of `node:net` and of our `node:tls` whose connections speak HTTP/1.1. */
import { captureRejectionSymbol } from 'node:events'
import { type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http'
import { Server as NetServer, type ServerOpts, type Socket } from 'node:net'
import { type TLSSocket, type TlsOptions, Server as TlsServer } from '../tls/index.ts'
import { Acceptor, checkOptions, type HttpOptions, type Times, timesOf } from './acceptor.ts'
import { checkInside } from './inside.ts'

export interface ServerOptions extends ServerOpts, HttpOptions {}
export interface SecureServerOptions extends Omit<TlsOptions, 'ALPNProtocols'>, HttpOptions {}

/** What either has besides what it has from its transport. */
export interface HttpServer extends Times {
  closeIdleConnections(): void
  closeAllConnections(): void
  /** Milliseconds without a byte, 0 for ever; without a listener for `timeout` the socket is cut then. */
  setTimeout(limit?: number | ((socket: Socket) => void), listener?: (socket: Socket) => void): this
}

/** Which event of the transport brings a connection, and what its options are. */
interface Carried<Options> {
  readonly event: 'connection' | 'secureConnection'
  readonly options: (options: Options) => object
}

/** The listener may stand alone. */
type Given<Options> = [options?: Options | null | RequestListener, listener?: RequestListener]
type ServerClass<Options, Base> = new (...given: Given<Options>) => Base & HttpServer

const speaking = <Options extends HttpOptions, Base extends NetServer>(
  transport: new (options: object) => Base,
  { event, options: carried }: Carried<Options>,
): ServerClass<Options, Base> => {
  class Speaking extends (transport as new (options: object) => NetServer) {
    declare timeout: number
    readonly #acceptor: Acceptor

    constructor(...[first, second]: Given<Options>) {
      const [given, listener] = typeof first === 'function' ? [undefined, first] : [first, second]
      const options = given ?? ({} as Options)
      checkOptions(options)
      checkInside()
      super(carried(options))
      Object.assign(this, timesOf(options))
      this.#acceptor = new Acceptor(this as unknown as NetServer & Times, options)
      if (listener !== undefined) this.on('request', listener)
      this.on(event, (socket: Socket) => this.#acceptor.accept(socket))
      this.on('listening', () => this.#acceptor.begin())
    }

    /** Stops accepting; requests under way are answered, idle connections closed. `done` comes when all are over. */
    override close(done?: (error?: Error) => void): this {
      super.close(done)
      // As Node, by its name: who counts or changes it has put another in its place.
      this.closeIdleConnections()
      this.#acceptor.drain()
      return this
    }
    closeIdleConnections(): void {
      this.#acceptor.closeIdle()
    }
    closeAllConnections(): void {
      this.#acceptor.closeAll()
    }
    /** What an async listener rejected with, where `captureRejections` of `node:events` brings it here. */
    override [captureRejectionSymbol](error: Error, event: string, ...args: unknown[]): void {
      if (event !== 'request') super[captureRejectionSymbol]?.(error, event, ...args)
      else answerRejected(args[1] as ServerResponse)
    }
    setTimeout(limit?: number | ((socket: Socket) => void), listener?: (socket: Socket) => void): this {
      if (typeof limit === 'function') return this.on('timeout', limit)
      this.timeout = limit ?? 0
      return listener === undefined ? this : this.on('timeout', listener)
    }
  }
  return Speaking as unknown as ServerClass<Options, Base>
}

/** As Node: 500 with nothing of what was to be said; one that has begun is cut. */
const answerRejected = (response: ServerResponse): void => {
  if (response.headersSent || response.writableEnded) {
    response.destroy()
    return
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.statusCode = 500
  response.end(STATUS_CODES[500])
}

/** Old programs make a server without `new`. */
type Callable<Options, Made> = (new (...given: Given<Options>) => Made) & ((...given: Given<Options>) => Made)

const callable = <Options, Made extends object>(
  made: new (...given: Given<Options>) => Made,
): Callable<Options, Made> =>
  new Proxy(made, {
    apply: (_, self, given: Given<Options>) => {
      if (self instanceof made) throw new TypeError('this is a class: extend it with `class … extends`')
      return new made(...given)
    },
  }) as never

const OverTcp = speaking<ServerOptions, NetServer>(NetServer, {
  event: 'connection',
  options: options => ({ noDelay: true, ...options, allowHalfOpen: true, pauseOnConnect: false }),
})

/** Events: `request`, `checkContinue`, `upgrade`, `connect`, `clientError`, `timeout`, and those of `net.Server`. */
export const Server: Callable<ServerOptions, Server> = callable(class Server extends OverTcp {})
export type Server = NetServer & HttpServer

const OverTls = speaking<SecureServerOptions, TlsServer>(TlsServer, {
  event: 'secureConnection',
  options: options => ({ noDelay: true, ...options, ALPNProtocols: ['http/1.1'], allowHalfOpen: true }),
})

/** The same over TLS: besides `secureConnection`, `tlsClientError` and the others of `tls.Server`. */
export const SecureServer: Callable<SecureServerOptions, SecureServer> = callable(
  class SecureServer extends OverTls {
    /** Throws `TlsError` for options that cannot be followed. */
    constructor(...given: Given<SecureServerOptions>) {
      super(...given)
      this.on('tlsClientError', (error: Error, socket: TLSSocket) => {
        if (!this.emit('clientError', error, socket)) socket.destroy(error)
      })
    }
  },
)
export type SecureServer = TlsServer & HttpServer
