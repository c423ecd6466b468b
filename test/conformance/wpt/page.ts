/**
 * One test file of the web platform tests in a process of its own: `page.ts URL WHOSE` has testharness.js and the scripts that
 * the file names run in this global scope, as in a worker at URL, and sends each result to the parent. WHOSE is `ours` or
 * `platform`: whose `fetch` it is.
 */
import { runInThisContext } from 'node:vm'
import { FetchError } from '../../../src/failures/index.ts'
import { client } from '../../../src/index.ts'

export interface Result {
  readonly name: string
  /** 0 is passed. */
  readonly status: number
  readonly message: string | null
}
type Harness = typeof globalThis & {
  add_result_callback(told: (result: Result) => void): void
  add_completion_callback(told: (tests: unknown, status: Omit<Result, 'name'>) => void): void
  done(): void
}

const [, , url = '', whose = 'ours'] = process.argv
const location = new URL(url)
const platform = globalThis.fetch
const scope = globalThis as Harness & Record<string | symbol, unknown>
const define = (name: string | symbol, value: unknown): void => {
  Object.defineProperty(scope, name, { value, configurable: true, writable: true })
}

const absolute = (input: string | URL | Request): string | Request =>
  input instanceof Request ? input : new URL(input, location).href

const tell = (result: Result): void => {
  process.send!({ name: result.name, status: result.status, message: result.message })
}

const textOf = async (path: string): Promise<string> => {
  const response = await platform(new URL(path, location))
  if (!response.ok) throw new Error(`${response.status} for ${path}`)
  return response.text()
}

define('self', scope)
define('location', location)
define('GLOBAL', { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false })
// What the platform's `Request` and `fetch` resolve URLs against.
define(Symbol.for('undici.globalOrigin.1'), location)
if (whose === 'ours') {
  // testharness.js wants the very class; ours is one below it.
  Object.defineProperty(FetchError.prototype, 'constructor', { value: TypeError })
  const own = client({ jar: true, cache: true })
  // As the standard's: wrong arguments reject too.
  define('fetch', async (input: string | URL | Request, init?: RequestInit) =>
    own.fetch(absolute(input), (init ?? {}) as Parameters<typeof own.fetch>[1]),
  )
}
for (const kind of ['uncaughtException', 'unhandledRejection'])
  process.on(kind, (error: unknown) => tell({ name: `(${kind})`, status: 1, message: String(error) }))

const main = await textOf(location.href)
const scripts = [...main.matchAll(/^\/\/ META: script=(\S+)/gm)].map(([, path = '']) => path)
runInThisContext(await textOf('/resources/testharness.js'), { filename: 'testharness.js' })
scope.add_result_callback(tell)
scope.add_completion_callback((_, { status, message }) => {
  if (status !== 0) tell({ name: '(harness)', status, message })
  process.send!('done', () => process.exit())
})
try {
  for (const path of scripts) runInThisContext(await textOf(path), { filename: path })
  runInThisContext(main, { filename: location.pathname })
} catch (error) {
  tell({ name: '(script)', status: 1, message: String(error) })
}
scope.done()
