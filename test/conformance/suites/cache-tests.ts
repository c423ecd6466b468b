/**
 * The tests of cache-tests.fyi for caches of browsers: its own server in a process of its own, its own runner here, and for
 * `fetch` that of a client with a cache. Only by name: some cases wait for seconds until something is stale. DIR has a
 * checkout of it, `cache-tests`.
 */
import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { client } from '../../../src/index.ts'
import type { CaseResult, Listed, Suite } from '../suite.ts'

/** `required` where undefined; `optimal` is good to have; `check` asks how it is, and neither answer is wrong. */
interface CacheCase {
  readonly id: string
  readonly kind?: 'required' | 'optimal' | 'check'
}
type CaseSet = readonly { readonly id: string; readonly tests: readonly CacheCase[] }[]
type Results = Readonly<Record<string, true | readonly [name: string, message: string]>>

interface Runner {
  runTests(tests: CaseSet, browserCache: boolean, base: string): Promise<void>
  getResults(): Results
}
interface Verdicts {
  readonly resultTypes: Readonly<Record<string, readonly string[]>>
  determineTestResult(tests: CaseSet, id: string, results: Results): readonly string[]
}

const NOT_SO = 'a question that has no wrong answer, answered with no'
const DEPENDS = 'it stands on a case that fails, or its beginning did not work'

const FOREIGN = 'A coding that nobody knows cannot be undone, and fetch hands out nothing that is coded.'
const WHOLE = 'Parts are not put together: only whole answers are kept.'
const SELECTS =
  'Values of the fields that Vary names are compared as they are (RFC 9111 4.1), not as one might understand them.'

const because = (reason: string, of: Readonly<Record<string, string>>): Readonly<Record<string, Listed>> =>
  Object.fromEntries(Object.entries(of).map(([id, got]) => [id, { because: reason, got }]))

const AGAIN = 'Assertion: Response 2 does not come from cache'

const listed: Readonly<Record<string, Listed>> = {
  ...because(FOREIGN, {
    'headers-store-Content-Encoding': 'TypeError: The body is coded in a way that is not known here',
    'headers-store-Transfer-Encoding': 'TypeError: The transfer coding does not say where the body ends',
  }),
  ...because(WHOLE, {
    'partial-store-partial-reuse-partial': AGAIN,
    'partial-store-partial-reuse-partial-byterange': AGAIN,
    'partial-store-partial-reuse-partial-absent': AGAIN,
    'partial-store-partial-reuse-partial-suffix': AGAIN,
    'partial-store-partial-complete': 'Assertion: Request 2 header range is "undefined", not "bytes=5-"',
  }),
  ...because(SELECTS, {
    'vary-normalise-lang-order': AGAIN,
    'vary-normalise-lang-case': AGAIN,
    'vary-normalise-lang-select': AGAIN,
  }),
  ...because(
    'Who says no-cache asks to be sure, whatever the server said about change (RFC 8246 2.1 leaves it open).',
    {
      'cc-resp-immutable-fresh': AGAIN,
    },
  ),
  ...because('Nobody keeps answers to POST: GET with the same URL is asked for by itself.', { 'method-POST': AGAIN }),
  ...because(
    'What came for somebody without cookies is for others only where it is public: users of one client are strangers.',
    {
      'other-cookie': AGAIN,
    },
  ),
}

export const suite: Suite = {
  name: 'cache-tests',
  onlyByName: true,
  listed,
  skips: { [NOT_SO]: 20, [DEPENDS]: 8 },
  async run(data) {
    const folder = join(data, 'cache-tests')
    if (!existsSync(folder)) return undefined
    const load = async <T>(path: string): Promise<T> => (await import(pathToFileURL(join(folder, path)).href)) as T
    const { default: sets } = await load<{ default: CaseSet }>('tests/index.mjs')
    const { runTests, getResults } = await load<Runner>('test-engine/client/runner.mjs')
    const { determineTestResult, resultTypes } = await load<Verdicts>('test-engine/lib/results.mjs')
    const server = await begin(folder)
    const own = client({ cache: true })
    const platform = globalThis.fetch
    // Its talk with its own server is no matter of the cache.
    globalThis.fetch = ((url: string, init?: RequestInit) =>
      /\/(?:config|state)\//.test(url) ? platform(url, init) : own.fetch(url, init)) as typeof fetch
    try {
      await runTests(sets, true, server.url)
    } finally {
      globalThis.fetch = platform
      own.close()
      server.stop()
    }
    const results = getResults()
    const outcomeOf = (id: string): CaseResult => {
      const type = determineTestResult(sets, id, results)
      const result = results[id]
      if (result === true) return { id, outcome: 'passed' }
      if (type === resultTypes.no) return { id, outcome: 'skipped', detail: NOT_SO }
      if (type === resultTypes.dependency_fail || type === resultTypes.setup_fail || type === resultTypes.retry)
        return { id, outcome: 'skipped', detail: DEPENDS }
      const got = (result ?? ['not run', '']).join(': ').replace(/\..*/, '')
      return {
        id,
        outcome: 'failed',
        kind: type === resultTypes.optional_fail ? 'optimal' : 'required',
        got,
        detail: got,
      }
    }
    return sets.flatMap(({ tests }) => tests.filter(({ id }) => id in results).map(({ id }) => outcomeOf(id)))
  },
}

/** Its server, on a port that is free. */
const begin = (folder: string): Promise<{ readonly url: string; stop(): void }> => {
  const pidfile = join(tmpdir(), `cache-tests-${process.pid}`)
  const settings = { npm_config_protocol: 'http', npm_config_port: '0', npm_config_pidfile: pidfile }
  const child = spawn(process.execPath, [join(folder, 'test-engine/server/server.mjs')], {
    cwd: folder,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = (): void => {
    child.kill()
    rmSync(pidfile, { force: true })
  }
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the server of cache-tests ended with ${code}`)))
    child.stdout.on('data', (text: Buffer) => {
      const port = /^Listening on .*:(\d+)\/$/m.exec(text.toString())?.[1]
      if (port !== undefined) resolve({ url: `http://localhost:${port}`, stop })
    })
  })
}
