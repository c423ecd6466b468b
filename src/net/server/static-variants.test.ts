import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetch, serve } from '../../index.ts'
import { filesIn } from '../../node/files.ts'
import type { Server } from './exchanges.ts'
import { staticFiles } from './static.ts'

const outside = mkdtempSync(join(tmpdir(), 'barewire-variants-'))
const root = join(outside, 'root')
const CSS = 'p { color: red }\n'.repeat(200)
const LARGE = Buffer.alloc(30_000_000, 'a large file that does not change. ')
/** What may be shown; everything else has another text. */
const SHOWN = new Set([CSS, 'well known', 'in sub', 'odd'])
let server: Server

const put = (path: string, bytes: string | Uint8Array, seconds = 1_700_000_000): void => {
  writeFileSync(join(root, path), bytes)
  utimesSync(join(root, path), seconds, seconds)
}

beforeAll(async () => {
  for (const folder of ['sub', '.git', '.well-known']) mkdirSync(join(root, folder), { recursive: true })
  mkdirSync(join(outside, 'root-beside'))
  for (const path of ['secret.txt', 'root-beside/secret.txt', 'root/.env', 'root/.git/config']) {
    writeFileSync(join(outside, path), 'not for you')
  }
  put('.well-known/security.txt', 'well known')
  put('sub/index.html', 'in sub')
  put('a.css', CSS)
  put('a.css.br', brotliCompressSync(CSS))
  put('a.css.gz', gzipSync(CSS))
  put('old.css', CSS)
  put('old.css.br', 'of another version', 1_600_000_000)
  put('old.css.gz', gzipSync(CSS), 1_700_000_001)
  put('plain.css', CSS)
  put('linked.css', CSS)
  put('large.bin', LARGE)
  put('picture.png', 'odd')
  put('picture.png.gz', 'never looked for')
  symlinkSync(join(outside, 'secret.txt'), join(root, 'linked.css.gz'))
  symlinkSync(join(outside, 'secret.txt'), join(root, 'link.txt'))
  symlinkSync(outside, join(root, 'up'))
  symlinkSync(join(root, '.env'), join(root, 'link-dot'))
  symlinkSync(join(root, '.git'), join(root, 'link-git'))
  if (sep === '/') put('12:30\\a.txt', 'odd')
  server = await serve(staticFiles(await filesIn(root)))
})
afterAll(async () => {
  await server.close(100)
  rmSync(outside, { recursive: true })
})

