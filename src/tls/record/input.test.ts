import { expect, test } from 'vitest'
import { record } from '../../../test/support/tls.ts'
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
