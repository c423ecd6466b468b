/** Protected records of TLS 1.2 as they lie on the wire, for the field trees of a trace. */
import { bytes, struct } from '../../wire/codec.ts'
import { type Numbered, numbered } from '../../wire/numbered.ts'
import { allBut } from '../messages/combinators.ts'
import { type Fragment, record } from '../record/format.ts'

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

type Cbc = { iv: Uint8Array; content: Uint8Array; encryptedMac: Uint8Array; encryptedPadding: Uint8Array }
type EtmCbc = { iv: Uint8Array; content: Uint8Array; encryptedPadding: Uint8Array; mac: Uint8Array }

/** AES-CBC, the MAC encrypted with the content; `padding` counts its length byte. */
export const cbcRecord: Numbered<[macLength: number, padding: number], Fragment<Cbc>> = numbered((macLength, padding) =>
  record(
    struct({
      iv: bytes(16),
      content: allBut(macLength + padding),
      encryptedMac: bytes(macLength),
      encryptedPadding: bytes(padding),
    }),
    'RFC 5246 6.2.3.2',
  ),
)

/** AES-CBC, the MAC over what was encrypted. */
export const etmCbcRecord: Numbered<[macLength: number, padding: number], Fragment<EtmCbc>> = numbered(
  (macLength, padding) =>
    record(
      struct({
        iv: bytes(16),
        content: allBut(macLength + padding),
        encryptedPadding: bytes(padding),
        mac: bytes(macLength),
      }),
      'RFC 7366 3',
    ),
)
