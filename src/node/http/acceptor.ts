/** What both servers do with a socket that is ready to speak HTTP: requests of it become events of the server. */
import type { EventEmitter } from 'node:events'
import { METHODS } from 'node:http'
import type { Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import { defaultLimits } from '../../http/limits.ts'
import { dateHeader } from '../../http/message/date.ts'
import { REGISTERED_METHODS } from '../../http/semantics/methods.table.ts'
import { ServerConnection } from '../../net/server/connection.ts'
import type { ConnectionOptions } from '../../net/server/connection-options.ts'
import type { Exchange } from '../../net/server/exchange.ts'
import { SERVER_RATES, SERVER_TIMEOUTS } from '../../net/server/timeouts.ts'
import type { Carrier } from '../from-node.ts'
import { nodeError } from '../tls/errors.ts'
import { nodeWorld } from '../world.ts'
import { notHere, outOfRange, socketEncoding, wrongType } from './errors.ts'
import { IncomingMessage } from './incoming.ts'
import { LentSocket } from './lent-socket.ts'
import { ServerResponse } from './response.ts'

/** Of the options of `http.createServer` those that mean something here, besides those of `net.createServer`. */
export interface HttpOptions {
  /** Milliseconds between two requests; 5,000 when not given, 0 for ever. */
  readonly keepAliveTimeout?: number | undefined
  /** Milliseconds for which a request is waited for besides: it may be on its way as the client's own count ends. 1,000. */
  readonly keepAliveTimeoutBuffer?: number | undefined
  /** For all of a head, from its first byte; 60,000 when not given, or `requestTimeout` where that is less. */
  readonly headersTimeout?: number | undefined
  /** For all of a body, and a millisecond more for each of its bytes; 300,000 when not given. */
  readonly requestTimeout?: number | undefined
  /** Octets of a head, start line and fields together; 16,384 when not given. */
  readonly maxHeaderSize?: number | undefined
  readonly maxRequestsPerSocket?: number | undefined
  readonly joinDuplicateHeaders?: boolean | undefined
  /** True: `write` and `end` throw where there may be no body; otherwise it is left out. */
  readonly rejectNonStandardBodyWrites?: boolean | undefined
  /** Whether a request with Upgrade is one for `upgrade`; those are all when not given, if somebody listens. */
  readonly shouldUpgradeCallback?: ((request: IncomingMessage) => boolean) | undefined
}

/** What a server of Node says of its times; each may be changed while it runs, and counts for connections from then on. */
export interface Times {
  timeout: number
  keepAliveTimeout: number
  keepAliveTimeoutBuffer: number
  headersTimeout: number
  requestTimeout: number
  maxHeadersCount: number | null
  maxRequestsPerSocket: number | null
  /** True: a client that has sent FIN is answered all the same. As Node has it, without a word in its manual. */
  httpAllowHalfOpen: boolean
}

export const timesOf = (options: HttpOptions): Times => {
  const { keepAliveTimeout = 5_000, keepAliveTimeoutBuffer = 1_000, requestTimeout = 300_000 } = options
  const { headersTimeout = Math.min(60_000, requestTimeout || 60_000), maxRequestsPerSocket = 0 } = options
  const bounds = { maxHeadersCount: null, maxRequestsPerSocket, httpAllowHalfOpen: false }
  return { timeout: 0, keepAliveTimeout, keepAliveTimeoutBuffer, headersTimeout, requestTimeout, ...bounds }
}

const UNSUPPORTED: Readonly<Record<string, string>> = {
  insecureHTTPParser: 'messages that two readers understand differently are refused',
  IncomingMessage: 'requests are made by the server',
  ServerResponse: 'responses are made by the server',
  uniqueHeaders: 'fields are sent as they are set',
}

const NUMBERS = [
  ...(['keepAliveTimeout', 'keepAliveTimeoutBuffer', 'headersTimeout', 'requestTimeout'] as const),
  ...(['maxHeaderSize', 'maxRequestsPerSocket'] as const),
]

/** Throws for options that are none, with the codes of Node, and for those that would have to be ignored. */
export const checkOptions = (options: HttpOptions): void => {
  if (typeof options !== 'object' || Array.isArray(options)) throw wrongType('options', 'an object', options)
  for (const name of NUMBERS) {
    const value = options[name]
    if (value === undefined) continue
    if (typeof value !== 'number') throw wrongType(name, 'a number', value)
    if (!Number.isInteger(value) || value < 0) throw outOfRange(name, 'an integer of 0 or more', value)
  }
  const { headersTimeout = 0, requestTimeout } = options
  if (requestTimeout && headersTimeout > requestTimeout)
    throw outOfRange('headersTimeout', `at most requestTimeout, ${requestTimeout}`, headersTimeout)
  for (const [name, why] of Object.entries(UNSUPPORTED)) {
    if ((options as Readonly<Record<string, unknown>>)[name]) throw notHere(name, why)
  }
  if ('requireHostHeader' in options && options.requireHostHeader === false)
    throw notHere('requireHostHeader', 'RFC 9112 3.2 has a request without Host refused')
}

/** As Node's parser has them: to ECONNRESET nobody answers, and here somebody may still read. */
const AT_THE_END: Readonly<Record<string, string>> = {
  'http/head-cut-short': 'HPE_INVALID_EOF_STATE',
  'http/body-cut-short': 'HPE_INVALID_EOF_STATE',
}

/** Those that Node knows, and those that it should: frameworks take others for a path that nobody has. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([...METHODS, ...REGISTERED_METHODS])

/** Of strings nothing can be read. */
const refuseEncoding = (): never => {
  throw socketEncoding()
}

/** Twenty-four days: as long as a timer of Node can wait. */
const FOR_EVER: Millis = 2 ** 31 - 1
const orNever = (limit: number): Millis => (limit > 0 ? limit : FOR_EVER)

interface Open {
  readonly connection: ServerConnection
  busy: boolean
}

export class Acceptor {
  readonly #server: EventEmitter & Times
  readonly #options: HttpOptions
  readonly #open = new Set<Open>()
  readonly #date = dateHeader(() => nodeWorld().clock.date())
  #draining = false

  constructor(server: EventEmitter & Times, options: HttpOptions) {
    this.#server = server
    this.#options = options
  }

  accept(socket: Carrier): void {
    const { clock } = nodeWorld()
    const lent = new LentSocket(socket, clock.now())
    let current: readonly [IncomingMessage, ServerResponse] | undefined
    const open: Open = {
      busy: false,
      connection: new ServerConnection(lent, {
        ...this.#connectionOptions(lent),
        handler: exchange => {
          open.busy = true
          if (this.#server.timeout > 0) socket.setTimeout?.(this.#server.timeout)
          current = this.#request(exchange, lent, () => {
            open.busy = false
            current = undefined
            // As Node: between requests, once all was taken, it is `keepAliveTimeout` that counts.
            if (socket.timeout) lent.whenFlushed(() => open.busy || socket.setTimeout?.(0))
          })
        },
        gone: () => void this.#open.delete(open),
      }),
    }
    this.#open.add(open)
    // An answer that has not ended goes with its socket.
    Object.assign(socket, { setEncoding: refuseEncoding })
    lent.whenEnded(how => (how === 'end' || !open.busy) && open.connection.flush())
    this.#watchTime(lent, () => current)
    open.connection.start()
    if (this.#draining) open.connection.retire()
  }

  /** The requests under way are the last of their connections. */
  drain(): void {
    this.#draining = true
    for (const { connection } of [...this.#open]) connection.retire()
  }
  /** Accepts again. */
  begin(): void {
    this.#draining = false
  }
  /** Whoever has begun to ask is answered, and whoever has just connected may. */
  closeIdle(): void {
    for (const { connection, busy } of [...this.#open]) if (!busy) connection.retire()
  }
  closeAll(): void {
    for (const { connection } of [...this.#open]) connection.destroy()
  }

  #connectionOptions(lent: LentSocket): Omit<ConnectionOptions<ServerConnection>, 'handler' | 'gone'> {
    const { clock, words } = nodeWorld()
    const { keepAliveTimeout, keepAliveTimeoutBuffer, headersTimeout, requestTimeout, maxHeadersCount } = this.#server
    const { maxHeaderSize = defaultLimits.head } = this.#options
    // A request is its head too.
    const head = Math.min(orNever(headersTimeout), orNever(requestTimeout))
    return {
      clock,
      words,
      date: this.#date,
      methods: KNOWN_METHODS,
      limits: { head: maxHeaderSize, ...(maxHeadersCount ? { fields: maxHeadersCount } : {}) },
      timeouts: {
        ...SERVER_TIMEOUTS,
        // As Node: for the first request there is as much time as for a head.
        first: head,
        idle: keepAliveTimeout > 0 ? keepAliveTimeout + Math.max(0, keepAliveTimeoutBuffer) : FOR_EVER,
        head,
        request: orNever(requestTimeout),
      },
      rates: SERVER_RATES,
      served: ({ failure }) => {
        if (failure !== undefined && isBreach(failure) && !lent.taken) this.#clientError(failure, lent)
      },
      refusing: (failure, take) => {
        if (!isBreach(failure) || this.#server.listenerCount('clientError') === 0) return false
        lent.takeBack(take())
        lent.socket.once('close', () => lent.handler.closed(undefined))
        this.#clientError(failure, lent)
        return true
      },
      // As with Node, what a listener throws is nobody's; the client has its 500.
      failed: error =>
        process.nextTick(() => {
          throw error
        }),
    }
  }

  /** As Node: whoever listens answers, where nothing was answered yet, and ends the socket. */
  #clientError(failure: Failure, { socket }: LentSocket): void {
    socket.on('error', () => {})
    process.nextTick(() => {
      const error = nodeError(failure)
      this.#server.emit('clientError', Object.assign(error, { code: AT_THE_END[failure.code] ?? error.code }), socket)
      // What still comes is nobody's, but its end has to be heard: as with Node, that is the end of the socket.
      socket.once('end', () => socket.end())
      if (!socket.destroyed) socket.resume()
    })
  }

  #request(
    exchange: Exchange,
    lent: LentSocket,
    over: () => void,
  ): readonly [IncomingMessage, ServerResponse] | undefined {
    const server = this.#server
    const { head } = exchange
    const request = new IncomingMessage(lent.socket, exchange)
    if (this.#options.joinDuplicateHeaders) Object.assign(request, { joinDuplicateHeaders: true })
    if (head.method === 'CONNECT') {
      // As Node: a tunnel that nobody has is no answer.
      if (server.listenerCount('connect') === 0) exchange.cut()
      else this.#handOver('connect', request, exchange, lent)
      return undefined
    }
    if (head.upgrade.length > 0 && head.framing.kind === 'none' && this.#upgrades(request)) {
      if (server.listenerCount('upgrade') === 0) exchange.cut()
      else this.#handOver('upgrade', request, exchange, lent)
      return undefined
    }
    const whenLeft = server.httpAllowHalfOpen ? 'go on' : 'cut'
    const response = new ServerResponse(request, exchange, {
      lent,
      whenLeft,
      over,
      refusesBodies: this.#options.rejectNonStandardBodyWrites === true,
      kept: () => this.#keptAfter(exchange),
    })
    const { maxRequestsPerSocket } = server
    if (maxRequestsPerSocket && exchange.number >= maxRequestsPerSocket) response.shouldKeepAlive = false
    const event = head.expectsContinue && server.listenerCount('checkContinue') > 0 ? 'checkContinue' : 'request'
    server.emit(event, request, response)
    return [request, response]
  }

  #upgrades(request: IncomingMessage): boolean {
    const { shouldUpgradeCallback } = this.#options
    if (shouldUpgradeCallback === undefined) return this.#server.listenerCount('upgrade') > 0
    return shouldUpgradeCallback.call(this.#server, request)
  }

  /** Until when the next request may come, for clients that would else send it as we close; undefined where none may. */
  #keptAfter({ head, number }: Exchange): string | undefined {
    const { keepAliveTimeout, maxRequestsPerSocket } = this.#server
    const isLast = maxRequestsPerSocket && number >= maxRequestsPerSocket
    if (this.#draining || isLast || head.version !== '1.1' || /\bclose\b/i.test(head.headers.get('connection') ?? ''))
      return undefined
    if (keepAliveTimeout < 1_000) return undefined
    const max = maxRequestsPerSocket ? `, max=${maxRequestsPerSocket}` : ''
    return `timeout=${Math.floor(keepAliveTimeout / 1_000)}${max}`
  }

  #handOver(event: 'connect' | 'upgrade', request: IncomingMessage, exchange: Exchange, lent: LentSocket): void {
    const head = lent.takeBack(exchange.takeOver())
    // It is no connection of this server any more: who cuts those leaves it alone.
    lent.handler.closed(undefined)
    this.#server.emit(event, request, lent.socket, head)
  }

  /** As Node: a socket that says nothing for as long as somebody has set is cut, unless somebody listens. */
  #watchTime(lent: LentSocket, current: () => readonly [IncomingMessage, ServerResponse] | undefined): void {
    const server = this.#server
    const { socket } = lent
    if (socket.setTimeout === undefined) return
    if (server.timeout > 0) socket.setTimeout(server.timeout)
    lent.listen('timeout', () => {
      const [request, response] = current() ?? []
      // A request that is complete waits for nothing.
      const heard = [
        request?.complete === false && request.emit('timeout', socket),
        response?.emit('timeout', socket),
        server.emit('timeout', socket),
      ]
      if (!heard.includes(true)) socket.destroy()
    })
  }
}

const isBreach = ({ code }: Failure): boolean => code.startsWith('http/') && code !== 'http/idle-timeout'
