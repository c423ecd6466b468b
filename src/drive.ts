/**
 * The only loop in the stack: it gives an engine the time, drains it after every touch and keeps its deadline armed.
 * Callbacks may touch the engine again: inside a turn that only leaves a mark, and the loop goes round once more.
 */
import type { Clock } from './clock.ts'
import type { Engine, Millis } from './engine.ts'

/** Where an engine's output goes. */
export interface DriveHandlers<Out, Ev> {
  out(output: Out): void
  event(event: Ev): void
  /** A turn is over: the engine has nothing more to say. What was gathered can go on, in one piece. */
  settled?(): void
}

export interface Driver<In> {
  /** Hands one input to the engine, and ends the turn. */
  input(input: In): void
  /** Gives commands to the engine at the time that it is, and ends the turn, even when `work` throws. */
  do(work: (now: Millis) => void): void
  /** The first turn, before anything came or was asked: a client's hello, the first deadline. */
  start(): void
  /** Disarms the timer; nothing more is given to the engine or taken from it. */
  stop(): void
}

/** Runs `engine` on `clock`. */
export const drive = <In, Out, Ev>(
  engine: Engine<In, Out, Ev>,
  clock: Clock,
  handlers: DriveHandlers<Out, Ev>,
): Driver<In> => new Loop(engine, clock, handlers)

class Loop<In, Out, Ev> implements Driver<In> {
  readonly #engine: Engine<In, Out, Ev>
  readonly #clock: Clock
  readonly #handlers: DriveHandlers<Out, Ev>
  /** Made with the first deadline: an engine of TLS has none. */
  #fire: (() => void) | undefined
  #disarm: (() => void) | undefined
  #armedFor: Millis | undefined
  /** The latest time that the engine was given: reading a clock costs as much as a small step of an engine. */
  #now: Millis = 0
  /** A turn is under way: whoever touches the engine now is inside it. */
  #turning = false
  /** The engine was touched, or said something, since it was last seen quiet. */
  #again = false
  #stopped = false

  constructor(engine: Engine<In, Out, Ev>, clock: Clock, handlers: DriveHandlers<Out, Ev>) {
    this.#engine = engine
    this.#clock = clock
    this.#handlers = handlers
  }

  input(input: In): void {
    if (this.#stopped) return
    const outermost = this.#enter()
    try {
      this.#engine.receive(input, this.#time())
    } finally {
      if (outermost) this.#leave()
    }
  }

  do(work: (now: Millis) => void): void {
    if (this.#stopped) return
    const outermost = this.#enter()
    try {
      work(this.#time())
    } finally {
      if (outermost) this.#leave()
    }
  }

  start(): void {
    if (this.#stopped) return
    this.#time()
    if (this.#enter()) this.#leave()
  }

  stop(): void {
    this.#stopped = true
    this.#disarm?.()
  }

  #timeIsUp(): void {
    this.#armedFor = undefined
    this.#disarm = undefined
    if (this.#stopped) return
    const outermost = this.#enter()
    try {
      this.#engine.advance(this.#time())
    } finally {
      if (outermost) this.#leave()
    }
  }

  #time(): Millis {
    return (this.#now = this.#clock.now())
  }

  /** True for the call that begins a turn, and so must end it. */
  #enter(): boolean {
    this.#again = true
    if (this.#turning) return false
    this.#turning = true
    return true
  }

  #leave(): void {
    try {
      do {
        while (this.#again && !this.#stopped) this.#drain()
        if (!this.#stopped) this.#handlers.settled?.()
      } while (this.#again && !this.#stopped)
    } finally {
      this.#turning = false
    }
    if (!this.#stopped) this.#arm()
  }

  #drain(): void {
    const engine = this.#engine
    const handlers = this.#handlers
    this.#again = false
    for (let event = engine.pollEvent(); event !== undefined; event = engine.pollEvent()) {
      this.#again = true
      handlers.event(event)
    }
    // `out` may touch the engine, and so move the time on.
    for (let output = engine.pollTransmit(this.#now); output !== undefined; output = engine.pollTransmit(this.#now)) {
      this.#again = true
      handlers.out(output)
    }
    // Transmitting may leave events, such as a packet that found no route: `again` sees to them.
    for (let event = engine.pollEvent(); event !== undefined; event = engine.pollEvent()) {
      this.#again = true
      handlers.event(event)
    }
  }

  #arm(): void {
    const at = this.#engine.nextDeadline()
    if (at === this.#armedFor) return
    this.#disarm?.()
    this.#armedFor = at
    this.#disarm = undefined
    if (at === undefined) return
    this.#fire ??= () => this.#timeIsUp()
    this.#disarm = this.#clock.later(at, this.#fire)
  }
}
