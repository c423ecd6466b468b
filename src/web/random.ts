/** The system's randomness, as pages and workers have it. */
import type { Random } from '../random.ts'

/** `getRandomValues` gives at most this much at once. */
const AT_ONCE = 65_536

export const systemRandom: Random = {
  bytes(count) {
    const bytes = new Uint8Array(count)
    for (let at = 0; at < count; at += AT_ONCE) crypto.getRandomValues(bytes.subarray(at, at + AT_ONCE))
    return bytes
  },
}
