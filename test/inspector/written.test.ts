/** The page that `inspect --html` writes: one file with the run inside, from the disk, with no network and nothing beside it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { captured } from '../support/peers-io.ts'
import { violations } from './axe.ts'
import { captureFile, played } from './made.ts'
import { inspector } from './support.ts'

const { test, open, folder } = inspector()

/** Where it is; of a run that was played with its keys. */
const written = async (...words: readonly string[]): Promise<string> => {
  const at = temporaryFolder('inspector').path
  writeFileSync(join(at, 'shop.pcapng'), captureFile(await played(), 'with').buffer)
  const io = captured({ env: { BAREWIRE_PAGE_FOLDER: folder(), BAREWIRE_HOME: at } })
  const path = join(at, 'run.html')
  expect(await main(['inspect', join(at, 'shop.pcapng'), ...words, '--html', path], io), io.stderr()).toBe(0)
  return path
}

test('it opens on its connections, and one of them is the whole page; nothing is asked of anybody', async () => {
  const path = await written()
  const page = await open({ bare: true })
  const asked: string[] = []
  page.on('request', request => void asked.push(request.url()))
  await page.goto(pathToFileURL(path).href)
  await page.locator('.connection', { hasText: '2 requests → 200, decrypted' }).click()
  await page.waitForSelector('.ladder')
  expect(await page.innerText('h1')).toContain('200 OK over TLS 1.3')
  expect(await page.innerText('.pane')).toMatch(/Cookie\s+bytes \d+–\d+\s+\*{20}/)
  expect(await page.innerText('.origin')).toContain('are starred')
  for (const tab of ['Checks', 'Certificate', 'Network', 'HTTP', 'Keys', 'States']) {
    await page.click(`[role=tab]:has-text("${tab}")`)
    await page.waitForSelector('#panel > *')
  }
  expect(await violations(page)).toEqual([])
  expect(asked.filter(url => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([])
  expect(asked.filter(url => url.startsWith('file:'))).toHaveLength(1)
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(readFileSync(path, 'utf8'))?.[1]
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; /)
  expect(policy).not.toMatch(/unsafe|connect-src|https?:|\*/)
})

test('written of one conversation in Chinese, that is what it says', async () => {
  const path = await written('4', '--lang', 'zh')
  const page = await open({ bare: true })
  await page.goto(pathToFileURL(path).href)
  await page.locator('.connection', { hasText: '2 个请求 → 200' }).waitFor()
  expect(await page.locator('.connection').count()).toBe(1)
  expect(await page.innerText('h1')).toContain('1 个会话')
})
