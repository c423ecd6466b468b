/** Who gets the page and what it shows, and who does not; over real sockets on loopback. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { closing, codeOf, talk } from '../../../test/support/net.ts'
import type { TraceRecord } from '../../trace/recorder.ts'
import { Feed } from './feed.ts'
import { pageFiles } from './page-files.ts'
import { type PageServer, type PageServerOptions, type Shelf, servePage } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-page-server-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'page', 'assets'), { recursive: true })
writeFileSync(
  join(folder, 'page', 'index.html'),
  '<!doctype html><meta name="barewire-source" content="engines" /><title>page</title>',
)
writeFileSync(join(folder, 'page', 'assets', 'a.js'), 'export {}')
writeFileSync(join(folder, 'page', 'notes.txt'), 'not of the page')
writeFileSync(join(folder, 'secret.html'), 'beside the page')
const files = pageFiles(join(folder, 'page'))

const message = (id: number, size = 100): TraceRecord => ({
  type: 'message',
  record: {
    id,
    layer: 'tcp',
    flow: 'f',
    host: 'h',
    direction: 'in',
    at: id,
    name: 'read',
    format: undefined,
    bytes: new Uint8Array(size),
  },
})

const shelf: Shelf = {
  list: () => [{ id: 'x', name: '@1' }],
  contents: id => (id === 'x' ? [{ type: 'contents' }, { type: 'conversation', id: 1 }] : undefined),
  conversation: (id, number) =>
    id === 'x' && number === 7 ? [{ type: 'run' }, { type: 'message', id: 1 }] : undefined,
}

const serving = async (options: Partial<PageServerOptions> = {}): Promise<PageServer & { readonly port: number }> => {
  const server = await servePage({ files, ...options })
  closing.push(() => server.close())
  return { ...server, port: Number(new URL(server.url).port) }
}

/** The head and what there is of the body, for a request with exactly these lines. */
const asked = async (port: number, ...lines: readonly string[]): Promise<string> => {
  const said = talk(port, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`)
  await said.closed
  return said.text
}
const statusOf = (answer: string): string => answer.split('\r\n', 1)[0]!.slice(9, 12)

test('the page is there at the printed address, may run what is its own, and is told where its exchanges come from', async () => {
  const { url } = await serving()
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/)
  const page = await fetch(url)
  expect(page.status).toBe(200)
  expect(await page.text()).toBe('<!doctype html><meta name="barewire-source" content="captures" /><title>page</title>')
  expect(page.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  expect(page.headers.get('referrer-policy')).toBe('no-referrer')
  expect(page.headers.get('cache-control')).toBe('no-store')
  expect(page.headers.get('cross-origin-resource-policy')).toBe('same-origin')
  const script = await fetch(`${url}assets/a.js`)
  expect([script.status, script.headers.get('content-type'), script.headers.get('x-content-type-options')]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'nosniff',
  ])
})

test('two servers have two tokens, and each knows its own alone', async () => {
  const [one, other] = [await serving(), await serving()]
  const { pathname } = new URL(other.url)
  expect((await fetch(new URL(pathname, one.url))).status).toBe(403)
})

test('what is no file of the page is not there, however its path is written', async () => {
  const { url, port } = await serving()
  for (const path of ['notes.txt', 'nothing.js', 'secret.html', 'captures', 'feed', 'assets/', 'assets'])
    expect((await fetch(`${url}${path}`)).status, path).toBe(404)
  const { pathname, host } = new URL(url)
  for (const path of [
    '../secret.html',
    '..%2fsecret.html',
    '%2e%2e/secret.html',
    './%5c..%5csecret.html',
    '//etc/passwd',
    'a/../../secret.html',
  ])
    expect(statusOf(await asked(port, `GET ${pathname}${path} HTTP/1.1`, `Host: ${host}`)), path).toMatch(/40[034]/)
})

test('without the whole token there is nothing: not the page, not its files, not the feed', async () => {
  const { url, port } = await serving({ feed: new Feed({ type: 'live' }), shelf })
  const { host, pathname } = new URL(url)
  const token = pathname.slice(1, -1)
  const other = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  for (const path of [
    '/',
    '/feed',
    '/captures',
    '/assets/a.js',
    `/${token}`,
    `/${other}/feed`,
    `/${token.slice(0, -1)}/feed`,
    `/${token}A/feed`,
    `//${token}/feed`,
    `/${token.toLowerCase()}/feed`,
    '/%00/feed',
    `/feed?${token}`,
  ]) {
    const answer = await asked(port, `GET ${path} HTTP/1.1`, `Host: ${host}`)
    expect(statusOf(answer), path).toBe('403')
    expect(answer, path).not.toContain(token)
  }
})

