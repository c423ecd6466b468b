/**
 * Downloads that go on where they broke off: the rest is asked for with Range and If-Range (RFC 9110 13.1.5, 14), and put
 * behind what was handed on only where it is of the very same representation. An interceptor next to the wire, so whoever
 * reads the body sees one that took a little longer.
 */
import type { Clock } from '../../clock.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, type FailureCode, FailureError, type RequestContext } from '../../failures/index.ts'
import { strongValidator } from '../../http/semantics/conditional.ts'
import { partOf } from '../../http/semantics/ranges.ts'
import type { HeaderList, LazyHeaders } from '../../http/types.ts'
import { hrefOf, type Outline } from './request.ts'
import type { Answer, Ask, Interceptor, Pieces } from './seam.ts'

export interface ResumeOptions {
  /** How often one body is gone on with; 10 where undefined. wget tries 20 times. */
  readonly tries?: number | undefined
  /** Before the second try that brings nothing, in ms; twice as long before each one after it. 500 where undefined. */
  readonly wait?: Millis | undefined
  /** Told each time that a body is gone on with, before that is asked for. */
  readonly told?: ((resumption: Resumption) => void) | undefined
}

export interface Resumption {
  readonly url: string
  /** How many bytes have come, as they are sent: before a content coding is undone. */
  readonly bytes: number
  /** Of how many; undefined where nobody has said. */
  readonly total: number | undefined
  /** What broke it off; undefined where less came than was asked for. */
  readonly because: Failure | undefined
}

const TRIES = 10
const WAIT: Millis = 500
/** No wait is longer. */
const LONGEST: Millis = 30_000

/** How it looks when a connection, and nothing else, has failed. */
const BROKEN: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'http/body-cut-short',
  'http/body-timeout',
  'net/idle-timeout',
  'net/unreachable',
  'tcp/reset',
  'tcp/silence',
  'tls/cut-short',
])

export const resuming = (
  options: ResumeOptions,
  clock: Clock,
  fieldsOf: (outline: Outline) => HeaderList,
): Interceptor => {
  return async (outline, next) => {
    const answer = await next(outline)
    const validator = strongValidator(answer.head.headers)
    if (!isResumable(outline, answer) || validator === undefined) return answer
    const coding = fieldsOf(outline).find(([name]) => name.toLowerCase() === 'accept-encoding')?.[1]
    return { ...answer, pieces: new ResumedPieces(answer, { outline, validator, coding, next, clock, ...options }) }
  }
}

/** What only asks, and for all of it; of the answer it must be certain where it ends, and that there are parts to be had. */
const isResumable = ({ method, headers }: Outline, { head }: Answer): boolean =>
  method === 'GET' &&
  head.status === 200 &&
  (head.framing.kind === 'length' || head.framing.kind === 'chunked') &&
  !headers.has('range') &&
  head.headers.get('accept-ranges')?.toLowerCase() !== 'none'

interface Going extends ResumeOptions {
  readonly outline: Outline
  readonly validator: string
  /** As it was asked for the first time: offsets are of what is coded. */
  readonly coding: string | undefined
  readonly next: Ask
  readonly clock: Clock
}

class ResumedPieces implements Pieces {
  readonly #going: Going
  readonly #first: LazyHeaders
  #inner: Pieces
  #received = 0
  #total: number | undefined
  /** How often it was gone on with, in all and since something came. */
  #tries = 0
  #fruitless = 0
  #isOver = false

  constructor({ head, pieces }: Answer, going: Going) {
    this.#going = going
    this.#first = head.headers
    this.#inner = pieces
    this.#total = head.framing.kind === 'length' ? head.framing.length : undefined
  }
  get trailers(): HeaderList {
    return this.#inner.trailers
  }
  get progress(): RequestContext {
    const announced = this.#total === undefined ? {} : { announced: this.#total }
    return { ...this.#inner.progress, received: this.#received, ...announced }
  }
  discard(): void {
    this.#isOver = true
    this.#inner.discard()
  }
  cancel(): void {
    this.#isOver = true
    this.#inner.cancel()
  }

  async next(): Promise<Bytes | undefined> {
    for (;;) {
      let broken: unknown
      try {
        const piece = await this.#inner.next()
        if (piece !== undefined) {
          this.#received += piece.length
          this.#fruitless = 0
          return piece
        }
        // A server may send less than it was asked for (RFC 9110 14.2); what it announced at first is what there is.
        if (this.#total === undefined || this.#received >= this.#total) return undefined
      } catch (error) {
        if (!(error instanceof FailureError) || !BROKEN.has(error.code)) throw error
        broken = error
      }
      if (!(await this.#goOn(broken))) throw broken
    }
  }

  /** True when there is more to read. Throws the reason of a signal, and `broken` where nothing more can be had. */
  async #goOn(broken: unknown): Promise<boolean> {
    const { outline, told, next, tries = TRIES } = this.#going
    const because = broken instanceof FailureError ? broken.failure : undefined
    while (!this.#isOver && this.#tries++ < tries) {
      await this.#pause()
      outline.signal?.throwIfAborted()
      if (this.#isOver) return false
      told?.({ url: hrefOf(outline.url), bytes: this.#received, total: this.#total, because })
      try {
        const answer = await next(this.#rest())
        if (this.#isOver || !this.#continues(answer)) {
          answer.pieces.cancel()
          return false
        }
        this.#inner = answer.pieces
        return true
      } catch (error) {
        if (!(error instanceof FailureError)) throw error
      }
    }
    return false
  }

  #rest(): Outline {
    const { outline, validator, coding } = this.#going
    const headers = new Headers(outline.headers)
    headers.set('range', `bytes=${this.#received}-`)
    headers.set('if-range', validator)
    if (coding !== undefined) headers.set('accept-encoding', coding)
    return { ...outline, headers, informed: undefined }
  }

  /** Never a byte of anything else: the same tag, the same coding, the octet that is next, and as much in all. */
  #continues({ head }: Answer): boolean {
    const part = head.status === 206 ? partOf(head.headers.get('content-range') ?? '') : undefined
    if (part === undefined || part.start !== this.#received) return false
    if (this.#total !== undefined && part.size !== undefined && part.size !== this.#total) return false
    for (const name of ['etag', 'last-modified']) {
      const [before, now] = [this.#first.get(name), head.headers.get(name)]
      if (now !== undefined && now !== before) return false
    }
    if (head.headers.get('content-encoding') !== this.#first.get('content-encoding')) return false
    this.#total ??= part.size
    return true
  }

  /** Before the first try nobody waits: most breaks are those of one connection. */
  async #pause(): Promise<void> {
    const { clock, wait = WAIT, outline } = this.#going
    if (this.#fruitless++ === 0) return
    const length = Math.min(wait * 2 ** (this.#fruitless - 2), LONGEST)
    await new Promise<void>(resolve => {
      const done = (): void => {
        disarm()
        outline.signal?.removeEventListener('abort', done)
        resolve()
      }
      const disarm = clock.later(clock.now() + length, done)
      outline.signal?.addEventListener('abort', done, { once: true })
    })
  }
}
