/** What both entries of `barewire` give, whatever world they are bound to. */
import { english } from './explain/en/index.ts'
import type { Bound } from './net/bind.ts'
import type { ClientOptions as NetClientOptions } from './net/client/client.ts'
import type { FetchInit as NetFetchInit } from './net/client/fetch.ts'
import type { ServerOptions as NetServerOptions } from './net/server/exchanges.ts'
import type { ServeOptions as NetServeOptions } from './net/server/serve.ts'
import type { ChainOptions as NetChainOptions } from './net/stream/chains.ts'
import type { StreamOptions as NetStreamOptions } from './net/stream/connect.ts'
import type { ListenerOptions as NetListenerOptions } from './net/stream/listen.ts'
import { toWeb as toWebIn, type WebStreams } from './net/stream/to-web.ts'
import type { ByteStream } from './net/stream/types.ts'

/** Takes the stream over. Cancelling the readable or aborting the writable sends RST; closing the writable sends FIN. */
export const toWeb = (stream: ByteStream): WebStreams => toWebIn(stream, english)

export type ChainOptions = Bound<NetChainOptions>
export type ClientOptions = Bound<NetClientOptions>
export type FetchInit = Bound<NetFetchInit>
export type ListenerOptions = Bound<NetListenerOptions>
export type ServeOptions = Bound<NetServeOptions>
export type ServerOptions = Bound<NetServerOptions>
export type StreamOptions = Bound<NetStreamOptions>

export { sentence } from './explain/index.ts'
export type { FailureCode } from './failures/index.ts'
export { Failure, FailureError } from './failures/index.ts'
export type { CookieJar } from './http/cookies/index.ts'
export { cookieJar } from './http/cookies/index.ts'
export { type HstsHost, type HstsStore, hstsStore } from './http/semantics/hsts.ts'
export { readHstsFile, writeHstsFile } from './http/semantics/hsts-file.ts'
export type { CacheOptions } from './net/client/cache.ts'
export { type CacheEntry, type CacheStore, memoryStore } from './net/client/cache-store.ts'
export type { Client, Upgraded, UpgradeOptions } from './net/client/client.ts'
export { authenticating, type Login, type LoginScheme } from './net/client/login.ts'
export { type ProxyLogin, type ProxyLoginOptions, proxyLogin } from './net/client/proxy-login.ts'
export type { AskedBy, AskInit } from './net/client/request.ts'
export type { FetchResponse } from './net/client/response.ts'
export type { ResumeOptions, Resumption } from './net/client/resume.ts'
export type { Answer, Interceptor } from './net/client/seam.ts'
export type { ExchangeHandler } from './net/server/connection-options.ts'
export { decodedRequest, type Understood } from './net/server/decoded-request.ts'
export type { Exchange } from './net/server/exchange.ts'
export type { Server } from './net/server/exchanges.ts'
export { FastResponse } from './net/server/fast-response.ts'
export type { FormLimits } from './net/server/form-data.ts'
export { type DigestChoices, type Guard, guard, type LoggedIn, type LoginOptions } from './net/server/login.ts'
export { type Negotiated, negotiate, type Offered } from './net/server/negotiate.ts'
export { type Part, parts, refusalOf } from './net/server/parts.ts'
export { type Content, type Representation, representation } from './net/server/representation.ts'
export type { About, Handler } from './net/server/serve.ts'
export type { Served } from './net/server/served.ts'
export { type Files, type OpenFile, type StaticOptions, staticFiles } from './net/server/static.ts'
export type { ServerTimeouts } from './net/server/timeouts.ts'
export type { TlsClientOptions } from './net/stream/client-answers.ts'
export type { CertificateFiles, Credentials } from './net/stream/credentials.ts'
export { memoryTransport } from './net/stream/memory.ts'
export type { NamePolicy } from './net/stream/name-policies.ts'
export type { RecordWorkers } from './net/stream/record-workers.ts'
export type { TlsServerOptions } from './net/stream/server-answers.ts'
export type { WebStreams } from './net/stream/to-web.ts'
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
export { withHeaders } from './net/with-headers.ts'
export { type ChainAndKey, certifiedKey, type KeyElsewhere } from './tls/certificate/certified-key.ts'
export { recorder } from './trace/recorder.ts'
export type { TraceSink } from './trace/types.ts'
export type { TrustStore } from './x509/path/anchor.ts'
export type { ChainOutcome } from './x509/path/explain.ts'
export { trustStore } from './x509/path/store.ts'
export { type ChainTrusted, isTrusted } from './x509/path/trusted.ts'
