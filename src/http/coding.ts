/**
 * Content codings (RFC 9110 8.4) as a parameter: the platform brings gzip and deflate, this file says what they must
 * look like and keeps a compressed body from filling the memory.
 */
import type { Bytes } from '../engine.ts'

export type ContentCoding = 'gzip' | 'deflate'

/** One body in one direction. The consumer pulls: nothing is worked ahead of it. */
export interface BodyTransform {
  /** What comes out after `bytes` went in. Rejects or throws when the bytes are broken. */
  push(bytes: Bytes): AsyncIterable<Bytes>
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
