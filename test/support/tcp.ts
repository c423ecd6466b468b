/**
 * Two small languages for TCP tests. `peerOf` plays the peer segment by segment against one stack on a virtual clock;
 * `pair` joins two stacks by a wire with faults.
 */
import { expect } from 'vitest'
import type { Millis } from '../../src/engine.ts'
import { type SeededRandom, seeded } from '../../src/random.ts'
import { OPTION_MAXIMUM_SEGMENT_SIZE, OPTION_WINDOW_SCALE, TcpOptions } from '../../src/tcp/options.ts'
import { TCP_HEADER_SIZE, TcpHeader, TcpSegment } from '../../src/tcp/segment.ts'
import { TcpStack } from '../../src/tcp/stack.ts'
import type { TcpConnection, TcpEvent, TcpStackEvent, TcpStackOptions } from '../../src/tcp/types.ts'
import { type Endpoint, ip } from '../../src/wire/address.ts'
import { frameChecksum, pseudoHeaderSum } from '../../src/wire/checksum.ts'
import { decode, encode, type Tagged } from '../../src/wire/codec.ts'
import { type Frame, FramePool } from '../../src/wire/frame.ts'
import { checked } from './checked.ts'
import { UsedPool } from './frames.ts'

export const US: Endpoint = { address: ip('10.0.0.1'), port: 1000 }
export const PEER: Endpoint = { address: ip('10.0.0.2'), port: 2000 }

/** A segment as a test writes it; what is left out is not compared. Sequence numbers count from each side's ISN. */
export interface SegmentText {
  /** `SYN`, `SYN ACK`, `ACK`, `PSH ACK`, … */
  readonly is: string
  readonly seq?: number
  readonly ack?: number
  readonly window?: number
  readonly text?: string
  readonly length?: number
  readonly mss?: number
  readonly scale?: number
}

export interface Peer {
  readonly stack: TcpStack
  readonly pool: FramePool
  readonly events: string[]
  now: Millis
  /** Where the peer's and our numbers begin. */
  readonly peerIss: number
  ourIss: number
  connection: TcpConnection | undefined
  /** The peer sends this. */
  peer(segment: SegmentText): void
  /** We send exactly this next. */
  us(segment: SegmentText): void
  /** We have nothing to send. */
  nothing(): void
  /** Whatever we have to send is not looked at. */
  whatever(): void
  /** Lets time pass to `at`, with every timer in between. */
  at(at: Millis): void
  state(name: string): void
  /** The connection that the stack reported or made. */
  open(): TcpConnection
}

const CONTROL: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 }
const controlOf = (is: string): number => is.split(' ').reduce((sum, name) => sum | (CONTROL[name] ?? 0), 0)

/** One stack, to be spoken to by hand. */
export const peerOf = (options: Partial<TcpStackOptions> = {}): Peer => {
  const pool = new UsedPool()
  const stack = checked(new TcpStack({ pool, random: seeded(1), ...options }))
  const out: Frame[] = []
  const events: string[] = []
  const drain = (): void => {
    for (let again = true; again; ) {
      again = false
      for (let e = stack.pollEvent(); e !== undefined; e = stack.pollEvent()) {
        again = true
        events.push(nameOf(e))
        t.connection ??= e.connection
      }
      for (let f = stack.pollTransmit(t.now); f !== undefined; f = stack.pollTransmit(t.now)) {
        again = true
        out.push(f)
      }
    }
  }
  const t: Peer = {
    stack,
    pool,
    events,
    now: 0,
    peerIss: 5000,
    ourIss: 0,
    connection: undefined,
    peer(segment) {
      drain()
      stack.receive(frameOf(t, segment), t.now)
      drain()
    },
    us(expected) {
      drain()
      const frame = out.shift()
      if (frame === undefined) throw new Error(`nothing was sent where ${JSON.stringify(expected)} was expected`)
      const got = textOf(t, frame)
      frame.release()
      expect(got).toMatchObject(expected)
    },
    nothing() {
      drain()
      expect(out.map(frame => textOf(t, frame))).toEqual([])
    },
    whatever() {
      drain()
      for (let frame = out.shift(); frame !== undefined; frame = out.shift()) frame.release()
    },
    at(at) {
      drain()
      for (let due = stack.nextDeadline(); due !== undefined && due <= at; due = stack.nextDeadline()) {
        t.now = Math.max(due, t.now)
        stack.advance(t.now)
        drain()
      }
      t.now = at
      stack.advance(at)
      drain()
    },
    state(name) {
      expect(t.open().state).toBe(name)
    },
    open() {
      if (t.connection === undefined) throw new Error('there is no connection')
      return t.connection
    },
  }
  return t
}

