/** Makes the checksums of a frame right again, for those who change it on its way: they protect from noise only. */
import { IPV4_HEADER_SIZE, Ipv4Header } from '../ip/ipv4.ts'
import { ETHER_IPV4, ETHERNET_HEADER_SIZE, EthernetHeader } from '../link/ethernet.ts'
import { ipAddress } from '../wire/address.ts'
import { checksum, pseudoHeaderSum } from '../wire/checksum.ts'
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/protocols.ts'

/** Offsets of the checksums in the headers of TCP (RFC 9293 3.1) and UDP (RFC 768), which are as long as said at least. */
const FIELDS: Readonly<Record<number, { readonly at: number; readonly header: number }>> = {
  [PROTOCOL_TCP]: { at: 16, header: 20 },
  [PROTOCOL_UDP]: { at: 6, header: 8 },
}

/**
 * Of the IPv4 header of `frame` and of the TCP segment or UDP datagram in it, in place. What is no such frame, or whose
 * lengths do not fit into it, stays as it is.
 */
export const mendChecksums = (frame: Uint8Array): void => {
  const at = ETHERNET_HEADER_SIZE
  if (frame.length < at + IPV4_HEADER_SIZE || new EthernetHeader.View(frame, 0).etherType !== ETHER_IPV4) return
  const header = new Ipv4Header.View(frame, at)
  const inner = at + header.internetHeaderLength * 4
  const end = at + header.totalLength
  if (header.version !== 4 || inner < at + IPV4_HEADER_SIZE || inner > end || end > frame.length) return
  header.headerChecksum = 0
  header.headerChecksum = checksum(frame, at, inner)
  const field = FIELDS[header.protocol]
  if (field === undefined || end - inner < field.header) return
  const [source, destination] = [ipAddress(header.sourceAddress), ipAddress(header.destinationAddress)]
  const place = inner + field.at
  frame[place] = 0
  frame[place + 1] = 0
  const pseudo = pseudoHeaderSum(source, destination, header.protocol) + end - inner
  const sum = checksum(frame, inner, end, pseudo)
  // RFC 768: to UDP zero means that there is none.
  const said = sum === 0 && header.protocol === PROTOCOL_UDP ? 0xffff : sum
  frame[place] = said >>> 8
  frame[place + 1] = said & 0xff
}
