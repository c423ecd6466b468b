/** Node's world: kernel sockets, the real clock, OpenSSL's primitives, zlib, the system's roots. */
import { getPublicSuffix } from 'tldts'
import { nodeCrypto } from '../crypto/node.ts'
import { systemClock } from '../platform/node/clock.ts'
import { nodeCoders } from '../platform/node/coders.ts'
import { kernelTransport } from '../platform/node/kernel.ts'
import { systemRandom } from '../platform/node/random.ts'
import { systemTrustStore } from '../platform/node/trust-store.ts'
import type { TrustStore } from '../x509/types.ts'
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
    trust: systemTrust,
    isPublicSuffix,
  }
  return world
}

let roots: Promise<TrustStore> | undefined

/** Read once; a store that could not be read is tried again the next time. */
const systemTrust = (): Promise<TrustStore> => {
  roots ??= systemTrustStore().catch((error: unknown) => {
    roots = undefined
    throw error
  })
  return roots
}

/** The public suffix list; with its private part, as browsers use it for cookies, `github.io` counts. */
export const isPublicSuffix = (domain: string, section?: 'icann'): boolean =>
  getPublicSuffix(domain, { allowPrivateDomains: section !== 'icann' }) === domain