const nameOf = (e: TcpStackEvent): string => (e.type === 'accepted' ? 'accepted' : eventName(e.event))

const eventName = (event: TcpEvent): string =>
  event.type === 'failure' ? event.failure.code : event.type === 'closed' ? `closed: ${event.why}` : event.type

/** A segment from the peer, with a right checksum. */
export const frameOf = (t: Peer, segment: SegmentText, from: Endpoint = PEER, to: Endpoint = US): Frame => {
  const options: Tagged[] = []
  if (segment.mss !== undefined) options.push({ type: OPTION_MAXIMUM_SEGMENT_SIZE, body: segment.mss })
  if (segment.scale !== undefined)
    options.push({ type: OPTION_WINDOW_SCALE, body: segment.scale }, { type: 0, body: new Uint8Array(1) })
  while (encode(TcpOptions, options).length % 4 !== 0) options.unshift({ type: 1, body: undefined })
  const optionBytes = encode(TcpOptions, options)
  const text = Uint8Array.from(segment.text ?? 'x'.repeat(segment.length ?? 0), c => c.charCodeAt(0))
  const frame = t.pool.take(TCP_HEADER_SIZE + optionBytes.length + text.length)
  frame.length = TCP_HEADER_SIZE + optionBytes.length + text.length
  const header = new TcpHeader.View(frame.buffer, frame.offset)
  frame.buffer.fill(0, frame.offset, frame.offset + TCP_HEADER_SIZE)
  header.sourcePort = from.port
  header.destinationPort = to.port
  header.sequenceNumber = t.peerIss + (segment.seq ?? 0)
  header.acknowledgmentNumber = segment.ack === undefined ? 0 : t.ourIss + segment.ack
  header.dataOffset = (TCP_HEADER_SIZE + optionBytes.length) / 4
  header.controlBits = controlOf(segment.is)
  header.window = segment.window ?? 8000
  frame.buffer.set(optionBytes, frame.offset + TCP_HEADER_SIZE)
  frame.buffer.set(text, frame.offset + TCP_HEADER_SIZE + optionBytes.length)
  frame.from = from.address
  frame.to = to.address
  const pseudo = pseudoHeaderSum(from.address, to.address, 6) + frame.length
  header.checksum = frameChecksum(frame, frame.offset, frame.end, pseudo)
  return frame
}

const textOf = (t: Peer, frame: Frame): SegmentText => {
  const { head, body } = decode(TcpSegment, frame.view())
  const pseudo = pseudoHeaderSum(frame.from!, frame.to!, 6) + frame.length
  expect(frameChecksum(frame, frame.offset, frame.end, pseudo)).toBe(0)
  expect([head.reserved, head.urgentPointer, head.ack === 1 ? 0 : head.acknowledgmentNumber]).toEqual([0, 0, 0])
  if (head.syn === 1) t.ourIss = head.sequenceNumber
  const mss = body.options.find(o => o.type === OPTION_MAXIMUM_SEGMENT_SIZE)?.body as number | undefined
  const scale = body.options.find(o => o.type === OPTION_WINDOW_SCALE)?.body as number | undefined
  return {
    is: Object.keys(CONTROL)
      .filter(name => (head.controlBits & CONTROL[name]!) !== 0)
      .sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
      .join(' '),
    seq: (head.sequenceNumber - t.ourIss) | 0,
    ...(head.ack === 1 ? { ack: (head.acknowledgmentNumber - t.peerIss) | 0 } : {}),
    window: head.window,
    text: String.fromCharCode(...body.payload),
    length: body.payload.length,
    ...(mss === undefined ? {} : { mss }),
    ...(scale === undefined ? {} : { scale }),
  }
}
const ORDER = ['SYN', 'FIN', 'RST', 'PSH', 'URG', 'ACK']

/** What the wire between a pair does to a frame. */
export interface Faults {
  readonly loss: number
  readonly duplicate: number
  readonly reorder: number
  readonly corrupt: number
  readonly delay: Millis
}
export const PERFECT: Faults = { loss: 0, duplicate: 0, reorder: 0, corrupt: 0, delay: 5 }

