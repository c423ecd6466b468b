/**
 * The last runs, kept on this machine: a capture for each with its secrets inside, and a note of what it was. Each is one
 * file that appears whole under a name of its own, so a hundred commands at once do not meet. What cannot be kept (a full
 * disk, a home that is read-only) is not kept: nothing here throws for what the system says.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Millis } from '../engine.ts'

/** What is known of a run besides its packets. */
export interface RunNote {
  /** As it would be typed: `get https://shop.test/`. */
  readonly command: string
  /** The code of what went wrong; undefined: nothing did. */
  readonly failure?: string | undefined
  /** True where only the beginning of its packets is there. */
  readonly cut: boolean
}

export interface KeptRun {
  /** 1 is the last: `@1`. */
  readonly number: number
  readonly path: string
  readonly bytes: number
  /** When it began, milliseconds since 1970. */
  readonly began: Millis
  /** Undefined where it cannot be read. */
  readonly note: RunNote | undefined
}

export interface RunWriter {
  /** A block of the capture. False from then on when there is no room for more. */
  write(block: Uint8Array): boolean
  /** Whether all of it is kept so far. */
  readonly whole: boolean
  /** Puts it beside the others and removes the oldest. False where it could not be kept. */
  keep(note: Omit<RunNote, 'cut'>): boolean
}

const MOST_RUNS = 50
/** Every handshake and the heads of many requests; 50 of them are 200 MB at the very most. */
const MOST_BYTES = 4 * 1024 * 1024
/** A command that died left what it was writing. */
const ABANDONED: Millis = 3_600_000
/** A note is a line; somebody may have put another file there. */
const LONGEST_NOTE = 64 * 1024

type Environment = Readonly<Record<string, string | undefined>>

/** `$XDG_STATE_HOME/barewire/runs` (ignored when relative, as its specification wants) or `~/.local/state/…`. */
export const runsFolder = (env: Environment): string | undefined => {
  const state = env.XDG_STATE_HOME ?? ''
  if (isAbsolute(state)) return join(state, 'barewire', 'runs')
  const home = env.HOME || env.USERPROFILE || ''
  return isAbsolute(home) ? join(home, '.local', 'state', 'barewire', 'runs') : undefined
}

/** Keeps what is written in memory until `keep`. */
export const runWriter = (folder: string, began: Millis): RunWriter => {
  const blocks: Uint8Array[] = []
  let bytes = 0
  let whole = true
  return {
    write(block) {
      if (bytes + block.length > MOST_BYTES) whole = false
      if (!whole) return false
      blocks.push(block)
      bytes += block.length
      return true
    },
    get whole() {
      return whole
    },
    keep(note) {
      // Sorted by name is sorted by time.
      const stamp = new Date(began).toISOString().replace(/[:.]/g, '-')
      const name = join(folder, `${stamp}-${process.pid}-${randomBytes(4).toString('hex')}`)
      try {
        ownFolder(folder)
        writeFileSync(`${name}.json`, `${JSON.stringify({ v: 1, ...note, cut: !whole })}\n`, {
          mode: 0o600,
          flag: 'wx',
        })
        writeFileSync(`${name}.part`, Buffer.concat(blocks), { mode: 0o600, flag: 'wx' })
        renameSync(`${name}.part`, `${name}${CAPTURE}`)
      } catch {
        for (const end of ['.json', '.part']) removed(`${name}${end}`)
        return false
      }
      tidied(folder, began)
      return true
    },
  }
}

/** The last first; none where the folder cannot be read. */
export const keptRuns = (folder: string): readonly KeptRun[] =>
  names(folder).flatMap((name, i) => {
    const path = join(folder, `${name}${CAPTURE}`)
    const size = sizeOf(path)
    const began = Date.parse(name.slice(0, 24).replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/, 'T$1:$2:$3.$4Z'))
    // It was removed just now.
    return size === undefined ? [] : [{ number: i + 1, path, bytes: size, began, note: noteIn(folder, name) }]
  })

const CAPTURE = '.pcapng'
const NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-\d+-[\da-f]+$/

const names = (folder: string, end = CAPTURE): readonly string[] => {
  try {
    return readdirSync(folder)
      .flatMap(file => (file.endsWith(end) ? [file.slice(0, -end.length)] : []))
      .filter(name => NAME.test(name))
      .sort()
      .reverse()
  } catch {
    return []
  }
}

const sizeOf = (path: string): number | undefined => {
  try {
    return statSync(path).size
  } catch {
    return undefined
  }
}

const noteIn = (folder: string, name: string): RunNote | undefined => {
  const path = join(folder, `${name}.json`)
  try {
    if (statSync(path).size > LONGEST_NOTE) return undefined
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof found !== 'object' || found === null || !('command' in found)) return undefined
    const failure = 'failure' in found && typeof found.failure === 'string' ? found.failure : undefined
    return { command: String(found.command), failure, cut: 'cut' in found && found.cut === true }
  } catch {
    return undefined
  }
}

/** Made where it is not there; for its owner alone. Throws where it is not ours, or no folder. */
const ownFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const isOurs = process.platform === 'win32' || found.uid === process.getuid?.()
  if (!found.isDirectory() || !isOurs) throw new Error('not a folder of this user')
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

/** The oldest go, and what others left half done. Others may tidy at the same time. */
const tidied = (folder: string, now: Millis): void => {
  const kept = names(folder)
  const captures = new Set(kept)
  for (const name of kept.slice(MOST_RUNS)) for (const end of [CAPTURE, '.json']) removed(join(folder, `${name}${end}`))
  for (const end of ['.json', '.part'])
    for (const name of names(folder, end)) {
      const path = join(folder, `${name}${end}`)
      if (!captures.has(name) && (ageOf(path, now) ?? 0) > ABANDONED) removed(path)
    }
}

const ageOf = (path: string, now: Millis): Millis | undefined => {
  try {
    return now - statSync(path).mtimeMs
  } catch {
    return undefined
  }
}

const removed = (path: string): void => {
  try {
    rmSync(path, { force: true })
  } catch {
    // Another took it away, or it may not be: it stays.
  }
}
