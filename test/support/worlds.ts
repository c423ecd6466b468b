/** The platforms that everything runs on: whoever tests an engine or the promise world takes them from here. */
import type { CryptoProvider } from '../../src/crypto/provider.ts'
import type { LabPlatform } from '../../src/lab/world.ts'
import { memoryTransport } from '../../src/net/stream/memory.ts'
import type { World } from '../../src/net/stream/types.ts'
import { systemClock } from '../../src/node/clock.ts'
import { nodeCrypto, seededNodeCrypto } from '../../src/node/crypto.ts'
import { nodePlatform } from '../../src/node/lab.ts'
import { nodeWorld } from '../../src/node/world.ts'
import type { Random } from '../../src/random.ts'
import { seededWebCrypto, webCrypto } from '../../src/web/crypto.ts'
import { webPlatform } from '../../src/web/lab.ts'
import { webWorld } from '../../src/web/world.ts'

export interface Platform {
  readonly crypto: CryptoProvider
  readonly seeded: (random: Random) => CryptoProvider
  /** A world whose network is in memory, and empty. */
  readonly world: () => World
  readonly lab: (seed?: number) => LabPlatform
  /** Whether RSA keys and signatures are made here; they are verified everywhere. */
  readonly makesRsa: boolean
}

export const node: Platform = {
  crypto: nodeCrypto(),
  seeded: seededNodeCrypto,
  world: () => ({ ...nodeWorld(), transport: memoryTransport(systemClock) }),
  lab: seed => nodePlatform({ seed }),
  makesRsa: true,
}

export const web: Platform = {
  crypto: webCrypto(),
  seeded: seededWebCrypto,
  world: () => webWorld(),
  lab: seed => webPlatform({ seed }),
  makesRsa: false,
}

/** For `describe.each`. */
export const platforms: readonly (readonly [string, Platform])[] = [
  ['node', node],
  ['web', web],
]
