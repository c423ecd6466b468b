/**
 * A root into the stores of a machine, and out again. What is done is written down before it is done, with what undoes it:
 * it can be undone when the root has long been replaced, or when the process was stopped in between.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { english } from '../explain/en/index.ts'
import { quoted } from '../explain/steps.ts'
import { FailureError, fail } from '../failures/index.ts'
import { inWords } from '../net/told.ts'
import type { Store, StoreStep } from './ca-stores.ts'
import { writeWhole } from './whole-file.ts'

/** What was done, in order. */
interface Deed {
  readonly what: string
  readonly undo: readonly StoreStep[]
}

const receiptIn = (home: string): string => join(home, 'installed.json')

/** What `uninstall` would undo, the last first. Throws `ca/damaged` for a receipt that cannot be read. */
export const installedIn = (home: string): readonly Deed[] => {
  const path = receiptIn(home)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  try {
    const deeds: unknown = JSON.parse(text)
    if (Array.isArray(deeds) && deeds.every(isDeed)) return deeds.toReversed()
  } catch {
    // Told below.
  }
  throw inWords(fail('ca/damaged', { where: path, got: 'is no list of what was installed', expected: path }), english)
}

const isDeed = (value: unknown): value is Deed =>
  typeof value === 'object' && value !== null && 'what' in value && 'undo' in value && Array.isArray(value.undo)

/** Throws `FailureError` `ca/store` for a store that does not take it; what was done to that one is undone. */
export const install = (home: string, { what, add, undo }: Store): void => {
  const before = installedIn(home).toReversed()
  // In once is enough.
  if (before.some(deed => deed.what === what && JSON.stringify(deed.undo) === JSON.stringify(undo))) return
  record(home, [...before, { what, undo }])
  try {
    for (const step of add) carryOut(what, step)
  } catch (error) {
    for (const step of undo) attempt(what, step)
    record(home, before)
    throw error
  }
}

/** Undoes one deed; what somebody else took out before is out. Throws `FailureError` `ca/store`. */
export const uninstall = (home: string, deed: Deed): void => {
  for (const step of deed.undo) carryOut(deed.what, step)
  const text = JSON.stringify(deed)
  record(
    home,
    installedIn(home)
      .toReversed()
      .filter(each => JSON.stringify(each) !== text),
  )
}

const record = (home: string, deeds: readonly Deed[]): void => {
  if (deeds.length === 0) rmSync(receiptIn(home), { force: true })
  else writeWhole(receiptIn(home), `${JSON.stringify(deeds, undefined, 2)}\n`, 0o600, 'replace')
}

/** Stores are asked for their work at most so long: a Java needs two seconds on a slow machine. */
const PATIENCE = 120_000

const carryOut = (where: string, step: StoreStep): void => {
  if ('copy' in step) copyFileSync(step.copy, step.to)
  else if ('remove' in step) rmSync(step.remove, { force: true })
  else if (step.where === undefined || statusOf(where, step.where) === 0) {
    const status = statusOf(where, step.run)
    if (status !== 0) throw refused(where, step.run, `${step.run[0]} ended with ${status}`)
  }
}

/** How it ended; null for a signal. Throws `ca/store` for a program that cannot be run. */
const statusOf = (where: string, words: readonly string[]): number | null => {
  const path = [process.env.PATH, '/usr/sbin', '/sbin'].filter(each => each !== undefined).join(':')
  const env = process.platform === 'win32' ? process.env : { ...process.env, PATH: path }
  const { status, error } = spawnSync(words[0]!, words.slice(1), { stdio: 'ignore', timeout: PATIENCE, env })
  if (error !== undefined) throw refused(where, words, `${words[0]} cannot be run`)
  return status
}

const refused = (where: string, words: readonly string[], got: string): FailureError =>
  inWords(fail('ca/store', { where, got, expected: words.map(quoted).join(' ') }), english)

const attempt = (where: string, step: StoreStep): void => {
  try {
    carryOut(where, step)
  } catch (error) {
    if (!(error instanceof FailureError)) throw error
  }
}
