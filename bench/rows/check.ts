/**
 * `check/loopback`: all that `barewire check` looks at, of nginx as it comes. The peer is testssl.sh with what it has of
 * the same questions (`test/interop/check.test.ts` compares the answers).
 */
import { performance } from 'node:perf_hooks'
import { check } from '../../src/net/check/check.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { type Peer, run, startNginx } from '../../test/support/peers.ts'
import { temporaryFolder, testAuthority } from '../../test/support/peers-chain.ts'
import type { BenchRow } from '../row.ts'

interface Shared {
  readonly server: Peer
  remove(): void
}
let shared: Promise<Shared> | undefined

const begun = async (): Promise<Shared> => {
  const { path, remove } = temporaryFolder('bench-check')
  return { server: await startNginx(testAuthority('ecdsa', path).issue(), path, path), remove }
}

const seconds = async (work: (port: number) => Promise<unknown>): Promise<number> => {
  shared ??= begun()
  const { port } = (await shared).server
  const before = performance.now()
  await work(port)
  return (performance.now() - before) / 1000
}

const FLAGS = ['--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none', '-p', '-s', '-S', '-h']

export const rows: readonly BenchRow[] = [
  {
    bench: 'check/loopback',
    unit: 's',
    peer: 'testssl -p -s -S -h',
    goal: 3,
    better: 'less',
    rounds: 1,
    ours: () => seconds(port => check({ world: nodeWorld(), host: 'localhost', port })),
    theirs: () =>
      seconds(port => run('testssl', [...FLAGS, '--ip', '127.0.0.1', `https://localhost:${port}`], { limit: 170_000 })),
    async close() {
      const { server, remove } = (await shared) ?? {}
      await server?.stop()
      remove?.()
    },
  },
]
