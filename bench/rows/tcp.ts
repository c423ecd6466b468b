/**
 * `tcp/in-memory`: one direction of bulk data between two stacks in one process and one thread, MSS 1448, every
 * checksum made and verified, through Ethernet and IPv4 headers. The peer `frame-copy` is the floor of that work: it
 * builds the same frames from the same pool with the same code (`down`, `up`), copies the bytes in and out, sums them
 * twice and sends one acknowledgment for a batch, as the stacks do, but knows nothing of TCP: no windows, no buffers, no timers. What
 * lies between the two is the cost of the state machine, and of the two more copies through send and receive buffers.
 */
import { IPV4_HEADER_SIZE, Ipv4Header } from '../../src/ip/ipv4.ts'
import { ETHER_IPV4, ETHERNET_HEADER_SIZE, EthernetHeader } from '../../src/link/ethernet.ts'
import { seeded } from '../../src/random.ts'
import { ACK, PSH, readSegment, Segment, TCP_HEADER_SIZE, TcpHeader } from '../../src/tcp/segment.ts'
import { TcpStack } from '../../src/tcp/stack.ts'
import type { TcpConnection } from '../../src/tcp/types.ts'
import { type IpAddress, ip } from '../../src/wire/address.ts'
import { frameChecksum, frameSum, pseudoHeaderSum } from '../../src/wire/checksum.ts'
import { type Frame, FramePool } from '../../src/wire/frame.ts'
import { PROTOCOL_TCP } from '../../src/wire/protocols.ts'
import type { BenchRow } from '../row.ts'

const MSS = 1448
const BYTES = 128 * 1024 * 1024
const CHUNK = 64 * 1024
const client = { address: ip('10.0.0.1'), port: 40_000, mac: Uint8Array.of(2, 0, 0, 0, 0, 1) }
const server = { address: ip('10.0.0.2'), port: 443, mac: Uint8Array.of(2, 0, 0, 0, 0, 2) }
const addressOf = (last: number): IpAddress => (last === 1 ? client.address : server.address)
const macOf = (address: IpAddress): Uint8Array => (address === client.address ? client.mac : server.mac)

const ethernet = new EthernetHeader.View()
const ipv4 = new Ipv4Header.View()
const tcp = new TcpHeader.View()

/** Puts IPv4 and Ethernet headers before a segment. */
const down = (frame: Frame): void => {
  frame.offset -= IPV4_HEADER_SIZE
  frame.length += IPV4_HEADER_SIZE
  ipv4.at(frame.buffer, frame.offset)
  frame.buffer[frame.offset] = 0x45
  frame.buffer[frame.offset + 1] = 0
  ipv4.totalLength = frame.length
  ipv4.identification = 0
  ipv4.flags = 2
  ipv4.fragmentOffset = 0
  ipv4.timeToLive = 64
  ipv4.protocol = PROTOCOL_TCP
  ipv4.headerChecksum = 0
  frame.buffer.set(frame.from!.octets, frame.offset + 12)
  frame.buffer.set(frame.to!.octets, frame.offset + 16)
  ipv4.headerChecksum = frameChecksum(frame, frame.offset, frame.offset + IPV4_HEADER_SIZE)
  frame.offset -= ETHERNET_HEADER_SIZE
  frame.length += ETHERNET_HEADER_SIZE
  frame.buffer.set(macOf(frame.to!), frame.offset)
  frame.buffer.set(macOf(frame.from!), frame.offset + 6)
  ethernet.at(frame.buffer, frame.offset).etherType = ETHER_IPV4
}

/** Takes them off again and checks them. */
const up = (frame: Frame): void => {
  if (ethernet.at(frame.buffer, frame.offset).etherType !== ETHER_IPV4) throw new Error('not IPv4')
  frame.offset += ETHERNET_HEADER_SIZE
  frame.length -= ETHERNET_HEADER_SIZE
  const header = ipv4.at(frame.buffer, frame.offset)
  if (header.version !== 4 || header.internetHeaderLength !== 5) throw new Error('not an IPv4 header')
  if (header.totalLength !== frame.length || header.protocol !== PROTOCOL_TCP) throw new Error('not a TCP packet')
  if (frameChecksum(frame, frame.offset, frame.offset + IPV4_HEADER_SIZE) !== 0) throw new Error('bad checksum')
  frame.from = addressOf(frame.buffer[frame.offset + 15]!)
  frame.to = addressOf(frame.buffer[frame.offset + 19]!)
  frame.offset += IPV4_HEADER_SIZE
  frame.length -= IPV4_HEADER_SIZE
}

