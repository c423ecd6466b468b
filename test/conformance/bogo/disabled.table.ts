/** Cases that are not run, by name, each with the reason. */
import * as reasons from './reasons.ts'

export const disabled: readonly (readonly [RegExp, string])[] = [[/ML-?DSA/, reasons.POST_QUANTUM_SIGNATURES]]
