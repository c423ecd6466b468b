/**
 * The own tests of Express, Fastify and Hono's adapter for Node, with `barewire/node/http` in the place of `node:http` and
 * `node:https`. Only by name: DIR has checkouts, `express`, `fastify` (5) and `node-server`, each with its
 * dependencies installed.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { CaseResult, Listed, Suite } from '../suite.ts'

const listed = (because: string, got: string, ids: readonly string[]): [string, Listed][] =>
  ids.map(id => [id, { because, got }])

const TRANSFER =
  'An answer whose transfer coding is not chunked ends with its connection (RFC 9112 6.1): none is sent here.'
const HOST = 'A request whose Host is no host, or that has none, is refused before anybody sees it (RFC 9112 3.2).'
const REDIRECTS = 'express/test/res.redirect.js res when accepting'

const LAST =
  'An answer under way when its server closes says `Connection: close` (RFC 9112 9.6): no request comes behind it for a 503.'
const WITHOUT_SERVER =
  'Fails with node:http as well: no server takes part in it, requests are made up by light-my-request.'
const NO_503 =
  'would wait for ever: what is asked behind `Connection: close` has no 503, the connection ends (RFC 9112 9.6)'
const WAITS = 'max-requests-per-socket.test.js'

const LEFT_OUT = 'left out by the suite itself'
const ROOT = 'root may read every file'
const AS_ROOT = process.getuid?.() === 0
const OF_RIGHTS = /Should handle read permission errors/

/** Put in front of every process of the tests. */
const INSTEAD = `
import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { createServer, SecureServer, Server } from './ours.mjs'
Object.assign(http, { createServer, Server })
Object.assign(https, { createServer, Server: SecureServer })
syncBuiltinESMExports()
`

/** For `node:test`: each test as a line. */
const LINES = `
export default async function* (events) {
  for await (const { type, data: { name, file, skip, details } } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || details.type === 'suite') continue
    const error = type === 'test:pass' ? undefined : String(details.error.cause?.message ?? details.error.message)
    yield JSON.stringify({ name, file, error, skipped: skip !== undefined }) + '\\n'
  }
}
`

interface Ran {
  readonly id: string
  /** The first line of the error of a test that failed. */
  readonly error?: string | undefined
  readonly skipped: boolean
}

