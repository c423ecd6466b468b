/** Where keys come from: each value is worked out from the run, proved by its records, and leads to its bytes. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { keyGraph } from '../../inspector/model/keys/index.ts'
import type { Run } from '../../inspector/model/run.ts'
import { sessionsOf } from '../../inspector/model/session.ts'
import { play, readPlan } from '../../inspector/runs/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { webPlatform } from '../../src/web/lab.ts'
import { hexText } from '../../src/wire/bytes.ts'
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

const NODE = '.key-node'
const shownValues = (page: Page): Promise<string[]> => page.locator(`${NODE} .short`).allInnerTexts()

for (const id of ['tls13-7', 'tls12-7', 'tls13-7-offer-rsa'])
  test(`keys of ${id}: the values are those that are worked out elsewhere from the same run`, async () => {
    const page = await at(`run=${id}&tab=keys`, NODE)
    const { records } = await played(id)
    const [session] = sessionsOf(records, 'laptop')
    const graph = keyGraph(session!, nodeCrypto())!
    expect(await page.locator(NODE).count()).toBe(graph.nodes.length)
    expect(new Set((await shownValues(page)).filter(value => value.startsWith('*'))).size).toBe(1)
    await page.getByRole('button', { name: 'Show secrets' }).click()
    await page.waitForSelector('button:has-text("Star secrets")')
    const shown = await shownValues(page)
    const known = graph.nodes.flatMap(({ values }) =>
      values[0] === undefined ? [] : [hexText(values[0].bytes).slice(0, 10)],
    )
    expect(shown.map(value => value.replace('…', '')).toSorted()).toEqual(known.toSorted())
  })

test('a value says how it is made and what proves it; a click on the proof opens the record', async () => {
  const page = await at('tab=keys&run=tls12-7', NODE)
  await page.locator(NODE, { hasText: 'client’s keys' }).click()
  const detail = await text(page, '.key-detail')
  expect(detail).toContain('cut from key block')
  expect(detail).toContain('✓ All 4 records that were sealed with it open here.')
  expect(detail).toContain('** **')
  await page.locator('.key-detail .good a').click()
  await page.waitForSelector('#message-title:has-text("record")')
})

test('what is never recorded is dashed and says so, and what is on the wire leads to its bytes', async () => {
  const page = await at('tab=keys', NODE)
  await page.locator(NODE, { hasText: 'main secret' }).click()
  expect(await text(page, '.key-detail')).toContain('Never recorded')
  await page.locator(NODE, { hasText: 'client’s half' }).click()
  const value = (await text(page, '.key-detail dd.octets')).replaceAll(' ', '')
  await page.locator('.key-detail dd a[href*=sel]').click()
  await page.waitForSelector('#message-title:has-text("ClientHello")')
  expect((await page.locator('.hex .on.byte').allInnerTexts()).join('')).toBe(value)
})

test('another seed, and no value is as it was but the one that is the same everywhere', async () => {
  const values = async (seed: number): Promise<string[]> => {
    const page = await at(`tab=keys&run=tls13-${seed}`, NODE)
    await page.getByRole('button', { name: 'Show secrets' }).click()
    await page.waitForSelector('button:has-text("Star secrets")')
    return shownValues(page)
  }
  const [one, other] = [await values(7), await values(8)]
  expect(one.filter(value => other.includes(value))).toEqual(['33ad0a1c60…'])
})

test('who only listens has no secret, and cannot ask for one', async () => {
  const page = await at('tab=keys&view=ear', NODE)
  expect(await page.locator(`${NODE}.kind-secret`).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Show secrets' }).count()).toBe(0)
  expect(await page.locator(`${NODE}.kind-public`).count()).toBe(4)
})

test('without TLS there are no keys', async () => {
  const page = await at('tab=keys&run=tls13-7-plain', '.panel h2')
  await page.waitForSelector('text=Nothing was encrypted')
})

test('the graph is whole in windows of any width', async () => {
  const page = await open({ hash: 'tab=keys' })
  await page.waitForSelector('.key-graph .canvas')
  for (const width of [1440, 1200, 1000, 760, 390]) {
    await page.setViewportSize({ width, height: 900 })
    const cut = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.querySelector('.key-graph')!
      return scrollWidth - clientWidth
    })
    expect(cut, `${width}`).toBe(0)
  }
})
