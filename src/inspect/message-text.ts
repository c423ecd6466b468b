/** One message in full for people: its header fields, its tree with byte ranges, its bytes. */
import { hexText, latin1Text } from '../wire/bytes.ts'
import type { Field } from '../wire/field.ts'
import { columnsOf, cut, type Shown } from './shown.ts'
import { hexLines, legible, line, moreBytes, type Style, say, widthOf, wrap } from './style.ts'

/** Bytes of one message that `-vvv` shows, in lines of 16; the rest is counted. */
const HEX_LINES = 64
/** Octets of a value that are shown in a tree. */
const SHORT = 16
/** Columns of the longest name beside which values still stand in one column. */
const NAME = 24
/** Lines of one value; the rest is counted. */
const MOST_LINES = 4

/** What the field at a path below the message means, where it is still to be said. */
export type Meaning = (path: readonly string[]) => string | undefined

/** The tree below the message itself: where its octets are, name, value, and what that means. */
export const fieldLines = (root: Field, indent: number, style: Style, meaning: Meaning = () => undefined): Shown[] => {
  const children = root.children ?? []
  const gutter = Math.max(0, ...children.map(child => rangeOf(child).length)) + 2
  return siblings(children, [], { at: indent + gutter, indent, style, meaning })
}

export const bytesLines = (bytes: Uint8Array, indent: number, style: Style): Shown[] =>
  hexLines(bytes, 0, bytes.length, HEX_LINES, widthOf(style) - indent, moreBytes(style)).map(text =>
    line(style, { text, column: indent, tint: 'quiet' }),
  )

/** The lines of a head behind its first, each once; what is behind the head is not a part of it. */
export const headLines = (bytes: Uint8Array, indent: number, style: Style): Shown[] =>
  (latin1Text(bytes).split(/\r?\n\r?\n/, 1)[0] ?? '')
    .split(/\r?\n/)
    .slice(1)
    .flatMap(text => {
      const [, name = '', value = text] = /^([^\s:]+:)[ \t]*(.*)$/.exec(text) ?? []
      return valueLines(name, value, { indent, at: indent + name.length + (name === '' ? 0 : 1), style })
    })

interface Place {
  readonly indent: number
  /** Column where the text begins. */
  readonly at: number
  readonly style: Style
}

interface TreePlace extends Place {
  readonly meaning: Meaning
}

const siblings = (fields: readonly Field[], above: readonly string[], place: TreePlace): Shown[] => {
  const names = Math.min(NAME, Math.max(0, ...fields.map(field => columnsOf(field.name))))
  return fields.flatMap(field => branch(field, [...above, field.name], names, place))
}

const branch = (field: Field, path: readonly string[], names: number, place: TreePlace): Shown[] => {
  const { indent, at, style, meaning } = place
  const children = isPair(field) ? [] : (field.children ?? [])
  const value = field.text ?? (children.length > 0 ? '' : valueText(field.value))
  const note = field.note === undefined ? '' : `  (${field.note})`
  const label = ' '.repeat(at - indent - rangeOf(field).length) + field.name.padEnd(names)
  const said = meaning(path)
  return [
    ...valueLines(rangeOf(field) + label, value + note, {
      ...place,
      at: indent + Math.max(at - indent + names, columnsOf(rangeOf(field) + label)) + 2,
    }),
    ...(said === undefined ? [] : meaningLines(said, at + 2, style)),
    ...siblings(children, path, { ...place, at: at + 2 }),
  ]
}

/** Below the field, a little to the right of its name. */
const meaningLines = (said: string, column: number, style: Style): Shown[] =>
  wrap(said, Math.max(12, widthOf(style) - column)).map(text => line(style, { text, column, tint: 'quiet' }))

export const rangeOf = ({ start, end }: Field): string => `${start}..${end}`

/** A header field: its name and its value lie in it, and say nothing that it does not say. */
export const isPair = ({ children }: Field): boolean =>
  children?.length === 2 && children[0]!.name === 'name' && children[1]!.name === 'value'

/** A label at `indent`, and a text at column `at` that goes on below itself. */
const valueLines = (label: string, value: string, { indent, at, style }: Place): Shown[] => {
  const room = Math.max(12, widthOf(style) - at)
  const parts = wrap(legible(value, style), room).flatMap(part => pieces(part, room))
  const shown = parts.slice(0, MOST_LINES)
  const left = parts.slice(MOST_LINES).join('').length
  return [
    line(style, { text: label, column: indent, tint: 'quiet' }, { text: shown[0] ?? '', column: at }),
    ...shown.slice(1).map(text => line(style, { text, column: at })),
    ...(left === 0
      ? []
      : [line(style, { text: say(style, `and ${left} characters more`), column: at, tint: 'quiet' })]),
  ]
}

/** A word that is longer than a line. */
const pieces = (text: string, room: number): string[] => {
  const found: string[] = []
  let rest = text
  while (columnsOf(rest) > room) {
    const first = cut(rest, room)
    found.push(first)
    rest = rest.slice(first.length)
  }
  return [...found, rest]
}

export const valueText = (value: unknown): string => {
  if (!(value instanceof Uint8Array)) return value === undefined ? '' : String(value)
  const digits = hexText(value.subarray(0, SHORT))
  return value.length > SHORT ? `${digits}… (${value.length} bytes)` : digits
}
