import { expect, test } from 'vitest'
import { byConnection } from './connections.ts'
import { inWireOrder } from './order.ts'
import type { TraceRecord } from './recorder.ts'
import type { Layer, MessageRecord } from './types.ts'

let ids = 0
const message = (layer: Layer, name: string, more: Partial<MessageRecord> = {}): TraceRecord => ({
  type: 'message',
  record: {
    id: ++ids,
    layer,
    flow: 'a:1-b:2',
    host: 'here',
    direction: 'in',
    at: 5,
    name,
    format: undefined,
    bytes: new Uint8Array(0),
    ...more,
  },
})
const verdict = (layer: Layer, check: string, flow = 'a:1-b:2'): TraceRecord => ({
  type: 'verdict',
  record: { layer, flow, host: 'here', at: 7, check, ok: true },
})
const namesOf = (records: readonly TraceRecord[]) =>
  records.map(({ type, record }) => (type === 'message' ? record.name : type === 'verdict' ? record.check : type))

test('an answer that came in front of an alert in the same read is told in front of it, at the time of the read', () => {
  const told = inWireOrder([
    message('tcp', 'read', { payload: { start: 0, end: 400, at: 0 } }),
    message('record', 'data', { payload: { start: 0, end: 90, at: 13 } }),
    message('record', 'more data', { payload: { start: 90, end: 120, at: 13 } }),
    message('record', 'alert record'),
    message('tls', 'Alert'),
    message('http', '200 OK', { stream: { start: 0, end: 80 }, at: 7 }),
    verdict('http', 'framing'),
    verdict('tls', 'level'),
  ])
  expect(namesOf(told)).toEqual(['read', 'data', '200 OK', 'framing', 'more data', 'alert record', 'Alert', 'level'])
  expect(told[2]).toMatchObject({ record: { at: 5 } })
})

test('answers of one read keep their order, and other connections theirs', () => {
  const of = (flow: string) => [
    message('record', `${flow} 1`, { flow, payload: { start: 0, end: 50, at: 5 } }),
    message('record', `${flow} 2`, { flow, payload: { start: 50, end: 90, at: 5 } }),
    message('record', `${flow} 3`, { flow }),
    message('http', `${flow} first`, { flow, stream: { start: 0, end: 40 } }),
    message('http', `${flow} second`, { flow, stream: { start: 40, end: 70 } }),
  ]
  expect(namesOf(inWireOrder([...of('x'), ...of('y')]))).toEqual(
    ['x', 'y'].flatMap(flow => [`${flow} 1`, `${flow} first`, `${flow} 2`, `${flow} second`, `${flow} 3`]),
  )
})

test('a head whose end came with the last read, and one of plain text, stay where they are', () => {
  const turn = [
    message('tcp', 'read', { payload: { start: 0, end: 90, at: 0 } }),
    message('http', '100 Continue', { stream: { start: 0, end: 30 } }),
    message('http', '200 OK', { stream: { start: 30, end: 90 } }),
    message('tcp', 'write', { direction: 'out' }),
  ]
  expect(inWireOrder(turn)).toEqual(turn)
})

test('a look-up and the addresses that failed belong to the connection that they led to', () => {
  const lookUp = (name: string) => message('dns', `A ${name}?`, { flow: `lookup ${name}`, direction: 'out' })
  const run = [
    lookUp('a'),
    message('dns', '::1, 127.0.0.1', { flow: 'lookup a' }),
    verdict('tcp', 'address', '[::1]:443'),
    message('tcp', 'read', { flow: 'one' }),
    message('http', '302 Found', { flow: 'one' }),
    lookUp('b'),
    message('tcp', 'read', { flow: 'two' }),
    message('tcp', 'late read', { flow: 'one' }),
    message('http', '302 Found', { flow: 'two' }),
    message('tcp', 'read', { flow: 'three' }),
    verdict('tcp', 'address', '127.0.0.9:80'),
  ]
  expect(byConnection(run).map(namesOf)).toEqual([
    ['A a?', '::1, 127.0.0.1', 'address', 'read', '302 Found', 'late read'],
    ['A b?', 'read', '302 Found'],
    ['read'],
    ['address'],
  ])
})
