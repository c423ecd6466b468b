/** A form as multipart/form-data (RFC 7578): what stands around the contents of its parts, which come from elsewhere. */
import type { Bytes } from '../../engine.ts'

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
 * 144 random bits after a prefix, of the characters that RFC 2046 5.1.1 allows: no content is searched for it, so nobody
 * may be able to guess it.
 */
export const boundaryOf = (random: Bytes): string =>
  `----barewire${Array.from(random, byte => byte.toString(16).padStart(2, '0')).join('')}`

/** HTML, "multipart/form-data encoding algorithm": these three would end the name or the line, and nothing else changes. */
const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
