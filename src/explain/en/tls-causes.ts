/** What several failures of TLS are explained with. */
import type { Explanation } from '../words.ts'

export const SOMETHING_BETWEEN = 'Something between the two sides changed bytes.'
export const A_BUG = 'One of the two sides has a bug.'

/** A field and why its value is refused. */
export const notAllowed: Pick<Explanation, 'says' | 'because'> = {
  says: f => `${f.where ?? 'A field'} is ${f.got ?? '?'}${f.expected === undefined ? '' : `; ${f.expected}`}.`,
  because: [A_BUG, SOMETHING_BETWEEN],
}
