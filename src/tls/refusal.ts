/** How a check inside the engine stops: thrown where it fails, caught where the engine meets its input, never outside. */
import { type Failure, type FailureCode, fail, type GivenFacts } from '../failures/index.ts'

export class Refusal extends Error {
  readonly failure: Failure
  /** The traced message that it is about; 0 for none. */
  readonly because: number
  constructor(failure: Failure, because: number) {
    super(failure.code)
    this.name = 'Refusal'
    this.failure = failure
    this.because = because
  }
}

/** To be thrown: `throw refusal('tls/…', {…})`. */
export const refusal = (code: FailureCode, facts: GivenFacts = {}, because = 0): Refusal =>
  new Refusal(fail(code, facts), because)
