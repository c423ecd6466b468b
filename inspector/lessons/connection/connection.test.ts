import { expect, test } from 'vitest'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'
import type { LadderDrawing } from '../drawings.ts'

lessonTests('old-syn', 'closing', 'loss')

test('the old SYN is what the same laptop said seconds ago: its number lies where the clock of sequence numbers was', async () => {
  for (const seed of [3, 4, 5]) {
    const { facts } = await scene('old-syn', 'late', seed)
    const seconds = ((Number(facts.newNumber) - Number(facts.oldNumber)) >>> 0) / 250_000
    expect(seconds).toBeGreaterThan(8)
    expect(seconds).toBeLessThan(41)
    expect(facts.rstNumber).toBe(facts.oldAnswered)
  }
})

test('a lost acknowledgment is drawn as lost, and the same bytes sent again as arrived', async () => {
  const { steps } = await scene('closing', 'lost', 3)
  const { ladder } = steps.at(-1)!.drawings[0] as LadderDrawing<string>
  const acks = ladder.arrows.filter(({ text, from, sent }) => text === 'ACK' && from === 0 && sent > 150)
  expect(acks.map(({ arrived, note }) => [arrived === undefined, note])).toEqual([
    [true, 'lost'],
    [false, undefined],
  ])
})

test('what TIME-WAIT lasts is twice the lifetime of a segment, and FIN that comes again begins it anew', async () => {
  const { facts: calm } = await scene('closing', 'calm', 3)
  expect(calm.waits).toBe(2 * Number(calm.lifetime))
  const { facts: lost } = await scene('closing', 'lost', 3)
  expect(Number(lost.waits)).toBeGreaterThan(2 * Number(lost.lifetime))
})

test('three repetitions send what was lost again; the clock takes five times as long and more', async () => {
  const { facts: middle, fixed } = await scene('loss', 'middle', 3)
  expect(fixed).toMatchObject({ complaints: 3, again: 1 })
  const { facts: last } = await scene('loss', 'last', 3)
  expect(Number(last.waited)).toBeGreaterThan(5 * Number(middle.waited))
})
