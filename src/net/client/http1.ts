/** A connection to a server that speaks HTTP/1.1: an engine on a stream, request after request. No promises below this line. */
import type { Clock } from '../../clock.ts'
import { type Driver, drive } from '../../drive.ts'
import type { Bytes, Chunk, Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { httpClient } from '../../http/connection/engine.ts'
import { keptFor } from '../../http/semantics/keep-alive.ts'
import type { HeaderList, HttpConnection, HttpEvent, ResponseHead } from '../../http/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import { LINGER } from '../stream/linger.ts'
import { Stall } from '../stream/stall.ts'
import { TakenStream } from '../stream/taken.ts'
import type { ConnectionInfo, NetStream, StreamHandler, Timeouts } from '../stream/types.ts'
import type { AnswerReader, Asked, ClientConnection, Ending, Lifecycle, RequestLine } from './types.ts'

export interface ConnectionOptions extends Lifecycle {
  readonly clock: Clock
  readonly timeouts: Pick<Timeouts, 'firstByte' | 'idle'>
  readonly where: string
  /** It carries no more requests: told once. */
  readonly over?: ((why: Ending) => void) | undefined
  /** What the first request says has left as early data, and was taken. */
  readonly saidEarly?: boolean | undefined
}

export class Http1Connection implements ClientConnection, StreamHandler {
  readonly info: ConnectionInfo
  requests = 0
  keptFor: Millis = Number.POSITIVE_INFINITY
  readonly #stream: NetStream
  readonly #options: ConnectionOptions
  readonly #clock: Clock
  readonly #engine: HttpConnection
  readonly #driver: Driver<Chunk>
  readonly #stall: Stall
  #reader: AnswerReader | undefined
  #room = true
  /** What comes out of the engine is with the server already. */
  #said = false
  #answered = false
  #paused = false
  #closed = false
  #ended = false
  /** What ended it, if it was not asked for. */
  #failure: Failure | undefined
  #disarmLinger: (() => void) | undefined

  constructor(stream: NetStream, options: ConnectionOptions) {
    this.info = stream.connection
    this.#stream = stream
    this.#options = options
    // While there is a request the stream holds the process, and between requests nothing shall.
    const { clock } = options
    this.#clock = stream.hold?.('held') === true && clock.unheld !== undefined ? clock.unheld : clock
    this.#engine = httpClient({
      timeouts: { head: options.timeouts.firstByte },
      trace: stream.trace,
      input: stream.pieces ?? 'borrowed',
    })
    this.#driver = drive(this.#engine, this.#clock, {
      out: pieces => {
        if (this.#said) return
        this.#room = stream.write(pieces)
      },
      event: event => this.#on(event),
    })
    this.#stall = new Stall(this.#clock, options.timeouts.idle, () => this.#stalled(options.timeouts.idle))
    if (options.saidEarly !== true) this.#listen()
  }

  get trace(): TraceContext | undefined {
    return this.#stream.trace
  }
  get capacity(): number {
    return !this.#closed && !this.#ended && this.idle && this.#engine.reusable ? 1 : 0
  }
  get idle(): boolean {
    return this.#reader === undefined
  }
  get unread(): boolean {
    return this.#paused && this.#reader !== undefined
  }

  request(line: RequestLine, reader: AnswerReader): Asked {
    if (this.#ended || this.#closed)
      throw new FailureError(this.#failure ?? fail('tcp/reset', { where: this.#options.where }))
    const { method, target, headers, body } = line
    const whole = body === undefined || body === 'stream' ? {} : { body }
    this.#said = this.#options.saidEarly === true && this.requests === 0
    this.#driver.do(now => {
      this.#engine.send({ type: 'request', method, target, headers, ...whole }, now)
      this.#stream.hold?.('held')
      this.requests++
      this.#reader = reader
      if (body === undefined) this.#engine.send({ type: 'end' }, now)
    })
    this.#said = false
    this.#listen()
    const mine = (): boolean => this.#reader === reader
    const sending = (): boolean => mine() && !this.#engine.cycleDone
    return {
      write: bytes => {
        if (!sending()) return true
        this.#stall.touch()
        this.#driver.do(now => this.#engine.send({ type: 'body', bytes }, now))
        // Until there is no room, whoever gives us the body is waited for, not the server.
        if (!this.#room) this.#stall.start()
        return this.#room
      },
      end: (trailers = []) => {
        if (!sending()) return
        this.#driver.do(now => {
          this.#engine.send({ type: 'end', trailers }, now)
          if (!this.#answered) this.#stall.stop()
        })
      },
      pause: () => {
        if (mine()) this.#pause()
      },
      resume: () => {
        if (mine()) this.#resume()
      },
      cancel: () => {
        if (mine()) this.#cut('unwanted')
      },
    }
  }
  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#stall.stop()
    this.#stream.pause()
  }
  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    // Whoever reads what had already arrived when the connection was cut must not wake its timer.
    if (this.#answered && !this.#ended && !this.#closed) this.#stall.start()
    this.#stream.resume()
  }
  close(why: Ending): void {
    if (this.#ended) return
    this.#over(why)
    this.#ended = true
    this.#driver.stop()
    this.#listen()
    this.#stall.end()
    this.#resume()
    this.#stream.end()
    // What was written leaves all the same: the kernel has it, or the loop waits for the write.
    this.#stream.hold?.('unheld')
    const clock = this.#clock
    this.#disarmLinger = clock.later(clock.now() + LINGER, () => this.#stream.reset())
  }
  abort(failure: Failure): void {
    this.#failed(failure)
  }
  /** The answer is not wanted any more. */
  #cut(why: Ending): void {
    this.#over(why)
    this.#reader = undefined
    this.#ended = true
    this.#driver.stop()
    this.#listen()
    this.#stall.end()
    this.#stream.reset()
  }

  // What the stream says.

  data(bytes: Bytes): void {
    this.#stall.touch()
    this.#driver.input(bytes)
  }
  drain(): void {
    this.#room = true
    if (this.#answered) this.#stall.touch()
    else this.#stall.stop()
    this.#reader?.drain()
  }
  closed(failure: Failure | undefined): void {
    if (this.#closed) return
    // Not by us, and without a failure: whoever gave us the stream has cut it.
    this.#over(failure ?? 'unwanted')
    this.#closed = true
    this.#disarmLinger?.()
    this.#driver.stop()
    this.#stall.end()
    const reader = this.#reader
    this.#reader = undefined
    reader?.failed(failure ?? fail('tcp/reset', { where: this.#options.where }))
    this.#options.gone(this)
  }
  end(): void {
    this.#driver.input('end')
  }

  /** From the start; to the answer of what was said early not before that was asked. */
  #listen(): void {
    if (!this.#closed && this.#stream.handler !== this) this.#stream.handler = this
  }

  #on(event: HttpEvent): void {
    switch (event.type) {
      case 'response':
        if (this.#engine.switched) {
          this.#switch(event)
          return
        }
        if (event.status < 200) {
          this.#reader?.informed?.(event)
          return
        }
        this.#answered = true
        this.keptFor = keptFor(event.headers.get('keep-alive'))
        this.#stall.start()
        this.#reader?.head(event)
        return
      case 'body':
        this.#reader?.data(event.bytes)
        return
      case 'message-end':
        this.#complete(event.trailers)
        return
      case 'peer-closed':
        this.close('peer-closed')
        return
      case 'failure':
        this.#failed(event.failure)
        return
      case 'paused':
      case 'request':
        return
      default:
        event satisfies never
    }
  }
  #complete(trailers: HeaderList): void {
    const reader = this.#reader
    this.#reader = undefined
    this.#answered = false
    this.#stall.stop()
    const again = this.#engine.cycleDone && this.#engine.reusable
    if (again) this.#driver.do(now => this.#engine.nextCycle(now))
    this.#resume()
    this.#stream.hold?.('unheld')
    reader?.end(trailers)
    if (again) this.#options.free(this)
    else this.close('last')
  }

  #failed(failure: Failure): void {
    const reader = this.#reader
    this.#failure ??= failure
    this.#cut(failure)
    reader?.failed(failure.where === undefined ? failure.with({ where: this.#options.where }) : failure)
  }

  /** The stream belongs to whoever asked; for the pool this connection is over. */
  #switch(head: ResponseHead): void {
    const reader = this.#reader
    this.#over('switched')
    this.#reader = undefined
    this.#ended = true
    this.#closed = true
    this.#driver.stop()
    this.#stall.end()
    const { clock, gone } = this.#options
    const stream = new TakenStream(this.#stream, { clock, rest: this.#engine.rest(), ended: false, closed: () => {} })
    gone(this)
    if (reader?.switched === undefined) stream.reset()
    else reader.switched(head, stream)
  }

  #over(why: Ending): void {
    if (!this.#ended && !this.#closed) this.#options.over?.(why)
  }

  #stalled(number: Millis): void {
    this.#failed(fail('net/idle-timeout', { where: this.#options.where, number }))
  }
}
