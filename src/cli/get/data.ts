/** `-d` and its relatives: pieces of a body, or with `-G` of a query, joined as curl joins them. */
import { joined } from '../../wire/bytes.ts'
import { fileContents } from '../demands.ts'
import type { Io } from '../io.ts'

/** One of them as it was typed. */
export interface DataWord {
  /** `data` and `urlencode` read files; `urlencode` makes bytes fit for a form. */
  readonly kind: 'data' | 'raw' | 'urlencode'
  readonly text: string
}

export const dataWord =
  (kind: DataWord['kind']) =>
  (text: string): DataWord => ({ kind, text })

/** All of them, with `&` between. */
export const readWords = async (words: readonly DataWord[], io: Io): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = []
  for (const word of words) {
    if (pieces.length > 0) pieces.push(AMPERSAND)
    pieces.push(await readWord(word, io))
  }
  return joined(pieces)
}

const AMPERSAND = Uint8Array.of(0x26)
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const readWord = async ({ kind, text }: DataWord, io: Io): Promise<Uint8Array> => {
  if (kind === 'urlencode') return encodedWord(text, io)
  return kind === 'data' && text.startsWith('@') ? readNamed(text.slice(1), io) : bytesOf(text)
}

/** `content`, `=content`, `name=content`, `@file` or `name@file`: as curl, which looks for `=` first, wherever it is. */
const encodedWord = async (text: string, io: Io): Promise<Uint8Array> => {
  const [, name = '', sign, rest = ''] =
    (text.includes('=') ? /^([^=]*)(=)(.*)$/s : /^([^@]*)(@)(.*)$/s).exec(text) ?? []
  const content = sign === '@' ? await readNamed(rest, io) : bytesOf(sign === undefined ? text : rest)
  return bytesOf(`${name === '' ? '' : `${name}=`}${urlEncoded(content)}`)
}

/** WHATWG URL 5.2: every byte that is not a letter, a digit or one of `-._~`, as curl does it; a space is `+`. */
const urlEncoded = (bytes: Uint8Array): string =>
  Array.from(bytes, byte => {
    const character = String.fromCharCode(byte)
    if (/[\w.~-]/.test(character)) return character
    return character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')

/** A file, or `-` for standard input. */
const readNamed = async (path: string, io: Io): Promise<Uint8Array> => {
  if (path !== '-') return fileContents(path)
  const pieces: Uint8Array[] = []
  for await (const piece of io.input) pieces.push(piece)
  return joined(pieces)
}
