/** Threads through many messages, against looking at every byte. */
import { expect, test } from 'vitest'
import { seeded } from '../random.ts'
import { threads } from './thread.ts'
import type { MessageRecord } from './types.ts'

const message = (over: Partial<MessageRecord> & Pick<MessageRecord, 'id' | 'layer'>): MessageRecord => ({
  flow: 'f',
  host: 'client',
  direction: 'in',
  at: 0,
  name: over.layer,
  format: undefined,
  bytes: new Uint8Array(0),
  ...over,
})
const HEADER = 20
const segment = (id: number, start: number, end: number): MessageRecord =>
  message({ id, layer: 'tcp', bytes: new Uint8Array(HEADER), payload: { start, end, at: HEADER } })

test('segments that overlap in any way: each byte lies where it was seen first, and copies are all that had it', () => {
  const random = seeded(7)
  for (let run = 0; run < 300; run++) {
    const segments = Array.from({ length: 1 + random.below(12) }, (_, i) => {
      const start = random.below(60)
      return segment(i + 2, start, start + random.below(20))
    })
    const stream = { start: random.below(30), end: 40 + random.below(30) }
    const record = message({ id: 1, layer: 'record', bytes: new Uint8Array(stream.end - stream.start), stream })
    const index = threads([record, ...segments])
    const range = { start: random.below(5), end: record.bytes.length - random.below(5) }
    const holds = (byte: number) => segments.filter(({ payload }) => payload!.start <= byte && byte < payload!.end)
    const bytes = Array.from({ length: range.end - range.start }, (_, i) => stream.start + range.start + i)
    const expected = bytes.flatMap(byte =>
      holds(byte)
        .slice(0, 1)
        .map(({ id, payload }) => `${id} ${HEADER + byte - payload!.start}`),
    )
    const [, crumb] = index.down(1, range)
    expect(crumb?.incomplete ?? true).toBe(expected.length < bytes.length)
    expect(
      (crumb?.places ?? []).flatMap(({ message: { id }, start, end }) =>
        Array.from({ length: end - start }, (_, i) => `${id} ${start + i}`),
      ),
    ).toEqual(expected)
    expect(index.copies({ message: record, ...range }).map(place => place.message.id)).toEqual(
      segments.filter(({ id }) => bytes.some(byte => holds(byte).some(each => each.id === id))).map(({ id }) => id),
    )
  }
})

test('in a stream of a hundred thousand segments each record finds its own: asking all would take minutes', () => {
  const segments = Array.from({ length: 100_000 }, (_, i) => segment(i + 1, i * 1000, (i + 1) * 1000))
  const records = Array.from({ length: 6_250 }, (_, i) =>
    message({
      id: 200_000 + i,
      layer: 'record',
      bytes: new Uint8Array(16_000),
      stream: { start: i * 16_000, end: (i + 1) * 16_000 },
    }),
  )
  const index = threads([...segments, ...records])
  for (const [i, { id }] of records.entries()) {
    const [, crumb] = index.down(id)
    expect(crumb!.places.length).toBe(16)
    expect(crumb!.places[0]!.message.id).toBe(16 * i + 1)
  }
})

test('a message in fifty thousand records is followed through all of them', () => {
  const records = Array.from({ length: 50_000 }, (_, i) => message({ id: i + 1, layer: 'record' }))
  const carriedBy = records.map(({ id }) => ({ message: id, start: 5, end: 6 }))
  const whole = message({ id: 60_000, layer: 'tls', bytes: new Uint8Array(50_000), carriedBy })
  const [, crumb] = threads([...records, whole]).down(60_000)
  expect(crumb).toMatchObject({ incomplete: false })
  expect(crumb!.places.map(({ message: { id } }) => id)).toEqual(records.map(({ id }) => id))
})
