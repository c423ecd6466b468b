/** Servers under load: the server in a process of its own, the load in another, 64 keep-alive connections. */

import { Worker } from '../processes/calls.ts'
import type { BenchRow } from '../row.ts'

const CONNECTIONS = 64
const MILLISECONDS = 1_000

const keepAlive = (): BenchRow => {
  let load: Worker | undefined
  const servers = new Map<string, { worker: Worker; port: Promise<number> }>()
  const measure = async (kind: 'ours' | 'node'): Promise<number> => {
    load ??= new Worker(new URL('../processes/http-load.js', import.meta.url))
    let server = servers.get(kind)
    if (server === undefined) {
      const worker = new Worker(new URL('../processes/http-server.js', import.meta.url), kind)
      server = { worker, port: worker.call<number>('start') }
      servers.set(kind, server)
    }
    return load.call('run', { port: await server.port, connections: CONNECTIONS, milliseconds: MILLISECONDS })
  }
  return {
    bench: 'http/keepalive',
    unit: 'requests/s',
    peer: 'node:http',
    goal: 1,
    better: 'more',
    ours: () => measure('ours'),
    theirs: () => measure('node'),
    async close() {
      load?.stop()
      for (const { worker } of servers.values()) worker.stop()
    },
  }
}

export const rows: readonly BenchRow[] = [keepAlive()]
