/** Connections that nobody uses: whether the peer is still there, and who makes room for whom. */
import { describe, expect, test } from 'vitest'
import { frameOf, PEER, peerOf, US } from '../../test/support/tcp.ts'
import { closeWait, established, finWait2 } from '../../test/support/tcp-states.ts'
import type { Endpoint } from '../wire/address.ts'
import { ip } from '../wire/address.ts'
import type { TcpConnection } from './types.ts'

const HOUR = 3_600_000
const keepAlive = { after: 10_000, every: 1000, times: 3 }

describe('keep-alive', () => {
  test('RFC 9293 3.8.4: it is off unless it is asked for: a silent connection is left alone for ever', () => {
    const { t } = established()
    t.at(1000 * HOUR)
    t.nothing()
    t.state('ESTABLISHED')
    expect(t.stack.nextDeadline()).toBeUndefined()
  })
  test('RFC 9293 3.8.4: a silent peer is asked with a number below its window, and given up when it never answers', () => {
    for (const reach of [established, closeWait]) {
      const { t, ours, theirs } = reach({ keepAlive })
      t.at(9999)
      t.nothing()
      for (const at of [10_000, 11_000, 12_000]) {
        t.at(at)
        t.us({ is: 'ACK', seq: ours - 1, ack: theirs, length: 0 })
        t.nothing()
      }
      t.at(13_000)
      t.nothing()
      expect(t.events.slice(-2)).toEqual(['tcp/timeout', 'closed: timeout'])
      expect([t.stack.connections, t.stack.nextDeadline()]).toEqual([0, undefined])
    }
  })
  test('RFC 9293 3.8.4: a peer that answers is left in peace until it has been silent for as long again', () => {
    const { t } = established({ keepAlive })
    for (let asked = 10_000; asked < 100_000; asked += 11_000) {
      t.at(asked)
      t.us({ is: 'ACK', seq: 0, ack: 1 })
      t.at(asked + 1000)
      t.us({ is: 'ACK', seq: 0, ack: 1 })
      t.peer({ is: 'ACK', seq: 1, ack: 1 })
      t.nothing()
    }
    t.state('ESTABLISHED')
  })
  test('without numbers of its own it asks after two hours, every 75 seconds, nine times', () => {
    const { t } = established({ keepAlive: {} })
    t.at(2 * HOUR - 1)
    t.nothing()
    for (let i = 0; i < 9; i++) {
      t.at(2 * HOUR + i * 75_000)
      t.us({ is: 'ACK', seq: 0 })
    }
    t.at(2 * HOUR + 9 * 75_000)
    expect(t.events.slice(-1)).toEqual(['closed: timeout'])
  })
  test('a guessed segment is no sign of life: it must stand in the window and acknowledge what was sent', () => {
    const { t } = established({ keepAlive })
    for (let at = 500; at < 13_000; at += 500) {
      t.at(at)
      t.peer({ is: 'ACK', seq: 500_000, ack: 1 })
      t.peer({ is: 'ACK', seq: 1, ack: 500_000 })
      t.whatever()
    }
    t.at(13_000)
    expect(t.events.slice(-1)).toEqual(['closed: timeout'])
  })
  test('what is under way is watched by its own timer, and a question does not disturb it', () => {
    const { t } = established({ keepAlive, userTimeout: 60_000 })
    t.open().write(new Uint8Array(10), t.now)
    t.at(59_999)
    t.whatever()
    t.state('ESTABLISHED')
    t.at(60_000)
    expect(t.events.slice(-1)).toEqual(['closed: timeout'])
  })
  test('a listener gives it to what it accepts', () => {
    const { t, open } = server()
    t.stack.listen({ port: 81 }, { keepAlive })
    open(PEER, 81)
    t.at(13_000)
    t.whatever()
    expect(t.stack.connections).toBe(0)
  })
})

