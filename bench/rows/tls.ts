/**
 * TLS over loopback between two processes, AES-128-GCM. `node:tls` is always the other side; what changes is the side
 * that is measured. Bulk is megabytes by the clock, so two idle cores are wanted: on fewer, both rows of a pair approach
 * one another; beside it stands the processor time of the measured side, which is the same on a busy machine. Handshakes
 * are counted by the server's processor time, because the client costs more than the server and would be measured
 * otherwise.
 */
import { performance } from 'node:perf_hooks'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { Worker } from '../processes/calls.ts'
import type { Identity, Listen, Transfer, Version, Visits } from '../processes/tls-peer.ts'
import type { BenchRow } from '../row.ts'

type Kind = 'ours' | 'workers' | 'node' | 'lemon'

const BYTES = 384 * 1024 * 1024
const HANDSHAKES = 600

type KeyKind = 'ecdsa' | 'rsa'
const made = new Map<KeyKind, Identity>()
const identity = (kind: KeyKind = 'ecdsa'): Identity => {
  const known = made.get(kind)
  if (known !== undefined) return known
  const ca = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Bench root' })
  const key = kind === 'rsa' ? 'rsa-2048' : 'p-256'
  const { chain, root, privateKey } = ca.issue({ names: ['localhost'], key })
  const fresh = { chain, root, privateKey }
  made.set(kind, fresh)
  return fresh
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
  port(server: Worker, send: number, key?: KeyKind): Promise<number> {
    let port = this.#ports.get(server)
    if (port === undefined) {
      port = server.call<number>('start', { identity: identity(key), send } satisfies Listen)
      this.#ports.set(server, port)
    }
    return port
  }
  async close(): Promise<void> {
    for (const worker of this.#workers.values()) worker.stop()
  }
}

interface Bulk {
  readonly direction: 'receive' | 'send'
  readonly version: Version
  readonly peer: 'node' | 'lemon'
  readonly goal: number
  /** With threads that seal. */
  readonly workers?: true
}

const bulk = ({ direction, version, peer, goal, workers }: Bulk): BenchRow => {
  const cast = new Cast()
  const warm = new Set<Kind>()
  const ours = workers ? 'workers' : 'ours'
  /** Of the last run, for a gigabyte: seconds of processor time, and those of the main thread. */
  const spent = new Map<Kind, readonly [cpu: number, main: number]>()
  const measure = async (kind: Kind): Promise<number> => {
    const server = cast.worker(direction === 'receive' ? 'node' : kind, 'server')
    const client = cast.worker(direction === 'receive' ? kind : 'node', 'client')
    const measured = direction === 'receive' ? client : server
    const transfer: Transfer = { identity: identity(), port: await cast.port(server, BYTES), bytes: BYTES, version }
    const once = async (): Promise<number> => {
      const read = () => Promise.all([measured.call<number>('cpu'), measured.call<number>('mainThread')])
      const [cpu, main] = await read()
      const started = performance.now()
      await client.call(direction === 'receive' ? 'receive' : 'count', transfer)
      const took = (performance.now() - started) / 1000
      const [cpuAfter, mainAfter] = await read()
      spent.set(kind, [(cpuAfter - cpu) / 1e6 / (BYTES / 1e9), (mainAfter - main) / 1e6 / (BYTES / 1e9)])
      return BYTES / 1e6 / took
    }
    // The compiler needs some hundred megabytes to make up its mind.
    if (!warm.has(kind)) {
      await once()
      await once()
      warm.add(kind)
    }
    return once()
  }
  return {
    ...row(
      `tls/bulk-${direction}${workers ? '-workers' : ''}-${version}`,
      'MB/s',
      peer === 'node' ? 'node:tls' : 'lemon-tls',
      goal,
      cast,
      () => measure(ours),
      () => measure(peer),
    ),
    beside: () =>
      [...spent.values()].map(([cpu, main]) => `${cpu.toFixed(2)} s CPU/GB, main thread ${main.toFixed(2)}`).join('; '),
  }
}

interface HandshakeKind {
  readonly version: Version
  readonly key: KeyKind
  readonly resumed: boolean
}

const handshake = ({ version, key, resumed }: HandshakeKind, goal: number): BenchRow => {
  const cast = new Cast()
  const warm = new Set<Kind>()
  const measure = async (kind: Kind): Promise<number> => {
    const server = cast.worker(kind, 'server')
    const port = await cast.port(server, 1, key)
    const client = cast.worker('node', 'client')
    const visits = (count: number): Visits => ({ identity: identity(key), port, count, version, resumed })
    if (!warm.has(kind)) {
      // Long enough for the compiler to be done on either side.
      await client.call('handshakes', visits(4 * HANDSHAKES))
      warm.add(kind)
    }
    const before = await server.call<number>('cpu')
    await client.call('handshakes', visits(HANDSHAKES))
    const after = await server.call<number>('cpu')
    return (after - before) / HANDSHAKES / 1000
  }
  const name = `tls/handshake-${version}-${key}-${resumed ? 'resumed' : 'full'}`
  return {
    ...row(
      name,
      'ms CPU',
      'node:tls',
      goal,
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
  ...(['1.2', '1.3'] as const).flatMap(version => [
    bulk({ direction: 'receive', version, peer: 'node', goal: 1 }),
    bulk({ direction: 'receive', version, peer: 'lemon', goal: 2 }),
    bulk({ direction: 'send', version, peer: 'node', goal: 0.9 }),
    bulk({ direction: 'send', version, peer: 'node', goal: 1, workers: true }),
    bulk({ direction: 'send', version, peer: 'lemon', goal: 2 }),
  ]),
  ...(['1.2', '1.3'] as const).flatMap(version =>
    (['ecdsa', 'rsa'] as const).flatMap(key => [
      handshake({ version, key, resumed: false }, 1),
      handshake({ version, key, resumed: true }, 1),
    ]),
  ),
]
