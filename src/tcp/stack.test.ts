/** Many connections at once: ports, bounds, TIME-WAIT, and what strangers send. */
import { describe, expect, test } from 'vitest'
import { frameOf, PEER, PERFECT, pair, peerOf, US } from '../../test/support/tcp.ts'
import { established, halfOpen, IN_STATE, timeWait } from '../../test/support/tcp-states.ts'
import { english, sentence } from '../explain/index.ts'
import { FailureError, fail, failures } from '../failures/index.ts'
import { seeded } from '../random.ts'
import { ip } from '../wire/address.ts'
import { CHECKSUM_VERIFIED } from '../wire/frame.ts'
import { DEFAULT_BACKLOG } from './listener.ts'
import { DEFAULT_BUFFER } from './tcb.ts'

const from = (port: number, host = 2) => ({ address: ip(`10.0.0.${host}`), port })

describe('opening and closing from both sides at once', () => {
  test('RFC 9293 3.5 figure 8: simultaneous open makes one connection', () => {
    const p = pair(1, PERFECT)
    p.client.connection = p.client.stack.connect(US, PEER, {}, 0)
    p.server.connection = p.server.stack.connect(PEER, US, {}, 0)
    p.client.data = seeded(1).bytes(5000)
    p.server.data = seeded(2).bytes(7000)
    p.run(600_000)
    expect([p.client.received.length, p.server.received.length]).toEqual([7000, 5000])
    for (const end of [p.client, p.server]) {
      expect(end.events.filter(e => e !== 'readable')).toEqual(['connected', 'peer-finished', 'closed: done'])
      // The SYN goes a second time, with the acknowledgment of the other's.
      expect(end.stack.statistics).toMatchObject({ resetsOut: 0, retransmitted: 1 })
    }
  })
  test('RFC 9293 3.6 figure 13: simultaneous close passes through CLOSING on both sides', () => {
    const p = pair(1, PERFECT)
    p.server.stack.listen({ port: PEER.port })
    p.client.finishes = false
    p.server.finishes = false
    p.client.connection = p.client.stack.connect(US, PEER, {}, 0)
    p.run(100)
    p.client.finishes = true
    p.server.finishes = true
    p.run(p.now + 6)
    expect([p.client.connection?.state, p.server.connection?.state]).toEqual(['CLOSING', 'CLOSING'])
    p.run(600_000)
    expect([p.client.stack.connections, p.server.stack.connections]).toEqual([0, 0])
  })
})

describe('TIME-WAIT', () => {
  test('RFC 9293 3.4.2: it lasts two segment lifetimes', () => {
    const { t } = timeWait({ maximumSegmentLifetime: 1000 })
    t.at(1999)
    t.state('TIME-WAIT')
    t.at(2000)
    t.state('CLOSED')
    expect([t.stack.connections, t.stack.nextDeadline()]).toEqual([0, undefined])
  })
  test('RFC 1122 4.2.2.13: a SYN above the old numbers begins anew where somebody listens, with higher numbers', () => {
    const { t } = timeWait()
    const oldIss = t.ourIss
    t.stack.listen({ port: US.port })
    t.connection = undefined
    t.peer({ is: 'SYN', seq: 1000, mss: 1460 })
    t.us({ is: 'SYN ACK', seq: 0, ack: 1001 })
    expect((t.ourIss - oldIss) | 0).toBeGreaterThan(0)
    t.peer({ is: 'ACK', seq: 1001, ack: 1 })
    t.state('ESTABLISHED')
    expect(t.stack.connections).toBe(1)
  })
  test('a SYN of the old numbers is challenged and changes nothing', () => {
    const { t } = timeWait()
    t.stack.listen({ port: US.port })
    t.peer({ is: 'SYN', seq: -1000 })
    t.us({ is: 'ACK', seq: 2, ack: 2 })
    t.state('TIME-WAIT')
  })
})

