/** `; name=value` as many fields have it (RFC 9110 5.6.6), and the coding of text that is not ASCII in it (RFC 8187). */
import { latin1Bytes, latin1Text } from '../../wire/bytes.ts'

export interface Parameter {
  /** In small letters. */
  readonly name: string
  /** Without quotation marks, and without the backslashes of quoted pairs. */
  readonly value: string
  readonly form: 'token' | 'quoted'
}

/** Parameters of one value that are read; with more of them it is malformed. The largest in use have some ten. */
const MOST = 64

const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
const QUOTED = '"((?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*)"'

/** A name, and a value of either form: captures 1 to 3. White space around `=` is bad (RFC 9110 5.6.3), and is read. */
export const PAIR = `(${TOKEN})[\\t ]*=[\\t ]*(?:(${TOKEN})|${QUOTED})`

/** RFC 9110 5.6.4: a quoted pair stands for what is behind its backslash. */
export const unquoted = (inside: string): string => inside.replace(/\\(.)/g, '$1')

/** RFC 9110 5.6.4, around text that has no control characters. */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** What a match of `PAIR` says, from its capture `at` on. */
export const pairOf = (match: RegExpExecArray, at: number): Parameter => {
  const token = match[at + 1]
  const name = match[at]!.toLowerCase()
  return token === undefined
    ? { name, value: unquoted(match[at + 2]!), form: 'quoted' }
    : { name, value: token, form: 'token' }
}

/**
 * The parameters of `text` from its position `at` to its end, in their order; empty ones (`a; ; b=c;`) count for nothing.
 * Undefined where anything else stands there, or where a name comes twice: readers would take one or the other.
 */
export const readParameters = (text: string, at: number): readonly Parameter[] | undefined => {
  const one = new RegExp(`[\\t ]*;[\\t ]*(?:${PAIR})?`, 'y')
  const found = new Map<string, Parameter>()
  for (one.lastIndex = at; !/^[\t ]*$/.test(text.slice(at)); at = one.lastIndex) {
    const match = one.exec(text)
    if (match === null) return undefined
    if (match[1] === undefined) continue
    const parameter = pairOf(match, 1)
    if (found.has(parameter.name) || found.size === MOST) return undefined
    found.set(parameter.name, parameter)
  }
  return [...found.values()]
}

const EXTENDED = /^(utf-8|iso-8859-1)'[a-z\d-]*'((?:[\w!#$&+.^`|~-]|%[\da-f]{2})*)$/i

/** RFC 8187 3.2.1: `UTF-8''na%C3%AFve`. Undefined for what is no such value, or not in the charset that it names. */
export const decodeExtended = (text: string): string | undefined => {
  const [, charset, coded] = EXTENDED.exec(text) ?? []
  if (coded === undefined) return undefined
  const octets = coded.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  if (/^iso/i.test(charset!)) return octets
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(octets, octet => octet.charCodeAt(0)),
    )
  } catch {
    return undefined
  }
}

/** As `decodeExtended` reads it, in UTF-8. */
export const encodeExtended = (text: string): string =>
  `UTF-8''${latin1Text(new TextEncoder().encode(text)).replace(
    /[^\w!#$&+.^`|~-]/g,
    octet => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )}`

/** Octets that are UTF-8 are meant as such: browsers read names so, and few in Latin-1 look like it. */
export const asUtf8 = (octets: string): string => {
  if (!/[\x80-\xff]/.test(octets)) return octets
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(latin1Bytes(octets))
  } catch {
    return octets
  }
}

export interface MediaType {
  /** `multipart/form-data`, in small letters. */
  readonly type: string
  readonly parameters: readonly Parameter[]
}

/** RFC 9110 8.3.1. Undefined for what is none. */
export const parseMediaType = (text: string): MediaType | undefined => {
  const [whole, type] = new RegExp(`^[\\t ]*(${TOKEN}/${TOKEN})`).exec(text) ?? []
  const parameters = type === undefined ? undefined : readParameters(text, whole!.length)
  return parameters && { type: type!.toLowerCase(), parameters }
}
