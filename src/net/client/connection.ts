/** One connection to a server: an HTTP engine on a stream, request after request. No promises below this line. */
import type { Clock } from '../../clock.ts'
import { type Driver, drive } from '../../drive.ts'
import type { Bytes, Chunk, Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { httpClient } from '../../http/connection/engine.ts'
import type { HeaderList, HttpConnection, HttpEvent, ResponseHead } from '../../http/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import { LINGER } from '../stream/linger.ts'
import { Stall } from '../stream/stall.ts'
import type { ConnectionInfo, NetStream, StreamHandler, Timeouts } from '../stream/types.ts'

/** What whoever asked wants to hear; `end` or `failed` is the last. */
export interface AnswerReader {
  /** The final head; 1xx heads are not told. */
  head(head: ResponseHead): void
  data(bytes: Bytes): void
  end(): void
  failed(failure: Failure): void
  /** `write` said false; there is room again. */
  drain(): void
}

export interface RequestLine {
  readonly method: string
  readonly target: string
  readonly headers: HeaderList
  /** The whole body, if there is one and it is at hand; `stream` is followed by `write` and `end`. */
  readonly body: Bytes | 'stream' | undefined
}

/** A body that is sent piece by piece. After the answer is complete both do nothing. */
export interface RequestBody {
  /** False: wait for `AnswerReader.drain`. */
  write(bytes: Bytes): boolean
  end(): void
}

export interface ClientConnectionOptions {
  readonly clock: Clock
  readonly timeouts: Pick<Timeouts, 'firstByte' | 'idle'>
  readonly where: string
  /** What the first request says has left as early data, and was taken. */
  readonly saidEarly?: boolean
  /** It can carry the next request. */
  readonly free: (connection: ClientConnection) => void
  readonly gone: (connection: ClientConnection) => void
}

export class ClientConnection implements StreamHandler {
  readonly info: ConnectionInfo
  /** Requests made so far. */
  requests = 0
  readonly #stream: NetStream
  readonly #options: ClientConnectionOptions
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

  constructor(stream: NetStream, options: ClientConnectionOptions) {
    this.info = stream.connection
    this.#stream = stream
    this.#options = options
    this.#engine = httpClient({
      timeouts: { head: options.timeouts.firstByte },
      trace: stream.trace,
      input: stream.pieces ?? 'borrowed',
    })
    this.#driver = drive(this.#engine, options.clock, {
      out: pieces => {
        if (this.#said) return
        this.#room = stream.write(pieces)
      },
      event: event => this.#on(event),
    })
    this.#stall = new Stall(options.clock, options.timeouts.idle, () => this.#stalled(options.timeouts.idle))
    if (options.saidEarly !== true) this.#listen()
  }

  get trace(): TraceContext | undefined {
    return this.#stream.trace
  }
  /** True while nothing stands against another request. */
  get usable(): boolean {
    return !this.#closed && !this.#ended && this.#reader === undefined && this.#engine.reusable
  }

  /** The server was stopped because nobody reads what it answers. */
  get unread(): boolean {
    return this.#paused && this.#reader !== undefined
  }

  /** Begins an exchange. Throws `FailureError` for what cannot be sent. */
  request(line: RequestLine, reader: AnswerReader): RequestBody {
    if (this.#ended || this.#closed)
      throw new FailureError(this.#failure ?? fail('tcp/reset', { where: this.#options.where }))
    const { method, target, headers, body } = line
    const whole = body === undefined || body === 'stream' ? {} : { body }
    this.#said = this.#options.saidEarly === true && this.requests === 0
    this.#driver.do(now => {
      this.#engine.send({ type: 'request', method, target, headers, ...whole }, now)
      this.requests++
      this.#reader = reader
      this.#answered = false
      if (body === undefined) this.#engine.send({ type: 'end' }, now)
    })
    this.#said = false
    this.#listen()
    const mine = (): boolean => this.#reader === reader && !this.#engine.cycleDone
    return {
      write: bytes => {
        if (!mine()) return true
        this.#stall.touch()
        this.#driver.do(now => this.#engine.send({ type: 'body', bytes }, now))
        // Until there is no room, whoever gives us the body is waited for, not the server.
        if (!this.#room) this.#stall.start()
        return this.#room
      },
      end: () => {
        if (!mine()) return
        this.#driver.do(now => {
          this.#engine.send({ type: 'end' }, now)
          if (!this.#answered) this.#stall.stop()
        })
      },
    }
  }
  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#stall.stop()
    this.#stream.pause()
  }
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    // Whoever reads what had already arrived when the connection was cut must not wake its timer.
    if (this.#answered && !this.#ended && !this.#closed) this.#stall.start()
    this.#stream.resume()
  }
  /** Ends an idle connection; FIN follows what was written. */
  close(): void {
    if (this.#ended) return
    this.#ended = true
    this.#driver.stop()
    this.#listen()
    this.#stall.end()
    this.resume()
    this.#stream.end()
    const { clock } = this.#options
    this.#disarmLinger = clock.later(clock.now() + LINGER, () => this.#stream.reset())
  }
  /** Cuts it, and says so to whoever waits for an answer. */
  abort(failure: Failure): void {
    this.#failed(failure)
  }
  /** Cuts it: the answer is not wanted any more. */
  destroy(): void {
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
    if (this.#stream.handler !== this) this.#stream.handler = this
  }

  #on(event: HttpEvent): void {
    switch (event.type) {
      case 'response':
        if (event.status < 200) return
        this.#answered = true
        this.#stall.start()
        this.#reader?.head(event)
        return
      case 'body':
        this.#reader?.data(event.bytes)
        return
      case 'message-end':
        this.#complete()
        return
      case 'peer-closed':
        this.close()
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
  #complete(): void {
    const reader = this.#reader
    this.#reader = undefined
    this.#stall.stop()
    const again = this.#engine.cycleDone && this.#engine.reusable
    if (again) this.#driver.do(now => this.#engine.nextCycle(now))
    this.resume()
    reader?.end()
    if (again) this.#options.free(this)
    else this.close()
  }

  #failed(failure: Failure): void {
    const reader = this.#reader
    this.#failure ??= failure
    this.destroy()
    reader?.failed(failure.where === undefined ? failure.with({ where: this.#options.where }) : failure)
  }

  #stalled(number: Millis): void {
    this.#failed(fail('net/idle-timeout', { where: this.#options.where, number }))
  }
}
