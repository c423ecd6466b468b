import { expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { record } from '../../../test/support/tls.ts'
import { seeded } from '../../random.ts'
import { RecordInput } from './input.ts'

test('records that came torn, in any pieces, wait no more when they were taken out', () => {
  const whole = record(22, new Uint8Array(100).fill(7))
  for (let size = 1; size <= whole.length; size++) {
    const input = new RecordInput('server')
    let taken = 0
    for (let round = 0; round < 3; round++)
      for (let at = 0; at < whole.length; at += size) {
        input.push(whole.slice(at, at + size))
        for (let found = input.next(); found !== undefined; found = input.next()) {
          expect(found.bytes).toEqual(whole)
          taken++
        }
        input.keep()
        expect(input.waiting, `pieces of ${size}`).toBe(Math.min(at + size, whole.length) % whole.length)
      }
    expect([taken, input.pieces]).toEqual([3, 0])
  }
})

test('what gathers byte by byte is few pieces, and a large one is not copied for a small one behind it', () => {
  const input = new RecordInput('server')
  const pieces = Array.from({ length: 96 }, () => {
    input.push(new Uint8Array(1))
    input.keep()
    return input.pieces
  })
  // Like the ones of a counter: 95 is 64 + 16 + 8 + 4 + 2 + 1, and 96 is 64 + 32.
  expect([input.waiting, pieces[63], pieces[94], pieces[95]]).toEqual([96, 1, 6, 2])
})

test('what waits in several pieces comes out in order and whole, however it was cut and whenever it is taken', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seeded(seed)
    const records = Array.from({ length: 12 }, (_, i) => record(22, new Uint8Array(1 + random.below(60)).fill(i)))
    const stream = concat(...records)
    const input = new RecordInput('server')
    const taken: Uint8Array[] = []
    const take = (): boolean => {
      const found = input.next()
      if (found === undefined) return false
      expect(found.start, `seed ${seed}`).toBe(concat(...taken).length)
      taken.push(found.bytes.slice())
      return true
    }
    for (let at = 0; at < stream.length; ) {
      const end = Math.min(stream.length, at + 1 + random.below(150))
      const chunk = stream.slice(at, end)
      input.push(chunk)
      if (random.below(3) === 0) take()
      input.keep()
      // It belongs to whoever gave it again.
      chunk.fill(0xff)
      if (random.below(3) === 0) take()
      at = end
      expect(input.waiting, `seed ${seed}`).toBe(at - concat(...taken).length)
    }
    while (take()) {}
    expect(concat(...taken), `seed ${seed}`).toEqual(stream)
    expect([input.waiting, input.pieces], `seed ${seed}`).toEqual([0, 0])
  }
})
