import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { keyLog, keyLogSink } from './keylog.ts'
import { bothEnds, messagesOf, onlyFlows, recorder, ring, selecting, tee, tell } from './recorder.ts'
import { threads, threadText } from './thread.ts'
import type { MessageRecord, TraceSink } from './types.ts'

const message = (over: Partial<MessageRecord> & Pick<MessageRecord, 'id' | 'layer'>): MessageRecord => ({
  flow: 'f',
  host: 'client',
  direction: 'out',
  at: 0,
  name: over.layer,
  format: undefined,
  bytes: new Uint8Array(100),
  ...over,
})
const say = (sink: TraceSink, id: number, flow = 'f', size = 100): void =>
  sink.message(message({ id, layer: 'tcp', flow, bytes: new Uint8Array(size) }))
const secret = { flow: 'f', host: 'client', label: 'CLIENT_RANDOM', clientRandom: Uint8Array.of(1, 0xab) } as const

test('the recorder keeps the beginning, in order, and counts what it did not keep', () => {
  const sink = recorder(2000)
  for (let i = 1; i <= 5; i++) say(sink, sink.nextId())
  sink.secret({ ...secret, secret: Uint8Array.of(2) })
  expect(messagesOf(sink.records).map(m => m.id)).toEqual([1, 2, 3])
  expect(sink.dropped).toBe(2)
  expect(sink.records.at(-1)?.type).toBe('secret')
})

test('the ring keeps the end', () => {
  const sink = ring(2000)
  for (let i = 1; i <= 50; i++) say(sink, sink.nextId())
  expect(messagesOf(sink.records).map(m => m.id)).toEqual([48, 49, 50])
  expect(sink.dropped).toBe(47)
})

test('both ends are kept, and where something is missing between them is known', () => {
  const sink = bothEnds(2000, 1300)
  for (let i = 1; i <= 3; i++) say(sink, sink.nextId())
  expect([sink.dropped, sink.beginning]).toEqual([0, 3])
  for (let i = 4; i <= 50; i++) say(sink, sink.nextId())
  expect(messagesOf(sink.records).map(m => m.id)).toEqual([1, 2, 3, 49, 50])
  expect([sink.dropped, sink.beginning]).toEqual([45, 3])
  const dear = bothEnds(2000, 1300, 1000)
  for (let i = 1; i <= 50; i++) say(dear, dear.nextId())
  expect(messagesOf(dear.records).map(m => m.id)).toEqual([1, 50])
})

test('what is not selected takes a number and is not missed', () => {
  const sink = selecting(recorder(2000), entry => (messagesOf([entry])[0]?.flow === 'wanted' ? entry : undefined))
  for (const flow of ['wanted', 'other', 'wanted', 'wanted']) say(sink, sink.nextId(), flow)
  expect(messagesOf(sink.records).map(m => m.id)).toEqual([1, 3, 4])
  expect([sink.dropped, sink.beginning]).toEqual([0, 3])
  say(sink, sink.nextId(), 'wanted')
  expect([sink.dropped, sink.beginning]).toEqual([1, 3])
})

test('a message that is a view of a larger buffer is copied, so that the cap is honest', () => {
  const sink = recorder()
  const large = ascii('GET / HTTP/1.1').slice()
  sink.message(message({ id: 1, layer: 'http', bytes: large.subarray(0, 3) }))
  const [kept] = messagesOf(sink.records)
  expect(kept?.bytes).toEqual(ascii('GET'))
  expect(kept?.bytes.buffer.byteLength).toBe(3)
})

test('a tee says everything to all, a flow filter only what is wanted', () => {
  const [a, b] = [recorder(), recorder()]
  const sink = tee(
    a,
    onlyFlows(b, flow => flow === 'wanted'),
  )
  say(sink, sink.nextId(), 'wanted')
  say(sink, sink.nextId(), 'other')
  sink.state({ layer: 'tcp', flow: 'other', host: 'h', from: 'CLOSED', to: 'SYN-SENT', at: 1 })
  sink.verdict({ layer: 'tls', flow: 'wanted', host: 'h', at: 2, check: 'name', ok: true })
  expect(a.records.length).toBe(4)
  expect(b.records.map(r => r.type)).toEqual(['message', 'verdict'])
  const again = recorder()
  for (const entry of a.records) tell(again, entry)
  expect(again.records).toEqual(a.records)
})

test('the key log has each secret once, as NSS writes it', () => {
  const sink = recorder()
  sink.secret({ ...secret, secret: Uint8Array.of(0xff) })
  sink.secret({ ...secret, host: 'server', secret: Uint8Array.of(0xff) })
  expect(keyLog(sink.records)).toBe('CLIENT_RANDOM 01ab ff\n')
  const lines: string[] = []
  const live = keyLogSink(line => lines.push(line))
  for (const entry of sink.records) tell(live, entry)
  expect(lines).toEqual(['CLIENT_RANDOM 01ab ff\n'])
})

