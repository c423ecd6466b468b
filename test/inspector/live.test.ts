/** Runs on the page as they happen: what a command does is there while it does it, and stays when it is over. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { served } from '../support/net.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { violations } from './axe.ts'
import { commands, type Showing } from './commands.ts'
import { inspector } from './support.ts'

const { test, open, folder } = inspector()
const shown = commands(folder)

const said = (page: Page, text: string | RegExp): Promise<void> => page.locator('main', { hasText: text }).waitFor()

/** A server of files, as a command; its port is drawn by lot. */
const serving = async (): Promise<Showing & { readonly url: string }> => {
  const files = temporaryFolder('inspector').path
  writeFileSync(join(files, 'a.txt'), 'hello')
  const showing = await shown('serve', files, '--plain', '-p', '0', '--json')
  const url = await vi.waitFor(() => /http:\/\/localhost:\d+/.exec(showing.io.stdout())![0], 20_000)
  return { ...showing, url: url.replace('localhost', '127.0.0.1') }
}

test('a server shows its connections as they come, and each is told as its client said it', async () => {
  const { address, url } = await serving()
  const page = await open({ address })
  await said(page, 'Nothing has been said yet.')
  await (await fetch(`${url}/a.txt`)).text()
  await (await fetch(`${url}/none`, { headers: { connection: 'close' } })).text()
  await page.locator('.connection', { hasText: 'GET /none' }).waitFor()
  expect(await page.innerText('.live-line')).toContain('Following it as it happens')
  expect(await page.innerText('h1')).toMatch(/barewire serve/)
  expect(await violations(page)).toEqual([])
  await page.locator('.connection', { hasText: 'GET /none' }).click()
  await page.waitForSelector('.ladder')
  expect(await page.innerText('h1')).toContain('404 over plain HTTP')
  const rows = await page.locator('.message-row').allInnerTexts()
  expect(rows.findIndex(text => /GET \/none/.test(text))).toBeLessThan(rows.findIndex(text => /404/.test(text)))
  await page.click('.origin a')
  await (await fetch(`${url}/a.txt?third`, { headers: { connection: 'close' } })).text()
  await page.locator('.connection', { hasText: 'third' }).waitFor()
})

test('a request is one exchange, over however many connections it was led; when it is over the page says so', async () => {
  const { url } = await served(({ url: asked }) =>
    asked.endsWith('/there')
      ? new Response('here')
      : new Response(null, { status: 302, headers: { location: '/there', connection: 'close' } }),
  )
  const { address } = await shown('get', '-L', '--no-keep', url)
  const page = await open({ address })
  await said(page, 'It is over')
  await page.waitForSelector('.ladder')
  expect(await page.innerText('h1')).toMatch(/200.* over plain HTTP/)
  expect(await page.innerText('.rows')).toMatch(/302[\s\S]*200/)
  await page.click('.origin a')
  expect(await page.locator('.connection').count()).toBe(2)
  await page.click('text=All of it, as one exchange')
  await page.waitForSelector('.ladder')
})

test('a request that failed shows its failure', async () => {
  const silent = await served(() => new Response('no TLS'))
  const { address } = await shown('get', '--no-keep', silent.url.replace('http:', 'https:'))
  const page = await open({ address })
  await page.waitForSelector('.failure')
  expect(await page.innerText('h1 small')).toMatch(/^tls\//)
})

test('a demo is there with all of its machines, and its server has a view of its own', async () => {
  const { address } = await shown('demo', '--no-keep')
  const page = await open({ address })
  await said(page, 'It is over')
  await page.waitForSelector('.ladder')
  expect(await page.innerText('h1')).toContain('200 OK over TLS 1.3')
  await page.check('input[name=view][value=server]')
  await page.waitForSelector('.ladder')
  expect(await page.innerText('.rows')).toContain('ClientHello')
})

test('when the command is gone the page keeps what it said, and says that nobody answers', async () => {
  const { address, url, stop } = await serving()
  const page = await open({ address, mayComplain: /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/ })
  await (await fetch(`${url}/a.txt`, { headers: { connection: 'close' } })).text()
  await page.locator('.connection', { hasText: 'GET /a.txt' }).waitFor()
  await stop()
  await said(page, /does not answer any more|It is over/)
  expect(await page.locator('.connection').count()).toBe(1)
})

test('a feed that breaks off is asked for again, and what was missed is told', async () => {
  const { address, url } = await serving()
  await (await fetch(`${url}/a.txt`, { headers: { connection: 'close' } })).text()
  const page = await open({ bare: true })
  let asked = 0
  await page.route('**/feed', async route => {
    if (++asked > 1) return route.continue()
    const head = { v: 1, type: 'live', command: 'serve .', privacy: 'starred' }
    await route.fulfill({ body: `${JSON.stringify(head)}\n${JSON.stringify({ type: 'missing', records: 7 })}\n` })
  })
  await page.goto(address)
  await page.locator('.connection', { hasText: 'GET /a.txt' }).waitFor()
  await said(page, 'Connected again')
  expect(asked).toBe(2)
})

test('records that the bound has dropped are counted where they are missed', async () => {
  const { address } = await serving()
  const page = await open({ bare: true })
  const http = (id: number, direction: string, name: string, text: string): string =>
    JSON.stringify({
      ...{ type: 'message', id, layer: 'http', flow: '127.0.0.1:80-127.0.0.1:999', host: 'h', direction, at: id, name },
      format: direction === 'in' ? 'RequestHead' : 'ResponseHead',
      bytes: Buffer.from(text).toString('base64url'),
    })
  await page.route('**/feed', route =>
    route.fulfill({
      body: [
        JSON.stringify({ v: 1, type: 'live', command: 'serve .', privacy: 'starred' }),
        http(1, 'in', 'GET /', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
        JSON.stringify({ type: 'missing', records: 4711 }),
        'no JSON',
        JSON.stringify({ type: 'message', id: 'no record' }),
        http(2, 'out', '204', 'HTTP/1.1 204 No Content\r\n\r\n'),
        JSON.stringify({ type: 'ended' }),
        '',
      ].join('\n'),
    }),
  )
  await page.goto(address)

  await page.locator('.connection', { hasText: 'GET /' }).waitFor()
  await said(page, '4712 records of the middle were not kept')
  await page.locator('.connection').click()
  await said(page, '4712 records were not kept')
})
