/** What the checks of a path are given: the question, and what is found out once for all paths of it, or once for each. */
import type { Failure } from '../../failures/index.ts'
import type { Certificate } from '../certificate/certificate.ts'
import {
  type EvidenceAtHand,
  type NestedPath,
  RevocationJudge,
  type RevocationOutcome,
} from '../revocation/judgement.ts'
import { NOT_CHECKED, TransparencyJudge, type TransparencyOutcome } from '../transparency/judgement.ts'
import type { CheckContext } from './checks.ts'
import { checkName } from './names.ts'
import { bothDemand, checkPolicies, type PolicyOutcome } from './policy.ts'
import { deployed } from './profile.ts'
import type { ChainRequest } from './types.ts'
import type { Work } from './work.ts'

interface Given {
  readonly evidence: EvidenceAtHand
  readonly work: Work
  /** How many paths this one lies within. */
  readonly depth: number
  /** The certificates that came besides the leaf. */
  readonly shown: () => readonly Certificate[]
  readonly nested: NestedPath
  readonly isSelfSigned: CheckContext['isSelfSigned']
}

/** For paths that end nowhere; whoever reaches an anchor puts it in. */
export const contextFor = (request: ChainRequest, given: Given): CheckContext => {
  const { crypto, at, transparency } = request
  const { evidence, work, isSelfSigned } = given
  const demands = request.revocation ?? { mode: 'off' }
  const profile = request.profile ?? deployed
  let named: { readonly failure: Failure | undefined } | undefined
  let key: boolean | undefined
  let policies: { readonly path: readonly Certificate[]; readonly outcome: PolicyOutcome } | undefined
  let revocation: { readonly path: readonly Certificate[]; readonly outcome: RevocationOutcome } | undefined
  let logged: { readonly path: readonly Certificate[]; readonly outcome: TransparencyOutcome } | undefined
  let timestamps: TransparencyJudge | undefined
  return {
    // The same for every path, and a certificate may have thousands of names.
    nameFault: leaf => (named ??= { failure: nameFault(leaf, request) }).failure,
    at,
    profile,
    purpose: request.purpose ?? 'server',
    keyUsage: request.keyUsage,
    budget: work.comparisons,
    policies: (path, anchor) => {
      if (policies?.path !== path) {
        const both = bothDemand(request.policies, anchor?.constraints?.policies)
        policies = { path, outcome: checkPolicies(path, profile.anchor, both) }
      }
      return policies.outcome
    },
    revocation: path => {
      if (revocation?.path !== path) {
        const judge = new RevocationJudge({ ...given, shown: given.shown(), demands, at, crypto, profile })
        revocation = { path, outcome: judge.judge(path) }
      }
      return revocation.outcome
    },
    transparency: path => {
      if (transparency === undefined) return NOT_CHECKED
      if (logged?.path !== path) {
        const { scts, stapled } = evidence
        const answers = typeof stapled === 'object' ? [stapled, ...evidence.answers] : evidence.answers
        const question = { demands: transparency, scts, answers, at, crypto, work }
        timestamps ??= new TransparencyJudge(question, path[0]!)
        logged = { path, outcome: timestamps.judge(path[1]) }
      }
      return logged.outcome
    },
    listsCount: demands.mode !== 'off' || evidence.lists.length > 0,
    // Of the leaf only: no signature of a certificate is checked with its key.
    isKey: leaf => (key ??= crypto.isPublicKey(leaf.spki)),
    isSelfSigned,
    anchor: undefined,
  }
}

const nameFault = (leaf: Certificate, { name, isRegistrySuffix }: ChainRequest): Failure | undefined =>
  name === undefined ? undefined : checkName(leaf, name, isRegistrySuffix)
