/** Capture files in memory, what is in them, and streams to capture. */
import { Block, ENHANCED_PACKET, type EnhancedPacket } from '../../src/capture/format.ts'
import { Ipv4Packet } from '../../src/ip/ipv4.ts'
import { EthernetFrame } from '../../src/link/ethernet.ts'
import { TcpSegment } from '../../src/tcp/segment.ts'
import type { TraceSink } from '../../src/trace/types.ts'
import { decode, list } from '../../src/wire/codec.ts'
import { concat } from './bytes.ts'

export const clock = { now: () => 1000, date: () => 1_795_000_000_000.25 }

/** A file in memory. */
export const file = () => {
  const pieces: Uint8Array[] = []
  return { write: (bytes: Uint8Array) => void pieces.push(bytes), bytes: () => concat(...pieces), pieces }
}

export const blocksOf = (bytes: Uint8Array) => decode(list(Block), bytes)

export const typesOf = (bytes: Uint8Array) => blocksOf(bytes).map(b => b.head.type)

export const packetsOf = (bytes: Uint8Array) =>
  blocksOf(bytes).flatMap(b => (b.head.type === ENHANCED_PACKET ? [b.body.body as EnhancedPacket] : []))

/** What `net/stream/trace.ts` says of a stream whose segments nobody sees. */
export const unseen = (sink: TraceSink, flow: string, host = 'client') => {
  const offsets = { in: 0, out: 0 }
  let state = 'CLOSED'
  return {
    state(to: string, at: number) {
      sink.state({ layer: 'tcp', flow, host, from: state, to, at })
      state = to
    },
    moved(direction: 'in' | 'out', bytes: Uint8Array, at: number) {
      const start = offsets[direction]
      offsets[direction] += bytes.length
      sink.message({
        id: sink.nextId(),
        layer: 'tcp',
        flow,
        host,
        direction,
        at,
        name: direction === 'in' ? 'read' : 'write',
        format: undefined,
        bytes,
        payload: { start, end: start + bytes.length, at: 0 },
      })
    },
  }
}

/** A frame taken apart with the declarations of the engines. */
export const partsOf = (packet: EnhancedPacket) => {
  const frame = decode(EthernetFrame, packet.body.data)
  const datagram = decode(Ipv4Packet, frame.payload)
  const segment = decode(TcpSegment, datagram.body.payload)
  const { head } = segment
  return { datagram, segment, seq: head.sequenceNumber, ack: head.acknowledgmentNumber, control: head.controlBits }
}
