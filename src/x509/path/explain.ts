/** A judgement with everything that led to it: each path to its end, with all that is wrong with it and not only the first fault. */
import type { Failure } from '../../failures/index.ts'
import type { CheckStep, EdgeStep, KnownStep, Step, StepCertificate } from './steps.ts'
import type { ChainTrusted } from './trusted.ts'
import type { ChainRequest } from './types.ts'
import { everyPath, judge } from './verify.ts'

/** One way from the leaf up, checked from end to end. */
export interface ExplainedPath {
  /** Leaf first. */
  readonly certificates: readonly StepCertificate[]
  /** It ends in an anchor; false: nobody leads on from its last certificate. */
  readonly anchored: boolean
  /** Where the anchor came from: the file or store. */
  readonly source: string | undefined
  /** In the order of the checks. */
  readonly checks: readonly CheckStep[]
  /** What evidence says of it. */
  readonly known: Pick<KnownStep, 'revocation' | 'transparency'>
  /** The first fault that nobody accepts; undefined: the path is good. */
  readonly failure: Failure | undefined
}

export interface ChainOutcome {
  /** What `verifyChain` gives. */
  readonly result: ChainTrusted | Failure
  readonly paths: readonly ExplainedPath[]
  /** Ways that were left at once: certificates with the name of the issuer that are not the issuer. */
  readonly refused: readonly EdgeStep[]
  /** Certificates that cannot be read. */
  readonly unreadable: readonly Failure[]
  /** The bound that was reached before all paths were looked at; undefined: these are all. */
  readonly limit: Failure | undefined
}

/** As `verifyChain`, and why. Throws RangeError without a date. */
export const explainChain = (request: ChainRequest): ChainOutcome => {
  const judged = judge(request)
  const paths: { -readonly [K in keyof ExplainedPath]: ExplainedPath[K] }[] = []
  const checks: CheckStep[][] = []
  const refused: EdgeStep[] = []
  const unreadable: Failure[] = []
  let limit: Failure | undefined
  const hear = (step: Step): void => {
    switch (step.type) {
      case 'unreadable':
        unreadable.push(step.failure)
        break
      case 'candidate':
        break
      case 'edge':
        if (step.failure !== undefined) refused.push(step)
        break
      case 'path': {
        const { certificates, anchored, source } = step
        const known = { revocation: [], transparency: { status: 'not-checked' } } as const
        paths.push({ certificates, anchored, source, checks: (checks[step.path] = []), known, failure: undefined })
        break
      }
      case 'check':
        checks[step.path]!.push(step)
        break
      case 'known':
        paths[step.path]!.known = { revocation: step.revocation, transparency: step.transparency }
        break
      case 'end':
        paths[step.path]!.failure = step.failure
        break
      case 'limit':
        limit ??= step.failure
        break
      default:
        step satisfies never
    }
  }
  everyPath(request, judged, hear)
  return { result: judged.result, paths, refused, unreadable, limit }
}
