/** Records as they lie on the wire (RFC 5246 6.2), for reading headers in place and for the field trees of a trace. */
import { type Codec, list, prefixed, rest, struct, type Tagged } from '../../wire/codec.ts'
import { type Layout, layout, type Slot, uint } from '../../wire/layout.ts'
import { ContentType, ProtocolVersion } from '../messages/registries.table.ts'
import { Handshake } from '../messages/tls12.ts'

export const HEADER_LENGTH = 5

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
export const record = <T>(fragment: Codec<T>, ref: string): Codec<{ type: number; version: number; fragment: T }> =>
  struct({ type: ContentType, version: ProtocolVersion, fragment: prefixed(2, fragment) }, { ref })

export type Fragment<T> = Codec<{ type: number; version: number; fragment: T }>

export const PlainRecord: Fragment<Uint8Array> = record(rest, 'RFC 5246 6.2.1')

/** In the clear, with whole messages in it: how hellos usually travel. */
export const HandshakeRecord: Fragment<Tagged[]> = record(list(Handshake), 'RFC 5246 6.2.1')
