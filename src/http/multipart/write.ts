/** A form as multipart/form-data (RFC 7578): what stands around the contents of its parts, which come from elsewhere. */
import type { Bytes } from '../../engine.ts'
import type { Random } from '../../random.ts'
import { hexText } from '../../wire/bytes.ts'

const TEXT = new TextEncoder()

export interface FormPart {
  readonly name: string
  /** What a receiver may call the content when it stores it; no path. */
  readonly filename?: string | undefined
  /** Undefined: text/plain, without saying it (RFC 7578 4.4). */
  readonly type?: string | undefined
}

/** What stands before the content of part `i` (from 0): the delimiter with its line breaks, and the head of the part. */
export const partHead = ({ name, filename, type }: FormPart, i: number, boundary: string): Bytes => {
  const called = filename === undefined ? '' : `; filename="${quoted(filename)}"`
  const lines = [
    `${i === 0 ? '' : '\r\n'}--${boundary}`,
    `Content-Disposition: form-data; name="${quoted(name)}"${called}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
  ]
  return TEXT.encode(`${lines.join('\r\n')}\r\n\r\n`)
}

/** What stands behind the content of the last part; `parts` is their number. */
export const formEnd = (parts: number, boundary: string): Bytes =>
  TEXT.encode(`${parts === 0 ? '' : '\r\n'}--${boundary}--\r\n`)

export const formType = (boundary: string): string => `multipart/form-data; boundary=${boundary}`

/**
 * 144 bits of `random` behind a prefix, in characters that RFC 2046 5.1.1 allows: that it occurs in a content is less likely
 * than that the disk reads wrongly, and nobody who wrote the content could know it.
 */
export const boundaryOf = (random: Random): string => `----barewire${hexText(random.bytes(18))}`

/** HTML, "multipart/form-data encoding algorithm": these three would end the name or the line, and nothing else changes. */
const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