/** Heads and bodies as they are on the wire: what is coded stays coded. */
const raw = (lines: string): Promise<{ readonly status: number; readonly head: string; readonly body: Buffer }> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', reject)
    socket.on('data', bytes => pieces.push(bytes))
    socket.on('close', () => {
      const all = Buffer.concat(pieces)
      const end = all.indexOf('\r\n\r\n')
      const head = all.toString('latin1', 0, end).toLowerCase()
      resolve({ status: Number(head.split(' ')[1]), head, body: all.subarray(end + 4) })
    })
    socket.write(`${lines}\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1')
  })
const get = (path: string, ...fields: string[]) => raw([`GET ${path} HTTP/1.1`, ...fields].join('\r\n'))
const field = (head: string, name: string): string | undefined => new RegExp(`^${name}: (.*?)\r?$`, 'm').exec(head)?.[1]

describe('files that are compressed already', () => {
  test.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['gzip, br;q=0.5', 'gzip'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
    ['identity, gzip;q=0.5', undefined],
    ['deflate;q=0', undefined],
  ])('RFC 9110 12.5.3: for Accept-Encoding: %s the file in %s', async (accepted, coding) => {
    const { status, head, body } = await get('/a.css', `Accept-Encoding: ${accepted}`)
    expect([status, field(head, 'content-encoding'), field(head, 'vary')]).toEqual([200, coding, 'accept-encoding'])
    expect(field(head, 'content-type')).toBe('text/css; charset=utf-8')
    const wanted = coding === 'br' ? brotliCompressSync(CSS) : coding === 'gzip' ? gzipSync(CSS) : Buffer.from(CSS)
    expect(body.equals(wanted)).toBe(true)
  })

  test('RFC 9110 8.8.3.3: each has a tag of its own, for conditions and for parts', async () => {
    const tags = await Promise.all(
      ['br', 'gzip', 'identity'].map(async coding =>
        field((await get('/a.css', `Accept-Encoding: ${coding}`)).head, 'etag'),
      ),
    )
    // As long as each other and as old, two codings would have one tag without their names.
    expect(tags.map(tag => tag?.replace(/^(?:W\/)?"[\da-z]+-[\da-z]+/, ''))).toEqual(['-br"', '-gzip"', '"'])
    expect(new Set(tags).size).toBe(3)
    const [br, gzip] = tags
    const ask = (...more: string[]) => get('/a.css', 'Accept-Encoding: br', ...more)
    expect((await ask(`If-None-Match: ${br}`)).status).toBe(304)
    expect((await ask(`If-None-Match: ${gzip}`)).status).toBe(200)
    const part = await ask('Range: bytes=2-5', `If-Range: ${br}`)
    expect([part.status, part.body.equals(brotliCompressSync(CSS).subarray(2, 6))]).toEqual([206, true])
    expect((await ask('Range: bytes=2-5', `If-Range: ${gzip}`)).status).toBe(200)
  })

  test('one that is older than what it was made from is not sent', async () => {
    const { head, body } = await get('/old.css', 'Accept-Encoding: br, gzip')
    expect(field(head, 'content-encoding')).toBe('gzip')
    expect(body.equals(gzipSync(CSS))).toBe(true)
  })

  test('nor one that lies elsewhere, nor one of a type that does not shrink', async () => {
    const linked = await get('/linked.css', 'Accept-Encoding: identity;q=0.1, gzip;q=0.05')
    expect(linked.body.toString()).toBe(CSS)
    expect((await get('/linked.css', 'Accept-Encoding: gzip')).body.includes('not for you')).toBe(false)
    const picture = await get('/picture.png', 'Accept-Encoding: gzip')
    expect([field(picture.head, 'content-encoding'), picture.body.toString()]).toEqual([undefined, 'odd'])
  })

  test('with `ignored` nobody looks for them', async () => {
    const opened: string[] = []
    const files = await filesIn(root)
    const counting = {
      open: (names: readonly string[]) => {
        opened.push(names.join('/'))
        return files.open(names)
      },
    }
    const own = await serve(staticFiles(counting, { precompressed: 'ignored' }), { compress: 'never' })
    expect(await (await fetch(`${own.url}/a.css`)).text()).toBe(CSS)
    expect(opened).toEqual(['a.css'])
    await own.close(0)
  })

  test('our own client decodes what it gets, and asks for parts of what is not coded', async () => {
    expect(await (await fetch(`${server.url}/a.css`)).text()).toBe(CSS)
    const part = await fetch(`${server.url}/a.css`, { headers: { range: 'bytes=4-8' } })
    expect([part.status, await part.text()]).toEqual([206, 'color'.slice(0, 5)])
  })
})

test('RFC 9110 8.8.1: the tag of a file that was written just now is weak, and of one that kept still strong', async () => {
  const now = Date.now() / 1000
  put('fresh.txt', 'odd', now)
  put('still.txt', 'odd', now - 10)
  put('future.txt', 'odd', now + 1000)
  const tags = ['/fresh.txt', '/still.txt', '/future.txt'].map(async path => field((await get(path)).head, 'etag'))
  expect((await Promise.all(tags)).map(tag => tag?.slice(0, 3))).toEqual(['w/"', expect.stringMatching(/^"/), 'w/"'])
})

test('a file that is replaced while it is sent arrives as it was', async () => {
  const response = await fetch(`${server.url}/large.bin`)
  const reader = response.body!.getReader()
  const pieces = [(await reader.read()).value!]
  put('other.bin', Buffer.alloc(LARGE.length, 'another'))
  renameSync(join(root, 'other.bin'), join(root, 'large.bin'))
  for (let read = await reader.read(); !read.done; read = await reader.read()) pieces.push(read.value)
  expect(Buffer.concat(pieces).equals(LARGE)).toBe(true)
})

test.skipIf(sep !== '/')('a socket in the folder is no file', async () => {
  const listening = createServer().listen(join(root, 'socket'))
  await new Promise(resolve => listening.once('listening', resolve))
  expect((await get('/socket')).status).toBe(404)
  listening.close()
})

describe('no path leads out', () => {
  const names = [
    ...['..', '.', '...', '%2e%2e', '.%2e', '%2E.', '%252e%252e', '%25252e', '..%00', '%00', '..;', '.. ', '..%20'],
    ...['..%c0%af', '%c0%ae%c0%ae', '%e2%80%a5', '%ff', '%', '%2', '%u002e', '\\', '%5c', '..\\', '..%5c', '..%255c'],
    ...['C:', 'C%3a', 'C:%5c', '::$DATA', 'NUL', 'con', '~', '~root', '', 'a.css', 'sub', 'index.html', 'secret.txt'],
    ...['.env', '.git', '%2egit', '.GIT', 'config', 'link.txt', 'link-dot', 'link-git', 'up', 'root', 'root-beside'],
    ...['.well-known', 'security.txt', '12:30\\a.txt', '12%3A30%5Ca.txt', 'etc', 'passwd', 'proc', 'self', 'environ'],
    ...['a.css.br', 'a.css%00.br', 'linked.css.gz', '?x', '%3f', '%23', '#'],
  ]
  const between = ['/', '/', '/', '//', '%2f', '%2F', '\\', '%5c', '/./', '/../', '%252f', ';/']
  const path = fc
    .array(fc.tuple(fc.constantFrom(...between), fc.constantFrom(...names)), { minLength: 1, maxLength: 6 })
    .map(
      parts =>
        `/${parts
          .map(([slash, name]) => `${slash}${name}`)
          .join('')
          .slice(1)}`,
    )

  test('whatever is asked for, and however: only what is in the folder, and not hidden, is sent', async () => {
    await fc.assert(
      fc.asyncProperty(path, async target => {
        const { status, body } = await get(target)
        expect([200, 302, 400, 404]).toContain(status)
        if (status === 200) {
          const shown = body.toString('latin1')
          expect(SHOWN.has(shown) || body.equals(brotliCompressSync(CSS)), target).toBe(true)
        } else expect(body.includes('not for you'), target).toBe(false)
      }),
      {
        numRuns: 400,
        examples: [
          ['/up/secret.txt'],
          ['/sub/..%2f..%2fsecret.txt'],
          ['/link-git/config'],
          ['/..%5csecret.txt'],
          ['/%2e%2e/root-beside/secret.txt'],
          ['/12%3A30%5Ca.txt'],
        ],
      },
    )
  })
})