export interface End {
  readonly stack: TcpStack
  readonly endpoint: Endpoint
  readonly received: number[]
  readonly events: string[]
  connection: TcpConnection | undefined
  /** What it sends, and how far it is. */
  data: Uint8Array
  written: number
  finishes: boolean
}

export interface Pair {
  readonly client: End
  readonly server: End
  readonly pool: FramePool
  now: Millis
  /** Runs until nothing is left to happen or `limit` is reached. */
  run(limit: Millis): void
  /** Sees every frame that enters the wire. */
  tap: ((frame: Frame, from: End) => void) | undefined
}

/** A client and a server that write their `data`, read everything and close. */
export const pair = (
  seed: number,
  faults: Faults,
  options: Partial<TcpStackOptions> = {},
  own: { readonly client?: Partial<TcpStackOptions>; readonly server?: Partial<TcpStackOptions> } = {},
): Pair => {
  const random = seeded(seed)
  const pool = new FramePool()
  const make = (endpoint: Endpoint, mine: Partial<TcpStackOptions> = {}): End => ({
    stack: checked(new TcpStack({ pool, random: seeded(random.below(2 ** 31)), ...options, ...mine })),
    endpoint,
    received: [],
    events: [],
    connection: undefined,
    data: new Uint8Array(),
    written: 0,
    finishes: true,
  })
  const wire: { at: Millis; order: number; to: End; frame: Frame }[] = []
  let order = 0
  const p: Pair = { client: make(US, own.client), server: make(PEER, own.server), pool, now: 0, run, tap: undefined }
  const other = (end: End): End => (end === p.client ? p.server : p.client)
  const carry = (frame: Frame, from: End): void => {
    p.tap?.(frame, from)
    const copies = random.number() < faults.loss ? 0 : random.number() < faults.duplicate ? 2 : 1
    // One bit in a frame: the checksum always sees that, where two may cancel.
    for (const copy of copies === 2 ? [frame, duplicateOf(frame, pool)] : copies === 1 ? [frame] : []) {
      if (random.number() < faults.corrupt) flip(copy, random)
      const late = random.number() < faults.reorder ? random.number() * 4 * faults.delay : 0
      wire.push({ at: p.now + faults.delay + late, order: order++, to: other(from), frame: copy })
    }
    if (copies === 0) frame.release()
  }
  const work = (end: End): void => {
    const { connection } = end
    if (connection === undefined) return
    while (connection.readable > 0) end.received.push(...connection.read(1 + random.below(5000), p.now))
    if (end.written < end.data.length) end.written += connection.write(end.data.subarray(end.written), p.now)
    if (end.written === end.data.length && end.finishes && connection.state !== 'SYN-SENT') connection.finish(p.now)
  }
  const drain = (end: End): void => {
    for (let again = true; again; ) {
      again = false
      work(end)
      for (let e = end.stack.pollEvent(); e !== undefined; e = end.stack.pollEvent()) {
        again = true
        end.connection ??= e.connection
        end.events.push(nameOf(e))
      }
      for (let f = end.stack.pollTransmit(p.now); f !== undefined; f = end.stack.pollTransmit(p.now)) {
        again = true
        carry(f, end)
      }
    }
  }
  function run(limit: Millis): void {
    drain(p.client)
    drain(p.server)
    for (;;) {
      wire.sort((a, b) => a.at - b.at || a.order - b.order)
      const deadlines = [wire[0]?.at, p.client.stack.nextDeadline(), p.server.stack.nextDeadline()]
      const next = Math.min(...deadlines.map(d => d ?? Number.POSITIVE_INFINITY))
      if (next > limit) break
      p.now = Math.max(p.now, next)
      while (wire.length > 0 && wire[0]!.at <= p.now) {
        const { to, frame } = wire.shift()!
        to.stack.receive(frame, p.now)
        drain(to)
      }
      for (const end of [p.client, p.server]) {
        end.stack.advance(p.now)
        drain(end)
      }
    }
  }
  return p
}

const duplicateOf = (frame: Frame, pool: FramePool): Frame => {
  const copy = pool.take(frame.length)
  copy.length = frame.length
  copy.buffer.set(frame.view(), copy.offset)
  copy.from = frame.from
  copy.to = frame.to
  return copy
}

const flip = (frame: Frame, random: SeededRandom): void => {
  frame.buffer[frame.offset + random.below(frame.length)]! ^= 1 << random.below(8)
}
