/** A judgement for whoever can fetch what is missing for a better one: judging itself never waits. */
import type { Failure } from '../../failures/index.ts'
import type { Evidence, Need } from '../revocation/evidence.ts'
import type { ChainTrusted } from './trusted.ts'
import type { ChainRequest } from './types.ts'
import { type Judged, judge } from './verify.ts'

/** A judgement, and what would be known by more evidence. */
export interface ChainJudgement {
  readonly result: ChainTrusted | Failure
  /** What is missing of what `ChainRequest.revocation` demands; empty in mode `off`. */
  readonly needs: readonly Need[]
  /**
   * The same question once more, with other evidence, at a later date where one is given: what was fetched since is of then.
   * What was found out before is not done again, and costs of the same bounds.
   */
  again(evidence: Evidence, changed?: Partial<Pick<ChainRequest, 'trace' | 'at'>>): ChainJudgement
}

/** As `verifyChain`, for whoever can fetch what is missing. */
export const judgeChain = (request: ChainRequest): ChainJudgement => {
  const from = (judged: Judged): ChainJudgement => ({
    result: judged.result,
    needs: judged.needs,
    again: (evidence, changed) => from(judge({ ...request, ...changed, evidence }, judged)),
  })
  return from(judge(request))
}
