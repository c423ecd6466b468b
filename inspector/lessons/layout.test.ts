import { expect, test } from 'vitest'
import type { LadderDrawing } from './drawings.ts'
import { ladderSteps } from './ladder.ts'
import { layoutOf } from './layout.ts'

const ladder = {
  lifelines: [
    { host: 'laptop', side: 'client' },
    { host: 'shop.test', side: 'server' },
  ],
  arrows: [
    { id: 1, from: 0, to: 1, sent: 0, arrived: 2, text: 'ClientHello', look: 'plain' },
    { id: 2, from: 1, to: 0, sent: 2, arrived: 4, text: 'ServerHello', look: 'plain' },
    { id: 3, from: 1, to: 0, sent: 2, arrived: 4, text: 'Certificate', look: 'sealed' },
    { id: 4, from: 0, to: 1, sent: 4, arrived: undefined, text: 'ACK', look: 'plain' },
    { id: 5, from: 0, to: 1, sent: 5, arrived: 30_000, text: 'late', look: 'held' },
  ],
  brackets: [{ lifeline: 0, state: 'CLOSED', from: 0, to: 4 }],
  from: 0,
  to: 30_000,
} as const
const drawing = (now: number): LadderDrawing<string> => ({
  kind: 'ladder',
  ladder,
  now,
  drawn: [1, 2, 3, 4, 5],
  fresh: [3],
})
const arrow = (now: number, id: number) => layoutOf(drawing(now), 600).arrows.find(each => each.id === id)!

test('later is lower, and what leaves at one moment lies below one another', () => {
  const [hello, server, certificate] = [1, 2, 3].map(id => arrow(30_000, id).points)
  expect(hello![1]!.y).toBe(server![0]!.y)
  expect(certificate![0]!.y - server![0]!.y).toBe(21)
  expect(certificate![1]!.y - server![1]!.y).toBe(21)
  expect(hello![0]!.x).toBeLessThan(hello![1]!.x)
  expect(server![0]!.x).toBeGreaterThan(server![1]!.x)
})

test('what a machine says after it has heard lies below what it heard', () => {
  expect(arrow(30_000, 4).points[0]!.y).toBe(arrow(30_000, 3).points[1]!.y)
})

test('a wait of half a minute is cut short, and marked', () => {
  const { height, cuts } = layoutOf(drawing(30_000), 600)
  expect(height).toBeLessThan(400)
  expect(cuts).toHaveLength(1)
})

test('what never arrives ends on the way; what is held up waits there until it goes on', () => {
  expect(arrow(30_000, 4).end).toBe('lost')
  expect(arrow(10, 5)).toMatchObject({ end: 'waits' })
  expect(arrow(10, 5).points).toHaveLength(2)
  expect(arrow(30_000, 5)).toMatchObject({ end: 'arrives' })
  expect(arrow(30_000, 5).points).toHaveLength(4)
})

test('the state of now is marked, and only as far as time has come', () => {
  expect(layoutOf(drawing(3), 600).brackets).toMatchObject([{ state: 'CLOSED', live: true }])
  expect(layoutOf(drawing(9), 600).brackets).toMatchObject([{ state: 'CLOSED', live: false }])
})

test('a step draws what steps before it spoke of, and of the rest what time has brought', () => {
  const steps = ladderSteps(ladder, [
    { name: 'one', at: 0, now: 2, fresh: [1] },
    { name: 'two', at: 2, now: 4, fresh: [3] },
  ])
  const drawn = steps.map(step => step.drawings[0]!.drawn)
  expect(drawn).toEqual([
    [1, 2],
    [1, 3, 2, 4],
  ])
})
