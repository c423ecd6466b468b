/** `createServer`: a `net.Server` whose connections speak TLS, by the rules of `tls.createServer`. */
import { captureRejectionSymbol } from 'node:events'
import { Server as NetServer, type Socket } from 'node:net'
import type { Bytes } from '../../engine.ts'
import { fail } from '../../failures/index.ts'
import type { SniCallback } from './answers.ts'
import { createSecureContext, SecureContext, type SecureContextOptions, ticketKeysOf } from './context.ts'
import { badValue, nodeError } from './errors.ts'
import { protocolsOf, refuseUnsupported, type TlsOptions } from './options.ts'
import { Resumption } from './resumption.ts'
import { checkSharedKeys } from './shared-keys.ts'
import { TLSSocket } from './socket.ts'

export type SecureConnectionListener = (socket: TLSSocket) => void

/**
 * Handshakes under way at once; beyond, the oldest is cut: one takes milliseconds, so those that wait longest belong to
 * nobody. A handshake holds some 60 kB.
 */
const MAX_HANDSHAKES = 1_000

/** Events: `secureConnection`, `tlsClientError`, `keylog`, `newSession`, `resumeSession`, `OCSPRequest`, and those of `net.Server`. */
export class Server extends NetServer {
  readonly #options: TlsOptions
  #context: SecureContext
  #resumption: Resumption
  /** The last that was added first. */
  readonly #named: { readonly name: string; readonly context: SecureContext }[] = []
  /** The oldest first. */
  readonly #handshakes = new Map<TLSSocket, (error: Error) => void>()

  /** Throws `TlsError` for options that cannot be followed. */
  constructor(options: TlsOptions = {}, listener?: SecureConnectionListener | null) {
    refuseUnsupported(options, 'server')
    const context = contextOf(options)
    checkSharedKeys({ ...options, isServer: true }, context)
    protocolsOf(options.ALPNProtocols)
    super(options)
    this.#options = options
    this.#context = context
    this.#resumption = new Resumption(this, context.ticketKeys)
    if (listener != null) this.on('secureConnection', listener)
    this.on('connection', socket => this.#accept(socket))
  }

  /** For clients that ask for this name; `*` stands for one label. The last one added counts. */
  addContext(name: string, context: SecureContext | SecureContextOptions): void {
    if (!name) throw badValue('hostname', 'must be a name')
    this.#named.unshift({ name, context: context instanceof SecureContext ? context : createSecureContext(context) })
  }
  /** For connections from now on; sessions from before are not resumed. */
  setSecureContext(options: SecureContextOptions): void {
    this.#context = createSecureContext(options)
    this.#resumption = new Resumption(this, this.#context.ticketKeys)
  }
  /**
   * For other servers of the same name. As long as nobody asks, the keys change by themselves twice a day; whoever has them
   * must do so, by `setTicketKeys`.
   */
  getTicketKeys(): Buffer {
    return Buffer.from(this.#resumption.shared())
  }
  /** 48 bytes; sessions that others have sealed are not resumed. */
  setTicketKeys(keys: NodeJS.ArrayBufferView): void {
    this.#resumption = new Resumption(this, ticketKeysOf(keys))
  }

  /** `node:cluster` asks the worker that listens first, and tells the others: a client may come back to any of them. */
  _getServerData(): { readonly ticketKeys: string } {
    return { ticketKeys: this.getTicketKeys().toString('hex') }
  }
  _setServerData({ ticketKeys }: { readonly ticketKeys: string }): void {
    this.setTicketKeys(Buffer.from(ticketKeys, 'hex'))
  }

  /** With `captureRejections`: a listener that fails ends its connection, and the server goes on. */
  override [captureRejectionSymbol](error: Error, event: string | symbol, ...args: unknown[]): void {
    if (event === 'secureConnection') (args[0] as TLSSocket).destroy(error)
    else super[captureRejectionSymbol]?.(error, event as never, ...(args as never[]))
  }

  #accept(raw: Socket): void {
    // close_notify ends one direction, a FIN below it none.
    raw.allowHalfOpen = true
    const { SNICallback = this.#byName, allowHalfOpen = false } = this.#options
    const socket = new TLSSocket(raw, {
      ...this.#options,
      isServer: true,
      secureContext: this.#context,
      resumption: this.#resumption,
      staple: this.listenerCount('OCSPRequest') > 0 ? this.#staple : undefined,
      SNICallback,
      allowHalfOpen,
    })
    if (this.#options.pauseOnConnect) socket.pause()
    // Until it is secure nobody else knows of this socket.
    const failed = (error: Error): void => {
      if (this.#handshakes.delete(socket)) this.emit('tlsClientError', error, socket)
    }
    const closed = (): void => failed(nodeError(fail('tcp/reset-in-handshake', { where: 'The client' })))
    this.#handshakes.set(socket, failed)
    if (this.#handshakes.size > MAX_HANDSHAKES) this.#cutOldest()
    if (this.listenerCount('keylog') > 0) socket.on('keylog', (line: Buffer) => this.emit('keylog', line, socket))
    socket.on('error', failed)
    socket.on('close', closed)
    socket.once('secure', () => {
      this.#handshakes.delete(socket)
      socket.removeListener('error', failed).removeListener('close', closed)
      this.emit('secureConnection', socket)
    })
  }

  #cutOldest(): void {
    const [oldest] = this.#handshakes
    const [socket, failed] = oldest!
    failed(nodeError(fail('net/handshake-timeout', { where: 'The client', number: MAX_HANDSHAKES })))
    socket.destroy()
  }

  readonly #staple = (leaf: Bytes, issuer: Bytes | undefined): Promise<Bytes | undefined> =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, response?: Uint8Array | null): void => {
        if (error != null) reject(error)
        else resolve(response == null ? undefined : new Uint8Array(response))
      }
      this.emit('OCSPRequest', Buffer.from(leaf), issuer === undefined ? null : Buffer.from(issuer), done)
    })

  readonly #byName: SniCallback = (name, done) => {
    const wanted = name.toLowerCase().split('.')
    const found = this.#named.find(({ name: pattern }) => {
      const labels = pattern.toLowerCase().split('.')
      return labels.length === wanted.length && labels.every((label, i) => label === '*' || label === wanted[i])
    })
    done(null, found?.context)
  }
}

/** `listener` is for `secureConnection`. Throws `TlsError` for options that cannot be followed. */
export function createServer(listener?: SecureConnectionListener): Server
export function createServer(options: TlsOptions, listener?: SecureConnectionListener): Server
export function createServer(first?: TlsOptions | SecureConnectionListener, second?: SecureConnectionListener): Server {
  return typeof first === 'function' ? new Server({}, first) : new Server(first, second)
}

const contextOf = (options: TlsOptions): SecureContext => {
  const { secureContext } = options
  if (secureContext === undefined) return createSecureContext(options)
  if (secureContext instanceof SecureContext) return secureContext
  throw badValue('secureContext', 'is not of barewire/node/tls')
}
