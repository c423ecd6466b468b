import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { installed, missing } from '../../../test/support/peers.ts'
import { client } from '../../index.ts'
import { type CookieRequest, cookieJar, readCookieFile, writeCookieFile } from './index.ts'

const NOW = Date.UTC(2026, 10, 20)
const DAY = 86_400_000
const jarAt = () => cookieJar({ isPublicSuffix: domain => domain === 'test', date: () => NOW })
const https: CookieRequest = { host: 'shop.test', path: '/', secure: true }

test('what is written is what Netscape wrote, and is read back into a jar that sends the same', () => {
  const jar = jarAt()
  for (const line of [
    'sid=1; HttpOnly; Secure',
    'wide=2; Domain=shop.test; Path=/cart; Max-Age=60',
    'empty=',
    'no-name',
    'tab=a\tb',
  ]) {
    jar.receive(line, https)
  }
  const text = writeCookieFile(jar.list())
  expect(text.split('\n')).toEqual([
    '# Netscape HTTP Cookie File',
    '#HttpOnly_shop.test\tFALSE\t/\tTRUE\t0\tsid\t1',
    `.shop.test\tTRUE\t/cart\tFALSE\t${NOW / 1000 + 60}\twide\t2`,
    'shop.test\tFALSE\t/\tFALSE\t0\tempty\t',
    '',
  ])
  const again = jarAt()
  again.restore(readCookieFile(text, NOW))
  expect(again.header({ ...https, path: '/cart' })).toBe('wide=2; sid=1; empty=')
  expect(again.header({ ...https, secure: false })).toBe('empty=')
  expect(again.header({ ...https, host: 'www.shop.test', path: '/cart' })).toBe('wide=2')
})

test('lines that are none are left out, and a jar takes back no more than it would keep', () => {
  const line = (...fields: string[]): string => fields.join('\t')
  const text = [
    '# a remark',
    '',
    'nonsense',
    line('a.test', 'maybe', '/', 'FALSE', '0', 'n', 'v'),
    line('a.test', 'FALSE', '/', 'FALSE', '-1', 'n', 'v'),
    line('a.test', 'FALSE', '/', 'FALSE', '0', 'n', 'v', 'more'),
    line('test', 'TRUE', '/', 'FALSE', '0', 'suffix', 'v'),
    line('a.test', 'FALSE', '/', 'FALSE', '1', 'expired', 'v'),
    line('a.test', 'FALSE', '/', 'FALSE', '0', '__Secure-a', 'v'),
    line('a.test', 'FALSE', '/', 'FALSE', '0', 'control', 'a\x01b'),
    line('a.test', 'FALSE', '/', 'FALSE', '0', 'big', 'x'.repeat(4096)),
    line('A.test', 'FALSE', '/', 'FALSE', '99999999999', 'long', 'v'),
  ].join('\r\n')
  const jar = jarAt()
  jar.restore(readCookieFile(text, NOW))
  expect(jar.list()).toMatchObject([{ name: 'long', domain: 'a.test', expires: NOW + 400 * DAY }])
  for (let i = 0; i < 60; i++)
    jar.restore(readCookieFile(line('a.test', 'FALSE', '/', 'FALSE', '0', `c${i}`, 'v'), NOW))
  expect(jar.list()).toHaveLength(50)
})

test('jar: true keeps cookies of its own, and shows them', async () => {
  const { url } = await served(
    request => new Response(request.headers.get('cookie'), { headers: { 'set-cookie': 'a=1; Secure; HttpOnly' } }),
  )
  using own = client({ jar: true })
  expect(await (await own.fetch(url)).text()).toBe('')
  expect(await (await own.fetch(url)).text()).toBe('a=1')
  expect(own.jar?.list()).toMatchObject([{ name: 'a', httpOnly: true }])
  using other = client({ jar: true })
  expect(await (await other.fetch(url)).text()).toBe('')
})

test.skipIf(!installed('curl'))(`curl sends what we wrote, and we send what curl wrote${missing('curl')}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-cookies-'))
  try {
    const { port } = await served(
      request => new Response(request.headers.get('cookie'), { headers: { 'set-cookie': 'c=3; HttpOnly; Path=/' } }),
    )
    const url = `http://127.0.0.1:${port}/`
    const jar = cookieJar({ isPublicSuffix: () => false, date: () => Date.now() })
    jar.receive('a=1; HttpOnly', { host: '127.0.0.1', path: '/', secure: false })
    jar.receive('b=2; Max-Age=60', { host: '127.0.0.1', path: '/', secure: false })
    const file = join(folder, 'jar')
    writeFileSync(file, writeCookieFile(jar.list()))
    const { stdout: curl } = await promisify(execFile)('curl', ['-s', '--noproxy', '*', '-b', file, '-c', file, url])
    expect(curl.split('; ').sort()).toEqual(['a=1', 'b=2'])
    const again = cookieJar({ isPublicSuffix: () => false, date: () => Date.now() })
    again.restore(readCookieFile(readFileSync(file, 'latin1'), Date.now()))
    using own = client({ jar: again })
    expect((await (await own.fetch(url)).text()).split('; ').sort()).toEqual(['a=1', 'b=2', 'c=3'])
    expect(again.list().find(cookie => cookie.name === 'c')).toMatchObject({ httpOnly: true, expires: undefined })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
