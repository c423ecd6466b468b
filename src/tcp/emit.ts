/** Segments as bytes: header, options, text and checksum in a pooled frame, the offered window, and the trace. */
import type { Millis } from '../engine.ts'
import type { MessageRecord, Sending, TraceContext } from '../trace/types.ts'
import { frameChecksum } from '../wire/checksum.ts'
import { encode, type Tagged } from '../wire/codec.ts'
import type { Frame } from '../wire/frame.ts'
import { OPTION_MAXIMUM_SEGMENT_SIZE, OPTION_NO_OPERATION, OPTION_WINDOW_SCALE, TcpOptions } from './options.ts'
import { ACK, controlNames, FIN, RST, SYN, TCP_HEADER_SIZE, TcpHeader, TcpSegment } from './segment.ts'
import { advance, distance, type Sequence } from './sequence.ts'
import { NEVER, type Tcb } from './tcb.ts'

/** Why a segment goes out; what the trace says about it. */
export type Purpose = 'new' | 'acknowledgment' | 'retransmission' | 'zero-window probe' | 'keep-alive' | 'reset' | 'SYN'

const NO_OPTIONS = new Uint8Array(0)
const header: InstanceType<typeof TcpHeader.View> = new TcpHeader.View()

/** `length` bytes of the send buffer from `seq` on. */
export const textSegment = (
  tcb: Tcb,
  seq: Sequence,
  length: number,
  control: number,
  now: Millis,
  purpose: Purpose,
): Frame => {
  const frame = tcb.surroundings.pool.take(TCP_HEADER_SIZE + length)
  frame.length = TCP_HEADER_SIZE + length
  tcb.send.peek(distance(tcb.sndUna, seq), length, frame.buffer, frame.offset + TCP_HEADER_SIZE)
  return finish(tcb, frame, seq, control, NO_OPTIONS, now, purpose)
}

export const bareSegment = (tcb: Tcb, control: number, seq: Sequence, now: Millis, purpose: Purpose): Frame => {
  const frame = tcb.surroundings.pool.take(TCP_HEADER_SIZE)
  frame.length = TCP_HEADER_SIZE
  return finish(tcb, frame, seq, control, NO_OPTIONS, now, purpose)
}

/** SYN, or SYN ACK once the peer's SYN is here. */
export const synSegment = (tcb: Tcb, now: Millis, which: 'first' | 'again'): Frame => {
  const answers = tcb.state === 'SYN-RECEIVED'
  const options: Tagged[] = [{ type: OPTION_MAXIMUM_SEGMENT_SIZE, body: tcb.offeredMss }]
  // RFC 7323 2.2: the answer has the option only if the SYN had it; `rcvShift` is 0 then.
  if (!answers || tcb.scales)
    options.push({ type: OPTION_NO_OPERATION, body: undefined }, { type: OPTION_WINDOW_SCALE, body: tcb.rcvShift })
  const bytes = encode(TcpOptions, options)
  const frame = tcb.surroundings.pool.take(TCP_HEADER_SIZE + bytes.length)
  frame.length = TCP_HEADER_SIZE + bytes.length
  const control = answers ? SYN | ACK : SYN
  return finish(tcb, frame, tcb.iss, control, bytes, now, which === 'first' ? 'SYN' : 'retransmission')
}

/** Header, window, checksum and trace around what already lies in `frame`. */
const finish = (
  tcb: Tcb,
  frame: Frame,
  seq: Sequence,
  control: number,
  options: Uint8Array,
  now: Millis,
  purpose: Purpose,
): Frame => {
  const { statistics } = tcb.surroundings
  statistics.segmentsOut++
  if (purpose === 'retransmission') statistics.retransmitted++
  const withAck = (control & ACK) !== 0
  header.at(frame.buffer, frame.offset)
  header.sourcePort = tcb.local.port
  header.destinationPort = tcb.remote.port
  header.sequenceNumber = seq
  header.acknowledgmentNumber = withAck ? tcb.rcvNxt : 0
  header.dataOffset = (TCP_HEADER_SIZE + options.length) >>> 2
  header.reserved = 0
  header.controlBits = control
  header.window = (control & RST) !== 0 ? 0 : windowField(tcb, control)
  header.checksum = 0
  header.urgentPointer = 0
  if (options.length > 0) frame.buffer.set(options, frame.offset + TCP_HEADER_SIZE)
  header.checksum = frameChecksum(frame, frame.offset, frame.end, tcb.pseudoSum + frame.length)
  frame.from = tcb.local.address
  frame.to = tcb.remote.address
  if (tcb.trace !== undefined) traceOut(tcb, frame, seq, control, options.length, now, purpose)
  if (withAck) {
    tcb.ackNow = false
    tcb.ackAt = NEVER
    tcb.unacknowledgedIn = 0
  }
  return frame
}