describe('bounds', () => {
  test('RFC 4987 3.3: a full backlog gives up its oldest half-open connection, so the next client is served', () => {
    const t = peerOf()
    t.stack.listen({ port: US.port }, { backlog: 4 })
    for (let i = 0; i < 1000; i++) {
      t.stack.receive(frameOf(t, { is: 'SYN', mss: 1460 }, from(1000 + i, 9)), t.now)
      expect(t.stack.pollEvent()).toBeUndefined()
      for (let f = t.stack.pollTransmit(t.now); f !== undefined; f = t.stack.pollTransmit(t.now)) f.release()
    }
    expect(t.stack.connections).toBe(4)
    expect(t.stack.statistics.backlogOverflow).toBe(996)
    t.peer({ is: 'SYN', seq: 0, mss: 1460 })
    t.us({ is: 'SYN ACK', seq: 0, ack: 1 })
    t.peer({ is: 'ACK', seq: 1, ack: 1 })
    t.state('ESTABLISHED')
    t.at(400_000)
    expect(t.stack.connections).toBe(1)
  })
  test('a half-open connection that was reset a segment before makes room all the same', () => {
    const { t } = halfOpen({ maxConnections: 100 })
    t.stack.listen({ port: 80 }, { backlog: 1 })
    const to = { ...US, port: 80 }
    t.stack.receive(frameOf(t, { is: 'SYN' }, from(1), to), 0)
    t.us({ is: 'SYN ACK' })
    t.stack.receiveBatch([frameOf(t, { is: 'RST', seq: 1 }, from(1), to), frameOf(t, { is: 'SYN' }, from(2), to)], 0)
    t.us({ is: 'SYN ACK' })
    expect(t.stack.connections).toBe(2)
  })
  test('a full accept queue leaves connections in SYN-RECEIVED until there is room', () => {
    const t = peerOf()
    t.stack.listen({ port: US.port }, { acceptQueue: 0 })
    t.peer({ is: 'SYN', seq: 0, mss: 1460 })
    t.us({ is: 'SYN ACK', seq: 0, ack: 1 })
    t.peer({ is: 'ACK', seq: 1, ack: 1 })
    t.nothing()
    expect(t.events).toEqual([])
    t.at(1000)
    t.us({ is: 'SYN ACK', seq: 0, ack: 1 })
  })
  test('a full table takes no SYN and opens nothing: tcp/too-many-connections', () => {
    const t = peerOf({ maxConnections: 1 })
    t.stack.listen({ port: US.port })
    t.connection = t.stack.connect(US, PEER, {}, 0)
    t.us({ is: 'SYN' })
    t.stack.connect(US, from(7, 3), {}, 0)
    t.nothing()
    expect(t.events).toEqual(['tcp/too-many-connections', 'closed: reset'])
    t.stack.receive(frameOf(t, { is: 'SYN' }, from(99, 9)), 0)
    t.nothing()
    expect(t.stack.connections).toBe(1)
  })
  test('a half-open connection that nobody completes is forgotten', () => {
    const { t } = halfOpen({ connectTimeout: 10_000 })
    t.at(9999)
    expect(t.stack.connections).toBe(1)
    t.at(10_000)
    expect([t.stack.connections, t.events]).toEqual([0, []])
  })
})

test('to reset a connection that is gone does nothing', () => {
  const { t } = established()
  t.open().reset(t.now)
  t.us({ is: 'RST ACK', seq: 1, ack: 1, window: 0 })
  t.open().reset(t.now)
  t.nothing()
  expect(t.events).toEqual(['connected', 'closed: reset'])
})

describe('silence', () => {
  test('the time to connect begins with the first SYN, whatever the clock shows', () => {
    const t = peerOf({ connectTimeout: 5000 })
    t.now = 100_000
    t.connection = t.stack.connect(US, PEER, {}, t.now)
    t.us({ is: 'SYN', seq: 0 })
    t.at(104_999)
    expect(t.events).toEqual([])
    t.at(105_000)
    expect(t.events).toEqual(['tcp/silence', 'closed: timeout'])
    t.whatever()
  })
  test('RFC 9293 3.8.3: whoever accepted a connection is told when its peer is gone: tcp/timeout', () => {
    const { t } = halfOpen()
    t.peer({ is: 'ACK', seq: 1, ack: 1 })
    t.open().write(new Uint8Array(10), t.now)
    t.whatever()
    t.at(3_600_000)
    t.whatever()
    expect(t.events).toEqual(['accepted', 'tcp/timeout', 'closed: timeout'])
    expect(t.stack.connections).toBe(0)
  })
})

