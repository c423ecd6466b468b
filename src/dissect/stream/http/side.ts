/**
 * The messages that one side of an HTTP/1.1 connection sends, in whatever pieces they come: heads, bodies, chunks, trailers.
 * What is wrong is told and read on, as long as the end of the message can be found.
 */
import type { Bytes, Millis } from '../../../engine.ts'
import { type Failure, isFailure } from '../../../failures/index.ts'
import type { Asked } from '../../../http/connection/accept.ts'
import { ChunkReader } from '../../../http/message/chunked.ts'
import { cutHead } from '../../../http/message/cut-head.ts'
import { PER_FIELD } from '../../../http/message/fields.ts'
import { HeadReader, MORE } from '../../../http/message/head-reader.ts'
import type { BodyFraming, HeaderList } from '../../../http/types.ts'
import { latin1Text } from '../../../wire/bytes.ts'
import { HeldBytes } from '../bytes-held.ts'
import { type Kind, LIMITS, looseEnd, looseHead, movedBack, readHead, type SeenHead } from './head.ts'

/** What comes next on a stream. */
export type Next = BodyFraming | 'another head' | 'wait' | 'switch'

export interface MessageSink {
  /** Of the request that a response answers. */
  asked(): Asked
  head(head: SeenHead, at: Millis): Next
  body(bytes: Bytes, start: number): void
  /** The message is over. `whole`: nothing of it is missing. */
  end(trailers: HeaderList, whole: boolean, at: Millis): 'go on' | 'wait'
  /** Bytes that are no HTTP, from `start` on. `head`: what was taken for one. */
  broken(failure: Failure, start: number, head: Bytes | undefined, at: Millis): void
  /** What comes behind a switch. */
  switched(bytes: Bytes, start: number, at: Millis): void
  /** Bytes that nobody tells anything of. */
  unread(start: number, bytes: number): void
}

/** Bytes kept while nobody knows whether they are HTTP. */
const MOST_WAITING = 262_144

type State = 'head' | 'length' | 'until-close' | 'chunks' | 'trailers' | 'waiting' | 'switched' | 'deaf' | 'seeking'

