/** Where a client's cache keeps what it keeps: anything that can find responses by their URL, and by default this process. */
import type { Bytes } from '../../engine.ts'
import type { Stored } from '../../http/cache/stored.ts'
import type { ConnectionInfo } from '../stream/types.ts'

/** A response that is kept. Only whole ones are; nothing in it is changed afterwards. */
export interface CacheEntry extends Stored {
  /** Of all that is kept for a URL one has this name: what selects it (Vary) and who asked, as a digest. */
  readonly id: string
  /** As it came, still coded as `Content-Encoding` says. */
  readonly body: Bytes
  /** What brought it. No data: whoever writes entries somewhere leaves it away. */
  readonly connection?: ConnectionInfo | undefined
}

/**
 * A store may be shared by clients, and is then shared by whoever uses them. It holds what was private to somebody: bodies
 * and header fields, cookies that were set among them; credentials of requests only as digests. When a call rejects, the
 * request goes on as if nothing were kept.
 */
export interface CacheStore {
  /** All that is kept for `url`. */
  get(url: string): readonly CacheEntry[] | Promise<readonly CacheEntry[]>
  /** Keeps `entry`, in the place of the one with its `id`. It may forget it, and others, whenever it likes. */
  put(url: string, entry: CacheEntry): void | Promise<void>
  /** Forgets the one with that `id`; all for `url` where undefined. */
  delete(url: string, id?: string): void | Promise<void>
}

export interface MemoryStoreBounds {
  /** Responses; 1,024 where undefined. */
  readonly entries?: number | undefined
  /** Bytes of all of them; 32 MiB where undefined. undici keeps 100 MB. */
  readonly bytes?: number | undefined
}

const ENTRIES = 1_024
const BYTES = 32 * 1024 * 1024

/** What an entry costs besides its text and its body: objects, and its part of what is known of a connection. */
const OVERHEAD = 2_048

/** What was not used for longest goes first. */
export const memoryStore = ({ entries: most = ENTRIES, bytes = BYTES }: MemoryStoreBounds = {}): CacheStore => {
  /** By URL, then by id. */
  const kept = new Map<string, Map<string, CacheEntry>>()
  /** Oldest use first. */
  const order = new Map<CacheEntry, string>()
  let held = 0

  const drop = (url: string, entry: CacheEntry): void => {
    const ofUrl = kept.get(url)
    ofUrl?.delete(entry.id)
    if (ofUrl?.size === 0) kept.delete(url)
    if (order.delete(entry)) held -= sizeOf(url, entry)
  }

  return {
    get(url) {
      const found = [...(kept.get(url)?.values() ?? [])]
      for (const entry of found) {
        order.delete(entry)
        order.set(entry, url)
      }
      return found
    },
    put(url, entry) {
      const before = kept.get(url)?.get(entry.id)
      if (before !== undefined) drop(url, before)
      const size = sizeOf(url, entry)
      if (size > bytes || most < 1) return
      const ofUrl = kept.get(url) ?? new Map<string, CacheEntry>()
      kept.set(url, ofUrl.set(entry.id, entry))
      order.set(entry, url)
      held += size
      for (const [oldest, its] of order) {
        if (held <= bytes && order.size <= most) break
        drop(its, oldest)
      }
    },
    delete(url, id) {
      for (const entry of [...(kept.get(url)?.values() ?? [])])
        if (id === undefined || entry.id === id) drop(url, entry)
    },
  }
}

/** Characters are counted as two bytes. */
const sizeOf = (url: string, { headers, body, id, selecting }: CacheEntry): number => {
  const text = [...headers, ...selecting].reduce((sum, [name, value]) => sum + name.length + (value?.length ?? 0), 0)
  return OVERHEAD + 2 * (url.length + id.length + text) + body.length
}
