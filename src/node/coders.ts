/** gzip and deflate by zlib's streams: work happens in its thread pool, one piece at a time, as the consumer pulls. */
import type { Transform } from 'node:stream'
import {
  constants,
  createDeflate,
  createGunzip,
  createGzip,
  createInflate,
  createInflateRaw,
  type Zlib,
} from 'node:zlib'
import type { Bytes } from '../engine.ts'
import type { BodyTransform, Coder } from '../http/coding.ts'

/** Size of the pieces that come out: fewer turns through the thread pool than zlib's 16 KiB, still small. */
const PIECE = 64 * 1024

export const nodeCoders: readonly Coder[] = [
  {
    coding: 'gzip',
    compress: () => transformOf(() => createGzip({ chunkSize: PIECE })),
    decompress: () => transformOf(() => createGunzip({ chunkSize: PIECE })),
  },
  {
    // RFC 9110 8.4.1.2: deflate is zlib's format; some servers send the bare stream, and every client accepts that.
    coding: 'deflate',
    compress: () => transformOf(() => createDeflate({ chunkSize: PIECE })),
    decompress: () =>
      transformOf(first =>
        isZlib(first) ? createInflate({ chunkSize: PIECE }) : createInflateRaw({ chunkSize: PIECE }),
      ),
  },
]

/** RFC 1950 2.2: the method is 8 (the low four bits) in every zlib header. A bare stream never begins so in practice. */
const isZlib = (first: Bytes): boolean => ((first[0] ?? 8) & 0x0f) === 8

const transformOf = (make: (first: Bytes) => Transform & Zlib): BodyTransform => {
  let stream: (Transform & Zlib) | undefined
  let error: Error | undefined
  let wake: (() => void) | undefined
  const moved = (): void => wake?.()
  const open = (first: Bytes): Transform & Zlib => {
    stream = make(first)
    stream.on('readable', moved).on('end', moved).on('close', moved)
    // `close` follows.
    stream.on('error', (cause: Error) => {
      error = cause
    })
    return stream
  }
  async function* until(through: Transform, done: () => boolean): AsyncIterable<Bytes> {
    for (;;) {
      yield* drained(through)
      if (error !== undefined) throw error
      if (done() || through.destroyed) return
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
  return {
    async *push(bytes) {
      if (bytes.length === 0) return
      const through = stream ?? open(bytes)
      let taken = false
      through.write(bytes, () => {
        taken = true
        moved()
      })
      yield* until(through, () => taken)
    },
    async *flush() {
      const through = stream ?? open(new Uint8Array(0))
      let flushed = false
      through.flush(constants.Z_SYNC_FLUSH, () => {
        flushed = true
        moved()
      })
      yield* until(through, () => flushed)
    },
    async *end() {
      const through = stream ?? open(new Uint8Array(0))
      through.end()
      yield* until(through, () => through.readableEnded)
    },
    destroy() {
      stream?.destroy()
    },
  }
}

function* drained(stream: Transform): Iterable<Bytes> {
  for (let piece = stream.read() as Bytes | null; piece !== null; piece = stream.read() as Bytes | null) yield piece
}
