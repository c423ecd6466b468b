/** What the server's side of a connection waits for, and for how long. Each runs only while it is waited for. */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import { Linger } from '../stream/linger.ts'
import { Stall } from '../stream/stall.ts'
import type { ByteStream } from '../stream/types.ts'
import type { Flow } from './flow.ts'
import { Pace, Taking } from './pace.ts'
import type { ServerRates, ServerTimeouts } from './timeouts.ts'

/** How long a client that has just connected may take to ask, when no others are let in: two slow round trips. Go: 5 s. */
export const FRESH: Millis = 1_000

/** Who hears that something took too long. */
export interface WaitsHandler {
  /** No byte moved. */
  stalled(): void
  /** A client that has just connected. */
  saysNothing(): void
  /** Nothing was answered to a client that sends no more. */
  wasLeft(): void
  /** Reading has stood still for a while: what a client says behind that, its FIN above all, is not heard. */
  lookAhead(): void
  /** The request's body is not complete. */
  tooSlow(): void
  /** What waits to leave leaves, but not fast enough. */
  takesTooSlowly(): void
}

export class Waits {
  readonly bytes: Stall
  readonly answer: Stall
  readonly reading: Stall
  readonly body: Pace
  readonly linger: Linger
  /** Made when they are wanted, which for most connections is never. */
  readonly #makeFresh: () => Stall
  readonly #makeTaking: () => Taking
  #fresh: Stall | undefined
  #taking: Taking | undefined

  constructor(
    clock: Clock,
    stream: ByteStream,
    { timeouts, rates }: { readonly timeouts: ServerTimeouts; readonly rates: ServerRates },
    handler: WaitsHandler,
  ) {
    this.bytes = new Stall(clock, timeouts.body, () => handler.stalled())
    this.#makeFresh = () => new Stall(clock, FRESH, () => handler.saysNothing())
    this.answer = new Stall(clock, timeouts.left, () => handler.wasLeft())
    this.reading = new Stall(clock, timeouts.body, () => handler.lookAhead())
    this.body = new Pace(clock, { grace: timeouts.request, rate: rates.request }, () => handler.tooSlow())
    this.#makeTaking = () =>
      new Taking(
        clock,
        stream,
        { grace: timeouts.taking, rate: rates.answer },
        { moved: () => this.bytes.touch(), tooSlow: () => handler.takesTooSlowly() },
      )
    this.linger = new Linger(clock, stream, timeouts.body)
  }

  /** Who is waited for from now on. */
  watch({ ahead, full, waiting }: Flow): void {
    if (ahead) this.reading.start()
    else this.reading.stop()
    if (full) {
      this.#taking ??= this.#makeTaking()
      this.#taking.start()
    } else this.#taking?.stop()
    if (waiting) this.bytes.start()
    else this.bytes.stop()
  }

  /** For the first request of a client that has just connected. */
  awaitFirst(): void {
    this.#fresh ??= this.#makeFresh()
    this.#fresh.start()
  }

  /** All but the lingering, which is what follows. */
  stop(): void {
    this.bytes.end()
    this.#fresh?.end()
    this.answer.end()
    this.reading.end()
    this.body.stop()
    this.#taking?.stop()
  }
}
