/** The first screen: what came of it, the ladder, one message; by pointer, by keys, and on a telephone. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { inspector } from './support.ts'

const { test, open } = inspector()

const rows = (page: Page) => page.locator('.rows .message-row')
const current = (page: Page) => page.locator('.rows [aria-current=true]')
const text = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ').trim()

test('the first screen says whether it worked, who, how safe and what', async () => {
  const page = await open()
  expect(await text(page, 'h1')).toBe('✓ 200 OK over TLS 1.3 in 16 ms 49 messages in 20 frames, none sent again')
  const facts = await text(page, '.facts')
  for (const fact of ['CN=shop.test, EC P-256', 'TLS 1.3, x25519, AES-128-GCM', 'POST /login, then GET /account'])
    expect(facts).toContain(fact)
  const bar = await page.locator('.bar > li .what b').allInnerTexts()
  expect(bar).toEqual(['name', 'tcp', 'tls 1.3', 'POST /login', 'GET /account', 'close'])
})

test('field and bytes select each other, and each crumb shows the same bytes in their wrapping', async () => {
  const page = await open()
  expect(await text(page, '#message-title')).toBe('GET /account')
  await page.getByRole('treeitem', { name: /^Host / }).click()
  expect(await text(page, '.says')).toContain('Host bytes 23–40')
  expect(await page.locator('.hex .side-plain.on').count()).toBe(17)
  expect(await page.locator('.hex .side-wire.on').count()).toBe(17)
  await page.locator('.hex [data-at="120"]').click()
  await page.waitForSelector('[role=treeitem][aria-selected=true]:has-text("Cookie")')
  const cipher = (await page.locator('.hex .side-wire.on').allInnerTexts()).join(' ')
  await page.getByRole('button', { name: /^frame \d+$/ }).click()
  await page.waitForSelector('#message-title:has-text("frame")')
  expect((await page.locator('.hex .on.byte').allInnerTexts()).join(' ')).toBe(cipher)
  expect(await text(page, '.says')).toContain('The same bytes, as they lie in here.')
  await page.goBack()
  await page.waitForSelector('#message-title:has-text("GET /account")')
})

test('everything is in the address: who goes there sees the same', async () => {
  const page = await open({ hash: 'run=tls12-7&layer=records&view=server&theme=dark&lang=zh' })
  expect(await page.locator('input[name=layer]:checked').getAttribute('value')).toBe('records')
  expect(await page.locator('input[name=view]:checked').getAttribute('value')).toBe('server')
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  expect(await text(page, 'h1')).toContain('TLS 1.2')
  await rows(page).nth(4).click()
  const [chosen, address] = [await current(page).innerText(), page.url()]
  await page.goto('about:blank')
  await page.goto(address)
  await page.waitForSelector('.rows [aria-current=true]')
  expect(await current(page).innerText()).toBe(chosen)
})

test('keys go through messages, views, layers, problems and bytes, and Tab is never taken', async () => {
  const page = await open({ hash: 'run=tls13-7-certificate-expired' })
  await rows(page).first().click()
  await page.keyboard.press('j')
  await page.keyboard.press('ArrowDown')
  await page.waitForSelector('.rows li:nth-child(3) [aria-current=true]:focus')
  await page.keyboard.press('k')
  await page.waitForSelector('.rows li:nth-child(2) [aria-current=true]:focus')
  await page.keyboard.press('n')
  await page.waitForSelector('.rows .problem [aria-current=true]:focus')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[role=treeitem]:focus')
  await page.keyboard.press('ArrowUp')
  await page.waitForSelector('[role=treeitem][aria-selected=true]:focus')
  await page.keyboard.press('b')
  await page.waitForSelector('[role=gridcell]:focus')
  await page.keyboard.press('ArrowRight')
  await page.waitForSelector('[role=gridcell][data-at="1"]:focus')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.rows [aria-current=true]:focus')
  await page.keyboard.press('l')
  await page.waitForSelector('input[name=layer][value=requests]:checked')
  await page.keyboard.press('e')
  await page.waitForSelector('input[name=view][value=server]:checked')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY')
})

test('single letters can be switched off, and are text while somebody writes', async () => {
  const page = await open()
  await page.keyboard.press('/')
  await page.waitForSelector('#filter:focus')
  await page.keyboard.type('finished')
  await page.waitForSelector('.note:has-text("left out by the filter")')
  expect(await rows(page).count()).toBe(2)
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.waitForSelector('dialog[open]')
  await page.getByRole('checkbox').uncheck()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.locator('body').press('l')
  expect(await page.locator('input[name=layer]:checked').getAttribute('value')).toBe('messages')
  await page.keyboard.press('?')
  expect(await page.locator('dialog[open]').count()).toBe(0)
})

test('the scrubber leaves out what came later, and says how much', async () => {
  const page = await open()
  await page.locator('.scrubber').fill('8')
  await page.waitForSelector('.note:has-text("later messages not shown")')
  expect((await rows(page).allInnerTexts()).at(-1)).toContain('ClientHello')
  expect(await page.locator('.scrubber').getAttribute('aria-valuetext')).toBe('8 ms')
})

test('a failure shows its card, and one click leads to its bytes and their field', async () => {
  const page = await open({ hash: 'run=tls13-7-certificate-wrongName' })
  expect(await text(page, 'h1')).toBe('✗ The certificate is for a different name tls/certificate-name')
  expect(await text(page, '.failure')).toContain('not.shop.test')
  expect(await page.locator('.evidence mark').first().innerText()).toMatch(/^30/)
  await page.getByRole('button', { name: 'Show me the bytes' }).click()
  await page.waitForSelector('#message-title:focus:has-text("Certificate")')
  expect(await text(page, '[role=treeitem][aria-selected=true]')).toContain('subjectAltName')
})

test('on a telephone the list and the message are two screens, and the bytes one of two', async () => {
  const page = await open({ size: 'telephone' })
  expect(await page.locator('.pane').isVisible()).toBe(false)
  await rows(page).filter({ hasText: 'GET /account' }).click()
  await page.waitForSelector('.pane')
  expect(await rows(page).first().isVisible()).toBe(false)
  expect(await page.locator('.hex .side-wire').first().isVisible()).toBe(false)
  await page.getByRole('button', { name: 'on the wire' }).click()
  expect(await page.locator('.hex .side-wire').first().isVisible()).toBe(true)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await page.getByRole('button', { name: 'Back to the messages' }).click()
  await rows(page).first().waitFor()
})

test('numbers come from the run: with another seed the addresses, cookies and bytes are others', async () => {
  const shown = async (hash: string) => {
    const page = await open({ hash })
    return [await text(page, '.says'), (await page.locator('.hex .side-wire').allInnerTexts()).join('')]
  }
  const [a, b] = [await shown('run=tls13-7'), await shown('run=tls13-8')]
  for (const [i, one] of a.entries()) expect(one).not.toBe(b[i])
})
