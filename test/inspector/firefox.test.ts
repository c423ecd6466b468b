/** The page in Debian's Firefox: an exchange played, keys, tabs, a lesson with its question, a narrow window, Chinese. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../support/peers-chain.ts'
import { type Firefox, firefoxMissing, startFirefox } from '../support/peers-firefox.ts'
import { builtPage, hasNode } from './support.ts'

let firefox: Firefox
let page = ''
const why = hasNode ? firefoxMissing : ' (skipped: the page is tested on Node 20)'
const isMissing = why !== ''

beforeAll(async () => {
  if (isMissing) return
  page = `file://${await builtPage()}/one-file.html`
  firefox = await startFirefox(temporaryFolder('firefox').path)
  await firefox.resize(1440, 900)
}, 240_000)
afterAll(() => firefox?.close())

/** A new document, with `hash` in its address. */
const at = async (hash: string, ready: string): Promise<void> => {
  await firefox.open('about:blank')
  await firefox.open(`${page}#${hash}`)
  await firefox.until(`document.querySelector('${ready}') !== null`)
}
const text = (selector: string): Promise<unknown> => firefox.value(`document.querySelector('${selector}').innerText`)

test.skipIf(isMissing)(`Firefox plays the exchange, and its keys and tabs work${why}`, async () => {
  await at('', '.rows [aria-current=true]')
  expect(await text('h1')).toMatch(/200 OK over TLS 1\.3 in 16 ms/)
  await firefox.value(`document.querySelector('.rows .message-row').click()`)
  await firefox.press('j')
  await firefox.until(`document.activeElement.matches('.rows li:nth-child(2) [aria-current=true]')`)
  await firefox.press('b')
  await firefox.until(`document.activeElement.matches('[role=gridcell]')`)
  for (const tab of ['keys', 'checks', 'certificate', 'states', 'network', 'http', 'try']) {
    await firefox.value(`document.getElementById('tab-${tab}').click()`)
    await firefox.until(`document.querySelector('#panel[aria-labelledby=tab-${tab}] > *') !== null`)
  }
  expect(firefox.complaints).toEqual([])
})

test.skipIf(isMissing)(`Firefox plays a lesson, checks an answer by running it, and reads Chinese${why}`, async () => {
  await at('page=lessons&lesson=stolen&seed=7', 'input[name=answer]')
  await firefox.value(`document.querySelector('input[name=answer][value=cookie]').click()`)
  await firefox.value(`document.querySelector('.ask button').click()`)
  await firefox.until(`document.querySelector('.answer[data-choice=cookie] .good') !== null`)
  await at('page=lessons&lesson=file&seed=7&lang=zh', '.drawing > *')
  expect(await text('h1')).toBe('把这次通信存成文件')
  expect(firefox.complaints).toEqual([])
})

const OVER = '({ over: document.documentElement.scrollWidth - document.documentElement.clientWidth })'

test.skipIf(isMissing)(`in a narrow Firefox nothing runs over the edge${why}`, async () => {
  await firefox.resize(390, 844)
  for (const [hash, ready] of [
    ['', '.rows li'],
    ['run=tls13-7-certificate-wrongName', '.rows li'],
    ['page=lessons&lesson=scope&seed=7&lstep=2', '.drawing > *'],
  ] as const) {
    await at(hash, ready)
    // A bar to scroll by takes part of the width.
    const { over } = (await firefox.value(OVER)) as { over: number }
    expect(over, hash).toBe(0)
  }
  expect(firefox.complaints).toEqual([])
})
