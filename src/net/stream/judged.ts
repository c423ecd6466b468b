/** Whether a peer's chain is believed: what both sides answer to the question `trust`. */
import type { Failure, FailureCode } from '../../failures/index.ts'
import type { Ask } from '../../tls/types.ts'
import { verifyChain } from '../../x509/path.ts'
import type { ChainTrusted } from '../../x509/trusted.ts'
import type { TrustStore } from '../../x509/types.ts'
import type { ByteStream, World } from './types.ts'

type Trust = Extract<Ask['question'], { readonly about: 'trust' }>

interface Judge {
  /** The world's where undefined. */
  readonly trust: TrustStore | undefined
  readonly accept?: readonly FailureCode[] | undefined
}

export const judged = async (
  { chain, name, purpose, keyUsage }: Trust,
  { trust, accept }: Judge,
  world: World,
  stream: Pick<ByteStream, 'trace'>,
): Promise<ChainTrusted | Failure> =>
  verifyChain({
    chain,
    name,
    at: world.clock.date(),
    trust: trust ?? (await world.trust()),
    crypto: world.crypto,
    purpose,
    keyUsage,
    isRegistrySuffix: domain => world.isPublicSuffix(domain, 'icann'),
    accept,
    trace: stream.trace,
    now: world.clock.now(),
  })
