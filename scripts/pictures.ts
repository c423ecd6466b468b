/**
 * The pictures of the README: `npm run pictures` builds the page, opens it in Debian's Chromium and writes
 * `docs/pictures`. With a palette they are a third as large as Chromium
 * writes them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { configOf } from '../inspector/vite.config.ts'
import { withPalette } from './palette.ts'

const PICTURES = fileURLToPath(new URL('../docs/pictures/', import.meta.url))

/** What stands behind `#`, what must be there, and how large the window is. */
const SHOWN = {
  page: { at: '', ready: '.rows [aria-current]', width: 1440, height: 900 },
  failure: { at: 'run=tls13-7-certificate-wrongName', ready: '.rows [aria-current]', width: 1280, height: 780 },
  lesson: { at: 'page=lessons&lesson=old-syn&seed=7&lstep=6', ready: '.drawing > *', width: 1280, height: 780 },
} as const

const folder = mkdtempSync(join(tmpdir(), 'barewire-pictures-'))
try {
  const config = configOf('one file')
  await build({ ...config, logLevel: 'error', build: { ...config.build, outDir: folder } })
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  })
  for (const [name, { at, ready, width, height }] of Object.entries(SHOWN)) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light', locale: 'en' })
    await page.goto(`file://${folder}/one-file.html#${at}`)
    await page.waitForSelector(ready)
    const file = withPalette(await page.screenshot({ animations: 'disabled' }))
    writeFileSync(join(PICTURES, `${name}.png`), file)
    console.log(`docs/pictures/${name}.png  ${file.length} bytes`)
    await page.close()
  }
  await browser.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
