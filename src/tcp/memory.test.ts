/** What peers can make a stack hold, and what it gives back. */
import { describe, expect, test } from 'vitest'
import { frameOf, PEER, PERFECT, pair, peerOf, type SegmentText, US } from '../../test/support/tcp.ts'
import { established } from '../../test/support/tcp-states.ts'
import { seeded } from '../random.ts'
import { TcpHeader } from './segment.ts'
import type { TcpStackOptions } from './types.ts'

const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(120)

/** Many peers of one stack, by port; each begins its numbers at the same place, and we at another one for each. */
const crowd = (options: Partial<TcpStackOptions>) => {
  const t = peerOf(options)
  const ours = new Map<number, number>()
  t.stack.listen({ port: US.port })
  /** One segment; the window that the last answer to it offers, in bytes. */
  const say = (port: number, segment: SegmentText): number | undefined => {
    t.ourIss = ours.get(port) ?? 0
    t.stack.receive(frameOf(t, segment, { ...PEER, port }), t.now)
    let window: number | undefined
    for (let e = t.stack.pollEvent(); e !== undefined; e = t.stack.pollEvent()) t.connection = e.connection
    for (let f = t.stack.pollTransmit(t.now); f !== undefined; f = t.stack.pollTransmit(t.now)) {
      const header = new TcpHeader.View(f.buffer, f.offset)
      if (!ours.has(port)) ours.set(port, header.sequenceNumber)
      window = header.window << 3
      f.release()
    }
    return window
  }
  /** Opens a connection whose windows we scale by 8. */
  const opens = (port: number): void => {
    say(port, { is: 'SYN', mss: 1460, scale: 7 })
    say(port, { is: 'PSH ACK', seq: 1, ack: 1, text: 'x' })
  }
  const sends = (port: number, seq: number, length: number) => say(port, { is: 'ACK', seq, ack: 1, length })
  return { t, opens, sends }
}
const PORTS = Array.from({ length: 100 }, (_, i) => 3000 + i)

describe('memory', () => {
  test('a byte at the far end of a large window costs hundreds of bytes, not the window', () => {
    const { t } = established({ receiveBuffer: 262_144 })
    t.peer({ is: 'PSH ACK', seq: 1, ack: 1, text: 'x' })
    t.open().read(1, t.now)
    t.at(100)
    t.whatever()
    t.peer({ is: 'PSH ACK', seq: 262_000, ack: 1, text: 'y' })
    expect(t.open().readable).toBe(0)
    expect(t.stack.heldBytes).toBeGreaterThan(0)
    expect(t.stack.heldBytes).toBeLessThan(1000)
  })

  test('what was acknowledged and read is given back, on both sides, while the connection stays open', () => {
    const p = pair(1, PERFECT)
    p.server.stack.listen({ port: PEER.port })
    p.client.finishes = false
    p.server.finishes = false
    p.client.connection = p.client.stack.connect(US, PEER, {}, 0)
    p.client.data = seeded(1).bytes(1_000_000)
    p.run(50)
    expect(p.client.stack.heldBytes).toBeGreaterThan(0)
    p.run(60_000)
    expect([p.server.received.length, p.client.connection.state]).toEqual([1_000_000, 'ESTABLISHED'])
    expect([p.client.stack.heldBytes, p.server.stack.heldBytes]).toEqual([0, 0])
  })

  test('what a closed connection leaves unread no longer counts and can still be read', () => {
    const { t } = established()
    t.peer({ is: 'PSH ACK', seq: 1, ack: 1, length: 5000 })
    t.peer({ is: 'ACK', seq: 9000, ack: 1, length: 1000 })
    t.open().write(bytes(5000), t.now)
    t.open().reset(t.now)
    t.whatever()
    expect([t.stack.heldBytes, t.open().readable]).toEqual([0, 5000])
    expect(t.open().read(9000, t.now)).toHaveLength(5000)
    expect(t.stack.heldBytes).toBe(0)
  })

  test('a hundred peers that fill their windows do not get beyond the budget, and one more still gets its 4 KiB', () => {
    const { t, opens, sends } = crowd({ memory: 1_000_000 })
    for (const port of PORTS) opens(port)
    for (let seq = 2; seq < 60_000; seq += 1460) for (const port of PORTS) sends(port, seq, 1460)
    expect(t.stack.heldBytes).toBeGreaterThan(700_000)
    expect(t.stack.heldBytes).toBeLessThanOrEqual(1_000_000 + 100 * 4096)
    opens(4000)
    sends(4000, 2, 1460)
    expect(t.open().read(10_000, t.now)).toHaveLength(1461)
  })

  test('text out of order goes first: peers that fill the budget with it do not keep others from sending in order', () => {
    const { t, opens, sends } = crowd({ memory: 1_000_000 })
    for (const port of PORTS) opens(port)
    for (let seq = 100; seq < 60_000; seq += 1460) for (const port of PORTS) sends(port, seq, 1460)
    expect(t.stack.heldBytes).toBeGreaterThan(900_000)
    opens(4000)
    for (let seq = 2; seq < 50_000; seq += 1000) sends(4000, seq, 1000)
    expect(t.open().readable).toBe(50_001)
    expect(t.stack.heldBytes).toBeLessThanOrEqual(1_000_000 + 101 * 4096)
  })

  test('a stack short of memory takes back nothing that it offered, and offers nothing more', () => {
    const { t, opens, sends } = crowd({ memory: 80_000 })
    opens(3000)
    for (let seq = 2; seq < 60_000; seq += 1460) sends(3000, seq, 1460)
    opens(4000)
    const edges: number[] = []
    for (let seq = 2; seq < 40_000; seq += 2000) {
      const window = sends(4000, seq, 2000)
      t.open().read(2000, t.now)
      t.whatever()
      if (window !== undefined) edges.push(seq + 2000 + window)
    }
    expect(edges.length).toBeGreaterThan(5)
    // What was offered with the handshake, to a unit of the scale.
    expect(Math.min(...edges)).toBeGreaterThan(65_536 - 8)
    expect(Math.max(...edges)).toBeLessThan(65_536 + 8)
  })

  test('with hardly any memory a transfer is slow, and whole', () => {
    const p = pair(2, { ...PERFECT, loss: 0.05 }, { memory: 20_000 })
    p.server.stack.listen({ port: PEER.port })
    p.client.connection = p.client.stack.connect(US, PEER, {}, 0)
    p.client.data = seeded(3).bytes(200_000)
    p.server.data = seeded(4).bytes(200_000)
    p.run(3_600_000)
    expect(Buffer.compare(Uint8Array.from(p.server.received), p.client.data)).toBe(0)
    expect(Buffer.compare(Uint8Array.from(p.client.received), p.server.data)).toBe(0)
    expect([p.client.stack.heldBytes, p.server.stack.heldBytes]).toEqual([0, 0])
  })
})
