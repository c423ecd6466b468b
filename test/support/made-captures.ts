/** Capture files made packet by packet, in every format that is read: for tests, and for benchmarks. */
import { checksum } from '../../src/wire/checksum.ts'
import { concat } from './bytes.ts'

export const FIN = 1
export const SYN = 2
export const RST = 4
export const PSH = 8
export const ACK = 16

/** Big-endian; what does not fit wraps, as sequence numbers do. */
const be = (size: number, value: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256)

export interface SegmentOptions {
  readonly from: string
  readonly to: string
  readonly seq: number
  readonly ack?: number
  readonly control: number
  readonly window?: number
  readonly text?: Uint8Array
  /** Bytes of the TCP options; a multiple of four. */
  readonly options?: readonly number[]
  /** Identification of the IPv4 packet. */
  readonly id?: number
}

const octets = (address: string): number[] => {
  if (!address.includes(':')) return address.split('.').map(Number)
  const [head = '', tail = ''] = address.split('::')
  const words = (text: string): number[] => (text === '' ? [] : text.split(':').map(word => Number.parseInt(word, 16)))
  const [before, after] = [words(head), words(tail)]
  const all = address.includes('::')
    ? [...before, ...Array(8 - before.length - after.length).fill(0), ...after]
    : before
  return all.flatMap(word => be(2, word as number))
}
/** `10.0.0.1:80`, `[::1]:80`. */
const endOf = (text: string): { readonly address: number[]; readonly port: number } => {
  const at = text.lastIndexOf(':')
  return { address: octets(text.slice(0, at).replace(/[[\]]/g, '')), port: Number(text.slice(at + 1)) }
}

export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const

export interface IpOptions {
  readonly id?: number
  readonly moreFragments?: boolean
  /** In bytes. */
  readonly fragmentOffset?: number
}

/** An IPv4 or IPv6 packet (without options). */
export const ipPacket = (
  from: readonly number[],
  to: readonly number[],
  protocol: number,
  payload: Uint8Array,
  { id = 1, moreFragments = false, fragmentOffset = 0 }: IpOptions = {},
): Uint8Array => {
  const cut = moreFragments || fragmentOffset > 0
  const place = fragmentOffset + (from.length === 16 ? Number(moreFragments) : 0)
  if (from.length === 16) {
    const fragment = cut ? [protocol, 0, ...be(2, place), ...be(4, id)] : []
    const head = [0x60, 0, 0, 0, ...be(2, fragment.length + payload.length), cut ? 44 : protocol, 64, ...from, ...to]
    return concat(Uint8Array.from([...head, ...fragment]), payload)
  }
  const flags = fragmentOffset / 8 + (moreFragments ? 0x2000 : cut ? 0 : 0x4000)
  const length = be(2, 20 + payload.length)
  const head = Uint8Array.from([0x45, 0, ...length, ...be(2, id), ...be(2, flags), 64, protocol, 0, 0, ...from, ...to])
  new DataView(head.buffer).setUint16(10, checksum(head, 0, 20))
  return concat(head, payload)
}

const summed = (from: readonly number[], to: readonly number[], protocol: number, bytes: Uint8Array): number => {
  const whole = concat(Uint8Array.from([...from, ...to, ...be(4, bytes.length), 0, 0, 0, protocol]), bytes)
  return checksum(whole, 0, whole.length)
}

/** The bytes of a segment, its checksum right. */
export const segmentBytes = (made: SegmentOptions): Uint8Array => {
  const { seq, ack = 0, control, window = 65_535, text = new Uint8Array(0), options = [] } = made
  const [from, to] = [endOf(made.from), endOf(made.to)]
  const head = [
    ...be(2, from.port),
    ...be(2, to.port),
    ...be(4, seq),
    ...be(4, ack),
    ((20 + options.length) / 4) << 4,
    control,
    ...be(2, window),
    ...[0, 0, 0, 0],
    ...options,
  ]
  const bytes = concat(Uint8Array.from(head), text)
  new DataView(bytes.buffer).setUint16(16, summed(from.address, to.address, PROTOCOL.tcp, bytes))
  return bytes
}

export const tcpPacket = (made: SegmentOptions): Uint8Array =>
  ipPacket(endOf(made.from).address, endOf(made.to).address, PROTOCOL.tcp, segmentBytes(made), { id: made.id ?? 1 })

export const udpBytes = (fromText: string, toText: string, text: Uint8Array): Uint8Array => {
  const [from, to] = [endOf(fromText), endOf(toText)]
  const head = [...be(2, from.port), ...be(2, to.port), ...be(2, 8 + text.length), 0, 0]
  const bytes = concat(Uint8Array.from(head), text)
  new DataView(bytes.buffer).setUint16(6, summed(from.address, to.address, PROTOCOL.udp, bytes))
  return bytes
}

export const udpPacket = (from: string, to: string, text: Uint8Array): Uint8Array =>
  ipPacket(endOf(from).address, endOf(to).address, PROTOCOL.udp, udpBytes(from, to, text))

/** An Ethernet frame around an IP packet, with the tags given (IEEE 802.1Q). */
export const ethernet = (packet: Uint8Array, ...tags: readonly number[]): Uint8Array => {
  const type = packet[0]! >>> 4 === 6 ? 0x86dd : 0x0800
  const tagged = tags.flatMap(tag => [0x81, 0, ...be(2, tag)])
  return concat(Uint8Array.from([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, ...tagged, ...be(2, type)]), packet)
}

