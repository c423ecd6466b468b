/** A client's price, a large file's, and what an idle connection holds. Each process is measured alone, by its own time. */
import { Worker } from '../processes/calls.ts'
import type { Bulk, BulkKind } from '../processes/http-bulk.ts'
import type { ClientKind, Errand } from '../processes/http-client.ts'
import type { ServerKind } from '../processes/http-server.ts'
import type { BenchRow } from '../row.ts'

const process = (name: string, ...args: readonly string[]): Worker =>
  new Worker(new URL(`../processes/${name}.js`, import.meta.url), ...args)

/** Processes that a row uses again and again, by kind. */
class Cast {
  readonly #servers = new Map<ServerKind, { readonly worker: Worker; readonly port: Promise<number> }>()
  readonly #others = new Map<string, Worker>()

  async server(kind: ServerKind): Promise<{ readonly worker: Worker; readonly port: number }> {
    let server = this.#servers.get(kind)
    if (server === undefined) {
      const worker = process('http-server', kind)
      server = { worker, port: worker.call<number>('start') }
      this.#servers.set(kind, server)
    }
    return { worker: server.worker, port: await server.port }
  }
  other(name: string, ...args: readonly string[]): Worker {
    const key = [name, ...args].join(' ')
    const worker = this.#others.get(key) ?? process(name, ...args)
    this.#others.set(key, worker)
    return worker
  }
  async close(): Promise<void> {
    for (const worker of this.#others.values()) worker.stop()
    // Asked and not killed: some leave files behind.
    for (const { worker } of this.#servers.values()) await worker.call('exit').catch(() => {})
  }
}

/** 16 requests at once, each answer read to its end, against a socket that gives one fixed answer. */
const clients = (): BenchRow => {
  const cast = new Cast()
  const measure = async (kind: ClientKind): Promise<number> => {
    const { port } = await cast.server('net')
    const client = cast.other('http-client', kind)
    const before = await client.call<number>('cpu')
    const errand: Errand = { url: `http://127.0.0.1:${port}/cart?item=7`, atOnce: 16, milliseconds: 1_000 }
    const answered = await client.call<number>('run', errand)
    return (answered * 1000) / ((await client.call<number>('cpu')) - before)
  }
  return {
    bench: 'http/client',
    unit: 'req/ms CPU',
    peer: 'undici fetch',
    goal: 1.3,
    better: 'more',
    ours: () => measure('ours'),
    theirs: () => measure('undici'),
    close: () => cast.close(),
  }
}

/** 100 MB, four times on one connection: `staticFiles` against `createReadStream` and `pipe`. */
const files = (): BenchRow => {
  const cast = new Cast()
  const measure = async (kind: ServerKind): Promise<number> => {
    const { worker, port } = await cast.server(kind)
    const before = await worker.call<number>('cpu')
    const bytes = await cast.other('http-load').call<number>('download', { port, path: '/file.bin', times: 4 })
    return bytes / ((await worker.call<number>('cpu')) - before)
  }
  return {
    bench: 'http/static-100mb',
    unit: 'MB/s CPU',
    peer: 'node:http pipe',
    goal: 1,
    better: 'more',
    ours: () => measure('files'),
    theirs: () => measure('node-files'),
    close: () => cast.close(),
  }
}

const IDLE = 10_000

/** 10,000 connections that were each answered once, and are kept open: `serveExchanges`, or `serve`. */
const idle = (bench: string, ours: ServerKind): BenchRow => {
  const cast = new Cast()
  const measure = async (kind: ServerKind): Promise<number> => {
    const { worker, port } = await cast.server(kind)
    const load = cast.other('http-load')
    await load.call('hold', { port, count: 1 })
    const before = await worker.call<number>('heap')
    await load.call('hold', { port, count: IDLE })
    return ((await worker.call<number>('heap')) - before) / 1_000 / IDLE
  }
  return {
    bench,
    unit: 'kB of heap',
    peer: 'node:http',
    goal: 1,
    better: 'less',
    rounds: 1,
    ours: () => measure(ours),
    theirs: () => measure('node'),
    close: () => cast.close(),
  }
}

const MEGA = 1_000_000
const GIGABYTE = 1_000 * MEGA

/** What grew while a gigabyte went by, beside the price. */
const grown = (last: ReadonlyMap<string, number>): string =>
  [...last].map(([kind, bytes]) => `${kind} +${(bytes / MEGA).toFixed(0)} MB`).join('; ')

/** A gigabyte through a client, piece by piece, from and to a server of node:http. */
const bulkClient = (way: 'down' | 'up'): BenchRow => {
  const cast = new Cast()
  const last = new Map<string, number>()
  const measure = async (kind: BulkKind): Promise<number> => {
    const { port } = await cast.server('node-bulk')
    const client = cast.other('http-bulk', kind)
    const [before, had] = [await client.call<number>('cpu'), await client.call<number>('peak')]
    const bulk: Bulk = { url: `http://127.0.0.1:${port}/`, bytes: GIGABYTE }
    await client.call(way, bulk)
    last.set(kind, (await client.call<number>('peak')) - had)
    return GIGABYTE / ((await client.call<number>('cpu')) - before)
  }
  return {
    bench: `http/1gb-client-${way}`,
    unit: 'MB/s CPU',
    peer: 'node:http',
    goal: 1,
    better: 'more',
    rounds: 1,
    ours: () => measure('ours'),
    theirs: () => measure('node'),
    beside: () => grown(last),
    close: () => cast.close(),
  }
}

/** A gigabyte through a server: `serve` with streams against `write` and `data` of node:http. */
const bulkServer = (way: 'down' | 'up'): BenchRow => {
  const cast = new Cast()
  const last = new Map<string, number>()
  const measure = async (kind: 'bulk' | 'node-bulk'): Promise<number> => {
    const { worker, port } = await cast.server(kind)
    const [before, had] = [await worker.call<number>('cpu'), await worker.call<number>('peak')]
    const load = cast.other('http-load')
    if (way === 'down') await load.call('download', { port, path: '/', times: 1 })
    else if ((await load.call('upload', { port, path: '/', bytes: GIGABYTE })) !== GIGABYTE)
      throw new Error('bytes were lost')
    last.set(kind, (await worker.call<number>('peak')) - had)
    return GIGABYTE / ((await worker.call<number>('cpu')) - before)
  }
  return {
    bench: `http/1gb-server-${way}`,
    unit: 'MB/s CPU',
    peer: 'node:http',
    goal: 1,
    better: 'more',
    rounds: 1,
    ours: () => measure('bulk'),
    theirs: () => measure('node-bulk'),
    beside: () => grown(last),
    close: () => cast.close(),
  }
}

export const rows: readonly BenchRow[] = [
  clients(),
  files(),
  idle('http/idle-connection', 'exchanges'),
  idle('http/idle-connection-request', 'request'),
  bulkClient('down'),
  bulkClient('up'),
  bulkServer('down'),
  bulkServer('up'),
]
