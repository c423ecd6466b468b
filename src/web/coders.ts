/**
 * gzip and deflate by the streams of the platform (Compression Streams standard), as the consumer pulls. They cannot
 * flush, so a stream of unknown length is not compressed here; and where the platform reads only one gzip member of a body
 * (RFC 1952 2.2), as the standard has it, more of them are broken bytes.
 */
import type { Bytes } from '../engine.ts'
import type { BodyTransform, Coder } from '../http/coding.ts'

/**
 * What is decompressed at once. A platform may expand a whole piece before anybody has read the first of it, and DEFLATE
 * makes at most 1032 bytes out of one: so no more than 4 MiB are worked ahead of the consumer.
 */
const SLICE = 4096

export const webCoders: readonly Coder[] = [
  {
    coding: 'gzip',
    compress: () => new StreamTransform(() => new CompressionStream('gzip'), Number.POSITIVE_INFINITY),
    decompress: () => new StreamTransform(() => new DecompressionStream('gzip'), SLICE),
  },
  {
    // RFC 9110 8.4.1.2: deflate is zlib's format; some servers send the bare stream, and every client accepts that.
    coding: 'deflate',
    compress: () => new StreamTransform(() => new CompressionStream('deflate'), Number.POSITIVE_INFINITY),
    decompress: () =>
      new StreamTransform(first => new DecompressionStream(isZlib(first) ? 'deflate' : 'deflate-raw'), SLICE),
  },
]

/** RFC 1950 2.2: the method is 8 (the low four bits) in every zlib header. A bare stream never begins so in practice. */
const isZlib = (first: Bytes): boolean => ((first[0] ?? 8) & 0x0f) === 8

type Through = CompressionStream | DecompressionStream
type Read = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>

class StreamTransform implements BodyTransform {
  readonly #make: (first: Bytes) => Through
  readonly #slice: number
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  /** Asked for and not yet there: a stream that nobody reads from does not work. */
  #read: Promise<Read> | undefined

  constructor(make: (first: Bytes) => Through, slice: number) {
    this.#make = make
    this.#slice = slice
  }

  async *push(bytes: Bytes): AsyncIterable<Bytes> {
    for (let at = 0; at < bytes.length; at += this.#slice) {
      const writer = this.#writer ?? this.#open(bytes)
      yield* this.#until(writer.write(bytes.subarray(at, at + this.#slice)))
    }
  }

  async *end(): AsyncIterable<Bytes> {
    const writer = this.#writer ?? this.#open(new Uint8Array(0))
    const closed = writer.close()
    // Whoever reads to the end hears of every failure; the one on this side is the same.
    closed.catch(() => {})
    for (let read = await this.#next(); !read.done; read = await this.#next()) yield read.value
  }

  destroy(): void {
    this.#writer?.abort().catch(() => {})
    this.#reader?.cancel().catch(() => {})
  }

  #open(first: Bytes): WritableStreamDefaultWriter<Uint8Array> {
    const { readable, writable } = this.#make(first)
    this.#writer = (writable as WritableStream<Uint8Array>).getWriter()
    this.#reader = (readable as ReadableStream<Uint8Array>).getReader()
    this.#writer.closed.catch(() => {})
    this.#reader.closed.catch(() => {})
    return this.#writer
  }

  #next(): Promise<Read> {
    const read = this.#ask()
    this.#read = undefined
    return read
  }

  #ask(): Promise<Read> {
    this.#read ??= this.#reader!.read()
    // Looked at when somebody pulls; until then a failure must not count as unhandled.
    this.#read.catch(() => {})
    return this.#read
  }

  /** What comes out until `written` is done, and what is ready then. */
  async *#until(written: Promise<void>): AsyncIterable<Bytes> {
    let wrote = false
    const taken = written.then(() => {
      wrote = true
    })
    taken.catch(() => {})
    for (;;) {
      const read = await Promise.race([this.#ask(), wrote ? NOT_READY : taken])
      if (read === undefined) {
        if (wrote) return
        continue
      }
      this.#read = undefined
      // More than the body went in: the stream has ended before its input.
      if (read.done) return
      yield read.value
    }
  }
}

const NOT_READY: Promise<undefined> = /* @__PURE__ */ Promise.resolve(undefined)
