import { expect, test } from 'vitest'
import type { TraceRecord } from '../../trace/recorder.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { type Filter, filterOf } from '../filter/filter.ts'
import { meantIn } from './listed-in.ts'

const message = (id: number, over: Partial<MessageRecord>): TraceRecord => ({
  type: 'message',
  record: {
    id,
    layer: 'tcp',
    flow: 'f',
    host: 'client',
    direction: 'out',
    at: id,
    name: 'PSH ACK',
    format: undefined,
    bytes: new Uint8Array(id % 3),
    ...over,
  },
})

/** Of five messages one is a head of HTTP, in the segment that was told nine before it. */
const many = Array.from({ length: 70_000 }, (_, i) => {
  const id = i + 1
  const carriedBy = [{ message: id - 9, start: 0, end: 1 }]
  return message(id, id % 5 > 0 ? {} : { layer: 'http', name: 'GET /', carriedBy })
})

test('a filter means the same messages of very many, looked at a part at a time', () => {
  for (const text of ['http and tcp.length == 2', 'tcp.length == 1', 'not tcp.length > 0']) {
    const filter = filterOf(text) as Filter
    const meant = [...meantIn(many, filter)]
    expect(meant.length).toBeGreaterThan(1_000)
    expect(meant).toEqual([...filter.matching(many)])
  }
})

test('of few it means those, and of none nothing', () => {
  const filter = filterOf('tcp.length == 2') as Filter
  expect([...meantIn(many.slice(0, 10), filter)]).toEqual([2, 8])
  expect([...meantIn([], filter)]).toEqual([])
})
