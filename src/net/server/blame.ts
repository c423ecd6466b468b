/** Failures that are the client's, in the hands of a handler: one that lets them pass is answered for by their status. */
import { type Failure, FailureError } from '../../failures/index.ts'

const ofClients = new WeakSet<FailureError>()

/** What came of reading what the client sent; the error itself. */
export const blamed = (thrown: unknown): unknown => {
  if (thrown instanceof FailureError && thrown.failure.fault === 'peer') ofClients.add(thrown)
  return thrown
}

/** The failure, where it is one of those: a handler's own may have a status too, of somebody whom it asked. */
export const blameOf = (thrown: unknown): Failure | undefined =>
  thrown instanceof FailureError && ofClients.has(thrown) ? thrown.failure : undefined
