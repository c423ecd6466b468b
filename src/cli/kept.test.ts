/** Runs that are kept: by which commands, with what in them, and when not. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../test/support/net.ts'
import { captured } from '../../test/support/peers-io.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { keptRuns } from '../node/runs.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { pem } from '../x509/files/pem.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-kept-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const { crypto } = nodeWorld()
const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
const issued = authority.issue({ names: ['localhost'] })
const tls = { certificateFor: () => certifiedKey(issued) }
const root = join(folder, 'root.pem')
writeFileSync(root, pem('CERTIFICATE', authority.root))

let count = 0
const state = () => {
  const home = join(folder, `${++count}`)
  return { home, runs: join(home, 'barewire', 'runs'), env: { XDG_STATE_HOME: home } }
}
const shop = async (): Promise<string> => (await served(() => new Response('hello'), { tls })).url
const last = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)

test('a request is kept with its secrets, and the last line of its story says how to see it', async () => {
  const { runs, env } = state()
  const url = await shop()
  const io = captured({ env, terminal: 100 })
  expect(await main(['get', '--trust', root, '--color', 'never', url], io)).toBe(0)
  expect(last(io.stderr())).toBe(' see it: barewire inspect @1')
  const [run, ...others] = keptRuns(runs)
  expect(others).toEqual([])
  expect(run?.note).toEqual({ command: `get ${url}/`, failure: undefined, cut: false })
  const bytes = readFileSync(run!.path, 'latin1')
  expect(bytes).toContain('SERVER_TRAFFIC_SECRET_0 ')
  expect(bytes).toContain('Synthetic frames')
})

test('where no story is told none is ended, and the run is kept all the same', async () => {
  const { runs, env } = state()
  const io = captured({ env })
  expect(await main(['get', '--trust', root, await shop()], io)).toBe(0)
  expect(io.stderr()).toBe('')
  expect(keptRuns(runs)).toHaveLength(1)
})

test('a run that failed is kept with the code of its failure', async () => {
  const { runs, env } = state()
  const io = captured({ env, terminal: 100 })
  expect(await main(['get', '--color', 'never', await shop()], io)).toBe(5)
  expect(last(io.stderr())).toBe(' see it: barewire inspect @1')
  expect(keptRuns(runs)[0]?.note?.failure).toBe('tls/chain-incomplete')
})

test('nothing is kept with --no-keep, with BAREWIRE_KEEP=0, without a home, or where nothing moved', async () => {
  const url = await shop()
  const { home, env } = state()
  const silent = async (words: readonly string[], given: Readonly<Record<string, string>>) => {
    const io = captured({ env: given, terminal: 100 })
    await main(['get', '--trust', root, ...words], io)
    expect(io.stderr()).not.toContain('see it')
  }
  await silent(['--no-keep', url], env)
  await silent([url], { ...env, BAREWIRE_KEEP: '0' })
  await silent([url], {})
  await silent(['--no-such-option', url], env)
  const gone = createServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as { readonly port: number }
  await new Promise(resolve => gone.close(resolve))
  await silent([`https://localhost:${port}/`], env)
  expect(existsSync(home)).toBe(false)
})

test('a state folder that cannot be written is no failure of the command', async () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, 'x')
  const io = captured({ env: { XDG_STATE_HOME: file }, terminal: 100 })
  expect(await main(['get', '--trust', root, '--color', 'never', await shop()], io)).toBe(0)
  expect(io.stdout()).toBe('hello')
  expect(io.stderr()).not.toContain('see it')
})

test('the demo and what a server was asked about its certificate are kept too', async () => {
  const { runs, env } = state()
  const io = captured({ env })
  expect(await main(['demo', '--seed', '7', '--pcapng', join(folder, 'demo.pcapng')], io)).toBe(0)
  expect(last(io.stdout())).toBe(' see it: barewire inspect @1')
  expect(keptRuns(runs)[0]?.note?.command).toBe('demo --seed 7')
  expect(readFileSync(keptRuns(runs)[0]!.path)).toEqual(readFileSync(join(folder, 'demo.pcapng')))
  const url = new URL(await shop())
  expect(await main(['cert', 'show', url.host], captured({ env }))).toBe(0)
  expect(keptRuns(runs).map(({ note }) => note?.command)).toEqual([`cert show ${url.host}`, 'demo --seed 7'])
  expect(readdirSync(runs)).toHaveLength(4)
})

test('of a long transfer the beginning is kept, and the answer comes whole', async () => {
  const { runs, env } = state()
  const { url } = await served(() => new Response(new Uint8Array(6_000_000)), { tls })
  const io = captured({ env })
  expect(await main(['get', '--trust', root, url], io)).toBe(0)
  expect(io.bytes().length).toBe(6_000_000)
  const [run] = keptRuns(runs)
  expect(run?.note?.cut).toBe(true)
  expect(run?.bytes).toBeGreaterThan(3_000_000)
  expect(run?.bytes).toBeLessThanOrEqual(4_194_304)
})
