import { expect, test } from 'vitest'
import { lessonTests, scene } from '../../../test/inspector/lesson-tests.ts'
import type { TableDrawing, WrappingDrawing } from '../drawings.ts'

lessonTests('wrapping', 'pieces', 'switching', 'damage')

test('each wrapping holds the next one to the byte, and the innermost is the request', async () => {
  for (const change of ['small', 'large']) {
    const { steps, facts } = await scene('wrapping', change, 3)
    const { wraps } = steps.find(({ name }) => name === 'frame')!.drawings[0] as WrappingDrawing<string>
    expect(wraps.map(({ label }) => label)).toEqual(['frame', 'packet', 'segment', 'message'])
    wraps.slice(1).forEach(({ bytes }, i) => {
      const { start, end } = wraps[i]!.inner!
      expect(end - start).toBe(bytes)
    })
    expect(wraps.at(-1)!.bytes).toBe(facts.message)
  }
})

test('a segment with nothing in it is filled up to the shortest frame', async () => {
  const { fixed } = await scene('wrapping', 'empty', 3)
  expect(fixed).toMatchObject({ message: 0, segment: 20, packet: 40, padding: 6, frame: 60, share: 100 })
})

test('every segment but the last is as full as the smaller card allows, and nothing is lost', async () => {
  for (const seed of [3, 4, 5]) {
    const { facts, fixed } = await scene('pieces', 'small', seed)
    const { message, piece, mtu, count, last, got, frame } = Object.fromEntries(
      Object.entries(facts).map(([name, fact]) => [name, Number(fact)]),
    ) as Record<string, number>
    expect(piece).toBe(mtu! - Number(fixed!.ipHeader) - Number(fixed!.tcpHeader))
    expect(count).toBe(Math.ceil(message! / piece!))
    expect(piece! * (count! - 1) + last!).toBe(message)
    expect(frame).toBe(mtu! + 14)
    expect(got).toBe(message)
  }
})

test('a switch that knows keeps frames apart; one that has forgotten, or whose table is full, does not', async () => {
  expect((await scene('switching', 'learns', 3)).fixed).toEqual({ frames: 4, copies: 1 })
  expect((await scene('switching', 'forgotten', 3)).fixed).toEqual({ frames: 4, copies: 2 })
  expect((await scene('switching', 'full', 3)).fixed).toEqual({ frames: 4, copies: 4 })
})

test('the table of the switch is as it was when it handed the frame on', async () => {
  const { steps } = await scene('switching', 'learns', 3)
  const known = steps.map(({ drawings }) =>
    (drawings.at(-1) as TableDrawing<string>).rows.map(({ cells }) => !('label' in cells.at(-1)!)),
  )
  expect(known).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, false],
    [true, true, false],
  ])
})

test('one bit is noticed and the segment sent again; digits that change places are read by the program', async () => {
  for (const change of ['data', 'address', 'card']) {
    const { facts } = await scene('damage', change, 3)
    expect(facts.got, change).toBe(facts.order)
    expect(facts.arrived).not.toBe(facts.wasSent)
  }
  const { facts } = await scene('damage', 'swapped', 3)
  expect(facts.got).toBe(facts.arrived)
  expect(facts.got).not.toBe(facts.order)
})
