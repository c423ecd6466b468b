/** ICMP for IPv4 (RFC 792): echo, destination unreachable, time exceeded. */
import { type Codec, bytes as exactly, type Named, named, rest, struct, u8, u16 } from '../wire/codec.ts'
import { type Dependent, dependent } from '../wire/dependent.ts'

export const ECHO_REPLY = 0
export const DESTINATION_UNREACHABLE = 3
export const ECHO_REQUEST = 8
export const TIME_EXCEEDED = 11

/** Codes of DESTINATION_UNREACHABLE (RFC 792, RFC 1122 3.2.2.1). */
export const UNREACHABLE: Readonly<Record<'net' | 'host' | 'protocol' | 'port', number>> = {
  net: 0,
  host: 1,
  protocol: 2,
  port: 3,
}
/** RFC 1122 4.2.3.9: codes that say what may pass: no way to the net or host, source route failed; 11 and 12 by service. */
export const PASSING: readonly number[] = [0, 1, 5, 11, 12]
/** Code of DESTINATION_UNREACHABLE: the packet is too large and may not be cut (RFC 1191 3). */
export const FRAGMENTATION_NEEDED = 4

export interface IcmpHead {
  type: number
  code: number
  checksum: number
}
export interface IcmpEcho {
  identifier: number
  sequenceNumber: number
  data: Uint8Array
}
/** `packet` is the header and the first bytes of what caused it. */
export interface IcmpError {
  unused: Uint8Array
  packet: Uint8Array
}

/** RFC 1191 4: a packet that is too large; the MTU is 0 where a router does not know of it. */
export interface IcmpTooLarge extends IcmpError {
  nextHopMtu: number
}

const Echo: Codec<IcmpEcho> = struct({ identifier: u16, sequenceNumber: u16, data: rest })
const Complaint: Codec<IcmpError> = struct({ unused: exactly(4), packet: rest })
const TooLarge: Codec<IcmpTooLarge> = struct({ unused: exactly(2), nextHopMtu: u16, packet: rest })
const Opaque: Codec<{ data: Uint8Array }> = struct({ data: rest })

const IcmpType: Named = named(u8, {
  'echo reply': ECHO_REPLY,
  'destination unreachable': DESTINATION_UNREACHABLE,
  'echo request': ECHO_REQUEST,
  'time exceeded': TIME_EXCEEDED,
})

/** `port unreachable`, `echo request`. */
export const icmpName = (type: number, code: number): string => {
  const why = Object.entries(UNREACHABLE).find(([, number]) => number === code)?.[0]
  return type === DESTINATION_UNREACHABLE && why !== undefined ? `${why} unreachable` : IcmpType.nameOf(type)
}

export const IcmpMessage: Codec<Dependent<IcmpHead, IcmpEcho | IcmpError | { data: Uint8Array }>> = dependent(
  {
    head: struct({
      type: IcmpType,
      code: u8,
      checksum: u16,
    }),
    body: (head: IcmpHead): Codec<IcmpEcho | IcmpError | { data: Uint8Array }> => {
      if (head.type === ECHO_REPLY || head.type === ECHO_REQUEST) return Echo as Codec<IcmpEcho | IcmpError>
      if (head.type === DESTINATION_UNREACHABLE && head.code === FRAGMENTATION_NEEDED)
        return TooLarge as Codec<IcmpEcho | IcmpError>
      if (head.type === DESTINATION_UNREACHABLE || head.type === TIME_EXCEEDED)
        return Complaint as Codec<IcmpEcho | IcmpError>
      return Opaque as Codec<IcmpEcho | IcmpError | { data: Uint8Array }>
    },
  },
  { ref: 'RFC 792' },
)
