/**
 * HTTPS on Node from here: `fetch`, `serve`, `connect`, `listen`. The layers have entries of their own. Read
 * `net/types.ts` first, then `net/connect.ts` and `net/client.ts`.
 */
export type { FailureCode } from './failures/index.ts'
export { FailureError, sentence } from './failures/index.ts'
export type { FailureInfo } from './failures/registry.ts'
export type { CookieJar } from './http/cookies.ts'
export { cookieJar } from './http/cookies.ts'
export { type Client, type ClientOptions, client } from './net/client/client.ts'
export { type FetchInit, fetch } from './net/client/fetch.ts'
export type { FetchResponse } from './net/client/response.ts'
export type { ExchangeHandler, Served } from './net/server/connection.ts'
export type { Exchange } from './net/server/exchange.ts'
export { type Server, type ServerOptions, serveExchanges } from './net/server/exchanges.ts'
export { type About, type Handler, type ServeOptions, serve } from './net/server/serve.ts'
export { type Files, type OpenFile, staticFiles } from './net/server/static.ts'
export type { ServerTimeouts } from './net/server/timeouts.ts'
export { connect, type StreamOptions, type TlsClientOptions } from './net/stream/connect.ts'
export { type ListenerOptions, listen, type TlsServerOptions } from './net/stream/listen.ts'
export { memoryTransport } from './net/stream/memory.ts'
export { toWeb, type WebStreams } from './net/stream/to-web.ts'
export type {
  Address,
  ByteStream,
  ConnectionInfo,
  Listener,
  NetStream,
  StreamHandler,
  Timeouts,
  TlsInfo,
  Transport,
  World,
} from './net/stream/types.ts'
export { filesIn } from './node/files.ts'
export { kernelTransport } from './node/kernel.ts'
export { toNode } from './node/to-node.ts'
export { nodeWorld } from './node/world.ts'
export { type ChainAndKey, certifiedKey } from './tls/certified-key.ts'
export { recorder } from './trace/recorder.ts'
export type { TraceSink } from './trace/types.ts'
export { trustStore } from './x509/store.ts'
export type { TrustStore } from './x509/types.ts'
