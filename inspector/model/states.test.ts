import { expect, test } from 'vitest'
import type { TraceRecord } from '../../src/trace/recorder.ts'
import { LAPTOP, overheard, play } from '../../test/support/played.ts'
import { type Course, coursesOf, diagramOf, wordsOn } from './states.ts'

const coursesIn = async (options: Parameters<typeof play>[0] = {}): Promise<readonly Course[]> =>
  coursesOf((await play(options)).records)
const of = (courses: readonly Course[], machine: Course['machine'], host = LAPTOP): Course =>
  courses.find(course => course.machine === machine && course.host === host)!
const way = ({ steps }: Course): string[] => [steps[0]!.from, ...steps.map(({ to }) => to)]

test('both ends have a course in TCP, in TLS and in both halves of HTTP', async () => {
  const courses = await coursesIn()
  expect(courses.map(({ machine, host }) => `${machine} ${host}`).toSorted()).toEqual([
    `request ${LAPTOP}`,
    'request shop.test',
    `response ${LAPTOP}`,
    'response shop.test',
    `tcp ${LAPTOP}`,
    'tcp shop.test',
    `tls ${LAPTOP}`,
    'tls shop.test',
  ])
  expect(way(of(courses, 'tcp'))).toEqual([
    'CLOSED',
    'SYN-SENT',
    'ESTABLISHED',
    'FIN-WAIT-1',
    'FIN-WAIT-2',
    'TIME-WAIT',
    'CLOSED',
  ])
  expect(of(courses, 'tls').states.title).toContain('the client')
  expect(of(courses, 'tls', 'shop.test').states.title).toContain('the server')
})

test('each step is a move of the table, and names the message that caused it', async () => {
  const { records } = await play()
  const courses = coursesOf(records)
  const strange = courses.flatMap(({ steps }) =>
    steps.filter(({ moves, from }) => moves.length === 0 && from !== 'Start'),
  )
  expect(strange).toEqual([])
  const [, opened] = of(courses, 'tcp').steps
  const message = records.find(each => each.type === 'message' && each.record.id === opened!.because)
  expect(message?.type === 'message' && message.record.name).toBe('SYN ACK')
  expect(opened!.moves.map(([, input, , , sends]) => [input, sends])).toEqual([['rcv SYN ACK', 'ACK']])
})

test('TCP is drawn whole: the way lit and numbered, what every state does left out and counted', async () => {
  const diagram = diagramOf(of(await coursesIn(), 'tcp'), 'all')
  expect(diagram.states.map(({ name }) => name).toSorted()).toEqual(
    'CLOSE-WAIT CLOSED CLOSING ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 LAST-ACK LISTEN SYN-RECEIVED SYN-SENT TIME-WAIT'.split(
      ' ',
    ),
  )
  const lit = diagram.moves.filter(({ taken }) => taken.length > 0)
  expect(lit.map(({ from, to, taken }) => `${taken.join()} ${from} ${to}`).toSorted()).toEqual([
    '1 CLOSED SYN-SENT',
    '2 SYN-SENT ESTABLISHED',
    '3 ESTABLISHED FIN-WAIT-1',
    '4 FIN-WAIT-1 FIN-WAIT-2',
    '5 FIN-WAIT-2 TIME-WAIT',
    '6 TIME-WAIT CLOSED',
  ])
  expect(diagram.everywhere).toMatchObject({ inputs: expect.arrayContaining(['rcv RST', 'abort']), to: ['CLOSED'] })
  // Nothing is lost: what is not drawn is counted.
  const { states } = of(await coursesIn(), 'tcp')
  const shown = diagram.moves.reduce((sum, { inputs }) => sum + inputs.length, 0)
  expect(shown + diagram.everywhere.count).toBe(states.moves.length)
})

test('of a large machine the way and what it passes by are drawn, or everything', async () => {
  const course = of(await coursesIn(), 'tls')
  const [near, all] = [diagramOf(course, 'near'), diagramOf(course, 'all')]
  expect(all.states.length).toBe(course.states.states.length + 1)
  expect([all.left, near.left]).toEqual([0, all.states.length - near.states.length])
  expect(
    near.states
      .filter(({ passed }) => passed)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(way(course).toSorted())
  expect(near.left).toBeGreaterThan(5)
})

test('a failure ends the way in a state that stands in no table, and is drawn all the same', async () => {
  const course = of(await coursesIn({ names: ['admin.shop.test'] }), 'tls')
  expect(way(course).at(-1)).toBe('Failed')
  const diagram = diagramOf(course, 'near')
  expect(diagram.states.find(({ name }) => name === 'Failed')?.passed).toBe(true)
  expect(diagram.moves.find(({ to }) => to === 'Failed')?.taken).toEqual([course.steps.length])
})

test('of a capture TCP alone is known: the states of the other layers are known to the ends', async () => {
  const courses = coursesOf(overheard(await play()).records)
  expect(courses.map(({ machine }) => machine)).toEqual(['tcp'])
})

test('a connection that is kept for a thousand requests lists the first steps and counts the rest', async () => {
  const state = (from: string, to: string): TraceRecord => ({
    type: 'state',
    record: { layer: 'http', flow: 'f', host: 'h', from, to, at: 0 },
  })
  const round = [
    state('wait-request', 'wait-request-body'),
    state('wait-request-body', 'request-done'),
    state('request-done', 'wait-request'),
  ]
  const [course] = coursesOf(Array.from({ length: 1000 }, () => round).flat())
  expect([course!.steps.length, course!.more]).toEqual([200, 2800])
  expect(diagramOf(course!, 'all').moves.some(({ taken }) => taken.length > 60)).toBe(true)
})

test('what stands on an arrow is short', () => {
  expect(wordsOn({ inputs: ['close / FIN'] })).toBe('close / FIN')
  expect(wordsOn({ inputs: ['a', 'b', 'c', 'd'] })).toBe('a, b, +2')
})
