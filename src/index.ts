/**
 * HTTPS on Node from here: `fetch`, `serve`, `connect`, `listen`. The layers have entries of their own. Read
 * `net/stream/types.ts` first, then `net/stream/connect.ts` and `net/client/client.ts`.
 */

import { type Bound, bound } from './net/bind.ts'
import {
  type ReverseProxyOptions as NetReverseProxyOptions,
  type ReverseProxy,
  reverseProxy as reverseProxyIn,
} from './net/server/reverse-proxy.ts'
import { nodeWorld } from './node/world.ts'

export const { client, connect, explainCertificates, fetch, listen, serve, serveExchanges, verifyCertificates } =
  bound(nodeWorld)

export type ReverseProxyOptions = Bound<NetReverseProxyOptions>

/**
 * Answers requests by asking `upstream`, streaming both ways: a handler for `serveExchanges`. `upstream` is an origin: its
 * path, if it has one, is put before that of each request. Throws as `client`, and `net/bad-url` for what is no origin.
 */
export const reverseProxy = (upstream: string | URL, options: ReverseProxyOptions = {}): ReverseProxy =>
  reverseProxyIn(upstream, { ...options, world: options.world ?? nodeWorld() })

export * from './index.shared.ts'
export type { ReverseProxy } from './net/server/reverse-proxy.ts'
export { virtualHosts } from './net/server/virtual-hosts.ts'
export { filesIn } from './node/files.ts'
export { kernelTransport } from './node/kernel.ts'
export { type RecordWorkersOptions, recordWorkers } from './node/sealing/index.ts'
export { toNode } from './node/to-node.ts'
export { nodeWorld } from './node/world.ts'