/**
 * What the window field says. The right edge moves on only by a worthwhile step (RFC 9293 3.8.6.2.2) and never back
 * (3.8.6, SHLD-14), unless the scale leaves no number that fits both the edge and the buffer (RFC 7323 2.4); what was
 * offered before is taken even then.
 */
const windowField = (tcb: Tcb, control: number): number => {
  if ((control & SYN) !== 0) return Math.min(0xffff, tcb.received.inOrder.capacity)
  const unit = 1 << tcb.rcvShift
  const offered = tcb.offeredWindow
  const kept = Math.min(units(tcb, tcb.received.inOrder.free), Math.ceil(offered / unit) * unit)
  // When the stack's memory is short there is less room than was offered before: that stands, and no more is offered.
  const free = Math.max(freeWindow(tcb), kept)
  const window = free - offered >= worthwhile(tcb) ? free : kept
  const field = Math.min(0xffff, window >>> tcb.rcvShift)
  const edge = advance(tcb.rcvNxt, field * unit)
  if (distance(tcb.rcvAdv, edge) > 0) tcb.rcvAdv = edge
  return field
}

/** The room in the buffer, in whole units of the scale. */
const freeWindow = (tcb: Tcb): number => units(tcb, tcb.received.room)

const units = (tcb: Tcb, bytes: number): number => (bytes >>> tcb.rcvShift) << tcb.rcvShift

const worthwhile = (tcb: Tcb): number => Math.min(tcb.received.inOrder.capacity >>> 1, tcb.mss)

/** RFC 9293 3.8.6.2.2: the user has read; is it worth a segment to say so? Only when half of it is news. */
export const windowUpdateIsDue = (tcb: Tcb): boolean => {
  const free = freeWindow(tcb)
  const offered = tcb.offeredWindow
  return free - offered >= worthwhile(tcb) && free >= 2 * offered
}

const traceOut = (
  tcb: Tcb,
  frame: Frame,
  seq: Sequence,
  control: number,
  optionsSize: number,
  now: Millis,
  purpose: Purpose,
): void => {
  const at = TCP_HEADER_SIZE + optionsSize
  const length = frame.length - at
  const start = tcb.sentBytes + distance(tcb.sndUna, seq)
  tellSent(tcb.trace!, frame, control, now, {
    ...(length > 0 ? { payload: { start, end: start + length, at } } : {}),
    ...aboutOf(tcb, control, length, purpose),
    sending: sendingOf(tcb),
  })
}

const sendingOf = ({ congestion, rto: { current, smoothed } }: Tcb): Sending => ({
  window: congestion.window,
  timeOut: current,
  ...(smoothed < 0 ? {} : { roundTrip: smoothed }),
})

/** Tells of a segment as it leaves, and leaves the message's number in `frame`. */
export const tellSent = (
  trace: TraceContext,
  frame: Frame,
  control: number,
  now: Millis,
  more: Pick<MessageRecord, 'payload' | 'about' | 'sending'>,
): void => {
  const id = trace.sink.nextId()
  frame.message = id
  frame.messageAt = frame.offset
  trace.sink.message({
    id,
    layer: 'tcp',
    flow: trace.flow,
    host: trace.host,
    direction: 'out',
    at: now,
    name: controlNames(control),
    format: TcpSegment,
    bytes: frame.view().slice(),
    ...more,
  })
}

const aboutOf = (tcb: Tcb, control: number, length: number, purpose: Purpose): { about?: string } => {
  if (purpose === 'retransmission' || purpose === 'zero-window probe' || purpose === 'keep-alive')
    return { about: purpose }
  if ((control & SYN) !== 0) return { about: `MSS ${tcb.offeredMss}` }
  if (length > 0) return { about: `${length} bytes` }
  return (control & (FIN | RST)) === 0 && tcb.received.hasHoles ? { about: 'duplicate acknowledgment' } : {}
}
