/** Checks and certificates: everything on them is worked out from the run, and leads to its bytes. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { checksOf } from '../../inspector/model/checks/checks.ts'
import type { Run } from '../../inspector/model/run.ts'
import { play, readPlan } from '../../inspector/runs/index.ts'
import { webPlatform } from '../../src/web/lab.ts'
import { latin1Bytes } from '../../src/wire/bytes.ts'
import { connection } from '../support/made-captures.ts'
import { violations } from './axe.ts'
import { type GivenFile, packetFile, rsaTalk } from './made.ts'
import { inspector } from './support.ts'

const { test, open } = inspector()

/** What the page plays, played here. */
const played = (id: string): Promise<Run> => {
  const plan = readPlan(id)!
  return play(webPlatform({ seed: plan.seed }), plan)
}
const text = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ').trim()
const at = async (hash: string, ready: string, more: Parameters<typeof open>[0] = {}): Promise<Page> => {
  const page = await open({ hash, ...more })
  await page.waitForSelector(ready)
  return page
}

test('every check has a row with its mark, and the number on the tab counts them', async () => {
  const page = await at('tab=checks', '.checks-tab')
  const found = checksOf(await played('tls13-7'))
  expect(await page.locator('.checks-tab table >> nth=0 >> tbody tr').count()).toBe(found.made.length)
  expect(await text(page, '#tab-checks')).toBe(`Checks ${found.held} ✓`)
  const rest = await page.locator('.checks-tab table >> nth=1 >> tbody tr').allInnerTexts()
  expect(rest.map(row => row.split('\n')[0])).toEqual(['revocation', 'logs'])
})

test('a check that failed says why, and its bytes are those of the name that is wrong', async () => {
  const page = await at('tab=checks&run=tls13-7-certificate-wrongName', '.checks-tab')
  expect(await text(page, '#tab-checks')).toMatch(/^Checks \d+ ✓ 1 ✗$/)
  const row = page.locator('.checks-tab tr:has(.bad)')
  expect(await row.innerText()).toContain('You asked for shop.test; it is valid for not.shop.test.')
  await row.locator('a').click()
  await page.waitForSelector('#message-title:has-text("Certificate")')
  expect(await text(page, '[role=treeitem][aria-selected=true]')).toContain('subjectAltName')
  const bytes = (await page.locator('.hex .side-plain.on').allInnerTexts()).map(digits => Number.parseInt(digits, 16))
  expect(String.fromCharCode(...bytes)).toContain('not.shop.test')
})

test('what each record and each segment went through unfolds to the places', async () => {
  const page = await at('tab=checks', '.checks-tab')
  const tags = page.locator('.checks-tab tr', { hasText: 'record tags' }).first()
  await tags.locator('summary').click()
  await tags.locator('li a').first().click()
  await page.waitForSelector('#message-title:has-text("record")')
  expect(await page.locator('.hex .on.byte').count()).toBeGreaterThan(0)
})

test('two thousand checks are a table of which those are there that can be seen', async () => {
  const page = await open({ hash: 'page=captures' })
  await page.setInputFiles('input[type=file] >> nth=0', [manyRequests(1200)])
  await page.locator('.connection').first().click()
  await page.waitForSelector('.ladder')
  await page.click('#tab-checks')
  const made = page.locator('.checks-tab table >> nth=0')
  const rows = made.locator('[data-row]')
  await made.waitFor()
  expect(await made.getAttribute('aria-rowcount')).toBe('2001')
  expect(await rows.count()).toBeLessThan(120)
  expect(await text(page, '.checks-tab')).toContain('400 more checks')
  await page.evaluate(() => document.querySelector('.checks-tab .space:last-child')!.scrollIntoView({ block: 'end' }))
  await made.locator('[aria-rowindex="2001"]').waitFor()
  expect(await rows.count()).toBeLessThan(120)
  // Nothing lies between the last row and the end, and nothing beside another.
  const [first, last] = [await rows.first().getAttribute('data-row'), await rows.last().getAttribute('data-row')]
  expect(await rows.count()).toBe(Number(last) - Number(first) + 1)
  expect(await violations(page)).toEqual([])
  await page.evaluate(() => document.querySelector('.checks-tab h2')!.scrollIntoView())
  await made.locator('[data-row="0"]').waitFor()
})

test('a row that is unfolded is so when it comes back', async () => {
  const { capture, key } = await rsaTalk(600)
  const page = await open({ hash: 'page=captures' })
  await page.setInputFiles('input[type=file] >> nth=0', [capture, key])
  await page.locator('.connection').first().click()
  await page.waitForSelector('.ladder')
  await page.click('#tab-checks')
  const row = page.locator('.checks-tab [data-row]', { hasText: 'record tags' }).first()
  const number = await row.getAttribute('data-row')
  const same = page.locator(`.checks-tab [data-row="${number}"]`)
  await same.locator('summary').click()
  await same.locator('li').first().waitFor()
  await page.evaluate(() => document.querySelector('.checks-tab .space:last-child')!.scrollIntoView({ block: 'end' }))
  await same.waitFor({ state: 'detached' })
  await page.evaluate(() => document.querySelector('.checks-tab h2')!.scrollIntoView())
  await same.locator('li').first().waitFor()
})

/** One connection over http with so many requests, one after the other. */
const manyRequests = (count: number): GivenFile => {
  const flow = connection('10.0.0.2:4000', '10.0.0.3:80')
  const packets = [flow.syn(), flow.synAck(), flow.ack('client')]
  for (let i = 0; i < count; i++) {
    packets.push(flow.says('client', latin1Bytes(`GET /${i} HTTP/1.1\r\nHost: shop.test\r\n\r\n`)))
    packets.push(flow.says('server', latin1Bytes('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')))
  }
  return packetFile(packets)
}

const CARD = '.certificate-card'

test('the path leads from the shop to the root, each link checked, and the last one trusted', async () => {
  const page = await at('tab=certificate', CARD)
  expect(await page.locator(`${CARD} b`).allInnerTexts()).toEqual(['shop.test', 'Intermediate', 'barewire demo CA'])
  const links = await page.locator('.certificate-link').allInnerTexts()
  expect(links.map(link => link.split('\n')[0])).toEqual([
    '✓ signed by Intermediate, ecdsaWithSHA256',
    '✓ signed by barewire demo CA, ecdsaWithSHA256',
    '✓ trusted because it is among the client’s roots',
  ])
})

test('in a certificate field and bytes select each other, and each card has a tree of its own', async () => {
  const page = await at('tab=certificate', `${CARD}[aria-pressed=true]`)
  expect(await text(page, '.says b')).toBe('subjectAltName')
  await page.getByRole('treeitem', { name: /^serialNumber/ }).click()
  const [start, end] = (await text(page, '.says .label')).match(/\d+/g)!.map(Number) as [number, number]
  expect(await page.locator('.hex .side-plain.on').count()).toBe(end - start)
  await page.locator('.hex [data-at="0"]').click()
  await page.waitForSelector('[role=treeitem][aria-level="1"][aria-selected=true]')
  const serials = [await text(page, `${CARD}[aria-pressed=true] .mono`)]
  await page.locator(CARD, { hasText: 'barewire demo CA' }).first().click()
  await page.waitForSelector('.says b:text-is("basicConstraints")')
  serials.push(await text(page, `${CARD}[aria-pressed=true] .mono`))
  expect(new Set(serials).size).toBe(2)
})

test('another seed shows another serial number', async () => {
  const serial = async (seed: number) => text(await at(`tab=certificate&run=tls13-${seed}`, CARD), `${CARD} .mono`)
  expect(await serial(7)).not.toBe(await serial(8))
})
