/** The promise world with a world already chosen: what an entry for one platform exports. */
import { type Client, type ClientOptions, client } from './client/client.ts'
import { type FetchInit, fetch } from './client/fetch.ts'
import type { FetchResponse } from './client/response.ts'
import { type Server, serveExchanges } from './server/exchanges.ts'
import { type Handler, type ServeOptions, serve } from './server/serve.ts'
import { connect, type StreamOptions } from './stream/connect.ts'
import { type ListenerOptions, listen } from './stream/listen.ts'
import type { Listener, NetStream, World } from './stream/types.ts'

/** Options with a world that may be left out. */
export type Bound<T extends { readonly world: World }> = Omit<T, 'world'> & { readonly world?: World | undefined }

type ExchangeOptions = Parameters<typeof serveExchanges>[1]

export interface BoundNet {
  connect(options: Bound<StreamOptions>): Promise<NetStream>
  listen(options: Bound<ListenerOptions>, accept: (stream: NetStream) => void): Promise<Listener>
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
    fetch: (input, init = {}) => fetch(input, within(init)),
    client: (options = {}) => client(within(options)),
    serve: (handler, options = {}) => serve(handler, within(options)),
    serveExchanges: (handler, options = {}) => serveExchanges(handler, within(options)),
  }
}