test('a name that somebody made lead here is refused, whatever is asked', async () => {
  const { url, port } = await serving({ feed: new Feed({ type: 'live' }) })
  const { pathname } = new URL(url)
  for (const host of [
    `localhost:${port}`,
    `evil.test:${port}`,
    'evil.test',
    '127.0.0.1',
    `127.0.0.2:${port}`,
    `[::1]:${port}`,
    `127.0.0.1:${port}.evil.test`,
    `0x7f.1:${port}`,
    `127.1:${port}`,
  ]) {
    for (const path of [pathname, `${pathname}feed`])
      expect(statusOf(await asked(port, `GET ${path} HTTP/1.1`, `Host: ${host}`)), host).toMatch(/4(21|00)/)
  }
  expect(statusOf(await asked(port, `GET ${pathname} HTTP/1.0`))).toBe('421')
  expect(statusOf(await asked(port, `GET http://evil.test${pathname} HTTP/1.1`, `Host: 127.0.0.1:${port}`))).toBe('421')
})

test('pages of elsewhere get nothing; the own page does', async () => {
  const feed = new Feed({ type: 'live' })
  feed.end({ type: 'ended' })
  const { url, port } = await serving({ feed })
  const { host, pathname } = new URL(url)
  const status = async (path: string, ...fields: string[]) =>
    statusOf(await asked(port, `GET ${pathname}${path} HTTP/1.1`, `Host: ${host}`, ...fields))
  for (const origin of [
    'http://evil.test',
    'null',
    `https://${host}`,
    `http://localhost:${port}`,
    `http://${host}.evil.test`,
    '',
  ])
    expect(await status('feed', `Origin: ${origin}`), origin).toBe('403')
  for (const site of ['cross-site', 'same-site', 'anything']) {
    expect(await status('feed', `Sec-Fetch-Site: ${site}`), site).toBe('403')
    expect(await status('assets/a.js', `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Dest: script'), site).toBe('403')
    expect(
      await status('', `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'),
      site,
    ).toBe('403')
    expect(
      await status('feed', `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'),
      site,
    ).toBe('403')
    // A click on the address where a terminal is a page.
    expect(
      await status('', `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'),
      site,
    ).toBe('200')
  }
  expect(await status('feed', `Origin: http://${host}`, 'Sec-Fetch-Site: same-origin')).toBe('200')
  expect(await status('feed', 'Sec-Fetch-Site: none')).toBe('200')
})

test('nothing but GET is answered', async () => {
  const { url, port } = await serving({ feed: new Feed({ type: 'live' }) })
  const { host, pathname } = new URL(url)
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'QUERY', 'FROB']) {
    const answer = await asked(port, `${method} ${pathname} HTTP/1.1`, `Host: ${host}`)
    expect(statusOf(answer), method).toBe('405')
    expect(answer, method).toContain('allow: GET\r\n')
    expect(answer, method).not.toMatch(/access-control/i)
  }
})

test('the feed goes on as records come, and ends with the run', async () => {
  const feed = new Feed({ type: 'live', command: 'get https://a.test/' })
  const { url } = await serving({ feed })
  const answer = await fetch(`${url}feed`)
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader.read()).value ?? ''
  feed.add([message(1)])
  while (!text.includes('"id":1')) text += (await reader.read()).value ?? ''
  feed.add([message(2)])
  feed.end({ type: 'ended', exit: 0 })
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
  expect(
    text
      .trimEnd()
      .split('\n')
      .map(each => JSON.parse(each))
      .map(({ type, id, exit }) => [type, id ?? exit]),
  ).toEqual([
    ['live', undefined],
    ['message', 1],
    ['message', 2],
    ['ended', 0],
  ])
})

