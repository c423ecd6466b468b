import { expect, test } from 'vitest'
import { ip } from './address.ts'
import { CHECKSUM_UNKNOWN, CHECKSUM_VERIFIED, FRAME_CAPACITY, FramePool, TRANSPORT_OFFSET } from './frame.ts'

test('a frame comes back from the pool as new', () => {
  const pool = new FramePool()
  const frame = pool.take()
  Object.assign(frame, {
    offset: 5,
    length: 9,
    checksum: CHECKSUM_VERIFIED,
    segmentSize: 3,
    message: 4,
    from: ip('10.0.0.1'),
  })
  frame.release()
  const again = pool.take()
  expect(again).toBe(frame)
  expect(again).toMatchObject({
    offset: TRANSPORT_OFFSET,
    length: 0,
    checksum: CHECKSUM_UNKNOWN,
    segmentSize: 0,
    message: 0,
  })
  expect(again.from).toBeUndefined()
})

test('the pool knows how many frames are out, and keeps only so many idle ones', () => {
  const pool = new FramePool(FRAME_CAPACITY, 2)
  const frames = [pool.take(), pool.take(), pool.take()]
  expect(pool.outstanding).toBe(3)
  for (const frame of frames) frame.release()
  expect(pool.outstanding).toBe(0)
  const next = [pool.take(), pool.take(), pool.take()]
  expect(next.filter(frame => frames.includes(frame)).length).toBe(2)
})

test('a frame that is given back twice is noticed: two owners would share one buffer', () => {
  const pool = new FramePool()
  const frame = pool.take()
  frame.release()
  expect(() => frame.release()).toThrow(RangeError)
  expect(pool.take()).not.toBe(pool.take())
})

test('a super-segment has a buffer of its own, which is not kept', () => {
  const pool = new FramePool()
  const large = pool.take(64 * 1024)
  expect(large.buffer.length).toBeGreaterThanOrEqual(64 * 1024 + TRANSPORT_OFFSET)
  large.release()
  expect(pool.take().buffer.length).toBe(FRAME_CAPACITY)
})

test('what a device delivers is copied, so that IP and TCP headers are aligned', () => {
  const pool = new FramePool()
  const bytes = Uint8Array.of(1, 2, 3)
  const frame = pool.copy(bytes)
  bytes[0] = 9
  expect(Array.from(frame.view())).toEqual([1, 2, 3])
  // Behind 14 bytes of Ethernet header IP begins at a multiple of four.
  expect((frame.offset + 14) % 4).toBe(0)
  expect((TRANSPORT_OFFSET - 20 - 14) % 4).toBe(2)
})
