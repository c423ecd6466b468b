/**
 * Content codings (RFC 9110 8.4) as a parameter: the platform brings them, this file says what they must
 * look like and keeps a compressed body from filling the memory.
 */
import type { Bytes } from '../engine.ts'
import { FailureError, fail } from '../failures/index.ts'

/** Of the registry (RFC 9110 18.6): those that are in use. */
export type ContentCoding = 'br' | 'zstd' | 'gzip' | 'deflate'

/** One body in one direction. The consumer pulls: nothing is worked ahead of it. */
export interface BodyTransform {
  /** What comes out after `bytes` went in. Rejects or throws when the bytes are broken. */
  push(bytes: Bytes): AsyncIterable<Bytes>
  /** What went in comes out now, though more may follow. Where undefined a stream would be held back: it is not coded. */
  flush?(): AsyncIterable<Bytes>
  /** What is left when no more goes in. Rejects when the coded body is not complete. */
  end(): AsyncIterable<Bytes>
  /** Frees it before its end. */
  destroy(): void
}

export interface Coder {
  readonly coding: ContentCoding
  compress(): BodyTransform
  decompress(): BodyTransform
}

export interface ExpansionLimits {
  /** Bytes out for one byte in, once `allowance` is used up. DEFLATE reaches 1032 at most, brotli and zstd a million. */
  readonly ratio: number
  /** Bytes out that are never questioned. */
  readonly allowance: number
  /** Bytes out in all. */
  readonly bytes: number
}

/** undici and node:http have no limit; nginx's gunzip neither; aiohttp 2^25 a read. Text reaches 20, tables of zeros 1000. */
export const expansionLimits: ExpansionLimits = { ratio: 200, allowance: 10_485_760, bytes: Number.MAX_SAFE_INTEGER }

/**
 * A decompressor that names its failures: `http/bad-encoding` for broken or incomplete bytes, `http/expands-too-far`
 * for a bomb, noticed before more than one piece beyond the limit was made.
 */
export const guarded = (coder: Coder, limits: ExpansionLimits = expansionLimits): BodyTransform => {
  const inner = coder.decompress()
  let bytesIn = 0
  let bytesOut = 0
  async function* watch(pieces: () => AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
    try {
      for await (const piece of pieces()) {
        bytesOut += piece.length
        const limit = Math.min(limits.bytes, Math.max(limits.allowance, bytesIn * limits.ratio))
        if (bytesOut > limit) {
          inner.destroy()
          throw new FailureError(
            fail('http/expands-too-far', { got: `${bytesIn}`, number: limit, where: coder.coding }),
          )
        }
        yield piece
      }
    } catch (error) {
      if (error instanceof FailureError) throw error
      throw new FailureError(fail('http/bad-encoding', { where: coder.coding }), { cause: error })
    }
  }
  return {
    push(bytes) {
      bytesIn += bytes.length
      return watch(() => inner.push(bytes))
    },
    async *end() {
      // No content is no content in every coding: servers name one and send nothing, and clients take it for empty.
      if (bytesIn === 0) inner.destroy()
      else yield* watch(() => inner.end())
    },
    destroy: () => inner.destroy(),
  }
}
