/** What is written together leaves together: many little pieces as one. */
import type { Bytes } from '../../engine.ts'

/** Above this average, copying costs more than the record that it saves. */
const MOST_COPIED = 4_096

/** Many little pieces: one record of them costs less than a record each. */
export const gathered = (pieces: readonly Bytes[]): readonly Bytes[] => {
  let size = 0
  for (const piece of pieces) size += piece.length
  const small = pieces.length > 1 && size < pieces.length * MOST_COPIED
  return small ? [Buffer.concat(pieces as Uint8Array[])] : pieces
}
