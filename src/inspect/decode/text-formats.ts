/** Formats of text that people paste and no engine reads as a message of its own: a cookie header alone, a key log. */
import type { Bytes } from '../../engine.ts'
import { hexBytes, hexText, latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import type { Codec } from '../../wire/codec.ts'
import type { Field } from '../../wire/field.ts'
import { type Reader, WireError } from '../../wire/reader.ts'

export interface CookieHeader {
  readonly name: string
  /** Pairs and attributes as they stand, without the blank behind a semicolon. */
  readonly parts: readonly string[]
}

/** `Cookie: a=b; c=d`, `Set-Cookie: a=b; Path=/` (RFC 6265 4.1 and 4.2). */
export const cookieHeader: Codec<CookieHeader> = {
  read: reader => walkCookies(reader, '', []),
  write: (writer, { name, parts }) => writer.put(latin1Bytes(`${name}: ${parts.join('; ')}`)),
  walk: (reader, name, out) => walkCookies(reader, name, out),
  sample: () => ({ name: 'Cookie', parts: ['a=b', 'c=d'] }),
}

const walkCookies = (reader: Reader, label: string, out: Field[]): CookieHeader => {
  const base = reader.pos
  const text = latin1Text(reader.bytes, base, reader.end)
  const root: Field = { name: label, start: base, end: reader.end, ref: 'RFC 6265 4', children: [] }
  out.push(root)
  const [whole, name = ''] = /^((?:Set-)?Cookie):[ \t]?/i.exec(text) ?? []
  if (whole === undefined) throw noted(root, new WireError('bad-value', base, '', 'no Cookie or Set-Cookie'))
  root.children!.push({ name: 'name', start: base, end: base + name.length, value: name, text: name })
  const end = text.replace(/[\r\n]+$/, '').length
  const parts: string[] = []
  // Behind each semicolon is another part, were it empty: what is written of them is read as them.
  for (let at = whole.length; at <= end; ) {
    const semicolon = text.indexOf(';', at)
    const to = semicolon < 0 || semicolon > end ? end : semicolon
    const part = text.slice(at, to)
    parts.push(part)
    if (part !== '') root.children!.push(pairField(part, base + at))
    at = to + 1
    if (to < end && text[at] === ' ') at++
  }
  reader.pos = base + end
  root.end = base + end
  return { name, parts }
}

const pairField = (part: string, start: number): Field => {
  const equals = part.indexOf('=')
  if (equals < 0) return { name: part, start, end: start + part.length, value: true }
  const value = part.slice(equals + 1)
  return { name: part.slice(0, equals), start, end: start + part.length, value, text: value }
}

const noted = (field: Field, error: WireError): WireError => {
  field.note = error.message
  return error
}

export interface KeyLogText {
  readonly lines: readonly (KeyLogSecret | { readonly text: string })[]
}
interface KeyLogSecret {
  readonly label: string
  readonly clientRandom: Bytes
  readonly secret: Bytes
}

/** Lines of an NSS key log; comments and empty lines stay as they are. */
export const keyLogText: Codec<KeyLogText> = {
  read: reader => walkKeyLog(reader, '', []),
  write(writer, { lines }) {
    const texts = lines.map(line =>
      'text' in line ? line.text : `${line.label} ${hexText(line.clientRandom)} ${hexText(line.secret)}`,
    )
    writer.put(latin1Bytes(texts.join('\n')))
  },
  walk: (reader, name, out) => walkKeyLog(reader, name, out),
  sample: random => ({
    lines: [
      { label: 'CLIENT_RANDOM', clientRandom: octets(random, 32), secret: octets(random, 48) },
      { text: '# end' },
    ],
  }),
}

const octets = (random: () => number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, () => Math.floor(random() * 256))

/** A line with a secret: label, client random, secret, which may be starred. */
export const KEY_LOG_LINE: RegExp = /^([A-Z][A-Z0-9_]{2,60}) ([\da-f]{64}) ((?:[\da-f]{2}|\*\*){16,128})$/i

const walkKeyLog = (reader: Reader, label: string, out: Field[]): KeyLogText => {
  const root: Field = { name: label, start: reader.pos, end: reader.end, ref: 'RFC 9850 2', children: [] }
  out.push(root)
  const lines: KeyLogText['lines'][number][] = []
  let start = reader.pos
  for (const text of latin1Text(reader.take(reader.left)).split('\n')) {
    const end = start + text.length
    const [, name, random, secret] = KEY_LOG_LINE.exec(text) ?? []
    if (name !== undefined && random !== undefined && secret !== undefined) {
      lines.push({ label: name, clientRandom: hexBytes(random), secret: hexBytes(secret) })
      const at = start + name.length + 1
      root.children!.push({
        name,
        start,
        end,
        children: [
          { name: 'clientRandom', start: at, end: at + 64, value: random, text: random },
          { name: 'secret', start: at + 65, end, value: secret, text: secret },
        ],
      })
    } else {
      lines.push({ text })
      if (text.trim() !== '' && !text.startsWith('#')) {
        throw noted(root, new WireError('bad-value', start, '', `line ${lines.length} is no line of a key log`))
      }
      if (text !== '') root.children!.push({ name: 'comment', start, end, value: text, text })
    }
    start = end + 1
  }
  return { lines }
}
