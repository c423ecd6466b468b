/** `barewire/lab/node`: what Node brings to a world in memory. */
import { english } from '../explain/en/index.ts'
import { LAB_DATE } from '../lab/clock.ts'
import type { LabPlatform } from '../lab/world.ts'
import { isPublicSuffix } from '../net/public-suffix.ts'
import { seeded } from '../random.ts'
import { systemClock } from './clock.ts'
import { portableCoders } from './coders.ts'
import { nodeCrypto, seededNodeCrypto } from './crypto.ts'
import { systemRandom } from './random.ts'
import { nextTurn } from './turn.ts'

/** With a seed everything repeats, keys and date included; without one they are fresh. */
export const nodePlatform = ({ seed }: { readonly seed?: number | undefined } = {}): LabPlatform => {
  const shared = { coders: portableCoders, isPublicSuffix, words: english, turn: nextTurn }
  if (seed === undefined) return { ...shared, random: systemRandom, crypto: nodeCrypto(), date: systemClock.date() }
  const random = seeded(seed)
  return { ...shared, random, crypto: seededNodeCrypto(random), date: LAB_DATE }
}
