/** A `FormData` as a body that is read while it is sent, of a length that is known before. */
import type { Bytes } from '../../engine.ts'
import { formEnd, partHead } from '../../http/multipart/write.ts'

/** What stands in it, in turn: bytes, or a file that is not read before its turn comes. */
export const piecesOfForm = (form: FormData, boundary: string): readonly (Bytes | Blob)[] => {
  const pieces: (Bytes | Blob)[] = []
  let i = 0
  for (const [given, value] of form) {
    const name = withCrLf(given)
    if (typeof value === 'string') {
      pieces.push(partHead({ name }, i++, boundary), utf8.encode(withCrLf(value)))
    } else {
      const type = value.type || 'application/octet-stream'
      pieces.push(partHead({ name, filename: value.name, type }, i++, boundary), value)
    }
  }
  return [...pieces, formEnd(i, boundary)]
}

const utf8 = new TextEncoder()

/** HTML, 4.10.21.8: line breaks of every kind in names and values are CRLF. */
const withCrLf = (text: string): string => text.replace(/\r\n?|\n/g, '\r\n')

export const lengthOf = (pieces: readonly (Bytes | Blob)[]): number =>
  pieces.reduce((sum, piece) => sum + (piece instanceof Blob ? piece.size : piece.length), 0)

export async function* bytesOf(pieces: readonly (Bytes | Blob)[]): AsyncGenerator<Bytes> {
  for (const piece of pieces) {
    if (piece instanceof Blob) yield* piece.stream()
    else yield piece
  }
}
