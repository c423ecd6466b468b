/** How a check inside the engine stops: thrown where it fails, caught where the engine meets its input, never outside. */
import { type FailureCode, fail, type GivenFacts } from '../failures/index.ts'
import type { FailureInfo } from '../failures/registry.ts'

export class Refusal extends Error {
  readonly failure: FailureInfo
  /** The traced message that it is about; 0 for none. */
  readonly because: number
  constructor(failure: FailureInfo, because: number) {
    super(failure.code)
    this.name = 'Refusal'
    this.failure = failure
    this.because = because
  }
}

/** To be thrown: `throw refusal('tls/…', {…})`. */
export const refusal = (code: FailureCode, facts: GivenFacts = {}, because = 0): Refusal =>
  new Refusal(fail(code, facts), because)
