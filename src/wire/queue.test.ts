import { expect, test } from 'vitest'
import { seeded } from '../random.ts'
import { Queue } from './queue.ts'

test('a queue gives what it was given, in order, however it is mixed', () => {
  const random = seeded(7)
  const queue = new Queue<number>()
  const model: number[] = []
  for (let i = 0; i < 20_000; i++) {
    if (random.number() < (i < 10_000 ? 0.7 : 0.3)) {
      queue.push(i)
      model.push(i)
    } else expect(queue.shift()).toBe(model.shift())
    expect(queue.length).toBe(model.length)
    expect(queue.first).toBe(model[0])
  }
})
