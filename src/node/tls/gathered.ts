/** What is written together leaves together: many little pieces as one, and none that is longer than a record may be. */
import type { Bytes } from '../../engine.ts'
import { MAX_PLAINTEXT } from '../../tls/limits.ts'

/** Above this average, copying costs more than the record that it saves. */
const MOST_COPIED = 4_096

/** Many little pieces: one record of them costs less than a record each. */
export const gathered = (pieces: readonly Bytes[]): readonly Bytes[] => {
  let size = 0
  for (const piece of pieces) size += piece.length
  const small = pieces.length > 1 && size < pieces.length * MOST_COPIED
  return small ? [Buffer.concat(pieces as Uint8Array[])] : pieces
}

/** No piece longer than this: each goes into a record of its own. */
export const cut = (pieces: readonly Bytes[], most: number): readonly Bytes[] => {
  if (most === MAX_PLAINTEXT) return pieces
  const parts: Bytes[] = []
  for (const piece of pieces) for (let at = 0; at < piece.length; at += most) parts.push(piece.subarray(at, at + most))
  return parts
}