/** A request of 40 bytes in one sealed record, cut into two segments of which the first is sent twice. */
const exchange: readonly MessageRecord[] = [
  message({ id: 1, layer: 'http', name: 'GET /cart', bytes: new Uint8Array(40), stream: { start: 0, end: 40 } }),
  message({
    id: 2,
    layer: 'record',
    sealed: true,
    bytes: new Uint8Array(69),
    stream: { start: 500, end: 569 },
    payload: { start: 0, end: 40, at: 13 },
  }),
  message({ id: 3, layer: 'tcp', bytes: new Uint8Array(50), payload: { start: 500, end: 530, at: 20 } }),
  message({ id: 4, layer: 'tcp', bytes: new Uint8Array(59), payload: { start: 530, end: 569, at: 20 } }),
  message({ id: 5, layer: 'ip', bytes: new Uint8Array(70), carries: [{ message: 3, start: 20, end: 70 }] }),
  message({ id: 6, layer: 'ip', bytes: new Uint8Array(79), carries: [{ message: 4, start: 20, end: 79 }] }),
  message({ id: 7, layer: 'ethernet', bytes: new Uint8Array(84), carries: [{ message: 5, start: 14, end: 84 }] }),
  message({ id: 8, layer: 'ethernet', bytes: new Uint8Array(93), carries: [{ message: 6, start: 14, end: 93 }] }),
  message({ id: 9, layer: 'tcp', bytes: new Uint8Array(50), payload: { start: 500, end: 530, at: 20 } }),
]

test('the thread leads from a cookie to its bytes in the frame', () => {
  const index = threads(exchange)
  const crumbs = index.down(1, { start: 20, end: 30 })
  expect(crumbs.map(c => c.layer)).toEqual(['http', 'record', 'tcp', 'ip', 'ethernet'])
  // Byte 20 of the request is byte 33 of the record, 533 of the stream, 23 of the second segment.
  expect(crumbs.map(c => c.places.map(p => [p.message.id, p.start, p.end]))).toEqual([
    [[1, 20, 30]],
    [[2, 33, 43]],
    [[4, 23, 33]],
    [[6, 43, 53]],
    [[8, 57, 67]],
  ])
  expect(threadText(index, crumbs, 'Cookie')).toBe(
    'Cookie ⊂ GET /cart ⊂ record 1 ⊂ segment 2 ⊂ packet 2 ⊂ frame 2, bytes 57..67',
  )
})

test('a range that was cut has a place in each piece, and the first copy of a retransmitted one counts', () => {
  const index = threads(exchange)
  const crumbs = index.down(1)
  expect(crumbs.at(-1)?.places.map(p => [p.message.id, p.start, p.end])).toEqual([
    [7, 67, 84],
    [8, 54, 77],
  ])
  expect(threadText(index, crumbs)).toBe(
    'GET /cart ⊂ record 1 ⊂ segment 1 and 1 more ⊂ packet 1 and 1 more ⊂ frame 1 and 1 more, bytes 67..84, 54..77',
  )
  const record = crumbs[1]!.places[0]!
  expect(index.copies(record).map(p => p.message.id)).toEqual([3, 4, 9])
  const ending = (end: number) => index.copies({ message: record.message, start: 0, end })
  expect(ending(30).map(p => [p.message.id, p.start, p.end])).toEqual([
    [3, 20, 50],
    [9, 20, 50],
  ])
  expect(ending(31).map(p => [p.message.id, p.start, p.end])).toEqual([
    [3, 20, 50],
    [4, 20, 21],
    [9, 20, 50],
  ])
})

test('bytes that were put together from pieces are found in each, and a missing piece is said', () => {
  const whole = message({
    id: 1,
    layer: 'tls',
    direction: 'in',
    name: 'Certificate',
    bytes: new Uint8Array(30),
    carriedBy: [
      { message: 2, start: 5, end: 15 },
      { message: 3, start: 5, end: 25 },
    ],
  })
  const first = message({ id: 2, layer: 'record', direction: 'in', bytes: new Uint8Array(15) })
  const second = message({ id: 3, layer: 'record', direction: 'in', bytes: new Uint8Array(25) })
  const places = (list: MessageRecord[]) => threads(list).down(1, { start: 8, end: 12 })[1]
  expect(places([whole, first, second])?.places.map(p => [p.message.id, p.start, p.end])).toEqual([
    [2, 13, 15],
    [3, 5, 7],
  ])
  expect(places([whole, second])).toMatchObject({ incomplete: true, places: [{ start: 5, end: 7 }] })
})

test('a trace that goes in circles ends', () => {
  const a = message({ id: 1, layer: 'ip', carriedBy: [{ message: 2, start: 0, end: 100 }] })
  const b = message({ id: 2, layer: 'ip', carriedBy: [{ message: 1, start: 0, end: 100 }] })
  expect(threads([a, b]).down(1).length).toBeLessThan(20)
})
