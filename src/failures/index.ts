/**
 * `barewire/failures`: every failure by code, and the two ways to use one: as a value (`fail`) and as an error
 * (`FailureError`). Read `registry.ts` first, then any family. Words are in `barewire/explain`.
 */
export {
  Failure,
  FailureError,
  type FailureErrorOptions,
  FetchError,
  fail,
  type GivenFacts,
  isFailure,
} from './failure.ts'
export {
  EXIT,
  type ExitCode,
  type Facts,
  type FailureEntry,
  type Fault,
  type Place,
  type RequestContext,
} from './registry.ts'
export { entryOf, type FailureCode, failures } from './table.ts'
