/**
 * Where in a captured packet its layers begin: link, IP, transport. For every packet of a capture, so by hand; the
 * declarations of the layers say the same, and a test compares them. Read `../index-of.ts` next.
 */
import type { Bytes } from '../../engine.ts'
import { ETHER_ARP, ETHER_IPV4, ETHERNET_HEADER_SIZE } from '../../link/ethernet.ts'

// draft-ietf-opsawg-pcaplinktype 2; 12 and 14 are what some systems write for raw IP.
export const LINKTYPE_NULL = 0
export const LINKTYPE_ETHERNET = 1
const LINKTYPE_PPP = 9
const LINKTYPE_PPP_HDLC = 50
const LINKTYPE_PPP_ETHER = 51
export const LINKTYPE_RAW = 101
export const LINKTYPE_LOOP = 108
export const LINKTYPE_LINUX_SLL = 113
export const LINKTYPE_IPV4 = 228
export const LINKTYPE_IPV6 = 229
export const LINKTYPE_LINUX_SLL2 = 276
const RAW: ReadonlySet<number> = new Set([12, 14, LINKTYPE_RAW, LINKTYPE_IPV4, LINKTYPE_IPV6])

export const ETHER_IPV6 = 0x86dd
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100])

/** The session stage of PPP over Ethernet (RFC 2516 4), and its header in front of PPP. */
const ETHER_PPPOE = 0x8864
const PPPOE_SIZE = 6
/** Address and control of PPP in frames like those of HDLC (RFC 1662 3.1). */
const PPP_HDLC_HEADER = 0xff03
/** What PPP carries (RFC 1332 3, RFC 5072 3). */
const PPP_IPV4 = 0x21
const PPP_IPV6 = 0x57

/** Of hardware addresses (6) and protocol addresses (4), as they stand in a packet of ARP. */
const ARP_LENGTHS = 0x0604

export const SLL_SIZE = 16
export const SLL2_SIZE = 20
export const LOOPBACK_SIZE = 4

// RFC 8200 4: headers between IPv6 and what it carries; 51 is that of RFC 4302, whose length counts otherwise.
const HOP_BY_HOP = 0
const ROUTING = 43
const FRAGMENT = 44
const AUTHENTICATION = 51
const DESTINATION = 60

/** A packet under the eye; filled again for the next one. All positions are in `buffer`. */
export class Layers {
  buffer: Bytes = new Uint8Array(0)
  /** The frame. */
  start = 0
  /** Behind its captured bytes. */
  end = 0
  /** Behind its bytes as they were on the wire: beyond `end` where the capture kept less. */
  wireEnd = 0
  /** What the link layer carries; -1 when that is not known. */
  etherType = -1
  /** Where the link layer's payload begins. */
  networkAt = 0
  /** VLAN tags of the link layer. */
  tags = 0
  /** 4 or 6; 0 where there is no IP packet. */
  version: 0 | 4 | 6 = 0
  /** The addresses; 4 or 16 octets each (ARP: 4). */
  sourceAt = 0
  destinationAt = 0
  /** The addresses are those of an ARP packet. */
  isArp = false
  protocol = -1
  transportAt = 0
  /** Where the transport's bytes end on the wire, and how far they were captured. */
  transportWireEnd = 0
  transportEnd = 0
  /** A fragment: its place in the packet, and whether more follow. */
  fragment = false
  fragmentOffset = 0
  moreFragments = false
  identification = 0
  /** Put together from fragments: only addresses and transport are there. */
  wasCut = false

  /** False for a link type that is not known. */
  read(buffer: Bytes, start: number, length: number, wireLength: number, linkType: number): boolean {
    this.buffer = buffer
    this.start = start
    this.end = start + length
    this.wireEnd = start + Math.max(length, wireLength)
    this.etherType = -1
    this.tags = 0
    this.version = 0
    this.protocol = -1
    this.fragment = false
    this.wasCut = false
    this.isArp = false
    if (!this.#link(linkType)) return false
    if (this.etherType === ETHER_IPV4) this.#ipv4()
    else if (this.etherType === ETHER_IPV6) this.#ipv6()
    else if (this.etherType === ETHER_ARP) this.#arp()
    return true
  }

  /** Who asks or answers, and about whom; of IPv4 over Ethernet (RFC 826). */
  #arp(): void {
    const at = this.networkAt
    // Other lengths of addresses put them elsewhere.
    this.isArp =
      at + 28 <= this.end && u16(this.buffer, at + 2) === ETHER_IPV4 && u16(this.buffer, at + 4) === ARP_LENGTHS
    this.sourceAt = at + 14
    this.destinationAt = at + 24
  }

  /** As the packet whose last fragment is `part`, with all of its payload. */
  joined(part: Layers, payload: Bytes): void {
    const { version, sourceAt, destinationAt } = part
    const size = version === 4 ? 4 : 16
    const buffer = new Uint8Array(2 * size + payload.length)
    buffer.set(part.buffer.subarray(sourceAt, sourceAt + size))
    buffer.set(part.buffer.subarray(destinationAt, destinationAt + size), size)
    buffer.set(payload, 2 * size)
    this.buffer = buffer
    this.version = version
    this.protocol = part.protocol
    this.fragment = false
    this.wasCut = true
    this.sourceAt = 0
    this.destinationAt = size
    this.transportAt = 2 * size
    this.transportEnd = buffer.length
    this.transportWireEnd = buffer.length
  }

