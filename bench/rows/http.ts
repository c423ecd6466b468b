/**
 * Servers under load: the server in a process of its own, the load in another, 64 keep-alive connections. What counts is
 * requests per millisecond of the server's processor time, which is the same on a busy machine; requests per second and
 * the time within which 99 of 100 answers came stand beside it.
 */
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { Worker } from '../processes/calls.ts'
import type { Answered, Load } from '../processes/http-load.ts'
import type { ServerKind } from '../processes/http-server.ts'
import type { Identity, Version } from '../processes/tls-peer.ts'
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
  readonly depth?: number
  readonly secure?: Version
}

/** What the last run of each side gave besides its price. */
const seen = ({ perSecond, p99 }: Answered): string => `${Math.round(perSecond)}/s, p99 ${p99.toFixed(1)} ms`

const underLoad = ({ bench, ours, theirs, peer, goal, depth = 1, secure }: Pair): BenchRow => {
  let load: Worker | undefined
  let made: Identity | undefined
  const servers = new Map<ServerKind, { worker: Worker; port: Promise<number> }>()
  const last = new Map<ServerKind, Answered>()
  const measure = async (kind: ServerKind): Promise<number> => {
    load ??= new Worker(new URL('../processes/http-load.js', import.meta.url))
    let server = servers.get(kind)
    if (server === undefined) {
      const worker = new Worker(new URL('../processes/http-server.js', import.meta.url), kind)
      if (secure !== undefined) made ??= identity()
      server = { worker, port: worker.call<number>('start', made) }
      servers.set(kind, server)
    }
    const port = await server.port
    const before = await server.worker.call<number>('cpu')
    const asked: Load = { port, secure, connections: CONNECTIONS, milliseconds: MILLISECONDS, depth }
    const answered = await load.call<Answered>('run', asked)
    last.set(kind, answered)
    return (answered.requests * 1000) / ((await server.worker.call<number>('cpu')) - before)
  }
  return {
    bench,
    unit: 'req/ms CPU',
    peer,
    goal,
    better: 'more',
    ours: () => measure(ours),
    theirs: () => measure(theirs),
    beside: () =>
      [ours, theirs]
        .flatMap(kind => last.get(kind) ?? [])
        .map(seen)
        .join('; '),
    async close() {
      load?.stop()
      for (const { worker } of servers.values()) worker.stop()
    },
  }
}

const NODE_SERVER = '@hono/node-server'

const pairs: readonly Pair[] = [
  // `serveExchanges`: the level of the engine. `node:net` writes one fixed answer to whatever comes: the floor.
  { bench: 'http/keepalive', ours: 'exchanges', theirs: 'node', peer: 'node:http', goal: 1.5 },
  { bench: 'http/keepalive-floor', ours: 'exchanges', theirs: 'net', peer: 'node:net', goal: 0.7 },
  // `serve`, as people use it: `Request` in, `new Response(text)` out.
  { bench: 'http/keepalive-request', ours: 'request', theirs: 'hono', peer: NODE_SERVER, goal: 1.3 },
  { bench: 'http/keepalive-hono', ours: 'hono-app', theirs: 'hono-app-node', peer: NODE_SERVER, goal: 1.2 },
  { bench: 'http/pipelined', ours: 'exchanges', theirs: 'node', peer: 'node:http', goal: 5, depth: 16 },
  ...(['1.2', '1.3'] as const).map(
    (secure): Pair => ({
      bench: `http/https-${secure}`,
      ours: 'exchanges-https',
      theirs: 'node-https',
      peer: 'node:https',
      goal: 1,
      secure,
    }),
  ),
]

export const rows: readonly BenchRow[] = pairs.map(underLoad)
