/**
 * The inventory of an authority in a file of SQLite. Every call is a transaction that is on the disk when it returns; other
 * processes may work on the same file, and one that is killed leaves it as it was before or after, never between.
 */
import { closeSync, linkSync, openSync, rmSync } from 'node:fs'
import {
  type EntryFilter,
  type Inventory,
  type InventoryEntry,
  type Reservation,
  type Revocation,
  revocationReason,
} from '../ca/inventory.ts'
import { digestOf, type LogEntry, type LogLine, nextEntry } from '../ca/log.ts'
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Bytes, Millis } from '../engine.ts'
import { english } from '../explain/en/index.ts'
import { type FailureError, fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import { INVENTORY_TABLES, INVENTORY_VERSION } from './ca-inventory.table.ts'
import { type Cell, type Database, openDatabase, type Row, sqliteProblem } from './sqlite.ts'
import { besideOf } from './whole-file.ts'

export interface InventoryFile extends Inventory {
  close(): void
}

/** How long a call waits for another process that writes; each holds the file for some milliseconds. */
const PATIENCE: Millis = 10_000

/** An inventory with nothing in it. False when there is a file already; it appears whole or not at all. */
export const makeInventory = (path: string): boolean =>
  guarded(path, () => {
    const beside = besideOf(path)
    try {
      // Whoever reads it learns for whom certificates were made: nobody else's business.
      closeSync(openSync(beside, 'wx', 0o600))
      const database = openDatabase(beside)
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      database.exec(`BEGIN;${INVENTORY_TABLES}COMMIT`)
      database.close()
      linkSync(beside, path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      return false
    } finally {
      for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${beside}${end}`, { force: true })
    }
  })

/** Throws `FailureError`: `ca/damaged` for a file that is no inventory, `ca/unusable` for one that cannot be worked with. */
export const openInventory = (path: string, crypto: CryptoProvider): InventoryFile =>
  guarded(path, () => {
    const database = openDatabase(path)
    try {
      database.exec(`PRAGMA busy_timeout = ${PATIENCE}; PRAGMA synchronous = FULL`)
      const version = database.prepare('PRAGMA user_version').get()?.user_version
      if (version !== INVENTORY_VERSION) throw wrongVersion(path, Number(version))
      return new SqliteInventory(database, path, crypto)
    } catch (error) {
      database.close()
      throw error
    }
  })

const wrongVersion = (where: string, version: number): FailureError =>
  version > INVENTORY_VERSION
    ? inWords(fail('ca/unusable', { where, got: 'was written by a newer version of this program' }), english)
    : inWords(fail('ca/damaged', { where, got: 'is no inventory' }), english)

const guarded = <T>(where: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    const problem = sqliteProblem(error)
    if (problem === undefined) throw error
    throw inWords(fail(`ca/${problem.kind}`, { where, got: problem.got }), english, error)
  }
}

const COLUMNS =
  'serial, issuer, subject, names, profile, not_before, not_after, key, asked_by, asked_at, certificate, revoked_at, reason'

const STATES: Readonly<Record<NonNullable<EntryFilter['state']>, string>> = {
  waiting: 'certificate IS NULL AND revoked_at IS NULL',
  issued: 'certificate IS NOT NULL AND revoked_at IS NULL',
  revoked: 'revoked_at IS NOT NULL',
}

class SqliteInventory implements InventoryFile {
  readonly #database: Database
  readonly #path: string
  readonly #crypto: CryptoProvider

  constructor(database: Database, path: string, crypto: CryptoProvider) {
    this.#database = database
    this.#path = path
    this.#crypto = crypto
  }

  reserve(reservation: Reservation): boolean {
    const { serial, at, by, issuer } = reservation
    return this.#writing(() => {
      if (this.#get('SELECT 1 AS found FROM certificate WHERE serial = ?', serial) !== undefined) return false
      this.#insert(reservation, null)
      this.#log({ at, what: 'reserved', serial, by, detail: issuer })
      return true
    })
  }

  adopt(reservation: Reservation, certificate: Bytes): boolean {
    const { serial, at, by } = reservation
    return this.#writing(() => {
      if (this.#get('SELECT 1 AS found FROM certificate WHERE serial = ?', serial) !== undefined) return false
      this.#insert(reservation, certificate)
      this.#log({ at, what: 'taken-over', serial, by, detail: digestOf(certificate, this.#crypto) })
      return true
    })
  }

  issued(serial: string, certificate: Bytes, at: Millis): void {
    this.#writing(() => {
      const row = this.#get('SELECT asked_by, certificate FROM certificate WHERE serial = ?', serial)
      if (row === undefined || row.certificate !== null)
        throw new RangeError(`no signature was asked for under the serial number ${serial}`)
      this.#run('UPDATE certificate SET certificate = ? WHERE serial = ?', certificate, serial)
      const by = String(row.asked_by)
      this.#log({ at, what: 'issued', serial, by, detail: digestOf(certificate, this.#crypto) })
    })
  }

  revoke(serial: string, { at, reason }: Revocation, by: string): 'revoked' | 'already' | 'unknown' {
    return this.#writing(() => {
      const row = this.#get('SELECT revoked_at FROM certificate WHERE serial = ?', serial)
      if (row === undefined) return 'unknown'
      if (row.revoked_at !== null) return 'already'
      this.#run('UPDATE certificate SET revoked_at = ?, reason = ? WHERE serial = ?', at, reason, serial)
      this.#log({ at, what: 'revoked', serial, by, detail: reason })
      return 'revoked'
    })
  }

  find(serial: string): InventoryEntry | undefined {
    return guarded(this.#path, () => {
      const row = this.#get(`SELECT ${COLUMNS} FROM certificate WHERE serial = ?`, serial)
      return row === undefined ? undefined : entryOf(row)
    })
  }

  entries({ issuer, state }: EntryFilter = {}): readonly InventoryEntry[] {
    const where = [issuer === undefined ? 'TRUE' : 'issuer = ?', state === undefined ? 'TRUE' : STATES[state]]
    const sql = `SELECT ${COLUMNS} FROM certificate WHERE ${where.join(' AND ')} ORDER BY number`
    return this.#all(sql, ...(issuer === undefined ? [] : [issuer])).map(entryOf)
  }

  nextListNumber(issuer: string, at: Millis): number {
    return this.#writing(() => {
      const number = Number(this.#get('SELECT number FROM list WHERE issuer = ?', issuer)?.number ?? 0) + 1
      if (number === 1) this.#run('INSERT INTO list (issuer, number) VALUES (?, 1)', issuer)
      else this.#run('UPDATE list SET number = ? WHERE issuer = ?', number, issuer)
      this.#log({ at, what: 'listed', serial: '', by: issuer, detail: `${number}` })
      return number
    })
  }

  log(): readonly LogEntry[] {
    return this.#all('SELECT number, at, what, serial, by, detail, digest FROM log ORDER BY number').map(logEntryOf)
  }

  close(): void {
    this.#database.close()
  }

  #insert({ names, ...rest }: Reservation, certificate: Bytes | null): void {
    const { serial, issuer, subject, profile, notBefore, notAfter, key, by, at } = rest
    const values = [serial, issuer, subject, JSON.stringify(names), profile, notBefore, notAfter, key, by, at]
    const sql = `INSERT INTO certificate (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)`
    this.#run(sql, ...values, certificate)
  }

  #log(line: LogLine): void {
    const last = this.#get('SELECT number, at, what, serial, by, detail, digest FROM log ORDER BY number DESC LIMIT 1')
    const entry = nextEntry(this.#crypto, last && logEntryOf(last), line)
    const { number, at, what, serial, by, detail, digest } = entry
    const sql = 'INSERT INTO log (number, at, what, serial, by, detail, digest) VALUES (?, ?, ?, ?, ?, ?, ?)'
    this.#run(sql, number, at, what, serial, by, detail, digest)
  }

  /** The lock is taken at once: what is read before writing is not read by another process that is about to write too. */
  #writing<T>(work: () => T): T {
    return guarded(this.#path, () => {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        this.#database.exec('COMMIT')
        return result
      } catch (error) {
        this.#database.exec('ROLLBACK')
        throw error
      }
    })
  }

  #run(sql: string, ...values: readonly Cell[]): void {
    this.#database.prepare(sql).run(...values)
  }

  #get(sql: string, ...values: readonly Cell[]): Row | undefined {
    return this.#database.prepare(sql).get(...values)
  }

  #all(sql: string, ...values: readonly Cell[]): readonly Row[] {
    return guarded(this.#path, () => this.#database.prepare(sql).all(...values))
  }
}

const entryOf = (row: Row): InventoryEntry => ({
  serial: String(row.serial),
  issuer: String(row.issuer),
  subject: String(row.subject),
  names: JSON.parse(String(row.names)) as readonly string[],
  profile: String(row.profile),
  notBefore: Number(row.not_before),
  notAfter: Number(row.not_after),
  key: String(row.key),
  by: String(row.asked_by),
  at: Number(row.asked_at),
  certificate: row.certificate instanceof Uint8Array ? row.certificate : undefined,
  revocation:
    row.revoked_at === null
      ? undefined
      : { at: Number(row.revoked_at), reason: revocationReason(String(row.reason)) ?? 'unspecified' },
})

const logEntryOf = (row: Row): LogEntry => ({
  number: Number(row.number),
  at: Number(row.at),
  what: String(row.what) as LogEntry['what'],
  serial: String(row.serial),
  by: String(row.by),
  detail: String(row.detail),
  digest: String(row.digest),
})
