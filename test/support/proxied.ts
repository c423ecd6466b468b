/** A reverse proxy on loopback, between whoever talks to it and an upstream of any make; all closed after each test. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type ServerOptions, serveExchanges } from '../../src/index.ts'
import { type ReverseProxyOptions, reverseProxy } from '../../src/net/server/reverse-proxy.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { closing, peer } from './net.ts'

export type ProxyOptions = Partial<ReverseProxyOptions>

export const proxied = async (upstream: string, options: ProxyOptions = {}, serving: ServerOptions = {}) => {
  const failures: string[] = []
  const failed = ({ code }: { code: string }): void => void failures.push(code)
  const proxy = reverseProxy(upstream, { via: 'here', failed, ...options, world: nodeWorld() })
  const server = await serveExchanges(proxy, serving)
  closing.push(async () => {
    proxy.close()
    await server.close(0)
  })
  return { port: server.port, server, failures }
}
/** Says `answer` to each request, and keeps what it was asked. */
export const saying = async (answer: string | ((socket: Socket, asked: string) => void)) => {
  const asked: string[] = []
  const url = await peer(socket => {
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (!/\r\n\r\n/.test(text)) return
      asked.push(text)
      text = ''
      if (typeof answer === 'string') socket.write(answer, 'latin1')
      else answer(socket, asked.at(-1)!)
    })
  })
  return { url, asked }
}
/** `make`: the `createServer` of node:http, or one of its shape. */
export const upstream = async (listener: RequestListener, make = createServer) => {
  const server = make(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
