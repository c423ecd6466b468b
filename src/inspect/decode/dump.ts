/**
 * Dumps: lines of an offset, hexadecimal digits and often the same as characters. What belongs to the digits is told by
 * the offset of the next line; in a last line by the column in which the digits of the others end.
 */
import type { Bytes } from '../../engine.ts'
import { joined } from '../../wire/bytes.ts'

export interface Dump {
  readonly notation: string
  readonly parts: readonly DumpPart[]
  readonly remark?: string | undefined
}
interface DumpPart {
  readonly bytes: Bytes
  readonly label: string | undefined
}

interface Row {
  readonly offset: number
  /** Behind the offset. */
  readonly rest: string
  /** Column of `rest`. */
  readonly column: number
}

/** `0000: `, `00000000  `, `0x0010:  `, `0000 - `. */
const OFFSET = /^\s*(?:0x)?([\da-f]{3,16})(:| -|(?=\s))[ \t]+(?=[\da-f]{2})/i

/** xxd, hexdump and hexdump -C, od, tcpdump -x and -X, Wireshark, openssl s_client -debug: one part for each dump, `most` at most and one more. */
export const dumped = (text: string, most: number): Dump | undefined => {
  const parts: DumpPart[] = []
  const swapped = isSwapped(text)
  let rows: Row[] = []
  let repeats = new Set<number>()
  let label: string | undefined
  let said: string | undefined
  const finish = (): void => {
    if (rows.length > 0) parts.push({ bytes: bytesOf(rows, repeats, swapped), label })
    rows = []
    repeats = new Set()
  }
  const begin = (): void => {
    label = said
    said = undefined
  }
  for (const line of text.split(/\r?\n/)) {
    if (parts.length > most) break
    const found = OFFSET.exec(line)
    const offset = found === null ? undefined : Number.parseInt(found[1]!, 16)
    if (found !== null && offset !== undefined && isNext(rows, offset)) {
      if (rows.length === 0) begin()
      rows.push({ offset, rest: line.slice(found[0].length), column: found[0].length })
    } else if (found !== null && offset === 0) {
      finish()
      begin()
      rows.push({ offset, rest: line.slice(found[0].length), column: found[0].length })
    } else if (/^\s*\*\s*$/.test(line)) repeats.add(rows.length)
    // The length alone ends hexdump and od.
    else if (rows.length > 0 && /^[\da-f]{6,8}\s*$/i.test(line)) finish()
    else if (line.trim() !== '') {
      finish()
      said = line.trim()
    }
  }
  finish()
  if (parts.length === 0 || parts.every(({ bytes }) => bytes.length === 0)) return undefined
  return { notation: dumpName(text), parts }
}

/** A dump begins at zero and goes on with what it has not shown. */
const isNext = (rows: readonly Row[], offset: number): boolean => {
  const last = rows.at(-1)
  return last === undefined ? offset === 0 : offset > last.offset
}

/** `hexdump` and `od -x` without a choice write words of this machine, the lower byte first. */
const isSwapped = (text: string): boolean => /^0{7} [\da-f]{4}(?: [\da-f]{4}| *$)/im.test(text)

const dumpName = (text: string): string => {
  if (/^[ \t]*0x0000:/m.test(text)) return 'tcpdump -X'
  if (/^00000000: /m.test(text)) return 'xxd'
  if (/^0{7,8} .*\|/m.test(text)) return 'hexdump -C'
  if (/^[ \t]*0000 - /m.test(text)) return 'openssl -debug'
  return isSwapped(text) ? 'hexdump' : 'hex dump'
}

/** More than one line of any dump holds. */
const WIDEST_ROW = 256
/** Lines that are left out as equal stand for no more than this. */
const MOST_REPEATED = 1 << 20

const bytesOf = (rows: readonly Row[], repeats: ReadonlySet<number>, swapped: boolean): Bytes => {
  const pieces: Bytes[] = []
  let column = 0
  let width = 16
  for (const [i, row] of rows.entries()) {
    const next = rows[i + 1]
    const skipped = repeats.has(i + 1)
    const room = next === undefined || skipped ? width : Math.min(next.offset - row.offset, WIDEST_ROW)
    const { bytes, end } = digitsOf(row, room, next === undefined ? column : 0)
    if (next !== undefined && !skipped) {
      column = Math.max(column, row.column + end)
      width = room
    }
    pieces.push(swapped ? swappedPairs(bytes) : bytes)
    if (skipped && next !== undefined && bytes.length > 0) {
      const missing = Math.min(next.offset - row.offset - bytes.length, MOST_REPEATED)
      for (let filled = 0; filled < missing; filled += bytes.length)
        pieces.push(bytes.subarray(0, Math.min(bytes.length, missing - filled)))
    }
  }
  return joined(pieces)
}

