/** How a check inside the engine stops: thrown where it fails, caught where the engine meets its input, never outside. */
import { type FailureCode, fail } from '../failures/index.ts'
import type { Facts, FailureInfo } from '../failures/registry.ts'

export class Refusal extends Error {
  readonly failure: FailureInfo
  constructor(failure: FailureInfo) {
    super(failure.code)
    this.name = 'Refusal'
    this.failure = failure
  }
}

/** A declaration and not an arrow function, because only then the compiler knows that what follows is not reached. */
export function refuse(code: FailureCode, facts: Facts = {}): never {
  throw new Refusal(fail(code, facts))
}
