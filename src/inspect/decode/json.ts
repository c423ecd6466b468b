/**
 * A decoded message as JSON and back. Bytes are `{ "hex": "…" }`; where they are a message of their own, `{ "inside": 0 }`
 * stands for them, and the message is in the list `inside`: so a field of an inner layer can be changed, and the lengths
 * around it follow when it is written. What does not make sense, or would be written in another way than it came, has its
 * bytes in the place of a value.
 */
import type { Bytes } from '../../engine.ts'
import { hexBytes, hexText, joined, sameOctets } from '../../wire/bytes.ts'
import { type Codec, decode, encode } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import { type Json, type JsonObject, jsonOfField, SCHEMA } from '../json.ts'
import type { Decoded, Inside } from './decode.ts'
import { formatNamed } from './formats.table.ts'

/** `fields`: with the tree of each layer. */
export const jsonOfDecoded = (decoded: Decoded, fields?: 'fields'): JsonObject => {
  const { format, name, start, bytes, behind, broken, inside, field } = decoded
  const known = isExact(decoded)
  return {
    format: format.id,
    title: format.title,
    ...(name === undefined ? {} : { name }),
    range: [start, start + bytes.length],
    ...(broken === undefined
      ? {}
      : { broken: { range: [broken.start, broken.end], rule: broken.rule, path: broken.path, says: broken.says } }),
    ...(known ? { value: jsonOfValue(decoded.value, inside, []) } : { bytes: hexText(bytes) }),
    ...(known && behind > 0 ? { behind: hexText(bytes.subarray(bytes.length - behind)) } : {}),
    ...(fields === undefined ? {} : { fields: jsonOfField(field) }),
    inside: inside.map(({ decoded: inner }) => jsonOfDecoded(inner, fields)),
  }
}

/** Written again, it is the same. */
const isExact = ({ format, value, bytes, behind }: Decoded): boolean => {
  if (value === undefined) return false
  try {
    return sameOctets(encode(format.codec, value), bytes.subarray(0, bytes.length - behind))
  } catch (error) {
    if (error instanceof WireError || error instanceof RangeError) return false
    throw error
  }
}

const jsonOfValue = (value: unknown, inside: readonly Inside[], path: readonly (string | number)[]): Json => {
  if (value instanceof Uint8Array) {
    const inner = inside.findIndex(
      each => each.path.length === path.length && each.path.every((key, i) => key === path[i]),
    )
    return inner < 0 ? { hex: hexText(value) } : { inside: inner }
  }
  if (Array.isArray(value)) return value.map((each, i) => jsonOfValue(each, inside, [...path, i]))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]) => [key, jsonOfValue(each, inside, [...path, key])]),
    )
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null
}

/** Lengths have three bytes at most. */
const MOST_LENGTH = 0xff_ffff

/** Why JSON is no message. */
export class EmitError extends Error {
  /** Where in the JSON: `inside.0.value.type`. */
  readonly where: string
  constructor(where: string, message: string) {
    super(message)
    this.name = 'EmitError'
    this.where = where
  }
}

/** No value is nested deeper. */
const DEEPEST = 64

/** The bytes of what `jsonOfDecoded` made, and of what somebody made of it. Throws `EmitError`. */
export const emitted = (json: unknown, where = '', layer = 0): Bytes => {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new EmitError(where, 'an object belongs here')
  if (layer > DEEPEST) throw new EmitError(where, 'it is nested too deeply')
  const { format, value, bytes, behind, inside, starred } = json as Readonly<Record<string, unknown>>
  if (starred === true) throw new EmitError(where, 'its secrets are starred: decode it with --show-secrets')
  if (value === undefined) return octets(bytes, `${where}bytes`)
  const row = typeof format === 'string' ? formatNamed(format) : undefined
  if (row === undefined) throw new EmitError(`${where}format`, `there is no format ${String(format)}`)
  const list = inside === undefined ? [] : inside
  if (!Array.isArray(list)) throw new EmitError(`${where}inside`, 'a list belongs here')
  const read = new FromJson((i, path) => {
    if (!Number.isInteger(i) || list[i] === undefined) throw new EmitError(path, `there is no message ${i} inside`)
    return emitted(list[i], `${where}inside.${i}.`, layer + 1)
  })
  const given = read.value(value, `${where}value`, 0)
  const written = writtenAs(row.codec, given, where)
  sameKinds(given, row.codec, written, `${where}value`)
  return behind === undefined ? written : joined([written, octets(behind, `${where}behind`)])
}

