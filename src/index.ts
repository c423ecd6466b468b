/**
 * HTTPS on Node from here: `fetch`, `serve`, `connect`, `listen`. The layers have entries of their own. Read
 * `net/types.ts` first, then `net/connect.ts` and `net/client.ts`.
 */
export type { FailureCode } from './failures/index.ts'
export { FailureError, sentence } from './failures/index.ts'
export type { FailureInfo } from './failures/registry.ts'
export type { CookieJar } from './http/cookies.ts'
export { cookieJar } from './http/cookies.ts'
export { type ChainAndKey, certifiedKey } from './net/certified-key.ts'
export { type Client, type ClientOptions, client } from './net/client.ts'
export { connect, type StreamOptions, type TlsClientOptions } from './net/connect.ts'
export type { Exchange } from './net/exchange.ts'
export { type FetchInit, fetch } from './net/fetch.ts'
export type { FetchResponse } from './net/fetch-response.ts'
export { type ListenerOptions, listen, type TlsServerOptions } from './net/listen.ts'
export { memoryTransport } from './net/memory.ts'
export { nodeWorld } from './net/node.ts'
export { type About, type Handler, type ServeOptions, serve } from './net/serve.ts'
export { type Server, type ServerOptions, serveExchanges } from './net/serve-exchanges.ts'
export type { ExchangeHandler, Served } from './net/server-connection.ts'
export type { ServerTimeouts } from './net/server-timeouts.ts'
export { type Files, type OpenFile, staticFiles } from './net/static.ts'
export { toNode } from './net/to-node.ts'
export { toWeb, type WebStreams } from './net/to-web.ts'
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
} from './net/types.ts'
export { filesIn } from './platform/node/files.ts'
export { kernelTransport } from './platform/node/kernel.ts'
export { recorder } from './trace/recorder.ts'
export type { TraceSink } from './trace/types.ts'
export { trustStore } from './x509/store.ts'
export type { TrustStore } from './x509/types.ts'
