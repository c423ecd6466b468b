import { expect, test } from 'vitest'
import { virtualClock } from '../../lab/clock.ts'
import { waiting } from './waiting.ts'

const setup = () => {
  const clock = virtualClock()
  const shown: string[] = []
  const line = waiting(
    clock,
    () => 'an answer',
    text => void shown.push(`${clock.now()}: ${text}`),
  )
  return { clock, line, shown }
}

test('what is waited for is said after a second and each second on, and taken away when something happens', () => {
  const { clock, line, shown } = setup()
  clock.run(999)
  expect(shown).toEqual([])
  clock.run(2_500)
  line.happened()
  line.happened()
  clock.run(3_499)
  expect(shown).toEqual(['1000: waiting for an answer, 1 s', '2000: waiting for an answer, 2 s', '2500: '])
  clock.run(4_600)
  expect(shown.slice(3)).toEqual(['3500: waiting for an answer, 1 s', '4500: waiting for an answer, 2 s'])
})

test('it ends with the run, and takes its line away if one stands there', () => {
  const { clock, line, shown } = setup()
  clock.run(1_200)
  line.stop()
  clock.run(10_000)
  expect(shown).toEqual(['1000: waiting for an answer, 1 s', '1200: '])
  const quick = setup()
  quick.clock.run(500)
  quick.line.stop()
  quick.clock.run(10_000)
  expect(quick.shown).toEqual([])
})
