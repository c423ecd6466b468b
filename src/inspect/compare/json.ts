/** A comparison for programs: a line for each difference, and one for the whole. */

import { diffWordsOf } from '../../explain/diff-words.ts'
import { toldDiagnosis } from '../../explain/seen-words.ts'
import type { JsonObject } from '../json.ts'
import type { Likely } from './likely.ts'
import { becauseTexts, pathOf, type Side } from './text.ts'
import { type Cell, type Comparison, type Difference, type Each, LETTERS, type Letter } from './types.ts'

export const differenceJson = (difference: Difference): JsonObject => ({
  type: 'difference',
  part: difference.part,
  field: difference.field,
  a: cellJson(difference.cells.A),
  b: cellJson(difference.cells.B),
})

/** Null: the field is not there. */
const cellJson = (cell: Cell): JsonObject | null =>
  cell === undefined ? null : { values: [...cell.texts], shared: cell.shared }

/** Words are in English, as all of `--json`. */
export const comparisonJson = (
  { parts, differences, reordered, parting }: Comparison,
  sides: Each<Side>,
  likely: Likely | undefined,
): JsonObject => ({
  type: 'comparison',
  a: sideJson(sides.A),
  b: sideJson(sides.B),
  same: parts.filter(each => each.differs === 0).map(({ name }) => name),
  differences: differences.length,
  reordered: [...reordered],
  parted:
    parting === undefined
      ? null
      : Object.fromEntries(
          LETTERS.map(letter => [
            letter.toLowerCase(),
            {
              from: parting.first[letter]?.from ?? null,
              said: parting.first[letter]?.key ?? null,
              ended: endedText(parting.ending[letter]),
            },
          ]),
        ),
  ...(likely === undefined ? {} : { likely: likelyJson(likely) }),
})

const endedText = ({
  how,
  by,
}: {
  readonly how?: string | undefined
  readonly by?: string | undefined
}): string | null => (how === undefined || by === undefined ? null : `${how} from the ${by}`)

const sideJson = ({ label, conversation, name, diagnosis, unread }: Side): JsonObject => ({
  what: label,
  conversation: conversation.id,
  flow: conversation.flow,
  name: name ?? null,
  failure: diagnosis?.code ?? null,
  unread,
})

const likelyJson = (likely: Likely): JsonObject => {
  const { diagnosis, because } = likely
  const { title, says, next } = toldDiagnosis(diagnosis)
  const { sentences, advice } = becauseTexts(likely, diffWordsOf('en'))
  return {
    failed: likely.failed.toLowerCase() as Lowercase<Letter>,
    code: diagnosis.code,
    certainty: diagnosis.certainty,
    side: diagnosis.side,
    title,
    says,
    because: because.map(pathOf),
    explained: [...sentences],
    next: [...(advice.length > 0 ? advice : next)],
  }
}
