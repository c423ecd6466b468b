/**
 * What a run says, for pages that look on: its beginning and its end are held, and every page reads them from there at its
 * own pace. So a page that comes late gets what is there, one that does not read holds nothing, and who falls behind what
 * is held is told how much is missing.
 */
import type { JsonObject } from '../../inspect/json.ts'
import { packed } from '../../inspect/packed/packed.ts'
import { owned, type TraceRecord } from '../../trace/recorder.ts'

/** Octets of the beginning: the handshakes and heads of a few thousand connections. */
const MOST_FIRST = 8 * 1024 * 1024
/** Of the end: with the beginning what a run keeps (`RECORDER_BYTES`). */
const MOST_LAST = 32 * 1024 * 1024
/** What a record costs besides its bytes, as in `recorder`. */
const RECORD_OVERHEAD = 512
/** Characters that are made at once for a page that reads. */
const PIECE = 64 * 1024

export interface FeedLimits {
  readonly first: number
  readonly last: number
}

export class Feed {
  readonly #about: JsonObject
  readonly #limits: FeedLimits
  readonly #first: TraceRecord[] = []
  #firstSize = 0
  /** In front of `#lastAt` it is empty. */
  #last: (TraceRecord | undefined)[] = []
  #lastAt = 0
  #lastSize = 0
  #said = 0
  #closing: JsonObject | undefined
  #readers = 0
  readonly #waiting = new Set<() => void>()

  /** `about`: the first line that every page gets. */
  constructor(about: JsonObject, limits: FeedLimits = { first: MOST_FIRST, last: MOST_LAST }) {
    this.#about = about
    this.#limits = limits
  }

  /** In their order. What must not be seen is not among them. */
  add(records: readonly TraceRecord[]): void {
    if (this.#closing !== undefined) return
    for (const entry of records) this.#keep(owned(entry))
    this.#wake()
  }

  /** The last line. */
  end(closing: JsonObject): void {
    this.#closing ??= closing
    this.#wake()
  }

  /** From the beginning, a line for each record, until the run is over or nobody reads any more. */
  lines(signal: AbortSignal): ReadableStream<Uint8Array> {
    const next = this.#reading()
    const over = new AbortController()
    const left = AbortSignal.any([signal, over.signal])
    this.#readers++
    left.addEventListener('abort', () => void this.#readers--, { once: true })
    let isCancelled = false
    return new ReadableStream<Uint8Array>(
      {
        pull: async controller => {
          let piece = next()
          while (piece.text === '' && !piece.isLast && !left.aborted) {
            await this.#more(left)
            piece = next()
          }
          if (isCancelled) return
          if (!left.aborted && piece.text !== '') controller.enqueue(encoder.encode(piece.text))
          if (!left.aborted && !piece.isLast) return
          controller.close()
          over.abort()
        },
        cancel: () => {
          isCancelled = true
          over.abort()
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** Pages that look on. */
  get readers(): number {
    return this.#readers
  }

  #keep(entry: TraceRecord): void {
    const size = sizeOf(entry)
    const isFirst = this.#first.length === this.#said && this.#firstSize + size <= this.#limits.first
    this.#said++
    if (isFirst) {
      this.#first.push(entry)
      this.#firstSize += size
      return
    }
    this.#last.push(entry)
    this.#lastSize += size
    while (this.#lastSize > this.#limits.last) {
      this.#lastSize -= sizeOf(this.#last[this.#lastAt]!)
      this.#last[this.#lastAt++] = undefined
    }
    if (this.#lastAt > this.#last.length / 2) {
      this.#last = this.#last.slice(this.#lastAt)
      this.#lastAt = 0
    }
  }

  /** Gives what is there, a piece at a time. `isLast`: nothing will come. */
  #reading(): () => { readonly text: string; readonly isLast: boolean } {
    let text = line(this.#about)
    let at = 0
    return () => {
      while (at < this.#said && text.length < PIECE) {
        const kept = this.#last.length - this.#lastAt
        const behind = this.#said - kept - at
        if (at >= this.#first.length && behind > 0) {
          text += line({ type: 'missing', records: behind })
          at += behind
          continue
        }
        const entry = at < this.#first.length ? this.#first[at] : this.#last[this.#lastAt - behind]
        if (entry !== undefined) text += `${JSON.stringify(packed(entry))}\n`
        at++
      }
      const isLast = at === this.#said && this.#closing !== undefined
      if (isLast) text += line(this.#closing!)
      const piece = { text, isLast }
      text = ''
      return piece
    }
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const go = (): void => {
        this.#waiting.delete(go)
        signal.removeEventListener('abort', go)
        resolve()
      }
      this.#waiting.add(go)
      signal.addEventListener('abort', go)
    })
  }

  #wake(): void {
    for (const go of [...this.#waiting]) go()
  }
}

const encoder = new TextEncoder()

const sizeOf = (entry: TraceRecord | undefined): number =>
  RECORD_OVERHEAD + (entry?.type === 'message' ? entry.record.bytes.length : 0)

/** A line of data that is no record. */
export const line = (data: object): string => `${JSON.stringify(data)}\n`
