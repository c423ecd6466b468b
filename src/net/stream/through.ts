/** A body on its way through a content coding, pulled by whoever reads it. */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import type { BodyTransform } from '../../http/coding.ts'

/** The next piece; undefined at the end. */
export type Next = () => Promise<Bytes | undefined>

/** Pieces through a transform, pulled one by one; virtual time stands still while it works. */
export const through = (next: Next, transform: BodyTransform, clock: Clock): Next => {
  let out: AsyncIterator<Bytes> | undefined
  let ended = false
  return async () => {
    for (;;) {
      if (out !== undefined) {
        const release = clock.hold()
        const { done, value } = await out.next().finally(release)
        if (!done) return value
        out = undefined
        if (ended) return undefined
      }
      const piece = await next()
      ended = piece === undefined
      out = (piece === undefined ? transform.end() : transform.push(piece))[Symbol.asyncIterator]()
    }
  }
}
