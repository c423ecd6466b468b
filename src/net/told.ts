/** The door between engines and people: a failure leaves `connect`, `listen`, `fetch` and `serve` with words and with what was asked. */
import type { Words } from '../explain/words.ts'
import { type Failure, FailureError, FetchError, type RequestContext } from '../failures/index.ts'

/** As an error, in the world's words; without words its message is the code with its facts. */
export const inWords = (failure: Failure, words: Words | undefined, cause?: unknown): FailureError =>
  new FailureError(failure, {
    ...(cause === undefined ? {} : { cause }),
    ...(words === undefined ? {} : { message: words.sentence(failure) }),
  })

/**
 * What was thrown below a door, as it leaves it: with what was asked, and in words. What is not a failure (an abort's
 * reason) passes unchanged.
 */
export const told = (thrown: unknown, words: Words | undefined, context?: RequestContext): unknown => {
  if (!(thrown instanceof FailureError)) return thrown
  const { failure, cause } = thrown
  return inWords(context === undefined ? failure : failure.within(context), words, cause)
}

/** As `told`, by the fetch standard: failures are `TypeError`s, and the reason of a signal is what it is. */
export const toldByFetch = (thrown: unknown, words: Words | undefined, context?: RequestContext): unknown => {
  if (thrown instanceof FetchError) return thrown
  const known = told(thrown, words, context)
  return known instanceof FailureError ? new FetchError(known) : known
}

/** `work`, whose failure leaves in words. */
export const toldAtOnce = <T>(work: () => T, words: Words | undefined): T => {
  try {
    return work()
  } catch (error) {
    throw told(error, words)
  }
}

/** The same of work that takes its time. */
export const toldLater = async <T>(work: () => Promise<T>, words: Words | undefined): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw told(error, words)
  }
}
