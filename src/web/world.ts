/**
 * The world of a page, a worker or any other place without sockets and files: the real clock, primitives in plain
 * TypeScript, the platform's compression. Where bytes go and whom to believe must be given.
 */
import { english } from '../explain/en/index.ts'
import { isPublicSuffix } from '../net/public-suffix.ts'
import { memoryTransport } from '../net/stream/memory.ts'
import type { Transport, World } from '../net/stream/types.ts'
import type { TrustStore } from '../x509/path/anchor.ts'
import { trustStore } from '../x509/path/store.ts'
import { systemClock } from './clock.ts'
import { webCoders } from './coders.ts'
import { webCrypto } from './crypto.ts'
import { webDerivation } from './derivation.ts'
import { systemRandom } from './random.ts'

export interface WebWorldOptions {
  /** Where bytes go: a tunnel, or a simulated network. Without it a network in memory, of this world alone. */
  readonly transport?: Transport | undefined
  /** The roots that are believed; without it none, because a page cannot see those of the system. */
  readonly trust?: TrustStore | undefined
}

export const webWorld = ({ transport, trust = trustStore([]) }: WebWorldOptions = {}): World => ({
  clock: systemClock,
  random: systemRandom,
  crypto: webCrypto(),
  derivation: 'subtle' in crypto ? webDerivation : undefined,
  transport: transport ?? memoryTransport(systemClock),
  coders: webCoders,
  trust: () => trust,
  isPublicSuffix,
  words: english,
  blobOf,
  warned: warning => console.warn(`barewire: ${warning.message} (${warning.code})`),
})

/** The platform knows its own; one that was revoked is a network error there. */
const blobOf = (url: string): Promise<Blob | undefined> =>
  fetch(url).then(
    response => response.blob(),
    () => undefined,
  )
