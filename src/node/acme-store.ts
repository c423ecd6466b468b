/**
 * What an ACME server keeps, in a file: a line of JSON for every change, behind the others. The last line of a process that
 * was killed may be half a line, which is as if it had not been written. What was replaced is left out at the next start,
 * and when there is much of it.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { type AcmeRecords, type AcmeStore, memoryAcmeStore, RECORD_KINDS, type RecordKind } from '../acme/store.ts'
import { english } from '../explain/en/index.ts'
import { type FailureError, fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import { type Database, isBusy, openDatabase, sqliteProblem } from './sqlite.ts'

export interface AcmeFileStore extends AcmeStore {
  close(): void
}

/** `record` undefined: it was removed. */
interface Line {
  readonly kind: RecordKind
  readonly id: string
  readonly record?: AcmeRecords[RecordKind]
}

/**
 * Makes the file where there is none, for its owner alone; one process at a time has it. Throws `FailureError`:
 * `ca/damaged`, `ca/unusable`.
 */
export const acmeFileStore = (path: string): AcmeFileStore => {
  const release = onlyHere(path)
  try {
    return storeIn(path, release)
  } catch (error) {
    release()
    throw error
  }
}

/**
 * What two processes append to one file, and write anew, each loses. A lock of SQLite is the system's: it goes with the
 * process, however that ends. Throws `ca/unusable` where another process has it.
 */
const onlyHere = (path: string): (() => void) => {
  const beside = `${path}.lock`
  guarded(path, () => closeSync(openSync(beside, 'a', 0o600)))
  let lock: Database | undefined
  try {
    lock = openDatabase(beside)
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    const held = lock
    locks.add(held)
    return () => {
      locks.delete(held)
      held.close()
    }
  } catch (error) {
    lock?.close()
    const got = isBusy(error) ? 'is in use: another process serves this authority' : sqliteProblem(error)?.got
    if (got === undefined) throw error
    throw inWords(fail('ca/unusable', { where: path, got }), english, error)
  }
}

/** A database that nothing refers to is closed with the next collection of garbage, and its lock is gone: these are held. */
const locks = new Set<Database>()

const storeIn = (path: string, release: () => void): AcmeFileStore => {
  const known = memoryAcmeStore()
  const lines = reading(path).split('\n')
  // Behind the last line end there is nothing, or what was cut.
  for (const [i, text] of lines.slice(0, -1).entries()) apply(known, text, `${path}:${i + 1}`)
  const whole = (): string =>
    RECORD_KINDS.flatMap(kind => [...known.all(kind)].map(record => lineOf({ kind, id: record.id, record }))).join('')
  let file = guarded(path, () => rewritten(path, whole()))
  let most = guarded(path, () => room(fstatSync(file).size))
  const append = (line: Line): void =>
    guarded(path, () => {
      writeLine(file, lineOf(line))
      // An authorization is of use with its order alone, which is written behind it; what is gone may come back.
      if (line.record !== undefined && line.kind !== 'authorization') fdatasyncSync(file)
    })
  /** Clients decide how often something changes, and not how large the file is. */
  const shorten = (): void =>
    guarded(path, () => {
      if (fstatSync(file).size <= most) return
      const next = rewritten(path, whole())
      closeSync(file)
      file = next
      most = room(fstatSync(file).size)
    })
  return {
    read: (kind, id) => known.read(kind, id),
    all: kind => known.all(kind),
    write(kind, record) {
      append({ kind, id: record.id, record })
      known.write(kind, record)
      shorten()
    },
    remove(kind, id) {
      append({ kind, id })
      known.remove(kind, id)
      shorten()
    },
    close() {
      closeSync(file)
      release()
    },
  }
}

/** The line, or nothing of it: behind half of one the next would be none either. */
const writeLine = (file: number, line: string): void => {
  const { size } = fstatSync(file)
  const octets = Buffer.from(line)
  try {
    for (let at = 0; at < octets.length; ) at += writeSync(file, octets, at, octets.length - at, size + at)
  } catch (error) {
    ftruncateSync(file, size)
    throw error
  }
}

/** Octets that the file may have before it is written again, when it has so many that count: seldom, and not ten times. */
const room = (size: number): number => 2 * size + LEAST_ROOM
const LEAST_ROOM = 4 * 1024 * 1024

const lineOf = (line: Line): string => `${JSON.stringify(line)}\n`

/** Beside it first, and then in its place: whoever is killed meanwhile leaves the one or the other. */
const rewritten = (path: string, text: string): number => {
  const beside = `${path}.new`
  const file = openSync(beside, 'w', 0o600)
  writeFileSync(file, text)
  fdatasyncSync(file)
  renameSync(beside, path)
  return file
}

const reading = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw unusable(path, error)
  }
}

const apply = (known: AcmeStore, text: string, where: string): void => {
  const line = lineIn(text)
  if (line === undefined) throw inWords(fail('ca/damaged', { where, got: 'is no record of ACME' }), english)
  if (line.record === undefined) known.remove(line.kind, line.id)
  else known.write(line.kind, line.record)
}

const lineIn = (text: string): Line | undefined => {
  try {
    const line = JSON.parse(text) as Line
    const { kind, id, record } = line
    return RECORD_KINDS.includes(kind) && typeof id === 'string' && (record === undefined || record.id === id)
      ? line
      : undefined
  } catch {
    return undefined
  }
}

const guarded = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw unusable(path, error)
  }
}

const unusable = (where: string, error: unknown): FailureError => {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  return inWords(fail('ca/unusable', { where, got: code }), english)
}
