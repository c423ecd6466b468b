/** zlib and brotli for certificates (RFC 8879), bounded by what the message announces. */
import { brotliCompressSync, brotliDecompressSync, constants, deflateSync, inflateSync } from 'node:zlib'
import type { Bytes } from '../engine.ts'
import type { CertificateCoder } from '../tls/index.ts'
import { plain, sameOctets } from '../wire/bytes.ts'

/** Best first. Who has several chains compresses one for many handshakes, so this is a brotli that is done in a tenth of a millisecond. */
const QUALITY = 5

/** A server sends the same chain again and again: what was compressed last is not compressed anew. */
const remembered = (compress: (data: Bytes) => Uint8Array): ((data: Bytes) => Uint8Array) => {
  let last: { readonly data: Uint8Array; readonly compressed: Uint8Array } | undefined
  return data => {
    if (last === undefined || !sameOctets(last.data, data)) last = { data: data.slice(), compressed: compress(data) }
    return last.compressed.slice()
  }
}

export const nodeCertificateCoders: readonly CertificateCoder[] = [
  {
    algorithm: 'brotli',
    compress: remembered(data =>
      plain(
        brotliCompressSync(data, {
          params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
        }),
      ),
    ),
    decompress: (data, length) => whole(data, length, () => brotliDecompressSync(data, informed(length))),
  },
  {
    algorithm: 'zlib',
    compress: remembered(data => plain(deflateSync(data))),
    decompress: (data, length) => whole(data, length, () => inflateSync(data, informed(length))),
  },
]

/** The types of Node know `info` for zlib only. */
const informed = (maxOutputLength: number): { readonly maxOutputLength: number; readonly info: true } => ({
  maxOutputLength,
  info: true,
})

/** With `info` there is the stream beside what came out, which knows how much of `data` it needed. */
interface Informed {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}

const whole = (data: Bytes, length: number, decompress: () => unknown): Bytes | undefined => {
  try {
    const { buffer, engine } = decompress() as Informed
    return buffer.length === length && engine.bytesWritten === data.length ? plain(buffer) : undefined
  } catch {
    // Broken, cut off, or more than `length`.
    return undefined
  }
}
