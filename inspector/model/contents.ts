/** What is in a capture, from the lines that a shelf says of it: `src/inspect/packed/capture-lines.ts`. */
import { failures } from '../../src/failures/index.ts'
import type { FailureCode } from '../../src/failures/table.ts'

export interface EndSeen {
  readonly address: string
  readonly port: number
}

/** A conversation as it is listed. */
export interface ListedRow {
  readonly id: number
  readonly client: EndSeen
  readonly server: EndSeen
  readonly spoken: string
  /** Undefined where nobody can tell. */
  readonly ok: boolean | undefined
  readonly what: readonly string[]
  readonly reading: string | undefined
  readonly why: string | undefined
  /** Milliseconds. */
  readonly took: number
  readonly secrets: { readonly used: number; readonly missing: number }
  /** Still going on. */
  readonly open?: boolean | undefined
}

export interface Contents {
  readonly frames: number
  /** Milliseconds. */
  readonly duration: number
  /** As ISO 8601 has it. */
  readonly start: string | undefined
  /** Of all, listed or not. */
  readonly conversations: number
  readonly damage: readonly FailureCode[]
  /** By their numbers. */
  readonly rows: readonly ListedRow[]
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : [])
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

const endOf = (value: unknown): EndSeen => {
  const { address, port } = fieldsOf(value)
  return { address: text(address), port: number(port) }
}

/** `contents` with what these lines say; what they repeat is said anew. Lines of other kinds say nothing here. */
export const withLines = (before: Contents | undefined, lines: readonly unknown[]): Contents | undefined => {
  let contents = before
  let rows: ListedRow[] | undefined
  for (const line of lines.map(fieldsOf)) {
    if (line.type === 'contents') contents = headOf(line)
    if (line.type !== 'conversation' || contents === undefined) continue
    const row = rowOf(line)
    rows ??= [...contents.rows]
    // In the order of their numbers, from which some may be missing.
    if (row.id > (rows.at(-1)?.id ?? 0)) rows.push(row)
    else {
      const at = rows[row.id - 1]?.id === row.id ? row.id - 1 : rows.findIndex(({ id }) => id === row.id)
      if (at >= 0) rows[at] = row
    }
  }
  return contents === undefined || rows === undefined ? contents : { ...contents, rows }
}

const headOf = (line: Readonly<Record<string, unknown>>): Contents => ({
  frames: number(line.frames),
  duration: number(line.duration),
  start: typeof line.start === 'string' ? line.start : undefined,
  conversations: number(line.conversations),
  damage: texts(line.damage).filter((code): code is FailureCode => Object.hasOwn(failures, code)),
  rows: [],
})

const rowOf = (line: Readonly<Record<string, unknown>>): ListedRow => {
  const secrets = fieldsOf(line.secrets)
  return {
    id: number(line.id),
    client: endOf(line.client),
    server: endOf(line.server),
    spoken: text(line.spoken),
    ok: typeof line.ok === 'boolean' ? line.ok : undefined,
    what: texts(line.what),
    reading: text(line.reading) || undefined,
    why: text(line.why) || undefined,
    took: number(line.end) - number(line.start),
    secrets: { used: number(secrets.used), missing: number(secrets.missing) },
  }
}

export const endText = ({ address, port }: EndSeen): string =>
  port === 0 ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`

/** What became of the secrets: how many were used, and for how many conversations there were none. */
export const secretsOf = ({ rows }: Contents): { readonly used: number; readonly without: number } => ({
  used: rows.reduce((sum, { secrets }) => sum + secrets.used, 0),
  without: rows.filter(({ secrets }) => secrets.used === 0 && secrets.missing > 0).length,
})

/** Those in whose text each of the words stands. */
export const rowsWith = (
  rows: readonly ListedRow[],
  filter: string,
  textOf: (row: ListedRow) => string,
): readonly ListedRow[] => {
  const words = filter.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter(row => {
    const said = textOf(row).toLowerCase()
    return words.every(word => said.includes(word))
  })
}
