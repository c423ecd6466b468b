/** Servers of `barewire/node/http` on loopback, closed after each test. */
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer, type SecureServer, type Server, type ServerOptions } from '../../src/node/http/index.ts'
import { closing } from './net.ts'

export const listening = async (server: Server | SecureServer): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}
export const serving = async (listener: RequestListener, options: ServerOptions = {}) => {
  const server = createServer(options, listener) as Server
  return { server, port: await listening(server) }
}
