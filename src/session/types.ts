/** Sessions: what an application keeps about a visitor, and where. */
import type { Millis } from '../engine.ts'

/** Attribute values are what JSON can say, so that any store can hold them. */
export type SessionValue =
  | string
  | number
  | boolean
  | null
  | readonly SessionValue[]
  | { readonly [key: string]: SessionValue }

/** What a store holds of a session: never its id. Times are milliseconds since 1970. */
export interface SessionRecord {
  readonly created: Millis
  readonly lastUsed: Millis
  /** The end, whatever happens. */
  readonly ends: Millis
  /** Rises with every write. */
  readonly version: number
  readonly attributes: Readonly<Record<string, SessionValue>>
}

/**
 * Where sessions are kept. `key` is a hash of the id, so whoever reads the store can impersonate nobody. All calls may
 * take time; a call that fails rejects, and the request that needed it fails too.
 */
export interface SessionStore {
  read(key: string): Promise<SessionRecord | undefined>
  /** Writes only over `version` (0: nothing there yet). False: somebody else was faster; read, merge and try again. */
  write(key: string, record: SessionRecord, version: number, expires: Millis): Promise<boolean>
  /** Moves `lastUsed` and the expiry on without a new version. */
  touch(key: string, lastUsed: Millis, expires: Millis): Promise<void>
  remove(key: string): Promise<void>
}

/** One visitor's session during one request. */
export interface Session {
  /** The id in the cookie; undefined until something was written or the visitor had one. */
  readonly id: string | undefined
  /** No session came with this request. */
  readonly isNew: boolean
  readonly created: Millis
  readonly lastUsed: Millis
  get(name: string): SessionValue | undefined
  /** Makes the session exist, if it did not. Throws `FailureError` `session/bad-value`. */
  set(name: string, value: SessionValue): void
  delete(name: string): void
  names(): readonly string[]
  /** A new id for the same attributes: call it when a visitor logs in (session fixation). The old id is dead. */
  changeId(): void
  /** Ends it: attributes, id and cookie. */
  invalidate(): void
}

/** The sessions of one request. */
export interface Visit {
  /** The visitor's session; with `existing`, undefined where a new one would have to be made. */
  session(): Session
  session(which: 'existing'): Session | undefined
  /** Writes what changed. Returns values for Set-Cookie, none when the cookie stays as it is. */
  finish(): Promise<readonly string[]>
}
