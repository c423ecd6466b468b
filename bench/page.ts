/**
 * What the page of the inspector takes for 100,000 messages: `npm run build`, then `npx tsx bench/page.ts`. Numbers to read,
 * an object on stdout; they decide nothing. Times in milliseconds, as a browser without a window has them here.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { builtPage } from '../src/node/inspector/page-files.ts'
import { connection, ethernet, pcapFile } from '../test/support/made-captures.ts'

const MESSAGES = 100_000
/** Of one segment: what is kept of a conversation would be filled by its frames. */
const AT_ONCE = 50

/** HTTP/1.1 in clear text, pipelined. */
const capture = (): Uint8Array => {
  const flow = connection('10.0.0.1:40000', '10.0.0.2:80')
  const ask = new TextEncoder().encode('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(AT_ONCE))
  const reply = new TextEncoder().encode('HTTP/1.1 204 No Content\r\n\r\n'.repeat(AT_ONCE))
  const packets = [flow.syn(), flow.synAck(), flow.ack('client')]
  for (let i = 0; i < MESSAGES / 2 / AT_ONCE; i++) packets.push(flow.says('client', ask), flow.says('server', reply))
  return pcapFile(
    'little',
    1,
    packets.map((bytes, i) => ({ time: BigInt(i) * 1000n, bytes: ethernet(bytes) })),
  )
}

const since = async (work: () => Promise<unknown>): Promise<number> => {
  const before = performance.now()
  await work()
  return Math.round(performance.now() - before)
}

const TASKS = `globalThis.tasks = []
new PerformanceObserver(list => { for (const each of list.getEntries()) tasks.push(Math.round(each.duration)) })
  .observe({ type: 'longtask' })`
/** Frames that were drawn in two seconds of scrolling from end to end. */
const SCROLLED = `new Promise(resolve => {
  const list = document.querySelector('.rows')
  let area = list
  while (area && !(/auto|scroll/.test(getComputedStyle(area).overflowY) && area.scrollHeight > area.clientHeight)) area = area.parentElement
  area ??= document.scrollingElement
  const began = performance.now()
  let frames = 0
  const step = now => {
    frames++
    area.scrollTop = ((now - began) / 2000) * area.scrollHeight
    if (now - began < 2000) requestAnimationFrame(step)
    else resolve(frames / 2)
  }
  requestAnimationFrame(step)
})`

const measured = async (page: Page, file: string): Promise<object> => {
  await page.evaluate(TASKS)
  const index = await since(async () => {
    await page.setInputFiles('input[type=file] >> nth=0', file)
    await page.waitForSelector('.connection')
  })
  const row = page.locator('.connection', { hasText: `${MESSAGES / 2} requests` })
  const opened = await since(() => row.waitFor())
  const shown = await since(async () => {
    await row.click()
    await page.waitForSelector('.rows.windowed', { timeout: 120_000 })
  })
  const tasks = await page.evaluate('tasks')
  const framesPerSecond = await page.evaluate(SCROLLED)
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const rows = Number(await page.locator('.rows li').first().getAttribute('aria-setsize'))
  return { index, opened, shown, rows, longTasks: tasks, framesPerSecond, megabytes: Math.round(usedSize / 1e6) }
}

const folder = mkdtempSync(join(tmpdir(), 'barewire-bench-'))
const file = join(folder, 'many.pcap')
writeFileSync(file, capture())
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox'] })
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const first = await since(async () => {
    await page.goto(pathToFileURL(join(builtPage(), 'one-file.html')).href)
    await page.waitForSelector('.message-row')
  })
  await page.goto(`${pathToFileURL(join(builtPage(), 'one-file.html')).href}#page=captures`)
  await page.waitForSelector('.drop-target')
  process.stdout.write(`${JSON.stringify({ bench: 'page', first, ...(await measured(page, file)) })}\n`)
} finally {
  await browser.close()
  rmSync(folder, { recursive: true })
}
