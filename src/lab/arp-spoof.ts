/**
 * Dangerous, and meant to be: a machine takes another's place on the wire. ARP has no proof of who speaks (RFC 826), so
 * one forged reply makes the victim send the server's packets to the attacker, who turns their addresses so that its own
 * TCP answers. It works on the network in memory and nowhere else.
 */
import type { Millis } from '../engine.ts'
import type { RunningHost } from '../host/types.ts'
import { IPV4_HEADER_SIZE, Ipv4Header } from '../ip/ipv4.ts'
import { ARP_REPLY, ARP_REQUEST, ARP_SIZE, ArpPacket } from '../link/arp.ts'
import { ETHER_ARP, ETHER_IPV4, ETHERNET_HEADER_SIZE, EthernetHeader } from '../link/ethernet.ts'
import type { IpAddress } from '../wire/address.ts'
import { PROTOCOL_TCP } from '../wire/protocols.ts'
import { mendChecksums } from './checksums.ts'
import type { Interception, Network } from './network-types.ts'

export interface SpoofRoles {
  readonly attacker: RunningHost
  readonly victim: RunningHost
  /** Whose place is taken. */
  readonly server: RunningHost
  /**
   * When the victim is deceived: at once, for one that knows the server's hardware address already, or only when it asks
   * for it. `unasked` where undefined.
   */
  readonly lies?: 'unasked' | 'asked' | undefined
}

/**
 * From now on the victim's TCP segments to the server reach the attacker's own sockets; from the first on where the
 * attacker's cable is shorter than the server's. Returns a function that ends it.
 */
export const takePlaceOf = (
  network: Network,
  { attacker, victim, server, lies = 'unasked' }: SpoofRoles,
): (() => void) => {
  const forged = forgedReply(attacker, victim, server)
  const { clock } = network
  let cancel = (): void => {}
  const interception: Interception = network.intercept(attacker.name, {
    frame(bytes, direction) {
      if (direction === 'out') return [turned(bytes, attacker.address, victim.address, { from: server.address })]
      const said = arpIn(bytes)
      // The server spoke for itself, and the victim may have heard it.
      if (said !== undefined && isFrom(said, server.address)) interception.inject(forged, 'out')
      if (said !== undefined && asksFor(said, victim.address, server.address)) {
        interception.inject(forged, 'out')
        // The server answers too, and who is believed is who spoke last.
        cancel()
        cancel = clock.later(clock.now() + AFTER_THE_SERVER, () => interception.inject(forged, 'out'))
      }
      return [turned(bytes, victim.address, server.address, { to: attacker.address })]
    },
  })
  if (lies === 'unasked') interception.inject(forged, 'out')
  return () => {
    cancel()
    interception.remove()
  }
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

/** Between the first forged answer and the second: the server's own lies between. */
const AFTER_THE_SERVER: Millis = 1

type Arp = InstanceType<typeof ArpPacket.View>

const arpIn = (bytes: Uint8Array): Arp | undefined => {
  if (bytes.length < ETHERNET_HEADER_SIZE + ARP_SIZE) return undefined
  if (new EthernetHeader.View(bytes, 0).etherType !== ETHER_ARP) return undefined
  return new ArpPacket.View(bytes, ETHERNET_HEADER_SIZE)
}

const isFrom = ({ senderProtocol }: Arp, address: IpAddress): boolean => sameOctets(senderProtocol, address)

const asksFor = (said: Arp, victim: IpAddress, server: IpAddress): boolean =>
  said.operation === ARP_REQUEST && isFrom(said, victim) && sameOctets(said.targetProtocol, server)

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
  mendChecksums(copy)
  return copy
}
