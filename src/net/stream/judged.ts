/** Whether a peer's chain is believed: what both sides answer to the question `trust`. */
import type { Bytes } from '../../engine.ts'
import { type Failure, type FailureCode, fail } from '../../failures/index.ts'
import { listed } from '../../tls/hello/listed.ts'
import type { Ask } from '../../tls/types.ts'
import { verifyChain } from '../../x509/path.ts'
import { ChainTrusted, trustWithoutChecking } from '../../x509/trusted.ts'
import type { TrustStore } from '../../x509/types.ts'
import { isAmong, keyShown, pinOf } from './public-keys.ts'
import type { ByteStream, World } from './types.ts'

type Trust = Extract<Ask['question'], { readonly about: 'trust' }>

interface Judge {
  /** The world's where undefined. */
  readonly trust: TrustStore | undefined
  /** SubjectPublicKeyInfos that are believed by themselves. */
  readonly publicKeys?: readonly Bytes[] | undefined
  readonly accept?: readonly FailureCode[] | undefined
}

export const judged = async (
  question: Trust,
  { trust, publicKeys, accept }: Judge,
  world: World,
  stream: Pick<ByteStream, 'trace'>,
): Promise<ChainTrusted | Failure> => {
  const { chain, name, purpose, keyUsage, certificateType } = question
  if (publicKeys !== undefined) {
    const known = keyJudged(question, publicKeys, world, stream)
    if (known instanceof ChainTrusted || trust === undefined || certificateType === 'RawPublicKey') return known
  }
  return verifyChain({
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
}

/** Whether the key is one that is known. Only what is believed is told to whoever follows: roots may have the last word. */
const keyJudged = (
  question: Trust,
  publicKeys: readonly Bytes[],
  { crypto, clock }: World,
  { trace }: Pick<ByteStream, 'trace'>,
): ChainTrusted | Failure => {
  const key = keyShown(question.chain[0]!, question.certificateType)
  const pin = key === undefined ? 'no key that can be read' : pinOf(key, crypto)
  if (key === undefined || !isAmong(publicKeys, key))
    return fail('tls/key-untrusted', { got: pin, expected: listed(publicKeys, each => pinOf(each, crypto)) })
  if (trace !== undefined) {
    const { sink, flow, host } = trace
    const verdict = { layer: 'tls', flow, host, at: clock.now(), check: 'key', ok: true, rule: 'RFC 7250 5' } as const
    sink.verdict({ ...verdict, about: `trusted by ${pin}` })
  }
  return trustWithoutChecking(question, key, `its key is known: ${pin}`)
}
