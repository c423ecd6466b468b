/** What goes on for very long, ends without an end, or comes from somebody who only guesses. */
import { describe, expect, test } from 'vitest'
import { frameOf, PEER, PERFECT, pair, peerOf, US } from '../../test/support/tcp.ts'
import { established, finWait1, finWait2, halfOpen, synReceived, synSent } from '../../test/support/tcp-states.ts'
import { fail } from '../failures/index.ts'
import { seeded } from '../random.ts'
import { ip } from '../wire/address.ts'
import { FramePool } from '../wire/frame.ts'
import { acknowledge } from './acknowledge.ts'
import { Memory } from './memory.ts'
import { newReno } from './newreno.ts'
import { ACK, Segment, TcpHeader } from './segment.ts'
import { advance } from './sequence.ts'
import { DEFAULT_HALF_CLOSED_TIMEOUT, Tcb } from './tcb.ts'

const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(120)

describe('sequence numbers go round', () => {
  const faulty = { ...PERFECT, loss: 0.1, reorder: 0.1, duplicate: 0.1 }
  /** 60 kB each way, begun at `start`; the first numbers of both sides. */
  const exchange = (start: number, faults: typeof PERFECT) => {
    const p = pair(3, faults)
    const first = new Map<unknown, number>()
    p.tap = (frame, from) => {
      if (!first.has(from)) first.set(from, new TcpHeader.View(frame.buffer, frame.offset).sequenceNumber)
    }
    p.server.stack.listen({ port: PEER.port })
    p.now = start
    p.client.connection = p.client.stack.connect(US, PEER, {}, start)
    p.client.data = seeded(1).bytes(60_000)
    p.server.data = seeded(2).bytes(60_000)
    p.run(start + 600_000)
    return { p, client: first.get(p.client)!, server: first.get(p.server)! }
  }
  for (const side of ['client', 'server'] as const)
    for (const edge of [2 ** 32, 2 ** 31])
      test(`RFC 9293 3.4: the ${side}'s numbers pass ${edge === 2 ** 32 ? '2^32' : '2^31'} and every byte arrives, lost ones too`, () => {
        for (const faults of [PERFECT, faulty]) {
          // Numbers grow by 250 per millisecond (RFC 6528), so the moment decides where they begin.
          const start = ((edge - 30_000 - exchange(0, PERFECT)[side]) >>> 0) / 250
          const { p, [side]: first } = exchange(start, faults)
          if (faults === PERFECT) expect(Math.abs(edge - 30_000 - first)).toBeLessThan(1000)
          expect(Buffer.compare(Uint8Array.from(p.server.received), p.client.data)).toBe(0)
          expect(Buffer.compare(Uint8Array.from(p.client.received), p.server.data)).toBe(0)
          expect([p.client.events.at(-1), p.server.events.at(-1)]).toEqual(['closed: done', 'closed: done'])
        }
      })
  test('RFC 6582 3.2: three duplicates mean loss also after 3 GB without any', () => {
    const tcb = new Tcb({ local: US, remote: PEER, origin: 'active' }, 1000, {}, {
      ...{
        pool: new FramePool(),
        memory: new Memory(),
        statistics: {},
        maximumSegmentLifetime: 1,
        now: 0,
        receivePath: 'whole',
      },
      ...{ wake() {}, mayEstablish: () => true, established() {} },
    } as never)
    const ack = (to: number): void => {
      const segment = new Segment()
      segment.control = ACK
      segment.ack = to
      segment.window = 8000
      acknowledge(tcb, segment, 0)
    }
    tcb.sndUna = tcb.sndNxt = tcb.sndMax = advance(tcb.recover, 1)
    tcb.sndWnd = 8000
    for (let i = 0; i < 3000; i++) {
      tcb.sndNxt = tcb.sndMax = advance(tcb.sndMax, 1_000_000)
      ack(tcb.sndMax)
    }
    tcb.sndNxt = tcb.sndMax = advance(tcb.sndMax, 5000)
    for (let i = 0; i < 3; i++) ack(tcb.sndUna)
    expect(tcb.recovery).toBe('fast')
  })
})