  #link(linkType: number): boolean {
    const { buffer, start, end } = this
    if (linkType === LINKTYPE_ETHERNET) {
      this.#tagged(start + ETHERNET_HEADER_SIZE - 2)
      return true
    }
    if (RAW.has(linkType)) {
      this.networkAt = start
      const version = start < end ? buffer[start]! >>> 4 : 0
      this.etherType = version === 4 ? ETHER_IPV4 : version === 6 ? ETHER_IPV6 : -1
      return true
    }
    if (linkType === LINKTYPE_LINUX_SLL) {
      this.#tagged(start + SLL_SIZE - 2)
      return true
    }
    if (linkType === LINKTYPE_LINUX_SLL2) {
      this.networkAt = start + SLL2_SIZE
      if (this.networkAt <= end) this.etherType = u16(buffer, start)
      return true
    }
    if (linkType === LINKTYPE_NULL || linkType === LINKTYPE_LOOP) {
      this.networkAt = start + LOOPBACK_SIZE
      if (this.networkAt <= end) this.etherType = familyType(buffer, start)
      return true
    }
    if (linkType === LINKTYPE_PPP || linkType === LINKTYPE_PPP_HDLC || linkType === LINKTYPE_PPP_ETHER) {
      this.#ppp(linkType === LINKTYPE_PPP_ETHER ? start + PPPOE_SIZE : start)
      return true
    }
    return false
  }

  /** A frame of PPP (RFC 1661 2), whose protocol may be shortened to one octet, an odd one (RFC 1661 6.5). */
  #ppp(start: number): void {
    const { buffer, end } = this
    let at = start
    if (at + 2 <= end && u16(buffer, at) === PPP_HDLC_HEADER) at += 2
    const isShort = at < end && (buffer[at]! & 1) === 1
    this.networkAt = at + (isShort ? 1 : 2)
    if (this.networkAt > end) return
    const protocol = isShort ? buffer[at]! : u16(buffer, at)
    this.etherType = protocol === PPP_IPV4 ? ETHER_IPV4 : protocol === PPP_IPV6 ? ETHER_IPV6 : -1
  }

  /** The type at `at`, behind as many VLAN tags as there are (IEEE 802.1Q 9). */
  #tagged(at: number): void {
    const { buffer, end } = this
    let type = at + 2 <= end ? u16(buffer, at) : -1
    while (VLAN_TAGS.has(type)) {
      at += 4
      this.tags++
      type = at + 2 <= end ? u16(buffer, at) : -1
    }
    this.networkAt = at + 2
    this.etherType = type
    if (type === ETHER_PPPOE) this.#ppp(at + 2 + PPPOE_SIZE)
  }

  #ipv4(): void {
    const { buffer, networkAt: at, end } = this
    if (at + 20 > end || buffer[at]! >>> 4 !== 4) return
    const header = (buffer[at]! & 15) * 4
    // Segments that the card cuts have no length yet when they are captured.
    const total = u16(buffer, at + 2) || this.wireEnd - at
    if (header < 20 || total < header || at + header > end) return
    const flags = u16(buffer, at + 6)
    this.version = 4
    this.sourceAt = at + 12
    this.destinationAt = at + 16
    this.protocol = buffer[at + 9]!
    this.#transport(at + header, at + total)
    this.fragmentOffset = (flags & 0x1fff) * 8
    this.moreFragments = (flags & 0x2000) !== 0
    this.fragment = this.moreFragments || this.fragmentOffset > 0
    this.identification = u16(buffer, at + 4)
  }

  #ipv6(): void {
    const { buffer, networkAt: at, end } = this
    if (at + 40 > end || buffer[at]! >>> 4 !== 6) return
    const length = u16(buffer, at + 4)
    this.version = 6
    this.sourceAt = at + 8
    this.destinationAt = at + 24
    let next = buffer[at + 6]!
    let place = at + 40
    while (
      next === HOP_BY_HOP ||
      next === ROUTING ||
      next === DESTINATION ||
      next === AUTHENTICATION ||
      next === FRAGMENT
    ) {
      if (place + 8 > end) break
      const size =
        next === FRAGMENT ? 8 : next === AUTHENTICATION ? (buffer[place + 1]! + 2) * 4 : (buffer[place + 1]! + 1) * 8
      if (next === FRAGMENT) {
        const word = u16(buffer, place + 2)
        this.fragmentOffset = word & 0xfff8
        this.moreFragments = (word & 1) !== 0
        // RFC 6946: one that is the whole packet is no fragment.
        this.fragment = this.moreFragments || this.fragmentOffset > 0
        this.identification = ((u16(buffer, place + 4) << 16) | u16(buffer, place + 6)) >>> 0
      }
      next = buffer[place]!
      place += size
      // What follows a later fragment's header is no header.
      if (this.fragment && this.fragmentOffset > 0) break
    }
    this.protocol = next
    // A length of 0: a jumbogram (RFC 2675), or a segment that the card cuts.
    this.#transport(place, length === 0 ? this.wireEnd : at + 40 + length)
  }

  #transport(at: number, wireEnd: number): void {
    this.transportAt = Math.min(at, this.end)
    this.transportWireEnd = Math.max(this.transportAt, Math.min(wireEnd, this.wireEnd))
    this.transportEnd = Math.min(this.transportWireEnd, this.end)
  }
}

export const u16 = (bytes: Bytes, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!
export const i32 = (bytes: Bytes, at: number): number =>
  (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!

/**
 * BSD loopback frames begin with the number of the address family, in the byte order of the machine that wrote them (or
 * of the network for `loop`): 2 is IPv4, and IPv6 has a number of its own in each system.
 */
const familyType = (bytes: Bytes, at: number): number => {
  const family = bytes[at] === 0 && bytes[at + 1] === 0 ? u16(bytes, at + 2) : bytes[at]! | (bytes[at + 1]! << 8)
  if (family === 2) return ETHER_IPV4
  return family === 10 || family === 24 || family === 28 || family === 30 ? ETHER_IPV6 : -1
}
