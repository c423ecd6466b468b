/** Those without keys: what they cannot read is grey, and what they have is said. */
import { expect } from 'vitest'
import { inspector } from './support.ts'

const { test, open } = inspector()

test('the eavesdropper sees blocks where the laptop reads, and is told what there is to know', async () => {
  const page = await open({ hash: 'run=tls12-7&view=ear' })
  expect(await page.locator('h1').innerText()).toContain('Somebody asked shop.test for something, twice')
  const row = page.locator('.message-row').filter({ hasText: 'POST /login' })
  expect(await row.locator('.lane.blind').innerText()).toMatch(/^\d+ bytes$/)
  expect(await row.locator('.lane.blind .grey-block').count()).toBe(1)
  const known = await page.locator('.known').innerText()
  expect(known).toContain('the name shop.test: DNS, ClientHello, certificate')
  expect(known).toMatch(/2 requests of \d+ and \d+ bytes, answered with \d+ and \d+/)
  await row.click()
  await page.waitForSelector('#message-title:has-text("POST /login")')
  expect(await page.locator('.tree').count()).toBe(0)
  expect(await page.locator('.hex .side-plain').count()).toBe(0)
  expect(await page.locator('.hex .side-wire').count()).toBe(177)
})

test('over plain HTTP the eavesdropper has the password and the cookie', async () => {
  const page = await open({ hash: 'run=tls13-7-plain&view=ear' })
  expect(await page.locator('h1').innerText()).toContain('Everybody could read it: POST /login, GET /account')
  expect(await page.locator('.lane.blind').count()).toBe(0)
  expect(await page.locator('.known').innerText()).toMatch(/password=correct%20horse%20battery%20staple[\s\S]*sid=/)
})

test('the machine in the middle plays what it can do, now: over TLS it is refused, over HTTP it succeeds', async () => {
  const page = await open({ hash: 'view=middle' })
  await page.waitForSelector('.tried li:nth-child(6)')
  await page.waitForFunction(() => document.querySelectorAll('.tried').length === 2)
  const tried = await page.locator('.tried').first().innerText()
  expect(tried).toMatch(
    /shows a certificate for the same name.*\n.*The client refuses it\. The certificate is signed by someone/,
  )
  expect(await page.locator('.tried').last().innerText()).toMatch(/reads the login form as it passes\nIt succeeds\./)
})
