/**
 * What became different from one run to another, row by row as the client saw both: what is as before is counted, what did
 * not happen, what is new and what is changed is told.
 */

import type { DiffWords } from '../../src/explain/diff.ts'
import { cellTexts } from '../../src/inspect/compare/text.ts'
import type { Comparison, Each } from '../../src/inspect/compare/types.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import { type Aligned, aligned } from './alignment.ts'
import { type Row, rowsOf } from './rows.ts'
import type { Scene } from './scene.ts'

/** A field that both have and that says something else. */
export interface FieldChange {
  readonly field: string
  readonly before: string
  readonly after: string
}

export type DifferenceRow =
  | { readonly kind: 'same'; readonly count: number }
  | { readonly kind: 'gone' | 'new'; readonly row: Row }
  | { readonly kind: 'changed'; readonly row: Row; readonly was: Row; readonly fields: readonly FieldChange[] }

/** `comparison`: of the fields of both, where it is known already. */
export const differenceOf = (
  before: Scene,
  after: Scene,
  comparison: Comparison | undefined,
  words: DiffWords,
): readonly DifferenceRow[] => {
  const rows = { A: rowsOf(before, 'messages').list, B: rowsOf(after, 'messages').list }
  const fields = fieldsBy(comparison, after, words)
  const found: DifferenceRow[] = []
  let same = 0
  let block: Differing[] = []
  const flush = (): void => {
    found.push(...block.toSorted((a, b) => a.row.at - b.row.at || ORDER[a.kind] - ORDER[b.kind]))
    if (same > 0) found.push({ kind: 'same', count: same })
    same = 0
    block = []
  }
  for (const pair of aligned(rows.A, rows.B, keyOf)) {
    const row = differing(pair, fields)
    if (row !== undefined && same > 0) flush()
    if (row === undefined) same++
    else block.push(row)
  }
  flush()
  return found
}

type Differing = Exclude<DifferenceRow, { kind: 'same' }>

/** At one moment: what came instead stands before what did not come. */
const ORDER: Readonly<Record<Differing['kind'], number>> = { changed: 0, new: 1, gone: 2 }

const differing = (pair: Aligned<Row>, fields: ReadonlyMap<number, readonly FieldChange[]>): Differing | undefined => {
  if (pair.kind === 'gone') return { kind: 'gone', row: pair.before }
  if (pair.kind === 'new') return { kind: 'new', row: pair.after }
  const { before: was, after: row } = pair
  const own = fields.get(row.id) ?? []
  const isSame =
    own.length === 0 &&
    row.sealed === was.sealed &&
    row.lost === was.lost &&
    row.ok === was.ok &&
    row.folded === was.folded &&
    row.problem === was.problem &&
    JSON.stringify(row.says) === JSON.stringify(was.says)
  return isSame ? undefined : { kind: 'changed', row, was, fields: own }
}

/** What makes two rows the same message: who said it, what it is called, and whether it was said before. */
const keyOf = ({ direction, title, again }: Row): string => JSON.stringify([direction, title, again !== undefined])

/** What differs in the fields of a message, by the id that it has in `after`. */
const fieldsBy = (
  comparison: Comparison | undefined,
  after: Scene,
  words: DiffWords,
): ReadonlyMap<number, readonly FieldChange[]> => {
  const found = new Map<number, FieldChange[]>()
  for (const { part, field, cells } of comparison?.differences ?? []) {
    const message = messageOf(part, after.own)
    if (message === undefined) continue
    const { A, B }: Each<string> = cellTexts({ cells }, words)
    const list = found.get(message.id)
    const change = { field, before: A, after: B }
    if (list === undefined) found.set(message.id, [change])
    else list.push(change)
  }
  return found
}

/** The message that a part of a comparison is about: `ClientHello`, `answer 2`, `client Certificate`. */
const messageOf = (part: string, own: readonly MessageRecord[]): MessageRecord | undefined => {
  const [, what, number] = /^(request|answer)(?: (\d+))?$/.exec(part) ?? []
  if (what !== undefined) {
    const direction = what === 'request' ? 'out' : 'in'
    const heads = own.filter(
      ({ layer, direction: way, name }) => layer === 'http' && way === direction && !/^1\d\d\b/.test(name),
    )
    return heads[Number(number ?? 1) - 1]
  }
  if (part === 'TCP') return own.find(({ layer, name }) => layer === 'tcp' && name === 'SYN')
  const ofClient = part.startsWith('client ') || part === 'ClientHello'
  const name = part.replace(/^client /, '')
  return own.find(each => each.layer === 'tls' && each.name === name && (each.direction === 'out') === ofClient)
}
