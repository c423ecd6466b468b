/** The page in Debian's Firefox: what differs between browsers, by the ways that its readers go in Chromium's tests. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test as vitestTest } from 'vitest'
import { CHAPTERS } from '../../inspector/lessons/chapters.ts'
import { lessonTexts } from '../../inspector/words/lessons.ts'
import { served } from '../support/net.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { type Firefox, firefoxMissing, startFirefox } from '../support/peers-firefox.ts'
import { commands } from './commands.ts'
import { answered, SEED, toTheEnd } from './lesson-read.ts'
import { captureFile, played } from './made.ts'
import { builtPage, hasNode } from './support.ts'
import { run, seen } from './tried.ts'

let firefox: Firefox
let folder = ''
const why = hasNode ? firefoxMissing : ' (skipped: the page is tested on Node 20)'
const shown = commands(() => folder)

const test = (name: string, body: () => Promise<void>): void =>
  vitestTest.skipIf(why !== '')(`${name}${why}`, async () => {
    await firefox.resize(1440, 900)
    await body()
    expect(firefox.complaints).toEqual([])
  })

beforeAll(async () => {
  if (why !== '') return
  folder = await builtPage()
  firefox = await startFirefox(temporaryFolder('firefox').path)
}, 240_000)
afterAll(() => firefox?.close())

/** A new document, with `hash` in its address. */
const at = async (hash: string, ready: string): Promise<void> => {
  await firefox.open('about:blank')
  await firefox.open(`file://${folder}/one-file.html#${hash}`)
  await firefox.waitForSelector(ready)
}

const throughTabs = async (...tabs: readonly string[]): Promise<void> => {
  for (const tab of tabs) {
    await firefox.click(`#tab-${tab}`)
    await firefox.waitForSelector(`#panel[aria-labelledby=tab-${tab}] > *`)
  }
}

test('Firefox plays the exchange, and its keys and tabs work', async () => {
  await at('', '.rows [aria-current=true]')
  expect(await firefox.innerText('h1')).toMatch(/200 OK over TLS 1\.3 in 16 ms/)
  await firefox.click('.rows .message-row')
  await firefox.press('j')
  await firefox.waitForFunction(() => document.activeElement?.matches('.rows li:nth-child(2) [aria-current=true]'))
  await firefox.press('b')
  await firefox.waitForFunction(() => document.activeElement?.matches('[role=gridcell]'))
  await throughTabs('keys', 'checks', 'certificate', 'states', 'network', 'http', 'try')
})

test('Firefox tries changes, shows what became different, and repeats a run by its link', async () => {
  await at('tab=try', '.try-changes')
  for (const [id, sign, rows] of [
    ['drop', 'It worked', /3 messages as before\n~.*lost on the way.*\n\+.*204 ms: once more/s],
    ['certificate-expired', 'It failed', /notAfter/],
    ['middle-strips', 'Take care', /\+/],
  ] as const) {
    await run(firefox, id)
    const found = await seen(firefox)
    expect([id, found.sign]).toEqual([id, sign])
    expect(found.rows.join('\n')).toMatch(rows)
  }
  const last = await seen(firefox)
  await at(last.link.slice(1), '.differences')
  expect(await seen(firefox)).toEqual(last)
})

test('Firefox opens a capture from a file, and one of its connections is the whole page', async () => {
  const path = join(temporaryFolder('firefox').path, 'shop.pcapng')
  writeFileSync(path, captureFile(await played(), 'with').buffer)
  await at('page=captures', '.drop-target')
  await firefox.setInputFiles('input[type=file]', path)
  await firefox.waitForFunction(() => document.querySelector('main')?.innerText.includes('2 requests → 200, decrypted'))
  await firefox.click('.connection-rows li:last-child .connection')
  await firefox.waitForSelector('.ladder')
  expect(await firefox.innerText('h1')).toMatch(/200 OK over TLS 1\.3 in \d+/)
  expect(await firefox.innerText('.rows')).toContain('GET /account')
  await throughTabs('keys', 'checks', 'certificate', 'network', 'http')
})

test('Firefox follows a run that a command shows', async () => {
  const { url } = await served(() => new Response('here', { headers: { connection: 'close' } }))
  const { address } = await shown('get', '--no-keep', `${url}/there`)
  await firefox.open(address)
  await firefox.waitForSelector('.ladder')
  expect(await firefox.innerText('h1')).toMatch(/200.* over plain HTTP/)
  await firefox.waitForFunction(() => document.querySelector('main')?.innerText.includes('It is over'))
})

for (const { id, lessons } of CHAPTERS)
  test(`a reader goes through the lessons of “${id}” in Firefox, answers wrong and right`, async () => {
    await at(`page=lessons&seed=${SEED}`, '.lesson')
    for (const lesson of lessons) {
      await firefox.evaluate(hash => void (location.hash = hash), `page=lessons&lesson=${lesson}&seed=${SEED}`)
      await firefox.waitForFunction(
        title =>
          document.querySelector('h1')?.innerText === title && document.querySelectorAll('.steps li').length === 1,
        lessonTexts.en[lesson].title,
      )
      await toTheEnd(firefox)
      expect([lesson, ...(await answered(firefox, lesson)).sort()]).toEqual([lesson, 'right', 'wrong'])
    }
  })

test('Firefox reads a lesson in Chinese', async () => {
  await at(`page=lessons&lesson=file&seed=${SEED}&lang=zh`, '.drawing > *')
  expect(await firefox.innerText('h1')).toBe('把这次通信存成文件')
})

test('in a narrow Firefox nothing runs over the edge', async () => {
  await firefox.resize(390, 844)
  for (const [hash, ready] of [
    ['', '.rows li'],
    ['run=tls13-7-certificate-wrongName', '.rows li'],
    ['page=lessons&lesson=scope&seed=7&lstep=2', '.drawing > *'],
  ] as const) {
    await at(hash, ready)
    // A bar to scroll by takes part of the width.
    const over = await firefox.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(over, hash).toBe(0)
  }
})