const megabytesPerSecond = (bytes: number, since: number): number => bytes / 1e6 / ((performance.now() - since) / 1000)

const overTcp = (): number => {
  const pool = new FramePool()
  const options = { pool, mtu: () => MSS + TCP_HEADER_SIZE + IPV4_HEADER_SIZE }
  const sender = new TcpStack({ ...options, random: seeded(1) })
  const receiver = new TcpStack({ ...options, random: seeded(2) })
  const chunk = seeded(3).bytes(CHUNK)
  const sink = new Uint8Array(CHUNK)
  const batch: Frame[] = []
  let accepted: TcpConnection | undefined
  let received = 0
  let taken = 0
  const turn = (from: TcpStack, to: TcpStack): void => {
    const now = performance.now()
    batch.length = 0
    for (let frame = from.pollTransmit(now); frame !== undefined; frame = from.pollTransmit(now)) {
      down(frame)
      batch.push(frame)
    }
    for (const frame of batch) up(frame)
    to.receiveBatch(batch, now)
    for (let event = to.pollEvent(); event !== undefined; event = to.pollEvent()) {
      if (event.type === 'accepted') accepted = event.connection
    }
  }
  receiver.listen({ port: server.port })
  const connection = sender.connect(client, server, {}, performance.now())
  const since = performance.now()
  while (received < BYTES) {
    // The last chunk is short; what was not taken is offered again.
    while (taken < BYTES) {
      const offset = taken % CHUNK
      const count = connection.write(offset === 0 ? chunk : chunk.subarray(offset), 0)
      taken += count
      if (count < CHUNK - offset) break
    }
    turn(sender, receiver)
    if (accepted !== undefined) {
      for (let count = accepted.readInto(sink, 0); count > 0; count = accepted.readInto(sink, 0)) received += count
    }
    turn(receiver, sender)
  }
  return megabytesPerSecond(received, since)
}

const pseudo = pseudoHeaderSum(client.address, server.address, PROTOCOL_TCP)

const build = (pool: FramePool, text: Uint8Array | undefined, seq: number, ack: number): Frame => {
  const length = TCP_HEADER_SIZE + (text?.length ?? 0)
  const frame = pool.take(length)
  frame.length = length
  tcp.at(frame.buffer, frame.offset)
  tcp.sourcePort = client.port
  tcp.destinationPort = server.port
  tcp.sequenceNumber = seq
  tcp.acknowledgmentNumber = ack
  tcp.dataOffset = 5
  tcp.reserved = 0
  tcp.controlBits = ACK | PSH
  tcp.window = 0xffff
  tcp.checksum = 0
  tcp.urgentPointer = 0
  if (text !== undefined) frame.buffer.set(text, frame.offset + TCP_HEADER_SIZE)
  tcp.checksum = frameChecksum(frame, frame.offset, frame.end, pseudo + length)
  frame.from = client.address
  frame.to = server.address
  down(frame)
  return frame
}

const segment = new Segment()

const take = (frame: Frame): void => {
  up(frame)
  if (!readSegment(frame, segment)) throw new Error('not a segment')
  if (frameSum(frame, frame.offset, frame.end, pseudo + frame.length) !== 0xffff) throw new Error('bad checksum')
}

const frameCopy = (): number => {
  const pool = new FramePool()
  const chunk = seeded(3).bytes(CHUNK)
  const sink = new Uint8Array(CHUNK)
  const batch: Frame[] = []
  let received = 0
  const since = performance.now()
  while (received < BYTES) {
    // As many segments per turn as a window of 256 KB holds, which is what the stacks exchange.
    for (let at = 0; at + MSS <= 4 * CHUNK; at += MSS) {
      const from = at % (CHUNK - MSS)
      batch.push(build(pool, chunk.subarray(from, from + MSS), at, 0))
    }
    let to = 0
    for (const frame of batch) {
      take(frame)
      if (to + segment.payloadLength > CHUNK) to = 0
      sink.set(frame.buffer.subarray(segment.payloadAt, segment.payloadAt + segment.payloadLength), to)
      to += segment.payloadLength
      received += segment.payloadLength
      frame.release()
    }
    batch.length = 0
    const acknowledgment = build(pool, undefined, 0, to)
    take(acknowledgment)
    acknowledgment.release()
  }
  return megabytesPerSecond(received, since)
}

export const rows: readonly BenchRow[] = [
  {
    bench: 'tcp/in-memory',
    unit: 'MB/s',
    peer: 'frame-copy',
    goal: 0.65,
    better: 'more',
    ours: async () => overTcp(),
    theirs: async () => frameCopy(),
  },
]
