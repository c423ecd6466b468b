/**
 * The built page in Debian's Chromium, for one test file: `const { test, open } = inspector()`. Each test gets a window of
 * its own without a memory; whatever the page says on the console, throws or is forbidden by its policy fails the test.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, expect, type TestAPI, test as vitestTest } from 'vitest'
import { configOf } from '../../inspector/vite.config.ts'
import { installed } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { CHROMIUM, startChromium } from '../support/peers-chromium.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The page does not know which Node runs its tests: one is enough, unless `BAREWIRE_PAGE=1`. */
export const hasNode: boolean = process.versions.node.startsWith('20.') || process.env.BAREWIRE_PAGE === '1'
const hasChromium = existsSync(CHROMIUM) && installed('certutil')
const reason = !hasNode
  ? ' (skipped: the page is tested on Node 20)'
  : hasChromium
    ? ''
    : ' (skipped: chromium or certutil not installed)'

export interface Opening {
  /** What stands behind `#`. */
  readonly hash?: string
  readonly size?: 'desk' | 'telephone'
  readonly colours?: 'light' | 'dark'
  readonly locale?: string
  /** `one file` is opened from the disk, as people do. */
  readonly form?: 'folder' | 'one file'
  /** Where the page is that a command shows, or a file that it wrote. */
  readonly address?: string
  /** An empty window: the test goes to the page itself. */
  readonly bare?: true
  /** What the browser may say besides, such as that nobody answers. */
  readonly mayComplain?: RegExp
}

export interface Inspector {
  /** As vitest's, where everything is there that it needs; its name says what is not. `limit` is in milliseconds. */
  test(name: string, body: () => Promise<void>, limit?: number): void
  /** A new window at the page, as soon as an exchange is shown. */
  open(opening?: Opening): Promise<Page>
  /** The folder of the built page. */
  folder(): string
}

export const SIZES = { desk: { width: 1440, height: 900 }, telephone: { width: 390, height: 844 } } as const

export const inspector = (): Inspector => {
  const test: TestAPI = vitestTest
  const contexts: BrowserContext[] = []
  const complaints: string[] = []
  let browser: Browser | undefined
  let folder = ''
  beforeAll(async () => {
    if (reason !== '') return
    folder = await builtPage()
    browser = await startChromium(join(temporaryFolder('inspector').path, 'home'))
  }, 120_000)
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    expect(complaints.splice(0)).toEqual([])
  })
  return {
    test: (name, body, limit = 60_000) => test.skipIf(reason !== '')(`${name}${reason}`, body, limit),
    folder: () => folder,
    async open({
      hash = '',
      size = 'desk',
      colours = 'light',
      locale = 'en',
      form = 'folder',
      address,
      bare,
      mayComplain,
    } = {}) {
      const context = await browser!.newContext({ viewport: SIZES[size], colorScheme: colours, locale })
      contexts.push(context)
      await context.route(`${SITE}**`, route => {
        const path = join(folder, new URL(route.request().url()).pathname)
        if (!existsSync(path)) return route.fulfill({ status: 404 })
        return route.fulfill({ body: readFileSync(path), contentType: TYPES[extname(path)] ?? 'text/plain' })
      })
      const page = await context.newPage()
      page.on('console', message => {
        if (mayComplain?.test(message.text()) !== true) complaints.push(message.text())
      })
      page.on('pageerror', error => void complaints.push(String(error)))
      const built = form === 'folder' ? `${SITE}index.html` : `file://${folder}/one-file.html`
      if (bare) return page
      await page.goto(address ?? `${built}#${hash}`)
      await page.waitForSelector('[role=tabpanel], .lesson, .captures-page')
      return page
    },
  }
}

/** No machine has this name: what the page asks for is answered here, and nothing else is. */
const SITE = 'http://inspector.test/'
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

/** Where the page lies that is built from the sources as they are: once, for all the files of tests that need it. */
export const builtPage = async (): Promise<string> => {
  const folder = `${PREFIX}${sourcesDigest()}`
  if (existsSync(folder)) return folder
  forgetOthers()
  const made = mkdtempSync(`${PREFIX}building-`)
  for (const form of ['folder', 'one file'] as const) {
    const config = configOf(form)
    await build({ ...config, logLevel: 'error', build: { ...config.build, outDir: made } })
  }
  try {
    renameSync(made, folder)
  } catch {
    // Another file of tests was faster, with the same sources.
    rmSync(made, { recursive: true, force: true })
  }
  return folder
}

const PREFIX = join(tmpdir(), 'barewire-page-')

const sourcesDigest = (): string => {
  const digest = createHash('sha256')
  for (const top of ['src', 'inspector']) {
    const files = readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).sort()
    for (const file of files.filter(each => /\.(tsx?|css|html)$/.test(each)))
      digest.update(`${file}\0`).update(readFileSync(join(root, top, file)))
  }
  return digest.digest('hex').slice(0, 16)
}

const OLD = 3_600_000

/** Pages of sources that are no more. */
const forgetOthers = (): void => {
  mkdirSync(tmpdir(), { recursive: true })
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name)
    if (path.startsWith(PREFIX) && statSync(path).mtimeMs < Date.now() - OLD)
      rmSync(path, { recursive: true, force: true })
  }
}
