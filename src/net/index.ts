/**
 * `barewire/net`: `connect`, `listen`, `fetch`, `client` and `serve` in a world that the caller gives: no platform in it.
 * Read `stream/types.ts` first, then `stream/connect.ts` and `client/client.ts`.
 */
export { type Bound, type BoundNet, bound } from './bind.ts'
export type { CacheOptions } from './client/cache.ts'
export { type CacheEntry, type CacheStore, type MemoryStoreBounds, memoryStore } from './client/cache-store.ts'
export { type Client, type ClientOptions, client, type Upgraded, type UpgradeOptions } from './client/client.ts'
export { type FetchInit, fetch } from './client/fetch.ts'
export { authenticating, type Login, type LoginScheme } from './client/login.ts'
export { type Environment, isWithout, type ProxyChoice, proxiesIn } from './client/proxies.ts'
export { type ProxyLogin, type ProxyLoginOptions, proxyLogin } from './client/proxy-login.ts'
export type { AskedBy, AskInit, Outline, OutlineBody } from './client/request.ts'
export type { FetchResponse } from './client/response.ts'
export type { ResumeOptions, Resumption } from './client/resume.ts'
export { type RetrieverOptions, retriever } from './client/retriever.ts'
export { type Answer, type Ask, type Interceptor, madeHead, type Pieces } from './client/seam.ts'
export { askToSwitch, type Switched } from './client/upgrade.ts'
export type { ExchangeHandler } from './server/connection-options.ts'
export { decodedRequest, type Understood } from './server/decoded-request.ts'
export type { Exchange } from './server/exchange.ts'
export { type Server, type ServerOptions, serveExchanges } from './server/exchanges.ts'
export { FastResponse } from './server/fast-response.ts'
export type { FormLimits } from './server/form-data.ts'
export { type DigestChoices, type Guard, guard, type LoggedIn, type LoginOptions } from './server/login.ts'
export { type Negotiated, negotiate, type Offered } from './server/negotiate.ts'
export { type Part, parts, refusalOf } from './server/parts.ts'
export { type Content, type Representation, representation } from './server/representation.ts'
export { type ReverseProxy, type ReverseProxyOptions, reverseProxy } from './server/reverse-proxy.ts'
export { type About, type Handler, type ServeOptions, serve } from './server/serve.ts'
export type { Served } from './server/served.ts'
export { type Files, type OpenFile, type StaticOptions, staticFiles } from './server/static.ts'
export type { ServerTimeouts } from './server/timeouts.ts'
export { virtualHosts } from './server/virtual-hosts.ts'
export { type ChainOptions, chainRequest, explainCertificates, verifyCertificates } from './stream/chains.ts'
export type { TlsClientOptions } from './stream/client-answers.ts'
export { connect, type StreamOptions } from './stream/connect.ts'
export type { CertificateFiles, Credentials } from './stream/credentials.ts'
export { hostTransport } from './stream/host.ts'
export type { Retrieve, RevocationOptions } from './stream/judged.ts'
export { type ListenerOptions, listen } from './stream/listen.ts'
export { memoryTransport } from './stream/memory.ts'
export type { NamePolicy } from './stream/name-policies.ts'
export type { TlsServerOptions } from './stream/server-answers.ts'
export type { KnownKey, KnownKeys, SharedKey } from './stream/shared-keys.ts'
export { toWeb, type WebStreams } from './stream/to-web.ts'
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
} from './stream/types.ts'
export { withHeaders } from './with-headers.ts'
