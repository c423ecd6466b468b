/** The body of an answer, decoded: whole, or as a stream that flows as it is read. */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { Failure, FailureError, type RequestContext } from '../../failures/index.ts'
import { type Coder, guarded } from '../../http/coding.ts'
import { codingsToUndo } from '../../http/semantics/negotiation.ts'
import { type Next, through } from '../stream/through.ts'
import { toldByFetch } from '../told.ts'
import type { Answer, Pieces } from './seam.ts'

export interface BodyOptions {
  readonly clock: Clock
  readonly coders: readonly Coder[]
  readonly words: Words | undefined
  /** What was asked, for whoever reads a body that breaks off. */
  readonly context: () => RequestContext
}

/** The body piece by piece. */
export const decoded = ({ head, pieces }: Answer, { coders, clock }: BodyOptions): Next => {
  const said = head.headers.get('content-encoding')
  if (said === undefined) return () => pieces.next()
  const known = coders.map(coder => coder.coding)
  const undo = codingsToUndo(said, known)
  if (undo instanceof Failure) return () => Promise.reject(new FailureError(undo))
  let next: Next = () => pieces.next()
  for (const coding of undo) {
    const coder = coders.find(one => one.coding === coding)!
    next = through(next, guarded(coder), clock)
  }
  return next
}

/**
 * Bodies that were dropped without being read or cancelled: their connections are wanted by others. When that is
 * noticed is the memory's affair, so nothing may rely on it (`net/pool-waits` speaks first, if need be).
 */
export const dropped = new FinalizationRegistry<Pieces>(pieces => pieces.cancel())

export const streamOf = (answer: Answer, options: BodyOptions): ReadableStream<Uint8Array> => {
  const { pieces } = answer
  const next = decoded(answer, options)
  const toldOf = (error: unknown): unknown =>
    toldByFetch(error, options.words, { ...options.context(), ...pieces.progress })
  const coded = answer.head.headers.get('content-encoding') !== undefined
  let pulling = false
  let look = (): void => {}
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // Somebody may wait for the end without reading. What was decoded before a coded body broke off comes first.
        look = () => {
          // Whoever pulls hears it there, behind what is on its way to him.
          const broken = pulling ? undefined : pieces.broken
          if (broken !== undefined && !(coded && broken.error instanceof FailureError))
            controller.error(toldOf(broken.error))
        }
        look()
        pieces.watch?.(weakly(look))
      },
      async pull(controller) {
        try {
          pulling = true
          const piece = await next()
          if (piece === undefined) controller.close()
          else controller.enqueue(piece)
          pulling = false
          look()
        } catch (error) {
          controller.error(toldOf(error))
          pieces.cancel()
        }
      },
      cancel: () => {
        dropped.unregister(stream)
        pieces.cancel()
      },
    },
    { highWaterMark: 0 },
  )
  // The stream is its own token, so what is asked for pieces knows it: Chromium forgets the object while `text()` of a
  // `Response` reads it, and would have it taken for dropped.
  dropped.register(stream, pieces, stream)
  return stream
}

/** What brings a body must not keep a stream that nobody has any more: it would not be `dropped`. */
const weakly = (told: () => void): (() => void) => {
  const reference = new WeakRef(told)
  return () => reference.deref()?.()
}

/** All of it. */
export const piecesOf = async (answer: Answer, options: BodyOptions): Promise<readonly Bytes[]> => {
  const { pieces } = answer
  const all: Bytes[] = []
  try {
    const next = decoded(answer, options)
    for (let piece = await next(); piece !== undefined; piece = await next()) all.push(piece)
    return all
  } catch (error) {
    pieces.cancel()
    throw toldByFetch(error, options.words, { ...options.context(), ...pieces.progress })
  }
}
