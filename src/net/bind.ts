/** The promise world with a world already chosen: what an entry for one platform exports. */
import type { Bytes } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { ChainOutcome } from '../x509/path/explain.ts'
import type { ChainTrusted } from '../x509/path/trusted.ts'
import { type Client, type ClientOptions, client } from './client/client.ts'
import { type FetchInit, fetch } from './client/fetch.ts'
import type { FetchResponse } from './client/response.ts'
import { type Server, serveExchanges } from './server/exchanges.ts'
import { type Handler, type ServeOptions, serve } from './server/serve.ts'
import { type ChainOptions, explainCertificates, verifyCertificates } from './stream/chains.ts'
import { connect, type StreamOptions } from './stream/connect.ts'
import { type ListenerOptions, listen } from './stream/listen.ts'
import type { Listener, NetStream, World } from './stream/types.ts'

/** Options with a world that may be left out. */
export type Bound<T extends { readonly world: World }> = Omit<T, 'world'> & { readonly world?: World | undefined }

type ExchangeOptions = Parameters<typeof serveExchanges>[1]

export interface BoundNet {
  connect(options: Bound<StreamOptions>): Promise<NetStream>
  listen(options: Bound<ListenerOptions>, accept: (stream: NetStream) => void): Promise<Listener>
  /** Judges a chain, DER, leaf first, with the roots and the clock of the world where none are given. */
  verifyCertificates(chain: readonly Bytes[], options?: Bound<ChainOptions>): Promise<ChainTrusted | Failure>
  /** The same, with every path and all that is wrong with each. */
  explainCertificates(chain: readonly Bytes[], options?: Bound<ChainOptions>): Promise<ChainOutcome>
  fetch(input: string | URL | Request, init?: Bound<FetchInit>): Promise<FetchResponse>
  client(options?: Bound<ClientOptions>): Client
  serve(handler: Handler, options?: Bound<ServeOptions>): Promise<Server>
  serveExchanges(handler: Parameters<typeof serveExchanges>[0], options?: Bound<ExchangeOptions>): Promise<Server>
}

/** `usual` is asked when a call names no world, and not before. */
export const bound = (usual: () => World): BoundNet => {
  const within = <T extends { readonly world?: World | undefined }>(options: T): T & { readonly world: World } => ({
    ...options,
    world: options.world ?? usual(),
  })
  return {
    connect: options => connect(within(options)),
    listen: (options, accept) => listen(within(options), accept),
    verifyCertificates: (chain, options = {}) => verifyCertificates(chain, within(options)),
    explainCertificates: (chain, options = {}) => explainCertificates(chain, within(options)),
    fetch: (input, init = {}) => fetch(input, within(init)),
    client: (options = {}) => client(within(options)),
    serve: (handler, options = {}) => serve(handler, within(options)),
    serveExchanges: (handler, options = {}) => serveExchanges(handler, within(options)),
  }
}
