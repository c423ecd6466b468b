/** What `serve` answers with: what is in a folder, or what another server answers (`--proxy`). */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Failure, FailureError, fail } from '../failures/index.ts'
import { reverseProxy, serve, serveExchanges } from '../index.ts'
import type { Server, ServerOptions } from '../net/server/exchanges.ts'
import { type Files, staticFiles } from '../net/server/static.ts'
import { filesIn } from '../node/files.ts'

export interface ContentOptions {
  readonly list?: true | undefined
  readonly proxy?: URL | undefined
}

export interface Content {
  /** Of the folder; undefined where there is none. */
  readonly folder: { readonly path: string; readonly files: Files } | undefined
  readonly upstream: URL | undefined
  listen(options: Omit<ServerOptions, 'world'>, failed: (error: unknown) => void): Promise<Server>
  close(): void
}

/** Throws `FailureError`: cli/usage, cli/file, net/bad-url. */
export const contentOf = async (folder: string | undefined, options: ContentOptions): Promise<Content> => {
  const { proxy: upstream, list } = options
  if (upstream === undefined) return inFolder(folder ?? '.', list)
  if (folder !== undefined || list !== undefined)
    throw usage(`--proxy goes without ${list === undefined ? 'a folder' : '--list'}.`)
  const told = { failed: (_: Failure): void => {} }
  const proxy = reverseProxy(upstream, { forwarded: 'X-Forwarded', failed: failure => told.failed(failure) })
  return {
    folder: undefined,
    upstream,
    listen: (options, failed) => {
      told.failed = failure => failed(new FailureError(failure))
      return serveExchanges(proxy, { ...options, failed })
    },
    close: proxy.close,
  }
}

const inFolder = async (folder: string, list: true | undefined): Promise<Content> => {
  const path = resolve(folder)
  const found = await stat(path)
  if (!found.isDirectory()) throw new FailureError(fail('cli/file', { where: path, got: 'ENOTDIR' }))
  const files = await filesIn(path)
  const handler = staticFiles(files, list ? { listing: 'shown' } : {})
  return {
    folder: { path, files },
    upstream: undefined,
    listen: (options, failed) => serve(handler, { ...options, failed }),
    close() {},
  }
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))
