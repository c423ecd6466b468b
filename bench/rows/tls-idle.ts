/** What a server holds for a connection of TLS on which nothing happens: 10,000 of them, over loopback. */
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { Worker } from '../processes/calls.ts'
import type { Identity, Listen, Version } from '../processes/tls-peer.ts'
import type { BenchRow } from '../row.ts'

const IDLE = 10_000

const identity = (): Identity => {
  const ca = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'Bench root' })
  const { chain, root, privateKey } = ca.issue({ names: ['localhost'], key: 'p-256' })
  return { chain, root, privateKey }
}

const peer = (kind: 'ours' | 'node'): Worker => new Worker(new URL('../processes/tls-peer.js', import.meta.url), kind)

/** Kilobytes for a connection: what JavaScript holds, and beside it what the process has grown by, native memory too. */
const idle = (version: Version): BenchRow => {
  const grown = new Map<string, number>()
  const measure = async (kind: 'ours' | 'node'): Promise<number> => {
    const [server, client] = [peer(kind), peer('node')]
    const own = identity()
    const port = await server.call<number>('start', { identity: own, send: 1 } satisfies Listen)
    await client.call('hold', { identity: own, port, count: 200, version })
    await client.call('hold', { identity: own, port, count: 1, version })
    const [heap, resident] = [await server.call<number>('heap'), await server.call<number>('resident')]
    await client.call('hold', { identity: own, port, count: IDLE, version })
    const held = (await server.call<number>('heap')) - heap
    grown.set(kind, (await server.call<number>('resident')) - resident)
    server.stop()
    client.stop()
    return held / 1_000 / IDLE
  }
  return {
    bench: `tls/idle-connection-${version}`,
    unit: 'kB of heap',
    peer: 'node:tls',
    goal: 1,
    better: 'less',
    rounds: 1,
    ours: () => measure('ours'),
    theirs: () => measure('node'),
    beside: () =>
      ['ours', 'node']
        .map(kind => `${kind}: ${((grown.get(kind) ?? 0) / 1_000 / IDLE).toFixed(1)} kB of memory`)
        .join('; '),
  }
}

export const rows: readonly BenchRow[] = [idle('1.2'), idle('1.3')]
