/** What Node's key agreements owe their callers beyond being right, which `crypto/provider.test.ts` sees to. */
import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { nodeCrypto } from './crypto.ts'

/**
 * Collections come where memory is asked for, so with little of it to spare one falls into every step of an agreement
 * sooner or later. On its own thread a step that cannot bear it hangs; here only the process that has tried it does.
 */
const AGREEMENTS = 40_000

test('a key agreement bears a collection in each of its steps', async () => {
  const script = `
    import { nodeCrypto } from './src/node/crypto.ts'
    const crypto = nodeCrypto()
    for (let made = 0; made < ${AGREEMENTS}; made++) crypto.offerShare('x25519')`
  const child = spawn(process.execPath, [
    '--max-semi-space-size=1',
    ...['--import', 'tsx', '--input-type=module', '-e', script],
  ])
  try {
    expect(await new Promise(resolve => child.on('close', resolve))).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
}, 60_000)

test('an agreement leaves errors the stacks that they have', () => {
  const limit = Error.stackTraceLimit
  const crypto = nodeCrypto()
  const offer = crypto.offerShare('x25519')
  expect(crypto.answerShare('x25519', offer.share)?.secret).toHaveLength(32)
  expect(crypto.answerShare('x25519', new Uint8Array(32))).toBeUndefined()
  expect(Error.stackTraceLimit).toBe(limit)
})
