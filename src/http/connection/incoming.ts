/**
 * The receiving half of a connection: tears the byte stream into heads, bodies and trailers, whatever pieces it comes
 * in. It knows framing and nothing else; whether a head is acceptable is asked of `IncomingSink`.
 */
import type { Bytes } from '../../engine.ts'
import { type Failure, fail, isFailure } from '../../failures/index.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { smallArray } from '../../wire/slab.ts'
import type { HttpLimits } from '../limits.ts'
import { ChunkReader } from '../message/chunked.ts'
import { cutHead } from '../message/cut-head.ts'
import { PER_FIELD } from '../message/fields.ts'
import { isWord, NEVER_TRAILERS } from '../message/grammar.ts'
import { HeadReader, MORE } from '../message/head-reader.ts'
import type { BodyFraming, HeaderList } from '../types.ts'

/** It was refused, and that was told. */
const FAILED = -2

/** What the bytes are waited for. `done`: the message is complete and `next` was not called; `switched`: another protocol. */
export type Waits = 'head' | 'length' | 'until-close' | 'chunks' | 'trailers' | 'done' | 'switched' | 'failed'

/** Bytes [start, end) of `bytes`, which begin at byte `stream` of the connection. */
export interface Piece {
  readonly bytes: Bytes
  readonly stream: number
}

export interface IncomingSink {
  /** A complete head, in bytes that stay: its body's framing, `again` for a 1xx head, `switch`, or why it is refused. */
  head(piece: Piece, reader: HeadReader): BodyFraming | 'again' | 'switch' | Failure
  body(bytes: Bytes): void
  end(trailers: HeaderList): void
  /** Bytes after a complete message: whether they are worth keeping. */
  ahead(): 'keep' | 'drop'
  /** `piece`: what had come of the head, if it was a head. */
  failed(failure: Failure, piece: Piece | undefined): void
}

/** Whether an array that is being read may change after this call. */
type Whose = 'ours' | 'theirs'

const NO_TRAILERS: HeaderList = []
const NOTHING = new Uint8Array(0)

export class Incoming {
  readonly #kind: 'request' | 'response'
  readonly #sink: IncomingSink
  readonly #limits: HttpLimits
  readonly #whose: Whose
  readonly #heads: HeadReader
  readonly #trailers: HeadReader
  #chunks: ChunkReader
  /** Bytes that came and are not used up; ours alone, never overwritten where a view was handed out. */
  #kept: Uint8Array | undefined
  /** `#kept` is an array of ours with room, not a view of somebody's. */
  #growable = false
  #keptStart = 0
  #keptEnd = 0
  /** Stream offset of index 0 of the array that is being read, as long as what comes is read. */
  #origin = 0
  #expected = 0
  #left = 0
  waits: Waits = 'head'

  constructor(kind: 'request' | 'response', limits: HttpLimits, input: 'borrowed' | 'owned', sink: IncomingSink) {
    this.#kind = kind
    this.#sink = sink
    this.#limits = limits
    this.#whose = input === 'owned' ? 'ours' : 'theirs'
    this.#heads = new HeadReader(kind, limits)
    this.#trailers = new HeadReader('trailers', limits)
    this.#chunks = new ChunkReader(limits)
  }

  receive(bytes: Bytes): void {
    if (this.waits === 'failed' || bytes.length === 0) return
    if (this.#kept !== undefined) {
      this.#append(bytes)
      this.#resume()
      return
    }
    const used = this.#read(bytes, 0, bytes.length, this.#whose)
    if (used < bytes.length) this.#keep(bytes, used)
    else this.#origin += bytes.length
  }

  /** The other side sends no more. True when that is a fine moment: between messages, or where it ends one. */
  end(): 'between' | 'cut' {
    switch (this.waits) {
      case 'head':
        if (this.untouched) return 'between'
        this.#fail(cutHead(this.#kind, (this.#kept ?? NOTHING).subarray(this.#keptStart, this.#keptEnd)), undefined)
        return 'cut'
      case 'length':
        this.#cut(`${this.#expected}`, this.#expected - this.#left)
        return 'cut'
      case 'chunks':
      case 'trailers':
        this.#cut(undefined, this.#chunks.total)
        return 'cut'
      case 'until-close':
        this.#done(NO_TRAILERS)
        return 'between'
      case 'done':
      case 'switched':
      case 'failed':
        return 'between'
      default:
        return this.waits satisfies never
    }
  }

