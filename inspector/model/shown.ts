/** What of a ladder is shown: up to a time, and what a filter means. */

import { isFailure } from '../../src/failures/index.ts'
import { headerOf } from '../../src/inspect/exchanges.ts'
import { filterOf } from '../../src/inspect/filter/filter.ts'
import type { Grain } from '../../src/inspect/ladder.ts'
import { type Pieces, whole } from '../../src/inspect/pieces.ts'
import type { MessageRecord, Range } from '../../src/trace/types.ts'
import { liesIn, type Row, rowsInPieces, rowsOf } from './rows.ts'
import type { Run } from './run.ts'
import { type Scene, sceneOf } from './scene.ts'
import { evidenceOf, troubleOf } from './trouble.ts'

export interface Ladder {
  readonly list: readonly Row[]
  /** Where the row of a message is; -1 where it has none here. */
  indexOf(id: number): number
  /** Rows that come later than the scrubber stands. */
  readonly later: number
  /** Rows that the filter leaves out. */
  readonly leftOut: number
  readonly scene: Scene
}

/** Whose ladder, and how finely. */
export interface Look {
  readonly grain: Grain
  readonly view: 'client' | 'server' | 'ear' | 'middle'
}

/**
 * `view`: the server's rows are those that it saw itself; whoever listens has what the client's wire carried. The same for
 * the same scene, until another is asked for: each may have a hundred thousand rows.
 */
export const ladderOf = (scene: Scene, look: Look): Ladder => whole(ladderInPieces(scene, look))

export function* ladderInPieces(scene: Scene, { grain, view }: Look): Pieces<Ladder> {
  const known = LADDERS.get(scene)
  if (known !== undefined && known.look.grain === grain && known.look.view === view) return known.ladder
  const { client, server } = scene.run.parties
  const rows = yield* rowsInPieces(scene, grain, view === 'server' ? (server.host ?? client.host) : client.host)
  const ladder = { list: rows.list, indexOf: rows.indexOf, later: 0, leftOut: 0, scene }
  LADDERS.set(scene, { look: { grain, view }, ladder })
  return ladder
}

const LADDERS = new WeakMap<Scene, { readonly look: Look; readonly ladder: Ladder }>()

export interface Wanted {
  /** Milliseconds; undefined: all of it. */
  readonly to: number | undefined
  /** Words that a row must have, a place such as `#16`, or a filter of `barewire inspect`: `tls.alert and not tcp.rst`. */
  readonly text: string
}

/** `textOf`: what a row says, in the language of whoever types. */
export const filtered = (ladder: Ladder, { to, text }: Wanted, textOf: (row: Row) => string): Ladder => {
  const inTime = to === undefined ? ladder.list : ladder.list.filter(({ at }) => at <= to)
  const means = meaning(ladder.scene, text.trim(), textOf)
  const list = means === undefined ? inTime : inTime.filter(means)
  if (list === ladder.list) return ladder
  const places = new Map(list.map((row, i) => [row.id, i]))
  return {
    list,
    indexOf(id) {
      const row = ladder.list[ladder.indexOf(id)]
      return row === undefined ? -1 : (places.get(row.id) ?? -1)
    },
    later: ladder.list.length - inTime.length,
    leftOut: inTime.length - list.length,
    scene: ladder.scene,
  }
}

const meaning = (scene: Scene, text: string, textOf: (row: Row) => string): ((row: Row) => boolean) | undefined => {
  if (text === '' || text.startsWith('#')) return undefined
  const filter = EXPRESSION.test(text) ? filterOf(text) : undefined
  if (filter !== undefined && !isFailure(filter)) {
    const found = filter.matching(scene.run.records)
    return ({ id }) => found.has(id)
  }
  const words = text.toLowerCase().split(/\s+/)
  return row => {
    const said = textOf(row).toLowerCase()
    return words.every(word => said.includes(word))
  }
}

/** A word of a filter: it names a layer and a field, or joins two. */
const EXPRESSION = /^\(*(?:not )?[a-z]+(?:\.[\w-]+)+|[=<>]/

/** The message that is called by this number at a grain: `frame 16`; for messages their place in the list. */
export const numbered = (run: Run, grain: Grain, number: number): number | undefined => {
  const scene = sceneOf(run)
  const { list } = rowsOf(scene, grain)
  const named = list.find(({ title }) => title.kind === 'number' && title.number === number)
  return named?.id ?? (grain === 'messages' || grain === 'requests' ? list[number - 1]?.id : undefined)
}

/** The row of a message, or of what it lies in where it has none of its own here; -1 where neither has. */
export const rowAround = (ladder: Ladder, message: MessageRecord): number => {
  const lies = liesIn(ladder.scene)
  let at: MessageRecord | undefined = message
  for (let depth = 0; at !== undefined && depth < DEEPEST; depth++) {
    const row = ladder.indexOf(at.id)
    if (row >= 0) return row
    at = lies.around(at)
  }
  return -1
}
/** Message, record, segment, packet, frame. */
const DEEPEST = 8

/** What is open before anybody has chosen: the bytes that show the failure, or the request that is known by a cookie. */
export const chosenAtFirst = (scene: Scene): First | undefined => {
  const known = FIRSTS.get(scene)
  if (known !== undefined) return known
  const first = firstOf(scene)
  if (first !== undefined) FIRSTS.set(scene, first)
  return first
}

interface First {
  readonly id: number
  readonly range?: Range
}

/** Asked at every drawing, and it may read a hundred thousand heads. */
const FIRSTS = new WeakMap<Scene, First>()

const firstOf = (scene: Scene): First | undefined => {
  const trouble = troubleOf(scene)
  const evidence = trouble === undefined ? undefined : evidenceOf(trouble, scene)
  if (evidence !== undefined) return { id: evidence.message.id, range: { start: evidence.start, end: evidence.end } }
  const heads = scene.own.filter(({ layer }) => layer === 'http')
  const known = heads.findLast(head => headerOf(head, 'cookie') !== undefined) ?? heads[0]
  const first = (wanted: MessageRecord['layer']): MessageRecord | undefined =>
    scene.own.find(({ layer }) => layer === wanted)
  const message = known ?? first('tls') ?? first('dns') ?? scene.own[0]
  return message && { id: message.id }
}
