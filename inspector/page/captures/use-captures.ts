/** Captures as the page comes by them: named by its server, inside of it, or given by whoever looks at it. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { failureIn } from '../../../src/inspect/packed/packed.ts'
import type { Pieces } from '../../../src/inspect/pieces.ts'
import { fieldsOf, withLines } from '../../model/contents.ts'
import { LIVE } from '../../model/live.ts'
import { preparing } from '../../model/prepare.ts'
import type { Run } from '../../model/run.ts'
import { telling } from '../../model/told.ts'
import { type FileShelf, fileShelf, refusedShelf, Unreadable } from '../../sources/file/file.ts'
import type { Secrets } from '../../sources/file/said.ts'
import { servedShelf, Unanswered } from '../../sources/served.ts'
import { type Shelf, type SourceName, sourceOf } from '../../sources/shelf.ts'
import { writtenShelf } from '../../sources/written.ts'
import type { State } from '../state.ts'
import { sorted } from './files.ts'
import { capturePlaceOf } from './place.ts'
import type { Captures, Listing, Missing } from './types.ts'
import { useLive } from './use-live.ts'

/** Files that are open at once: each has a worker with its index. */
const MOST_FILES = 8
/** Conversations that stay open; one has up to 96 MB of records. */
const MOST_RUNS = 3

type Page = Pick<State, 'place' | 'runs' | 'go' | 'put' | 'drop' | 'say'>

export const useCaptures = (page: Page): Captures => {
  const source = useMemo(() => sourceOf(document), [])
  const shelf = useMemo(() => shelfOf(source), [source])
  const [all, setAll] = useState<readonly Listing[]>([])
  const [isListed, setListed] = useState(false)
  const live = useLive(source, page)
  const files = useFiles(page, setAll)
  const wanted = capturePlaceOf(page.place.run)
  const home = wanted === undefined || wanted.id === LIVE ? undefined : (files.shelves.current.get(wanted.id) ?? shelf)
  useEffect(() => {
    // Beside a run that goes on there are none.
    if (shelf === undefined || source === 'live') return
    void listed(shelf, setAll).finally(() => setListed(true))
  }, [shelf, source])
  useContents(home, wanted?.id, files.generation, setAll)
  const { opening, missing } = useRun(page, home, all, files.generation)
  return { all, isListed, secrets: files.secrets, live, opening, missing, give: files.give }
}

const shelfOf = (source: SourceName): Shelf | undefined =>
  source === 'engines' ? undefined : source === 'written' ? writtenShelf(document) : servedShelf

type SetAll = (change: (all: readonly Listing[]) => readonly Listing[]) => void

const listed = async (shelf: Shelf, setAll: SetAll): Promise<void> => {
  try {
    for await (const lines of shelf.list()) {
      const found = lines.map(fieldsOf).flatMap(({ id, name, began, command }): Listing[] => {
        if (typeof id !== 'string' || typeof name !== 'string') return []
        const title = typeof command === 'string' ? `${name} ${command}` : name
        return [{ id, name: title, isOwn: false, ...(typeof began === 'string' ? { date: began } : {}) }]
      })
      setAll(all => [...all, ...found.filter(({ id }) => all.every(each => each.id !== id))])
    }
  } catch {
    // The command is gone: whoever opens one is told.
  }
}

const changed = (setAll: SetAll, id: string, change: Partial<Listing>): void =>
  setAll(all =>
    all.some(each => each.id === id)
      ? all.map(each => (each.id === id ? { ...each, ...change } : each))
      : [...all, { id, name: id, isOwn: false, ...change }],
  )

/** Whatever keeps a capture from being shown. */
const missingFor = (error: unknown): Missing => {
  if (error instanceof Unanswered)
    return error.status === 404 ? { kind: 'not here' } : { kind: 'not served', status: error.status }
  if (error instanceof Unreadable) {
    const failure = failureIn(error.failure)
    return failure === undefined ? { kind: 'unreadable' } : { kind: 'failure', code: failure.code }
  }
  throw error
}

interface Files {
  readonly shelves: { readonly current: ReadonlyMap<string, FileShelf> }
  /** Another when a file is read anew. */
  readonly generation: number
  readonly secrets: Secrets
  give(files: readonly File[]): void
}