  /** The next message may begin; bytes that were kept are read now. */
  next(): void {
    this.waits = 'head'
    this.#heads.reset()
    if (this.#kept !== undefined) this.#resume()
  }

  /** Nothing that comes is read any more: it is kept for `rest`. */
  switch(): void {
    this.waits = 'switched'
  }

  /** What is kept, which is nothing of HTTP. */
  rest(): Bytes {
    const rest = this.#kept?.subarray(this.#keptStart, this.#keptEnd) ?? NOTHING
    this.#kept = undefined
    return rest
  }

  /** No byte of the next message is here. */
  get untouched(): boolean {
    return this.#heads.untouched
  }

  /** Bytes of later messages are waiting here. */
  get hasAhead(): boolean {
    return this.waits === 'done' && this.#kept !== undefined
  }

  #resume(): void {
    const kept = this.#kept!
    const used = this.#read(kept, this.#keptStart, this.#keptEnd, 'ours')
    if (used === this.#keptEnd || this.waits === 'failed') {
      this.#kept = undefined
      this.#origin += this.#keptEnd
    } else this.#keptStart = used
    if (this.waits === 'done') this.#checkAhead()
  }

  #keep(bytes: Bytes, used: number): void {
    if (this.waits === 'failed') return
    if (this.waits === 'done' && this.#sink.ahead() === 'drop') return
    this.#origin += used
    this.#kept = view(bytes, used, bytes.length, this.#whose)
    this.#growable = false
    this.#keptStart = 0
    this.#keptEnd = bytes.length - used
    if (this.waits === 'done') this.#checkAhead()
  }