export class MessageSide {
  readonly #kind: Kind
  readonly #sink: MessageSink
  readonly #held = new HeldBytes()
  readonly #heads: HeadReader
  readonly #trailers = new HeadReader('trailers', LIMITS)
  #chunks = new ChunkReader(LIMITS)
  #state: State = 'head'
  #left = 0
  /** Bytes of the message that is under way are missing. */
  #whole = true
  /** The strict reader has refused the head that is held. */
  #refused: Failure | undefined
  #ended = false
  constructor(kind: Kind, sink: MessageSink) {
    this.#kind = kind
    this.#sink = sink
    this.#heads = new HeadReader(kind, LIMITS)
  }
  push(bytes: Bytes, offset: number, at: Millis): void {
    if (this.#state === 'deaf') this.#sink.unread(offset, bytes.length)
    else if (this.#state === 'switched') this.#sink.switched(bytes, offset, at)
    else {
      this.#held.push(bytes, offset)
      this.#run(at)
    }
  }
  /** `length` 0: nobody knows how many are missing. Returns whether what follows still belongs to the same message. */
  gap(length: number, at: Millis): 'in step' | 'out of step' {
    this.#whole = false
    const inBody = this.#state === 'length' || (this.#state === 'chunks' && this.#chunks.waits === 'data')
    const left = this.#state === 'length' ? this.#left : this.#chunks.left
    if (this.#state === 'until-close' || this.#state === 'deaf' || this.#state === 'switched') return 'in step'
    if (inBody && length > 0 && length <= left) {
      if (this.#state === 'length') this.#left -= length
      else this.#chunks.took(length)
      this.#run(at)
      return 'in step'
    }
    this.#drop(this.#held.length)
    if (this.#state !== 'head' && this.#state !== 'seeking') this.#sink.end([], false, at)
    this.#state = 'seeking'
    return 'out of step'
  }
  /** The stream is over; `clean` where its end may end a message. */
  end(clean: 'clean' | 'cut', at: Millis): void {
    if (this.#ended) return
    this.#ended = true
    this.#run(at)
    // Empty lines before a head are none.
    const begun = this.#held.length > 0 && !(this.#heads.untouched && this.#refused === undefined)
    if (this.#state === 'until-close') this.#sink.end([], this.#whole && clean === 'clean', at)
    else if (this.#state === 'length' || this.#state === 'chunks' || this.#state === 'trailers')
      this.#sink.end([], false, at)
    else if (this.#state === 'head' && begun)
      this.#broken(cutHead(this.#kind, this.#held.view), at, this.#held.view.slice())
    this.#state = 'deaf'
  }
  /** Whether what is held is of another protocol, or the next head. */
  resume(as: 'HTTP' | 'switched', at: Millis): void {
    if (as === 'HTTP' && this.#state !== 'waiting') return
    if (as === 'HTTP') {
      this.#state = 'head'
      this.#run(at)
      return
    }
    if (this.#state === 'deaf') return
    this.#state = 'switched'
    const { view, start } = this.#held
    const rest = view.slice()
    this.#held.drop(rest.length)
    if (rest.length > 0) this.#sink.switched(rest, start, at)
  }

  #run(at: Millis): void {
    // Every step that says so has used bytes or changed what is waited for.
    while (this.#step(at));
  }

  /** One thing that the bytes say; false when more are needed. */
  #step(at: Millis): boolean {
    switch (this.#state) {
      case 'head':
        return this.#head(at)
      case 'length':
        return this.#length(at)
      case 'until-close':
        this.#body(this.#held.length)
        return false
      case 'chunks':
        return this.#chunk(at)
      case 'trailers':
        return this.#trailer(at)
      case 'seeking':
        return this.#seek()
      case 'waiting':
        if (this.#held.length <= MOST_WAITING) return false
        this.#state = 'head'
        return true
      case 'switched':
      case 'deaf':
        return false
      default:
        return this.#state satisfies never
    }
  }

  #head(at: Millis): boolean {
    const held = this.#held
    const { view } = held
    if (view.length === 0) return false
    if (this.#refused === undefined) {
      const end = this.#heads.read(view, 0, view.length)
      if (end === MORE) return false
      if (!isFailure(end)) {
        const bytes = view.slice(0, end)
        const head = readHead(this.#kind, bytes, held.start, this.#heads, this.#sink.asked())
        this.#begin(head, end, at)
        return true
      }
      // Empty lines before it are no part of a head.
      const empty = this.#heads.start
      held.drop(empty)
      this.#refused = movedBack(end, empty)
    }
    return this.#refusedHead(this.#refused, at)
  }

  #refusedHead(refused: Failure, at: Millis): boolean {
    const { view, start } = this.#held
    const end = isNone(refused) ? 1 : looseEnd(view.subarray(0, LIMITS.head))
    if (end === undefined && view.length < LIMITS.head && !this.#ended) return false
    const bytes = view.slice(0, end ?? LIMITS.head)
    const head = looseHead(this.#kind, bytes, start, refused, this.#sink.asked())
    if (head === undefined || end === undefined) this.#broken(refused, at, bytes)
    else this.#begin(head, end, at)
    return true
  }

  #begin(head: SeenHead, length: number, at: Millis): void {
    this.#held.drop(length)
    this.#heads.reset()
    this.#refused = undefined
    this.#whole = true
    const next = this.#sink.head(head, at)
    if (next === 'another head') this.#state = 'head'
    else if (next === 'wait') this.#state = 'waiting'
    else if (next === 'switch') this.resume('switched', at)
    else this.#expect(next, at)
  }

  #expect(framing: BodyFraming, at: Millis): void {
    switch (framing.kind) {
      case 'none':
        this.#done([], at)
        return
      case 'length':
        this.#left = framing.length
        this.#state = 'length'
        return
      case 'chunked':
        this.#chunks = new ChunkReader(LIMITS)
        this.#state = 'chunks'
        return
      case 'until-close':
        this.#state = 'until-close'
        return
      default:
        framing satisfies never
    }
  }

  #done(trailers: HeaderList, at: Millis): void {
    this.#state = this.#sink.end(trailers, this.#whole, at) === 'wait' ? 'waiting' : 'head'
  }

  #body(count: number): void {
    if (count === 0) return
    const { view, start } = this.#held
    this.#sink.body(view.subarray(0, count), start)
    this.#held.drop(count)
  }

  #length(at: Millis): boolean {
    const take = Math.min(this.#left, this.#held.length)
    this.#left -= take
    this.#body(take)
    if (this.#left > 0) return false
    this.#done([], at)
    return true
  }

  #chunk(at: Millis): boolean {
    const chunks = this.#chunks
    const { view } = this.#held
    if (chunks.waits === 'trailers') {
      this.#trailers.reset()
      this.#state = 'trailers'
      return true
    }
    if (view.length === 0) return false
    if (chunks.waits === 'data') {
      const take = Math.min(chunks.left, view.length)
      this.#body(take)
      chunks.took(take)
      return true
    }
    const used = chunks.waits === 'line' ? chunks.line(view, 0, view.length) : chunks.dataEnd(view, 0, view.length)
    this.#held.drop(used)
    if (chunks.failure !== undefined) {
      this.#sink.end([], false, at)
      this.#broken(chunks.failure, at)
    }
    return true
  }

  #trailer(at: Millis): boolean {
    const reader = this.#trailers
    const { view } = this.#held
    const end = view.length === 0 ? MORE : reader.read(view, 0, view.length)
    if (end === MORE) return false
    if (isFailure(end)) {
      this.#sink.end([], false, at)
      this.#broken(end, at)
      return true
    }
    const trailers = trailersOf(view, reader.offsets)
    this.#held.drop(end)
    this.#done(trailers, at)
    return true
  }

  /** Behind missing bytes: the next that begins like a head. */
  #seek(): boolean {
    const { view } = this.#held
    const text = latin1Text(view)
    const found = (this.#kind === 'request' ? REQUEST : RESPONSE).exec(text)
    if (found !== null) {
      this.#drop(found.index)
      this.#heads.reset()
      this.#refused = undefined
      this.#state = 'head'
      return true
    }
    // The beginning of a head may be among the last: one line that has not ended.
    const line = this.#kind === 'request' ? view.length - 1 - view.lastIndexOf(LF) : SHORTEST_STATUS
    this.#drop(Math.max(0, view.length - Math.min(line, MOST_SOUGHT)))
    return false
  }

  #drop(count: number): void {
    if (count > 0) this.#sink.unread(this.#held.start, count)
    this.#held.drop(count)
  }

  /** `head`: what was taken for one. */
  #broken(failure: Failure, at: Millis, head?: Bytes): void {
    const { start } = this.#held
    this.#state = 'deaf'
    this.#sink.broken(failure, start, head, at)
    this.#drop(this.#held.length)
  }
}

const LF = 0x0a
/** Bytes that RESPONSE looks at. */
const SHORTEST_STATUS = 13
/** As long as a line may be that is found behind missing bytes. */
const MOST_SOUGHT = 8_192

/** What is refused by its first byte: no head will come of it. */
const isNone = ({ code }: Failure): boolean => code === 'http/tls-spoken' || code === 'http/tls-answered'

const REQUEST = /(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) [^ \r\n]+ HTTP\/1\.[01]\r?\n/
const RESPONSE = /HTTP\/1\.[01] [1-5]\d\d[ \r\n]/

const trailersOf = (bytes: Bytes, offsets: readonly number[]): HeaderList => {
  const list: (readonly [string, string])[] = []
  for (let at = 0; at < offsets.length; at += PER_FIELD)
    list.push([
      latin1Text(bytes, offsets[at]!, offsets[at + 1]!),
      latin1Text(bytes, offsets[at + 2]!, offsets[at + 3]!),
    ])
  return list
}
