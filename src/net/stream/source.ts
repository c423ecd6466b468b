/** A web stream read one piece ahead, so that one can ask whether its next piece is at hand before waiting for it. */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'

/** `later`: the next piece, or the end, needs something to happen first: a timer, a disk, a peer. */
export type AtHand = 'piece' | 'end' | 'later'

type Read = { readonly done: boolean; readonly value?: unknown }

const CHEAP_TURNS = 12

export class Source {
  readonly #reader: ReadableStreamDefaultReader<unknown>
  readonly #clock: Clock
  readonly #back: Bytes[] = []
  #ahead: Promise<Read> | undefined
  #settled: Read | undefined

  /** Locks the stream. Throws TypeError when somebody else has done so. */
  constructor(stream: ReadableStream<unknown>, clock: Clock) {
    this.#reader = stream.getReader()
    this.#clock = clock
  }

  /** What `next` would give. Rejects with what broke the stream. */
  async peek(): Promise<AtHand> {
    if (this.#back.length > 0) return 'piece'
    if (!this.#isSettled()) {
      this.#read().catch(ignore)
      // Most that are at hand are so after a few turns of promises: a timer each would cost more than the rest.
      for (let turn = 0; turn < CHEAP_TURNS && !this.#isSettled(); turn++) await undefined
    }
    if (!this.#isSettled()) {
      const reading = this.#read()
      let disarm = (): void => {}
      // Promises that need nothing but their own turns have settled before the clock runs its next task.
      const turn = new Promise<undefined>(resolve => {
        disarm = this.#clock.later(this.#clock.now(), () => resolve(undefined))
      })
      const first = await Promise.race([reading, turn]).finally(disarm)
      if (first === undefined) return 'later'
    }
    return this.#settled!.done ? 'end' : 'piece'
  }

  /** The next piece; undefined at the end. Rejects with what broke the stream, or TypeError for what are no bytes. */
  async next(): Promise<Bytes | undefined> {
    const back = this.#back.shift()
    if (back !== undefined) return back
    const { done, value } = await this.#read()
    if (done) return undefined
    this.#ahead = undefined
    this.#settled = undefined
    if (value instanceof Uint8Array) return value
    throw new TypeError('a body must give Uint8Array')
  }

  /** Puts pieces back, to be read again first. */
  unread(pieces: readonly Bytes[]): void {
    this.#back.unshift(...pieces)
  }

  /** Nobody wants the rest. */
  cancel(reason: unknown): void {
    this.#reader.cancel(reason).catch(ignore)
  }

  #isSettled(): boolean {
    return this.#settled !== undefined
  }

  #read(): Promise<Read> {
    this.#ahead ??= this.#reader.read().then(read => (this.#settled = read))
    return this.#ahead
  }
}

const ignore = (): void => {}

/** What a body had at hand. */
export interface Gathered {
  readonly pieces: readonly Bytes[]
  /** The body ended with them. */
  readonly whole: boolean
}

/** What a piece counts at least: also empty ones come to an end. */
const LEAST = 1_024

/** The pieces that can be had without waiting, `most` bytes or a little more. */
export const gather = async (source: Source, most: number): Promise<Gathered> => {
  const pieces: Bytes[] = []
  for (let size = 0; size < most; size += Math.max(LEAST, pieces.at(-1)!.length)) {
    const next = await source.peek()
    if (next !== 'piece') return { pieces, whole: next === 'end' }
    pieces.push((await source.next())!)
  }
  return { pieces, whole: false }
}

/** All that is left of it. */
export async function* piecesOf(source: Source): AsyncGenerator<Bytes> {
  for (let piece = await source.next(); piece !== undefined; piece = await source.next()) yield piece
}

/** Bytes of one write where a connection may ask to wait after each. */
const SLICE = 256 * 1024

export async function* slices(bytes: Bytes): AsyncGenerator<Bytes> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE)
}