export interface MadePacket {
  /** Units of time since 1970. */
  readonly time: bigint
  readonly bytes: Uint8Array
  readonly originalLength?: number
}

/** A pcap file. */
export const pcapFile = (
  order: 'big' | 'little',
  linkType: number,
  packets: readonly MadePacket[],
  unit: 'us' | 'ns' = 'us',
): Uint8Array => {
  const little = order === 'little'
  const head = new DataView(new ArrayBuffer(24))
  head.setUint32(0, unit === 'us' ? 0xa1b2c3d4 : 0xa1b23c4d, little)
  head.setUint16(4, 2, little)
  head.setUint16(6, 4, little)
  head.setUint32(16, 262_144, little)
  head.setUint32(20, linkType, little)
  const perSecond = unit === 'us' ? 1_000_000n : 1_000_000_000n
  const records = packets.map(({ time, bytes, originalLength = bytes.length }) => {
    const record = new DataView(new ArrayBuffer(16))
    record.setUint32(0, Number(time / perSecond), little)
    record.setUint32(4, Number(time % perSecond), little)
    record.setUint32(8, bytes.length, little)
    record.setUint32(12, originalLength, little)
    return concat(new Uint8Array(record.buffer), bytes)
  })
  return concat(new Uint8Array(head.buffer), ...records)
}

type Words = readonly (number | readonly [size: 2, value: number] | Uint8Array)[]

/** Blocks of a pcapng file in one byte order; numbers are 32 bits, `[2, n]` are 16. */
export const pcapngBlocks = (order: 'big' | 'little') => {
  const little = order === 'little'
  const joined = (words: Words): Uint8Array =>
    concat(
      ...words.map(word => {
        if (word instanceof Uint8Array) return word
        const size = typeof word === 'number' ? 4 : 2
        const view = new DataView(new ArrayBuffer(size))
        if (typeof word === 'number') view.setUint32(0, word, little)
        else view.setUint16(0, word[1], little)
        return new Uint8Array(view.buffer)
      }),
    )
  const filled = (bytes: Uint8Array): Uint8Array => concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4))
  const block = (type: number, ...words: Words): Uint8Array => {
    const body = joined(words)
    return joined([type, body.length + 12, body, body.length + 12])
  }
  const option = (code: number, value: Uint8Array): Uint8Array => joined([[2, code], [2, value.length], filled(value)])
  const time = (units: bigint): Words => [Number(units >> 32n), Number(units & 0xffff_ffffn)]
  return {
    block,
    option,
    section: (...options: Uint8Array[]): Uint8Array =>
      block(0x0a0d0d0a, 0x1a2b3c4d, [2, 1], [2, 0], 0xffff_ffff, 0xffff_ffff, ...options),
    interface: (linkType: number, snapLength = 0, ...options: Uint8Array[]): Uint8Array =>
      block(1, [2, linkType], [2, 0], snapLength, ...options),
    packet: (on: number, { time: units, bytes, originalLength = bytes.length }: MadePacket, ...options: Uint8Array[]) =>
      block(6, on, ...time(units), bytes.length, originalLength, filled(bytes), ...options),
    obsoletePacket: (on: number, { time: units, bytes, originalLength = bytes.length }: MadePacket) =>
      block(2, [2, on], [2, 0], ...time(units), bytes.length, originalLength, filled(bytes)),
    simplePacket: (bytes: Uint8Array, originalLength = bytes.length) => block(3, originalLength, filled(bytes)),
    secrets: (text: Uint8Array) => block(10, 0x544c534b, text.length, filled(text)),
    names: (address: readonly number[], ...names: Uint8Array[]) => {
      const value = concat(Uint8Array.from(address), ...names.map(name => concat(name, Uint8Array.of(0))))
      return block(4, option(address.length === 4 ? 1 : 2, value), option(0, new Uint8Array(0)))
    },
  }
}

/** A connection between two ends whose sequence numbers count themselves; each call gives the next packet. */
export const connection = (client: string, server: string, start: { client?: number; server?: number } = {}) => {
  const next = { client: start.client ?? 1000, server: start.server ?? 50_000 }
  let id = 1
  type Who = 'client' | 'server'
  const other = (who: Who): Who => (who === 'client' ? 'server' : 'client')
  const packet = (who: Who, control: number, more: Partial<SegmentOptions> = {}): Uint8Array => {
    const [from, to] = who === 'client' ? [client, server] : [server, client]
    return tcpPacket({ from, to, seq: next[who], ack: next[other(who)], control, id: id++, ...more })
  }
  return {
    next,
    packet,
    syn: (): Uint8Array => {
      const bytes = packet('client', SYN, { ack: 0 })
      next.client++
      return bytes
    },
    synAck: (): Uint8Array => {
      const bytes = packet('server', SYN | ACK)
      next.server++
      return bytes
    },
    ack: (who: Who, more: Partial<SegmentOptions> = {}): Uint8Array => packet(who, ACK, more),
    says: (who: Who, text: Uint8Array): Uint8Array => {
      const bytes = packet(who, PSH | ACK, { text })
      next[who] += text.length
      return bytes
    },
    fin: (who: Who): Uint8Array => {
      const bytes = packet(who, FIN | ACK)
      next[who]++
      return bytes
    },
    rst: (who: Who): Uint8Array => packet(who, RST | ACK),
  }
}
