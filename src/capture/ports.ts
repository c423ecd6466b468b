/** Which ports a frame is between: as much of it as a filter has to read, and no byte more. */
import { LINKTYPE_ETHERNET } from './format.ts'

const IPV4 = 0x0800
const IPV6 = 0x86dd
/** Tags in front of the type: IEEE 802.1Q and 802.1ad. */
const TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100])
/** What has ports in its first four bytes: TCP, UDP, SCTP. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132])

/** RFC 8200 4.1: hop-by-hop options, routing, destination options; each says in eights how long it is. */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60])
const FRAGMENT = 44

/** Whether `port` is either end's. Of a packet in fragments the first alone says its ports: the others are none's. */
export const hasPort = (frame: Uint8Array, linkType: number, port: number): boolean => {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const at = linkType === LINKTYPE_ETHERNET ? networkAt(view) : 0
  const ports = at === undefined || at >= view.byteLength ? undefined : portsAt(view, at)
  if (ports === undefined || ports + 4 > view.byteLength) return false
  return view.getUint16(ports) === port || view.getUint16(ports + 2) === port
}

/** Where the packet in an Ethernet frame begins; undefined where it is not IP. */
const networkAt = (view: DataView): number | undefined => {
  let at = 12
  while (at + 2 <= view.byteLength && TAGS.has(view.getUint16(at))) at += 4
  if (at + 2 > view.byteLength) return undefined
  const type = view.getUint16(at)
  return type === IPV4 || type === IPV6 ? at + 2 : undefined
}

const portsAt = (view: DataView, at: number): number | undefined => {
  const version = view.getUint8(at) >> 4
  return version === 4 ? behindIpv4(view, at) : version === 6 ? behindIpv6(view, at) : undefined
}

const behindIpv4 = (view: DataView, at: number): number | undefined => {
  if (at + 20 > view.byteLength || !WITH_PORTS.has(view.getUint8(at + 9))) return undefined
  const isFirst = (view.getUint16(at + 6) & 0x1fff) === 0
  return isFirst ? at + (view.getUint8(at) & 0x0f) * 4 : undefined
}

const behindIpv6 = (view: DataView, at: number): number | undefined => {
  if (at + 40 > view.byteLength) return undefined
  let next = view.getUint8(at + 6)
  let behind = at + 40
  while (behind + 8 <= view.byteLength && (EXTENSIONS.has(next) || next === FRAGMENT)) {
    // Bits 0 to 12 of the third and fourth byte are the offset (RFC 8200 4.5).
    if (next === FRAGMENT && view.getUint16(behind + 2) >> 3 !== 0) return undefined
    const size = next === FRAGMENT ? 8 : (view.getUint8(behind + 1) + 1) * 8
    next = view.getUint8(behind)
    behind += size
  }
  return WITH_PORTS.has(next) ? behind : undefined
}