describe('a connection whose owner went away ends', () => {
  const HALF = DEFAULT_HALF_CLOSED_TIMEOUT
  test('FIN-WAIT-2 ends in tcp/timeout when the peer is silent for as long as a NAT waits (RFC 5382 REQ-5)', () => {
    const { t } = finWait2()
    t.at(HALF - 1)
    t.state('FIN-WAIT-2')
    t.at(HALF)
    expect(t.events.slice(-2)).toEqual(['tcp/timeout', 'closed: timeout'])
    expect([t.stack.connections, t.stack.nextDeadline()]).toEqual([0, undefined])
  })
  test('an answer that comes slowly keeps FIN-WAIT-2, however long it takes', () => {
    const { t } = finWait2({ halfClosedTimeout: 10_000 })
    for (let i = 0; i < 10; i++) {
      t.at(t.now + 9000)
      t.peer({ is: 'PSH ACK', seq: 1 + i, ack: 2, text: '.' })
      t.whatever()
    }
    t.state('FIN-WAIT-2')
    t.peer({ is: 'FIN ACK', seq: 11, ack: 2 })
    t.state('TIME-WAIT')
    t.at(t.now + 59_999)
    t.state('TIME-WAIT')
    t.at(t.now + 1)
    expect(t.events.at(-1)).toBe('closed: done')
    expect(t.stack.connections).toBe(0)
  })
  test('what strangers guess does not keep FIN-WAIT-2', () => {
    const { t } = finWait2({ halfClosedTimeout: 10_000 })
    for (let i = 0; i < 10; i++) {
      t.at(i * 1000)
      t.peer({ is: 'ACK', seq: 1_000_000, ack: 2 })
      t.peer({ is: 'ACK', seq: 1, ack: 9999 })
      t.peer({ is: 'RST', seq: 7 })
      t.whatever()
    }
    t.at(10_000)
    t.state('CLOSED')
  })
  test('a window that stays shut after finish ends in tcp/timeout, though every probe is answered', () => {
    const { t } = established({ halfClosedTimeout: 60_000 }, 0)
    t.open().write(bytes(100), t.now)
    t.open().finish(t.now)
    for (let i = 0; i < 600 && t.stack.connections > 0; i++) {
      t.at(t.now + 1000)
      t.peer({ is: 'ACK', seq: 1, ack: 1, window: 0 })
      t.whatever()
    }
    expect(t.events.slice(-2)).toEqual(['tcp/timeout', 'closed: timeout'])
    expect(t.now).toBeLessThan(130_000)
  })
  test('and one that opens a little now and then does not', () => {
    const { t } = established({ halfClosedTimeout: 130_000 }, 0)
    t.open().write(bytes(20), t.now)
    t.open().finish(t.now)
    for (let i = 0; i < 10; i++) {
      t.at(t.now + 61_000)
      t.whatever()
      t.peer({ is: 'ACK', seq: 1, ack: 2 + i, window: 0 })
    }
    t.state('FIN-WAIT-1')
  })
})

describe('commands at odd moments', () => {
  test('a connection that is given up before its SYN went out sends nothing', () => {
    for (const how of ['finish', 'reset'] as const) {
      const t = peerOf()
      t.connection = t.stack.connect(US, PEER, {}, 0)
      t.connection[how](t.now)
      t.nothing()
      expect(t.stack.connections, how).toBe(0)
    }
  })
  test('RST and the SYN of a half-open connection in one batch: the answer to the SYN is not sent any more', () => {
    const { t } = halfOpen()
    t.stack.receiveBatch([frameOf(t, { is: 'SYN', seq: 0, mss: 1460 }), frameOf(t, { is: 'RST', seq: 1 })], 0)
    t.nothing()
    expect(t.stack.connections).toBe(0)
  })
  test('RFC 9293 3.5: what was written before the handshake is done goes with its third segment', () => {
    const { t } = synSent()
    t.open().write(bytes(5), t.now)
    t.nothing()
    t.peer({ is: 'SYN ACK', seq: 0, ack: 1, mss: 1460 })
    t.us({ is: 'PSH ACK', seq: 1, ack: 1, length: 5 })
    t.nothing()
  })
  test('simultaneous open: what was written meanwhile goes when it is established', () => {
    const { t } = synReceived()
    t.open().write(bytes(5), t.now)
    t.nothing()
    t.peer({ is: 'SYN ACK', seq: 0, ack: 1 })
    t.us({ is: 'PSH ACK', seq: 1, ack: 1, length: 5 })
    t.state('ESTABLISHED')
  })
})

