/**
 * What the buffers of all connections of one stack hold together, and its bound (Linux: tcp_mem). Peers decide how much
 * arrives and how fast it is acknowledged; this decides how much of it is kept.
 */

/** The least that a buffer takes, and what it gets however short memory is: a connection then goes on, slowly. */
export const FIRST_BLOCK = 4096
/** What it takes when more comes: each copy of text that crosses from one block to the next costs as much as another one. */
export const NEXT_BLOCK = 16_384
/** A thousand connections with one full buffer of the default size. */
export const DEFAULT_MEMORY = 256 * 1024 * 1024
/** From here on new memory is no longer offered to peers: what was offered before may still come. */
const SHORT = 0.75
/** Bytes kept for the next who needs a block, of either size: making one costs more than filling it. */
const SPARE = 512 * 1024

/** Keeps text that is not in order, which the peer must send again when it is dropped (RFC 9293 3.8.1). */
export interface Keeper {
  dropAhead(): void
}

export class Memory {
  /** Bytes that are held. */
  used = 0
  readonly #limit: number
  /** Those with text out of order, the one that began first at the front. */
  readonly #keepers = new Set<Keeper>()
  readonly #spare = { first: [] as Uint8Array[], next: [] as Uint8Array[] }

  constructor(limit: number = DEFAULT_MEMORY) {
    this.#limit = limit
  }

  get isShort(): boolean {
    return this.used > this.#limit * SHORT
  }

  /** Counts `bytes` more as held when there is room; text out of order of others than `asker` makes room. */
  grant(bytes: number, asker?: Keeper): boolean {
    if (this.used + bytes > this.#limit) this.#reclaim(bytes, asker)
    if (this.used + bytes > this.#limit) return false
    this.used += bytes
    return true
  }

  giveBack(bytes: number): void {
    this.used -= bytes
  }

  /** A block; undefined when there is no room for it. For the first of a queue there always is. */
  take(which: 'first' | 'next'): Uint8Array | undefined {
    const size = which === 'first' ? FIRST_BLOCK : NEXT_BLOCK
    if (which === 'first') this.used += size
    else if (!this.grant(size)) return undefined
    return this.#spare[which].pop() ?? new Uint8Array(size)
  }

  put(block: Uint8Array): void {
    this.used -= block.length
    const spare = this.#spare[block.length === FIRST_BLOCK ? 'first' : 'next']
    if ((spare.length + 1) * block.length <= SPARE) spare.push(block)
  }

  keeps(keeper: Keeper): void {
    this.#keepers.add(keeper)
  }

  keepsNothing(keeper: Keeper): void {
    this.#keepers.delete(keeper)
  }

  #reclaim(bytes: number, asker: Keeper | undefined): void {
    for (const keeper of this.#keepers) {
      if (this.used + bytes <= this.#limit) return
      if (keeper !== asker) keeper.dropAhead()
    }
  }
}
