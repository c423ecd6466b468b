/**
 * `TLSSocket`: a `Duplex` with what `node:tls` has on it, over a TCP socket or any other `Duplex`. The handshake and the
 * records are those of `net/stream/tls.ts`; here are the buffers of Node, its order of events, and its errors.
 */
import { Socket } from 'node:net'
import { addAbortSignal, type Duplex, finished } from 'node:stream'
import type { Bytes } from '../../engine.ts'
import { english } from '../../explain/en/index.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { lingering } from '../../net/stream/linger.ts'
import { type Answerer, secured } from '../../net/stream/tls.ts'
import type { ByteStream, NetStream } from '../../net/stream/types.ts'
import { inWords } from '../../net/told.ts'
import { MAX_PLAINTEXT } from '../../tls/limits.ts'
import type { Session } from '../../tls/session/session.ts'
import type { TlsConnection } from '../../tls/types.ts'
import { keyLogSink } from '../../trace/keylog.ts'
import type { TraceContext } from '../../trace/types.ts'
import { unheldClock } from '../clock.ts'
import { type Carrier, fromNode } from '../from-node.ts'
import { listen } from '../lasting.ts'
import { failureOf } from '../socket.ts'
import { answers, asking } from './answers.ts'
import { createSecureContext, SecureContext, type SecureContextOptions } from './context.ts'
import { engineOf } from './engine.ts'
import { asNodeError, badType, badValue, inNodesWords, nodeError } from './errors.ts'
import { cut, gathered } from './gathered.ts'
import { InspectedSocket } from './inspected-socket.ts'
import { checkExport, checkWithin } from './kinds.ts'
import { type ConnectionOptions, protocolsOf, refuseUnsupported, type TLSSocketOptions } from './options.ts'
import { type ClientPskCallback, checkSharedKeys, clientKey, type ServerPskCallback, serverKey } from './shared-keys.ts'

/** Node's for its servers; its clients wait for ever. */
const HANDSHAKE_TIMEOUT = 120_000

export class TLSSocket extends InspectedSocket {
  protected readonly side: 'client' | 'server'
  readonly #options: TLSSocketOptions
  readonly #context: SecureContext
  #replaced: SecureContext | undefined
  #mostSent = MAX_PLAINTEXT
  readonly #alpn: readonly string[] | undefined
  readonly #carrier: ByteStream
  #serverName: string | undefined
  #host: string | undefined
  #engine: TlsConnection | undefined
  #stream: NetStream | undefined
  #started = false
  /** TLS ends what is below by itself: its alert shall arrive. */
  #ending = false
  /** What the callbacks of Node's `Writable` wait for. */
  #waiting: ((error?: Error | null) => void) | undefined
  #untilSecure: (() => void) | undefined
  #lowerError: Error | undefined
  /** Why the peer is not to be trusted. */
  #distrust: Error | undefined
  #peerEnded = false
  #leftOpen = false
  /** What a callback of the caller threw. */
  #raised: Error | undefined

  /** Without a socket: `connect` makes the connection. Throws `TlsError` for options that cannot be followed. */
  constructor(socket?: Duplex | null, options: TLSSocketOptions = {}) {
    const side = options.isServer ? 'server' : 'client'
    refuseUnsupported(options, side)
    const context = options.secureContext ?? createSecureContext(options)
    if (!(context instanceof SecureContext)) throw badValue('secureContext', 'is not of barewire/node/tls')
    checkSharedKeys(options, context)
    if (socket != null && typeof socket.write !== 'function') throw badType('socket', 'a Duplex', socket)
    const lower: Carrier = socket ?? new Socket({ allowHalfOpen: true })
    const { highWaterMark, signal } = options
    super(lower, {
      allowHalfOpen: options.allowHalfOpen ?? socket?.allowHalfOpen ?? false,
      ...(highWaterMark === undefined ? {} : { highWaterMark }),
    })
    this.side = side
    this.#options = options
    this.#context = context
    this.#alpn = protocolsOf(options.ALPNProtocols)
    this.#serverName = options.servername || undefined
    this.#host = options.host
    this.#carrier = fromNode(lower)
    this.#watchLower()
    // Not by the constructor of `Duplex`: one that is aborted already destroys at once what is not made yet.
    if (signal !== undefined) addAbortSignal(signal, this)
  }

  /** As `net.Socket` does it; TLS begins when the connection is there. */
  connect(...to: readonly unknown[]): this {
    const [first, second] = to
    const named = typeof first === 'object' && first !== null ? (first as { host?: unknown }).host : second
    if (typeof named === 'string') this.#host = named
    // Aborted already: `net.Socket` would come back to life.
    if (this.destroyed) return this
    ;(this.lower as Socket).connect(...(to as Parameters<Socket['connect']>))
    return this
  }

  /** The name to ask for and to check, before the handshake has begun. */
  setServername(name: string): void {
    if (typeof name !== 'string') throw badType('name', 'a string', name)
    if (this.side === 'server')
      throw Object.assign(new Error('Cannot issue SNI from a TLS server-side socket'), {
        code: 'ERR_TLS_SNI_FROM_SERVER',
      })
    this.#serverName = name || undefined
  }

