/**
 * `--json`: the only way for a program's lines. One object per line, each with the version of its schema. Keys are API:
 * they may be added, never change. What is private is starred here, whoever says it.
 */
import { type Detail, type JsonObject, jsonOf, SCHEMA, type Shown, UNSAFE } from '../inspect/index.ts'
import { redactor, starredField, type TraceRecord } from '../trace/index.ts'

/** One line. `type` says what the object is about. */
export const jsonLine = (event: JsonObject): Shown => `${escaped(JSON.stringify({ v: SCHEMA, ...event }))}\n` as Shown

/** Records of a trace as lines, in their order; undefined for what does not leave the machine. */
export const jsonRecords = (
  secrets: 'starred' | 'shown',
): ((entry: TraceRecord, detail: readonly Detail[]) => Shown | undefined) => {
  const redacted = secrets === 'shown' ? (entry: TraceRecord) => entry : redactor()
  return (entry, detail) => {
    const left = redacted(entry)
    return left === undefined ? undefined : jsonLine(jsonOf(left, detail))
  }
}

/** Header fields as pairs, with the values that are private starred. */
export const jsonFields = (
  fields: Iterable<readonly [string, string]>,
  secrets: 'starred' | 'shown',
): [string, string][] =>
  [...fields].map(([name, value]) => [name, secrets === 'shown' ? value : starredField(name, value)])

/** A line of JSON may be shown on a terminal, and JSON itself escapes C0 only. */
const escaped = (json: string): string =>
  json.replace(UNSAFE, character =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
