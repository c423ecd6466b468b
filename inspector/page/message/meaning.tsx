/** What the chosen field is for, in a sentence, where that is written, and a way to take it along. */
import type { FunctionComponent } from 'preact'
import { meaningOf } from '../../../src/explain/fields.ts'
import type { MessageRecord, Range } from '../../../src/trace/types.ts'
import { hexText } from '../../../src/wire/bytes.ts'
import type { Node } from '../../model/pane.ts'
import type { Words } from '../../words/index.ts'
import type { State } from '../state.ts'
import { fieldLabel, fieldValue } from './field-text.ts'

export interface MeaningProps {
  readonly state: State
  readonly words: Words
  readonly message: MessageRecord
  readonly node: Node
  readonly root: Node
  readonly meant: Range | undefined
  /** Of the message. */
  readonly title: string
}

export const Meaning: FunctionComponent<MeaningProps> = ({ state, words, message, node, root, meant, title }) => {
  const { page } = words
  const { field } = node
  const range = meant ?? field
  const isExact = meant === undefined || (meant.start === field.start && meant.end === field.end)
  return (
    <div class="says">
      <p>
        <b>{node === root ? title : fieldLabel(field)}</b>{' '}
        <span class="label">{page.range(range.start, range.end)}</span>
        <br />
        {isExact ? sentenceOf(words, message, node, root) : page.liesHere}{' '}
        {field.ref === undefined ? null : <span class="label">{field.ref}</span>}
      </p>
      <button type="button" id="copy" class="plain" onClick={() => copy(state, words, message, node, range)}>
        {page.copy}
      </button>
    </div>
  )
}

const sentenceOf = (words: Words, message: MessageRecord, { path, field }: Node, root: Node): string => {
  const { page, language } = words
  if (path.length > 0) return meaningOf(language, message.layer, path) ?? clipped(fieldValue(field, page.octets))
  if (message.layer === 'http') return page.headMeanings[/^\d{3}\b/.test(message.name) ? 'answer' : 'request']
  if (Object.hasOwn(page.meanings, message.name)) return page.meanings[message.name]!
  if (Object.hasOwn(page.layerMeanings, message.layer)) return page.layerMeanings[message.layer]!
  return root.children.length === 0 ? page.noFields : ''
}

/** Characters of a value that stands where a sentence would. */
const MOST = 160
const clipped = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text)

/** Octets that are copied. */
const MOST_COPIED = 65_536

/** Path, place and octets, as one line. Where a page may not write there, it is at least said. */
const copy = (state: State, words: Words, message: MessageRecord, { path, field }: Node, range: Range): void => {
  const name = [message.name, ...path].join('.')
  const octets = hexText(message.bytes.subarray(range.start, Math.min(range.end, range.start + MOST_COPIED)), ' ')
  const value = fieldValue(field, words.page.octets)
  const text = [`${name}  ${String(range.start)}..${String(range.end)}`, value, octets].filter(Boolean).join('  ')
  const said = (): void => state.say(words.page.copied(clipped(text)))
  navigator.clipboard?.writeText(text).then(said, () => state.say(clipped(text)))
}
