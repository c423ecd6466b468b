/** One client of a server: an HTTP engine on a stream, exchange after exchange, whatever the client does. */
import { type Driver, drive } from '../../drive.ts'
import type { Bytes, Chunk, Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { answerTo } from '../../http/message/answers.ts'
import type { HeaderList, HttpConnection, HttpEvent, RequestHead } from '../../http/types.ts'
import { TakenStream } from '../stream/taken.ts'
import type { ConnectionInfo, NetStream, StreamHandler } from '../stream/types.ts'
import { Ahead, EARLY } from './ahead.ts'
import { type ConnectionOptions, engineFor } from './connection-options.ts'
import { type AnswerHead, Exchange, type ExchangeConnection, type Presence, partOf } from './exchange.ts'
import { flowOf } from './flow.ts'
import { Outbox } from './outbox.ts'
import { isBreach, servedLine, tellRefused } from './served.ts'
import { FRESH, Waits } from './waits.ts'

/** Bytes of a body that nobody wants, read after the answer before the connection ends over them. As Go's 256 KiB. */
const DISCARD = 256 * 1024

export class ServerConnection implements ExchangeConnection, StreamHandler {
  readonly info: ConnectionInfo
  readonly #stream: NetStream
  readonly #options: ConnectionOptions<ServerConnection>
  readonly #engine: HttpConnection
  readonly #driver: Driver<Chunk>
  readonly #waits: Waits
  #exchange: Exchange | undefined
  #count = 0
  readonly #out: Outbox
  readonly #ahead = new Ahead()
  #paused = false
  #discarded = 0
  #presence: Presence = 'here'
  #draining = false
  #ending = false
  #ended = false
  #closed = false

  constructor(stream: NetStream, options: ConnectionOptions<ServerConnection>) {
    this.info = stream.connection
    this.#stream = stream
    this.#out = new Outbox(stream)
    this.#options = options
    const { clock, timeouts, rates } = options
    this.#engine = engineFor(stream, options)
    this.#driver = drive(this.#engine, clock, {
      out: pieces => this.#out.add(pieces),
      event: event => this.#on(event),
      settled: () => this.#settled(),
    })
    this.#waits = new Waits(clock, stream, options, {
      stalled: () => this.#lose(fail('net/idle-timeout', { where: 'the client', number: timeouts.body })),
      takesTooSlowly: () => this.#lose(fail('net/client-too-slow', { number: rates.answer })),
      wasLeft: () => this.#wasLeft(),
      saysNothing: () => this.#engine.untouched && this.close(),
      lookAhead: () => {
        this.#ahead.allowMore()
        this.#flow()
      },
      tooSlow: () => {
        this.#engine.closeAfter()
        this.#failed(fail('http/body-too-slow', { number: timeouts.request }))
      },
    })
  }

  /** No request is under way, and HTTP is spoken. */
  get idle(): boolean {
    return this.#exchange === undefined && !this.#ending
  }
  /** Listens from here on, and may be over when this returns. */
  start(): void {
    this.#stream.handler = this
    this.#driver.start()
  }
  /** The answer under way is the last; an idle connection closes now. */
  close(): void {
    this.#draining = true
    if (this.#exchange === undefined) this.#finish()
    else this.#engine.closeAfter()
  }
  /** As `close`, but whoever has begun to ask, or has just connected, is heard and answered. */
  retire(): void {
    const speaks = !this.#engine.untouched
    const fresh = this.#count === 0 && this.now() - this.info.times.connected < FRESH
    this.#draining = true
    if (this.#exchange !== undefined || !(speaks || fresh)) this.close()
    else if (!speaks) this.#waits.awaitFirst()
  }
  /** Closes without waiting for anybody. */
  destroy(): void {
    this.#stream.reset()
  }

  // What the stream says.

  data(bytes: Bytes): void {
    if (this.#ending) {
      this.#waits.linger.came()
      return
    }
    this.#waits.bytes.touch()
    this.#driver.input(bytes)
    if (this.#ahead.came(bytes.length)) this.#flow()
  }
  end(): void {
    if (this.#ending) return
    this.#presence = 'sends no more'
    this.#driver.input('end')
    if (this.#exchange !== undefined) this.#leave(this.#exchange)
  }
  drain(): void {
    this.#out.full = false
    this.#waits.bytes.touch()
    this.#waits.answer.touch()
    this.#flow()
    this.#exchange?.watcher?.drain()
    this.#next()
  }
  closed(failure: Failure | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#ending = true
    this.#driver.stop()
    this.#waits.stop()
    this.#waits.linger.end()
    const why = failure ?? fail('tcp/reset', { where: 'The client' })
    const exchange = this.#drop(why)
    if (exchange !== undefined) this.#report(exchange, why)
    else if (isBreach(failure)) tellRefused(this.#options, this.info, failure)
    this.#options.gone(this)
  }

  // What an exchange asks.

  now(): Millis {
    return this.#options.clock.now()
  }
  read(exchange: Exchange): void {
    if (exchange !== this.#exchange) return
    if (exchange.head.expectsContinue && exchange.status === undefined && !exchange.requested)
      this.#driver.do(now => this.#engine.send({ type: 'response', status: 100, headers: [] }, now))
    this.#flow()
  }
  answer(exchange: Exchange, head: AnswerHead, body: Bytes | undefined): void {
    if (exchange !== this.#exchange || exchange.dead) return
    this.#driver.do(now => {
      this.#engine.send(partOf(head, body), now)
      this.#waits.answer.touch()
      if (head.status < 200) return
      exchange.status = head.status
      if (body === undefined) return
      exchange.handedOver(body.length)
      this.#out.answered += body.length
      this.#next(now)
    })
  }
  piece(exchange: Exchange, bytes: Bytes): boolean {
    if (exchange !== this.#exchange || exchange.dead) return true
    exchange.sent += bytes.length
    this.#waits.answer.touch()
    this.#driver.do(now => this.#engine.send({ type: 'body', bytes }, now))
    return !this.#out.full
  }
  finish(exchange: Exchange, trailers: HeaderList): void {
    if (exchange !== this.#exchange || exchange.dead) return
    this.#out.gathering = false
    this.#driver.do(now => this.#engine.send({ type: 'end', trailers }, now))
    exchange.answered = true
    this.#next()
  }
  takeOver(exchange: Exchange, head: AnswerHead | undefined): NetStream {
    if (exchange !== this.#exchange || exchange.dead) throw new FailureError(exchange.why)
    this.#driver.do(now => this.#engine.send({ type: 'switch', ...head }, now))
    exchange.status = head?.status
    exchange.taken = true
    this.#exchange = undefined
    this.#report(exchange, undefined)
    return this.#letGo(this.#engine.rest())
  }
  cut(exchange: Exchange): void {
    if (exchange === this.#exchange) this.destroy()
  }
  flow(exchange: Exchange): void {
    if (exchange === this.#exchange) this.#flow()
  }
  gather(): void {
    this.#out.gathering = true
  }
  flush(): void {
    this.#out.takeAll(this.#engine, this.now())
    this.#flush()
  }

  /** Reads on or stops, as far as somebody wants what comes. */
  #flow(): void {
    if (this.#ending) return
    const flow = flowOf(this.#exchange, { ahead: this.#ahead.enough, full: this.#out.full })
    this.#waits.watch(flow)
    if (flow.pause === this.#paused) return
    this.#paused = flow.pause
    if (flow.pause) this.#stream.pause()
    else this.#stream.resume()
  }

  // What the engine says.

  #on(event: HttpEvent): void {
    switch (event.type) {
      case 'request':
        this.#begin(event)
        return
      case 'body':
        this.#body(event.bytes)
        return
      case 'message-end':
        this.#waits.body.stop()
        this.#exchange?.complete(event.trailers)
        // The client has done its part: from here on it waits for us.
        this.#flow()
        this.#next()
        return
      case 'paused':
        this.#ahead.begin()
        this.#flow()
        return
      case 'peer-closed':
        this.#draining = true
        if (this.#exchange === undefined) this.#finish()
        return
      case 'failure':
        this.#failed(event.failure)
        return
      default:
        event satisfies { readonly type: 'response' }
    }
  }

  #begin(head: RequestHead): void {
    const exchange = new Exchange(this, head, ++this.#count, this.#options.served === undefined ? 0 : this.now())
    this.#exchange = exchange
    if (head.framing.kind === 'none') exchange.requested = true
    else this.#waits.body.start()
    if (this.#presence !== 'here') this.#leave(exchange)
    if (this.#draining) this.#engine.closeAfter()
    try {
      this.#options.handler(exchange)
    } catch (error) {
      this.#options.failed?.(error, head)
      if (exchange.status !== undefined) {
        this.destroy()
        return
      }
      this.#engine.closeAfter()
      this.#refuse(fail('http/handler-failed'))
      exchange.status = 500
      exchange.answered = true
      this.#next()
    }
    if (!exchange.requested) this.#flow()
  }

  #body(bytes: Bytes): void {
    this.#waits.body.moved(bytes.length)
    const exchange = this.#exchange
    if (exchange === undefined) return
    if (!exchange.arrived(bytes)) {
      this.#discarded += bytes.length
      if (this.#discarded > DISCARD) this.#over(exchange)
    } else if (exchange.early >= EARLY) this.#flow()
  }

  /** After the answer or the request is complete: on to the next request, if both are. */
  #next(now?: Millis): void {
    const exchange = this.#exchange
    if (exchange === undefined || !exchange.answered) return
    // Answers to pipelined requests wait for room like any other bytes.
    if (exchange.requested && this.#out.waits) {
      this.#flow()
      return
    }
    // Whoever reads the body hears its end first.
    if (!this.#engine.cycleDone || (exchange.reading && !exchange.requested)) {
      // What nobody reads is not waited for where no other request can follow it.
      if (!exchange.reading && !this.#engine.reusable) this.#over(exchange)
      else this.#flow()
      return
    }
    if (!this.#engine.reusable || this.#draining) {
      this.#over(exchange)
      return
    }
    this.#exchange = undefined
    this.#discarded = 0
    this.#report(exchange, undefined)
    this.#ahead.end()
    this.#waits.answer.stop()
    if (now === undefined) this.#driver.do(at => this.#engine.nextCycle(at))
    else this.#engine.nextCycle(now)
    if (this.#paused || this.#out.full) this.#flow()
  }

  /** The last exchange of the connection is done. */
  #over(exchange: Exchange): void {
    this.#exchange = undefined
    if (!exchange.requested) exchange.lost(fail('http/body-cut-short'))
    this.#report(exchange, undefined)
    this.#finish()
  }

  #failed(failure: Failure): void {
    const exchange = this.#drop(failure)
    // FIN would be the end of a body that has no other.
    if (exchange?.status !== undefined && !exchange.answered) {
      this.#report(exchange, failure)
      this.destroy()
      return
    }
    if (this.#engine.canRespond && failure.status !== undefined) {
      if (this.#options.refusing?.(failure, () => this.#letGo()) === true) return
      this.#refuse(failure)
      if (exchange !== undefined) exchange.status = failure.status
    }
    if (exchange !== undefined) this.#report(exchange, failure)
    else if (failure.code !== 'http/idle-timeout') tellRefused(this.#options, this.info, failure)
    this.#finish()
  }

  #refuse(failure: Failure): void {
    const answer = answerTo(failure, { sentence: this.#options.words?.sentence(failure) })
    this.#driver.do(now => this.#engine.send(answer, now))
  }

  /** The client sends no more: whoever answers hears of it, and has a bounded time. */
  #leave(exchange: Exchange): void {
    this.#options.left?.(this)
    this.#waits.answer.start()
    exchange.left()
  }
  #wasLeft(): void {
    // Where bytes wait to leave, the client is watched by them.
    if (this.#out.full) this.#waits.answer.start()
    else if (this.#exchange !== undefined) this.#lose(fail('net/client-left', { number: this.#options.timeouts.left }))
  }

  #drop(failure: Failure): Exchange | undefined {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.lost(failure)
    return exchange
  }
  /** Nobody waits for the answer any more, or can be made to take it. */
  #lose(failure: Failure): void {
    this.#report(this.#drop(failure), failure)
    this.destroy()
  }

  /** What was said leaves; from here on the stream is somebody else's. */
  #letGo(rest: Bytes = new Uint8Array(0)): NetStream {
    this.#ending = true
    this.flush()
    this.#driver.stop()
    this.#waits.stop()
    const taken = { rest, ended: this.#presence !== 'here', closed: () => this.closed(undefined) }
    return new TakenStream(this.#stream, { clock: this.#options.clock, ...taken })
  }

  /** Sends what is left and FIN, then reads on for a while and throws away what comes. */
  #finish(): void {
    if (this.#ending) return
    this.#ending = true
    this.#waits.stop()
    this.#waits.linger.start()
    // Outside a turn this is one: what is left goes out at its end, and FIN behind it.
    this.#driver.start()
  }
  #close(): void {
    if (this.#ended) return
    this.#ended = true
    this.flush()
    this.#driver.stop()
    this.#stream.end()
    if (this.#paused) this.#stream.resume()
  }

  /** What a turn brought is written in one go. */
  #settled(): void {
    if (this.#ending && !this.#closed) this.#close()
    else this.#flush()
  }
  #flush(): void {
    const room = this.#out.flush()
    if (room === 'full') this.#flow()
    else if (room === 'room again') this.#options.clock.later(this.now(), () => this.#next())
  }

  #report(exchange: Exchange | undefined, failure: Failure | undefined): void {
    if (exchange !== undefined) this.#options.served?.(servedLine(exchange, this.now(), failure))
  }
}
