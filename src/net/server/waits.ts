/** What the server's side of a connection waits for, and for how long. Each runs only while it is waited for. */
import type { Clock } from '../../clock.ts'
import { Linger } from '../stream/linger.ts'
import { Stall } from '../stream/stall.ts'
import type { ByteStream } from '../stream/types.ts'
import { BodyTime } from './body-time.ts'
import type { ServerTimeouts } from './timeouts.ts'

/** Who hears that something took too long. */
export interface WaitsHandler {
  /** No byte moved. */
  stalled(): void
  /** Nothing was answered to a client that sends no more. */
  wasLeft(): void
  /** Reading has stood still for a while: what a client says behind that, its FIN above all, is not heard. */
  lookAhead(): void
  /** The request's body is not complete. */
  tooSlow(): void
}

export class Waits {
  readonly bytes: Stall
  readonly answer: Stall
  readonly reading: Stall
  readonly body: BodyTime
  readonly linger: Linger

  constructor(clock: Clock, stream: ByteStream, timeouts: ServerTimeouts, handler: WaitsHandler) {
    this.bytes = new Stall(clock, timeouts.body, () => handler.stalled())
    this.answer = new Stall(clock, timeouts.left, () => handler.wasLeft())
    this.reading = new Stall(clock, timeouts.body, () => handler.lookAhead())
    this.body = new BodyTime(clock, timeouts.request, () => handler.tooSlow())
    this.linger = new Linger(clock, stream, timeouts.body)
  }

  /** All but the lingering, which is what follows. */
  stop(): void {
    this.bytes.end()
    this.answer.end()
    this.reading.end()
    this.body.stop()
  }
}