interface Mocha {
  readonly tests: readonly {
    readonly file: string
    readonly fullTitle: string
    readonly err: { readonly message?: string }
  }[]
  readonly pending: readonly { readonly fullTitle: string }[]
}
interface Vitest {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo'
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

interface Line {
  readonly name: string
  readonly file: string
  readonly error?: string
  readonly skipped: boolean
}

interface Framework {
  readonly folder: string
  /** In `root`, the checkout; with what is written into `work`. */
  command(output: string, root: string, work: string): readonly string[]
  read(text: string, root: string): Ran[]
}

const FRAMEWORKS: readonly Framework[] = [
  {
    folder: 'express',
    command: output => [
      'node_modules/mocha/bin/mocha.js',
      ...['--require', 'test/support/env', '--check-leaks', '--exit', '--reporter', 'json'],
      ...['--reporter-option', `output=${output}`, 'test/', 'test/acceptance/'],
    ],
    read: (text, root) => {
      const { tests, pending } = JSON.parse(text) as Mocha
      const skipped = new Set(pending.map(({ fullTitle }) => fullTitle))
      return tests.map(({ file, fullTitle, err }) => ({
        id: `${relative(root, file)} ${fullTitle}`,
        error: err.message,
        skipped: skipped.has(fullTitle),
      }))
    },
  },
  {
    folder: 'fastify',
    command: (output, root, work) => [
      ...['--test', '--test-concurrency=2', '--test-timeout=60000'],
      ...[`--test-reporter=${pathToFileURL(join(work, 'lines.mjs')).href}`, `--test-reporter-destination=${output}`],
      ...readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
        .filter(name => /\.test\.m?js$/.test(name) && name !== WAITS)
        .sort()
        .map(name => join('test', name)),
    ],
    read: (text, root) => {
      const lines = text.trimEnd().split('\n')
      const ran = lines.map(line => {
        const { name, file, ...rest } = JSON.parse(line) as Line
        return { id: `${relative(root, file)} ${name}`, ...rest }
      })
      return [...ran, { id: `fastify/test/${WAITS}`, skipped: true }]
    },
  },
  {
    folder: 'node-server',
    command: output => ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', `--outputFile=${output}`],
    read: (text, root) =>
      (JSON.parse(text) as Vitest).testResults.flatMap(({ name, assertionResults }) =>
        assertionResults.map(({ fullName, status, failureMessages: [error = 'failed'] }) => ({
          id: `${relative(root, name)} ${fullName}`,
          error: status === 'failed' ? error : undefined,
          skipped: status !== 'passed' && status !== 'failed',
        })),
      ),
  },
]

export const suite: Suite = {
  name: 'node-http',
  onlyByName: true,
  listed: Object.fromEntries([
    ...listed(HOST, 'expected "Content-Type" matching /html/, got "text/plain; charset=utf-8"', [
      `${REDIRECTS} html should escape the url`,
      `${REDIRECTS} html should not render evil javascript links in anchor href (prevent XSS)`,
    ]),
    ...listed(HOST, 'expected "Location" header field', [`${REDIRECTS} text should encode the url`]),
    ...['compress', 'deflate', 'gzip'].flatMap(coding =>
      listed(TRANSFER, `This must not be sent. Transfer-Encoding contains "${coding}".`, [
        `express/test/res.send.js res when Transfer-Encoding header is present should not add Content-Length header if Transfer-Encoding header is equal to ${coding}`,
      ]),
    ),
    ...listed(
      '101 hands the connection over (RFC 9110 15.2.2), and nobody is there to take it.',
      'expected 101 "Switching Protocols", got 500 "Internal Server Error"',
      ['express/test/res.status.js res .status(code) accept valid ranges should set the response status code to 101'],
    ),
    ...listed(HOST, 'AssertionError: expected 400 to be 200 // Object.is equality', [
      'node-server/test/listener.test.ts Invalid request default hostname Should return 200 for a request w/o host header',
    ]),
    ...listed(
      'A backslash is no part of a target (RFC 3986 3.3).',
      'AssertionError: expected 400 to be 404 // Object.is equality',
      [
        'node-server/test/serve-static.test.ts Serve Static Middleware Path traversal security tests Should prevent path traversal attacks with mixed separators',
      ],
    ),
    ...listed(HOST, 'The input did not match the regular expression /^HTTP\\/1.1 200 OK/. Input:', [
      'fastify/test/request-header-host.test.js Return 200 when Host header is empty',
      'fastify/test/request-header-host.test.js Return 200 when Host header is empty with trust proxy',
    ]),
    ...listed(
      HOST,
      'requireHostHeader is not supported by barewire/node/http: RFC 9112 3.2 has a request without Host refused',
      ['', ' with trust proxy'].map(
        how =>
          `fastify/test/request-header-host.test.js Return 200 when Host header is missing and http.requireHostHeader = false${how}`,
      ),
    ),
    ...listed(LAST, 'Expected values to be strictly equal:', [
      'fastify/test/close-pipelining.test.js Should return 503 while closing - pipelining',
    ]),
    ...listed(LAST, 'connect ECONNREFUSED', [
      'fastify/test/close.test.js Current opened connection should not accept new incoming connections',
      'fastify/test/close.test.js rejected incoming connections should be logged',
    ]),
    ...listed(WITHOUT_SERVER, 'Expected values to be strictly deep-equal:', [
      'fastify/test/constrained-routes.test.js Should allow registering a constrained GET route after a constrained HEAD route',
    ]),
    ...listed(WITHOUT_SERVER, 'Unexpected end of JSON input', [
      'fastify/test/internals/all.test.js fastify.all should add all the methods to the same url',
    ]),
  ]),
  skips: { [LEFT_OUT]: 8, [NO_503]: 1, ...(AS_ROOT ? { [ROOT]: 1 } : {}) },
  async run(data) {
    const there = FRAMEWORKS.filter(({ folder }) => existsSync(join(data, folder, 'node_modules')))
    if (there.length === 0) return undefined
    const work = mkdtempSync(join(tmpdir(), 'barewire-node-http-'))
    try {
      const entry = fileURLToPath(new URL('../../../src/node/http/index.ts', import.meta.url))
      const outfile = join(work, 'ours.mjs')
      await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile })
      writeFileSync(join(work, 'instead.mjs'), INSTEAD)
      writeFileSync(join(work, 'lines.mjs'), LINES)
      const all: CaseResult[] = []
      for (const framework of there) all.push(...(await results(framework, data, work)))
      return all
    } finally {
      rmSync(work, { recursive: true })
    }
  },
}

const results = async ({ folder, command, read }: Framework, data: string, work: string): Promise<CaseResult[]> => {
  const root = join(data, folder)
  const output = join(work, `${folder}.json`)
  const env = { ...process.env, NODE_OPTIONS: `--import ${pathToFileURL(join(work, 'instead.mjs')).href}` }
  const child = spawn(process.execPath, command(output, root, work), { cwd: root, env, stdio: 'ignore' })
  await new Promise(ended => child.once('close', ended))
  const seen = new Map<string, number>()
  return read(readFileSync(output, 'utf8'), data).map(({ id: name, error, skipped }) => {
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    const id = before === 0 ? name : `${name} (${before + 1})`
    if (skipped) return { id, outcome: 'skipped', detail: name.endsWith(WAITS) ? NO_503 : LEFT_OUT }
    if (AS_ROOT && OF_RIGHTS.test(id)) return { id, outcome: 'skipped', detail: ROOT }
    const got = error?.replace(/\n[\s\S]*|(?<=ECONNREFUSED) \S+$/g, '')
    return got === undefined ? { id, outcome: 'passed' } : { id, outcome: 'failed', got, detail: got }
  })
}
