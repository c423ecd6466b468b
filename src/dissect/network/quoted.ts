/** What an ICMP error is about: it quotes the beginning of the packet that was not delivered (RFC 792, RFC 4443 3). */
import { PROTOCOL_ICMP, PROTOCOL_TCP } from '../../wire/protocols.ts'
import { type Layers, LINKTYPE_RAW } from './layers.ts'

export const PROTOCOL_ICMPV6 = 58

/** Unreachable, source quench, redirect, time exceeded, parameter problem. */
const ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12])
/** RFC 4443 2.1: errors are below. */
const FIRST_INFORMATIONAL = 128

/** What stands in front of the packet that is quoted. */
const ICMP_HEADER = 8
/** Ports and sequence number: no error quotes less (RFC 792). */
const LEAST_QUOTED = 8

/** Reads the packet that `layers` complains of into `inner`, where its ports then are; false when it is none of TCP. */
export const readQuoted = (layers: Layers, inner: Layers): boolean => {
  const { protocol, buffer, transportAt, transportEnd, fragment } = layers
  const at = transportAt + ICMP_HEADER
  // What was cut in pieces is looked at when it is whole; errors are too short for that.
  if (fragment || at > transportEnd) return false
  const type = buffer[transportAt]!
  const isError =
    protocol === PROTOCOL_ICMP ? ERRORS.has(type) : protocol === PROTOCOL_ICMPV6 && type < FIRST_INFORMATIONAL
  if (!isError) return false
  const length = transportEnd - at
  inner.read(buffer, at, length, length, LINKTYPE_RAW)
  const isFirst = !inner.fragment || inner.fragmentOffset === 0
  return inner.protocol === PROTOCOL_TCP && isFirst && inner.transportEnd - inner.transportAt >= LEAST_QUOTED
}