test('a page that does not read holds nothing: it is told what it has missed when it reads again', async () => {
  const feed = new Feed({ type: 'live' }, { first: 10_000, last: 1_000_000 })
  const { url } = await serving({ feed })
  const answer = await fetch(`${url}feed`)
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader.read()).value ?? ''
  // 80 MB, of which sockets and streams hold a few.
  for (let round = 0; round < 80; round++) {
    feed.add(Array.from({ length: 100 }, (_, i) => message(round * 100 + i, 10_000)))
    await new Promise(resolve => setImmediate(resolve))
  }
  feed.end({ type: 'ended' })
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
  const lines = text
    .trimEnd()
    .split('\n')
    .map(each => JSON.parse(each) as { type: string; id?: number; records?: number })
  const got = lines.flatMap(({ id }) => id ?? [])
  const missed = lines.flatMap(({ records }) => records ?? [])
  expect(missed.length).toBeGreaterThan(0)
  expect(got.length + missed.reduce((sum, each) => sum + each, 0)).toBe(8000)
  expect(got).toEqual([...got].sort((a, b) => a - b))
  expect(got.at(-1)).toBe(7999)
  // What was in sockets and streams, and what the feed held.
  expect(got.length).toBeLessThan(2000)
})

test('so many pages look on and no more; who has left makes room, by FIN, by RST or in the middle', async () => {
  const feed = new Feed({ type: 'live' })
  const { url, port } = await serving({ feed })
  const { host, pathname } = new URL(url)
  const get = `GET ${pathname}feed HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  const pages = Array.from({ length: 100 }, () => talk(port, get))
  await vi.waitFor(() => expect(pages.filter(({ text }) => /^HTTP\/1.1 \d/.test(text)).length).toBe(100), 20_000)
  expect(pages.filter(({ text }) => text.startsWith('HTTP/1.1 200')).length).toBe(16)
  expect(pages.filter(({ text }) => text.startsWith('HTTP/1.1 503')).length).toBe(84)
  expect(feed.readers).toBe(16)
  for (const [i, { socket }] of pages.entries()) {
    if (i % 3 === 0) socket.end()
    else if (i % 3 === 1) socket.resetAndDestroy()
    else socket.destroy()
  }
  await vi.waitFor(() => expect(feed.readers).toBe(0), 20_000)
  expect((await fetch(`${url}feed`)).status).toBe(200)
})

test('captures, what is in one, and one of its conversations', async () => {
  const { url } = await serving({ shelf })
  const text = async (path: string) => (await fetch(`${url}${path}`)).text()
  expect(await text('captures')).toBe('{"id":"x","name":"@1"}\n')
  expect(await text('captures/x')).toBe('{"type":"contents"}\n{"type":"conversation","id":1}\n')
  expect(await text('captures/x/7')).toBe('{"type":"run"}\n{"type":"message","id":1}\n')
  for (const path of [
    'captures/y',
    'captures/x/8',
    'captures/x/07',
    'captures/x/7/',
    'captures/',
    'captures/x/7/8',
    `captures/${'9'.repeat(200)}`,
  ])
    expect((await fetch(`${url}${path}`)).status, path).toBe(404)
})

test('what goes wrong while a capture is read is told here and not to the page, and the next one is answered', async () => {
  const told: unknown[] = []
  const broken: Shelf = {
    ...shelf,
    *list() {
      yield { id: 'x' }
      throw new Error('the disk is gone')
    },
    contents() {
      throw new Error('/home/me/x.pcapng')
    },
  }
  const { url } = await serving({ shelf: broken, failed: error => void told.push(error) })
  for (let i = 0; i < 10; i++) {
    const answer = await fetch(`${url}captures/x`)
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('/home')
    expect((await fetch(`${url}captures`)).status).toBe(500)
  }
  expect(told.length).toBeGreaterThan(0)
  expect((await fetch(`${url}captures/x/7`)).status).toBe(200)
})

test('a page that was not built, or is another, is told with what to do', async () => {
  expect(await codeOf((async () => pageFiles(join(folder, 'nothing')))())).toBe('inspect/no-page')
  writeFileSync(join(folder, 'page', 'assets', 'index.html'), '<title>another</title>')
  expect(await codeOf((async () => pageFiles(join(folder, 'page', 'assets')))())).toBe('inspect/no-page')
})

test('when it is closed nobody is held, and nobody is answered any more', async () => {
  const feed = new Feed({ type: 'live' })
  const { url, close } = await serving({ feed })
  const answer = await fetch(`${url}feed`)
  const body = answer.text().catch(() => 'cut')
  await close()
  expect(await body).toBe('cut')
  await expect(fetch(url)).rejects.toThrow()
  await vi.waitFor(() => expect(feed.readers).toBe(0), 20_000)
})
