/** The engines and their cryptography, for whoever plays a run. Nothing on the first screen needs it: it is loaded by itself. */

import type { Comparison } from '../../src/inspect/compare/types.ts'
import { webCrypto } from '../../src/web/crypto.ts'
import { webPlatform } from '../../src/web/lab.ts'
import { comparisonOf } from '../model/compared.ts'
import type { Run } from '../model/run.ts'
import { type Plan, play } from '../runs/index.ts'

/** In what they differ, for runs that have connections. */
export const compareRuns = (before: Run, after: Run): Comparison | undefined => comparisonOf(before, after, webCrypto())

export const playPlan = (plan: Plan): Promise<Run> => play(webPlatform({ seed: plan.seed }), plan)
