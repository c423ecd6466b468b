/** What Node brings to a world in memory. */
import { nodeCrypto, seededNodeCrypto } from '../crypto/node.ts'
import { isPublicSuffix } from '../net/node.ts'
import { systemClock } from '../platform/node/clock.ts'
import { nodeCoders } from '../platform/node/coders.ts'
import { systemRandom } from '../platform/node/random.ts'
import { nextTurn } from '../platform/node/turn.ts'
import { seeded } from '../random.ts'
import { LAB_DATE } from './clock.ts'
import type { LabPlatform } from './world.ts'

/** With a seed everything repeats, keys and date included; without one they are fresh. */
export const nodePlatform = ({ seed }: { readonly seed?: number | undefined } = {}): LabPlatform => {
  const shared = { coders: nodeCoders, isPublicSuffix, turn: nextTurn }
  if (seed === undefined) return { ...shared, random: systemRandom, crypto: nodeCrypto(), date: systemClock.date() }
  const random = seeded(seed)
  return { ...shared, random, crypto: seededNodeCrypto(random), date: LAB_DATE }
}
