/** Short ways to write tables. */
import type { Cell, Row, TableDrawing, Tone } from './drawings.ts'

/** Bytes, bits, letters: in columns. */
export const code = <L extends string>(text: string, tone: Tone = 'plain'): Cell<L> => ({ code: text, tone })
export const plain = <L extends string>(text: string | number | bigint, tone: Tone = 'plain'): Cell<L> => ({
  text: `${text}`,
  tone,
})

/** What it is, and what it is here. */
export const row = <L extends string>(label: L, ...cells: readonly Cell<L>[]): Row<L> => ({
  cells: [{ label }, ...cells],
})

/** Rows so far; the last `fresh` of them are what the step speaks of. */
export const table = <L extends string>(rows: readonly Row<L>[], fresh = 1): TableDrawing<L> => ({
  kind: 'table',
  rows: rows.map((each, i) => (i >= rows.length - fresh ? { ...each, fresh: true } : each)),
})

/** Steps along one table: each shows as many more rows as it says. */
export const growing = <S extends string, L extends string>(
  rows: readonly Row<L>[],
  steps: readonly (readonly [name: S, more: number])[],
): { readonly name: S; readonly drawings: readonly TableDrawing<L>[] }[] => {
  let count = 0
  return steps.map(([name, more]) => {
    count += more
    return { name, drawings: [table(rows.slice(0, count), more)] }
  })
}
