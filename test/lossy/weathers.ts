/** What becomes of segments on a bad wire. */
import type { Weather } from './wire.ts'

const STRAIGHT = { arrivals: [0] }
const LOST = { arrivals: [] }

export const weathers: Readonly<Record<string, Weather>> = {
  loss: random => () => (random.below(100) < 4 ? LOST : STRAIGHT),
  /** Several one after the other. */
  bursts: random => {
    let left = 0
    return () => {
      if (left === 0 && random.below(100) < 2) left = 2 + random.below(4)
      if (left === 0) return STRAIGHT
      left--
      return LOST
    }
  },
  overtaking: random => () => (random.below(100) < 8 ? { arrivals: [2 + random.below(12)] } : STRAIGHT),
  doubled: random => () => (random.below(100) < 6 ? { arrivals: [0, 11 + random.below(30)] } : STRAIGHT),
  everything: random => () => {
    const fate = random.below(100)
    if (fate < 3) return LOST
    if (fate < 6) return { arrivals: [2 + random.below(12)] }
    return fate < 9 ? { arrivals: [0, 11 + random.below(30)] } : STRAIGHT
  },
}
