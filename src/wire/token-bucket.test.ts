import { expect, test } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

test('gives as many at once as it holds, then as many per second as it is filled with', () => {
  const bucket = new TokenBucket(10, 3)
  const taken = (now: number) => Array.from({ length: 5 }, () => bucket.take(now)).filter(Boolean).length
  expect([taken(0), taken(99), taken(100), taken(300), taken(10_000)]).toEqual([3, 0, 1, 2, 3])
})

test('says when there is one again', () => {
  const bucket = new TokenBucket(10, 1)
  bucket.take(1000)
  expect(bucket.take(1040)).toBe(false)
  expect(bucket.readyAt).toBe(1100)
  expect(bucket.take(1100)).toBe(true)
})

test('a time that goes back fills nothing', () => {
  const bucket = new TokenBucket(1000, 1)
  bucket.take(5000)
  expect([bucket.take(4000), bucket.take(4001)]).toEqual([false, true])
})
