/** Chains judged as connections judge them: with the roots, the clock and the public suffixes of a world. */
import type { Bytes } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import { type ChainOutcome, explainChain } from '../../x509/path/explain.ts'
import type { ChainTrusted } from '../../x509/path/trusted.ts'
import type { ChainRequest } from '../../x509/path/types.ts'
import { verifyChain } from '../../x509/path/verify.ts'
import type { World } from './types.ts'

/** What the world has need not be given: roots, date, primitives, and which domains belong to registries. */
export type ChainOptions = { readonly world: World } & {
  readonly [K in keyof Omit<ChainRequest, 'chain' | 'now'>]?: ChainRequest[K] | undefined
}

/** The question with everything that was left out. Rejects as the world does when its roots cannot be read. */
export const chainRequest = async (chain: readonly Bytes[], options: ChainOptions): Promise<ChainRequest> => {
  const { world, ...given } = options
  return {
    ...given,
    chain,
    name: given.name,
    at: given.at ?? world.clock.date(),
    trust: given.trust ?? (await world.trust()),
    crypto: given.crypto ?? world.crypto,
    isRegistrySuffix: given.isRegistrySuffix ?? (domain => world.isPublicSuffix(domain, 'icann')),
    now: world.clock.now(),
  }
}

/** DER, leaf first. Trusted, or the most telling failure. Rejects with RangeError for an `at` that is no date. */
export const verifyCertificates = async (
  chain: readonly Bytes[],
  options: ChainOptions,
): Promise<ChainTrusted | Failure> => verifyChain(await chainRequest(chain, options))

/** As `verifyCertificates`, with every path and all that is wrong with each. */
export const explainCertificates = async (chain: readonly Bytes[], options: ChainOptions): Promise<ChainOutcome> =>
  explainChain(await chainRequest(chain, options))
