/**
 * The web platform tests of `fetch`, each file in a process of its own (`wpt/page.ts`) against a server that runs their own
 * handlers (`wpt/server.py`, Python 3 and nothing else). Only by name: some wait for seconds. DIR has a checkout of them,
 * `wpt`, of which `fetch`, `common` and `resources` are used. `--cases PATTERN` takes the files whose names match;
 * with BAREWIRE_FETCH=platform it is that of Node which is tested, to compare. What only a page has is skipped by
 * `wpt/rules.table.ts`, and only where it fails.
 */
import { fork, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CaseResult, Suite } from '../suite.ts'
import type { Result } from '../wpt/page.ts'
import { FILES, listed, RULES, SKIPS } from '../wpt/rules.table.ts'

/** Files at once, and ms that one may take. */
const AT_ONCE = 2
const PATIENCE = 60_000

const PAGE = fileURLToPath(new URL('../wpt/page.ts', import.meta.url))
const SERVER = fileURLToPath(new URL('../wpt/server.py', import.meta.url))

export const suite: Suite = {
  name: 'wpt-fetch',
  onlyByName: true,
  listed,
  skips: SKIPS,
  async run(data, cases = '') {
    const folder = join(data, 'wpt')
    if (!existsSync(join(folder, 'fetch'))) return undefined
    const files = readdirSync(join(folder, 'fetch'), { recursive: true, encoding: 'utf8' })
      .map(file => `fetch/${file}`)
      .filter(file => FILES.test(file) && new RegExp(cases).test(file))
      .sort()
    const server = await begin(folder)
    const run = async (file: string): Promise<readonly CaseResult[]> =>
      (await resultsOf(`${server.url}/${file}`)).map(result => caseOf(file, result, server.ports))
    const results = new Map<string, readonly CaseResult[]>()
    const left = files[Symbol.iterator]()
    const work = async (): Promise<void> => {
      for (const file of left) {
        const first = await run(file)
        // Last-Modified is so long before each answer: that of a 304 is another one when a second has passed.
        const late = file.includes('304-update') && first.some(({ outcome }) => outcome === 'failed')
        results.set(file, late ? await run(file) : first)
      }
    }
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work))
    } finally {
      server.stop()
    }
    return files.flatMap(file => results.get(file)!)
  },
}

const caseOf = (file: string, { name, status, message }: Result, ports: readonly string[]): CaseResult => {
  const id = `${file} (${steady(name, ports)})`
  if (status === 0) return { id, outcome: 'passed' }
  const rule = RULES.find(([, pattern]) => pattern.test(id))
  if (rule !== undefined) return { id, outcome: 'skipped', detail: rule[0] }
  const got = steady(message ?? '', ports).slice(0, 90)
  return { id, outcome: 'failed', got, detail: got }
}

/** Without what differs from run to run. */
const steady = (text: string, ports: readonly string[]): string =>
  ports
    .reduce((rest, port, i) => rest.replaceAll(port, `PORT${i}`), text)
    .replace(/"[a-z]{20}"/g, '"RANDOM"')
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}/g, 'UUID')

/** What the file at `url` says of its tests, and what else happened in its process. */
const resultsOf = (url: string): Promise<readonly Result[]> =>
  new Promise(resolve => {
    const results: Result[] = []
    const whose = process.env.BAREWIRE_FETCH ?? 'ours'
    const execArgv = [...process.execArgv, '--expose-gc']
    const child = fork(PAGE, [url, whose], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
    let done = false
    child.on('message', (said: Result | 'done') => {
      if (said === 'done') done = true
      else results.push(said)
    })
    child.once('exit', code => {
      clearTimeout(timer)
      const message = code === null ? 'it took too long' : `it ended with ${code}`
      resolve(done ? results : [...results, { name: '(end)', status: 1, message }])
    })
  })

const begin = (folder: string): Promise<{ readonly url: string; readonly ports: readonly string[]; stop(): void }> => {
  const child = spawn('python3', [SERVER, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`the server of the tests ended with ${code}`)))
    child.stdout.once('data', (text: Buffer) => {
      const ports = text.toString().trim().split(' ')
      resolve({ url: `http://localhost:${ports[0]}`, ports, stop: () => child.stdin.end() })
    })
  })
}
