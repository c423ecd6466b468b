/** `virtualHosts`: one handler for each name, by Host, and by the name that TLS was asked for where both are there. */
import type { ExchangeHandler } from './connection-options.ts'
import type { Exchange } from './exchange.ts'

/**
 * `hosts` by name, without a port: `shop.test`, `*.shop.test` for one label before it, `*` for all others. A request for
 * nobody here, and one on a connection that TLS opened for another of them (RFC 9110 7.4), is 421.
 */
export const virtualHosts = (hosts: Readonly<Record<string, ExchangeHandler>>): ExchangeHandler => {
  const known = new Map(Object.entries(hosts).map(([name, handler]) => [name.toLowerCase(), handler]))
  const find = (name: string): ExchangeHandler | undefined =>
    known.get(name) ?? known.get(name.replace(/^[^.]+/, '*')) ?? known.get('*')
  return exchange => {
    const handler = find(nameOf(exchange.head.authority))
    const secured = exchange.connection.tls?.serverName
    if (handler === undefined || (secured !== undefined && find(nameOf(secured)) !== handler)) misdirected(exchange)
    else handler(exchange)
  }
}

/** Without the port, and without the dot that a full name may end with. */
const nameOf = (authority: string): string => authority.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')

const misdirected = (exchange: Exchange): void =>
  exchange.respond(
    421,
    [['Content-Type', 'text/plain; charset=utf-8']],
    new TextEncoder().encode('421 Misdirected Request\n'),
  )