  /** A server's, within `ALPNCallback` or before: another certificate for this connection. What may be spoken stays. */
  setKeyCert(context: SecureContext | SecureContextOptions): void {
    this.#replaced = context instanceof SecureContext ? context : createSecureContext(context)
  }

  /** From now on records have no more content than this, 512 to 16,384 bytes; false for another size. */
  setMaxSendFragment(size: number): boolean {
    if (typeof size !== 'number') throw badType('size', 'a number', size)
    checkWithin('size', size, -MAX_PLAINTEXT)
    if (!(size >= 512 && size <= MAX_PLAINTEXT)) return false
    this.#mostSent = size
    return true
  }

  /** RFC 5705. Throws before `secureConnect`, and where the connection has nothing that is its own. */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    checkExport(length, label, context)
    const engine = this.#engine
    if (engine === undefined || this.agreed === undefined)
      throw Object.assign(new Error('TLS socket connection must be securely established'), {
        code: 'ERR_TLS_INVALID_STATE',
      })
    return Buffer.from(inNodesWords(() => engine.exportKeyingMaterial(label, context, length)))
  }

  #watchLower(): void {
    const { lower } = this
    listen(lower, 'error', (error: Error) => {
      this.#lowerError ??= error
    })
    listen(lower, 'close', () => {
      if (!this.#started) this.#cut(fail('tcp/reset', { where: this.#where }))
    })
    if (lower.pending && !lower.destroyed) listen(lower, 'connect', () => this.#start())
    // Whoever made this socket listens to its events from the next turn on.
    else process.nextTick(() => this.#start())
  }

  get #where(): string {
    return this.side === 'server' ? 'The client' : (this.#serverName ?? this.#host ?? 'the server')
  }

  #start(): void {
    if (this.destroyed || this.#started) return
    this.#started = true
    const clock = unheldClock
    const { pskCallback } = this.#options
    let engine: TlsConnection
    try {
      engine = engineOf(this.side, this.#options, {
        context: this.#context,
        alpn: this.#alpn,
        serverName: this.#serverName ?? this.#host ?? 'localhost',
        trace: this.#keyLog(),
        sharedKey:
          pskCallback && this.side === 'client' ? clientKey(this, pskCallback as ClientPskCallback) : undefined,
      })
      this.#engine = engine
    } catch (error) {
      this.destroy(asNodeError(error))
      return
    }
    const handshake = this.#options.handshakeTimeout ?? HANDSHAKE_TIMEOUT
    const answer = this.#answerer()
    const session = (session: Session): void => this.#resumable(session)
    secured(this.#carrier, { engine, clock, asked: clock.now(), handshake, where: this.#where, answer, session }).then(
      stream => this.#secured(stream),
      (error: unknown) => this.#refused(error),
    )
  }

  #keyLog(): TraceContext | undefined {
    if (this.listenerCount('keylog') === 0) return undefined
    const sink = keyLogSink(line => this.emit('keylog', Buffer.from(line)))
    return { sink, flow: this.#where, host: this.side }
  }

  #answerer(): Answerer {
    const { SNICallback, ALPNCallback, checkServerIdentity, pskCallback } = this.#options
    const context = this.#context
    const asked =
      SNICallback === undefined || this.side === 'client' ? () => context : asking(SNICallback.bind(this), context)
    return answers({
      contextFor: asked,
      protocolFor: ALPNCallback?.bind(this),
      replaced: () => this.#replaced,
      raised: error => {
        this.#raised = asNodeError(error)
      },
      resumption: this.#options.resumption,
      rejectUnauthorized: this.#rejects,
      checkServerIdentity,
      judged: error => {
        this.#distrust = error
      },
      keyFor: pskCallback ? ids => serverKey(this, pskCallback as ServerPskCallback, ids) : undefined,
      staple: this.#options.staple,
      stapled: ocsp => {
        if (this.#options.requestOCSP && this.side === 'client')
          this.emit('OCSPResponse', ocsp === undefined ? null : Buffer.from(ocsp))
      },
      shared: schemes => {
        this.sharedSchemes = schemes
      },
      schemeOrder: this.#options.honorCipherOrder === false ? 'theirs' : undefined,
      shown: chain => {
        this.ownChain = chain
      },
    })
  }

  get #asksClients(): boolean {
    return this.side === 'server' && this.#options.requestCert === true
  }
  get #rejects(): boolean {
    return this.#options.rejectUnauthorized !== false
  }

  #secured(stream: NetStream): void {
    if (this.destroyed) {
      stream.reset()
      return
    }
    const agreed = stream.connection.tls!
    this.settled(agreed, this.#distrust, this.#asksClients)
    const { session } = this.#options
    const fresh = this.session
    if (fresh === undefined && agreed.resumed && session) this.session = Buffer.from(session)
    if (this.side === 'client') this.emit('secureConnect')
    if (fresh !== undefined) this.emit('session', fresh)
    this.emit('secure')
    if (this.destroyed) return
    this.#stream = stream
    stream.handler = {
      data: bytes => {
        this.moved('in', bytes.length)
        if (!this.push(bytes)) stream.pause()
      },
      end: () => {
        this.#peerEnded = true
        this.push(null)
        // Also who never reads hears of the end, as with Node, once nothing waits in front of it.
        this.read(0)
      },
      drain: () => this.#release(),
      closed: failure => this.#closed(failure),
    }
    const waiting = this.#untilSecure
    this.#untilSecure = undefined
    waiting?.()
  }

  /** Whoever wants to resume has to keep what the event brings, or ask for it later. */
  #resumable(session: Session): void {
    this.session = Buffer.from(session.toBytes())
    // Before the handshake is over it is told with it.
    if (this.agreed !== undefined) this.emit('session', this.session)
  }

  /** The handshake failed; an alert may be on its way. */
  #refused(error: unknown): void {
    this.#ending = true
    const distrust = this.#rejects ? this.#distrust : undefined
    const told = this.#raised ?? distrust
    if (told === undefined && error instanceof FailureError) this.#cut(error.failure)
    else this.destroy(told ?? asNodeError(error))
  }

  #closed(failure: Failure | undefined): void {
    // OpenSSL forgives the rest to who has said close_notify.
    if (failure === undefined || (failure.code === 'tls/cut-short' && this.writableFinished)) {
      this.#release()
      this.#leftOpen = !this.#peerEnded
      this.#closeLeftOpen()
      return
    }
    // What waits to leave is lost: `destroy` says so to whoever wrote it, and no `finish` comes.
    this.#ending = true
    this.#cut(failure)
  }

  /**
   * FIN without close_notify after our own close_notify: nothing failed, as with Node, but something may be missing. What has
   * come is read to its last byte, then comes `close`, and no `end` in front of it.
   */
  #closeLeftOpen(): void {
    if (this.#leftOpen && this.readableLength === 0) process.nextTick(() => this.destroy())
  }

  /**
   * Where what is below was destroyed on this side, nothing failed: there is no error then, as with Node, and readers see
   * that no `end` came before `close`.
   */
  #cut(failure: Failure): void {
    const byUs = failure.code.startsWith('tcp/reset') && this.#lowerError === undefined
    this.destroy(byUs ? undefined : this.#errorFor(failure))
  }

  /** What the kernel said is handed on as it is, with our failure as its cause. */
  #errorFor(failure: Failure): Error {
    const said = this.#lowerError
    if (said === undefined || !/^(tcp|dns|net)\//.test(failure.code)) return this.#inTheHandshake(nodeError(failure))
    said.cause ??= inWords(failureOf(said, this.#where), english)
    return said
  }

  /** With where it was going, as Node's clients have it. */
  #inTheHandshake(error: Error): Error {
    if (this.agreed !== undefined || this.side === 'server') return error
    const { path, host, port, localAddress } = this.#options as ConnectionOptions
    return Object.assign(error, { path, host, port, localAddress })
  }

  override read(size?: number): unknown {
    const piece: unknown = super.read(size)
    this.#closeLeftOpen()
    return piece
  }
  override _read(): void {
    this.#stream?.resume()
  }
  override _write(chunk: Bytes, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk], done)
  }
  override _writev(chunks: { chunk: Bytes }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }
  /** close_notify, then FIN; done when both have left. */
  override _final(done: (error?: Error | null) => void): void {
    this.#whenSecure(() => {
      this.#stream!.end()
      finished(this.lower, { readable: false }, () => {
        // Lost instead: `#closed` will tell it, and there is no `finish` in front of an error.
        if (this.#lowerError === undefined) done()
      })
    }, done)
  }
  /** Without close_notify, which `end` sends: the other side can tell that something may be missing. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.secureConnecting = false
    this.#release(error)
    this.#untilSecure = undefined
    if (!this.#ending) {
      if (error === null && this.writableFinished && this.#stream !== undefined) this.#linger(this.#stream)
      else this.lower.destroy()
    }
    super._destroy(error, done)
  }

  /**
   * Everything is sent, FIN too, and nobody reads any more: what the other side still sends is read all the same, or the
   * kernel would answer it with RST, which erases what was written last (RFC 9112 9.6).
   */
  #linger(stream: NetStream): void {
    const handler = lingering(unheldClock, this.#carrier)
    listen(this.lower, 'close', () => handler.closed(undefined))
    stream.handler = handler
    stream.resume()
  }

  #send(pieces: readonly Bytes[], done: (error?: Error | null) => void): void {
    this.#whenSecure(() => {
      const joined = cut(gathered(pieces), this.#mostSent)
      for (const piece of joined) this.moved('out', piece.length)
      // Done in the next turn at the earliest: what is written in this one leaves together.
      if (this.#stream!.write(joined)) process.nextTick(done)
      else this.#waiting = done
    }, done)
  }

  #whenSecure(work: () => void, done: (error?: Error | null) => void): void {
    if (this.#stream !== undefined) {
      work()
      return
    }
    this.#waiting = done
    this.#untilSecure = () => {
      this.#waiting = undefined
      work()
    }
  }

  #release(error?: Error | null): void {
    const done = this.#waiting
    this.#waiting = undefined
    done?.(error)
  }
}
