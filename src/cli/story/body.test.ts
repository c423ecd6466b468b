/** The line beside a body on its way out, and what of a body is text; `output.test.ts` has the rest. */
import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import type { Sink } from '../io.ts'
import { writeBody } from './body.ts'
import { terminalText } from './terminal-text.ts'

const streamOf = (...pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
const sink = (write: () => Promise<void>): Sink => ({ isTerminal: false, write }) as unknown as Sink
const quiet = { file: undefined, expected: undefined, status: () => {} }

test('the line that says how far it is is taken away at the end, also when writing fails', async () => {
  for (const write of [() => Promise.resolve(), () => Promise.reject(new Error('full'))]) {
    const said: string[] = []
    const target = { ...quiet, out: sink(write), status: (text: string) => void said.push(text) }
    await writeBody(streamOf(ascii('x')), target).catch(() => {})
    expect(said.at(-1)).toBe('')
  }
})

test('a quarter of strange octets is still text, more is not', () => {
  const withheld = (text: string) => {
    const screen = terminalText()
    screen.push(ascii(text))
    return screen.withheld
  }
  expect([withheld('abc\xff'), withheld('ab\xff'), withheld('abcdef\xff\xff')]).toEqual([false, true, false])
})
