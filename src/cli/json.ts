/** `--json`: one object per line, each with the version of its schema. Keys are API: they may be added, never change. */
import { type JsonObject, SCHEMA } from '../inspect/index.ts'

/** One line. `type` says what the object is about. */
export const jsonLine = (event: JsonObject): string => `${JSON.stringify({ v: SCHEMA, ...event })}\n`
