/**
 * From what somebody pasted to bytes. A text may be read in several ways (`deadbeef` is hexadecimal and Base64), so every
 * reading that makes sense is given, and what the bytes say decides between them (`guess.ts`). Read `dump.ts` for dumps
 * with offsets and `literals.ts` for source code.
 */
import type { Bytes } from '../../engine.ts'
import { hexBytes, latin1Bytes } from '../../wire/bytes.ts'
import { pemBlocks } from '../../x509/files/pem.ts'
import { curlTrace, dumped, hexAmongLines } from './dump.ts'
import { arrayOf, escaped, percentEncoded } from './literals.ts'

/** One run of bytes in what was pasted; a dump of packets, a trace and a PEM file may have several. */
export interface Part {
  readonly bytes: Bytes
  /** What stands above it there: `CERTIFICATE`, `=> Send header, 81 bytes (0x51)`. */
  readonly label?: string | undefined
}

/** One way in which it can be read. */
export interface Reading {
  /** `hex`, `xxd`, `base64`, `Python bytes`. */
  readonly notation: string
  readonly parts: readonly Part[]
  /** Bits by which this way of writing is less likely than others of the same text. */
  readonly unlikely: number
  /** What the notation cannot tell: `bytes that cannot be printed are dots`. */
  readonly remark?: string | undefined
}

/** More parts are not looked at. */
export const MOST_PARTS = 256

/** Every way in which it can be read, bytes as they are last. Text is what has no control characters but line ends and tabs. */
export const readings = (input: Bytes): readonly Reading[] => {
  const text = textOf(input)
  if (text === undefined) return [{ notation: 'raw bytes', parts: [{ bytes: input }], unlikely: 0 }]
  const trimmed = text.trim()
  const found = NOTATIONS.flatMap(read => {
    const reading = read(trimmed)
    return reading === undefined || reading.parts.length === 0 ? [] : [reading]
  })
  const asText = { notation: 'text', parts: [{ bytes: input }], unlikely: 0 }
  const head = headLines(trimmed)
  return [...found, asText, ...(head === undefined || head.length === input.length ? [] : [completed(head)])]
}

const completed = (bytes: Bytes): Reading => ({
  notation: 'text',
  parts: [{ bytes }],
  unlikely: 0,
  remark: 'line ends as HTTP has them',
})

/** The same as text, if it is text. */
const textOf = (input: Bytes): string | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(input)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what has these is no text
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** A head as people copy it: bare line feeds, and no empty line behind it. */
const headLines = (text: string): Bytes | undefined => {
  const [first = ''] = text.split('\n', 1)
  if (!/^(?:HTTP\/1\.[01] \d{3}|[A-Z]+ \S+ HTTP\/1\.[01]\s*$)/.test(first) || /\n\r?\n/.test(text)) return undefined
  const lines = text.split(/\r?\n/)
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`)
}

type Notation = (text: string) => Reading | undefined

const reading = (
  notation: string,
  parts: readonly (Part | undefined)[],
  { unlikely = 0, remark }: { readonly unlikely?: number; readonly remark?: string } = {},
): Reading => ({
  notation,
  parts: parts.filter(part => part !== undefined && part.bytes.length > 0).slice(0, MOST_PARTS) as Part[],
  unlikely,
  remark,
})

const inPem: Notation = text => {
  if (!text.includes('-----BEGIN ')) return undefined
  return reading(
    'PEM',
    pemBlocks(text).map(({ label, der }) => ({ bytes: der, label })),
  )
}

const inTrace: Notation = text => {
  const trace = curlTrace(text)
  return trace === undefined
    ? undefined
    : reading(trace.notation, trace.parts, trace.remark === undefined ? {} : { remark: trace.remark })
}

const inDump: Notation = text => {
  const dump = dumped(text, MOST_PARTS)
  return dump === undefined ? undefined : reading(dump.notation, dump.parts)
}

/** What may stand between the digits, and before a byte. */
const SEPARATORS = /(?:[\s:,;.|_-]|\b0x|\\$)+/gim

const inHex: Notation = text => {
  const inner = /^<Buffer ([\da-f ]+?)(?: \.\.\. \d+ more bytes)?>$/i.exec(text)?.[1] ?? text.replace(/^0x/i, '')
  const digits = inner.replace(SEPARATORS, '')
  if (digits.length < 2 || !/^[\da-f]+$/i.test(digits) || digits.length % 2 !== 0) return undefined
  // An octet without its leading zero would shift all that follows.
  if (inner !== digits && inner.split(SEPARATORS).some(run => run.length % 2 !== 0)) return undefined
  const cut = /\.\.\. (\d+) more bytes>$/.exec(text)?.[1]
  return reading('hex', [{ bytes: hexBytes(digits) }], cut === undefined ? {} : { remark: `${cut} bytes are missing` })
}

const inBase64: Notation = text => {
  const inner = text.replace(/^data:[^,]{0,200};base64,/, '').replace(/\s+/g, '')
  const url = /[-_]/.test(inner)
  if (inner.length < 8 || !(url ? /^[\w-]+={0,2}$/ : /^[A-Za-z\d+/]+={0,2}$/).test(inner)) return undefined
  const plain = inner.replace(/=+$/, '')
  if (plain.length % 4 === 1) return undefined
  const octets = latin1Bytes(atob(plain.replaceAll('-', '+').replaceAll('_', '/')))
  return reading(url ? 'base64url' : 'base64', [{ bytes: octets }], /^[\da-f]+$/i.test(inner) ? { unlikely: 24 } : {})
}

const inLiteral: Notation = text => {
  const literal = escaped(text)
  return literal === undefined ? undefined : reading(literal.notation, [literal])
}

const inArray =
  (base: 10 | 16): Notation =>
  text => {
    const array = arrayOf(text, base)
    return array === undefined ? undefined : reading(array.notation, [array])
  }

const inPercents: Notation = text => {
  const bytes = percentEncoded(text)
  return bytes === undefined ? undefined : reading('percent-encoded', [{ bytes }])
}

const amongLines: Notation = text => {
  const parts = hexAmongLines(text)
  return parts === undefined ? undefined : reading('hex among other lines', parts, { unlikely: 4 })
}

const NOTATIONS: readonly Notation[] = [
  inPem,
  inTrace,
  inDump,
  inHex,
  inBase64,
  inLiteral,
  inArray(10),
  inArray(16),
  inPercents,
  amongLines,
]
