/**
 * The field tree of a DER encoding for whoever looks at it: tolerant where the reader is strict, so that a broken
 * certificate shows as far as it makes sense. Names come from a shape; without one, from the types.
 */

import { hexText, latin1Text } from '../wire/bytes.ts'
import type { Field } from '../wire/field.ts'
import { Der, DerError, TAG } from './der.ts'
import { oidName, oidText } from './oid.ts'
import { derRules } from './rules.table.ts'
import { checkOid, stringValue, timeValue } from './value.ts'

/** Names for an element and its parts, in their order. */
export interface Shape {
  readonly name: string
  /** Only an element with this tag is meant; another one belongs to the next shape (OPTIONAL, DEFAULT). */
  readonly tag?: number
  readonly ref?: string
  readonly parts?: readonly Shape[]
  /** All parts are of this shape, numbered. */
  readonly each?: Shape
  /** Names the field after what it holds. */
  readonly rename?: (field: Field) => string | undefined
  /** The OCTET STRING holds DER again. */
  readonly holdsDer?: true
}

/** Deeper elements are shown as bytes. */
const MAX_SHOWN_DEPTH = 24

/** The tree of the element that begins at `start`; what is behind it is noted. */
export const derFields = (bytes: Uint8Array, start: number, end: number, shape: Shape): Field => {
  const cursor = new Der(bytes, start, end)
  const field = fieldOf(cursor, shape, 0)
  if (field.note === undefined && cursor.left > 0) field.note = derRules.trailing.says
  return field
}

const fieldOf = (cursor: Der, shape: Shape, depth: number): Field => {
  const start = cursor.pos
  const field: Field = { name: shape.name, start, end: cursor.end, ref: shape.ref }
  try {
    cursor.any(shape.name)
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    field.note = derRules[error.rule].says
    cursor.pos = cursor.end
    return field
  }
  field.end = cursor.to
  const { bytes, tag, from, to } = cursor
  if ((tag & 0x20) !== 0 && depth < MAX_SHOWN_DEPTH) field.children = partsOf(new Der(bytes, from, to), shape, depth)
  else if (shape.holdsDer === true) field.children = partsOf(new Der(bytes, from, to), shape, depth)
  else show(field, tag, bytes, from, to)
  const renamed = shape.rename?.(field)
  return renamed === undefined ? field : { ...field, name: renamed }
}

const partsOf = (cursor: Der, shape: Shape, depth: number): Field[] => {
  const children: Field[] = []
  let next = 0
  while (cursor.left > 0) {
    let part = shape.each
    if (part === undefined && shape.parts !== undefined) {
      while (next < shape.parts.length && !fits(shape.parts[next]!, cursor.peek())) next++
      part = shape.parts[next++]
    }
    const name = shape.each !== undefined || part === undefined ? `${children.length}` : part.name
    const typed = part === undefined ? { name } : { ...part, name }
    children.push(fieldOf(cursor, typed, depth + 1))
  }
  return children
}

const fits = (part: Shape, tag: number): boolean => part.tag === undefined || part.tag === tag

/** The value and its text; what does not fit its type gets a note instead. */
const show = (field: Field, tag: number, bytes: Uint8Array, from: number, to: number): void => {
  try {
    switch (tag) {
      case TAG.boolean:
        field.value = bytes[from] !== 0
        break
      case TAG.oid:
        checkOid(bytes, from, to, field.name)
        field.value = oidText(bytes, from, to)
        field.text = oidName(String(field.value))
        break
      case TAG.integer:
        field.value = bytes.subarray(from, to)
        field.text = to - from <= 4 ? `${Number.parseInt(hex(bytes, from, to), 16)}` : hex(bytes, from, to)
        break
      case TAG.utcTime:
      case TAG.generalizedTime:
        field.value = timeValue(tag, bytes, from, to, field.name)
        field.text = new Date(Number(field.value)).toISOString()
        break
      default: {
        const text =
          stringValue(tag, bytes, from, to, field.name) ??
          (isImplicitText(tag, bytes, from, to) ? latin1Text(bytes, from, to) : undefined)
        field.value = text ?? bytes.subarray(from, to)
        if (text !== undefined) field.text = text
      }
    }
  } catch (error) {
    field.value = bytes.subarray(from, to)
    field.note = error instanceof DerError ? derRules[error.rule].says : 'cannot be read'
  }
}

/** Context-specific strings (dNSName, uniformResourceIdentifier) do not say that they are text. */
const isImplicitText = (tag: number, bytes: Uint8Array, from: number, to: number): boolean =>
  (tag & 0xc0) === 0x80 && to > from + 2 && bytes.subarray(from, to).every(octet => octet >= 0x20 && octet < 0x7f)

const hex = (bytes: Uint8Array, from: number, to: number): string => hexText(bytes.subarray(from, to))
