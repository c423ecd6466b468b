/** The system's randomness. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../random.ts'

export const systemRandom: Random = { bytes: count => randomFillSync(new Uint8Array(count)) }

/** Bytes that one call into OpenSSL brings, which costs as much for 32 of them as for these. */
const POOL = 2048
/** What a handshake draws at once. More is drawn by itself. */
const MOST_POOLED = 64

/** The same a little ahead, for who draws a few bytes many times. No byte is given out twice, and none stays here that was. */
export const pooledRandom = (): Random => {
  const pool = new Uint8Array(POOL)
  let used = POOL
  return {
    bytes(count) {
      if (count > MOST_POOLED) return systemRandom.bytes(count)
      if (used + count > POOL) {
        randomFillSync(pool)
        used = 0
      }
      const bytes = pool.slice(used, used + count)
      pool.fill(0, used, used + count)
      used += count
      return bytes
    },
  }
}
