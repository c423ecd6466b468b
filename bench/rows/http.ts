/**
 * Servers under load: the server in a process of its own, the load in another, 64 keep-alive connections. By the clock
 * two idle cores are wanted, or the load takes its share; per millisecond of the server's processor time is the same on
 * a busy machine.
 */
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { Worker } from '../processes/calls.ts'
import type { Answered, Load } from '../processes/http-load.ts'
import type { ServerKind } from '../processes/http-server.ts'
import type { Identity } from '../processes/tls-peer.ts'
import type { BenchRow } from '../row.ts'

const CONNECTIONS = 64
const MILLISECONDS = 1_000

const identity = (): Identity => {
  const ca = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Bench root' })
  const { chain, root, privateKey } = ca.issue({ names: ['localhost'] })
  return { chain, root, privateKey }
}

interface Pair {
  readonly bench: string
  readonly ours: ServerKind
  readonly theirs: ServerKind
  readonly peer: string
  readonly goal: number
  readonly unit: 'requests/s' | 'req/ms CPU'
}

const underLoad = ({ bench, ours, theirs, peer, goal, unit }: Pair): BenchRow => {
  const secure = ours.endsWith('https')
  let load: Worker | undefined
  let made: Identity | undefined
  const servers = new Map<ServerKind, { worker: Worker; port: Promise<number> }>()
  const measure = async (kind: ServerKind): Promise<number> => {
    load ??= new Worker(new URL('../processes/http-load.js', import.meta.url))
    let server = servers.get(kind)
    if (server === undefined) {
      const worker = new Worker(new URL('../processes/http-server.js', import.meta.url), kind)
      if (secure) made ??= identity()
      server = { worker, port: worker.call<number>('start', made) }
      servers.set(kind, server)
    }
    const port = await server.port
    const before = await server.worker.call<number>('cpu')
    const asked: Load = { port, secure, connections: CONNECTIONS, milliseconds: MILLISECONDS }
    const { requests, perSecond } = await load.call<Answered>('run', asked)
    if (unit === 'requests/s') return perSecond
    return (requests * 1000) / ((await server.worker.call<number>('cpu')) - before)
  }
  return {
    bench,
    unit,
    peer,
    goal,
    better: 'more',
    ours: () => measure(ours),
    theirs: () => measure(theirs),
    async close() {
      load?.stop()
      for (const { worker } of servers.values()) worker.stop()
    },
  }
}

const [CLOCK, CPU] = ['requests/s', 'req/ms CPU'] as const

export const rows: readonly BenchRow[] = [
  underLoad({ bench: 'http/keepalive', ours: 'exchanges', theirs: 'node', peer: 'node:http', goal: 1.3, unit: CLOCK }),
  underLoad({
    bench: 'http/keepalive-request',
    ours: 'request',
    theirs: 'hono',
    peer: '@hono/node-server',
    goal: 1.3,
    unit: CPU,
  }),
  // node-server puts a `Response` of its own in the place of the platform's; with ours this is the same work.
  underLoad({
    bench: 'http/keepalive-fast-response',
    ours: 'fast',
    theirs: 'hono',
    peer: '@hono/node-server',
    goal: 1.3,
    unit: CPU,
  }),
  underLoad({
    bench: 'http/https',
    ours: 'exchanges-https',
    theirs: 'node-https',
    peer: 'node:https',
    goal: 0.75,
    unit: CPU,
  }),
]
