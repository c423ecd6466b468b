/**
 * Heads as wire formats, for the trace: the same codec contract as binary formats, over text. `walk` gives every field
 * line its byte range under its own name, so that a cookie can be followed down to its frame; it is tolerant, and names
 * the line where the bytes stop making sense.
 */
import { latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import type { Codec } from '../../wire/codec.ts'
import type { Field } from '../../wire/field.ts'
import { type Reader, WireError } from '../../wire/reader.ts'
import type { HeaderList } from '../types.ts'

export interface HeadText {
  /** The three parts of the start line: method, target, version, or version, status, reason. */
  readonly start: readonly [string, string, string]
  readonly headers: HeaderList
}

const headFormat = (startName: string, parts: readonly [string, string, string], ref: string): Codec<HeadText> => ({
  read: reader => walkHead(reader, startName, startName, parts, ref, []),
  write(writer, value) {
    writer.put(latin1Bytes(`${value.start.join(' ')}\r\n`))
    for (const [name, text] of value.headers) writer.put(latin1Bytes(`${name}: ${text}\r\n`))
    writer.put(latin1Bytes('\r\n'))
  },
  walk: (reader, name, out) => walkHead(reader, name, startName, parts, ref, out),
  sample(random) {
    const word = (): string =>
      Array.from({ length: 1 + Math.floor(random() * 8) }, () =>
        String.fromCharCode(97 + Math.floor(random() * 26)),
      ).join('')
    const headers = Array.from({ length: Math.floor(random() * 5) }, () => [word(), word()] as const)
    const start =
      parts[0] === 'method' ? ([word(), `/${word()}`, 'HTTP/1.1'] as const) : (['HTTP/1.1', '200', word()] as const)
    return { start, headers }
  },
})

const walkHead = (
  reader: Reader,
  name: string,
  startName: string,
  parts: readonly [string, string, string],
  ref: string,
  out: Field[],
): HeadText => {
  const root: Field = { name, start: reader.pos, end: reader.end, ref, children: [] }
  out.push(root)
  const line = lineOf(reader)
  const first: Field = { name: startName, start: line.start, end: line.next, text: line.text, children: [] }
  root.children!.push(first)
  const start = startParts(line, parts, first)
  const headers: (readonly [string, string])[] = []
  for (;;) {
    const each = lineOf(reader)
    if (each.text === '') {
      root.children!.push({ name: 'end', start: each.start, end: each.next })
      break
    }
    headers.push(fieldLine(each, root))
  }
  root.end = reader.pos
  return { start, headers }
}

interface Line {
  readonly start: number
  /** Before the line end, and after it. */
  readonly end: number
  readonly next: number
  readonly text: string
}

const lineOf = (reader: Reader): Line => {
  const start = reader.pos
  const lf = reader.bytes.indexOf(0x0a, start)
  if (lf < 0 || lf >= reader.end) throw new WireError('truncated', reader.end)
  const end = lf > start && reader.bytes[lf - 1] === 0x0d ? lf - 1 : lf
  reader.pos = lf + 1
  return { start, end, next: lf + 1, text: latin1Text(reader.bytes, start, end) }
}

const startParts = (line: Line, names: readonly [string, string, string], first: Field): [string, string, string] => {
  const one = line.text.indexOf(' ')
  const two = one < 0 ? -1 : line.text.indexOf(' ', one + 1)
  const cuts = [-1, one < 0 ? line.text.length : one, two < 0 ? line.text.length : two, line.text.length] as const
  const value = (i: 0 | 1 | 2): string => line.text.slice(cuts[i] + 1, cuts[i + 1])
  for (const i of [0, 1, 2] as const) {
    const start = Math.min(line.start + cuts[i] + 1, line.end)
    first.children!.push({ name: names[i], start, end: line.start + cuts[i + 1]!, value: value(i), text: value(i) })
  }
  return [value(0), value(1), value(2)]
}

const fieldLine = (line: Line, root: Field): readonly [string, string] => {
  const colon = line.text.indexOf(':')
  if (colon < 1) throw new WireError('bad-value', line.start, '', `"${line.text.slice(0, 20)}" is no header`)
  const name = line.text.slice(0, colon)
  // Not a regular expression: one that looks for blanks at the end begins anew at every blank before.
  let [from, to] = [colon + 1, line.text.length]
  while (from < to && isBlank(line.text, from)) from++
  while (to > from && isBlank(line.text, to - 1)) to--
  const value = line.text.slice(from, to)
  const start = line.start + from
  root.children!.push({
    name,
    start: line.start,
    end: line.next,
    text: value,
    children: [
      { name: 'name', start: line.start, end: line.start + colon, value: name, text: name },
      { name: 'value', start, end: start + value.length, value, text: value },
    ],
  })
  return [name, value]
}

const isBlank = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t'

export const requestHeadFormat: Codec<HeadText> = headFormat(
  'requestLine',
  ['method', 'target', 'version'],
  'RFC 9112 3',
)
export const responseHeadFormat: Codec<HeadText> = headFormat(
  'statusLine',
  ['version', 'status', 'reason'],
  'RFC 9112 4',
)