describe('time-outs after a quiet time', () => {
  test('a window that was shut for long and opens: what is lost then goes again after one RTO, not after the pause between probes', () => {
    const { t } = established({}, 0)
    t.open().write(bytes(500), t.now)
    t.nothing()
    for (let wait = 200; wait < 60_000; wait *= 2) {
      t.at(t.now + wait)
      t.us({ is: 'ACK', seq: 1, length: 1 })
      t.peer({ is: 'ACK', seq: 1, ack: 1, window: 0 })
    }
    t.peer({ is: 'ACK', seq: 1, ack: 1, window: 8000 })
    t.us({ is: 'PSH ACK', seq: 1, length: 500 })
    t.at(t.now + 1000)
    t.us({ is: 'PSH ACK', seq: 1, length: 500 })
  })
  test('RFC 3465 2.2 and 2.3: slow start counts bytes, not acknowledgments; after a time-out one segment per acknowledgment', () => {
    const cc = newReno(1000)
    cc.acknowledged(100, 0)
    expect(cc.window).toBe(10_100)
    cc.acknowledged(8000, 0)
    expect(cc.window).toBe(18_100)
    cc.timedOut(40_000, 'first', 0)
    cc.acknowledged(8000, 0)
    expect(cc.window).toBe(2000)
  })
})

