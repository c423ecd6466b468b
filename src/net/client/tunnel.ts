/** The way through a proxy: to the proxy itself, and through it to where a request goes (CONNECT, RFC 9110 9.3.6). */
import type { Clock } from '../../clock.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import type { HeaderList } from '../../http/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import { plain } from '../stream/connect.ts'
import type { Address, ByteStream, NetStream, StreamHandler, Timeouts } from '../stream/types.ts'
import type { ProxyServer } from './proxies.ts'
import { authorityOf } from './request.ts'
import { askToSwitch } from './upgrade.ts'

export interface TunnelOptions {
  readonly clock: Clock
  readonly timeouts: Pick<Timeouts, 'firstByte' | 'idle'>
  readonly signal?: AbortSignal | undefined
}

/** What came instead of a connection to the proxy; the failure below stays its cause. */
export const unreachable = (error: unknown, { where }: ProxyServer): unknown =>
  error instanceof FailureError
    ? new FailureError(fail('net/proxy-unreachable', { where, got: error.code }), { cause: error })
    : error

/** RFC 9110 15.5.8: the proxy wants to know who we are, or does not believe it. */
export const unauthorized = ({ where, authorization }: ProxyServer): Failure =>
  fail('net/proxy-authentication', { where, ...(authorization === undefined ? {} : { got: 'Basic' }) })

/** Fields for the proxy alone. */
export const fieldsFor = ({ authorization }: ProxyServer): HeaderList =>
  authorization === undefined ? [] : [['Proxy-Authorization', authorization]]

/**
 * Has the proxy at the other end of `stream` connect to where `url` goes. Rejects with `FailureError`:
 * net/proxy-authentication, net/proxy-refused, http/…, tcp/…; with the reason of `signal` when aborted.
 */
export const throughProxy = async (
  stream: NetStream,
  url: URL,
  proxy: ProxyServer,
  options: TunnelOptions,
): Promise<NetStream> => {
  const { port } = authorityOf(url)
  const target = `${url.hostname}:${port}`
  const headers: HeaderList = [['Host', target], ['User-Agent', 'barewire'], ...fieldsFor(proxy)]
  try {
    const switched = await askToSwitch(
      stream,
      { method: 'CONNECT', target, headers },
      { ...options, where: proxy.where },
    )
    return plain(new Tunnel(switched.stream, target), stream.connection.times.asked, options.clock)
  } catch (error) {
    if (!(error instanceof FailureError) || error.code !== 'http/upgrade-declined') throw error
    const { number: status, got } = error.failure
    if (status === 407) throw new FailureError(unauthorized(proxy), { cause: error })
    const facts = { where: proxy.where, expected: target, ...(got === undefined ? {} : { got }) }
    throw new FailureError(fail('net/proxy-refused', facts), { cause: error })
  }
}

/** What is inside is a connection of its own: its stream begins at 0 and is not counted in that of the proxy's. */
class Tunnel implements ByteStream {
  readonly trace: TraceContext | undefined
  readonly #lower: NetStream

  constructor(lower: NetStream, target: string) {
    this.#lower = lower
    const { trace } = lower
    this.trace = trace && { ...trace, flow: `${trace.flow} > ${target}` }
  }

  get local(): Address {
    return this.#lower.local
  }
  get remote(): Address {
    return this.#lower.remote
  }
  get pieces(): 'owned' | 'borrowed' {
    return this.#lower.pieces ?? 'borrowed'
  }
  get unsent(): number {
    return this.#lower.unsent ?? 0
  }
  get handler(): StreamHandler {
    return this.#lower.handler
  }
  set handler(handler: StreamHandler) {
    this.#lower.handler = handler
  }
  write(pieces: Parameters<ByteStream['write']>[0]): boolean {
    return this.#lower.write(pieces)
  }
  end(): void {
    this.#lower.end()
  }
  reset(): void {
    this.#lower.reset()
  }
  pause(): void {
    this.#lower.pause()
  }
  resume(): void {
    this.#lower.resume()
  }
}