const useFiles = (page: Page, setAll: SetAll): Files => {
  const shelves = useRef(new Map<string, FileShelf>())
  const given = useRef(new Map<string, File>())
  const secrets = useRef<Secrets>({ keyLogs: [], privateKeys: [] })
  const number = useRef(0)
  const [generation, setGeneration] = useState(0)
  const privacy = page.place.own.private === 'shown' ? 'shown' : 'starred'
  const open = (id: string, file: File): void => {
    shelves.current.get(id)?.close()
    const progress = (part: number): void => changed(setAll, id, { progress: part })
    shelves.current.set(id, fileShelf({ file, secrets: secrets.current, privacy }, progress))
    changed(setAll, id, { name: file.name, size: file.size, isOwn: true, contents: undefined, missing: undefined })
  }
  const again = (): void => {
    for (const [id, file] of given.current) {
      open(id, file)
      page.drop(run => capturePlaceOf(run.id)?.id === id)
    }
    setGeneration(before => before + 1)
  }
  // With what is private or without: the records are others.
  useEffect(() => {
    if (given.current.size > 0) again()
  }, [privacy])
  const give = async (files: readonly File[]): Promise<void> => {
    const { captures, keyLogs, privateKeys, refused } = await sorted(files)
    const { current: before } = secrets
    secrets.current = {
      keyLogs: [...before.keyLogs, ...keyLogs],
      privateKeys: [...before.privateKeys, ...privateKeys],
    }
    if (keyLogs.length + privateKeys.length > 0) again()
    let first: string | undefined
    for (const [file, failure] of refused) {
      const id = `file${++number.current}`
      first = id
      shelves.current.set(id, refusedShelf(failure))
      changed(setAll, id, { name: file.name, isOwn: true })
    }
    for (const file of captures) {
      const id = `file${++number.current}`
      first ??= id
      given.current.set(id, file)
      open(id, file)
      const [oldest] = given.current.keys()
      if (given.current.size <= MOST_FILES || oldest === undefined) continue
      given.current.delete(oldest)
      shelves.current.get(oldest)?.close()
      shelves.current.delete(oldest)
      setAll(all => all.filter(each => each.id !== oldest))
    }
    setGeneration(before => before + 1)
    if (first !== undefined)
      page.go({
        page: 'exchange',
        run: first,
        sel: undefined,
        field: undefined,
        at: undefined,
        to: undefined,
        filter: '',
      })
  }
  return { shelves, generation, secrets: secrets.current, give: files => void give(files) }
}

/** What is in the capture that the address names, read when it is first asked for. */
const useContents = (home: Shelf | undefined, id: string | undefined, generation: number, setAll: SetAll): void => {
  useEffect(() => {
    if (home === undefined || id === undefined) return
    let isWanted = true
    const read = async (): Promise<void> => {
      try {
        let contents: Listing['contents']
        for await (const lines of home.contents(id)) {
          if (!isWanted) return
          contents = withLines(contents, lines)
          changed(setAll, id, { contents, progress: undefined })
        }
      } catch (error) {
        if (isWanted) changed(setAll, id, { missing: missingFor(error), progress: undefined })
      }
    }
    void read()
    return () => {
      isWanted = false
    }
  }, [home, id, generation, setAll])
}

interface Opened {
  readonly opening: number | undefined
  readonly missing: Missing | undefined
}

/** The conversation that the address names, read when somebody goes there. */
const useRun = (page: Page, home: Shelf | undefined, all: readonly Listing[], generation: number): Opened => {
  const [opened, setOpened] = useState<Opened>(NOTHING)
  const { place, runs } = page
  const wanted = capturePlaceOf(place.run)
  const { id, number } = wanted ?? {}
  const isThere = runs.some(run => run.id === place.run)
  const name = all.find(each => each.id === id)?.name ?? id ?? ''
  const latest = useRef({ page, name })
  latest.current = { page, name }
  useEffect(() => {
    if (isThere || id === undefined || number === undefined || id === LIVE) return
    if (home === undefined) {
      setOpened({ opening: undefined, missing: { kind: 'not here' } })
      return
    }
    let isWanted = true
    const runId = `${id}/${number}`
    const read = async (): Promise<void> => {
      const told = telling({ id: runId, file: latest.current.name, conversation: number })
      for await (const lines of home.conversation(id, number)) {
        if (!isWanted) return
        told.take(lines)
        setOpened({ opening: told.count, missing: undefined })
      }
      const run = told.run()
      if (run === undefined) setOpened({ opening: undefined, missing: { kind: 'no conversation' } })
      else {
        const named = { ...run, name: `${latest.current.name} ${number}` }
        const { layer, view } = latest.current.page.place
        await unhurried(preparing(named, { grain: layer, view }))
        if (!isWanted) return
        const { drop, put, runs: open } = latest.current.page
        forgetting(open, drop)
        put(named)
        setOpened(NOTHING)
      }
    }
    setOpened({ opening: 0, missing: undefined })
    read().catch((error: unknown) => {
      if (isWanted) setOpened({ opening: undefined, missing: missingFor(error) })
    })
    return () => {
      isWanted = false
    }
  }, [home, id, number, isThere, generation])
  return isThere || number === undefined ? NOTHING : opened
}

/** Milliseconds of work that nobody notices. */
const TURN = 30

/** Does all of it, and lets the page answer in between. */
const unhurried = async (work: Pieces<void>): Promise<void> => {
  let since = performance.now()
  for (const _ of work) {
    if (performance.now() - since < TURN) continue
    await new Promise(resolve => setTimeout(resolve))
    since = performance.now()
  }
}

const NOTHING: Opened = { opening: undefined, missing: undefined }

/** Those that were open longest make room. */
const forgetting = (runs: readonly Run[], drop: State['drop']): void => {
  const read = runs.filter(({ origin }) => origin.kind === 'file')
  const old = new Set(read.slice(0, Math.max(0, read.length - MOST_RUNS + 1)).map(({ id }) => id))
  if (old.size > 0) drop(({ id }) => old.has(id))
}
