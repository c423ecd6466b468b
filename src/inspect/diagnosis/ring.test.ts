import { expect, test } from 'vitest'
import type { Conversation } from '../../dissect/conversation.ts'
import type { TraceRecord } from '../../trace/recorder.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { Rings } from './ring.ts'

const connection = (id: number, client = '10.0.0.1'): Conversation =>
  ({ id, client: { address: client, port: 1000 + id }, server: { address: '10.0.0.2', port: 80 } }) as Conversation

let next = 1
const head = (direction: 'in' | 'out', text: string): TraceRecord => {
  const id = next++
  const bytes = latin1Bytes(`${text}\r\n\r\n`)
  const name = direction === 'out' ? text.split(' HTTP')[0]! : text.split('\r\n')[0]!.replace('HTTP/1.1 ', '')
  return {
    type: 'message',
    record: { id, layer: 'http', flow: 'f', host: 'h', direction, at: id, name, bytes },
  } as TraceRecord
}
const asked = (target: string, answer: string): readonly TraceRecord[] => [
  head('out', `GET ${target} HTTP/1.1\r\nHost: shop.test`),
  head('in', `HTTP/1.1 ${answer}`),
]
type Step = readonly [target: string, answer: string, client?: string | undefined]
const found = (steps: readonly Step[]) => {
  const rings = new Rings()
  for (const [i, [target, answer, client]] of steps.entries())
    rings.take(connection(i + 1, client), asked(target, answer))
  return rings.found()
}
const to = (location: string): string => `302 Found\r\nLocation: ${location}`

test('redirects that come round, each on a connection of its own, are one failure', () => {
  const steps = Array.from(
    { length: 10 },
    (_, i): Step => (i % 2 === 0 ? ['/a', to('/b')] : ['/b', to('http://shop.test/a')]),
  )
  const [ring, ...more] = found(steps)
  expect(more).toEqual([])
  expect(ring).toMatchObject({
    diagnosis: { code: 'net/too-many-redirects', side: 'server', number: 10, got: 'http://shop.test/a' },
    conversation: { id: 1 },
    alike: [2, 3, 4, 5, 6, 7, 8, 9, 10],
  })
})

test('a place is what Location says of the place before: a path, beside it, the root, a query', () => {
  const places: readonly (readonly [target: string, location: string])[] = [
    ['/x/y', '/x/y'],
    ['/x/y?q=1', 'y?q=1'],
    ['/x/y?q=1', '?q=1'],
    ['/', 'https://shop.test'],
    ['/?q', 'https://shop.test?q'],
    ['/x', '/x#top'],
  ]
  for (const [target, location] of places)
    expect(found(Array.from({ length: 5 }, (): Step => [target, to(location)])), location).toHaveLength(1)
})

test('four rounds, an end that is found, and who never goes where it is sent are none', () => {
  const round = (count: number, client?: string) => Array.from({ length: count }, (): Step => ['/a', to('/a'), client])
  expect(found(round(4))).toEqual([])
  expect(found([...round(9), ['/a', '200 OK']])).toEqual([])
  expect(found(Array.from({ length: 9 }, (): Step => ['/a', to('/login')]))).toEqual([])
  // Another client's answer ends nothing.
  expect(found([...round(5), ['/a', '200 OK', '10.0.0.9']])).toHaveLength(1)
  expect(found([...round(3), ...round(3, '10.0.0.9')])).toEqual([])
})

test('of many clients and of many steps only the last are remembered', () => {
  const rings = new Rings()
  for (let i = 0; i < 5; i++) rings.take(connection(i), asked('/a', to('/a')))
  for (let i = 0; i < 1000; i++) rings.take(connection(i, `10.1.${i >> 8}.${i & 255}`), asked('/a', to('/a')))
  expect(rings.found()).toEqual([])
  const long = found(Array.from({ length: 250 }, (): Step => ['/a', to('/a')]))
  expect(long[0]!.diagnosis.number).toBe(100)
})
