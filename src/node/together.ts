/**
 * A key and what was made for it, in two files: both appear, or neither, whenever the process is stopped. What is to appear
 * lies in one file beside them first (`api.test.pending`), whole; the next command in the folder does what was left to do.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FailureError } from '../failures/index.ts'
import { onlyOursToRead } from './ca-guard.ts'
import { type WriteMode, writeWhole } from './whole-file.ts'

/** What the files may be called behind their common name, and who may read them. */
const MODES = { '.key': 0o600, '.pem': 0o644, '.csr': 0o644 } as const
type End = keyof typeof MODES
const ENDS = Object.keys(MODES) as End[]

/** Contents of files by the ends of their names. */
export type Files = { readonly [E in End]?: string }

interface Pending {
  readonly how: WriteMode
  readonly files: Files
  /** Nothing is missing: it may be completed. */
  readonly whole: boolean
}

const END = '.pending'

/**
 * Writes `first`, and what `work` gives, as files that begin with `base`. `first` is on the disk before `work` begins, and
 * goes again when it throws. Throws what the system says; EEXIST for `new` where something is in the way.
 */
export const writeTogether = <T>(
  base: string,
  how: WriteMode,
  first: Files,
  work: () => { readonly result: T; readonly rest: Files },
): T => {
  const beside = `${base}${END}`
  const keep = (pending: Pending, mode: WriteMode): void =>
    writeWhole(beside, `${JSON.stringify(pending)}\n`, 0o600, mode)
  keep({ how, files: first, whole: false }, 'new')
  try {
    const { result, rest } = work()
    const pending = { how, files: { ...first, ...rest }, whole: true }
    keep(pending, 'replace')
    place(base, pending)
    return result
  } finally {
    rmSync(beside, { force: true })
  }
}

/** What somebody was stopped at in this folder is completed, or taken away where nothing had been made yet. */
export const completeTogether = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(END)) continue
    const path = join(folder, name)
    const pending = pendingAt(path)
    if (pending === undefined) continue
    try {
      if (pending.whole) place(path.slice(0, -END.length), pending)
    } catch (error) {
      // Another file has taken its place: then neither is there.
      if (!isTaken(error)) throw error
    }
    rmSync(path, { force: true })
  }
}

/** Undefined for what we did not write, or others could have. */
const pendingAt = (path: string): Pending | undefined => {
  try {
    onlyOursToRead(path)
    const { how, files, whole } = JSON.parse(readFileSync(path, 'utf8')) as Pending
    const known = Object.entries(files).every(([end, text]) => ENDS.includes(end as End) && typeof text === 'string')
    return known && (how === 'new' || how === 'replace') ? { how, files, whole } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof FailureError) return undefined
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whoever else completes it meanwhile does the same. Where one of them cannot be there, it is as it was before. */
const place = (base: string, { how, files }: Pending): void => {
  const undo: (() => void)[] = []
  try {
    for (const end of ENDS) {
      const [path, text] = [`${base}${end}`, files[end]]
      if (text === undefined) continue
      const before = textAt(path)
      put(path, text, MODES[end], how)
      undo.push(() => {
        if (how === 'new' || before === undefined) rmSync(path, { force: true })
        else writeWhole(path, before, MODES[end], 'replace')
      })
    }
  } catch (error) {
    for (const each of undo.reverse()) each()
    throw error
  }
}

const put = (path: string, text: string, mode: number, how: WriteMode): void => {
  try {
    writeWhole(path, text, mode, how)
  } catch (error) {
    if (!isTaken(error) || textAt(path) !== text) throw error
  }
}

const textAt = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST'
