/** States, network and HTTP: everything on them comes from the run, and leads to the message that it comes from. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { inspector } from './support.ts'

const { test, open } = inspector()

const text = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ').trim()
const at = async (hash: string, ready: string, more: Parameters<typeof open>[0] = {}): Promise<Page> => {
  const page = await open({ hash, ...more })
  await page.waitForSelector(ready)
  return page
}

test('TCP is drawn with all of its states, the way lit and numbered as in the list', async () => {
  const page = await at('tab=states', '.diagram')
  expect(await page.locator('.diagram .state').count()).toBe(11)
  expect(await page.locator('.diagram .state.passed text').allTextContents()).toEqual(
    expect.arrayContaining(['CLOSED', 'SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT']),
  )
  const steps = await page.locator('.machine-steps li').count()
  const numbers = (await page.locator('.diagram .number text').allTextContents()).map(Number)
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: steps }, (_, i) => i + 1))
})

test('a step opens the message that caused it', async () => {
  const page = await at('tab=states', '.machine-steps')
  await page.locator('.machine-steps a', { hasText: 'SYN-SENT → ESTABLISHED' }).click()
  await page.waitForSelector('#message-title:has-text("segment")')
  expect(await text(page, '.rows [aria-current=true]')).toContain('SYN ACK')
})

test('machine, side and how much is drawn are chosen, and stand in the address', async () => {
  const page = await at('tab=states', '.diagram')
  await page.check('input[name=machine][value=tls]')
  await page.waitForSelector('h2:has-text("TLS")')
  const near = await page.locator('.diagram .state').count()
  await page.check('input[name=scope][value=all]')
  await page.waitForFunction(before => document.querySelectorAll('.diagram .state').length > before, near)
  expect(await page.locator('.diagram .state').count()).toBe(29)
  await page.check('input[name=of][value="shop.test"]')
  await page.waitForSelector('.diagram .state:has-text("WaitClientHello")')
  await page.waitForFunction(() => location.hash.includes('of=shop.test'))
})

test('a client that refuses ends in a state that stands in no table', async () => {
  const page = await at('tab=states&machine=tls&run=tls13-7-certificate-expired', '.diagram')
  expect(await page.locator('.diagram .state.passed', { hasText: 'Failed' }).count()).toBe(1)
  expect(await text(page, '.machine-steps li:last-child')).toContain('→ Failed')
})

test('a segment that is lost is crossed out, comes again as a ring, and both stand in the table', async () => {
  // The first segment of the shop that brings data.
  const page = await at('tab=network&run=tls13-7-drop-11', '.network-plot')
  expect(await page.locator('.plot-legend').innerText()).toMatch(/lost 1\s+sent again 1/)
  expect(await page.locator('svg[role=img] .lost').count()).toBe(1)
  expect(await page.locator('svg[role=img] .again').count()).toBe(1)
  await page.click('summary')
  expect(await page.locator('.panel td.bad').allInnerTexts()).toEqual(
    expect.arrayContaining(['sent ✗ lost', '○ sent again']),
  )
  await page.locator('.panel td.bad a').first().click()
  await page.waitForSelector('#message-title:has-text("segment")')
})

test('both directions can be seen, each by its own numbers', async () => {
  const page = await at('tab=network', '.network-plot')
  const server = await text(page, '.panel h2')
  await page.check('input[name=way][value="0"]')
  await page.waitForSelector('h2:has-text("laptop")')
  expect(await text(page, '.panel h2')).not.toBe(server)
})

test('requests and answers: each field with what it means, cookies with what came of them, sessions, bodies', async () => {
  const page = await at('tab=http', '.http-message .http-body-box')
  expect(await page.locator('.http-tab nav a').allInnerTexts()).toEqual([
    expect.stringContaining('POST /login'),
    expect.stringContaining('GET /account'),
  ])
  const request = await page.locator('.http-message').first().innerText()
  expect(request).toContain('For which site.')
  expect(request).toContain('user=ada&password=')
  const cookies = await page.locator('.http-message', { hasText: 'Cookies' }).innerText()
  expect(cookies).toMatch(/✓ kept\s+__Host-sid\s+for shop.test/)
  expect(cookies).toContain('HttpOnly: scripts do not see it')
  await page.locator('.http-tab nav a').nth(1).click()
  await page.waitForSelector('.http-message:has-text("The server knows the visitor by the cookie.")')
})

test('a page that was sent is text and bytes here, and nothing of it is a page', async () => {
  const page = await at('tab=http', '.http-message:last-child .http-body-box')
  const body = page.locator('.http-message:last-child')
  expect(await body.locator('.http-body-box').innerText()).toContain('<title>shop.test</title>')
  expect(await body.locator('.http-body-box *').evaluateAll(all => all.map(each => each.tagName))).toEqual(['PRE'])
  await body.locator('input[value=bytes]').check()
  await page.waitForSelector('.http-message:last-child .http-body-box:has-text("0000  3c 21 64 6f")')
})

test('a field opens in its message, at its bytes', async () => {
  const page = await at('tab=http&exchange=2', '.http-message')
  await page.locator('.http-message a', { hasText: 'Cookie' }).first().click()
  await page.waitForSelector('#message-title:has-text("GET /account")')
  expect(await text(page, '[role=treeitem][aria-selected=true]')).toContain('Cookie')
})

test('another seed gives another cookie', async () => {
  const cookie = async (seed: number): Promise<string> => {
    const page = await at(`tab=http&exchange=2&run=tls13-${seed}`, '.http-message')
    return page.locator('.http-message tr', { hasText: 'Cookie' }).first().innerText()
  }
  expect(await cookie(7)).not.toBe(await cookie(8))
})

test('digits go from tab to tab wherever one is', async () => {
  const page = await at('tab=keys', '.key-node')
  await page.keyboard.press('5')
  await page.waitForSelector('#tab-states[aria-selected=true]')
  await page.keyboard.press('1')
  await page.waitForSelector('#tab-messages[aria-selected=true]')
})