  #checkAhead(): void {
    if (this.#kept === undefined) return
    if (this.#sink.ahead() === 'drop') this.#kept = undefined
    else if (this.#keptEnd - this.#keptStart > this.#limits.ahead)
      this.#fail(fail('http/too-far-ahead', { number: this.#limits.ahead }), undefined)
  }

  /** Grows by doubling; what was handed out stays in the old array. */
  #append(bytes: Bytes): void {
    const have = this.#keptEnd - this.#keptStart
    const kept = this.#kept!
    if (this.#keptEnd + bytes.length > kept.length || !this.#growable) {
      const grown = new Uint8Array(Math.max(2 * (have + bytes.length), 256))
      grown.set(kept.subarray(this.#keptStart, this.#keptEnd))
      this.#origin += this.#keptStart
      this.#kept = grown
      this.#growable = true
      this.#keptStart = 0
      this.#keptEnd = have
    }
    this.#kept!.set(bytes, this.#keptEnd)
    this.#keptEnd += bytes.length
  }

  /** Reads until the bytes or the message end; returns the position up to which they are used up. */
  #read(bytes: Bytes, start: number, end: number, whose: Whose): number {
    let p = start
    for (;;) {
      switch (this.waits) {
        case 'head': {
          const next = this.#head(bytes, p, end, whose)
          if (next < 0) return p
          p = next
          break
        }
        case 'length': {
          const take = Math.min(this.#left, end - p)
          if (take > 0) this.#sink.body(view(bytes, p, p + take, whose))
          p += take
          this.#left -= take
          if (this.#left > 0) return p
          this.#done(NO_TRAILERS)
          break
        }
        case 'until-close': {
          const take = Math.min(this.#left, end - p)
          if (take > 0) this.#sink.body(view(bytes, p, p + take, whose))
          this.#left -= take
          if (p + take < end) this.#fail(fail('http/body-too-big', { number: this.#limits.body }), undefined)
          return p + take
        }
        case 'chunks':
          p = this.#chunk(bytes, p, end, whose)
          if (p >= end && this.waits === 'chunks') return p
          break
        case 'trailers': {
          const next = this.#trailer(bytes, p, end)
          if (next < 0) return p
          p = next
          break
        }
        case 'done':
        case 'switched':
        case 'failed':
          return p
        default:
          return this.waits satisfies never
      }
    }
  }

  #head(bytes: Bytes, p: number, end: number, whose: Whose): number {
    const reader = this.#heads
    const next = reader.read(bytes, p, end)
    if (next === MORE) return MORE
    if (typeof next !== 'number') {
      this.#fail(next, {
        bytes: bytes.slice(p, Math.min(end, p + this.#limits.head)),
        stream: this.#origin + p,
      })
      return FAILED
    }
    const piece = { bytes: view(bytes, p, next, whose), stream: this.#origin + p }
    const framing = this.#sink.head(piece, reader)
    if (framing === 'again') {
      reader.reset()
      return next
    }
    if (framing === 'switch') {
      this.waits = 'switched'
      return next
    }
    if (isFailure(framing)) {
      this.#fail(framing, piece)
      return FAILED
    }
    this.#begin(framing)
    return next
  }

  #begin(framing: BodyFraming): void {
    switch (framing.kind) {
      case 'none':
        this.#done(NO_TRAILERS)
        return
      case 'length':
        this.#expected = framing.length
        this.#left = framing.length
        this.waits = 'length'
        return
      case 'chunked':
        this.#chunks = new ChunkReader(this.#limits)
        this.waits = 'chunks'
        return
      case 'until-close':
        this.#left = this.#limits.body
        this.waits = 'until-close'
        return
      default:
        framing satisfies never
    }
  }

  #chunk(bytes: Bytes, start: number, end: number, whose: Whose): number {
    const chunks = this.#chunks
    let p = start
    while (p < end) {
      if (chunks.waits === 'data') {
        const take = Math.min(chunks.left, end - p)
        this.#sink.body(view(bytes, p, p + take, whose))
        chunks.took(take)
        p += take
        continue
      }
      p = chunks.waits === 'line' ? chunks.line(bytes, p, end) : chunks.dataEnd(bytes, p, end)
      if (chunks.failure !== undefined) {
        this.#fail(chunks.failure, undefined)
        return p
      }
      if (chunks.waits === 'trailers') {
        this.#trailers.reset()
        this.waits = 'trailers'
        return p
      }
    }
    return p
  }

  #trailer(bytes: Bytes, p: number, end: number): number {
    const reader = this.#trailers
    const next = reader.read(bytes, p, end)
    if (next === MORE) return MORE
    const taken = typeof next === 'number' ? (forbiddenTrailer(bytes, p, reader.offsets) ?? next) : next
    if (typeof taken !== 'number') {
      this.#fail(taken, undefined)
      return FAILED
    }
    this.#done(trailersOf(bytes, p, reader.offsets))
    return taken
  }

  #done(trailers: HeaderList): void {
    this.waits = 'done'
    this.#sink.end(trailers)
  }

  #cut(expected: string | undefined, got: number): void {
    const facts = { got: `${got}`, number: got, ...(expected === undefined ? {} : { expected }) }
    this.#fail(fail('http/body-cut-short', facts), undefined)
  }

  #fail(failure: Failure, piece: Piece | undefined): void {
    this.waits = 'failed'
    this.#kept = undefined
    this.#sink.failed(failure, piece)
  }
}

/** Bytes that the sink may keep: those that are ours already, or a copy. */
const view = (bytes: Bytes, start: number, end: number, whose: Whose): Bytes => {
  const piece = bytes.subarray(start, end)
  if (whose === 'ours') return piece
  const copy = smallArray(end - start)
  copy.set(piece)
  return copy
}

const forbiddenTrailer = (bytes: Bytes, base: number, offsets: readonly number[]): Failure | undefined => {
  for (let at = 0; at < offsets.length; at += PER_FIELD) {
    const [start, end] = [base + offsets[at]!, base + offsets[at + 1]!]
    const name = NEVER_TRAILERS.find(never => isWord(bytes, start, end, never))
    if (name !== undefined) return fail('http/bad-header', { where: 'The trailer section', got: name })
  }
  return undefined
}

const trailersOf = (bytes: Bytes, base: number, offsets: readonly number[]): HeaderList => {
  if (offsets.length === 0) return NO_TRAILERS
  const list: (readonly [string, string])[] = []
  for (let at = 0; at < offsets.length; at += PER_FIELD) {
    list.push([
      latin1Text(bytes, base + offsets[at]!, base + offsets[at + 1]!),
      latin1Text(bytes, base + offsets[at + 2]!, base + offsets[at + 3]!),
    ])
  }
  return list
}
