import { expect, test } from 'vitest'
import { ip } from '../wire/address.ts'
import { FramePool } from '../wire/frame.ts'
import { cable } from './cable.ts'
import { LinkEngine } from './engine.ts'

const station = (n: number) => {
  const pool = new FramePool()
  return {
    pool,
    engine: new LinkEngine({ mac: Uint8Array.of(2, 0, 0, 0, 0, n), address: ip(`10.0.0.${n}`), pool, host: `${n}` }),
  }
}

test('frames go both ways until both ends have said all: question, answer, and the packet that waited for it', () => {
  const [a, b] = [station(1), station(2)]
  const wire = cable(a.engine, b.engine, { a: a.pool, b: b.pool })
  const packet = a.pool.take(4)
  packet.buffer.set([1, 2, 3, 4], packet.offset)
  packet.length = 4
  packet.nextHop = ip('10.0.0.2')
  a.engine.send(packet, 0)
  const seen: string[] = []
  wire.settle(0, (frame, from) => void seen.push(`${from} ${frame.view()[12]! * 256 + frame.view()[13]!}`))
  expect(seen).toEqual(['a 2054', 'b 2054', 'a 2048'])
  const event = b.engine.pollEvent()
  expect(event?.type).toBe('packet')
  event?.frame.release()
  wire.settle(0)
  expect([a.pool.outstanding, b.pool.outstanding]).toEqual([0, 0])
})
