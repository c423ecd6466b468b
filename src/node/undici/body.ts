/** What undici takes as a body, as the outline of a request has it. */
import { Readable } from 'node:stream'
import { errors } from 'undici'
import { bytesOf as bytesOfForm, lengthOf, piecesOfForm } from '../../net/client/form-body.ts'
import type { OutlineBody } from '../../net/client/request.ts'

export interface Body extends OutlineBody {
  /** What it is, where the headers do not say it. */
  readonly type?: string | undefined
  /** Listens to what gives it, which may break at any time, before anybody reads it too. */
  readonly broken?: ((told: (error: Error) => void) => void) | undefined
  /** Nobody will read the rest. */
  readonly drop?: (() => void) | undefined
}

/** Throws undici's `InvalidArgumentError`, and `RequestContentLengthMismatchError` where `headers` say another length. */
export const bodyOf = (body: unknown, headers: Headers, method: string): Body | undefined => {
  if (body === undefined || body === null) return undefined
  const said = headers.get('content-length')
  const measured = (made: Body): Body | undefined => {
    if (said !== null && made.length !== undefined && made.length > 0 && Number(said) !== made.length) {
      if (!LENGTHLESS.has(method)) throw new errors.RequestContentLengthMismatchError()
    }
    return made.length === 0 ? undefined : made
  }
  const typed = (type: string): { readonly type?: string } =>
    type === '' || headers.has('content-type') ? {} : { type }
  if (typeof body === 'string') return measured(whole(Buffer.from(body)))
  if (body instanceof Uint8Array) return measured(whole(body))
  if (body instanceof ArrayBuffer) return measured(whole(new Uint8Array(body)))
  if (ArrayBuffer.isView(body)) return measured(whole(new Uint8Array(body.buffer, body.byteOffset, body.byteLength)))
  const tag = Object.prototype.toString.call(body)
  if (tag === '[object Blob]' || tag === '[object File]') {
    const blob = body as Blob
    return measured({ ...streamed(() => blob.stream(), blob.size), opens: 'again', ...typed(blob.type) })
  }
  if (tag === '[object FormData]') {
    const boundary = `----formdata-${crypto.randomUUID()}`
    const pieces = piecesOfForm(body as FormData, boundary)
    return {
      ...streamed(() => bytesOfForm(pieces), lengthOf(pieces)),
      opens: 'again',
      ...typed(`multipart/form-data; boundary=${boundary}`),
    }
  }
  const length = said === null ? undefined : Number(said)
  if (isStream(body)) return ofStream(body, length)
  if (Symbol.asyncIterator in Object(body) || Symbol.iterator in Object(body))
    return streamed(() => body as AsyncIterable<unknown>, length)
  throw new errors.InvalidArgumentError(
    'body must be a string, bytes, a Blob, a FormData, or something that gives bytes',
  )
}

/** Methods whose Content-Length undici does not hold against the body. */
const LENGTHLESS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT'])

const whole = (bytes: Uint8Array): Body => ({
  length: bytes.length,
  bytes,
  open: () => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
  opens: 'again',
})

type Pieces = AsyncIterable<unknown> | Iterable<unknown>

const streamed = (pieces: () => Pieces, length: number | undefined): Body => ({
  length,
  bytes: undefined,
  open: () => Readable.toWeb(Readable.from(bytesOf(pieces()), { objectMode: false })) as ReadableStream<Uint8Array>,
  opens: 'once',
})

/** Those of packages too, and those that Node had before its own. */
const isStream = (body: unknown): body is NodeJS.ReadableStream & { destroy?(): void } =>
  typeof Object(body).pipe === 'function' && typeof Object(body).on === 'function'

/** Its pieces; whoever made the request may still destroy it with an error of his own when that fails. */
const kept = (stream: NodeJS.ReadableStream): Pieces => {
  if (stream instanceof Readable) return stream.iterator({ destroyOnReturn: false })
  return Symbol.asyncIterator in stream ? stream : new Readable().wrap(stream)
}

const ofStream = (stream: NodeJS.ReadableStream & { destroy?(): void }, length: number | undefined): Body => ({
  ...streamed(() => kept(stream), length),
  broken: told => void stream.on('error', told),
  drop: () => stream.destroy?.(),
})

async function* bytesOf(pieces: Pieces): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (typeof piece === 'string') yield Buffer.from(piece)
    else if (piece instanceof Uint8Array) yield piece
    else if (piece instanceof ArrayBuffer) yield new Uint8Array(piece)
    else if (ArrayBuffer.isView(piece)) yield new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
    else throw new errors.InvalidArgumentError('a body must give strings or bytes')
  }
}
