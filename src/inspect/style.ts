/**
 * How text for people is laid out: pieces with a tint, put into lines of at most `width` columns. Whether there is a
 * terminal, and what its colours are, the caller knows. Text from peers is made harmless here: control characters and
 * direction overrides are shown, not obeyed.
 */
import { hexText } from '../wire/bytes.ts'
import { columnsOf, cut, named, type Shown, UNSAFE } from './shown.ts'

export type Tint = 'you' | 'server' | 'bad' | 'good' | 'secret' | 'quiet'

export interface Style {
  /** Columns; more than 100 are not used. */
  readonly width: number
  readonly colour: Readonly<Record<Tint, (text: string) => string>>
  /** False: plain ASCII only. */
  readonly unicode: boolean
  /** A text of ours in the language of whoever reads; in English where undefined. */
  readonly say?: ((text: string) => string) | undefined
}

export const WIDEST = 100
/** Narrower than this nothing is legible; lines are cut. */
const NARROWEST = 40

/** A text of ours, never a peer's, as it is said here. */
export const say = (style: Pick<Style, 'say'>, text: string): string => style.say?.(text) ?? text

/** No colour. */
export const plain = (width: number = WIDEST, unicode = true): Style => {
  const same = (text: string): string => text
  return { width, unicode, colour: { you: same, server: same, bad: same, good: same, secret: same, quiet: same } }
}

export const widthOf = (style: Style): number => Math.max(NARROWEST, Math.min(WIDEST, Math.floor(style.width)))

/** A run of text in one tint; `column` moves right to that column first. */
export interface Piece {
  readonly text: string
  readonly tint?: Tint | undefined
  readonly column?: number
}

/** One line of pieces: harmless, never wider than the style allows, no white space at its end. */
export const line = (style: Style, ...pieces: readonly Piece[]): Shown => laid(style, widthOf(style), pieces)

/** The same without an end to its width, for what must be copied whole: a terminal breaks it where it has to. */
export const uncut = (style: Style, ...pieces: readonly Piece[]): Shown => laid(style, Number.POSITIVE_INFINITY, pieces)

const laid = (style: Style, width: number, pieces: readonly Piece[]): Shown => {
  let out = ''
  let used = 0
  let pending = ''
  for (const { text, tint, column } of pieces) {
    if (column !== undefined && column > used + pending.length) pending += ' '.repeat(column - used - pending.length)
    if (used >= width) break
    const kept = clipped(style, pending + legible(text, style), width - used)
    const body = kept.trimEnd()
    pending = kept.slice(body.length)
    used += columnsOf(body)
    const lead = body.length - body.trimStart().length
    out += body.slice(0, lead)
    if (body.length > lead) out += tint === undefined ? body.slice(lead) : style.colour[tint](body.slice(lead))
  }
  return out as Shown
}

/** `text` in at most `columns` columns, with an ellipsis when something was cut. */
export const clip = (style: Style, text: string, columns: number): Shown =>
  clipped(style, legible(text, style), columns) as Shown

const clipped = (style: Style, text: string, columns: number): string => {
  if (columnsOf(text) <= columns) return text
  return columns <= 0 ? '' : `${cut(text, columns - 1)}${mark(style, '…')}`
}

/**
 * `text` broken between words into lines of at most `columns`; between any two wide characters too, since Chinese has no
 * spaces, but not before a mark that ends a clause.
 */
export const wrap = (text: string, columns: number): string[] => {
  const lines: string[] = []
  let current = ''
  for (const word of text.match(BREAKABLE) ?? []) {
    if (current !== '' && columnsOf(current + word.trimEnd()) > columns) {
      lines.push(current.trimEnd())
      current = ''
    }
    current += word
  }
  return [...lines, current.trimEnd()]
}

/** A wide character with the closing marks behind it, or a word of others; with the space behind it. */
const BREAKABLE =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u3000-\u303f\uff00-\uff60][，。、；：？！）》」』”]* ?|[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u3000-\u303f\uff00-\uff60]+[，。、；：？！）》」』”]* *| +/gu

const ASCII: Readonly<Record<string, string>> = {
  '─': '-',
  '═': '=',
  '╌': '.',
  '│': '|',
  '▶': '>',
  '◀': '<',
  '█': '#',
  '▒': '+',
  '▏': '|',
  '→': '->',
  '←': '<-',
  '✓': 'ok',
  '✗': 'x',
  '…': '~',
  '·': '.',
  '⊂': 'in',
  '–': '-',
  '—': '-',
  '×': 'x',
  '’': "'",
  '“': '"',
  '”': '"',
}

/** A mark of ours, or what stands for it in ASCII. */
export const mark = (style: Style, glyph: string): string => (style.unicode ? glyph : (ASCII[glyph] ?? '?'))

/** Without the power to move the cursor, change colours or turn the direction of writing. */
export const legible = (text: string, style: Pick<Style, 'unicode'>): Shown => {
  const safe = text.replace(UNSAFE, named)
  return (style.unicode ? safe : safe.replace(/[^\u0020-\u007e]/gu, c => ASCII[c] ?? '?')) as Shown
}

/** `1.9`, `12.4`, `1 204`: milliseconds for people. */
export const milliseconds = (ms: number): string => ms.toFixed(ms >= 100 ? 0 : 1)

/** `29 B`, `1.2 kB`, `100 MB`. */
export const size = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`
}

/** Columns of a line of 16 bytes. */
const HEX_LINE = 72

/** What stands for bytes that are left out. */
export const moreBytes =
  (style: Pick<Style, 'say'>) =>
  (count: number): string =>
    say(style, `and ${count} bytes more`)

/** Lines of 16 bytes, of 8 where `room` is narrow: offset, hex, characters. At most `most` lines; the rest is counted. */
export const hexLines = (
  bytes: Uint8Array,
  start: number,
  end: number,
  most: number,
  room: number,
  more: (bytes: number) => string = count => `and ${count} bytes more`,
): string[] => {
  const lines: string[] = []
  const wide = room < HEX_LINE ? 8 : 16
  for (let at = start; at < end && lines.length < most; at += wide) {
    const row = bytes.subarray(at, Math.min(at + wide, end))
    const digits = hexText(row, ' ')
    const letters = Array.from(row, b => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')).join('')
    lines.push(`${at.toString(16).padStart(4, '0')}  ${digits.padEnd(wide * 3 - 1)}   ${letters}`)
  }
  const shown = Math.min(end, start + wide * most)
  return shown < end ? [...lines, `      ${more(end - shown)}`] : lines
}
