/** The body of a request that is passed on: read from the client as fast as the upstream takes it. */
import { FailureError } from '../../failures/index.ts'
import type { OutlineBody } from '../client/request.ts'
import type { Exchange } from './exchange.ts'

/** Undefined where there is none. The client is asked for it (100) when the upstream's connection is there. */
export const bodyOf = (exchange: Exchange): OutlineBody | undefined => {
  const { framing } = exchange.head
  if (framing.kind === 'none') return undefined
  return {
    length: framing.kind === 'length' ? framing.length : undefined,
    bytes: undefined,
    open: () => streamOf(exchange),
    opens: 'once',
  }
}

const streamOf = (exchange: Exchange): ReadableStream<Uint8Array> => {
  let over = false
  const once = (end: () => void): void => {
    if (!over) end()
    over = true
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        exchange.read({
          data(bytes) {
            if (over) return
            controller.enqueue(bytes.slice())
            if ((controller.desiredSize ?? 0) <= 0) exchange.pause()
          },
          end: () => once(() => controller.close()),
          failed: failure => once(() => controller.error(new FailureError(failure))),
        })
      },
      pull: () => exchange.resume(),
      cancel() {
        // Nobody wants the rest: it is read and dropped, in the time that the connection gives it.
        over = true
        exchange.resume()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  )
}