describe('strangers and the network', () => {
  test('text outside the window is answered a hundred times a second at most, and what is due in it still is', () => {
    const { t } = established()
    const answers = (): number => {
      const before = t.stack.statistics.segmentsOut
      for (let i = 0; i < 1000; i++) t.peer({ is: 'ACK', seq: 9_000_000, ack: 1, text: 'x' })
      t.whatever()
      return t.stack.statistics.segmentsOut - before
    }
    expect(answers()).toBe(100)
    t.at(500)
    expect(answers()).toBe(0)
    t.peer({ is: 'ACK', seq: 1, ack: 1, length: 1000 })
    t.peer({ is: 'ACK', seq: 1001, ack: 1, length: 1000 })
    t.us({ is: 'ACK', ack: 2001 })
    t.at(1000)
    expect(answers()).toBe(100)
  })
  test('segments that nobody wants are answered with RST a thousand times a second at most', () => {
    const t = peerOf()
    const resets = (): number => {
      const before = t.stack.statistics.resetsOut
      for (let i = 0; i < 10_000; i++) t.peer({ is: 'SYN', seq: i })
      t.whatever()
      return t.stack.statistics.resetsOut - before
    }
    expect(resets()).toBe(1000)
    t.at(500)
    expect(resets()).toBe(500)
    expect(t.stack.statistics.resetsOut).toBe(t.stack.statistics.segmentsOut)
  })
  test('RFC 9293 3.9.2.2: a network that cannot deliver for now does not end SYN-SENT; it is told when nobody answers', () => {
    const reason = fail('ip/unreachable', { where: '10.0.0.9', got: 'host' })
    const report = (t: ReturnType<typeof synSent>['t']) =>
      t.stack.unreachable({ local: US, remote: PEER, sequenceNumber: t.ourIss, lasts: 'for now' }, reason, t.now)
    const { t } = synSent({ connectTimeout: 5000 })
    report(t)
    t.at(1000)
    t.us({ is: 'SYN', seq: 0 })
    t.at(5000)
    t.whatever()
    expect(t.events).toEqual(['ip/unreachable', 'closed: timeout'])
    const answered = synSent().t
    report(answered)
    answered.peer({ is: 'SYN ACK', seq: 0, ack: 1 })
    answered.state('ESTABLISHED')
  })
  test('an MTU below the headers leaves one byte per segment, and does not throw', () => {
    for (const mtu of [0, 20, 40, 41]) {
      const t = peerOf({ mtu: () => mtu })
      t.connection = t.stack.connect(US, PEER, {}, 0)
      t.us({ is: 'SYN', mss: 1 })
    }
  })
  test('RFC 5927 4.1: an unreachable network counts only when it quotes a number that is under way', () => {
    const reason = fail('ip/no-route', { where: '10.0.0.2' })
    const { t } = synSent()
    for (const guess of [t.ourIss - 1, t.ourIss + 1, 0]) {
      t.stack.unreachable({ local: US, remote: PEER, sequenceNumber: guess, lasts: 'for good' }, reason, t.now)
      t.nothing()
      t.state('SYN-SENT')
    }
    t.stack.unreachable({ local: US, remote: PEER, sequenceNumber: t.ourIss, lasts: 'for good' }, reason, t.now)
    t.nothing()
    expect(t.events).toEqual(['ip/no-route', 'closed: reset'])
    const waiting = finWait1().t
    waiting.stack.unreachable(
      { local: US, remote: PEER, sequenceNumber: waiting.ourIss + 1, lasts: 'for good' },
      reason,
      waiting.now,
    )
    waiting.state('FIN-WAIT-1')
  })
  test('RFC 9293 3.9.2 (MUST-57): a SYN to a group is dropped without a word, listener or not', () => {
    for (const group of ['255.255.255.255', '224.0.0.1', '0.0.0.0'])
      for (const port of [US.port, 9]) {
        const t = peerOf()
        t.stack.listen({ port: US.port })
        t.stack.receive(frameOf(t, { is: 'SYN' }, PEER, { address: ip(group), port }), 0)
        t.nothing()
        expect([t.stack.connections, t.pool.outstanding], group).toEqual([0, 0])
      }
  })
  test('RFC 9293 3.9.2 (MUST-46): a connection to a group is refused at once: tcp/not-unicast', () => {
    for (const group of ['255.255.255.255', '224.0.0.1', '0.0.0.0']) {
      const t = peerOf()
      t.connection = t.stack.connect(US, { address: ip(group), port: 80 }, {}, 0)
      t.nothing()
      expect([t.events, t.stack.connections], group).toEqual([['tcp/not-unicast', 'closed: reset'], 0])
    }
  })
  test('connections in TIME-WAIT make room, the oldest first, when the table is full', () => {
    const t = peerOf({ maxConnections: 3 })
    const port = (n: number) => ({ ...PEER, port: n })
    const open = (n: number, now: number) => {
      t.now = now
      t.ourIss = 0
      const connection = t.stack.connect({ ...US, port: n }, port(n), {}, now)
      t.us({ is: 'SYN' })
      const to = { ...US, port: n }
      const give = (is: string, seq: number, ack: number) => {
        t.stack.receive(frameOf(t, { is, seq, ack }, port(n), to), now)
        t.whatever()
      }
      give('SYN ACK', 0, 1)
      return { connection, give }
    }
    for (const n of [1, 2, 3]) {
      const { connection, give } = open(n, n)
      connection.finish(n)
      t.whatever()
      give('FIN ACK', 1, 2)
      expect(connection.state).toBe('TIME-WAIT')
    }
    expect(t.stack.connections).toBe(3)
    const fourth = open(4, 5)
    expect([fourth.connection.state, t.stack.connections]).toEqual(['ESTABLISHED', 3])
    // Port 1 was the oldest, so its numbers are free again and port 2's are not.
    expect(open(1, 6).connection.state).toBe('ESTABLISHED')
    expect(t.stack.connect({ ...US, port: 3 }, port(3), {}, 6).failure?.code).toBe('tcp/port-in-use')
    t.whatever()
    // A SYN finds room in the same way, and connections of our own never make any.
    t.stack.listen({ port: 80 })
    t.stack.receive(frameOf(t, { is: 'SYN' }, port(9), { ...US, port: 80 }), 6)
    t.us({ is: 'SYN ACK' })
    t.stack.receive(frameOf(t, { is: 'SYN' }, port(10), { ...US, port: 80 }), 6)
    t.nothing()
    expect([t.stack.connections, fourth.connection.state]).toEqual([3, 'ESTABLISHED'])
  })
})
