/** Several parts in one body: `multipart/byteranges` (RFC 9110 14.6). Pure: whoever sends it reads the octets in between. */
import type { Bytes } from '../../engine.ts'
import type { Random } from '../../random.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { boundaryOf } from '../multipart/write.ts'
import { type ByteRange, contentRange } from './ranges.ts'

/** What a body of several parts is made of, one after the other: octets to write, and ranges to read. */
export interface Multipart {
  readonly contentType: string
  readonly length: number
  readonly pieces: readonly (Bytes | ByteRange)[]
}

/** `contentType` is that of the whole, without which a part has none. */
export const multipart = (
  ranges: readonly ByteRange[],
  {
    size,
    contentType,
    random,
  }: { readonly size: number; readonly contentType: string | undefined; readonly random: Random },
): Multipart => {
  const boundary = boundaryOf(random)
  const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`
  const pieces = ranges.flatMap((range, index) => [
    latin1Bytes(
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\n${type}Content-Range: ${contentRange(range, size)}\r\n\r\n`,
    ),
    range,
  ])
  const all = [...pieces, latin1Bytes(`\r\n--${boundary}--\r\n`)]
  const length = all.reduce((sum, piece) => sum + ('start' in piece ? piece.end - piece.start : piece.length), 0)
  return { contentType: `multipart/byteranges; boundary=${boundary}`, length, pieces: all }
}
