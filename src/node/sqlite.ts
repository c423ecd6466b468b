/**
 * SQLite, as far as it is used here: Node's own from 22.13 on, and before that the package that has the same interface.
 * Its binaries come inside its tarball, so that nothing is fetched from anywhere else at installation.
 */
import { createRequire } from 'node:module'

export type Cell = string | number | null | Uint8Array
export type Row = Readonly<Record<string, Cell>>

export interface Statement {
  run(...values: readonly Cell[]): unknown
  get(...values: readonly Cell[]): Row | undefined
  all(...values: readonly Cell[]): readonly Row[]
}

export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

interface Sqlite {
  readonly DatabaseSync: new (path: string) => Database
}

const require = createRequire(import.meta.url)
let found: Sqlite | undefined

/** Throws the error of the module loader when this Node has none and the package is not there. */
export const openDatabase = (path: string): Database => {
  found ??= quietly(() => optional('node:sqlite')) ?? (require('@photostructure/sqlite') as Sqlite)
  return new found.DatabaseSync(path)
}

const optional = (name: string): Sqlite | undefined => {
  try {
    return require(name) as Sqlite
  } catch {
    return undefined
  }
}

/** Node says on standard error that its SQLite is experimental. What is used of it here is not. */
const quietly = <T>(load: () => T): T => {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Numbers of https://sqlite.org/rescode.html, the primary ones. */
const CODES: Readonly<Record<number, string>> = {
  3: 'cannot be read or written by this user',
  5: 'is in use by another program for too long',
  6: 'is in use by another program for too long',
  8: 'lies where nothing can be written',
  10: 'cannot be read or written: the disk answers with an error',
  13: 'cannot be written, the disk is full',
  14: 'cannot be opened',
}

/** What went wrong with a file of SQLite; undefined for errors of others. */
export const sqliteProblem = (
  error: unknown,
): { readonly kind: 'damaged' | 'unusable'; readonly got: string } | undefined => {
  if (!(error instanceof Error)) return undefined
  const { code } = error as Error & { readonly code?: unknown }
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED')
    return { kind: 'unusable', got: 'needs SQLite: Node 22.13, or npm install @photostructure/sqlite@1' }
  const primary = primaryOf(error)
  if (primary === undefined) return undefined
  const got = CODES[primary]
  if (got !== undefined) return { kind: 'unusable', got }
  return { kind: 'damaged', got: primary === 26 ? 'is no database' : `is damaged (SQLite ${primary})` }
}

/** Another connection has what this one wanted for itself. */
export const isBusy = (error: unknown): boolean => error instanceof Error && primaryOf(error) === BUSY

const BUSY = 5

const primaryOf = (error: Error): number | undefined => {
  const { errcode } = error as Error & { readonly errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}
