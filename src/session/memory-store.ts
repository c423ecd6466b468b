/** Sessions in this process: bounded, the one that was not used for longest goes first. */
import type { Millis } from '../engine.ts'
import type { SessionRecord, SessionStore } from './types.ts'

/** As express-session's MemoryStore would need to be and is not; with the size limit of a session 160 MB at most. */
const SESSIONS = 10_000

export interface MemoryStore extends SessionStore {
  readonly size: number
}

/** `date` in milliseconds since 1970, as `Clock.date`. */
export const memoryStore = (config: { readonly date: () => Millis; readonly sessions?: number }): MemoryStore => {
  const most = config.sessions ?? SESSIONS
  /** In the order of their last use: the first is the oldest. */
  const held = new Map<string, { record: SessionRecord; expires: Millis }>()

  const alive = (key: string): { record: SessionRecord; expires: Millis } | undefined => {
    const entry = held.get(key)
    if (entry === undefined || entry.expires > config.date()) return entry
    held.delete(key)
    return undefined
  }
  const put = (key: string, record: SessionRecord, expires: Millis): void => {
    held.delete(key)
    held.set(key, { record, expires })
    for (const oldest of held.keys()) {
      if (held.size <= most) break
      held.delete(oldest)
    }
  }
  return {
    get size() {
      return held.size
    },
    async read(key) {
      return alive(key)?.record
    },
    async write(key, record, version, expires) {
      if ((alive(key)?.record.version ?? 0) !== version) return false
      put(key, record, expires)
      return true
    },
    async touch(key, lastUsed, expires) {
      const entry = alive(key)
      if (entry !== undefined) put(key, { ...entry.record, lastUsed }, expires)
    },
    async remove(key) {
      held.delete(key)
    },
  }
}
