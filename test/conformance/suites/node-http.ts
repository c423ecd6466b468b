/**
 * The own tests of Express and of Hono's adapter for Node, with `barewire/node/http` in the place of `node:http` and
 * `node:https`. Only by name: DIR has checkouts, `express` and `node-server`, each with its dependencies installed.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

interface Framework {
  readonly folder: string
  command(output: string): readonly string[]
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
  ]),
  skips: { [LEFT_OUT]: 4, ...(AS_ROOT ? { [ROOT]: 1 } : {}) },
  async run(data) {
    const there = FRAMEWORKS.filter(({ folder }) => existsSync(join(data, folder, 'node_modules')))
    if (there.length === 0) return undefined
    const work = mkdtempSync(join(tmpdir(), 'barewire-node-http-'))
    try {
      const entry = fileURLToPath(new URL('../../../src/node/http/index.ts', import.meta.url))
      const outfile = join(work, 'ours.mjs')
      await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', target: 'node20', outfile })
      writeFileSync(join(work, 'instead.mjs'), INSTEAD)
      const all: CaseResult[] = []
      for (const framework of there) all.push(...(await results(framework, data, work)))
      return all
    } finally {
      rmSync(work, { recursive: true })
    }
  },
}

const results = async ({ folder, command, read }: Framework, data: string, work: string): Promise<CaseResult[]> => {
  const output = join(work, `${folder}.json`)
  const env = { ...process.env, NODE_OPTIONS: `--import ${pathToFileURL(join(work, 'instead.mjs')).href}` }
  const child = spawn(process.execPath, command(output), { cwd: join(data, folder), env, stdio: 'ignore' })
  await new Promise(ended => child.once('close', ended))
  const seen = new Map<string, number>()
  return read(readFileSync(output, 'utf8'), data).map(({ id: name, error, skipped }) => {
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    const id = before === 0 ? name : `${name} (${before + 1})`
    if (skipped) return { id, outcome: 'skipped', detail: LEFT_OUT }
    if (AS_ROOT && OF_RIGHTS.test(id)) return { id, outcome: 'skipped', detail: ROOT }
    const got = error?.split('\n')[0]
    return got === undefined ? { id, outcome: 'passed' } : { id, outcome: 'failed', got, detail: got }
  })
}
