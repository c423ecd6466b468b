import { expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { recorder } from '../trace/recorder.ts'
import { ip } from '../wire/address.ts'
import { FramePool } from '../wire/frame.ts'
import { LinkEngine } from './engine.ts'

const OWN = hex('020000000001')
const PEER = hex('020000000002')
const ALL = hex('ffffffffffff')
const ANSWER = hex('0001 0800 06 04 0002 020000000002 0a000002 020000000001 0a000001')
const QUESTION = hex('0001 0800 06 04 0001 020000000002 0a000002 000000000000 0a000001')

const traced = () => {
  const pool = new FramePool()
  const sink = recorder()
  const engine = new LinkEngine({ mac: OWN, address: ip('10.0.0.1'), pool, host: 'us', trace: sink })
  const drain = (now: number) => {
    for (let e = engine.pollEvent(); e !== undefined; e = engine.pollEvent()) e.frame.release()
    for (let f = engine.pollTransmit(now); f !== undefined; f = engine.pollTransmit(now)) f.release()
  }
  return {
    states: () =>
      sink.records.flatMap(r => (r.type === 'state' ? [`${r.record.at}: ${r.record.from}, ${r.record.to}`] : [])),
    told: () => sink.records.flatMap(r => (r.type === 'message' ? [r.record] : [])),
    wire(to: Uint8Array, type: string, payload: Uint8Array, now: number) {
      engine.receive(pool.copy(concat(to, PEER, hex(type), payload)), now)
      drain(now)
    },
    send(payload: Uint8Array, message: number, now: number) {
      const frame = pool.take(payload.length)
      frame.buffer.set(payload, frame.offset)
      frame.length = payload.length
      frame.nextHop = ip('10.0.0.2')
      frame.message = message
      engine.send(frame, now)
      drain(now)
    },
  }
}

test('who asks and who answers is told with the place of the question in its frame (RFC 826)', () => {
  const t = traced()
  t.send(ascii('first'), 0, 5)
  t.wire(OWN, '0806', ANSWER, 7)
  const lines = t.told().map(m => [m.id, m.at, m.layer, m.direction, m.flow, m.name])
  expect(lines).toEqual([
    [1, 5, 'arp', 'out', '10.0.0.2', 'who has 10.0.0.2'],
    [2, 5, 'ethernet', 'out', '02:00:00:00:00:01 ff:ff:ff:ff:ff:ff', 'ARP'],
    [3, 7, 'ethernet', 'in', '02:00:00:00:00:01 02:00:00:00:00:02', 'ARP'],
    [4, 7, 'arp', 'in', '10.0.0.2', '10.0.0.2 is at 02:00:00:00:00:02'],
    [5, 7, 'ethernet', 'out', '02:00:00:00:00:01 02:00:00:00:00:02', 'IPv4'],
  ])
  const [question, asked, , answer, packet] = t.told()
  expect(question?.carriedBy).toBeUndefined()
  expect(asked?.carries).toEqual([{ message: 1, start: 14, end: 42 }])
  expect(answer?.carriedBy).toEqual([{ message: 3, start: 14, end: 42 }])
  expect(toHex(answer!.bytes)).toBe(toHex(ANSWER))
  expect(packet?.carries).toBeUndefined()
  expect(t.states()).toEqual(['7: Incomplete, Reachable'])
})

test('our answer is told as ours, for the one who asked', () => {
  const t = traced()
  t.wire(ALL, '0806', QUESTION, 3)
  expect(t.told().map(m => [m.layer, m.direction, m.flow, m.name])).toEqual([
    ['ethernet', 'in', 'ff:ff:ff:ff:ff:ff 02:00:00:00:00:02', 'ARP'],
    ['arp', 'in', '10.0.0.2', 'who has 10.0.0.1'],
    ['arp', 'out', '10.0.0.2', '10.0.0.1 is at 02:00:00:00:00:01'],
    ['ethernet', 'out', '02:00:00:00:00:01 02:00:00:00:00:02', 'ARP'],
  ])
})

test('a frame says where in it the packet lies, without the padding', () => {
  const t = traced()
  t.wire(ALL, '0806', QUESTION, 3)
  t.send(ascii('packet'), 77, 4)
  const frame = t.told().at(-1)!
  expect([frame.at, frame.host, frame.bytes.length]).toEqual([4, 'us', 60])
  expect(frame.carries).toEqual([{ message: 77, start: 14, end: 20 }])
})
