import { expect, test } from 'vitest'
import type { TraceRecord } from '../../trace/recorder.ts'
import { Feed } from './feed.ts'

const message = (id: number, size = 100): TraceRecord => ({
  type: 'message',
  record: {
    id,
    layer: 'tcp',
    flow: 'f',
    host: 'h',
    direction: 'in',
    at: id,
    name: 'read',
    format: undefined,
    bytes: new Uint8Array(size),
  },
})
const from = (first: number, last: number, size?: number): TraceRecord[] =>
  Array.from({ length: last - first + 1 }, (_, i) => message(first + i, size))

const live = new AbortController().signal
const decoder = new TextDecoder()
type Line = { readonly type: string; readonly id?: number; readonly records?: number }
const parsed = (bytes: Uint8Array | undefined): Line[] =>
  bytes === undefined
    ? []
    : decoder
        .decode(bytes)
        .trimEnd()
        .split('\n')
        .map(text => JSON.parse(text) as Line)
const all = async (stream: ReadableStream<Uint8Array>): Promise<Line[]> => {
  const lines: Line[] = []
  for await (const piece of stream) lines.push(...parsed(piece))
  return lines
}
const idsOf = (lines: readonly Line[]) => lines.map(({ type, id, records }) => id ?? records ?? type)

test('a page that comes late gets what was said before, then what is said, then that it is over', async () => {
  const feed = new Feed({ type: 'live', command: 'get https://a.test/' })
  feed.add(from(1, 3))
  const reader = feed.lines(live).getReader()
  const first = await reader.read()
  expect(idsOf(parsed(first.value))).toEqual(['live', 1, 2, 3])
  const next = reader.read()
  feed.add(from(4, 5))
  expect(idsOf(parsed((await next).value))).toEqual([4, 5])
  const last = reader.read()
  feed.end({ type: 'ended', exit: 0 })
  expect(parsed((await last).value)).toEqual([{ type: 'ended', exit: 0 }])
  expect((await reader.read()).done).toBe(true)
  feed.add(from(6, 6))
  expect(idsOf(await all(feed.lines(live)))).toEqual(['live', 1, 2, 3, 4, 5, 'ended'])
})

test('beginning and end of a long run are held, and what is missing between them is counted', async () => {
  const feed = new Feed({ type: 'live' }, { first: 2000, last: 3000 })
  feed.add(from(1, 1000))
  feed.end({ type: 'ended' })
  // 612 octets each: three of the beginning, four of the end.
  expect(idsOf(await all(feed.lines(live)))).toEqual(['live', 1, 2, 3, 993, 997, 998, 999, 1000, 'ended'])
})

test('a record that is larger than all that is held is counted and takes nobody along but those before it', async () => {
  const feed = new Feed({ type: 'live' }, { first: 1000, last: 3000 })
  feed.add([message(1), message(2), message(3, 5000), message(4)])
  feed.end({ type: 'ended' })
  expect(idsOf(await all(feed.lines(live)))).toEqual(['live', 1, 2, 4, 'ended'])
})

test('a page that does not read is told afterwards how much it has missed, and sees what came since', async () => {
  const feed = new Feed({ type: 'live' }, { first: 1000, last: 3000 })
  const reader = feed.lines(live).getReader()
  feed.add(from(1, 1))
  expect(idsOf(parsed((await reader.read()).value))).toEqual(['live', 1])
  feed.add(from(2, 5000))
  expect(idsOf(parsed((await reader.read()).value))).toEqual([4995, 4997, 4998, 4999, 5000])
})

test('what comes in one piece is no longer than a piece: nothing is made for who does not take it', async () => {
  const feed = new Feed({ type: 'live' })
  feed.add(from(1, 5000, 1000))
  const { value } = await feed.lines(live).getReader().read()
  expect(value!.length).toBeGreaterThan(60_000)
  expect(value!.length).toBeLessThan(70_000)
})

test('who leaves is not counted any more, whichever way, and however far it has read', async () => {
  const feed = new Feed({ type: 'live' })
  const leaving = new AbortController()
  const [never, waiting, cancelled, over] = [leaving.signal, leaving.signal, live, live].map(signal =>
    feed.lines(signal).getReader(),
  )
  expect(feed.readers).toBe(4)
  await waiting!.read()
  const pending = waiting!.read()
  leaving.abort()
  expect((await pending).done).toBe(true)
  expect((await never!.read()).done).toBe(true)
  expect(feed.readers).toBe(2)
  await cancelled!.read()
  const cut = cancelled!.read()
  await cancelled!.cancel()
  expect((await cut).done).toBe(true)
  expect(feed.readers).toBe(1)
  feed.end({ type: 'ended' })
  await over!.read()
  expect(feed.readers).toBe(0)
})

test('what is held is a copy: a buffer that is used again changes nothing', async () => {
  const feed = new Feed({ type: 'live' })
  const buffer = new Uint8Array(200).fill(1)
  const entry = message(1)
  if (entry.type !== 'message') throw new Error('no message')
  feed.add([{ type: 'message', record: { ...entry.record, bytes: buffer.subarray(0, 3) } }])
  buffer.fill(2)
  feed.end({ type: 'ended' })
  expect((await all(feed.lines(live)))[1]).toMatchObject({ bytes: 'AQEB' })
})
