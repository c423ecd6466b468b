/** One body for two readers, as `tee()` of the platform makes them, with an end to how much the slower one makes us hold. */
import { type Failure, fail } from '../failures/index.ts'

/**
 * How far one branch may be behind the other, in bytes. A program that reads one whole and then the other holds all of a
 * body: this is for forms, pages and data, and a hundred of them at once; who has more reads both as it comes.
 */
const MOST_BEHIND = 16 * 1024 * 1024

type Branch = ReadableStream<Uint8Array>
type Controller = ReadableStreamDefaultController<Uint8Array>

/**
 * Two streams of what `source` says, each with bytes of its own. The one that falls more than 16 MB behind fails with
 * `net/clone-behind`, made what readers are told by `told`, and what it held is gone; the other goes on. `source` is
 * cancelled when nobody reads any more.
 */
export const branches = (source: Branch, told: (failure: Failure) => unknown): readonly [Branch, Branch] => {
  const reader = source.getReader()
  const open = new Set<Controller>()
  let reading: Promise<void> | undefined

  const left = (controller: Controller, reason: unknown): Promise<void> | undefined => {
    open.delete(controller)
    return open.size === 0 ? reader.cancel(reason) : undefined
  }
  const give = (piece: Uint8Array): void => {
    let own: Uint8Array | undefined = piece
    for (const controller of [...open]) {
      controller.enqueue(own ?? piece.slice())
      own = undefined
      // Nothing is asked for ahead, so what is there is what waits.
      if (-(controller.desiredSize ?? 0) <= MOST_BEHIND) continue
      const failure = told(fail('net/clone-behind', { number: MOST_BEHIND }))
      controller.error(failure)
      left(controller, failure)?.catch(() => {})
    }
  }
  const next = async (): Promise<void> => {
    try {
      const { done, value } = await reader.read()
      if (!done) give(value)
      else for (const controller of open) controller.close()
    } catch (error) {
      for (const controller of open) controller.error(error)
    } finally {
      reading = undefined
    }
  }
  const branch = (): Branch => {
    let own: Controller
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          own = controller
          open.add(controller)
        },
        pull: () => (reading ??= next()),
        cancel: reason => left(own, reason),
      },
      { highWaterMark: 0, size: piece => piece.length },
    )
  }
  return [branch(), branch()]
}
