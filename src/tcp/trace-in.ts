/** One message per segment that arrives, with the place of its text in the stream. */
import type { Millis } from '../engine.ts'
import type { TraceContext } from '../trace/types.ts'
import type { Frame } from '../wire/frame.ts'
import { controlNames, type Segment, SYN, TCP_HEADER_SIZE, TcpSegment } from './segment.ts'
import { distance } from './sequence.ts'
import type { Tcb } from './tcb.ts'

/** Says what arrived, and leaves the message's number in `segment`. */
export const traceIn = (
  trace: TraceContext,
  tcb: Tcb | undefined,
  frame: Frame,
  segment: Segment,
  now: Millis,
): void => {
  const at = segment.payloadAt - frame.offset
  const length = segment.payloadLength
  const start = streamOffset(tcb, segment)
  const carrier = frame.offset - frame.messageAt
  const about = aboutOf(tcb, segment, length)
  segment.message = trace.sink.nextId()
  trace.sink.message({
    id: segment.message,
    layer: 'tcp',
    flow: trace.flow,
    host: trace.host,
    direction: 'in',
    at: now,
    name: controlNames(segment.control),
    format: TcpSegment,
    bytes: frame.view().slice(),
    ...(frame.message === 0
      ? {}
      : { carriedBy: [{ message: frame.message, start: carrier, end: carrier + frame.length }] }),
    ...(length > 0 && start >= 0 ? { payload: { start, end: start + length, at } } : {}),
    ...(about === undefined ? {} : { about }),
  })
}

/** A segment that was dropped before it was read. */
export const traceBadChecksum = (trace: TraceContext, frame: Frame, now: Millis): void => {
  const start = frame.offset - frame.messageAt
  trace.sink.verdict({
    layer: 'tcp',
    flow: trace.flow,
    host: trace.host,
    at: now,
    check: 'checksum',
    ok: false,
    rule: 'RFC 9293 3.1',
    about: 'the segment is dropped',
    ...(frame.message === 0 ? {} : { where: { message: frame.message, start, end: start + frame.length } }),
  })
}

/** A segment that did not pass a check of RFC 9293 or RFC 5961 and changes nothing. */
export const traceRefused = (tcb: Tcb, segment: Segment, check: string, rule: string, now: Millis): void => {
  tcb.trace?.sink.verdict({
    layer: 'tcp',
    flow: tcb.flow,
    host: tcb.trace.host,
    at: now,
    check,
    ok: false,
    rule,
    about: `${controlNames(segment.control)} changes nothing`,
    where: { message: segment.message, start: 0, end: TCP_HEADER_SIZE },
  })
}

/** Where in the peer's stream the text begins. FIN has a sequence number but no place in the stream. */
const streamOffset = (tcb: Tcb | undefined, segment: Segment): number => {
  if (tcb === undefined || (segment.control & SYN) !== 0) return 0
  const finTaken = tcb.finAt !== undefined && distance(tcb.finAt, tcb.rcvNxt) > 0 ? 1 : 0
  return tcb.received.received + distance(tcb.rcvNxt, segment.seq) + finTaken
}

const aboutOf = (tcb: Tcb | undefined, segment: Segment, length: number): string | undefined => {
  if (length === 0) return undefined
  const again = tcb !== undefined && (segment.control & SYN) === 0 && distance(tcb.rcvNxt, segment.seq) < 0
  return again ? 'retransmission' : `${length} bytes`
}
