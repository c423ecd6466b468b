/**
 * TLS 1.2 (ECDHE-ECDSA, AES-128-GCM) over loopback between two processes. `node:tls` is always the other side; what
 * changes is the side that is measured. Bulk is megabytes by the clock, so two idle cores are wanted: on fewer, both
 * rows of a pair approach one another. Handshakes are counted by the server's processor time, because the client costs
 * more than the server and would be measured otherwise.
 */
import { performance } from 'node:perf_hooks'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { Worker } from '../processes/calls.ts'
import type { Identity, Listen, Transfer } from '../processes/tls-peer.ts'
import type { BenchRow } from '../row.ts'

type Kind = 'ours' | 'node' | 'lemon'

const BYTES = 384 * 1024 * 1024
const HANDSHAKES = 600

let made: Identity | undefined
const identity = (): Identity => {
  if (made === undefined) {
    const ca = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Bench root' })
    const { chain, root, privateKey } = ca.issue({ names: ['localhost'] })
    made = { chain, root, privateKey }
  }
  return made
}

/** Processes of one row, started when first needed. */
class Cast {
  readonly #workers = new Map<string, Worker>()
  readonly #ports = new Map<Worker, Promise<number>>()

  worker(kind: Kind, part: 'server' | 'client'): Worker {
    const name = `${kind} ${part}`
    let worker = this.#workers.get(name)
    if (worker === undefined) {
      worker = new Worker(new URL('../processes/tls-peer.js', import.meta.url), kind)
      this.#workers.set(name, worker)
    }
    return worker
  }
  port(server: Worker, send: number): Promise<number> {
    let port = this.#ports.get(server)
    if (port === undefined) {
      port = server.call<number>('start', { identity: identity(), send } satisfies Listen)
      this.#ports.set(server, port)
    }
    return port
  }
  async close(): Promise<void> {
    for (const worker of this.#workers.values()) worker.stop()
  }
}

const bulk = (direction: 'receive' | 'send', peer: Kind, name: string, goal: number): BenchRow => {
  const cast = new Cast()
  const warm = new Set<Kind>()
  const measure = async (kind: Kind): Promise<number> => {
    const port = await cast.port(cast.worker('node', 'server'), direction === 'receive' ? BYTES : -BYTES)
    const transfer: Transfer = { identity: identity(), port, bytes: BYTES }
    const client = cast.worker(kind, 'client')
    const once = async (): Promise<number> => {
      const started = performance.now()
      await client.call(direction, transfer)
      return BYTES / 1e6 / ((performance.now() - started) / 1000)
    }
    // The compiler needs some hundred megabytes to make up its mind.
    if (!warm.has(kind)) {
      await once()
      await once()
      warm.add(kind)
    }
    return once()
  }
  return row(
    `tls/bulk-${direction}`,
    'MB/s',
    name,
    goal,
    cast,
    () => measure('ours'),
    () => measure(peer),
  )
}

const handshake = (): BenchRow => {
  const cast = new Cast()
  const warm = new Set<Kind>()
  const measure = async (kind: Kind): Promise<number> => {
    const server = cast.worker(kind, 'server')
    const port = await cast.port(server, 1)
    if (!warm.has(kind)) {
      // Long enough for the compiler to be done on either side.
      await cast.worker('node', 'client').call('handshakes', { identity: identity(), port, bytes: 4 * HANDSHAKES })
      warm.add(kind)
    }
    const before = await server.call<number>('cpu')
    const transfer: Transfer = { identity: identity(), port, bytes: HANDSHAKES }
    await cast.worker('node', 'client').call('handshakes', transfer)
    const after = await server.call<number>('cpu')
    return (after - before) / HANDSHAKES / 1000
  }
  const name = 'tls/handshake-1.2-ecdsa-full'
  return {
    ...row(
      name,
      'ms CPU',
      'node:tls',
      0.8,
      cast,
      () => measure('ours'),
      () => measure('node'),
    ),
    better: 'less',
  }
}

const row = (
  bench: string,
  unit: string,
  peer: string,
  goal: number,
  cast: Cast,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): BenchRow => ({ bench, unit, peer, goal, better: 'more', ours, theirs, close: () => cast.close() })

export const rows: readonly BenchRow[] = [
  bulk('receive', 'node', 'node:tls', 0.8),
  bulk('receive', 'lemon', 'lemon-tls', 1.5),
  bulk('send', 'node', 'node:tls', 0.7),
  bulk('send', 'lemon', 'lemon-tls', 1.5),
  handshake(),
]
