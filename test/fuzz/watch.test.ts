import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { watched } from './watch.ts'

/** Runs `code` in a thread that says which input it runs, as the workers of a campaign do. */
const run = (code: string) => {
  const running = new SharedArrayBuffer(8 + 16)
  const begin = `
    const { parentPort, workerData } = require('node:worker_threads')
    const numbers = new Int32Array(workerData, 0, 2)
    new Uint8Array(workerData, 8).set([1, 2, 3])
    Atomics.store(numbers, 1, 3)
    Atomics.add(numbers, 0, 1)
    const progress = { executions: 1, coverage: 1, corpus: 1, crashes: [], fewest: [] }
  `
  return watched(new Worker(begin + code, { eval: true, workerData: running }), running, 1_000, () => undefined)
}

test('an execution without end is ended, and its input is a crash', async () => {
  const { crashes } = await run('for (;;);')
  expect(crashes).toEqual([{ input: Uint8Array.of(1, 2, 3), message: 'an execution without end' }])
})

test('so is the input at which the whole thread dies', async () => {
  const { crashes } = await run("throw new Error('out of luck')")
  expect(crashes).toEqual([{ input: Uint8Array.of(1, 2, 3), message: expect.stringContaining('out of luck') }])
})

test('who is done is not waited for', async () => {
  expect(await run("parentPort.postMessage({ ...progress, type: 'done' })")).toMatchObject({
    type: 'done',
    crashes: [],
  })
})
