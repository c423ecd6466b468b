/** A stream as a pair of web streams, for `pipeTo` and for platforms without Node. */
import type { Bytes } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { inWords } from '../told.ts'
import type { ByteStream } from './types.ts'

export interface WebStreams {
  readonly readable: ReadableStream<Bytes>
  readonly writable: WritableStream<Bytes>
}

/** Bytes that wait for the reader before the other side is stopped. */
const QUEUE = 256 * 1024

/** Takes the stream over. Cancelling the readable or aborting the writable sends RST; closing the writable sends FIN. */
export const toWeb = (stream: ByteStream, words?: Words): WebStreams => {
  let reader!: ReadableStreamDefaultController<Bytes>
  let writer!: WritableStreamDefaultController
  let room: (() => void) | undefined
  let ended = false
  const readable = new ReadableStream<Bytes>(
    {
      start(controller) {
        reader = controller
      },
      pull: () => stream.resume(),
      cancel: () => stream.reset(),
    },
    { highWaterMark: QUEUE, size: bytes => bytes.length },
  )
  const writable = new WritableStream<Bytes>({
    start(controller) {
      writer = controller
    },
    async write(bytes) {
      if (stream.write([bytes])) return
      await new Promise<void>(resolve => {
        room = resolve
      })
    },
    close: () => stream.end(),
    abort: () => stream.reset(),
  })
  const end = (): void => {
    if (!ended) reader.close()
    ended = true
  }
  stream.handler = {
    data(bytes) {
      if (ended) return
      reader.enqueue(stream.pieces === 'owned' ? bytes : bytes.slice())
      if ((reader.desiredSize ?? 0) <= 0) stream.pause()
    },
    end,
    drain: () => room?.(),
    closed(failure) {
      room?.()
      if (failure === undefined) {
        if (!ended) attempt(end)
        return
      }
      const error = inWords(failure, words)
      if (!ended) attempt(() => reader.error(error))
      ended = true
      attempt(() => writer.error(error))
    },
  }
  return { readable, writable }
}

/** A stream that its owner cancelled or aborted cannot be closed any more, and need not be. */
const attempt = (work: () => void): void => {
  try {
    work()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
}
