import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { virtualClock } from '../../lab/clock.ts'
import { gather, piecesOf, Source, slices } from './source.ts'

const turn = () => new Promise(setImmediate)
const sourceOf = (pieces: readonly unknown[], clock = virtualClock({ turn })) => {
  const left = [...pieces]
  const stream = new ReadableStream<unknown>({
    pull(controller) {
      if (left.length === 0) controller.close()
      else controller.enqueue(left.shift())
    },
  })
  return { clock, stream, source: new Source(stream, clock) }
}

test('what is at hand can be asked before it is read: pieces, then the end, which stays', async () => {
  const { source } = sourceOf([ascii('a'), ascii('b')])
  expect([await source.peek(), await source.next()]).toEqual(['piece', ascii('a')])
  expect([await source.next(), await source.peek()]).toEqual([ascii('b'), 'end'])
  expect([await source.next(), await source.next(), await source.peek()]).toEqual([undefined, undefined, 'end'])
})

test('what a timer has to bring is there later, and is read then', async () => {
  const clock = virtualClock({ turn })
  let bring!: (bytes: Uint8Array) => void
  const stream = new ReadableStream<unknown>({ start: controller => void (bring = b => controller.enqueue(b)) })
  const source = new Source(stream, clock)
  expect(await source.peek()).toBe('later')
  expect(clock.now()).toBe(0)
  const waiting = source.next()
  bring(ascii('at last'))
  expect(await waiting).toEqual(ascii('at last'))
})

test('pieces that were put back come first, in their order', async () => {
  const { source } = sourceOf([ascii('c')])
  source.unread([ascii('a'), ascii('b')])
  expect(await source.peek()).toBe('piece')
  const all: Uint8Array[] = []
  for await (const piece of piecesOf(source)) all.push(piece)
  expect(all).toEqual([ascii('a'), ascii('b'), ascii('c')])
})

test('a stream that gives no bytes is refused with TypeError', async () => {
  await expect(sourceOf(['text']).source.next()).rejects.toThrow(TypeError)
  expect(() => new Source(sourceOf([]).stream, virtualClock())).toThrow(TypeError)
})

test('as much is gathered as was asked for, and it says whether that was all; empty pieces end too', async () => {
  const kib = new Uint8Array(1024)
  expect(await gather(sourceOf([kib, kib]).source, 4096)).toEqual({ pieces: [kib, kib], whole: true })
  expect(await gather(sourceOf([kib, kib, kib]).source, 2048)).toEqual({ pieces: [kib, kib], whole: false })
  const nothing = Array.from({ length: 9 }, () => new Uint8Array(0))
  expect((await gather(sourceOf(nothing).source, 4096)).pieces).toHaveLength(4)
})

test('large pieces are cut into slices of 256 KiB', async () => {
  const sizes: number[] = []
  for await (const slice of slices(new Uint8Array(600_000))) sizes.push(slice.length)
  for await (const slice of slices(new Uint8Array(262_144))) sizes.push(slice.length)
  for await (const slice of slices(new Uint8Array(0))) sizes.push(slice.length)
  expect(sizes).toEqual([262_144, 262_144, 75_712, 262_144])
})
