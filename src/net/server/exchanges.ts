/// <reference lib="esnext.disposable" preserve="true" />
/**
 * `serveExchanges`: a server at the level of the engine. The handler is called in the turn in which a request's head
 * arrived, with lazy headers and bytes; no promise, `Request` or `Response` is made. `serve` stands on top of it.
 */

import type { Words } from '../../explain/words.ts'
import { fail } from '../../failures/index.ts'
import type { HttpLimits } from '../../http/limits.ts'
import { dateHeader } from '../../http/message/date.ts'
import type { RequestHead } from '../../http/types.ts'
import type { TraceSink } from '../../trace/types.ts'
import { joined } from '../../wire/bytes.ts'
import { listen } from '../stream/listen.ts'
import { checkServerPlaces, type TlsServerOptions } from '../stream/server-answers.ts'
import { wrong } from '../stream/tls-options.ts'
import { DEFAULT_TIMEOUTS, type NetStream, type Transport, type World } from '../stream/types.ts'
import { toldAtOnce } from '../told.ts'
import type { ConnectionOptions, ExchangeHandler } from './connection-options.ts'
import { OpenConnections } from './open.ts'
import { type ClientSeen, PROTOCOLS, serving } from './protocols.ts'
import { refusedLine, type Served } from './served.ts'
import { SERVER_RATES, SERVER_TIMEOUTS, type ServerRates, type ServerTimeouts } from './timeouts.ts'
import { exceptTooEarly } from './too-early.ts'

export interface ServerOptions {
  /** Loopback where undefined. */
  readonly host?: string | undefined
  /** 0 or undefined: any free one. */
  readonly port?: number | undefined
  /** HTTPS; plain HTTP where undefined. */
  readonly tls?: Omit<TlsServerOptions, 'alpn' | 'halfRtt'> | undefined
  readonly over?: Transport | undefined
  readonly trace?: TraceSink | undefined
  readonly world: World
  readonly limits?: Partial<HttpLimits> | undefined
  readonly timeouts?: (Partial<ServerTimeouts> & { readonly handshake?: number }) | undefined
  /** The slowest pace at which bodies may come and answers be taken. */
  readonly rates?: Partial<ServerRates> | undefined
  /**
   * Connections at once; 10,000 where undefined. One more takes the place of a client that may be gone (it sends no more,
   * and was not answered yet), or else of the oldest without a request under way; where there is none it is cut.
   */
  readonly maxConnections?: number | undefined
  /** Told after each answer and each refusal. */
  readonly served?: ((line: Served) => void) | undefined
}

export interface Server {
  /** `https://localhost:8443`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /**
   * Stops accepting, lets handshakes and requests under way end, those too that have arrived but were not read yet (at most
   * `grace` ms, 5,000 where undefined), and cuts the rest.
   */
  close(grace?: number): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** nginx's default is 512 a worker, Node's has no bound; a connection holds some 20 kB, one of TLS some 50 kB. */
const MAX_CONNECTIONS = 10_000

const GRACE = 5_000

/** Rejects with `FailureError`: net/port-taken, net/port-forbidden, net/no-such-address. */
export const serveExchanges = async (
  handler: ExchangeHandler,
  options: ServerOptions & { readonly failed?: (error: unknown, head: RequestHead) => void },
): Promise<Server> => {
  const { clock, words } = options.world
  toldAtOnce(() => checkTls(options), words)
  const { maxConnections = MAX_CONNECTIONS, served, tls, host, port, over, trace } = options
  const open = new OpenConnections(clock, maxConnections)
  const connectionOptions: ConnectionOptions<ClientSeen> = {
    clock,
    handler,
    limits: options.limits,
    timeouts: { ...SERVER_TIMEOUTS, ...options.timeouts },
    rates: { ...SERVER_RATES, ...options.rates },
    date: dateHeader(() => clock.date()),
    words: options.world.words,
    served,
    failed: options.failed,
    left: connection => open.left(connection),
    gone: connection => open.gone(connection),
  }
  const accept = (stream: NetStream): void => {
    if (!open.admits()) {
      stream.reset()
      return
    }
    const cautious = stream.early === true && { handler: exceptTooEarly(handler, stream, words) }
    open.start(serving(stream, cautious ? { ...connectionOptions, ...cautious } : connectionOptions))
  }
  const listener = await listen(
    {
      world: options.world,
      host,
      port,
      over,
      trace,
      tls: tls && { ...tls, alpn: PROTOCOLS },
      timeouts: { handshake: options.timeouts?.handshake ?? DEFAULT_TIMEOUTS.handshake },
      toPlainHttp: plainHttpPage(options.world.words),
      refused: (failure, remote) => served?.(refusedLine(remote, failure)),
    },
    accept,
  )
  const close = (grace = GRACE): Promise<void> => open.close(listener, grace)
  return {
    url: urlOf(tls === undefined ? 'http' : 'https', host, listener.port),
    port: listener.port,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

/** Throws `FailureError` `net/bad-tls-options`. A server of HTTP/1.1 says nothing before it is asked. */
const checkTls = (options: ServerOptions): void => {
  checkServerPlaces(options)
  const { halfRtt }: TlsServerOptions = options.tls ?? {}
  if (halfRtt !== undefined) throw wrong('tls.halfRtt', 'HTTP, where the client speaks first', 'it in listen')
}

const urlOf = (scheme: 'http' | 'https', host: string | undefined, port: number): string => {
  const name = host === undefined || host === '0.0.0.0' || host === '::' || host === '127.0.0.1' ? 'localhost' : host
  const shown = name.includes(':') ? `[${name}]` : name
  return port === (scheme === 'https' ? 443 : 80) ? `${scheme}://${shown}` : `${scheme}://${shown}:${port}`
}

/** In clear text, because the client speaks nothing else; and then the connection is closed. */
const plainHttpPage = (words: Words | undefined): Uint8Array => {
  const failure = fail('tls/http-spoken')
  const said = words === undefined ? '' : `${[words.title(failure), ...words.because(failure)].join(' ')}\n`
  const body = encoder.encode(`400 Bad Request\n\n${said}${failure.code}\n`)
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    '',
  ]
  return joined([encoder.encode(head.join('\r\n')), body])
}

const encoder = new TextEncoder()
