/** Protected records of TLS 1.3 as they lie on the wire, for the field trees of a trace. */
import { bytes, struct } from '../../wire/codec.ts'
import { allBut } from '../messages/combinators.ts'
import { type Fragment, record } from '../record/format.ts'

export const TAG_LENGTH = 16

type Sealed = { content: Uint8Array; encryptedType: Uint8Array; encryptedPadding: Uint8Array; tag: Uint8Array }

const sealed = (padding: number): Fragment<Sealed> =>
  record(
    struct({
      content: allBut(1 + padding + TAG_LENGTH),
      encryptedType: bytes(1),
      encryptedPadding: bytes(padding),
      tag: bytes(TAG_LENGTH),
    }),
    'RFC 9846 5.2',
  )

const unpadded = sealed(0)

/** A record with so many zeros behind the type inside (RFC 9846 5.4). */
export const sealedRecord = (padding: number): Fragment<Sealed> => (padding === 0 ? unpadded : sealed(padding))
