/** What is in a folder as a page: off by itself, and whatever files are called nothing of it leads or runs anywhere else. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { fetch } from '../../index.ts'
import { filesIn } from '../../node/files.ts'
import { listingPage } from './listing.ts'
import { type Files, staticFiles } from './static.ts'

const outside = mkdtempSync(join(tmpdir(), 'barewire-listing-'))
const root = join(outside, 'root')
const ODD = ['<b>&"\'.txt', 'javascript:alert(1)', '100% #1?.txt', '文件 名.txt', ' lead', 'a10', 'a9', '\u202etxt.exe']

beforeAll(() => {
  for (const folder of ['with-index', '.git', 'B', 'empty']) mkdirSync(join(root, folder), { recursive: true })
  for (const name of ODD) writeFileSync(join(root, name), name)
  writeFileSync(join(root, 'B', 'inner'), 'x'.repeat(1_234_567))
  utimesSync(join(root, 'B', 'inner'), 1_700_000_000, 1_700_000_000)
  writeFileSync(join(root, 'with-index', 'index.html'), '<p>its own page</p>')
  writeFileSync(join(root, '.env'), 'secret')
  writeFileSync(join(outside, 'secret.txt'), 'secret')
  symlinkSync(join(outside, 'secret.txt'), join(root, 'out-link'))
  symlinkSync(outside, join(root, 'up'))
  symlinkSync(join(root, '.git'), join(root, 'git-link'))
  symlinkSync(join(root, 'B'), join(root, 'c-link'))
  symlinkSync(join(root, 'nowhere'), join(root, 'broken'))
})
afterAll(() => rmSync(outside, { recursive: true }))

const listing = async () => {
  const { url } = await served(staticFiles(await filesIn(root), { listing: 'shown' }))
  return (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, { ...init, redirect: 'manual' })
}
const hrefs = (page: string): string[] =>
  [...page.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) =>
    href.replaceAll('&#39;', "'").replaceAll('&amp;', '&'),
  )

test('nothing is listed unless it was asked for', async () => {
  const { url } = await served(staticFiles(await filesIn(root)))
  expect((await fetch(`${url}/`)).status).toBe(404)
})

test('folders come first and names in their order; hidden files and links that lead out are not there', async () => {
  const get = await listing()
  const page = await (await get('/')).text()
  const names = hrefs(page).map(href => decodeURIComponent(href.slice(2)))
  expect(names.slice(0, 4)).toEqual(['B/', 'c-link/', 'empty/', 'with-index/'])
  expect(names.slice(4).sort()).toEqual([...ODD].sort())
  expect(names.indexOf('a9')).toBeLessThan(names.indexOf('a10'))
  expect(page).not.toMatch(/\.env|\.git|git-link|out-link|"\.\/up|broken|secret/)
})

test('every name leads to its file and is text: escaped, without marks that turn writing', async () => {
  const get = await listing()
  const page = await (await get('/')).text()
  for (const href of hrefs(page).filter(each => !each.endsWith('/')))
    expect(await (await get(new URL(href, 'http://h/').pathname)).text()).toBe(decodeURIComponent(href.slice(2)))
  expect(page).toContain('<bdi>&lt;b&gt;&amp;&quot;&#39;.txt</bdi>')
  expect(page).not.toContain('\u202e')
  expect(page).not.toMatch(/<b>|<script/)
  const inner = await (await get('/B/')).text()
  expect(hrefs(inner)).toEqual(['../', './inner'])
  expect(inner).toContain('<td>1.2 MB<td>2023-11-14 22:13')
})

test('HEAD says what GET says; a page is HTML that runs nothing; other methods are 405', async () => {
  const get = await listing()
  const [whole, head] = [await get('/B/'), await get('/B/', { method: 'HEAD' })]
  expect(Number(head.headers.get('content-length'))).toBe((await whole.arrayBuffer()).byteLength)
  expect(await head.text()).toBe('')
  expect(whole.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
  expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect((await get('/B/', { method: 'POST' })).status).toBe(405)
  expect((await (await get('/')).text()).match(/color-scheme" content="light dark"/g)).toHaveLength(1)
})

test('a folder shows its own page, one without slash is sent on, and what is not to be seen is 404', async () => {
  const get = await listing()
  expect(await (await get('/with-index/')).text()).toContain('its own page')
  expect((await get('/B')).headers.get('location')).toBe('/B/')
  expect(await (await get('/empty/')).text()).toContain('Nothing is in here.')
  for (const path of ['/.git/', '/git-link/', '/up/', '/%2e%2e/', '/B/%2e%2e%2f/', '/no/', '/a9/', '/broken/'])
    expect([path, (await get(path)).status]).toEqual([path, path === '/%2e%2e/' ? 200 : 404])
  // Dots are no way out: the path ends at the root.
  expect(hrefs(await (await get('/%2e%2e/')).text())).toContain('./B/')
})

test('files that can list nothing show nothing', async () => {
  const files: Files = { open: async names => (names.length === 0 ? 'folder' : undefined) }
  const { url } = await served(staticFiles(files, { listing: 'shown' }))
  expect((await fetch(`${url}/`)).status).toBe(404)
})

test('of very many names some are shown, and it is said how many are not', async () => {
  const many = join(outside, 'many')
  mkdirSync(many)
  for (let i = 0; i < 2_010; i++) writeFileSync(join(many, `${i}`), '')
  const listed = await (await filesIn(many)).list!([])
  expect([listed?.files.length, listed?.left]).toEqual([2_000, 10])
  expect(listingPage([], listed!)).toContain('10 more are not shown.')
})

test('no name and no time makes a tag, an attribute or a link of its own', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.double(), (name, folder, modified) => {
      const size = Math.abs(name.length)
      const page = listingPage([folder], {
        files: [{ name, kind: 'file', size, modified }],
        left: 0,
      })
      expect(page.match(/</g)!.length).toBe(35)
      expect(hrefs(page)).toHaveLength(2)
      expect(hrefs(page)[1]).toMatch(/^\.\/[\w!~*'().%-]*$/)
    }),
  )
})
