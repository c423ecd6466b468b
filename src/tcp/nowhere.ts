/** RST for a segment that no connection wants (RFC 9293 3.5.2 and 3.10.7.1). */
import type { Millis } from '../engine.ts'
import type { TraceContext } from '../trace/types.ts'
import { frameChecksum, pseudoHeaderSum } from '../wire/checksum.ts'
import type { Frame, FramePool } from '../wire/frame.ts'
import { PROTOCOL_TCP } from '../wire/protocols.ts'
import { tellSent } from './emit.ts'
import { ACK, RST, type Segment, TCP_HEADER_SIZE, TcpHeader } from './segment.ts'

const header: InstanceType<typeof TcpHeader.View> = new TcpHeader.View()

/** The answer to `segment`, which came in `arrived`; undefined for RST, which is never answered. */
export const resetFor = (
  arrived: Frame,
  segment: Segment,
  pool: FramePool,
  trace: TraceContext | undefined,
  now: Millis,
): Frame | undefined => {
  const { from, to } = arrived
  if ((segment.control & RST) !== 0 || from === undefined || to === undefined) return undefined
  const answersAck = (segment.control & ACK) !== 0
  const control = answersAck ? RST : RST | ACK
  const frame = pool.take(TCP_HEADER_SIZE)
  frame.length = TCP_HEADER_SIZE
  header.at(frame.buffer, frame.offset)
  header.sourcePort = segment.destinationPort
  header.destinationPort = segment.sourcePort
  header.sequenceNumber = answersAck ? segment.ack : 0
  header.acknowledgmentNumber = answersAck ? 0 : (segment.seq + segment.length) | 0
  header.dataOffset = TCP_HEADER_SIZE / 4
  header.reserved = 0
  header.controlBits = control
  header.window = 0
  header.checksum = 0
  header.urgentPointer = 0
  const pseudo = pseudoHeaderSum(to, from, PROTOCOL_TCP) + frame.length
  header.checksum = frameChecksum(frame, frame.offset, frame.end, pseudo)
  frame.from = to
  frame.to = from
  if (trace !== undefined) tellSent(trace, frame, control, now, { about: 'nobody wants it' })
  return frame
}
