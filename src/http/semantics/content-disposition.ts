/** What a body is called and whether it is to be saved (RFC 6266), and names that may be given to files. */
import { FailureError, fail } from '../../failures/index.ts'
import { asUtf8, decodeExtended, encodeExtended, quoted, readParameters } from './parameters.ts'

export interface ContentDisposition {
  /** In small letters. `inline` is to be shown; any other that is not known is as `attachment` (RFC 6266 4.2). */
  readonly type: string
  /** As its sender calls it: `safeFileName` before it is the name of a file. Undefined where it says none. */
  readonly filename: string | undefined
}

/**
 * The value of a Content-Disposition; undefined for what is none, which is to be ignored as a whole. `filename*` goes before
 * `filename` (RFC 6266 4.3), unless it cannot be read.
 */
export const parseContentDisposition = (value: string): ContentDisposition | undefined => {
  const [whole, type] = /^[\t ]*([\w!#$%&'*+.^`|~-]+)/.exec(value) ?? []
  const parameters = type === undefined ? undefined : readParameters(value, whole!.length)
  if (parameters === undefined) return undefined
  // RFC 8187 3.2.1: an extended value is a token.
  const extended = parameters.find(({ name, form }) => name === 'filename*' && form === 'token')
  const usual = parameters.find(({ name }) => name === 'filename')
  const filename = extended && decodeExtended(extended.value)
  return { type: type!.toLowerCase(), filename: filename ?? (usual && asUtf8(usual.value)) }
}

/**
 * The value for a body that is called `filename`: in ASCII for all, and whole in `filename*` where that is not all of it
 * (RFC 6266 4.3, appendix D). Throws `FailureError` http/bad-outgoing for a type that is no token and for control characters.
 */
export const contentDisposition = (type: 'inline' | 'attachment' | (string & {}), filename?: string): string => {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(type)) throw refused(`the type ${JSON.stringify(type.slice(0, 40))}`)
  if (filename === undefined) return type
  if (/\p{Cc}/u.test(filename)) throw refused('a control character')
  // Backslashes and what looks percent-encoded mean different things to different readers.
  const plain = filename.replace(/[^\x20-\x7e]|[\\%]/gu, '_')
  const whole = plain === filename ? '' : `; filename*=${encodeExtended(filename)}`
  return `${type}; filename=${quoted(plain)}${whole}`
}

const refused = (got: string): FailureError =>
  new FailureError(fail('http/bad-outgoing', { where: 'Content-Disposition', got }))

/** Most file systems take 255 octets; this leaves room for what is put behind a name. Nobody types a longer one. */
const LONGEST = 200

/** Control characters, marks that turn text around or are not seen, and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cs}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** What hides a name, or is taken from its end by Windows. */
const AT_ENDS = /[.\s]/

/** What Windows keeps for devices, with any ending: `nul.txt` is one. */
const DEVICE = /^(?:con|prn|aux|nul|con(?:in|out)\$|com[\d¹²³]|lpt[\d¹²³])[\s.]*(?:\.|$)/i

/**
 * A name that somebody else chose, as one that a file may have in a folder that he did not choose: what stands behind the
 * last slash or backslash, without what is not seen, not hidden, no device and no stream of Windows. Undefined where
 * nothing is left of it, or more than any file system takes.
 */
export const safeFileName = (name: string): string | undefined => {
  const last = name.split(/[/\\]/).at(-1)!.replace(UNSEEN, '')
  let [start, end] = [0, last.length]
  while (start < end && AT_ENDS.test(last[start]!)) start++
  while (end > start && AT_ENDS.test(last[end - 1]!)) end--
  const seen = last.slice(start, end).replace(/[<>:"|?*]/g, '_')
  const safe = DEVICE.test(seen) ? `_${seen}` : seen
  return safe === '' || new TextEncoder().encode(safe).length > LONGEST ? undefined : safe
}
