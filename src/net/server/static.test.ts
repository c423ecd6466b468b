import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soon } from '../../../test/support/net.ts'
import { fetch, serve } from '../../index.ts'
import { filesIn, isPlainName } from '../../node/files.ts'
import type { Server } from './exchanges.ts'
import { type Files, staticFiles } from './static.ts'

const outside = mkdtempSync(join(tmpdir(), 'barewire-static-'))
const root = join(outside, 'root')
let server: Server

beforeAll(async () => {
  mkdirSync(join(root, 'sub'), { recursive: true })
  mkdirSync(join(root, '.git'))
  mkdirSync(join(root, '.well-known'))
  mkdirSync(join(outside, 'root-beside'))
  writeFileSync(join(outside, 'secret.txt'), 'secret')
  writeFileSync(join(outside, 'root-beside', 'secret.txt'), 'secret')
  writeFileSync(join(root, 'index.html'), '<p>home</p>')
  writeFileSync(join(root, 'sub', 'index.html'), '<p>sub</p>')
  writeFileSync(join(root, 'a b%.txt'), 'odd name')
  writeFileSync(join(root, 'empty'), '')
  writeFileSync(
    join(root, 'big.bin'),
    new Uint8Array(5_000_000).map((_, i) => i),
  )
  writeFileSync(join(root, '.git', 'config'), 'secret')
  writeFileSync(join(root, '.well-known', 'security.txt'), 'Contact: x')
  utimesSync(join(root, 'index.html'), 1_700_000_000, 1_700_000_000)
  symlinkSync(join(outside, 'secret.txt'), join(root, 'link.txt'))
  symlinkSync(outside, join(root, 'up'))
  symlinkSync(join(root, 'index.html'), join(root, 'inside.html'))
  writeFileSync(join(root, '.env'), 'secret')
  symlinkSync(join(root, '.env'), join(root, 'link-dot'))
  symlinkSync(join(root, '.git'), join(root, 'link-git'))
  writeFileSync(join(root, 'long.txt'), 'a line of text\n'.repeat(20_000))
  if (sep === '/') writeFileSync(join(root, '12:30\\a.txt'), 'odd letters')
  server = await serve(staticFiles(await filesIn(root)))
})
afterAll(async () => {
  await server.close(100)
  rmSync(outside, { recursive: true })
})
const get = (path: string, init: RequestInit = {}) => fetch(`${server.url}${path}`, init)
/** The target as it is, without what `URL` tidies up. */
const raw = (target: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', reject)
    socket.on('data', bytes => {
      text += bytes.toString('latin1')
    })
    socket.on('close', () => resolve(text))
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  })