/** The bytes of a row, and where in it their digits end; `until`: a column behind which there are none, or 0. */
const digitsOf = ({ rest, column }: Row, room: number, until: number): { bytes: Bytes; end: number } => {
  const octets: number[] = []
  let end = 0
  for (const { 0: word, index } of rest.matchAll(/\S+/g)) {
    if (octets.length >= room || (until > 0 && column + index >= until)) break
    const gap = index - end
    // Characters stand behind a wide gap; a gap of two is also that in the middle of sixteen.
    if (until === 0 && end > 0 && (gap > 2 || (gap === 2 && octets.length !== 8))) break
    if (!/^(?:[\da-f]{2})+$/i.test(word)) {
      // `16-03`: some put a dash in the middle.
      const halves = /^([\da-f]{2})-([\da-f]{2})$/i.exec(word)
      if (halves === null) break
      octets.push(Number.parseInt(halves[1]!, 16), Number.parseInt(halves[2]!, 16))
      end = index + word.length
      continue
    }
    for (let i = 0; i < word.length && octets.length < room; i += 2)
      octets.push(Number.parseInt(word.slice(i, i + 2), 16))
    end = index + word.length
  }
  return { bytes: Uint8Array.from(octets), end }
}

const swappedPairs = (bytes: Bytes): Bytes => bytes.map((_, i) => bytes[i ^ 1] ?? bytes[i]!)

/** `curl --trace FILE` and `--trace-ascii FILE`. */
export const curlTrace = (text: string): Dump | undefined => {
  const lines = text.split(/\r?\n/)
  const parts: DumpPart[] = []
  let label: string | undefined
  let block: string[] = []
  let isAscii = false
  const finish = (): void => {
    if (label === undefined) return
    const inHex =
      block.length > 0 &&
      block.every(line => /^[\da-f]{4,8}: (?:[\da-f]{2} ){1,16}(?: |(?<=(?:[\da-f]{2} ){16}))/i.test(line))
    if (!inHex && block.length > 0) isAscii = true
    const bytes = inHex
      ? joined(
          block.map(line => digitsOf({ offset: 0, rest: line.slice(line.indexOf(':') + 2), column: 0 }, 16, 0).bytes),
        )
      : asciiBlock(block)
    parts.push({ bytes, label })
  }
  for (const line of lines) {
    const head = /^(?:\d\d:\d\d:\d\d\.\d+ )?((?:<=|=>) (?:Recv|Send) .{0,60}?, \d{1,12} bytes \(0x[\da-f]+\))$/.exec(
      line,
    )
    if (head !== null) {
      finish()
      label = head[1]!
      block = []
    } else if (label !== undefined && /^[\da-f]{4,8}:(?: |$)/i.test(line)) block.push(line)
    else if (/^(?:\d\d:\d\d:\d\d\.\d+ )?== Info: /.test(line)) {
      finish()
      label = undefined
    }
  }
  finish()
  if (parts.length === 0) return undefined
  return isAscii
    ? { notation: 'curl --trace-ascii', parts, remark: 'bytes that cannot be printed are dots' }
    : { notation: 'curl --trace', parts }
}

/** A line ends where the next offset leaves room for two bytes more. */
const asciiBlock = (block: readonly string[]): Bytes => {
  const rows = block.map(line => {
    const [, offset = '0', text = ''] = /^([\da-f]+):(?: (.*))?$/i.exec(line) ?? []
    return { offset: Number.parseInt(offset, 16), text }
  })
  const texts = rows.map(({ offset, text }, i) => {
    const next = rows[i + 1]?.offset
    return next === undefined || next - offset === text.length + 2 ? `${text}\r\n` : text
  })
  return new TextEncoder().encode(texts.join(''))
}

/** `openssl s_client -msg` and logs of libraries: lines of nothing but octets between lines of words. */
export const hexAmongLines = (text: string): DumpPart[] | undefined => {
  const parts: DumpPart[] = []
  let pieces: Bytes[] = []
  let label: string | undefined
  const finish = (): void => {
    if (pieces.length > 0) parts.push({ bytes: joined(pieces), label })
    pieces = []
  }
  let words = 0
  for (const line of text.split(/\r?\n/)) {
    const inner = line.trim()
    if (/^(?:[\da-f]{2}[ :]?)+$/i.test(inner)) {
      const octets = (inner.match(/[\da-f]{2}/gi) ?? []).map(octet => Number.parseInt(octet, 16))
      pieces.push(Uint8Array.from(octets))
    } else if (inner !== '') {
      finish()
      words++
      label = inner
    }
  }
  finish()
  return words === 0 || parts.length === 0 ? undefined : parts
}
