/** Runs the `barewire` command from the sources as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url))

export interface CommandResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The first MiB of standard output as text. */
  readonly stdout: string
  readonly stderr: string
  readonly bytes: number
  /** SHA-256 of all of standard output, hex. */
  readonly sha256: string
  /** The most memory that the process ever had, in MiB; undefined where /proc does not tell. */
  readonly peakMemory: number | undefined
}

interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds until it is killed. */
  readonly limit?: number
}

export interface RunningCommand {
  readonly child: ChildProcess
  readonly done: Promise<CommandResult>
  /** What it wrote on standard error so far. */
  stderr(): string
  /** Resolves when `pattern` has appeared on either stream. */
  seen(pattern: RegExp): Promise<RegExpExecArray>
}

const TEXT = 1024 * 1024

/** Starts the command; it is killed after a minute at the latest. */
export const startBarewire = (args: readonly string[], options: CommandOptions = {}): RunningCommand => {
  const child = spawn(process.execPath, ['--import', 'tsx', bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', LC_ALL: 'C.UTF-8', ...options.env },
    timeout: options.limit ?? 60_000,
    killSignal: 'SIGKILL',
  })
  const hash = createHash('sha256')
  let [stdout, stderr, bytes] = ['', '', 0]
  let peakMemory: number | undefined
  const watch = setInterval(() => {
    peakMemory = peakOf(child.pid) ?? peakMemory
  }, 20)
  const watchers = new Set<() => void>()
  child.stdout.on('data', (chunk: Uint8Array) => {
    hash.update(chunk)
    bytes += chunk.length
    if (stdout.length < TEXT) stdout += String(chunk)
    for (const look of watchers) look()
  })
  child.stderr.on('data', chunk => {
    stderr += String(chunk)
    for (const look of watchers) look()
  })
  const done = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearInterval(watch)
      for (const look of watchers) look()
      resolve({ code, signal, stdout, stderr, bytes, sha256: hash.digest('hex'), peakMemory })
    })
  })
  const seen = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(stderr) ?? pattern.exec(stdout)
        if (match !== null) resolve(match)
        else if (child.exitCode !== null) reject(new Error(`ended with ${child.exitCode} before ${pattern}: ${stderr}`))
        else return
        watchers.delete(look)
      }
      watchers.add(look)
      look()
    })
  return { child, done, seen, stderr: () => stderr }
}

export const barewire = (args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  startBarewire(args, options).done

const peakOf = (pid: number | undefined): number | undefined => {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}