describe('ports', () => {
  test('RFC 6056 3: port 0 takes a dynamic port at random', () => {
    const ports = [1, 2, 3, 4].map(seed => {
      const t = peerOf({ random: seeded(seed) })
      return t.stack.connect({ ...US, port: 0 }, PEER, {}, 0).local.port
    })
    expect(ports.every(port => port >= 49_152 && port < 65_536)).toBe(true)
    expect(new Set(ports).size).toBeGreaterThan(1)
  })
  test('the same four numbers twice: tcp/port-in-use', () => {
    const { t } = established()
    t.stack.connect(US, PEER, {}, 0)
    t.nothing()
    expect(t.events.slice(-2)).toEqual(['tcp/port-in-use', 'closed: reset'])
    t.state('ESTABLISHED')
  })
  test('listening twice is a mistake of the caller: tcp/port-in-use', () => {
    const t = peerOf()
    t.stack.listen({ port: 80 })
    expect(() => t.stack.listen({ port: 80 })).toThrow(FailureError)
    expect(() => t.stack.listen({ port: 80 })).toThrow(expect.objectContaining({ code: 'tcp/port-in-use' }))
    expect(t.stack.listen({ port: 0 })).toBeGreaterThanOrEqual(49_152)
    t.stack.unlisten({ port: 80 }, t.now)
    expect(t.stack.listen({ port: 80 })).toBe(80)
  })
  test('when every dynamic port is taken: tcp/no-free-port', () => {
    const t = peerOf()
    for (let i = 0; i < 16_384; i++) t.stack.listen({ port: 0 })
    t.stack.connect({ ...US, port: 0 }, PEER, {}, 0)
    t.nothing()
    expect(t.events).toEqual(['tcp/no-free-port', 'closed: reset'])
  })
  test('a listener for one address is asked before the one for all', () => {
    const t = peerOf()
    t.stack.listen({ port: US.port, address: ip('10.9.9.9') })
    t.peer({ is: 'SYN', seq: 0 })
    t.us({ is: 'RST ACK', seq: 0, ack: 1 })
    t.stack.listen({ port: US.port })
    t.peer({ is: 'SYN', seq: 0 })
    t.us({ is: 'SYN ACK', ack: 1 })
  })
  test('unlisten resets what is half open and leaves what is accepted', () => {
    const { t } = halfOpen()
    t.stack.unlisten({ port: US.port }, t.now)
    t.us({ is: 'RST ACK', seq: 1, ack: 1 })
    t.nothing()
    expect(t.stack.connections).toBe(0)
  })
})

