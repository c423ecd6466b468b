/** Which seeds a property is tried on, and how bad the wire of each is. */
import type { Faults } from '../../src/lab/faults.ts'
import type { SeededRandom } from '../../src/random.ts'

/** 1 to `count`, or the one that `BAREWIRE_SEED` names. */
export const seeds = (count: number): number[] => {
  const one = process.env.BAREWIRE_SEED
  return one === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(one)]
}

/** Put beside every expectation: a failure then says how to repeat it. */
export const namedBy = (seed: number): string => `repeat with BAREWIRE_SEED=${seed}`

/** Each fault is absent in a third of the runs, else up to 20 %. */
export const faultsOf = (random: SeededRandom): Faults => {
  const share = (): number => (random.number() < 1 / 3 ? 0 : random.number() * 0.2)
  return {
    loss: share(),
    duplicate: share(),
    reorder: share(),
    corrupt: share(),
    delay: 1 + random.below(80),
    jitter: random.below(20),
    ...(random.number() < 0.3 ? { rate: 1e5 + random.below(1e7), queue: 10 + random.below(100) } : {}),
  }
}

/** Where two byte strings differ first; -1 when `part` is a beginning of `whole`. */
export const firstWrong = (part: Uint8Array, whole: Uint8Array): number => {
  for (let i = 0; i < part.length; i++) if (part[i] !== whole[i]) return i
  return -1
}
