/** One message in full for people: its fields with byte ranges, its lines of text, its bytes. */
import { line, type Shown, type Style } from '../../inspect/index.ts'
import { hexLines } from '../../inspect/style.ts'
import { hexText, latin1Text } from '../../wire/bytes.ts'
import type { Field } from '../../wire/field.ts'

/** Bytes of one message that `-vvv` shows, in lines of 16; the rest is counted. */
const HEX_LINES = 64
/** Column of the byte range. */
const RANGE = 44
/** Bytes of a value that are shown in a tree. */
const SHORT = 16

/** The tree below the message itself. */
export const fieldLines = (root: Field, style: Style): Shown[] =>
  (root.children ?? []).flatMap(child => branch(child, 1)).map(text => line(style, { text }))

export const bytesLines = (bytes: Uint8Array, style: Style): Shown[] =>
  hexLines(bytes, 0, bytes.length, HEX_LINES).map(text => line(style, { text: `    ${text}`, tint: 'quiet' }))

/** Messages that are text: the lines as they were. */
export const textLines = (bytes: Uint8Array, style: Style): Shown[] =>
  latin1Text(bytes)
    .trimEnd()
    .split('\r\n')
    .map(text => line(style, { text: `    ${text}` }))

const branch = (field: Field, depth: number): string[] => {
  const children = field.children ?? []
  const label = `${'  '.repeat(depth + 1)}${field.name}`.padEnd(RANGE)
  const value = field.text ?? (children.length > 0 ? '' : valueText(field.value))
  const note = field.note === undefined ? '' : `  (${field.note})`
  const own = `${label} ${`${field.start}..${field.end}`.padEnd(11)}${value}${note}`.trimEnd()
  return [own, ...children.flatMap(child => branch(child, depth + 1))]
}

const valueText = (value: unknown): string => {
  if (!(value instanceof Uint8Array)) return value === undefined ? '' : String(value)
  const digits = hexText(value.subarray(0, SHORT))
  return value.length > SHORT ? `${digits}… (${value.length} bytes)` : digits
}
