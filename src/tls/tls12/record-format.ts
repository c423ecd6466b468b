/** Protected records of TLS 1.2 as they lie on the wire, for the field trees of a trace. */
import { bytes, struct } from '../../wire/codec.ts'
import { allBut } from '../messages/combinators.ts'
import { type Fragment, record } from '../record-format.ts'

export const TAG_LENGTH = 16

/** AES-GCM: eight bytes of nonce before the ciphertext (RFC 5288 3). */
export const GcmRecord: Fragment<{ explicitNonce: Uint8Array; content: Uint8Array; tag: Uint8Array }> = record(
  struct({ explicitNonce: bytes(8), content: allBut(TAG_LENGTH), tag: bytes(TAG_LENGTH) }),
  'RFC 5246 6.2.3.3',
)

/** ChaCha20-Poly1305: the nonce is known to both (RFC 7905 2). */
export const ChaChaRecord: Fragment<{ content: Uint8Array; tag: Uint8Array }> = record(
  struct({ content: allBut(TAG_LENGTH), tag: bytes(TAG_LENGTH) }),
  'RFC 7905 2',
)
