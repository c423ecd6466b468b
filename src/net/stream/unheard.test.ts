/** What comes before anybody listens: kept in order, bounded, and told once. */
import { expect, test } from 'vitest'
import { MAX_UNHEARD, Unheard } from './unheard.ts'

const setup = () => {
  const said: string[] = []
  const unheard = new Unheard(
    () => said.push('stop'),
    () => said.push('cut'),
  )
  const handler = {
    data: (bytes: Uint8Array) => void said.push(`data ${bytes.length > 9 ? bytes.length : bytes.join('')}`),
    end: () => void said.push('end'),
    drain() {},
    closed: () => void said.push('closed'),
  }
  return { unheard, said, handler }
}

test('it is told in order, as it was when it came, and the end of the stream by itself', () => {
  const { unheard, said, handler } = setup()
  const bytes = Uint8Array.of(1, 2)
  unheard.data(bytes)
  bytes.fill(9)
  unheard.data(Uint8Array.of(3))
  unheard.end()
  unheard.closed(undefined)
  const later: (() => void)[] = []
  unheard.tell(handler, task => later.push(task))
  expect(said).toEqual(['stop', 'data 12', 'data 3', 'end'])
  for (const task of later) task()
  expect(said.slice(4)).toEqual(['closed'])
  unheard.tell(handler, task => task())
  expect(said.length).toBe(5)
})

test('a stream that goes on although it was stopped is cut at a bound, and nothing behind that is kept', () => {
  const { unheard, said, handler } = setup()
  unheard.data(new Uint8Array(MAX_UNHEARD - 1))
  unheard.data(new Uint8Array(1))
  expect(said).toEqual(['stop'])
  unheard.data(new Uint8Array(1))
  expect(said).toEqual(['stop', 'cut'])
  unheard.tell(handler, task => task())
  expect(said.slice(2)).toEqual([`data ${MAX_UNHEARD - 1}`, 'data 0'])
})
