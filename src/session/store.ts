/**
 * Where sessions are kept: the interface, and the rules for merging that every store shares. A store does each
 * operation in one atomic step (one turn of the event loop, one transaction, one script), so two requests never
 * overwrite each other, and nobody has to try again but who makes a value from the one before.
 */
import type { Millis } from '../engine.ts'

/** What a store holds of a session: never its id. Times are milliseconds since 1970. */
export interface SessionRecord {
  readonly created: Millis
  readonly lastUsed: Millis
  /** The end, whatever happens. */
  readonly ends: Millis
  /** 1 at first, one more with each change of attributes or key. */
  readonly version: number
  /** Its id was changed, as at a login. A store that must let go of something takes the others first. */
  readonly known: boolean
  /** Names, and values as JSON text. A map, so that `__proto__` is a name like any other. */
  readonly attributes: Attributes
}
export type Attributes = ReadonlyMap<string, string>

/** What a request did: a new JSON text by name, or undefined where it took the attribute away. */
export type Changes = ReadonlyMap<string, string | undefined>

/** The terms of a write. */
export interface Terms {
  /** When the visitor came; an earlier time than the store has does not count. */
  readonly lastUsed: Millis
  /** When the store may forget the session. */
  readonly expires: Millis
  /** Characters that its attributes may take after the write, as `packed` has them. */
  readonly most: number
  /** Only over this version, because a change was made from what it has; undefined: over whatever is there. */
  readonly version?: number | undefined
}

/** What became of a write. Nothing is changed but by `written`. */
export type Written =
  | { readonly is: 'written' }
  /** The session ended, expired or was evicted: what is dead stays dead. */
  | { readonly is: 'gone' }
  /** Only by `move`: another request gave it another key first. */
  | { readonly is: 'moved' }
  | { readonly is: 'too-big'; readonly size: number }
  /** Not the version that was asked for, but this. */
  | { readonly is: 'overtaken'; readonly record: SessionRecord }

/**
 * `key` is a tag, a dot and a hash of the id, so whoever reads the store can impersonate nobody. The tag is no secret
 * and stays the same through every `move`: a store on several machines places by it, and both keys are on one of them.
 *
 * A key whose session was moved leads on to it: the store remembers that until the time given to `move`. Every call
 * may take time, and may be repeated when its answer was lost; a call that fails rejects.
 */
export interface SessionStore {
  /** `moved`: the session has another key since, which is not told. */
  read(key: string): Promise<SessionRecord | 'moved' | undefined>
  /** A new session. `key` is fresh: nobody else writes it. */
  create(key: string, record: SessionRecord, terms: Terms): Promise<Written>
  /** Merges `changes` into the session that `key` has or leads to; without any, moves its times on only. */
  update(key: string, changes: Changes, terms: Terms): Promise<Written>
  /** Merges as `update` does, and gives the session another key. `from` leads to it until `remembered`. */
  move(from: string, to: string, changes: Changes, terms: Terms, remembered: Millis): Promise<Written>
  /** Ends the session that `key` has or leads to. */
  remove(key: string): Promise<void>
}

/** `attributes` after `changes`. */
export const merged = (attributes: Attributes, changes: Changes): Attributes => {
  const all = new Map(attributes)
  for (const [name, text] of changes) {
    if (text === undefined) all.delete(name)
    else all.set(name, text)
  }
  return all
}

/** Attributes as one text: names and values in turn, each as JSON, a line each (JSON has no line feed within a line). */
export const packed = (attributes: Attributes): string =>
  [...attributes].map(([name, text]) => `${JSON.stringify(name)}\n${text}`).join('\n')

/** What `packed` wrote. */
export const unpacked = (text: string): Attributes => {
  const all = new Map<string, string>()
  if (text === '') return all
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i += 2) all.set(JSON.parse(lines[i]!) as string, lines[i + 1]!)
  return all
}
