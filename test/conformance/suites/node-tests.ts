/**
 * Node's own tests of its HTTP servers, with those of `barewire/node/http` in their place and everything else (clients,
 * agents, sockets) Node's. Only by name: DIR is a checkout of Node 24 (`test/parallel`, `test/common`, `test/fixtures`), and
 * the Node that runs this is to be of that line. What fails with Node's own as well does not count. `node-tls.ts` has those
 * of TLS.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { expected } from '../node-tests.table.ts'
import type { CaseResult, Listed, Suite } from '../suite.ts'

/** Which of the tests, and what stands where in them. */
export interface Replaced {
  readonly name: string
  /** What stands in for Node's, below `src`. */
  readonly entry: string
  /** Put in front of every process of the tests: the entry is `./ours.mjs` to it. */
  readonly instead: string
  readonly expected: readonly (readonly [because: string, cases: Readonly<Record<string, string>>])[]
  readonly skips: Suite['skips']
  /** Those that hang on the moment. */
  readonly unsteady: readonly string[]
  isOf(name: string, text: string): boolean
}

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

export const AS_WITH_NODE = "fails with Node's own as well"
export const LEFT_OUT = 'left out by the test itself'
/** What nobody has read when its answer ends is thrown away: whether a new listener hears some of it hangs on the moment. */
export const UNSTEADY = 'ends in one way or another by when bytes come'

export const nodeTests = ({ name, entry, instead, expected, skips, unsteady, isOf }: Replaced): Suite => {
  const listed: Record<string, Listed> = Object.fromEntries(
    expected.flatMap(([because, cases]) => Object.entries(cases).map(([id, got]) => [id, { because, got }])),
  )
  return {
    name,
    onlyByName: true,
    listed,
    skips,
    async run(data, cases = '') {
      const folder = join(data, 'test', 'parallel')
      if (!existsSync(folder)) return undefined
      const work = mkdtempSync(join(tmpdir(), `barewire-${name}-`))
      try {
        const entryPoints = [fileURLToPath(new URL(`../../../src/${entry}`, import.meta.url))]
        const outfile = join(work, 'ours.mjs')
        await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile })
        writeFileSync(join(work, 'instead.mjs'), instead)
        const waiting = readdirSync(folder)
          .filter(each => /\.m?js$/.test(each) && each.includes(cases))
          .filter(each => isOf(each, readFileSync(join(folder, each), 'utf8')))
          .sort()
        const results: CaseResult[] = []
        const runOn = async (thread: string): Promise<void> => {
          for (let id = waiting.shift(); id !== undefined; id = waiting.shift())
            results.push(
              unsteady.includes(id)
                ? { id, outcome: 'skipped', detail: UNSTEADY }
                : await resultOf(join(folder, id), id, { work, thread, listed: listed[id] }),
            )
        }
        await Promise.all([runOn('1'), runOn('2')])
        return results
      } finally {
        rmSync(work, { recursive: true, force: true })
      }
    },
  }
}

export const suite: Suite = nodeTests({
  name: 'node-tests',
  entry: 'node/http/index.ts',
  instead: INSTEAD,
  expected,
  skips: { [AS_WITH_NODE]: 4, [LEFT_OUT]: 1, [UNSTEADY]: 1 },
  unsteady: ['test-http-dump-req-when-res-ends.js'],
  isOf: (name, text) => /^test-https?-/.test(name) && /createServer|Server\b/.test(text),
})

const resultOf = async (
  path: string,
  id: string,
  { work, thread, listed }: { readonly work: string; readonly thread: string; readonly listed: Listed | undefined },
): Promise<CaseResult> => {
  const ours = { NODE_OPTIONS: `--import ${pathToFileURL(join(work, 'instead.mjs')).href}` }
  const limit = listed?.got === NO_END ? LIMIT_WHERE_NO_END : LIMIT
  const { got, said } = await ran(path, work, { ...ours, TEST_THREAD_ID: thread }, limit)
  if (/^1\.\.0 # Skipped/m.test(said)) return { id, outcome: 'skipped', detail: LEFT_OUT }
  if (got === undefined) return { id, outcome: 'passed' }
  const withNode = listed === undefined ? await ran(path, work, { TEST_THREAD_ID: thread }, LIMIT) : undefined
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
