/**
 * The only loop in the stack: it drains an engine after every touch and keeps its deadline armed. Callbacks may touch
 * the engine again; while draining they only leave a mark, and the loop goes round once more.
 */
import type { Clock } from './clock.ts'
import type { Engine } from './engine.ts'

export interface Driver<In> {
  /** Hands one input to the engine and drains it. */
  input(input: In): void
  /** Drains the engine after a command was given to it directly. */
  poke(): void
  /** Disarms the timer; nothing more is drained. */
  stop(): void
}

/** Runs `engine` on `clock`: `out` gets what it transmits, `onEvent` what it reports. */
export const drive = <In, Out, Ev>(
  engine: Engine<In, Out, Ev>,
  clock: Clock,
  out: (output: Out) => void,
  onEvent: (event: Ev) => void,
): Driver<In> => {
  let disarm: (() => void) | undefined
  let armedFor: number | undefined
  let draining = false
  let again = false
  let stopped = false

  const arm = (): void => {
    const at = engine.nextDeadline()
    if (at === armedFor) return
    disarm?.()
    armedFor = at
    disarm = at === undefined ? undefined : clock.later(at, fire)
  }
  const fire = (): void => {
    armedFor = undefined
    disarm = undefined
    engine.advance(clock.now())
    settle()
  }
  const settle = (): void => {
    if (stopped) return
    if (draining) {
      again = true
      return
    }
    draining = true
    try {
      do {
        again = false
        for (let event = engine.pollEvent(); event !== undefined; event = engine.pollEvent()) {
          again = true
          onEvent(event)
        }
        for (let o = engine.pollTransmit(clock.now()); o !== undefined; o = engine.pollTransmit(clock.now())) {
          again = true
          out(o)
        }
        // Transmitting may leave events, such as a packet that found no route.
        for (let event = engine.pollEvent(); event !== undefined; event = engine.pollEvent()) {
          again = true
          onEvent(event)
        }
      } while (again && !stopped)
    } finally {
      draining = false
    }
    if (!stopped) arm()
  }
  return {
    input(input) {
      if (stopped) return
      engine.receive(input, clock.now())
      settle()
    },
    poke: settle,
    stop() {
      stopped = true
      disarm?.()
    },
  }
}
