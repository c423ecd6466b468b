/** Records as they lie on the wire (RFC 5246 6.2), for reading headers in place and for the field trees of a trace. */
import { bytes, type Codec, list, prefixed, rest, struct, type Tagged } from '../wire/codec.ts'
import { type Layout, layout, type Slot, uint } from '../wire/layout.ts'
import { allBut } from './messages/combinators.ts'
import { ContentType, ProtocolVersion } from './messages/registries.table.ts'
import { Handshake } from './messages/tls12.ts'

export const HEADER_LENGTH = 5
export const TAG_LENGTH = 16

export const CHANGE_CIPHER_SPEC = 20
export const ALERT = 21
export const HANDSHAKE = 22
export const APPLICATION_DATA = 23

type HeaderSlots = { type: Slot<number>; version: Slot<number>; length: Slot<number> }

export const RecordHeader: Layout<HeaderSlots> = layout(
  'RecordHeader',
  HEADER_LENGTH,
  {
    type: uint(0, 1, ContentType.nameOf),
    version: uint(1, 2, ProtocolVersion.nameOf),
    length: uint(3, 2),
  },
  { ref: 'RFC 5246 6.2.1' },
)

/** `type`, `version`, and the fragment in the form that the protection gives it. */
const record = <T>(fragment: Codec<T>, ref: string): Codec<{ type: number; version: number; fragment: T }> =>
  struct({ type: ContentType, version: ProtocolVersion, fragment: prefixed(2, fragment) }, { ref })

type Fragment<T> = Codec<{ type: number; version: number; fragment: T }>

export const PlainRecord: Fragment<Uint8Array> = record(rest, 'RFC 5246 6.2.1')

/** In the clear, with whole messages in it: how hellos usually travel. */
export const HandshakeRecord: Fragment<Tagged[]> = record(list(Handshake), 'RFC 5246 6.2.1')

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
