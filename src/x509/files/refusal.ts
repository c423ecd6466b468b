/** How what is in a file is refused: thrown where it is found, and a value at the doors (`openFile` and its like). */
import { DerError } from '../../asn1/der.ts'
import { derRules } from '../../asn1/rules.table.ts'
import { type Failure, type FailureCode, FailureError, fail, type GivenFacts } from '../../failures/index.ts'

export const refusal = (code: FailureCode, facts: GivenFacts = {}): FailureError => new FailureError(fail(code, facts))

/** What `read` gives, or why it does not. */
export const readOrFailure = <T>(read: () => T): T | Failure => {
  try {
    return read()
  } catch (error) {
    return refused(error)
  }
}

/** The same of what takes its time. */
export const readOrFailureLater = async <T>(read: () => Promise<T>): Promise<T | Failure> => {
  try {
    return await read()
  } catch (error) {
    return refused(error)
  }
}

const refused = (error: unknown): Failure => {
  if (error instanceof FailureError) return error.failure
  if (error instanceof DerError) return malformed(error)
  throw error
}

const malformed = (error: DerError): Failure => {
  const { says, rule } = derRules[error.rule]
  const at = { message: 0, start: error.at, end: error.end }
  return fail('file/malformed', { where: error.what, got: says, expected: `${error.rule}, ${rule}`, at })
}
