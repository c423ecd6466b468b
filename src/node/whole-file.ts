/** Files that appear whole or not at all, whenever the process is stopped. */
import { randomBytes } from 'node:crypto'
import { linkSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Millis } from '../engine.ts'

/** `new`: throws EEXIST where something is in the way. */
export type WriteMode = 'new' | 'replace'

/** Writes beside `path` and moves it there. `mode`: permissions, as `0o600`. Throws what the system says. */
export const writeWhole = (path: string, contents: string | Uint8Array, mode: number, how: WriteMode): void => {
  const beside = besideOf(path)
  try {
    writeFileSync(beside, contents, { mode, flush: true, flag: 'wx' })
    if (how === 'replace') renameSync(beside, path)
    else linkSync(beside, path)
  } catch (error) {
    // About the file that was meant, not the one beside it; of a full disk it says none.
    if (error instanceof Error && 'code' in error) Object.assign(error, { path })
    throw error
  } finally {
    rmSync(beside, { force: true })
  }
}

/** No write takes as long: whoever began it was killed. */
const LONGEST_WRITE: Millis = 60_000

/** A name beside `path` that nobody has. What was left there by processes that were killed meanwhile goes. */
export const besideOf = (path: string): string => {
  const [folder, begin] = [dirname(path), `${basename(path)}.`]
  try {
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(begin) || !LEFT.test(name.slice(begin.length))) continue
      const left = join(folder, name)
      if (Date.now() - statSync(left).mtimeMs > LONGEST_WRITE) rmSync(left, { force: true })
    }
  } catch {
    // Somebody else was quicker, or may not look; what is written says what is wrong with the folder.
  }
  return `${path}.${randomBytes(6).toString('hex')}.new`
}

/** Behind the name of the file; SQLite makes files beside its own. */
const LEFT = /^[\da-f]{12}\.new(?:-\w+)?$/
