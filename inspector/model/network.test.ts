import { expect, test } from 'vitest'
import { LAPTOP, overheard, type PlayOptions, play } from '../../test/support/played.ts'
import { type Way, waysOf } from './network.ts'
import type { Parties } from './run.ts'

const parties: Parties = { client: { host: LAPTOP, name: LAPTOP }, server: { host: 'shop.test', name: 'shop.test' } }
const SIZE = 160_000
/** A large answer over a link that loses every fiftieth frame. */
const lossy: PlayOptions = {
  seed: 11,
  plain: true,
  paths: ['/big'],
  // Of a type that nobody compresses.
  handler: () => new Response('x'.repeat(SIZE), { headers: { 'content-type': 'image/png' } }),
  world: { delay: 15, loss: 0.02 },
}
const answer = (ways: readonly Way[]): Way => ways.find(({ from }) => from.name === 'shop.test')!
const answerOf = async (options: PlayOptions = lossy): Promise<Way> =>
  answer(waysOf((await play(options)).records, parties))

test('every byte of the answer has its place, and what was lost was sent again', async () => {
  const way = await answerOf()
  expect(way.bytes).toBeGreaterThan(SIZE)
  expect([way.lost > 0, way.again >= way.lost, way.seenBy]).toEqual([true, true, 'sender'])
  const covered = way.sent.filter(({ lost }) => lost === false).toSorted((a, b) => a.start - b.start)
  let reach = 0
  for (const { start, end } of covered) {
    expect(start).toBeLessThanOrEqual(reach)
    reach = Math.max(reach, end)
  }
  expect(reach).toBe(way.bytes)
  expect(way.acknowledged.at(-1)!.to).toBeGreaterThanOrEqual(way.bytes)
})

test('of two that look alike the one that was lost is the one that came before the other', async () => {
  const { sent } = await answerOf()
  for (const gone of sent.filter(({ lost }) => lost)) {
    const later = sent.find(({ at, start, end, lost }) => !lost && at > gone.at && start < gone.end && end > gone.start)
    expect(later).toMatchObject({ what: 'again' })
  }
})

test('what is under way never exceeds what was sent and comes back to nothing', async () => {
  const { inFlight, bytes } = await answerOf()
  expect(inFlight.every(({ value }) => value >= 0 && value <= bytes)).toBe(true)
  expect(Math.max(...inFlight.map(({ value }) => value))).toBeGreaterThan(1460)
  expect(inFlight.at(-1)!.value).toBe(0)
  expect(inFlight.map(({ at }) => at)).toEqual(inFlight.map(({ at }) => at).toSorted((a, b) => a - b))
})

test('the window opens, and closes where something was lost; a round trip takes the link there and back', async () => {
  const { window, roundTrips } = await answerOf()
  expect(window.length).toBeGreaterThan(4)
  expect(window.some(({ value }, i) => i > 0 && value < window[i - 1]!.value)).toBe(true)
  expect(roundTrips.length).toBeGreaterThan(3)
  // 15 ms each way.
  expect(Math.min(...roundTrips.map(({ value }) => value))).toBeGreaterThanOrEqual(30)
})

test('another seed loses other segments', async () => {
  const lostIn = ({ sent }: Way): number[] => sent.filter(({ lost }) => lost).map(({ start }) => start)
  const [one, other] = [await answerOf(), await answerOf({ ...lossy, seed: 12 })]
  expect(lostIn(one)).not.toEqual(lostIn(other))
})

test('a short exchange without loss has two ways, one for each direction', async () => {
  const ways = waysOf((await play()).records, parties)
  expect(ways.map(({ from, to, lost, again }) => [from.name, to.name, lost, again])).toEqual([
    [LAPTOP, 'shop.test', 0, 0],
    ['shop.test', LAPTOP, 0, 0],
  ])
  expect(ways.every(({ roundTrips }) => roundTrips.every(({ value }) => value >= 2))).toBe(true)
})

test('of a capture both ways are seen with the eyes of the client: what was lost nobody can tell', async () => {
  const { records } = overheard(await play(lossy))
  const way = waysOf(records, { client: { host: 'client', name: 'a' }, server: { host: undefined, name: 'b' } }).find(
    ({ from }) => from.name === 'b',
  )!
  expect([way.seenBy, way.sent.every(({ lost }) => lost === undefined), way.window]).toEqual(['receiver', true, []])
  expect(way.bytes).toBeGreaterThan(SIZE)
})

test('sequence numbers that begin anew behind the last one go on', async () => {
  const { records } = await play(lossy)
  const shift = (bytes: Uint8Array, at: number): void => {
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    view.setUint32(at, (view.getUint32(at) + by) >>> 0)
  }
  const plain = answer(waysOf(records, parties))
  const syn = records.find(entry => entry.type === 'message' && entry.record.name === 'SYN ACK')
  if (syn?.type !== 'message') throw new Error('no SYN ACK')
  const first = new DataView(syn.record.bytes.buffer, syn.record.bytes.byteOffset).getUint32(4)
  // The number of the byte in the middle of the answer becomes 0.
  const by = -(first + SIZE / 2)
  const moved = records.map(entry => {
    if (entry.type !== 'message' || entry.record.layer !== 'tcp') return entry
    const bytes = entry.record.bytes.slice()
    const fromServer = (entry.record.host === 'shop.test') === (entry.record.direction === 'out')
    shift(bytes, fromServer ? 4 : 8)
    return { ...entry, record: { ...entry.record, bytes } }
  })
  expect(answer(waysOf(moved, parties))).toEqual(plain)
})

test('bytes of a socket of the system are no segments, and segments that are cut short no heads', () => {
  const message = { id: 1, layer: 'tcp', flow: 'f', host: LAPTOP, direction: 'out', at: 0, format: undefined } as const
  const records = [
    { type: 'message', record: { ...message, name: 'write', bytes: new Uint8Array(100) } },
    { type: 'message', record: { ...message, flow: 'g', name: 'ACK', bytes: new Uint8Array(7) } },
  ] as const
  expect(waysOf(records, parties)).toEqual([])
})
