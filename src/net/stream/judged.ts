/** Whether a peer's chain is believed: what both sides answer to the question `trust`. */
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, type FailureCode, fail } from '../../failures/index.ts'
import { listed } from '../../tls/hello/listed.ts'
import type { Ask } from '../../tls/types.ts'
import type { TrustStore } from '../../x509/path/anchor.ts'
import { type ChainJudgement, judgeChain } from '../../x509/path/judge-chain.ts'
import { ChainTrusted, trustWithoutChecking } from '../../x509/path/trusted.ts'
import type { ChainRequest } from '../../x509/path/types.ts'
import { verifyChain } from '../../x509/path/verify.ts'
import type { Evidence, Need, RevocationDemands, RevocationFilter } from '../../x509/revocation/evidence.ts'
import type { TransparencyDemands } from '../../x509/transparency/types.ts'
import { chainRequest } from './chains.ts'
import { isAmong, keyShown, pinOf } from './public-keys.ts'
import type { ByteStream, World } from './types.ts'

type Trust = Extract<Ask['question'], { readonly about: 'trust' }>

/** Fetches what is missing. To be bounded in time and size by whoever gives it. */
export interface Retrieve {
  /** Undefined where it cannot be had. */
  (need: Need): Promise<Bytes | undefined>
  /** What came told nothing of the certificate: it is not to be kept. */
  readonly forget?: ((need: Need) => void) | undefined
}

export interface RevocationOptions extends RevocationDemands {
  /** `retriever` makes one; without it nothing is fetched. */
  readonly retrieve?: Retrieve | undefined
  /** As `readCrlite` gives them; they count in every mode. */
  readonly filters?: readonly RevocationFilter[] | undefined
}

interface Judge {
  /** The world's where undefined. */
  readonly trust: TrustStore | undefined
  /** SubjectPublicKeyInfos that are believed by themselves. */
  readonly publicKeys?: readonly Bytes[] | undefined
  readonly accept?: readonly FailureCode[] | undefined
  /** Of a client that asked for an OCSP answer; what came along without counts too. */
  readonly revocation?: RevocationOptions | undefined
  readonly transparency?: TransparencyDemands | undefined
}

export const judged = async (
  question: Trust,
  { trust, publicKeys, accept, revocation, transparency }: Judge,
  world: World,
  stream: Pick<ByteStream, 'trace'>,
): Promise<ChainTrusted | Failure> => {
  const { chain, name, purpose, keyUsage, certificateType } = question
  if (publicKeys !== undefined) {
    const known = keyJudged(question, publicKeys, world, stream)
    if (known instanceof ChainTrusted || trust === undefined || certificateType === 'RawPublicKey') return known
  }
  const evidence: Evidence = {
    stapled: question.ocsp ?? (revocation === undefined ? undefined : 'none'),
    scts: question.scts,
    filters: revocation?.filters,
  }
  const { trace } = stream
  const asked = { world, name, trust, purpose, keyUsage, accept, evidence, revocation, transparency, trace }
  const request = await chainRequest(chain, asked)
  const retrieve = revocation?.retrieve
  if (retrieve === undefined) return verifyChain(request)
  const date = (): Millis => world.clock.date()
  const { trace: _, ...silent } = request
  const { judgement, evidence: complete } = await retrieved(silent, evidence, { retrieve, date })
  return judgement.again(complete, { trace, at: date() }).result
}

/** How to have what is missing. */
interface Source {
  readonly retrieve: Retrieve
  /** Asked anew when something has come: it may have been made after the question. */
  readonly date: () => Millis
}

/** The evidence that is given, with what can be fetched of what is missing. */
export const withRetrieved = async (request: ChainRequest, given: Evidence, source: Source): Promise<Evidence> =>
  (await retrieved({ ...request, steps: undefined, trace: undefined }, given, source)).evidence

/** Answers first, lists for what is not known then. What cannot be had is not there; what was of no use is not kept. */
const retrieved = async (
  request: ChainRequest,
  given: Evidence,
  { retrieve, date }: Source,
): Promise<{ readonly judgement: ChainJudgement; readonly evidence: Evidence }> => {
  const first = judgeChain({ ...request, evidence: given })
  const { ocsp = [], crls = [] } = given
  const answers = await fetched(first.needs, 'ocsp', retrieve)
  const withAnswers = { ...given, ocsp: [...ocsp, ...answers] }
  const second = answers.length === 0 ? first : first.again(withAnswers, { at: date() })
  const lists = await fetched(second.needs, 'crl', retrieve)
  const evidence = { ...withAnswers, crls: [...crls, ...lists] }
  const last = lists.length === 0 ? second : second.again(evidence, { at: date() })
  for (const need of last.needs) retrieve.forget?.(need)
  return { judgement: last, evidence }
}

const fetched = async (needs: readonly Need[], kind: Need['kind'], retrieve: Retrieve): Promise<readonly Bytes[]> => {
  const wanted = needs.filter(need => need.kind === kind)
  const found = await Promise.all(wanted.map(need => retrieve(need).catch(() => undefined)))
  return found.filter(one => one !== undefined)
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
