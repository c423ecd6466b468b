/** A page of the glossary for people and programs: sentences, then words with what they mean, then what can go wrong. */
import type { TopicName, WholeTopic } from '../explain/topics.ts'
import type { JsonObject } from './json.ts'
import { columnsOf, type Shown } from './shown.ts'
import { line, type Style, widthOf, wrap } from './style.ts'

/** Columns of the longest word beside which its meaning still stands. */
const WIDEST_TERM = 30

export const renderTopic = (name: TopicName, { summary, says, terms, failures }: WholeTopic, style: Style): Shown[] => [
  line(style, { text: name, tint: 'you' }, { text: `  ${summary}` }),
  ...says.flatMap(text => [line(style), ...paragraph(text, 2, style)]),
  ...(terms.length === 0 ? [] : [line(style), ...pairs(terms, style)]),
  ...(failures.length === 0 ? [] : [line(style), ...pairs(failures, style)]),
]

const paragraph = (text: string, column: number, style: Style): Shown[] =>
  wrap(text, widthOf(style) - column).map(part => line(style, { text: part, column }))

const pairs = (list: readonly (readonly [string, string])[], style: Style): Shown[] => {
  const widest = Math.max(...list.map(([term]) => columnsOf(term)))
  const column = Math.min(widest, WIDEST_TERM, Math.floor(widthOf(style) / 3)) + 4
  return list.flatMap(([term, means]) => {
    const beside = columnsOf(term) + 4 <= column
    const [first = '', ...more] = wrap(means, widthOf(style) - column)
    const head = { text: `  ${term}`, tint: 'you' as const }
    return [
      ...(beside
        ? [line(style, head, { text: first, column })]
        : [line(style, head), line(style, { text: first, column })]),
      ...more.map(text => line(style, { text, column })),
    ]
  })
}

export const jsonOfTopic = (name: TopicName, { summary, says, terms, failures }: WholeTopic): JsonObject => ({
  type: 'topic',
  name,
  summary,
  says: [...says],
  terms: terms.map(each => [...each]),
  failures: failures.map(([code]) => code),
})
