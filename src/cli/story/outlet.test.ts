import { expect, test } from 'vitest'
import { ours } from '../../inspect/index.ts'
import { ReaderGone, type Sink } from '../io.ts'
import { Outlet } from './outlet.ts'
import { waiting } from './waiting.ts'

/** A reader who takes the next piece only when it is asked to. */
const slowSink = () => {
  const taken: string[] = []
  let next: (() => void) | undefined
  const sink: Sink = {
    isTerminal: true,
    columns: 80,
    write: chunk =>
      new Promise(resolve => {
        taken.push(String(chunk))
        next = resolve
      }),
  }
  const take = async (): Promise<void> => {
    await turn()
    next?.()
    await turn()
  }
  return { sink, taken, take }
}
const turn = () => new Promise(resolve => setImmediate(resolve))
const missing = (texts: number) => ours(`${texts} missing\n`)

test('nobody who says something waits, and what was said meanwhile is written in one piece, in order', async () => {
  const { sink, taken, take } = slowSink()
  const outlet = new Outlet(sink, { missing })
  outlet.say(ours('a'))
  await turn()
  for (const text of ['b', 'c', 'd']) outlet.say(ours(text))
  await take()
  expect(taken).toEqual(['a', 'bcd'])
})

test('a reader who takes nothing costs at most 4 MB, and hears how much it missed', async () => {
  const { sink, taken, take } = slowSink()
  const outlet = new Outlet(sink, { missing })
  const text = ours('x'.repeat(1_000_000))
  for (let i = 0; i < 10; i++) outlet.say(text)
  await take()
  outlet.say(ours('at last'))
  await take()
  expect(taken.map(each => each.length)).toEqual([4_000_000, '6 missing\nat last'.length])
  const end = outlet.settled()
  await take()
  await end
})

test('the end says what was missed by a reader to whom nothing else is said', async () => {
  const { sink, taken, take } = slowSink()
  const outlet = new Outlet(sink, { missing })
  for (let i = 0; i < 6; i++) outlet.say(ours('x'.repeat(1_000_000)))
  const end = outlet.settled()
  await take()
  await end
  expect(taken.join('').replace(/^x+/, '')).toBe('2 missing\n')
})

test('the end waits for everything; a reader who left ends it at once, a full disk is told', async () => {
  const failing = (error: Error): Sink => ({
    isTerminal: false,
    columns: undefined,
    write: () => Promise.reject(error),
  })
  const told: unknown[] = []
  const gone = new Outlet(failing(new ReaderGone()), { missing, broken: error => told.push(error) })
  gone.say(ours('a'))
  await gone.settled()
  gone.say(ours('b'))
  await gone.settled()
  expect(told).toHaveLength(1)
  const full = new Outlet(failing(new Error('no room')), { missing })
  full.say(ours('a'))
  await expect(full.settled()).rejects.toThrow('no room')
})

test('the line at the end of a terminal gives way to the next text, and is not queued behind a slow reader', async () => {
  const { sink, taken, take } = slowSink()
  const outlet = new Outlet(sink, { missing })
  outlet.status(ours('1 s'))
  await take()
  outlet.status(ours('2 s'))
  await turn()
  outlet.status(ours('3 s'))
  outlet.say(ours('text\n'))
  await take()
  await take()
  expect(taken).toEqual(['1 s', '\r\u001b[K2 s', '\r\u001b[Ktext\n'])
})

test('it says what a run waits for after one second, each second, and no more when something happened', () => {
  let now = 5000
  let task: { at: number; run: () => void } | undefined
  const clock = {
    now: () => now,
    later: (at: number, run: () => void) => {
      task = { at, run }
      return () => {
        task = undefined
      }
    },
  }
  const pass = (ms: number): void => {
    const until = now + ms
    while (task !== undefined && task.at <= until) {
      now = task.at
      task.run()
    }
    now = until
  }
  const shown: string[] = []
  const it = waiting(
    clock,
    () => 'ServerHello',
    text => shown.push(text),
  )
  pass(900)
  it.happened()
  expect(shown).toEqual([])
  pass(2050)
  expect(shown).toEqual(['waiting for ServerHello, 1 s', 'waiting for ServerHello, 2 s'])
  it.happened()
  pass(500)
  expect(shown.at(-1)).toBe('')
  it.stop()
  pass(5000)
  expect(shown).toHaveLength(3)
})
