/** The real clock, as every JavaScript platform has it. */
import type { Clock } from '../clock.ts'

/** setTimeout fires at once for a delay that does not fit 31 bits; such a wait is cut into pieces. */
const LONGEST_DELAY = 2 ** 31 - 1

const NOTHING_HELD = (): void => {}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  later(at, task) {
    let timer: ReturnType<typeof setTimeout>
    const arm = (): void => {
      const delay = Math.max(0, Math.ceil(at - performance.now()))
      timer = delay > LONGEST_DELAY ? setTimeout(arm, LONGEST_DELAY) : setTimeout(task, delay)
    }
    arm()
    return () => clearTimeout(timer)
  },
  hold: () => NOTHING_HELD,
}
