/**
 * What the head of a part of a form says (RFC 7578 4.2), as browsers write it (HTML, "multipart/form-data encoding
 * algorithm"): names in UTF-8 between quotation marks, with `%22`, `%0D` and `%0A` in the place of what would end them.
 */
import { type Failure, fail } from '../../failures/index.ts'
import type { HeaderList } from '../message/header-list.ts'
import { decodeExtended } from '../semantics/parameters.ts'

export interface FormPartHead {
  /** Of the control of the form; may be empty, and several parts may have the same. */
  readonly name: string
  /**
   * As the sender calls the file, which is empty where a browser sends a control without one: `safeFileName` before it is
   * the name of a file here. Undefined where the part is a field and no file.
   */
  readonly filename: string | undefined
  /** Of the content; undefined: text/plain (RFC 7578 4.4). */
  readonly type: string | undefined
  readonly headers: HeaderList
}

/** `http/bad-part` for what is no part of a form, and for what two readers may read differently. */
export const formPart = (headers: HeaderList): FormPartHead | Failure => {
  const all = (name: string): string[] =>
    headers.flatMap(([each, value]) => (each.toLowerCase() === name ? [value] : []))
  const [disposition, ...others] = all('content-disposition')
  const [type, ...types] = all('content-type')
  if (disposition === undefined) return bad('no Content-Disposition')
  if (others.length > 0 || types.length > 0) return bad(`more than one ${types.length > 0 ? 'type' : 'disposition'}`)
  const parameters = parametersOf(disposition)
  const name = parameters?.get('name')
  if (name === undefined) return bad(JSON.stringify(disposition.slice(0, 80)))
  let filename = parameters!.get('filename')
  const extended = parameters!.get('filename*')
  // RFC 7578 4.2 forbids it; where nothing else is said a file is a file all the same, for clients that are not new.
  if (filename === undefined && extended !== undefined) {
    filename = decodeExtended(extended)
    if (filename === undefined) return bad(JSON.stringify(extended.slice(0, 80)))
  }
  return { name, filename, type, headers }
}

const bad = (got: string): Failure => fail('http/bad-part', { got, where: 'in the head of a part' })

const TOKEN = "[\\w!#$%&'*+.^`|~-]+"
/** A quotation mark behind an odd number of backslashes ends nothing: so do all but browsers write one. */
const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"'
/** Browsers leave backslashes as they are, and one may stand last. */
const LAST = '"([^"]*)"$'

/** Undefined for what is not `form-data`, malformed, or says a thing twice. */
const parametersOf = (disposition: string): ReadonlyMap<string, string> | undefined => {
  const [type] = /^form-data[\t ]*(?=;|$)/i.exec(disposition) ?? []
  if (type === undefined) return undefined
  const one = new RegExp(`;[\\t ]*(?:(${TOKEN})=(?:(${TOKEN})|${QUOTED}|${LAST})[\\t ]*)?`, 'ys')
  const found = new Map<string, string>()
  for (one.lastIndex = type.length; one.lastIndex < disposition.length; ) {
    const [whole, name, token, quoted, last = quoted] = one.exec(disposition) ?? []
    if (whole === undefined) return undefined
    if (name === undefined) continue
    const lower = name.toLowerCase()
    if (found.has(lower)) return undefined
    found.set(lower, token ?? unescaped(last!))
  }
  return found
}

/** Two backslashes stay two: they are a path of Windows more often than a quoted pair. */
const unescaped = (text: string): string =>
  text
    .replace(/\\([\\"])/g, (pair, escaped: string) => (escaped === '"' ? '"' : pair))
    .replace(/%(?:22|0d|0a)/gi, code => String.fromCharCode(Number.parseInt(code.slice(1), 16)))
