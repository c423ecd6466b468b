/** The captures that a page can open: the one that was named, and the runs that are kept. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { contentsLines, conversationLines } from '../../inspect/packed/capture-lines.ts'
import type { FileSource } from '../../node/file-source.ts'
import type { Shelf } from '../../node/inspector/server.ts'
import type { KeptRun } from '../../node/runs.ts'
import { type GivenKeys, type Look, lookInto } from '../actions/inspect/look.ts'
import { jsonOfRun } from '../actions/inspect/runs.ts'
import { runsOf } from '../actions/inspect/target.ts'
import type { Privacy } from '../command.ts'
import type { Io } from '../io.ts'

export interface ShelfOptions {
  readonly env: Io['env']
  readonly privacy: Privacy
  readonly keys?: GivenKeys | undefined
  /** The capture that the page is about. */
  readonly given?: { readonly name: string; look(): Look } | undefined
}

/** Its id: no run is called so. */
export const GIVEN = 'given'

/** Runs that were looked at last; of each its file is in memory, which is at most 4 MB. */
const MOST_OPEN = 4

export const shelfOf = ({ env, privacy, keys, given }: ShelfOptions): Shelf => {
  const open = new Map<string, Look>()
  const kept = (id: string): Look | undefined => {
    const run = runsOf(env).find(each => idOf(each) === id)
    if (run === undefined) return undefined
    const known = open.get(id) ?? lookInto(heldFile(run.path), { label: `@${run.number}`, run, ...(keys ?? NO_KEYS) })
    open.delete(id)
    open.set(id, known)
    if (open.size > MOST_OPEN) open.delete(open.keys().next().value!)
    return known
  }
  const look = (id: string): Look | undefined => (id === GIVEN ? given?.look() : kept(id))
  return {
    *list() {
      if (given !== undefined) yield { v: 1, type: 'file', id: GIVEN, name: given.name }
      for (const run of runsOf(env)) {
        // Where it lies is nothing that a page needs.
        const { path: _, ...told } = jsonOfRun(run)
        yield { v: 1, ...told, id: idOf(run) }
      }
    },
    contents(id) {
      const found = look(id)
      return found && contentsLines(found)
    },
    conversation(id, number) {
      const found = look(id)
      const conversation = found?.capture.conversations[number - 1]
      return found && conversation && conversationLines(found, conversation, privacy)
    },
  }
}

const NO_KEYS: GivenKeys = { keyLogs: [], privateKeys: [] }

/** Stays the same while others are kept and forgotten, as their numbers do not. */
const idOf = ({ path }: KeptRun): string => basename(path, '.pcapng')

const heldFile = (path: string): FileSource => {
  const bytes = new Uint8Array(readFileSync(path))
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end), close() {} }
}
