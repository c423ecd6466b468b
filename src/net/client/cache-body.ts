/** A body on its way to whoever asked, of which a copy is kept when all of it has come. */
import type { Bytes } from '../../engine.ts'
import type { RequestContext } from '../../failures/index.ts'
import type { HeaderList } from '../../http/types.ts'
import { joined } from '../../wire/bytes.ts'
import type { Pieces } from './seam.ts'

/** Bytes of a body that nobody wants but that are read all the same, so that it can be kept: that of a redirect, mostly. */
const READ_ON = 64 * 1024

export interface CopyOptions {
  /** Bytes; of a longer body nothing is kept. */
  readonly largest: number
  /** Told once. */
  readonly done: (body: Bytes | NoCopy) => void | Promise<void>
}

/** Why there is none; `not whole`: it broke off or was not wanted. */
export type NoCopy = 'too long' | 'not whole'

export class CopiedPieces implements Pieces {
  readonly #inner: Pieces
  readonly #largest: number
  #done: CopyOptions['done'] | undefined
  /** Copies: what is handed on belongs to whoever reads it. */
  #held: Bytes[] = []
  #size = 0

  constructor(inner: Pieces, { largest, done }: CopyOptions) {
    this.#inner = inner
    this.#largest = largest
    this.#done = done
  }
  get broken(): Pieces['broken'] {
    return this.#inner.broken
  }
  watch(told: () => void): void {
    this.#inner.watch?.(told)
  }
  get trailers(): HeaderList {
    return this.#inner.trailers
  }
  get progress(): RequestContext {
    return this.#inner.progress
  }

  async next(): Promise<Bytes | undefined> {
    try {
      const piece = await this.#inner.next()
      if (piece === undefined) await this.#finish(joined(this.#held))
      else this.#take(piece)
      return piece
    } catch (error) {
      void this.#finish('not whole')
      throw error
    }
  }
  discard(): void {
    if (this.#done === undefined || this.#size > READ_ON) this.#giveUp('discard')
    else void this.#readOn()
  }
  cancel(): void {
    this.#giveUp('cancel')
  }

  #take(piece: Bytes): void {
    if (this.#done === undefined) return
    this.#size += piece.length
    if (this.#size > this.#largest) void this.#finish('too long')
    else this.#held.push(piece.slice())
  }

  /** To the end, if that is near. */
  async #readOn(): Promise<void> {
    try {
      while ((await this.next()) !== undefined) if (this.#size > READ_ON) return this.#giveUp('discard')
    } catch {
      // Nobody waits for it.
    }
  }

  #giveUp(how: 'discard' | 'cancel'): void {
    void this.#finish('not whole')
    this.#inner[how]()
  }

  async #finish(body: Bytes | NoCopy): Promise<void> {
    const done = this.#done
    this.#done = undefined
    this.#held = []
    await done?.(body)
  }
}
