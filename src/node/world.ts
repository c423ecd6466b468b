/** Node's world: kernel sockets, the real clock, OpenSSL's primitives, zlib, the system's roots. */

import { resolveObjectURL } from 'node:buffer'
import { english } from '../explain/en/index.ts'
import { isPublicSuffix } from '../net/public-suffix.ts'
import type { World } from '../net/stream/types.ts'
import type { TrustStore } from '../x509/path/anchor.ts'
import { nodeCertificateCoders } from './certificate-coders.ts'
import { systemClock } from './clock.ts'
import { nodeCoders } from './coders.ts'
import { nodeCrypto } from './crypto.ts'
import { nodeDerivation } from './derivation.ts'
import { kernelTransport } from './kernel.ts'
import { systemRandom } from './random.ts'
import { replace } from './replaced.ts'
import { systemTrustStore } from './trust-store.ts'

let world: World | undefined

/** And nobody whose responses and requests are of another, quicker kind. */
const isNode = !('bun' in process.versions) && !('deno' in process.versions)

/** One for the whole process; nothing is opened or read before it is used. */
export const nodeWorld = (): World => {
  world ??= {
    clock: systemClock,
    random: systemRandom,
    crypto: nodeCrypto(),
    derivation: nodeDerivation,
    transport: kernelTransport(),
    coders: nodeCoders,
    certificateCoders: nodeCertificateCoders,
    trust: systemTrust,
    isPublicSuffix,
    words: english,
    blobOf: url => resolveObjectURL(url) as Blob | undefined,
    replace: isNode ? replace : undefined,
    warned: warning => process.emitWarning(warning.message, { type: 'BarewireWarning', code: warning.code }),
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
