/** Says on a terminal what a run has been waiting for, from the second second on. */
import type { Clock } from '../../clock.ts'

/** What comes sooner needs no line; and a clock that shows seconds need not be read more often. */
const PATIENCE = 1000

export interface Waiting {
  /** Something happened: what is waited for now, nobody has waited for yet. */
  happened(): void
  stop(): void
}

/** Shows `what()` with the seconds that passed since something happened; `show('')` takes it away. */
export const waiting = (
  clock: Pick<Clock, 'now' | 'later'>,
  what: () => string,
  show: (text: string) => void,
): Waiting => {
  let since = clock.now()
  /** A line of ours stands there: those of others are not touched. */
  let drawn = false
  let disarm = (): void => {}
  const clear = (): void => {
    if (drawn) show('')
    drawn = false
  }
  const look = (): void => {
    const waited = clock.now() - since
    if (waited >= PATIENCE) {
      show(`waiting for ${what()}, ${Math.floor(waited / 1000)} s`)
      drawn = true
    }
    disarm = clock.later(since + Math.floor(waited / PATIENCE + 1) * PATIENCE, look)
  }
  disarm = clock.later(since + PATIENCE, look)
  return {
    happened() {
      since = clock.now()
      clear()
    },
    stop() {
      disarm()
      clear()
    },
  }
}
