/** What Node brings to a world in memory. */
import { nodeCrypto } from '../../src/crypto/node.ts'
import { LAB_DATE } from '../../src/lab/clock.ts'
import type { LabPlatform } from '../../src/lab/world.ts'
import { isPublicSuffix } from '../../src/net/node.ts'
import { nodeCoders } from '../../src/platform/node/coders.ts'
import { systemRandom } from '../../src/platform/node/random.ts'

export const nodePlatform = (): LabPlatform => ({
  random: systemRandom,
  crypto: nodeCrypto(),
  coders: nodeCoders,
  isPublicSuffix,
  turn: () => new Promise(resolve => setImmediate(resolve)),
  date: LAB_DATE,
})
