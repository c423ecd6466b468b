/** `Server` and `SecureServer`: servers of `node:net` and of our `node:tls` whose connections speak HTTP/1.1. */
import type { RequestListener } from 'node:http'
import { Server as NetServer, type ServerOpts, type Socket } from 'node:net'
import { type TLSSocket, type TlsOptions, Server as TlsServer } from '../tls/index.ts'
import { Acceptor, type HttpOptions, refuseUnsupported, type Times, timesOf } from './acceptor.ts'

export interface ServerOptions extends ServerOpts, HttpOptions {}
export interface SecureServerOptions extends Omit<TlsOptions, 'ALPNProtocols'>, HttpOptions {}

/** Events: `request`, `checkContinue`, `upgrade`, `connect`, `clientError`, `timeout`, and those of `net.Server`. */
export class Server extends NetServer implements Times {
  declare timeout: number
  declare keepAliveTimeout: number
  declare headersTimeout: number
  declare requestTimeout: number
  declare maxHeadersCount: number | null
  declare maxRequestsPerSocket: number | null
  declare httpAllowHalfOpen: boolean
  readonly #acceptor: Acceptor

  constructor(options: ServerOptions = {}, listener?: RequestListener) {
    refuseUnsupported(options)
    super({ noDelay: true, ...options, allowHalfOpen: true, pauseOnConnect: false })
    Object.assign(this, timesOf(options))
    this.#acceptor = new Acceptor(this, options)
    if (listener !== undefined) this.on('request', listener)
    this.on('connection', (socket: Socket) => this.#acceptor.accept(socket))
    this.on('listening', () => this.#acceptor.begin())
  }

  /** Stops accepting; requests under way are answered, idle connections closed. `done` comes when all are over. */
  override close(done?: (error?: Error) => void): this {
    super.close(done)
    this.#acceptor.drain()
    return this
  }
  closeIdleConnections(): void {
    this.#acceptor.closeIdle()
  }
  closeAllConnections(): void {
    this.#acceptor.closeAll()
  }
  /** Milliseconds without a byte, 0 for ever; without a listener for `timeout` the socket is cut then. */
  setTimeout(limit?: number | ((socket: Socket) => void), listener?: (socket: Socket) => void): this {
    if (typeof limit === 'function') return this.on('timeout', limit)
    this.timeout = limit ?? 0
    return listener === undefined ? this : this.on('timeout', listener)
  }
}

/** The same over TLS: besides `secureConnection`, `tlsClientError` and the others of `tls.Server`. */
export class SecureServer extends TlsServer implements Times {
  declare timeout: number
  declare keepAliveTimeout: number
  declare headersTimeout: number
  declare requestTimeout: number
  declare maxHeadersCount: number | null
  declare maxRequestsPerSocket: number | null
  declare httpAllowHalfOpen: boolean
  readonly #acceptor: Acceptor

  /** Throws `TlsError` for options that cannot be followed. */
  constructor(options: SecureServerOptions, listener?: RequestListener) {
    refuseUnsupported(options)
    super({ noDelay: true, ...options, ALPNProtocols: ['http/1.1'], allowHalfOpen: true })
    Object.assign(this, timesOf(options))
    this.#acceptor = new Acceptor(this, options)
    if (listener !== undefined) this.on('request', listener)
    this.on('secureConnection', (socket: TLSSocket) => this.#acceptor.accept(socket))
    this.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      if (!this.emit('clientError', error, socket)) socket.destroy(error)
    })
    this.on('listening', () => this.#acceptor.begin())
  }

  override close(done?: (error?: Error) => void): this {
    super.close(done)
    this.#acceptor.drain()
    return this
  }
  closeIdleConnections(): void {
    this.#acceptor.closeIdle()
  }
  closeAllConnections(): void {
    this.#acceptor.closeAll()
  }
  setTimeout(limit?: number | ((socket: Socket) => void), listener?: (socket: Socket) => void): this {
    if (typeof limit === 'function') return this.on('timeout', limit)
    this.timeout = limit ?? 0
    return listener === undefined ? this : this.on('timeout', listener)
  }
}
