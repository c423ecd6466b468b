/** Sessions: what an application keeps about a visitor. Where it is kept is in `store.ts`. */
import type { Millis } from '../engine.ts'

/** Attribute values are what JSON can say, so that any store can hold them. */
export type SessionValue =
  | string
  | number
  | boolean
  | null
  | readonly SessionValue[]
  | { readonly [key: string]: SessionValue }

/**
 * One visitor's session during one request. What is read is what was there when the request began; what is written
 * is merged attribute by attribute with what other requests wrote meanwhile. Of two that `set` the same attribute the
 * later `finish` counts; what they `change` counts from both. Every method that writes throws `FailureError`
 * `session/over` after `finish`, because it would be lost.
 */
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
  /**
   * Makes a value from the one before, such as a counter or a list: at once, and at `finish` once more for each time
   * that another request wrote the session meanwhile, from what that one left; undefined deletes. A `finish` that is
   * repeated because the store's answer was lost may count twice.
   */
  change(name: string, make: (before: SessionValue | undefined) => SessionValue | undefined): void
  delete(name: string): void
  names(): readonly string[]
  /**
   * A new id for the same attributes: call it when a visitor logs in (session fixation). The old id is dead for every
   * request that begins from now on; what requests under way write arrives in the session still.
   */
  changeId(): void
  /**
   * Ends it: attributes, id and cookie, whatever id other requests give it meanwhile. A visit that is nobody's because
   * its cookie is from before a change of id ends that session too, by `visit.session().invalidate()`.
   */
  invalidate(): void
}

/** The sessions of one request. */
export interface Visit {
  /**
   * The visitor's session; with `existing`, undefined where a new one would have to be made. A cookie from before a
   * change of id, sent while the answer with the new one was still on its way, is nobody's: the visit begins without a
   * session, and a new one is kept only if it calls `changeId` itself, lest its cookie take the place of the login's.
   */
  session(): Session
  session(which: 'existing'): Session | undefined
  /**
   * Writes what changed. Returns values for Set-Cookie, none when the cookie stays as it is. What other requests have
   * ended meanwhile stays ended: then nothing is written. Rejects with the store's own error; with `session/too-big`;
   * with `session/conflict` when this request writes and changes the id, as a login does, and another one ended the
   * session or changed its id first. Nothing is lost by a rejection: it may be called again. A second call after
   * success does nothing and returns the same.
   */
  finish(): Promise<readonly string[]>
}
