/** What undici takes as a body, as the outline of a request has it. */
import { Readable } from 'node:stream'
import { errors } from 'undici'
import type { OutlineBody } from '../../net/client/request.ts'

/** `headers` get the type of a form, and lose nothing: the wire says the length itself. */
export const bodyOf = (body: unknown, headers: Headers): OutlineBody | undefined => {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return whole(Buffer.from(body))
  if (body instanceof Uint8Array) return whole(body)
  if (body instanceof ArrayBuffer) return whole(new Uint8Array(body))
  if (ArrayBuffer.isView(body)) return whole(new Uint8Array(body.buffer, body.byteOffset, body.byteLength))
  if (body instanceof Blob) return { length: body.size, bytes: undefined, open: () => body.stream(), opens: 'again' }
  const tag = Object.prototype.toString.call(body)
  if (tag === '[object FormData]') {
    const response = new Response(body as FormData)
    headers.set('content-type', response.headers.get('content-type')!)
    return streamed(response.body!, undefined)
  }
  const said = headers.get('content-length') ?? ''
  const length = /^\d{1,15}$/.test(said) ? Number(said) : undefined
  if (body instanceof ReadableStream) return streamed(body, length)
  if (Symbol.asyncIterator in Object(body) || Symbol.iterator in Object(body)) {
    const pieces = Readable.from(bytesOf(body as AsyncIterable<unknown>), { objectMode: false })
    return streamed(Readable.toWeb(pieces) as ReadableStream<Uint8Array>, length)
  }
  throw new errors.InvalidArgumentError(
    'body must be a string, bytes, a Blob, a FormData, or something that gives bytes',
  )
}

const whole = (bytes: Uint8Array): OutlineBody => ({
  length: bytes.length,
  bytes,
  open: () => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream(),
  opens: 'again',
})

const streamed = (stream: ReadableStream<Uint8Array>, length: number | undefined): OutlineBody => ({
  length,
  bytes: undefined,
  open: () => stream,
  opens: 'once',
})

async function* bytesOf(pieces: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (typeof piece === 'string') yield Buffer.from(piece)
    else if (piece instanceof Uint8Array) yield piece
    else throw new errors.InvalidArgumentError('a body must give strings or bytes')
  }
}
