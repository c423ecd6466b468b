/** Bodies that are read while they are sent: of a length that is known, where their pieces have one. */
import { open, stat } from 'node:fs/promises'
import type { Throttle } from './throttle.ts'

/** A part of a body; its length is undefined where only its end will tell. */
export interface BodyPiece {
  readonly length: number | undefined
  /** Anew each time, where `again` is true. */
  open(): AsyncIterable<Uint8Array>
  readonly again: boolean
}

export const bytesPiece = (bytes: Uint8Array): BodyPiece => ({
  length: bytes.length,
  again: true,
  async *open() {
    yield bytes
  },
})

export const streamPiece = (open: () => AsyncIterable<Uint8Array>): BodyPiece => ({
  length: undefined,
  again: false,
  open,
})

/** Throws, with the path in the error, for what is not there and for folders. */
export const filePiece = async (path: string): Promise<BodyPiece> => {
  const found = await stat(path)
  if (found.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR', path })
  return {
    length: found.isFile() ? found.size : undefined,
    again: found.isFile(),
    open: () => piecesOfFile(path, found.isFile() ? found.size : Number.POSITIVE_INFINITY),
  }
}

/** What is read from a file at once: small enough to be nothing, large enough for four records of TLS. */
const AT_ONCE = 64 * 1024

/** The first `length` bytes: a file that grows meanwhile must not say more than was announced. */
async function* piecesOfFile(path: string, length: number): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    for (let left = length; left > 0; ) {
      const piece = new Uint8Array(Math.min(AT_ONCE, left))
      const { bytesRead } = await file.read(piece, 0, piece.length, null)
      if (bytesRead === 0) return
      left -= bytesRead
      yield piece.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/** As `fetch` takes it: a `Blob` where everything has a length and can be read again, after a redirect for example. */
export const uploadOf = (
  pieces: readonly BodyPiece[],
  throttle: Throttle | undefined,
): Blob | ReadableStream<Uint8Array> => {
  const whole = lengthOf(pieces)
  const again = pieces.every(piece => piece.again)
  return whole !== undefined && again ? new Upload(pieces, whole, throttle) : streamOf(pieces, throttle)
}

export const lengthOf = (pieces: readonly BodyPiece[]): number | undefined =>
  pieces.reduce<number | undefined>(
    (sum, { length }) => (sum === undefined || length === undefined ? undefined : sum + length),
    0,
  )

/** A blob that does not lie in memory. */
class Upload extends Blob {
  readonly #pieces: readonly BodyPiece[]
  readonly #throttle: Throttle | undefined

  constructor(pieces: readonly BodyPiece[], size: number, throttle: Throttle | undefined) {
    super([])
    this.#pieces = pieces
    this.#throttle = throttle
    Object.defineProperty(this, 'size', { value: size })
  }

  override stream(): ReturnType<Blob['stream']> {
    return streamOf(this.#pieces, this.#throttle) as ReturnType<Blob['stream']>
  }
}

const streamOf = (pieces: readonly BodyPiece[], throttle: Throttle | undefined): ReadableStream<Uint8Array> => {
  const all = async function* (): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield* throttle === undefined ? piece.open() : throttle.through(piece.open())
  }
  const iterator = all()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await iterator.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
