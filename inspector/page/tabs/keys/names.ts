/** How values of the key schedule and their formulas read. */
import { hexText } from '../../../../src/wire/bytes.ts'
import type { Call, KeyNode, NodeId, Term } from '../../../model/keys/index.ts'
import type { Words } from '../../../words/index.ts'

export const nameOf = ({ name, update }: NodeId, { tabs: { keys } }: Words): string =>
  update === 0 ? keys.nodes[name] : keys.updated(keys.nodes[name], update)

export const formulaText = (formula: Call, words: Words): string => {
  const { keys } = words.tabs
  const terms = formula.terms.map(term => termText(term, words)).join(words.page.comma)
  const call = formula.call === 'cut' ? `${keys.cut} ${terms}` : `${formula.call}(${terms})`
  return formula.length === undefined ? call : `${call}${words.page.comma}${keys.bytes(formula.length)}`
}

/** Messages of a transcript that are named; of more the first and the last. */
const MOST_NAMED = 4

const termText = (term: Term, words: Words): string => {
  if ('node' in term) return nameOf(term.node, words)
  if ('text' in term) return `“${term.text}”`
  if ('words' in term) return words.tabs.keys.words[term.words]
  if ('call' in term) return formulaText(term, words)
  const { messages } = term
  return messages.length <= MOST_NAMED ? messages.join(', ') : `${messages[0]} … ${messages.at(-1)}`
}

/** Octets of a value that stand on its node. */
const SHORT = 5

/** `5dec80ba…`, or as many stars. */
export const shortValue = ({ kind, values }: KeyNode, secrets: 'starred' | 'shown'): string => {
  const [first] = values
  if (first === undefined) return ''
  if (kind === 'secret' && secrets === 'starred') return '*'.repeat(2 * SHORT)
  return `${hexText(first.bytes.subarray(0, SHORT))}${first.bytes.length > SHORT ? '…' : ''}`
}
