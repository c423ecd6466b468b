/** The door between engines and people: a failure leaves `connect`, `listen`, `fetch` and `serve` in words. */
import type { Words } from '../explain/words.ts'
import { type Failure, FailureError } from '../failures/index.ts'

/** As an error, in the world's words; without words its message is the code with its facts. */
export const inWords = (failure: Failure, words: Words | undefined, cause?: unknown): FailureError =>
  new FailureError(failure, {
    ...(cause === undefined ? {} : { cause }),
    ...(words === undefined ? {} : { message: words.sentence(failure) }),
  })

/** What was thrown below a door, as it leaves it; what is not a failure (an abort's reason) passes unchanged. */
export const told = (thrown: unknown, words: Words | undefined): unknown =>
  thrown instanceof FailureError ? inWords(thrown.failure, words, thrown.cause) : thrown