const writtenAs = (codec: Codec<unknown>, value: unknown, where: string): Bytes => {
  try {
    return encode(codec, value)
  } catch (error) {
    if (error instanceof WireError)
      throw new EmitError(
        `${where}value${error.path === '' ? '' : `.${error.path}`}`,
        error.message.replace(/^.*? byte \d+(?:: )?/, '') || error.rule,
      )
    // What is not of the shape that the format has: a codec trusts its types.
    if (error instanceof TypeError || error instanceof RangeError)
      throw new EmitError(`${where}value`, 'it does not have the fields of this format')
    throw error
  }
}

/** A codec trusts its types, and takes a text for bytes: what is read back says where bytes belong. */
const sameKinds = (given: unknown, codec: Codec<unknown>, written: Bytes, where: string): void => {
  let read: unknown
  try {
    read = decode(codec, written)
  } catch (error) {
    // Messages that break rules can be made too.
    if (error instanceof WireError) return
    throw error
  }
  compareKinds(given, read, where)
}

const compareKinds = (given: unknown, read: unknown, where: string): void => {
  if (read instanceof Uint8Array !== given instanceof Uint8Array)
    throw new EmitError(where, 'bytes belong here, as { "hex": "…" }')
  if (read instanceof Uint8Array || typeof read !== 'object' || read === null) return
  for (const [key, each] of Object.entries(read))
    compareKinds((given as Readonly<Record<string, unknown>> | undefined)?.[key], each, `${where}.${key}`)
}

const octets = (given: unknown, where: string): Bytes => {
  if (typeof given !== 'string' || !/^(?:[\da-f]{2})*$/i.test(given))
    throw new EmitError(where, 'hexadecimal digits belong here, two for each byte')
  return hexBytes(given)
}

class FromJson {
  readonly #inside: (index: number, path: string) => Bytes
  constructor(inside: (index: number, path: string) => Bytes) {
    this.#inside = inside
  }

  value(json: unknown, path: string, depth: number): unknown {
    if (depth > DEEPEST) throw new EmitError(path, 'it is nested too deeply')
    if (Array.isArray(json)) return json.map((each, i) => this.value(each, `${path}.${i}`, depth + 1))
    if (typeof json !== 'object' || json === null) return json === null ? undefined : json
    const entries = Object.entries(json)
    // An object that says so is taken for a list of so many by whoever expects one.
    if ('length' in json && !(Number(json.length) <= MOST_LENGTH))
      throw new EmitError(`${path}.length`, 'it is too long')
    const [only] = entries
    if (entries.length === 1 && only !== undefined) {
      if (only[0] === 'hex') return octets(only[1], `${path}.hex`)
      if (only[0] === 'inside') return this.#inside(Number(only[1]), path)
    }
    return Object.fromEntries(entries.map(([key, each]) => [key, this.value(each, `${path}.${key}`, depth + 1)]))
  }
}

/** One line of `--json`: how it was written, what it is taken for, and the message. */
export const lineOfDecoded = (
  decoded: Decoded,
  about: {
    readonly notation: string
    readonly confidence: number
    readonly label?: string | undefined
    readonly starred: boolean
  },
): JsonObject => {
  const { notation, confidence, label, starred } = about
  return {
    v: SCHEMA,
    type: 'decoded',
    notation,
    confidence: Math.round(confidence * 1000) / 1000,
    ...(label === undefined ? {} : { label }),
    ...(starred ? { starred } : {}),
    ...jsonOfDecoded(decoded, 'fields'),
  }
}
