/**
 * HTTP/1.1 over any byte stream: RFC 9112 (messages and connections) with the semantics of RFC 9110 that a connection
 * needs. Read `exchange.table.ts` first, then `incoming.ts` and `outgoing.ts`; this file couples the two halves.
 *
 * One exchange at a time: a server reads the next request when the one before it is answered and `nextCycle` was called,
 * so pipelined requests are answered in order and what waits is bounded.
 */
import type { Bytes, Chunk, Millis } from '../../engine.ts'
import { Failure, FailureError, fail } from '../../failures/index.ts'
import { defaultLimits, type HttpLimits } from '../limits.ts'
import type { HeadReader } from '../message/head-reader.ts'
import type {
  BodyFraming,
  HeaderList,
  HttpConfig,
  HttpConnection,
  HttpEvent,
  Outgoing as OutgoingPart,
} from '../types.ts'
import { acceptRequest, acceptResponse, isSwitch } from './accept.ts'
import { Deadline, type Waited, waitedFor } from './deadline.ts'
import {
  type Part,
  type RequestState,
  type ResponseState,
  requestCompleteIn,
  requestStates,
  responseMayBeginIn,
  responseStates,
} from './exchange.table.ts'
import { Incoming, type IncomingSink, type Piece } from './incoming.ts'
import { Outgoing } from './outgoing.ts'
import { HttpTrace } from './trace.ts'
import { writeRequest, writeResponse, writeSwitch } from './write-head.ts'

export const httpServer = (config: HttpConfig = {}): HttpConnection => new HttpEngine('server', config)
export const httpClient = (config: HttpConfig = {}): HttpConnection => new HttpEngine('client', config)

const END: HttpEvent = { type: 'message-end', trailers: [] }
const PAUSED: HttpEvent = { type: 'paused' }
const PEER_CLOSED: HttpEvent = { type: 'peer-closed' }

class HttpEngine implements HttpConnection, IncomingSink {
  readonly role: 'client' | 'server'
  readonly #config: HttpConfig
  readonly #limits: HttpLimits
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing = new Outgoing()
  readonly #deadline: Deadline
  readonly #trace: HttpTrace | undefined
  readonly #events: HttpEvent[] = []
  #nextEvent = 0
  #request: RequestState = 'wait-request'
  #response: ResponseState = 'wait-response'
  #failure: Failure | undefined
  /** The time of the call that is under way. */
  #now: Millis = 0
  #begun = false
  #ended = false
  #saidClosed = false
  #saidPaused = false
  /** What both heads say about the connection, and what we were told. */
  #persists = true
  #informational = 0
  /** About the request in hand. */
  #method = ''
  /** What it asks to speak instead of HTTP. */
  #offers: readonly string[] = []
  #minor = 1
  #awaitsContinue = false

  constructor(role: 'client' | 'server', config: HttpConfig) {
    this.role = role
    this.#config = config
    this.#limits = config.limits === undefined ? defaultLimits : { ...defaultLimits, ...config.limits }
    const kind = role === 'server' ? 'request' : 'response'
    this.#incoming = new Incoming(kind, this.#limits, config.input ?? 'borrowed', this)
    this.#deadline = new Deadline(config.timeouts ?? {})
    this.#trace = config.trace === undefined ? undefined : new HttpTrace(config.trace, kind)
  }

