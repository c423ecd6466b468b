/**
 * VLAN tags (IEEE 802.1Q 9) that the kernel took out of a frame before it was seen: Linux says beside the frame what stood
 * there (packet(7), PACKET_AUXDATA), and they are put back, as libpcap does.
 */
import type { Bytes } from '../engine.ts'

export interface VlanTag {
  /** Priority, drop eligible, number. */
  readonly control: number
  /** The EtherType before it. */
  readonly protocol: number
}

export const SOL_PACKET = 263
export const PACKET_AUXDATA = 8
const [TAG_VALID, PROTOCOL_VALID] = [0x10, 0x40] as const
const ETHER_VLAN = 0x8100
/** Destination and source go before it. */
const TAG_AT = 12
/** Of `struct cmsghdr` on 64 bits, and of `struct tpacket_auxdata`. */
const [HEADER, AUXDATA] = [16, 20] as const

/** In control messages as recvmsg(2) writes them on a machine of 64 bits. Undefined: there was none. */
export const vlanTagIn = (control: DataView, littleEndian: boolean): VlanTag | undefined => {
  for (let at = 0; at + HEADER <= control.byteLength; ) {
    const length = Number(control.getBigUint64(at, littleEndian))
    if (length < HEADER || at + length > control.byteLength) return undefined
    const data = at + HEADER
    const isTag =
      control.getInt32(at + 8, littleEndian) === SOL_PACKET &&
      control.getInt32(at + 12, littleEndian) === PACKET_AUXDATA
    if (isTag && length >= HEADER + AUXDATA) {
      const status = control.getUint32(data, littleEndian)
      const tci = control.getUint16(data + 16, littleEndian)
      const named = control.getUint16(data + 18, littleEndian)
      // Kernels before 3.0 do not say that a tag is valid, and before 3.14 not of which protocol.
      if (tci === 0 && (status & TAG_VALID) === 0) return undefined
      return { control: tci, protocol: named !== 0 && (status & PROTOCOL_VALID) !== 0 ? named : ETHER_VLAN }
    }
    at += (length + 7) & ~7
  }
  return undefined
}

/** An Ethernet frame with the tag in its place; one that is too short for it stays as it is. */
export const withVlanTag = (frame: Bytes, { control, protocol }: VlanTag): Bytes => {
  if (frame.length < TAG_AT) return frame
  const tagged = new Uint8Array(frame.length + 4)
  tagged.set(frame.subarray(0, TAG_AT))
  tagged.set([protocol >> 8, protocol & 0xff, control >> 8, control & 0xff], TAG_AT)
  tagged.set(frame.subarray(TAG_AT), TAG_AT + 4)
  return tagged
}
