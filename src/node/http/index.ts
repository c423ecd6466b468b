/**
 * `barewire/node/http`: our HTTP/1.1 in the shape of `node:http`, for what is written against it: Express, Fastify, `ws`.
 * Read `acceptor.ts` first, then `response.ts`.
 */
import type { RequestListener } from 'node:http'
import { SecureServer, type SecureServerOptions, Server, type ServerOptions } from './server.ts'

export type { RequestListener } from 'node:http'
export { METHODS, STATUS_CODES } from 'node:http'
export type { HttpOptions } from './acceptor.ts'
export { IncomingMessage } from './incoming.ts'
export { ServerResponse } from './response.ts'
export { SecureServer, type SecureServerOptions, Server, type ServerOptions } from './server.ts'

/** HTTPS where there is a certificate (`cert` and `key`, `pfx`, or `secureContext`). Throws for options that cannot be followed. */
export function createServer(listener?: RequestListener): Server
export function createServer(options: SecureServerOptions & WithCertificate, listener?: RequestListener): SecureServer
export function createServer(options: ServerOptions, listener?: RequestListener): Server
export function createServer(
  first: ServerOptions | SecureServerOptions | RequestListener = {},
  second?: RequestListener,
): Server | SecureServer {
  return isSecure(first) ? new SecureServer(first, second) : new Server(first as ServerOptions, second)
}

type WithCertificate =
  | Required<Pick<SecureServerOptions, 'cert'>>
  | Required<Pick<SecureServerOptions, 'pfx'>>
  | Required<Pick<SecureServerOptions, 'secureContext'>>
  | Required<Pick<SecureServerOptions, 'SNICallback'>>

const isSecure = (options: object | null): options is SecureServerOptions =>
  ['cert', 'pfx', 'secureContext', 'SNICallback'].some(
    name => (options as Readonly<Record<string, unknown>> | null)?.[name] != null,
  )
