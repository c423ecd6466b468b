/** “Try it”: every change is chosen, run and laid beside the exchange before it, and its link repeats it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'vitest'
import { choices } from '../../inspector/runs/changes.table.ts'
import { tryIt as chinese } from '../../inspector/words/zh/try.ts'
import { inspector } from './support.ts'
import { idOf, run, seen, signOf } from './tried.ts'

const { test, open } = inspector()

for (const group of new Set(choices.map(choice => choice.group)))
  test(`each change of the group “${group}” is run, ends as it must, and shows what became different`, async () => {
    const page = await open({ hash: 'tab=try' })
    await page.waitForSelector('.try-changes')
    for (const { id, ends } of choices.filter(choice => choice.group === group)) {
      await run(page, id)
      const { headline, sign, rows, link } = await seen(page)
      expect([id, sign]).toEqual([id, signOf(id, ends.tls13)])
      if (ends.tls13 !== 'works') expect(headline).toContain(ends.tls13)
      expect(link).toContain(`run=tls13-7-${idOf(id)}`)
      // A machine that only listens changes nothing but whose address it is; a slow shop nothing but times.
      if (id !== 'server-slow') expect(rows.length, id).toBeGreaterThan(1)
      expect(await page.locator('.try-beside .bar').count()).toBe(2)
    }
  })

test('the link of a run repeats it in another window, row by row', async () => {
  const page = await open({ hash: 'tab=try' })
  await page.waitForSelector('.try-changes')
  await run(page, 'drop')
  const first = await seen(page)
  expect(first.rows).toHaveLength(4)
  expect(first.rows.join('\n')).toMatch(/3 messages as before\n~.*lost on the way.*\n\+.*204 ms: once more/s)
  const other = await open({ hash: first.link.slice(1) })
  await other.waitForSelector('.differences')
  expect(await seen(other)).toEqual(first)
})

test('what is chosen is in the address: packet, byte and bit, before it is run', async () => {
  const page = await open({ hash: 'tab=try' })
  await page.waitForSelector('.strikes')
  await page.selectOption('.strikes select', '11')
  await page.fill('.strikes label:nth-child(3) input', '0')
  await page.press('.strikes label:nth-child(3) input', 'Tab')
  await page.waitForFunction(() => location.hash.includes('change=flip-11-'))
  const chosen = /change=(flip-11-\d+-0)/.exec(page.url())?.[1]
  expect(chosen).toBeDefined()
  await page.click('.try-changes button[type=submit]')
  await page.waitForFunction(() => location.hash.includes('run='))
  expect(page.url()).toContain(`run=tls13-7-${chosen}`)
})

test('another seed changes every number of a run: times, ports, keys, cookies', async () => {
  const numbersWith = async (seed: number) => {
    const page = await open({ hash: `run=tls13-${seed}-plain-read&tab=try` })
    await page.waitForSelector('.differences')
    return {
      headline: /in ([\d.]+) ms/.exec(await page.innerText('#outcome'))?.[1],
      cookie: /sid=(\S+)/.exec(await page.innerText('.try-overheard'))?.[1],
      times: (await page.locator('.differences .ms').allInnerTexts())
        .map(text => text.trim())
        .filter(text => text !== ''),
    }
  }
  const [one, other] = [await numbersWith(7), await numbersWith(8)]
  expect(one.headline).toBeDefined()
  expect(other.headline).not.toBe(one.headline)
  expect(one.cookie).toHaveLength(32)
  expect(other.cookie).not.toBe(one.cookie)
  expect(one.times.length).toBe(other.times.length)
  const same = one.times.filter((time, i) => time === other.times[i])
  expect(same).toEqual([])
})

test('the other exchange and another seed are played when they are asked for, and then changed', async () => {
  const page = await open({ hash: 'tab=try' })
  await page.waitForSelector('.which')
  await page.selectOption('.which select', 'tls12')
  await page.fill('.which input', '11')
  await page.click('.which button')
  await page.waitForFunction(() => location.hash.includes('run=tls12-11&'))
  await page.waitForSelector('.try-outcome')
  await run(page, 'middle-swaps')
  expect((await seen(page)).headline).toContain('tls/signature-wrong')
  expect(page.url()).toContain('run=tls12-11-middle-swaps')
})

test('in Chinese it is the same, in other words', async () => {
  const page = await open({ hash: 'run=tls13-7-certificate-expired&tab=try&lang=zh' })
  await page.waitForSelector('.differences .fields')
  expect(await page.innerText('.try-it h1')).toBe(chinese.title)
  expect(await page.innerText('.differences')).toContain('notAfter：2026-11-27 12:00 UTC → 2026-11-19 12:00 UTC')
  expect(await page.innerText('.differences')).toMatch(/\d+ 条消息与之前相同/)
})

test('nothing is wider than the screen, on a telephone, and where a lost packet leaves no room in the bar', async () => {
  for (const [change, width] of [
    ['middle-strips', 390],
    ['drop-5', 390],
    ['drop-5', 794],
  ] as const) {
    const page = await open({ hash: `run=tls13-7-${change}&tab=try` })
    await page.waitForSelector('.differences')
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth), change).toBe(width)
  }
})

test('axe-core has nothing to say against it, before a run and after one, light and dark', async () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  for (const [hash, colours] of [
    ['tab=try', 'light'],
    ['run=tls13-7-middle-strips&tab=try', 'dark'],
    ['run=tls13-7-certificate-expired&tab=try', 'light'],
  ] as const) {
    const page = await open({ hash, colours })
    await page.waitForSelector(hash.includes('run=') ? '.differences' : '.try-outcome')
    await page.evaluate(axe)
    const violations = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run()
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    })
    expect(violations).toEqual([])
  }
})

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
}
