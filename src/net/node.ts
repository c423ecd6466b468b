/** Node's world: kernel sockets, the real clock, OpenSSL's primitives, zlib, the system's roots. */
import { getPublicSuffix } from 'tldts'
import { nodeCrypto } from '../crypto/node.ts'
import { systemClock } from '../platform/node/clock.ts'
import { nodeCoders } from '../platform/node/coders.ts'
import { kernelTransport } from '../platform/node/kernel.ts'
import { systemRandom } from '../platform/node/random.ts'
import type { World } from './types.ts'

let world: World | undefined

/** One for the whole process; nothing is opened or read before it is used. */
export const nodeWorld = (): World => {
  world ??= {
    clock: systemClock,
    random: systemRandom,
    crypto: nodeCrypto(),
    transport: kernelTransport(),
    coders: nodeCoders,
    trust: async () => (await import('../platform/node/trust-store.ts')).systemTrustStore(),
    isPublicSuffix,
  }
  return world
}

/** The public suffix list with its private part, as browsers use it for cookies: `github.io` counts. */
export const isPublicSuffix = (domain: string): boolean =>
  getPublicSuffix(domain, { allowPrivateDomains: true }) === domain
