/** The way through a proxy: to the proxy itself, and through it to where a request goes (CONNECT, RFC 9110 9.3.6). */
import type { Clock } from '../../clock.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import type { HeaderList, ResponseHead } from '../../http/types.ts'
import { endpointText } from '../../wire/address.ts'
import { InnerStream } from '../stream/inner.ts'
import { plain } from '../stream/plain.ts'
import type { NetStream, Timeouts } from '../stream/types.ts'
import type { ProxyServer } from './proxies.ts'
import { authorityOf } from './request.ts'
import { throughSocks } from './socks.ts'
import { askToSwitch } from './upgrade.ts'

export interface TunnelOptions {
  readonly clock: Clock
  readonly timeouts: Pick<Timeouts, 'firstByte' | 'idle'>
  readonly signal?: AbortSignal | undefined
  /** The value of Proxy-Authorization. */
  readonly authorization: string | undefined
  /** Is shown the answer that declines. */
  readonly declined: (head: ResponseHead) => void
  /** For a SOCKS proxy that does not: the addresses of a name. */
  readonly lookUp: (to: ReturnType<typeof authorityOf>) => Promise<readonly string[]>
}

/** What came instead of a connection to the proxy; the failure below stays its cause. */
export const unreachable = (error: unknown, { where }: ProxyServer): unknown =>
  error instanceof FailureError
    ? new FailureError(fail('net/proxy-unreachable', { where, got: error.code }), { cause: error })
    : error

/** RFC 9110 15.5.8: the proxy wants to know who we are, or does not believe it. */
export const unauthorized = ({ where }: ProxyServer, shown: string | undefined): Failure =>
  fail('net/proxy-authentication', { where, ...(shown === undefined ? {} : { got: shown.split(' ')[0]! }) })

/** RFC 9110 9.3.6: with its port, whatever that is. */
export const tunnelTarget = (url: URL): string => `${url.hostname}:${authorityOf(url).port}`

/** Fields for the proxy alone. */
export const fieldsFor = (authorization: string | undefined): HeaderList =>
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
  const { host, port } = authorityOf(url)
  if (proxy.socks !== undefined) {
    const { login, names } = proxy.socks
    const { clock, timeouts, signal } = options
    const address = names === 'here' ? await addressFor(stream, { host, port }, options) : undefined
    const common = { clock, patience: timeouts.firstByte, where: proxy.where, login, signal }
    const open = await throughSocks(stream, { host: address ?? host, port }, common)
    return plain(new InnerStream(open, endpointText(host, port)), stream.connection.times.asked, clock)
  }
  const target = tunnelTarget(url)
  const headers: HeaderList = [['Host', target], ['User-Agent', 'barewire'], ...fieldsFor(options.authorization)]
  try {
    const switched = await askToSwitch(
      stream,
      { method: 'CONNECT', target, headers },
      { ...options, where: proxy.where },
    )
    return plain(new InnerStream(switched.stream, target), stream.connection.times.asked, options.clock)
  } catch (error) {
    if (!(error instanceof FailureError) || error.code !== 'http/upgrade-declined') throw error
    const { number: status, got } = error.failure
    if (status === 407) throw new FailureError(unauthorized(proxy, options.authorization), { cause: error })
    const facts = { where: proxy.where, expected: target, ...(got === undefined ? {} : { got }) }
    throw new FailureError(fail('net/proxy-refused', facts), { cause: error })
  }
}

const addressFor = async (
  stream: NetStream,
  to: ReturnType<typeof authorityOf>,
  { lookUp }: TunnelOptions,
): Promise<string | undefined> => {
  try {
    return (await lookUp(to))[0]
  } catch (error) {
    stream.reset()
    throw error
  }
}
