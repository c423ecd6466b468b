/** One program on every platform that we say we run on: a page in Chromium, Bun and Deno, each without a line of Node. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Everything, everything } from '../programs/everywhere.ts'
import { onWeb } from '../programs/on-web.ts'
import { installed, run } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { CHROMIUM, startChromium } from '../support/peers-chromium.ts'
import { node } from '../support/worlds.ts'

const folder = temporaryFolder('everywhere')
const program = join(folder.path, 'program.mjs')
let here: Everything

beforeAll(async () => {
  const from = new URL('../programs/', import.meta.url).pathname
  await build({
    stdin: {
      contents: `import { fetchesOnWeb, onWeb } from './on-web.ts'
        const done = onWeb().then(JSON.stringify)
        if (globalThis.document === undefined) console.log(await done)
        else Object.assign(globalThis, { done, fetchesOnWeb })`,
      resolveDir: from,
    },
    bundle: true,
    outfile: program,
    format: 'esm',
    platform: 'browser',
  })
  here = await everything(node)
}, 60_000)

test('on Node all of it succeeds, and something was lost on the way', () => {
  expect(here.tls).toBe('TLS 1.3 with shop.test, trusted through everywhere CA; heard: hello')
  const text = 'some text some text some text '
  expect(here.coded).toEqual([text, text, text, 'refused', 'refused', 'refused', 'in pieces'])
  expect(here.hidden).toBe('one=a=b, two=a=b; gzip, whole')
  expect(here.lossy.said).toBe('200 38008, 200 name=ada')
  expect(here.lossy.lost).toBeGreaterThan(2)
  expect(here.exchange.answers[1]).toContain('You are ada. Your cart: 3 books.')
  expect(here.exchange.cookies).toBe(1)
})

test("on the web's platform in Node the same seed gives the same frames and the same capture file", async () => {
  expect(await onWeb()).toEqual(here)
})

const hasChromium = existsSync(CHROMIUM) && installed('certutil')
const noChromium = hasChromium ? '' : ' (skipped: chromium or certutil not installed)'
describe.skipIf(!hasChromium)(`in Chromium${noChromium}`, () => {
  test('a page serves, fetches and captures, and every byte is that of Node', async () => {
    const browser = await startChromium(join(folder.path, 'home'))
    try {
      const page = await browser.newPage()
      const failed: string[] = []
      page.on('pageerror', error => failed.push(String(error)))
      await page.addScriptTag({ path: program, type: 'module' })
      await page.waitForFunction('globalThis.done !== undefined', undefined, { timeout: 90_000 })
      expect(JSON.parse(String(await page.evaluate('done')))).toEqual(here)
      // Chromium forgets objects that only it works with: a body that it reads was once taken for one that was dropped.
      expect(await page.evaluate('fetchesOnWeb(20)')).toEqual(Array(20).fill('200 38008, 200 name=ada'))
      expect(failed).toEqual([])
    } finally {
      await browser.close()
    }
  }, 120_000)
})

describe.each([
  ['Bun', 'bun', [program]],
  ['Deno', 'deno', ['run', '--no-config', program]],
])('in %s', (name, command, args) => {
  const missing = installed(command) ? '' : ` (skipped: ${command} not installed)`
  test.skipIf(missing !== '')(
    `${name} gives the same, byte for byte${missing}`,
    async () => {
      const { stdout } = await run(command, args, {
        env: { DENO_DIR: join(folder.path, 'deno'), DENO_NO_UPDATE_CHECK: '1' },
      })
      expect(JSON.parse(String(stdout))).toEqual(here)
    },
    60_000,
  )
})
