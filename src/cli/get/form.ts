/** `-F`: fields of a form, written as curl writes them, and the body that they make. Files are read while they are sent. */
import { basename, extname } from 'node:path'
import { FailureError, fail } from '../../failures/index.ts'
import { boundaryOf, type FormPart, formEnd, formType, partHead } from '../../http/multipart/write.ts'
import { systemRandom } from '../../node/random.ts'
import type { Io } from '../io.ts'
import { type BodyPiece, bytesPiece, filePiece, streamPiece } from './upload.ts'

/** A field as it was typed. */
export interface FormField extends FormPart {
  /** `file`: its content is that of a file, and it goes as a file; `content`: the same, as a plain field. */
  readonly from: 'text' | 'file' | 'content'
  /** The text, or the path of the file. */
  readonly value: string
}

/** `name=text`, `name=@file`, `name=<file`, each with `;type=…` and `;filename=…`; quoted where it has `;` or `,` in it. */
export const parseField = (word: string): readonly FormField[] => {
  const { name, rest } = named(word, '-F')
  const from = rest.startsWith('@') ? 'file' : rest.startsWith('<') ? 'content' : 'text'
  const [content = [], ...settings] = split(from === 'text' ? rest : rest.slice(1), from === 'file' ? ';,' : ';', word)
  const files = from === 'file' ? content : [content.join(',')]
  const said = settingsOf(
    settings.map(parts => parts.join(',')),
    word,
  )
  return files.map(value => ({ name, from, value, ...said }))
}

/** `--form-string name=text`: nothing in the text means anything. */
export const parseFieldText = (word: string): readonly FormField[] => {
  const { name, rest } = named(word, '--form-string')
  return [{ name, from: 'text', value: rest }]
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

const named = (word: string, option: string): { readonly name: string; readonly rest: string } => {
  const sign = word.indexOf('=')
  if (sign < 0) throw usage(`${option} wants name=value${option === '-F' ? ' or name=@file' : ''}, not "${word}".`)
  return { name: word.slice(0, sign), rest: word.slice(sign + 1) }
}

/** Parts between `;`, each in parts between `,` where that separates; `"…"` keeps both, and `\` keeps `"` in it. */
const split = (text: string, separators: ';' | ';,', word: string): string[][] => {
  const parts: string[][] = []
  let at = 0
  let commas: string[] = []
  for (;;) {
    const begins = parts.length === 0 ? '' : '(?:filename=)?'
    const quotedWord = new RegExp(`^\\s*(${begins})"((?:[^"\\\\]|\\\\.)*)"\\s*`, 's')
    const [whole, key, quoted] = quotedWord.exec(text.slice(at)) ?? []
    const open = separators === ';,' ? /^[^;,]*/ : /^[^;]*/
    const part = whole === undefined ? open.exec(text.slice(at))![0] : `${key}${quoted!.replace(/\\(["\\])/g, '$1')}`
    at += (whole ?? part).length
    commas.push(part)
    if (at < text.length && !separators.includes(text[at]!))
      throw usage(`-F has something behind the closing quotation mark: ${word}`)
    if (at >= text.length || text[at] === ';') {
      parts.push(commas)
      commas = []
    }
    if (at >= text.length) return parts
    at++
  }
}

/** `type=text/plain;charset=utf-8`, `filename=x`. What is neither belongs to the type before it. */
const settingsOf = (settings: readonly string[], word: string): Pick<FormField, 'type' | 'filename'> => {
  let type: string | undefined
  let filename: string | undefined
  for (const setting of settings) {
    const [, key, value = ''] = /^\s*(type|filename)=(.*)$/s.exec(setting) ?? []
    if (key === 'type') type = value.trim()
    else if (key === 'filename') filename = value
    else if (type !== undefined) type += `;${setting}`
    else throw usage(`-F knows ;type= and ;filename=, not ";${setting}" in ${word}. A text with ; stands in "…".`)
  }
  if (type !== undefined && !/^[\x21-\x7e][\x20-\x7e]*$/.test(type))
    throw usage(`-F wants a media type, not "${type}".`)
  return { type, filename }
}

export interface Form {
  readonly type: string
  readonly pieces: readonly BodyPiece[]
}

/** Throws for a file that is not there, before anything is sent. */
export const formBody = async (fields: readonly FormField[], io: Io): Promise<Form> => {
  const boundary = boundaryOf(systemRandom)
  const pieces: BodyPiece[] = []
  for (const [i, field] of fields.entries()) {
    const { piece, ...part } = await contentOf(field, io)
    pieces.push(bytesPiece(partHead({ ...part, name: field.name }, i, boundary)), piece)
  }
  pieces.push(bytesPiece(formEnd(fields.length, boundary)))
  return { type: formType(boundary), pieces }
}

const contentOf = async (
  { from, value, type, filename }: FormField,
  io: Io,
): Promise<Omit<FormPart, 'name'> & { readonly piece: BodyPiece }> => {
  if (from === 'text') return { piece: bytesPiece(new TextEncoder().encode(value)), type, filename }
  const piece = value === '-' ? streamPiece(() => io.input) : await filePiece(value)
  if (from === 'content') return { piece, type, filename }
  return {
    piece,
    type: type ?? typeOf(filename ?? '') ?? typeOf(value) ?? 'application/octet-stream',
    filename: filename ?? basename(value),
  }
}

const typeOf = (path: string): string | undefined => TYPES[extname(path).toLowerCase()]

/** Those that curl knows, and what else is uploaded often. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.webp': 'image/webp',
  '.xml': 'application/xml',
  '.zip': 'application/zip',
}