/** A stack that listens on port 80, and strangers that come. */
const server = (options: Parameters<typeof peerOf>[0] = {}) => {
  const t = peerOf(options)
  t.stack.listen({ port: 80 }, { acceptQueue: 100_000 })
  const drain = (): string[] => {
    const sent: string[] = []
    for (let e = t.stack.pollEvent(); e !== undefined; e = t.stack.pollEvent()) {
      if (e.type === 'accepted') accepted.push(e.connection)
      else if (e.event.type === 'failure') failed.push([e.connection, e.event.failure.code])
    }
    for (let f = t.stack.pollTransmit(t.now); f !== undefined; f = t.stack.pollTransmit(t.now)) {
      const view = new DataView(f.buffer.buffer)
      if ((f.buffer[f.offset + 13]! & 2) !== 0) t.ourIss = view.getInt32(f.offset + 4)
      sent.push(['', 'FIN', 'SYN', '', 'RST'][f.buffer[f.offset + 13]! & 7]!)
      f.release()
    }
    return sent
  }
  const accepted: TcpConnection[] = []
  const failed: [TcpConnection, string][] = []
  const give = (from: Endpoint, is: string, seq: number, port: number, ack = 1): string[] => {
    t.stack.receive(frameOf(t, { is, seq, ack }, from, { ...US, port }), t.now)
    return drain()
  }
  /** Whether the stranger got a connection. */
  const open = (from: Endpoint, port = 80): boolean => {
    const before = accepted.length
    if (give(from, 'SYN', 0, port).includes('SYN')) give(from, 'ACK', 1, port)
    return accepted.length > before
  }
  return { t, open, accepted, failed, give, drain }
}
const stranger = (n: number): Endpoint => ({ address: ip(`10.1.${n >> 8}.${n & 255}`), port: 1000 })

describe('a full table', () => {
  test('gives up the longest idle connection for a stranger who comes: RST to the one, tcp/made-room to its owner', () => {
    const { t, open, accepted, failed } = server({ maxConnections: 20 })
    for (let n = 0; n < 20; n++) {
      t.at(n)
      expect(open(stranger(n))).toBe(true)
    }
    t.at(30 * 24 * HOUR)
    expect(open(stranger(100))).toBe(true)
    expect(failed).toEqual([[accepted[0], 'tcp/made-room']])
    expect(t.stack.connections).toBe(20)
  })
  test('does not give up who was heard within a minute, nor what was opened from here', () => {
    const { t, open, failed, give } = server({ maxConnections: 2 })
    open(stranger(1))
    t.connection = t.stack.connect({ ...US, port: 5 }, PEER, {}, t.now)
    t.at(50_000)
    give(stranger(1), 'ACK', 1, 80)
    t.at(100_000)
    expect(open(stranger(2))).toBe(false)
    expect(failed).toEqual([])
    expect(t.stack.statistics.turnedAway).toBe(1)
    t.at(110_000)
    expect(open(stranger(2))).toBe(true)
    t.at(111_000)
    expect(open(stranger(3))).toBe(false)
  })
  test('one address gets no more than its share, and another one is served', () => {
    const { t, open, accepted } = server({ maxConnectionsPerRemote: 3 })
    const from = (port: number): Endpoint => ({ ...PEER, port })
    expect([1, 2, 3, 4, 5].map(port => open(from(port)))).toEqual([true, true, true, false, false])
    expect(t.stack.statistics.turnedAway).toBe(2)
    expect(open(stranger(1))).toBe(true)
    accepted[0]!.reset(t.now)
    t.whatever()
    expect([open(from(6)), open(from(7))]).toEqual([true, false])
  })
  test('one address that closes what it opened is not counted for it: TIME-WAIT is no share', () => {
    const { t, open, accepted, give, drain } = server({ maxConnectionsPerRemote: 1 })
    for (let port = 1; port < 10; port++) {
      const from = { ...PEER, port }
      expect(open(from)).toBe(true)
      accepted.at(-1)!.finish(t.now)
      drain()
      give(from, 'FIN ACK', 1, 80, 2)
      expect(accepted.at(-1)!.state).toBe('TIME-WAIT')
    }
  })
})

describe('FIN-WAIT-2', () => {
  test('bare acknowledgments do not renew it', () => {
    const { t } = finWait2({ halfClosedTimeout: 10_000 })
    for (let at = 1000; at < 10_000; at += 1000) {
      t.at(at)
      t.peer({ is: 'ACK', seq: 1, ack: 2 })
    }
    t.at(10_000)
    expect(t.events.slice(-2)).toEqual(['tcp/timeout', 'closed: timeout'])
  })
  test('text does: an answer may take its time', () => {
    const { t } = finWait2({ halfClosedTimeout: 10_000 })
    t.at(9000)
    t.peer({ is: 'PSH ACK', seq: 1, ack: 2, text: 'still here' })
    t.at(9001)
    t.peer({ is: 'PSH ACK', seq: 1, ack: 2, text: 'still here' })
    t.at(18_999)
    t.state('FIN-WAIT-2')
    t.at(19_000)
    t.state('CLOSED')
  })
})