describe('files', () => {
  test('a folder shows its index.html, with type, length and validators', async () => {
    const response = await get('/')
    expect(await response.text()).toBe('<p>home</p>')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-length')).toBe('11')
    expect(response.headers.get('last-modified')).toBe('Tue, 14 Nov 2023 22:13:20 GMT')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await (await get('/inside.html')).text()).toBe('<p>home</p>')
  })

  test('a folder without its slash is sent to the one with it', async () => {
    const response = await get('/sub?x=1', { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/sub/?x=1'])
    expect(await (await get('/sub')).text()).toBe('<p>sub</p>')
  })

  test('names are decoded once', async () => {
    expect(await (await get('/a%20b%25.txt')).text()).toBe('odd name')
    expect((await get('/a%2520b%25.txt')).status).toBe(404)
  })

  test('large and empty files come whole; HEAD has the length of the large one', async () => {
    const bytes = new Uint8Array(await (await get('/big.bin')).arrayBuffer())
    expect(
      Buffer.compare(
        bytes,
        new Uint8Array(5_000_000).map((_, i) => i),
      ),
    ).toBe(0)
    expect(await (await get('/empty')).text()).toBe('')
    const head = await get('/big.bin', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '5000000', ''])
  })

  test('HEAD says of a file what GET says, compressed or not', async () => {
    for (const path of ['/', '/long.txt', '/empty', '/big.bin']) {
      for (const coding of ['gzip', 'identity']) {
        const headers = { 'accept-encoding': coding }
        const [full, head] = await Promise.all([get(path, { headers }), get(path, { headers, method: 'HEAD' })])
        await full.arrayBuffer()
        const [said, wanted] = [head, full].map(({ headers: all }) => {
          const list = [...all].filter(([name]) => name !== 'date' && name !== 'transfer-encoding')
          return Object.fromEntries(list)
        })
        expect([path, coding, said]).toEqual([path, coding, wanted])
      }
    }
  })

  test('a file that may be compressed says so in 304 as well (RFC 9110 15.4.5)', async () => {
    const response = await get('/', { headers: { 'if-none-match': '*' } })
    expect([response.status, response.headers.get('vary')]).toEqual([304, 'accept-encoding'])
  })

  test('a file that is wanted only as it was known is 412 when it changed (RFC 9110 13.1)', async () => {
    const etag = (await get('/')).headers.get('etag')!
    const statusFor = async (headers: Record<string, string>) => (await get('/', { headers })).status
    expect(await statusFor({ 'if-match': '"other"' })).toBe(412)
    expect(await statusFor({ 'if-match': etag })).toBe(200)
    expect(await statusFor({ 'if-match': `W/${etag}` })).toBe(412)
    expect(await statusFor({ 'if-match': '*' })).toBe(200)
    expect(await statusFor({ 'if-unmodified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' })).toBe(412)
    expect(await statusFor({ 'if-unmodified-since': 'Tue, 14 Nov 2023 22:13:20 GMT' })).toBe(200)
    expect(await statusFor({ 'if-match': '*', 'if-unmodified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' })).toBe(200)
    const response = await get('/', { headers: { 'if-match': '"other"' } })
    expect(await response.text()).toContain('http/precondition-failed')
  })

  test.skipIf(sep !== '/')('colons and backslashes are letters like others where the system thinks so', async () => {
    expect(await (await get('/12%3A30%5Ca.txt')).text()).toBe('odd letters')
  })

  test('a colon or a backslash in a name is refused where it divides names', () => {
    const names = ['a.txt', 'C:', 'a.txt::$DATA', '..\\secret.txt']
    expect(names.map(name => isPlainName(name, '\\'))).toEqual([true, false, false, false])
    expect(names.map(name => isPlainName(name, '/'))).toEqual([true, true, true, true])
  })

  test('a slash inside a name is a letter that no file has, not a way', async () => {
    expect((await get('/sub%2findex.html')).status).toBe(404)
  })

  test('a file that did not change is not sent again', async () => {
    const first = await get('/')
    const etag = first.headers.get('etag')!
    await first.text()
    for (const headers of [
      { 'if-none-match': etag },
      { 'if-none-match': `"x", W/${etag}` },
      { 'if-none-match': '*' },
      { 'if-modified-since': 'Tue, 14 Nov 2023 22:13:20 GMT' },
    ]) {
      expect((await get('/', { headers: headers as Record<string, string> })).status).toBe(304)
    }
    const changed = { 'if-none-match': '"other"', 'if-modified-since': 'Tue, 14 Nov 2099 22:13:20 GMT' }
    expect((await get('/', { headers: changed })).status).toBe(200)
    expect((await get('/', { headers: { 'if-modified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' } })).status).toBe(200)
  })

  test('other methods are 405 and say what is allowed', async () => {
    const response = await get('/', { method: 'DELETE' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await response.text()).toContain('http/method-not-allowed')
  })

  test('what is not there is 404', async () => {
    for (const path of ['/nothing', '/sub/nothing', '/index.html/', '/index.html/x', '/big.bin/']) {
      const response = await get(path)
      expect([path, response.status]).toEqual([path, 404])
      expect(await response.text()).toContain('http/not-found')
    }
  })
})

test('a file that becomes shorter while it is read is never taken for whole', async () => {
  let closed = 0
  const shrinking = (size: number): Files => ({
    open: async names =>
      names.at(-1) !== 'index.html'
        ? undefined
        : {
            size,
            modified: 0,
            async read(start, length) {
              // A disk takes longer than a turn of promises: the head of a large file has left.
              await soon(5)
              return new Uint8Array(start === 0 ? Math.min(length, 1_000) : 0)
            },
            close: async () => void closed++,
          },
  })
  for (const size of [5_000, 500_000]) {
    const own = await serve(staticFiles(shrinking(size)))
    const outcome = await fetch(own.url)
      .then(response => response.arrayBuffer().then(() => response.status))
      .catch((error: { code?: string }) => error.code)
    // A small one is found out before its head has left.
    expect([size, outcome]).toEqual([
      size,
      size === 5_000 ? 500 : expect.stringMatching(/^(?:tcp\/reset|http\/body-cut-short)$/),
    ])
    await own.close(0)
  }
  expect(closed).toBe(2)
})

describe('nothing outside the folder', () => {
  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/sub/../../secret.txt',
    '/sub/%2e%2e/%2e%2e/secret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/....//secret.txt',
    '//etc/passwd',
    '/%2fetc%2fpasswd',
    '/../root-beside/secret.txt',
    '/link.txt',
    '/up/secret.txt',
    '/up/',
    '/.git/config',
    '/%2egit/config',
    '/link-dot',
    '/link-git/config',
    '/sub%2f..%2f.git%2fconfig',
    '/index.html%00.txt',
    '/%00',
    '/%',
    '/%ff',
    '/C:/secret.txt',
    '/index.html::$DATA',
  ])('%s is not answered with a file', async target => {
    const text = await raw(target)
    expect(text).toMatch(/^HTTP\/1\.1 (?:400|404) /)
    expect(text).not.toContain('secret\r\n')
    expect(text.split('\r\n\r\n')[1]).not.toMatch(/^secret|root:/)
  })

  test('what is hidden stays hidden, except .well-known', async () => {
    expect(await (await get('/.well-known/security.txt')).text()).toBe('Contact: x')
  })

  const noPipes = spawnSync('mkfifo', ['--version']).error !== undefined
  test.skipIf(noPipes)(
    `a pipe is not opened, where it would wait for ever${noPipes ? ' (skipped: no mkfifo here)' : ''}`,
    async () => {
      execFileSync('mkfifo', [join(root, 'pipe')])
      expect((await get('/pipe')).status).toBe(404)
    },
  )

  test('a redirect never leads to another server', async () => {
    for (const target of ['//sub', '/%2fsub', '//localhost/sub']) {
      expect(await raw(target)).not.toMatch(/location: \/\//i)
    }
  })
})

test('a file is let go where another that lies beside it cannot be opened', async () => {
  let open = 0
  const files: Files = {
    async open(names) {
      if (/\.(?:br|zst|gz)$/.test(names.at(-1)!))
        throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
      open++
      const read = async () => new Uint8Array(4)
      return { size: 4, modified: 0, read, close: async () => void open-- }
    },
  }
  const own = await serve(staticFiles(files))
  const response = await fetch(`${own.url}/a.css`, { headers: { 'accept-encoding': 'br' } })
  expect([response.status, open]).toEqual([500, 0])
  await own.close()
})