describe('what strangers send', () => {
  test('a bad checksum is dropped and counted; a frame that the device vouches for is taken', () => {
    const { t } = established()
    const bad = frameOf(t, { is: 'PSH ACK', seq: 1, ack: 1, text: 'evil' })
    bad.buffer[bad.end - 1]! ^= 1
    t.stack.receive(bad, 0)
    t.nothing()
    expect([t.stack.statistics.badChecksum, t.open().readable]).toEqual([1, 0])
    const vouched = frameOf(t, { is: 'PSH ACK', seq: 1, ack: 1, text: 'good' })
    vouched.buffer[vouched.offset + 16]! ^= 1
    vouched.checksum = CHECKSUM_VERIFIED
    t.stack.receive(vouched, 0)
    t.nothing()
    expect(t.open().readable).toBe(4)
  })
  test('a SYN from ourselves to ourselves (LAND), from multicast or from nobody is not answered (RFC 9293 3.9.2)', () => {
    const t = peerOf()
    t.stack.listen({ port: US.port })
    for (const source of [
      US,
      { address: ip('224.0.0.1'), port: 9 },
      { address: ip('0.0.0.0'), port: 9 },
      { address: ip('255.255.255.255'), port: 9 },
    ]) {
      t.stack.receive(frameOf(t, { is: 'SYN' }, source), 0)
      t.nothing()
    }
    expect(t.stack.connections).toBe(0)
  })
  test('noise never throws, is bounded, and gives every frame back', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seeded(seed)
      const reach = Object.values(IN_STATE)[seed % Object.keys(IN_STATE).length]!
      const { t } = reach()
      t.stack.listen({ port: 80 }, { backlog: 2 })
      for (let i = 0; i < 300; i++) {
        const batch = Array.from({ length: random.number() < 0.7 ? 1 : 1 + random.below(5) }, () => {
          const controls = ['ACK', 'SYN', 'RST', 'FIN', 'PSH', 'URG'].filter(() => random.number() < 0.35).join(' ')
          const segment = {
            is: controls,
            seq: random.number() < 0.7 ? random.below(40) - 10 : random.below(2 ** 31),
            ack: random.number() < 0.7 ? random.below(40) - 10 : random.below(2 ** 31),
            window: random.below(65_536),
            length: random.number() < 0.5 ? 0 : random.below(1400),
          }
          const to = random.number() < 0.8 ? US : { ...US, port: 80 }
          const frame = frameOf(t, segment, random.number() < 0.8 ? PEER : from(random.below(65_536)), to)
          if (random.number() < 0.2) frame.length = random.below(frame.length)
          return frame
        })
        t.stack.receiveBatch(batch, t.now)
        for (let e = t.stack.pollEvent(); e !== undefined; e = t.stack.pollEvent());
        let sent = 0
        for (let f = t.stack.pollTransmit(t.now); f !== undefined; f = t.stack.pollTransmit(t.now)) {
          f.release()
          sent++
        }
        expect(sent, `seed ${seed}, batch ${i}`).toBeLessThanOrEqual(4 * batch.length)
        if (random.number() < 0.1) t.at(t.now + random.below(3000))
      }
      expect(t.open().readable, `seed ${seed}`).toBeLessThanOrEqual(DEFAULT_BUFFER)
      expect(t.stack.connections, `seed ${seed}`).toBeLessThanOrEqual(1 + DEFAULT_BACKLOG)
      t.open().reset(t.now)
      t.whatever()
      expect(t.pool.outstanding, `seed ${seed}: frames not given back`).toBe(0)
    }
  })
  test('an unreachable network fails a connection in SYN-SENT with its own failure, and no other', () => {
    const reason = fail('ip/no-route', { where: '10.0.0.2' })
    const { t } = IN_STATE['SYN-SENT']!()
    t.stack.unreachable({ local: US, remote: PEER, sequenceNumber: t.ourIss, lasts: 'for good' }, reason, t.now)
    t.nothing()
    expect(t.events).toEqual(['ip/no-route', 'closed: reset'])
    expect(t.stack.connections).toBe(0)
    const open = established().t
    open.stack.unreachable(
      { local: US, remote: PEER, sequenceNumber: open.ourIss, lasts: 'for good' },
      reason,
      open.now,
    )
    open.state('ESTABLISHED')
  })
})

test('every tcp failure has a sentence, an exit code of its kind, and tools that exist', () => {
  for (const [code, entry] of Object.entries(failures).filter(([name]) => name.startsWith('tcp/'))) {
    const info = fail(code as keyof typeof failures, { where: '10.0.0.2:443', number: 5000 })
    expect(sentence(info), code).toMatch(/10\.0\.0\.2:443/)
    expect(entry.exit, code).toBe(code === 'tcp/silence' || code === 'tcp/timeout' ? 7 : 3)
    for (const command of english.tryThis(info)) expect(command, code).toMatch(/^(barewire (get|serve) |ss |ping )/)
  }
  expect(sentence(fail('tcp/reset-in-handshake', { where: 'shop.test:443' }))).toBe(
    'The connection was cut after our hello. shop.test:443 sent RST before the TLS handshake was done.',
  )
})
