/** One representation as an answer: all of it, parts of it, or that it has not changed. For files, and for handlers. */
import type { Bytes, Millis } from '../../engine.ts'
import { fail } from '../../failures/index.ts'
import { parseHttpDate } from '../../http/message/date.ts'
import { type Multipart, multipart } from '../../http/semantics/byteranges.ts'
import { evaluate, fieldsOfUnchanged, mayBePartial, tagAsKnown } from '../../http/semantics/conditional.ts'
import { type ByteRange, contentRange, rangesOf } from '../../http/semantics/ranges.ts'
import type { HeaderList } from '../../http/types.ts'
import { plainAnswer } from './plain-answer.ts'
import type { About } from './serve.ts'

/** Octets that can be read from anywhere. */
export interface Content {
  readonly size: number
  /** Up to `length` bytes from `start`, in an array of its own; empty at the end. */
  read(start: number, length: number): Promise<Bytes>
  /** Called once, whatever was sent. */
  close(): Promise<void>
}

export interface Representation {
  /** What all of it is. Bytes and text are at hand; of `Content` no more is read than is sent. */
  readonly body: Content | Bytes | string
  /** The fields of 200: its type; `etag` and `last-modified` are what conditions are judged by. */
  readonly headers?: NonNullable<ResponseInit['headers']> | undefined
}

/** Bodies up to here are read before they are answered, so that head and body leave together. */
const AT_ONCE = 64 * 1024

/** As a `Response` of a string says. */
const TEXT = 'text/plain;charset=UTF-8'

/** One read: as large as what a connection takes before it asks to wait. */
const PIECE = 256 * 1024

/**
 * The answer to GET or HEAD from one representation: 200 with all of it, 206 with the parts that Range asks for (several as
 * multipart/byteranges), 304 or 412 where a condition says so (RFC 9110 13), 416 where the parts are not there. Rejects
 * where `read` does, or where there is less to read than `size` says.
 */
export const representation = async (
  request: Request,
  { body, headers: given }: Representation,
  { world }: Pick<About, 'world'>,
): Promise<Response> => {
  const { method, headers: asked } = request
  const content = contentOf(body)
  const headers = new Headers(given)
  if (typeof body === 'string' && !headers.has('content-type')) headers.set('content-type', TEXT)
  const now = world.clock.date()
  const validators = { etag: headers.get('etag') ?? undefined, lastModified: lastModifiedOf(headers, now) }
  const verdict = evaluate(method, asked, validators, now)
  if (verdict !== 'go on') {
    await content.close()
    if (verdict === 412) return plainAnswer(fail('http/precondition-failed'), world.words)
    if (validators.etag !== undefined) headers.set('etag', tagAsKnown(asked, validators.etag))
    return new Response(null, { status: 304, headers: fieldsOfUnchanged([...headers]) as [string, string][] })
  }
  headers.set('accept-ranges', 'bytes')
  const { size } = content
  // RFC 9110 14.2: Range means something for GET alone, and If-Range after all other conditions.
  const range = method === 'GET' && mayBePartial(asked, validators, now) ? asked.get('range') : null
  const ranges = range === null ? undefined : rangesOf(range, size)
  if (ranges === 'unsatisfiable') {
    await content.close()
    const where: HeaderList = [['content-range', contentRange(undefined, size)]]
    return plainAnswer(
      fail('http/range-not-satisfiable', { got: asked.get('range')?.slice(0, 80) ?? '', number: size }),
      world.words,
      where,
    )
  }
  const status = ranges === undefined ? 200 : 206
  const parts = partsOf(ranges, { size, headers, world })
  headers.set('content-length', `${parts.length}`)
  if (method === 'HEAD') {
    await content.close()
    return new Response(nothing(), { status, headers })
  }
  const sent = parts.length <= AT_ONCE ? await wholeOf(content, parts) : streamOf(content, parts)
  return new Response(sent, { status, headers })
}

type Parts = Pick<Multipart, 'length' | 'pieces'>

/** What is sent, with the fields that say so. */
const partsOf = (
  ranges: readonly ByteRange[] | undefined,
  { size, headers, world: { random } }: { readonly size: number; readonly headers: Headers } & Pick<About, 'world'>,
): Parts => {
  if (ranges === undefined) return { length: size, pieces: size === 0 ? [] : [{ start: 0, end: size }] }
  const [only] = ranges
  // RFC 9110 15.3.7.2: one part is never sent as several.
  if (ranges.length === 1 && only !== undefined) {
    headers.set('content-range', contentRange(only, size))
    return { length: only.end - only.start, pieces: ranges }
  }
  const several = multipart(ranges, { size, contentType: headers.get('content-type') ?? undefined, random })
  headers.set('content-type', several.contentType)
  return several
}

const lastModifiedOf = (headers: Headers, now: Millis): Millis | undefined => {
  const value = headers.get('last-modified')
  return value === null ? undefined : parseHttpDate(value, now)
}

/** For HEAD: the server sends none of it, but a body of null would have a length of its own. */
const nothing = (): ReadableStream<Uint8Array> => new ReadableStream({ start: controller => controller.close() })

const encoder = new TextEncoder()

const contentOf = (body: Representation['body']): Content => {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body
  const bytes = typeof body === 'string' ? encoder.encode(body) : body
  return {
    size: bytes.length,
    read: async (start, length) => bytes.slice(start, start + length),
    close: async () => {},
  }
}

/** The octets to send, piece by piece. Never more of it than was promised, should it grow meanwhile. */
async function* octetsOf(content: Content, { pieces }: Parts): AsyncGenerator<Bytes> {
  for (const piece of pieces) {
    if (!('start' in piece)) yield piece
    else {
      for (let at = piece.start; at < piece.end; ) {
        const bytes = await content.read(at, Math.min(PIECE, piece.end - at))
        if (bytes.length === 0) throw new Error('the content became shorter while it was read')
        at += bytes.length
        yield bytes
      }
    }
  }
}

/** All of what is small, or a rejection where there is less of it by now. */
const wholeOf = async (content: Content, parts: Parts): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    const whole = new Uint8Array(parts.length)
    let at = 0
    for await (const bytes of octetsOf(content, parts)) {
      whole.set(bytes, at)
      at += bytes.length
    }
    return whole
  } finally {
    await content.close()
  }
}

/** What becomes shorter cuts the connection: the head has left. */
const streamOf = (content: Content, parts: Parts): ReadableStream<Uint8Array> => {
  const octets = octetsOf(content, parts)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= content.close())
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await octets.next()
          if (!done) {
            controller.enqueue(value)
            return
          }
          await close()
          controller.close()
        } catch (error) {
          await close()
          throw error
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  )
}
