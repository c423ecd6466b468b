/**
 * Dangerous, and meant to be: a machine takes another's place on the wire. ARP has no proof of who speaks (RFC 826), so
 * one forged reply makes the victim send the server's packets to the attacker, who turns their addresses so that its own
 * TCP answers. It works on the network in memory and nowhere else.
 */
import type { RunningHost } from '../host/types.ts'
import { IPV4_HEADER_SIZE, Ipv4Header } from '../ip/ipv4.ts'
import { ARP_REPLY, ARP_SIZE, ArpPacket } from '../link/arp.ts'
import { ETHER_ARP, ETHER_IPV4, ETHERNET_HEADER_SIZE, EthernetHeader } from '../link/ethernet.ts'
import { type IpAddress, ipAddress } from '../wire/address.ts'
import { checksum, pseudoHeaderSum } from '../wire/checksum.ts'
import { PROTOCOL_TCP } from '../wire/protocols.ts'
import type { Interception, Network } from './network-types.ts'

export interface SpoofRoles {
  readonly attacker: RunningHost
  /** Who is deceived. Must already know the server's hardware address: an answer that nobody asked for makes no entry. */
  readonly victim: RunningHost
  /** Whose place is taken. */
  readonly server: RunningHost
}

/** From now on the victim's TCP segments to the server reach the attacker's own sockets. Returns a function that ends it. */
export const takePlaceOf = (network: Network, { attacker, victim, server }: SpoofRoles): (() => void) => {
  const forged = forgedReply(attacker, victim, server)
  const interception: Interception = network.intercept(attacker.name, {
    frame(bytes, direction) {
      if (direction === 'out') return [turned(bytes, attacker.address, victim.address, { from: server.address })]
      // The server spoke for itself, and the victim may have heard it.
      if (speaksFor(bytes, server.address)) interception.inject(forged, 'out')
      return [turned(bytes, victim.address, server.address, { to: attacker.address })]
    },
  })
  interception.inject(forged, 'out')
  return () => interception.remove()
}

/** An unasked ARP reply to the victim: the server's address is at the attacker's card. */
const forgedReply = (attacker: RunningHost, victim: RunningHost, server: RunningHost): Uint8Array => {
  const bytes = new Uint8Array(60)
  const ethernet = new EthernetHeader.View(bytes, 0)
  ethernet.destination = victim.hardwareAddress
  ethernet.source = attacker.hardwareAddress
  ethernet.etherType = ETHER_ARP
  const arp = new ArpPacket.View(bytes, ETHERNET_HEADER_SIZE)
  arp.hardwareType = 1
  arp.protocolType = ETHER_IPV4
  arp.hardwareLength = 6
  arp.protocolLength = 4
  arp.operation = ARP_REPLY
  arp.senderHardware = attacker.hardwareAddress
  arp.senderProtocol = server.address.octets
  arp.targetHardware = victim.hardwareAddress
  arp.targetProtocol = victim.address.octets
  return bytes
}

const speaksFor = (bytes: Uint8Array, address: IpAddress): boolean => {
  if (bytes.length < ETHERNET_HEADER_SIZE + ARP_SIZE) return false
  if (new EthernetHeader.View(bytes, 0).etherType !== ETHER_ARP) return false
  return sameOctets(new ArpPacket.View(bytes, ETHERNET_HEADER_SIZE).senderProtocol, address)
}

const sameOctets = (octets: Uint8Array, address: IpAddress): boolean => octets.every((b, i) => b === address.octets[i])

/** A TCP packet between the two addresses with one of them replaced and its checksums right again; others untouched. */
const turned = (
  bytes: Uint8Array,
  from: IpAddress,
  to: IpAddress,
  instead: { readonly from?: IpAddress; readonly to?: IpAddress },
): Uint8Array => {
  const at = ETHERNET_HEADER_SIZE
  if (bytes.length < at + IPV4_HEADER_SIZE || new EthernetHeader.View(bytes, 0).etherType !== ETHER_IPV4) return bytes
  const seen = new Ipv4Header.View(bytes, at)
  if (seen.protocol !== PROTOCOL_TCP) return bytes
  if (!sameOctets(seen.sourceAddress, from) || !sameOctets(seen.destinationAddress, to)) return bytes
  const copy = bytes.slice()
  const header = new Ipv4Header.View(copy, at)
  if (instead.from !== undefined) header.sourceAddress = instead.from.octets
  if (instead.to !== undefined) header.destinationAddress = instead.to.octets
  const segment = at + header.internetHeaderLength * 4
  header.headerChecksum = 0
  header.headerChecksum = checksum(copy, at, segment)
  const end = at + header.totalLength
  const [source, destination] = [ipAddress(header.sourceAddress), ipAddress(header.destinationAddress)]
  copy[segment + TCP_CHECKSUM] = 0
  copy[segment + TCP_CHECKSUM + 1] = 0
  const sum = checksum(copy, segment, end, pseudoHeaderSum(source, destination, PROTOCOL_TCP) + end - segment)
  copy[segment + TCP_CHECKSUM] = sum >>> 8
  copy[segment + TCP_CHECKSUM + 1] = sum & 0xff
  return copy
}

/** Offset of the checksum in a TCP header (RFC 9293 3.1). */
const TCP_CHECKSUM = 16
