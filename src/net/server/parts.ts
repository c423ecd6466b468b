/** Forms that a request brings, part by part as they come. */
import type { Bytes } from '../../engine.ts'
import { Failure, FailureError, fail } from '../../failures/index.ts'
import { type FormPartHead, formPart } from '../../http/multipart/form-part.ts'
import { boundaryIn, type MultipartEvent, type MultipartLimits, MultipartReader } from '../../http/multipart/reader.ts'
import { joined } from '../../wire/bytes.ts'
import { Source } from '../stream/source.ts'
import type { World } from '../stream/types.ts'
import { told } from '../told.ts'
import { plainAnswer } from './plain-answer.ts'

export interface Part {
  /** Of the control of the form. */
  readonly name: string
  /** As the client calls the file: `safeFileName` before it is the name of one here. Undefined for a field. */
  readonly filename: string | undefined
  /** Undefined: text/plain. */
  readonly type: string | undefined
  readonly headers: Headers
  /** The content as it comes; the client is stopped while nobody reads. */
  readonly body: ReadableStream<Uint8Array>
  /** All of the content. Rejects with `http/part-too-big` for more than `most` bytes, 1 MiB where undefined. */
  bytes(most?: number): Promise<Uint8Array>
  /** As `bytes`, in UTF-8. */
  text(most?: number): Promise<string>
}

/** Bytes of one part that are held at once where nobody says another number: busboy has as much for a field. */
const HELD = 1_048_576

type InWorld = { readonly world: Pick<World, 'clock' | 'words'> }

/**
 * The parts of a multipart/form-data body, one after the other: what nobody has read of one is skipped when the next is
 * asked for, and its `body` fails then (`http/wrong-turn`). Iteration, and reading, rejects with `FailureError`:
 * http/unsupported-media-type, http/bad-boundary, http/bad-part, http/too-many-parts, http/part-too-big,
 * http/multipart-cut-short, and what broke the body (net/client-left, tcp/reset, …): see `refusalOf`.
 */
export async function* parts(
  message: Request | Response,
  { world: { clock, words } }: InWorld,
  limits: Partial<MultipartLimits> = {},
): AsyncGenerator<Part, void, undefined> {
  const source = message.body === null ? undefined : new Source(message.body, clock)
  try {
    yield* partsOf(() => source?.next(), message.headers.get('content-type') ?? '', { limits, words })
  } catch (error) {
    throw told(error, words)
  } finally {
    source?.cancel(undefined)
  }
}

type Next = () => Promise<Bytes | undefined> | undefined

/** As `parts`, of what `next` gives. */
export async function* partsOf(
  next: Next,
  contentType: string,
  { limits, words }: { readonly limits: Partial<MultipartLimits>; readonly words: World['words'] },
): AsyncGenerator<Part, void, undefined> {
  const boundary = boundaryIn(contentType)
  if (boundary instanceof Failure) throw new FailureError(boundary)
  const walk = new Walk(next, new MultipartReader(boundary, limits))
  try {
    for (let head = await walk.part(); head !== undefined; head = await walk.part())
      yield new Received(head, walk, words)
  } finally {
    walk.leave()
  }
}

/** The answer to a body that was refused: the 4xx of the failure. Throws what is no such failure. */
export const refusalOf = (error: unknown, { world: { words } }: InWorld): Response => {
  if (!(error instanceof FailureError)) throw error
  const { failure } = error
  if (failure.fault !== 'peer' || failure.status === undefined) throw error
  return plainAnswer(failure, words)
}

/** From event to event through a body, for one asker at a time. */
class Walk {
  readonly #more: Next
  readonly #reader: MultipartReader
  #turn: Promise<unknown> = Promise.resolve()
  #error: unknown
  /** The part that is being read; undefined between parts. */
  #head: FormPartHead | undefined

  constructor(more: Next, reader: MultipartReader) {
    this.#more = more
    this.#reader = reader
  }

  /** The next part, behind what is left of the one before it. */
  part(): Promise<FormPartHead | undefined> {
    return this.#inTurn(async () => {
      for (;;) {
        const event = await this.#event()
        if (event.type === 'end') return undefined
        if (event.type !== 'part') continue
        const head = formPart(event.headers)
        if (head instanceof Failure) throw new FailureError(head)
        this.#head = head
        return head
      }
    })
  }

  /** More of the content of `head`; undefined at its end. */
  content(head: FormPartHead): Promise<Bytes | undefined> {
    return this.#inTurn(async () => {
      if (this.#head !== head) {
        throw new FailureError(fail('http/wrong-turn', { got: 'The body of a part', expected: 'another part' }))
      }
      const event = await this.#event()
      return event.type === 'body' ? event.bytes : undefined
    })
  }

  leave(): void {
    this.#head = undefined
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #event(): Promise<Exclude<MultipartEvent, { type: 'failure' }>> {
    if (this.#error !== undefined) throw this.#error
    try {
      for (;;) {
        const event = this.#reader.pollEvent()
        if (event?.type === 'failure') throw new FailureError(event.failure)
        if (event !== undefined) return event
        this.#reader.receive((await this.#more()) ?? 'end')
      }
    } catch (error) {
      this.#error = error
      throw error
    }
  }
}

class Received implements Part {
  readonly #head: FormPartHead
  readonly #walk: Walk
  readonly #words: World['words']
  #body: ReadableStream<Uint8Array> | undefined
  #ended = false

  constructor(head: FormPartHead, walk: Walk, words: World['words']) {
    this.#head = head
    this.#walk = walk
    this.#words = words
  }

  get name(): string {
    return this.#head.name
  }
  get filename(): string | undefined {
    return this.#head.filename
  }
  get type(): string | undefined {
    return this.#head.type
  }
  get headers(): Headers {
    // A `Headers` takes octets: what was read as UTF-8 is said in it as UTF-8.
    return new Headers(this.#head.headers.map(([name, value]): [string, string] => [name, octetsOf(value)]))
  }
  get body(): ReadableStream<Uint8Array> {
    this.#body ??= new ReadableStream<Uint8Array>(
      {
        pull: async controller => {
          try {
            const piece = await this.#next()
            if (piece === undefined) controller.close()
            else controller.enqueue(piece)
          } catch (error) {
            controller.error(told(error, this.#words))
          }
        },
      },
      { highWaterMark: 0 },
    )
    return this.#body
  }
  async bytes(most: number = HELD): Promise<Uint8Array> {
    try {
      const where = JSON.stringify(this.name.slice(0, 40))
      return await gathered(() => this.#next(), most, fail('http/part-too-big', { where, number: most }))
    } catch (error) {
      throw told(error, this.#words)
    }
  }
  async text(most?: number): Promise<string> {
    return utf8.decode(await this.bytes(most))
  }

  async #next(): Promise<Bytes | undefined> {
    const piece = this.#ended ? undefined : await this.#walk.content(this.#head)
    if (piece === undefined) this.#ended = true
    return piece
  }
}

/** HTML: a field is decoded without looking for a byte order mark. */
export const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

const octetsOf = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text))

/** All that `next` gives, or the failure that `most` bytes and more of it are. */
export const gathered = async (next: Next, most: number, failure: Failure): Promise<Uint8Array<ArrayBuffer>> => {
  const pieces: Bytes[] = []
  let size = 0
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    size += piece.length
    if (size > most) throw new FailureError(failure)
    pieces.push(piece)
  }
  return joined(pieces) as Uint8Array<ArrayBuffer>
}
