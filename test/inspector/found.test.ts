/**
 * Five failures that were prepared, and how somebody finds out what is wrong who clicks only what is to be seen: the first
 * screen, and one level below.
 */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { inspector } from './support.ts'

const { test, open } = inspector()

const headline = (page: Page): Promise<string> => page.innerText('main h1')
/** Clicks the row of a message that the ladder shows, by what it says. */
const openRow = async (page: Page, text: RegExp): Promise<void> => {
  await page.locator('.message-row', { hasText: text }).first().click()
}
const pane = (page: Page): Promise<string> => page.innerText('.pane')

test('1 the certificate is out of date: the headline says so, and the button leads to its dates', async () => {
  const page = await open({ hash: 'run=tls13-7-certificate-expired' })
  expect(await headline(page)).toContain('The certificate is out of date')
  expect(await page.innerText('.failure')).toContain('valid until 2026-11-19T12:00:00Z; now it is 2026-11-20T12:00:00Z')
  await page.click('text=Show me the bytes')
  await page.waitForFunction(() => document.activeElement?.id === 'message-title')
  expect(await page.innerText('#message-title')).toContain('Certificate')
  // What is marked in the digits of each line: notAfter as UTCTime, 261119120000Z (RFC 5280 4.1.2.5).
  const marks = await page.locator('.evidence mark').allInnerTexts()
  const digits = marks.filter((_, i) => i % 2 === 0).join(' ')
  expect(digits.replaceAll(/\s/g, '')).toContain('3236313131393132303030305a')
})

test('2 a suite that both speak is missing: the alert says no, and the hello what was offered', async () => {
  const page = await open({ hash: 'run=tls13-7-offer-suites' })
  expect(await headline(page)).toContain('takes nothing of what we offer')
  expect(await page.innerText('.failure')).toContain('It has only cipher suites, groups or kinds of key that are not')
  await page.click('text=Show me the bytes')
  expect(await page.innerText('#message-title')).toContain('handshake_failure')
  await openRow(page, /ClientHello/)
  await page.click('[role=treeitem]:has-text("cipherSuites")')
  await page.waitForSelector('[role=treeitem]:has-text("TLS_CHACHA20_POLY1305_SHA256")')
  expect(await pane(page)).not.toContain('AES')
})

test('3 it is slow because a packet was lost: one row of the ladder says which, and when it came again', async () => {
  const page = await open({ hash: 'run=tls13-7-drop-10' })
  expect(await headline(page)).toMatch(/200 OK over TLS 1\.3 in 220 ms.*1 sent again/s)
  expect(await page.locator('.bar .silence').count()).toBe(1)
  const rows = await page.locator('.message-row', { hasText: /ClientHello/ }).allInnerTexts()
  expect(rows).toHaveLength(2)
  expect(rows[0]).toContain('lost on the way')
  expect(rows[1]).toContain('No answer for 204 ms: once more.')
  await openRow(page, /lost on the way/)
  expect(await page.innerText('#message-title')).toContain('ClientHello')
})

test('4 somebody has taken TLS away: it worked, and what the one in the middle reads is one click away', async () => {
  const page = await open({ hash: 'run=tls13-7-middle-strips' })
  expect(await headline(page)).toContain('over plain HTTP')
  expect(await page.innerText('.facts')).toContain('Clear text')
  await page.check('input[name=view][value=ear]')
  await page.waitForFunction(() => /password=correct/.test(document.body.innerText))
  expect(await headline(page)).toContain('POST /login')
  await page.check('input[name=view][value=middle]')
  await page.waitForSelector('.ladder-head:has-text("mallory")')
  expect(await page.innerText('.known')).toContain('password=correct')
})

test('5 the name is wrong: the question and its answer are the only rows, and nothing was sent to anybody', async () => {
  const page = await open({ hash: 'run=tls13-7-server-unknown' })
  expect(await headline(page)).toContain('dns/no-address')
  expect(await page.innerText('.failure')).toContain('sshop.test')
  const rows = await page.locator('.message-row').allInnerTexts()
  expect(rows[0]).toContain('Where is sshop.test?')
  await openRow(page, /DNS answer/)
  expect(rows[1]).toContain('NXDOMAIN')
  // RFC 1035 4.1.1: name error.
  expect(await pane(page)).toMatch(/responseCode\s+3\b/)
  expect(rows.join('\n')).not.toMatch(/connect|SYN|ClientHello/)
})
