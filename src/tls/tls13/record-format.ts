/** Protected records of TLS 1.3 as they lie on the wire, for the field trees of a trace. */
import { bytes, struct } from '../../wire/codec.ts'
import { type Numbered, numbered } from '../../wire/numbered.ts'
import { allBut } from '../messages/combinators.ts'
import { type Fragment, record } from '../record/format.ts'

export const TAG_LENGTH = 16

type Sealed = { content: Uint8Array; encryptedType: Uint8Array; encryptedPadding: Uint8Array; tag: Uint8Array }

/** A record with so many zeros behind the type inside (RFC 9846 5.4). */
export const sealedRecord: Numbered<[padding: number], Fragment<Sealed>> = numbered(padding =>
  record(
    struct({
      content: allBut(1 + padding + TAG_LENGTH),
      encryptedType: bytes(1),
      encryptedPadding: bytes(padding),
      tag: bytes(TAG_LENGTH),
    }),
    'RFC 9846 5.2',
  ),
)
