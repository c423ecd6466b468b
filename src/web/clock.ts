/** The real clock, as every JavaScript platform has it. */
import type { Clock } from '../clock.ts'

/** setTimeout fires at once for a delay that does not fit 31 bits; such a wait is cut into pieces. */
const LONGEST_DELAY = 2 ** 31 - 1

const NOTHING_HELD = (): void => {}

/** `waiting` is told of each timer that does not run out at once. */
export const laterBy =
  (waiting: (timer: ReturnType<typeof setTimeout>) => void): Clock['later'] =>
  (at, task) => {
    let timer: ReturnType<typeof setTimeout>
    const arm = (): void => {
      const delay = Math.max(0, Math.ceil(at - performance.now()))
      timer = delay > LONGEST_DELAY ? setTimeout(arm, LONGEST_DELAY) : setTimeout(task, delay)
      if (delay > 0) waiting(timer)
    }
    arm()
    return () => clearTimeout(timer)
  }

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  later: laterBy(() => {}),
  hold: () => NOTHING_HELD,
}