  receive(input: Chunk, now: Millis): void {
    this.#begin(now)
    if (this.#failure !== undefined || this.#ended) return
    if (input === 'end') {
      this.#ended = true
      this.#peerEnded()
    } else if (this.role === 'client' && this.#request === 'wait-request') this.#unsolicited(input)
    else this.#incoming.receive(input)
    this.#settle(now, input === 'end' ? 'nothing came' : 'bytes came')
  }

  advance(now: Millis): void {
    this.#begin(now)
    if (this.#failure !== undefined) return
    const failure = this.#deadline.advance(now)
    if (failure !== undefined) this.failed(failure, undefined)
  }

  pollTransmit(now: Millis): readonly Bytes[] | undefined {
    this.#begin(now)
    return this.#outgoing.take()
  }

  pollEvent(): HttpEvent | undefined {
    if (this.#nextEvent < this.#events.length) return this.#events[this.#nextEvent++]
    if (this.#nextEvent > 0) {
      this.#events.length = 0
      this.#nextEvent = 0
    }
    return undefined
  }

  nextDeadline(): Millis | undefined {
    return this.#failure === undefined ? this.#deadline.at : undefined
  }

  get reusable(): boolean {
    if (this.#failure !== undefined || !this.#persists || this.switched) return false
    return !this.#ended || (this.role === 'server' && this.#incoming.hasAhead)
  }

  get untouched(): boolean {
    return this.#incoming.untouched
  }
  get cycleDone(): boolean {
    return this.#request === 'request-done' && this.#response === 'response-done'
  }
  get canRespond(): boolean {
    if (this.role === 'client' || this.#response !== 'wait-response') return false
    return this.#failure === undefined ? this.#request !== 'wait-request' : this.#failure.status !== undefined
  }

  get switched(): boolean {
    return this.#response === 'switched'
  }

  rest(): Bytes {
    if (!this.switched) throw wrongTurn('what follows a switch', this.#request)
    return this.#incoming.rest()
  }

  closeAfter(): void {
    this.#persists = false
  }

  nextCycle(now: Millis): void {
    this.#begin(now)
    if (!this.cycleDone || !this.reusable) {
      throw wrongTurn('the next exchange', this.cycleDone ? 'the end of the connection' : 'the end of this one')
    }
    this.#step('request', 'next')
    this.#step('response', 'next')
    this.#informational = 0
    this.#saidPaused = false
    this.#incoming.next()
    if (this.#ended) this.#peerEnded()
    this.#settle(now, 'nothing came')
  }

  send(part: OutgoingPart, now: Millis): void {
    this.#begin(now)
    this.#sendPart(part)
    this.#settle(now, 'nothing came')
  }

  #sendPart(part: OutgoingPart): void {
    const ours = this.role === 'client' ? 'request' : 'response'
    switch (part.type) {
      case 'request':
        this.#sendRequest(part)
        return
      case 'response':
        this.#sendResponse(part)
        return
      case 'body':
        this.#allow(ours, 'body')
        this.#outgoing.body(part.bytes)
        return
      case 'end':
        this.#allow(ours, 'end')
        this.#outgoing.end(part.trailers)
        if (ours === 'request') this.#requestEnds()
        else this.#step('response', 'end')
        return
      case 'switch':
        this.#sendSwitch(part)
        return
      default:
        part satisfies never
    }
  }

  #sendRequest(part: OutgoingPart & { type: 'request' }): void {
    this.#allow('request', 'head')
    if (this.#failure !== undefined || this.#ended || this.role === 'server') {
      throw wrongTurn('a request', 'the end of the connection')
    }
    const start = this.#outgoing.sent
    const { persists, offers } = writeRequest(this.#outgoing, part)
    this.#trace?.sent('request', this.#outgoing.lastHead, start, `${part.method} ${part.target}`, this.#now)
    this.#persists &&= persists
    this.#method = part.method
    this.#offers = offers
    this.#step('request', 'head')
    if (part.body !== undefined) this.#requestEnds()
  }

  #sendResponse(part: OutgoingPart & { type: 'response' }): void {
    const informational = part.status >= 100 && part.status < 200
    this.#allow('response', informational ? 'informational' : 'head')
    if (!this.canRespond) throw wrongTurn('a response', this.#request)
    const refusal = this.#failure !== undefined
    if (!informational && this.#mayBeFooled) this.#persists = false
    const start = this.#outgoing.sent
    const persists = writeResponse(this.#outgoing, part, {
      method: refusal ? '' : this.#method,
      minor: this.#minor,
      persists: this.#persists && !refusal && !(this.#awaitsContinue && !requestCompleteIn.includes(this.#request)),
      date: this.#config.date,
    })
    this.#trace?.sent('response', this.#outgoing.lastHead, start, `${part.status}`, this.#now)
    if (informational) {
      if (part.status === 100) this.#awaitsContinue = false
      return
    }
    this.#persists = persists
    this.#declines()
    this.#step('response', 'head')
    if (part.body !== undefined) this.#step('response', 'end')
  }

  /** A whole request; one that offers another protocol waits for the answer, unless that has begun. */
  #requestEnds(): void {
    const offers = this.#offers.length > 0 || this.#method === 'CONNECT'
    this.#step('request', offers && this.#response === 'wait-response' ? 'offer' : 'end')
  }

  /** The final answer is one of HTTP, whatever was offered. */
  #declines(): void {
    if (this.#request === 'might-switch') this.#step('request', 'decline')
  }

  /** Bytes sent on without waiting may be of the protocol that is declined, and made to look like a request (RFC 9110 7.8). */
  get #mayBeFooled(): boolean {
    return this.#request === 'might-switch' && (this.#method === 'CONNECT' || this.#incoming.hasAhead)
  }

  #sendSwitch(part: OutgoingPart & { type: 'switch' }): void {
    if (requestStates.find(this.#request, 'switch') === undefined) throw wrongTurn('a switch', this.#request)
    if (!this.canRespond || this.#failure !== undefined) throw wrongTurn('a switch', this.#response)
    if (part.status !== undefined) {
      const start = this.#outgoing.sent
      const asked = { method: this.#method, offers: this.#offers, date: this.#config.date }
      writeSwitch(this.#outgoing, part, asked)
      this.#trace?.sent('response', this.#outgoing.lastHead, start, `${part.status}`, this.#now)
    }
    this.#switch()
    this.#incoming.switch()
  }

  #switch(): void {
    this.#step('request', 'switch')
    this.#step('response', 'switch')
  }

  // What `Incoming` reports.

  head(piece: Piece, reader: HeadReader): BodyFraming | 'again' | 'switch' | Failure {
    return this.role === 'server' ? this.#requestHead(piece, reader) : this.#responseHead(piece, reader)
  }

  #requestHead(piece: Piece, reader: HeadReader): BodyFraming | Failure {
    const head = acceptRequest(piece.bytes, reader, this.#limits, this.#config.methods)
    this.#minor = reader.minor
    if (head instanceof Failure) return head
    this.#trace?.received('request', piece, reader.start, `${head.method} ${head.target}`, head.framing, this.#now)
    this.#method = head.method
    this.#offers = head.upgrade
    this.#awaitsContinue = head.expectsContinue
    this.#persists &&= head.persists
    this.#step('request', 'head')
    this.#events.push(head)
    return head.framing
  }

  #responseHead(piece: Piece, reader: HeadReader): BodyFraming | 'again' | 'switch' | Failure {
    const asked = { method: this.#method, offers: this.#offers, mightSwitch: this.#request === 'might-switch' }
    const head = acceptResponse(piece.bytes, reader, asked, this.#limits)
    if (head instanceof Failure) return head
    this.#trace?.received('response', piece, reader.start, `${head.status} ${head.reason}`, head.framing, this.#now)
    if (asked.mightSwitch && isSwitch(head.status, this.#method)) {
      this.#switch()
      this.#events.push(head)
      return 'switch'
    }
    if (head.status < 200) {
      if (++this.#informational > this.#limits.informational) {
        return fail('http/too-many-informational', { number: this.#limits.informational })
      }
      this.#step('response', 'informational')
      this.#events.push(head)
      return 'again'
    }
    this.#persists &&= head.persists
    this.#declines()
    this.#step('response', 'head')
    this.#events.push(head)
    return head.framing
  }

  body(bytes: Bytes): void {
    this.#events.push({ type: 'body', bytes })
  }

  end(trailers: HeaderList): void {
    if (this.role === 'server') this.#requestEnds()
    else this.#step('response', 'end')
    this.#events.push(trailers.length === 0 ? END : { type: 'message-end', trailers })
  }

  /** RFC 9112 6.3: what follows the last response is dropped, and nothing more is asked on this connection. */
  ahead(): 'keep' | 'drop' {
    if (this.role === 'client') this.#persists = false
    // Of an offer nobody knows yet whose these bytes are.
    if (!this.#persists && this.#request !== 'might-switch') return 'drop'
    if (!this.#saidPaused) this.#events.push(PAUSED)
    this.#saidPaused = true
    return 'keep'
  }

  failed(failure: Failure, piece: Piece | undefined): void {
    this.#failure = this.#trace?.failed(failure, piece, this.#now) ?? failure
    this.#events.push({ type: 'failure', failure: this.#failure })
  }

  #peerEnded(): void {
    if (this.#saidClosed || this.#incoming.hasAhead || this.switched) return
    if (this.role === 'client' && this.#request !== 'wait-request' && this.#incoming.waits === 'head') {
      if (this.untouched) {
        this.failed(fail('http/no-answer'), undefined)
        return
      }
    }
    if (this.#incoming.end() === 'cut') return
    this.#saidClosed = true
    this.#events.push(PEER_CLOSED)
  }

  #unsolicited(bytes: Bytes): void {
    if (bytes.length > 0) this.failed(fail('http/unsolicited-answer'), undefined)
  }

  /** Every call brings the time; with the first of them the wait for the other side begins. */
  #begin(now: Millis): void {
    this.#now = now
    if (this.#begun) return
    this.#begun = true
    this.#settle(now, 'nothing came')
  }

  /** Which time-out runs now. */
  #settle(now: Millis, what: 'bytes came' | 'nothing came'): void {
    this.#deadline.watch(this.#ended ? undefined : this.#waitsFor(), now, what)
  }

  #waitsFor(): Waited | undefined {
    const { waits } = this.#incoming
    if (waits === 'head' && this.role === 'client') {
      return requestCompleteIn.includes(this.#request) ? 'head' : undefined
    }
    return waitedFor(waits, this.untouched, this.#awaitsContinue)
  }

  #allow(side: 'request' | 'response', part: Part): void {
    const state = side === 'request' ? this.#request : this.#response
    const states = side === 'request' ? requestStates : responseStates
    if (states.find(state, part) === undefined) throw wrongTurn(`${part} of a ${side}`, state)
    if (side === 'response' && part === 'head' && this.#failure === undefined) {
      if (!responseMayBeginIn.includes(this.#request)) throw wrongTurn('a response', this.#request)
    }
  }

  #step(side: 'request' | 'response', part: Part): void {
    if (side === 'request') {
      const next = requestStates.next(this.#request, part)
      this.#trace?.state(this.#request, next, this.#now)
      this.#request = next
      return
    }
    const next = responseStates.next(this.#response, part)
    this.#trace?.state(this.#response, next, this.#now)
    this.#response = next
  }
}

const wrongTurn = (got: string, expected: string): FailureError =>
  new FailureError(fail('http/wrong-turn', { got, expected }))
