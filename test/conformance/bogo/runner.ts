/**
 * BoGo's runner, from a checkout of BoringSSL that is not part of this project: built with Go, run against our shims.
 * Go 1.26 is needed, and the modules that `go.mod` there names.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CaseResult } from '../suite.ts'
import { type Skipped, shims } from './shim.ts'

/** What is not ours by its name: DTLS, QUIC, and what is of TLS 1.0 and 1.1 alone. */
const OTHERS = ['*DTLS*', '*QUIC*', '*TLS11*', '*TLS1', '*-TLS1-*', 'TLS1-*']
/** Both sides spend most of a case computing: a few at a time keep the processors busy. */
const AT_ONCE = 6

/** The checkout below `data`, or undefined. */
export const checkoutIn = (data: string): string | undefined =>
  [data, join(data, 'bogo'), join(data, 'boringssl')].find(folder =>
    existsSync(join(folder, 'ssl/test/runner/runner.go')),
  )

/** Runs every case, or those that match the patterns (`*` for anything, `;` between them). */
export const runCases = async (checkout: string, patterns: string | undefined): Promise<readonly CaseResult[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'bogo-'))
  const socket = join(folder, 'shim')
  const skipped: Skipped = new Map()
  const server = await shims(socket, skipped)
  try {
    const runner = join(folder, 'runner')
    const forward = join(folder, 'forward')
    await command('go', ['test', '-c', '-o', runner, './ssl/test/runner'], checkout)
    await command('go', ['build', '-o', forward, fileURLToPath(new URL('forward/main.go', import.meta.url))], folder)
    const results = join(folder, 'results.json')
    const args = [
      ...['-shim-path', forward, '-json-output', results, '-transcript-dir', join(folder, 'transcripts')],
      ...['-num-workers', `${AT_ONCE}`, '-skip', OTHERS.join(';'), '-pipe', '-allow-unimplemented'],
      ...(patterns === undefined ? [] : ['-test', patterns]),
    ]
    // It ends with 1 when a case fails: the results say which.
    await command(runner, args, folder, { BAREWIRE_SHIM: socket }).catch(error => {
      if (!existsSync(results)) throw error
    })
    return resultsIn(readFileSync(results, 'utf8'), skipped)
  } finally {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Results {
  readonly tests: Readonly<Record<string, { readonly actual: 'PASS' | 'FAIL' | 'SKIP'; readonly error?: string }>>
}

const resultsIn = (text: string, skipped: Skipped): readonly CaseResult[] =>
  Object.entries((JSON.parse(text) as Results).tests).map(([id, { actual, error = '' }]): CaseResult => {
    if (actual === 'PASS') return { id, outcome: 'passed' }
    if (actual === 'SKIP') return { id, outcome: 'skipped', detail: skipped.get(id) ?? 'without a reason' }
    const detail = error.replaceAll(/\s*\n\s*/g, ' | ')
    return { id, outcome: 'failed', kind: /^[^|]*/.exec(detail)![0].trim(), got: detail, detail }
  })

const command = (
  name: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(name, args, { cwd, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    const said: Buffer[] = []
    child.stdout.on('data', () => {})
    child.stderr.on('data', bytes => said.push(bytes))
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve()
      else reject(new Error(`${name} ${args[0]} ended with ${code}: ${Buffer.concat(said).toString('utf8')}`))
    })
  })
