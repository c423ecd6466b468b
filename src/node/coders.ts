/** brotli, zstd, gzip and deflate by zlib's streams: work happens in its thread pool, one piece at a time, as the consumer pulls. */
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import type { Bytes } from '../engine.ts'
import type { BodyTransform, Coder } from '../http/coding.ts'

/** Size of the pieces that come out: fewer turns through the thread pool than zlib's 16 KiB, still small. */
const PIECE = 64 * 1024

/** A stream of zlib, and how it is made to let go of what it has. */
interface Kind {
  readonly flush: number
  readonly make: (first: Bytes) => Transform & zlib.Zlib
  /** What stands behind the coded body is passed over in silence, and has to be found. */
  readonly endsEarly?: true
}

const { constants } = zlib

/** As good as gzip at its best, at the time that gzip takes: 11, which is zlib's default, takes a hundred times that. */
const BROTLI_QUALITY = 4
/** 2^19 octets of memory for what was before, as nginx has it; for a page more gains nothing. */
const BROTLI_WINDOW = 19

const brotli: Coder = {
  coding: 'br',
  compress: () =>
    transformOf({
      flush: constants.BROTLI_OPERATION_FLUSH,
      make: () =>
        zlib.createBrotliCompress({
          chunkSize: PIECE,
          params: {
            [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
            [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW,
          },
        }),
    }),
  decompress: () =>
    transformOf({
      flush: constants.BROTLI_OPERATION_FLUSH,
      make: () => zlib.createBrotliDecompress({ chunkSize: PIECE }),
      endsEarly: true,
    }),
}

/** What Node has since 22.15 and 23.8; the types that we are compiled with are of an older one. */
interface WithZstd {
  zstdDecompressSync(bytes: Bytes): Bytes
  createZstdCompress(options: zlib.ZlibOptions): Transform & zlib.Zlib
  createZstdDecompress(options: zlib.ZlibOptions & { params: Record<number, number> }): Transform & zlib.Zlib
  readonly constants: { readonly ZSTD_e_flush: number; readonly ZSTD_d_windowLogMax: number }
}

/** RFC 9659: nobody has to keep more than 8 MiB for a coding of HTTP, and nobody makes us. */
const ZSTD_WINDOW = 23

/** Node 22 ends a stream that is cut short as if it were whole: there a body would lose its end in silence. */
const noticesTheEnd = (it: WithZstd): boolean => {
  try {
    it.zstdDecompressSync(Uint8Array.of(0x28))
    return false
  } catch {
    return true
  }
}

const zstdOf = ({ createZstdCompress, createZstdDecompress, constants: its }: WithZstd): Coder => {
  const flush = its.ZSTD_e_flush
  const params = { [its.ZSTD_d_windowLogMax]: ZSTD_WINDOW }
  return {
    coding: 'zstd',
    compress: () => transformOf({ flush, make: () => createZstdCompress({ chunkSize: PIECE }) }),
    decompress: () => transformOf({ flush, make: () => createZstdDecompress({ chunkSize: PIECE, params }) }),
  }
}

const flush = constants.Z_SYNC_FLUSH

/** Those that pages have too (`CompressionStream`), so that a world with a seed sends the same bytes there. */
export const portableCoders: readonly Coder[] = [
  {
    coding: 'gzip',
    compress: () => transformOf({ flush, make: () => zlib.createGzip({ chunkSize: PIECE }) }),
    decompress: () => transformOf({ flush, make: () => zlib.createGunzip({ chunkSize: PIECE }) }),
  },
  {
    // RFC 9110 8.4.1.2: deflate is zlib's format; some servers send the bare stream, and every client accepts that.
    coding: 'deflate',
    compress: () => transformOf({ flush, make: () => zlib.createDeflate({ chunkSize: PIECE }) }),
    decompress: () =>
      transformOf({
        flush,
        make: first =>
          isZlib(first) ? zlib.createInflate({ chunkSize: PIECE }) : zlib.createInflateRaw({ chunkSize: PIECE }),
      }),
  },
]

const withZstd = 'createZstdCompress' in zlib ? (zlib as unknown as WithZstd) : undefined

/** Best first: what a server offers, and what a client asks for. */
export const nodeCoders: readonly Coder[] = [
  brotli,
  ...(withZstd !== undefined && noticesTheEnd(withZstd) ? [zstdOf(withZstd)] : []),
  ...portableCoders,
]

/** RFC 1950 2.2: the method is 8 (the low four bits) in every zlib header. A bare stream never begins so in practice. */
const isZlib = (first: Bytes): boolean => ((first[0] ?? 8) & 0x0f) === 8

const transformOf = ({ make, flush, endsEarly }: Kind): BodyTransform => {
  let stream: (Transform & zlib.Zlib) | undefined
  let given = 0
  let error: Error | undefined
  let wake: (() => void) | undefined
  const moved = (): void => wake?.()
  const open = (first: Bytes): Transform & zlib.Zlib => {
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
      given += bytes.length
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
      through.flush(flush, () => {
        flushed = true
        moved()
      })
      yield* until(through, () => flushed)
    },
    async *end() {
      const through = stream ?? open(new Uint8Array(0))
      through.end()
      yield* until(through, () => through.readableEnded)
      if (endsEarly && through.bytesWritten < given) throw new RangeError('bytes behind the end')
    },
    destroy() {
      stream?.destroy()
    },
  }
}

function* drained(stream: Transform): Iterable<Bytes> {
  for (let piece = stream.read() as Bytes | null; piece !== null; piece = stream.read() as Bytes | null) yield piece
}
