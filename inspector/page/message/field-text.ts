/** How a field is called and what it holds, in a few characters. What it holds comes from anybody: text, never markup. */
import { valueText } from '../../../src/inspect/message-text.ts'
import type { Field } from '../../../src/wire/field.ts'

/** Places in a list are called by what stands there, where that has a name. */
export const fieldLabel = ({ name, text, children }: Field): string =>
  /^\d+$/.test(name) ? (text !== undefined && children !== undefined ? text : `[${name}]`) : name

export const fieldValue = (field: Field, octets: (count: number) => string): string => {
  const { name, text, value, children, start, end, note } = field
  const said =
    text === name || (text !== undefined && /^\d+$/.test(name) && children !== undefined)
      ? ''
      : (text ?? (children === undefined ? valueText(value) || octets(end - start) : ''))
  return clipped([said, note === undefined ? '' : `(${note})`].filter(Boolean).join('  '))
}

/** Characters of a value in a row; nobody sees more of them. */
const MOST = 200
const clipped = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text)
