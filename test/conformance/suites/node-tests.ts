/**
 * Node's own tests of its HTTP servers, with those of `barewire/node/http` in their place and everything else (clients,
 * agents, sockets) Node's. Only by name: DIR is a checkout of Node 24 (`test/parallel`, `test/common`, `test/fixtures`), and
 * the Node that runs this is to be of that line. What fails with `node:http` as well does not count.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { expected } from '../node-tests.table.ts'
import type { CaseResult, Listed, Suite } from '../suite.ts'

/** Put in front of every process of the tests. */
const INSTEAD = `
import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { createServer, SecureServer, Server } from './ours.mjs'
Object.assign(http, { createServer, Server })
Object.assign(https, { createServer: (options, listener) => new SecureServer(options, listener), Server: SecureServer })
syncBuiltinESMExports()
`

/** The longest of the tests waits six seconds. */
const LIMIT = 40_000
const NO_END = 'no end'
/** Such a test takes the whole limit: less of it says as much. */
const LIMIT_WHERE_NO_END = 8_000

const AS_WITH_NODE = 'fails with node:http as well'
const LEFT_OUT = 'left out by the test itself'
/** What nobody has read when its answer ends is thrown away: whether a new listener hears some of it hangs on the moment. */
const UNSTEADY = 'passes or fails by when bytes come'
const BY_MOMENT = 'test-http-dump-req-when-res-ends.js'

const listed: Record<string, Listed> = Object.fromEntries(
  expected.flatMap(([because, cases]) => Object.entries(cases).map(([id, got]) => [id, { because, got }])),
)

export const suite: Suite = {
  name: 'node-tests',
  onlyByName: true,
  listed,
  skips: { [AS_WITH_NODE]: 4, [LEFT_OUT]: 1, [UNSTEADY]: 1 },
  async run(data, cases = '') {
    const folder = join(data, 'test', 'parallel')
    if (!existsSync(folder)) return undefined
    const work = mkdtempSync(join(tmpdir(), 'barewire-node-tests-'))
    try {
      const entry = fileURLToPath(new URL('../../../src/node/http/index.ts', import.meta.url))
      const outfile = join(work, 'ours.mjs')
      await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile })
      writeFileSync(join(work, 'instead.mjs'), INSTEAD)
      const waiting = readdirSync(folder)
        .filter(name => /^test-https?-.*\.m?js$/.test(name) && name.includes(cases))
        .filter(name => /createServer|Server\b/.test(readFileSync(join(folder, name), 'utf8')))
        .sort()
      const results: CaseResult[] = []
      const runOn = async (thread: string): Promise<void> => {
        for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
          results.push(await resultOf(join(folder, name), name, work, thread))
      }
      await Promise.all([runOn('1'), runOn('2')])
      return results
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  },
}

const resultOf = async (path: string, id: string, work: string, thread: string): Promise<CaseResult> => {
  if (id === BY_MOMENT) return { id, outcome: 'skipped', detail: UNSTEADY }
  const ours = { NODE_OPTIONS: `--import ${pathToFileURL(join(work, 'instead.mjs')).href}` }
  const limit = listed[id]?.got === NO_END ? LIMIT_WHERE_NO_END : LIMIT
  const { got, said } = await ran(path, work, { ...ours, TEST_THREAD_ID: thread }, limit)
  if (/^1\.\.0 # Skipped/m.test(said)) return { id, outcome: 'skipped', detail: LEFT_OUT }
  if (got === undefined) return { id, outcome: 'passed' }
  const withNode = listed[id] === undefined ? await ran(path, work, { TEST_THREAD_ID: thread }, LIMIT) : undefined
  if (withNode?.got !== undefined) return { id, outcome: 'skipped', detail: AS_WITH_NODE }
  return { id, outcome: 'failed', got, detail: `${got}: ${/^\w*Error\b.*$/m.exec(said)?.[0] ?? ''}` }
}

/** `got`: where in the test it failed; undefined where it did not. */
const ran = async (
  path: string,
  work: string,
  env: Record<string, string>,
  limit: number,
): Promise<{ got: string | undefined; said: string }> => {
  const flags = [...readFileSync(path, 'utf8').matchAll(/^\/\/ Flags: (.*)$/gm)].flatMap(([, each]) =>
    each!.trim().split(/\s+/),
  )
  const child = spawn(process.execPath, [...flags, path], {
    env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_DIR: work, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      said += bytes
    })
  let late = false
  const timer = setTimeout(() => {
    late = true
    // With whatever it has started.
    process.kill(-child.pid!, 'SIGKILL')
  }, limit)
  const status = await new Promise<number | null>(resolve => child.once('close', resolve))
  clearTimeout(timer)
  if (late) return { got: NO_END, said }
  if (status === 0) return { got: undefined, said }
  const [, kind = 'failed'] = /^(\w*Error|Mismatched)\b/m.exec(said) ?? []
  const name = path.slice(path.lastIndexOf('/') + 1).replaceAll('.', '\\.')
  const [, line] = new RegExp(`${name}:(\\d+)`).exec(said.slice(said.search(/^ {4}at /m))) ?? []
  return { got: line === undefined ? kind : `${kind} at line ${line}`, said }
}
