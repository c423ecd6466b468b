import { expect, test } from 'vitest'
import { concat, hex } from '../../test/support/bytes.ts'
import { checked } from '../../test/support/checked.ts'
import { FramePool } from '../wire/frame.ts'
import { LearningSwitch } from './switch.ts'

const mac = (n: number) => Uint8Array.of(2, 0, 0, 0, n >> 8, n & 255)
const BROADCAST = hex('ffffffffffff')

const setup = (ports = 3) => {
  const pool = new FramePool()
  const own = new LearningSwitch(pool)
  for (let port = 1; port <= ports; port++) own.addPort(port)
  const engine = checked(own)
  return {
    pool,
    engine: own,
    send(port: number, from: Uint8Array, to: Uint8Array, now = 0): number[] {
      const frame = pool.copy(concat(to, from, hex('0800'), new Uint8Array(46)))
      frame.device = port
      engine.receive(frame, now)
      const out: number[] = []
      engine.pollEvent()
      for (let o = engine.pollTransmit(now); o !== undefined; o = engine.pollTransmit(now)) {
        out.push(o.device)
        o.release()
      }
      return out
    },
  }
}

test('a frame for an unknown address goes to every port but its own; the answer goes to one (IEEE 802.1D 7.7)', () => {
  const { send, pool, engine } = setup()
  expect(send(1, mac(1), mac(2))).toEqual([2, 3])
  expect(send(2, mac(2), mac(1))).toEqual([1])
  expect(send(1, mac(1), mac(2))).toEqual([2])
  expect(engine.portOf(mac(2), 0)).toBe(2)
  expect(pool.outstanding).toBe(0)
})

test('broadcasts and groups go everywhere, also when their address was seen as a source', () => {
  const { send } = setup()
  send(2, BROADCAST, mac(9))
  expect(send(1, mac(1), BROADCAST)).toEqual([2, 3])
})

test('a frame for a neighbour on the same port stays there', () => {
  const { send, engine } = setup()
  send(1, mac(1), mac(2))
  send(1, mac(2), mac(1))
  expect(send(1, mac(1), mac(2))).toEqual([])
  expect(engine.counts.filtered).toBe(2)
})

test('an address is forgotten after five minutes of silence, and follows its machine to another port (IEEE 802.1D 7.9.2)', () => {
  const { send } = setup()
  send(1, mac(1), mac(9))
  expect(send(2, mac(2), mac(1), 300_000 - 1)).toEqual([1])
  expect(send(2, mac(2), mac(1), 300_000)).toEqual([1, 3])
  send(3, mac(1), mac(9), 300_000)
  expect(send(2, mac(2), mac(1), 300_000)).toEqual([3])
})

test('a flood of sources does not grow the table beyond its size', () => {
  const { send, engine } = setup()
  for (let n = 0; n < 8192 + 100; n++) send(1, mac(n), mac(0))
  expect(engine.size).toBe(8192)
  expect(engine.counts.tableFull).toBe(100)
  send(1, mac(60_000), mac(0), 300_000)
  expect(engine.size).toBe(1)
})

test('a full table goes on to follow the stations that it knows', () => {
  const { send, engine } = setup()
  for (let n = 0; n < 8192; n++) send(1, mac(n), mac(0))
  send(2, mac(5), mac(0), 299_999)
  expect(engine.portOf(mac(5), 300_000)).toBe(2)
  expect([engine.size, engine.counts.tableFull]).toEqual([8192, 0])
})

test('what is shorter than a header is dropped; an unplugged port is forgotten', () => {
  const { pool, engine, send } = setup()
  engine.receive(pool.copy(hex('0102030405060708090a0b0c0d')), 0)
  expect(engine.counts.short).toBe(1)
  send(2, mac(2), mac(9))
  engine.removePort(2)
  expect(send(1, mac(1), mac(2))).toEqual([3])
  expect(pool.outstanding).toBe(0)
})

test('stations that differ in one octet of their address are two stations, whichever octet it is', () => {
  const { send, engine } = setup()
  const station = (octet: number) => Uint8Array.from([0x10, 1, 1, 1, 1, 1], (value, i) => (i === octet ? 0x42 : value))
  for (let octet = 0; octet <= 6; octet++) send(1 + (octet % 3), station(octet), BROADCAST)
  expect(engine.size).toBe(7)
  for (let octet = 0; octet <= 6; octet++)
    expect(engine.portOf(station(octet), 0), `octet ${octet}`).toBe(1 + (octet % 3))
})
