import { expect, test } from 'vitest'
import { concat, hex, toHex } from '../../test/support/bytes.ts'
import { recorder } from '../trace/recorder.ts'
import { ip } from '../wire/address.ts'
import { FramePool } from '../wire/frame.ts'
import { IpEngine } from './engine.ts'

/** Echo request 1.3 with two bytes of data from 10.0.0.2 to 10.0.0.1. */
const ECHO = hex('4500001e00070000400166d6 0a000002 0a000001 0800 8f92 0001 0003 6869')
const FRAME_HEADER = hex('020000000001 020000000002 0800')

test('a packet says where in its frame it lies, its message where in the packet, and the answer carries its own', () => {
  const pool = new FramePool()
  const sink = recorder()
  const interfaces = [{ address: ip('10.0.0.1'), prefix: 24, mtu: 1500 }]
  const engine = new IpEngine({ interfaces, pool, host: 'us', trace: sink })
  const frame = pool.copy(concat(FRAME_HEADER, ECHO, new Uint8Array(16)))
  frame.message = sink.nextId()
  frame.messageAt = frame.offset
  frame.offset += 14
  frame.length -= 14
  engine.receive(frame, 9)
  expect(engine.pollEvent()).toBeUndefined()
  engine.pollTransmit(9)!.release()
  const told = sink.records.flatMap(r => (r.type === 'message' ? [r.record] : []))
  expect(told.map(m => [m.id, m.at, m.host, m.layer, m.direction, m.flow, m.name])).toEqual([
    [2, 9, 'us', 'ip', 'in', '10.0.0.1 10.0.0.2', 'ICMP'],
    [3, 9, 'us', 'icmp', 'in', '10.0.0.2', 'echo request'],
    [4, 9, 'us', 'icmp', 'out', '10.0.0.2', 'echo reply'],
    [5, 9, 'us', 'ip', 'out', '10.0.0.1 10.0.0.2', 'ICMP'],
  ])
  expect(told.map(m => m.carriedBy)).toEqual([
    [{ message: 1, start: 14, end: 44 }],
    [{ message: 2, start: 20, end: 30 }],
    undefined,
    undefined,
  ])
  expect(told.map(m => m.carries)).toEqual([undefined, undefined, undefined, [{ message: 4, start: 20, end: 30 }]])
  expect(toHex(told[2]!.bytes)).toBe('00009792000100036869')
  expect(pool.outstanding).toBe(0)
})
