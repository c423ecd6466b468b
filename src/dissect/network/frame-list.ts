/** Where the frames of each conversation are: a chain of places in the file for each, 12 bytes a frame. */
const CHUNK_BITS = 12
const CHUNK = 2 ** CHUNK_BITS
const IN_CHUNK = CHUNK - 1

/** Frames that are found again; those behind them are counted. 800 MB of places, for a file of 5 GB at least. */
export const MOST_FRAMES = 2 ** 26

export class FrameList {
  readonly #places: Float64Array[] = []
  readonly #next: Int32Array[] = []
  #count = 0

  get isFull(): boolean {
    return this.#count === MOST_FRAMES
  }

  /** Appends the frame at `place` to the chain whose last one is `tail` (-1: to none); its number in the list. */
  add(place: number, tail: number): number {
    const i = this.#count++
    if (i % CHUNK === 0) {
      this.#places.push(new Float64Array(CHUNK))
      this.#next.push(new Int32Array(CHUNK))
    }
    this.#places[i >>> CHUNK_BITS]![i & IN_CHUNK] = place
    this.#next[i >>> CHUNK_BITS]![i & IN_CHUNK] = -1
    if (tail >= 0) this.#next[tail >>> CHUNK_BITS]![tail & IN_CHUNK] = i
    return i
  }

  /** The places of the chain that begins with `head`, in the order of the file. */
  places(head: number): Float64Array {
    let count = 0
    for (let i = head; i >= 0; i = this.#next[i >>> CHUNK_BITS]![i & IN_CHUNK]!) count++
    const places = new Float64Array(count)
    let at = 0
    for (let i = head; i >= 0; i = this.#next[i >>> CHUNK_BITS]![i & IN_CHUNK]!) {
      places[at++] = this.#places[i >>> CHUNK_BITS]![i & IN_CHUNK]!
    }
    return places.sort()
  }
}
