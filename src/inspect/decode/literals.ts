/** Bytes as source code and logs write them: strings with escapes, arrays of numbers, percent signs. */
import type { Bytes } from '../../engine.ts'

export interface Literal {
  readonly notation: string
  readonly bytes: Bytes
}

/** `\x16\x03`, `"…" "…"` of C and of Wireshark's "escaped string", `b'…'` of Python. */
export const escaped = (text: string): Literal | undefined => {
  const isPython = /^\(?\s*[bB][rR]?['"]/.test(text)
  if (!isPython && !/\\(?:x[\da-f]{2}|u00[\da-f]{2}|[0-3]?[0-7]{1,2})/i.test(text)) return undefined
  const strings = quoted(text)
  const inner = strings.length === 0 ? text : strings.join('')
  const bytes = unescaped(inner)
  if (bytes === undefined) return undefined
  return { notation: isPython ? 'Python bytes' : 'escaped string', bytes }
}

/** What stands between quotes; in one go, because an expression would begin anew at every quote that has no end. */
const quoted = (text: string): string[] => {
  const strings: string[] = []
  let start = -1
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === '\\') at++
    else if (start < 0 && (character === '"' || character === "'")) {
      start = at + 1
      quote = character
    } else if (start >= 0 && character === quote) {
      strings.push(text.slice(start, at))
      start = -1
    }
  }
  return strings
}

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  e: 27,
  '"': 34,
  "'": 39,
  '\\': 92,
}

const unescaped = (text: string): Bytes | undefined => {
  const out = new Uint8Array(text.length * 3)
  let length = 0
  const token = /\\(?:x([\da-f]{2})|u00([\da-f]{2})|([0-3]?[0-7]{1,2})|(\r?\n\s*)|([\s\S]))|[^\\]/giy
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at
    const found = token.exec(text)
    if (found === null) return undefined
    const [whole, x, u, octal, lineEnd, simple] = found
    if (lineEnd !== undefined) continue
    const number =
      x !== undefined || u !== undefined
        ? Number.parseInt(x ?? u ?? '', 16)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : simple !== undefined
            ? SIMPLE[simple]
            : whole.charCodeAt(0)
    if (number === undefined) return undefined
    if (number < 0x80 || whole.length > 1) out[length++] = number
    else for (const octet of new TextEncoder().encode(whole)) out[length++] = octet
  }
  return out.slice(0, length)
}

/** `{0x16, 0x03}`, `[22, 3]`, `[]byte{…}`, `[22 3 1]` of Go's `%v`, `(byte) 0x16` and negative numbers of Java. */
export const arrayOf = (text: string, base: 10 | 16): Literal | undefined => {
  const clear = text.replace(/\(\s*byte\s*\)/g, '').replace(/\/\*.{0,200}?\*\/|\/\/.*$/gm, '')
  const groups = [...clear.matchAll(/[[{(]([^[\]{}()]*)[\]})]/g)].map(([, inner]) => inner!)
  const longest = groups.reduce((best, each) => (each.length > best.length ? each : best), '')
  const inner = groups.length === 0 ? clear : longest
  const isSpaced = !inner.includes(',')
  // Bare words without brackets or commas are left to hexadecimal.
  if (isSpaced && groups.length === 0) return undefined
  const words = inner.split(isSpaced ? /\s+/ : ',').map(word => word.trim())
  const given = words.filter((word, i) => word !== '' || (i > 0 && i < words.length - 1))
  if (given.length < 2 || (base === 16 && !isSpaced)) return undefined
  const numbers = given.map(word => numberOf(word, base))
  if (numbers.some(number => number === undefined)) return undefined
  const notation = arrayName(text, isSpaced)
  return { notation, bytes: Uint8Array.from(numbers as number[]) }
}

const arrayName = (text: string, isSpaced: boolean): string => {
  if (/\[\]byte\b/.test(text) || isSpaced) return 'Go slice'
  if (/^\s*(?:(?:static|const|unsigned|char|uint8_t|\w+_t)\b|\{\s*[\d(])/.test(text)) return 'C array'
  return 'array'
}

const numberOf = (word: string, base: 10 | 16): number | undefined => {
  const hexadecimal = /^(?:0x|\\x|')?([\da-f]{1,2})(?:u8|u)?$/i
  if (/^0x/i.test(word) || base === 16) {
    const digits = hexadecimal.exec(word)?.[1]
    return digits === undefined ? undefined : Number.parseInt(digits, 16)
  }
  if (!/^-?\d{1,3}(?:u8|u)?$/.test(word)) return undefined
  const number = Number.parseInt(word, 10)
  return number < -128 || number > 255 ? undefined : number & 0xff
}

/** `%16%03%01`, as in a URL. */
export const percentEncoded = (text: string): Bytes | undefined => {
  if (!/^(?:%[\da-f]{2}|[\x21-\x24\x26-\x7e])+$/i.test(text) || !/%[\da-f]{2}/i.test(text)) return undefined
  const out = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const isByte = text[at] === '%'
    out[length++] = isByte ? Number.parseInt(text.slice(at + 1, at + 3), 16) : text.charCodeAt(at)
    if (isByte) at += 2
  }
  return out.slice(0, length)
}
