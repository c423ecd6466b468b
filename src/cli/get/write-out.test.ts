/** `-w`: what it says, beside what curl says of the same. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { issued, root } from '../../../test/support/node-tls.ts'
import { installed, missing } from '../../../test/support/peers.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-write-out-'))
afterAll(() => rmSync(folder, { recursive: true }))
const rootFile = join(folder, 'root.pem')
writeFileSync(rootFile, root)

const place = () =>
  served(async request => {
    const { pathname, origin } = new URL(request.url)
    const body = await request.text()
    if (pathname === '/from') return new Response('', { status: 302, headers: { location: '/to?x=y' } })
    if (pathname === '/gone') return new Response('not here', { status: 404 })
    const headers = new Headers({ 'content-type': 'text/plain; charset=utf-8', 'x-origin': origin })
    headers.append('set-cookie', 'a="b"')
    headers.append('set-cookie', 'c=d')
    return new Response(`${request.method} ${body.length} ${pathname}`, { headers })
  })
const get = async (...words: string[]): Promise<string> => {
  const io = captured()
  const code = await main(['get', '--noproxy', '*', ...words], io)
  return `${code} ${io.stdout()}`
}
const curl = async (...words: string[]): Promise<string> => {
  const run = promisify(execFile)('curl', ['-s', '--noproxy', '*', ...words])
  const { stdout, code } = await run.then(
    ({ stdout }) => ({ stdout, code: 0 }),
    (error: { stdout: string; code: number }) => error,
  )
  return `${code} ${stdout}`
}

/** `get` of one URL says so too. */
const CLOSING = ['-H', 'Connection: close']

const SAME =
  '%{http_code}|%{response_code}|%{method}|%{content_type}|%{num_redirects}|%{num_connects}|%{num_headers}|%{redirect_url}|%{remote_ip}|%{remote_port}|%{local_ip}|%{scheme}|%{http_version}|%{size_download}|%{size_header}|%{size_upload}|%{ssl_verify_result}|%{url}|%{url_effective}|%{urlnum}|%{referer}|%{filename_effective}|%{exitcode}|%{errormsg}|%header{x-origin}|%header{X-NONE}|100%%|%x|\\t\\x|%{onerror}never\\n'

describe.skipIf(!installed('curl'))(`beside curl${missing('curl')}`, () => {
  test.each<[what: string, words: readonly string[]]>([
    ['a page', ['/page']],
    ['a redirect that is not followed', ['/from']],
    ['a redirect that is followed', ['-L', '/from']],
    ['a body that is sent', ['-d', 'hello=world', '/page']],
    ['a status of failure', ['/gone']],
    ['a head alone', ['-I', '/page']],
    ['a referer', ['-e', 'http://a.test/', '/page']],
  ])('%s: the same, variable by variable', async (_, words) => {
    const { url } = await place()
    const all = [...words.slice(0, -1), '-o', '/dev/null', '-w', SAME, `${url}${words.at(-1)}`]
    expect(await get(...all)).toBe(await curl(...CLOSING, ...all))
  })
  test('two URLs: a line for each, and the second on the connection of the first', async () => {
    const { url } = await place()
    const format = '%{urlnum} %{num_connects} %{http_code} %{url}\\n'
    const all = ['-w', format, `${url}/a`, `${url}/b`]
    expect(await get(...all)).toBe(await curl(...all))
    expect(await get(...all)).toContain(`GET 0 /a0 1 200 ${url}/a\nGET 0 /b1 0 200 ${url}/b\n`)
    expect(await get('-Z', ...all)).toContain(`GET 0 /a0 1 200 ${url}/a\nGET 0 /b1 1 200 ${url}/b\n`)
  })
  test('all fields of the head as JSON', async () => {
    const { url } = await place()
    const fields = async (of: typeof get) => {
      const said = await of('-o', '/dev/null', '-w', '%{header_json}', `${url}/x`)
      return said.replace(/"date":\["[^"]*"\]/, 'date')
    }
    expect(await fields(get)).toBe(await fields((...words) => curl(...CLOSING, ...words)))
    expect(await fields(get)).toContain('"set-cookie":["a=\\"b\\"","c=d"]')
  })
  test('everything as JSON: what both know is the same, but for times and ports', async () => {
    const { url } = await place()
    const all = async (of: typeof get) =>
      JSON.parse((await of('-o', '/dev/null', '-w', '%{json}', `${url}/x`)).slice(2)) as Record<string, unknown>
    const [ours, theirs] = [await all(get), await all((...words) => curl(...CLOSING, ...words))]
    const compared = Object.keys(ours).filter(name => name in theirs && !/^(time|speed)_|^local_port$/.test(name))
    expect(compared.length).toBeGreaterThan(20)
    for (const name of compared) expect([name, ours[name]]).toEqual([name, theirs[name]])
    for (const name of Object.keys(ours)) expect([name, typeof ours[name]]).toEqual([name, typeof theirs[name]])
  })
  test('over TLS, and with what is wrong with the certificate as a number', async () => {
    const { port } = await served(() => new Response('hello'), { tls: issued({ names: ['other.test'] }) })
    const format = ' %{scheme} %{http_code} %{num_connects} %{exitcode}\\n'
    const url = `https://localhost:${port}/`
    expect(await get('--trust', rootFile, '-w', format, url)).toBe('5  HTTPS 000 0 5\n')
    expect(await get('--trust', rootFile, '--accept', 'tls/certificate-name', '-w', ' %{ssl_verify_result}', url)).toBe(
      '0 hello 62',
    )
    expect(await get('-w', '%{ssl_verify_result} %{errormsg}', url)).toMatch(/^5 21 \S/)
    expect(await curl('-w', '%{ssl_verify_result}', url)).toMatch(/^60 (?:19|20|21)$/)
  })
})

test('times come in the order in which things happen, and a kept connection took none', async () => {
  const { port } = await served(() => new Response('hello'), { tls: issued() })
  const names = ['namelookup', 'connect', 'appconnect', 'pretransfer', 'starttransfer', 'total']
  const format = `${names.map(name => `%{time_${name}}`).join(' ')} %{time_redirect} %{speed_download}\\n`
  const url = `https://localhost:${port}/`
  const said = await get('--trust', rootFile, '-o', '/dev/null', '-w', format, url)
  expect(said).toContain('0 ')
  const [first] = said.slice(2).split('\n')
  expect(first).toMatch(/^(\d+\.\d{6} ){7}\d+$/)
  const times = first!.split(' ').slice(0, 6).map(Number)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times[1]).toBeGreaterThan(0)
  const two = await get('--trust', rootFile, '-w', '\\n%{time_connect} %{time_appconnect}\\n', url, url)
  expect(two.split('\n')[3]).toBe('0.000000 0.000000')
})

test('a transfer that fails says so behind what came, to whom it is wanted', async () => {
  const io = captured()
  expect(
    await main(
      ['get', '-w', 'out %{http_code}%{stderr}err %{onerror}%{exitcode}: %{errormsg}\\n', 'http://localhost:9998/'],
      io,
    ),
  ).toBe(3)
  expect(io.stdout()).toBe('out 000')
  expect(io.stderr()).toContain('err 3: ')
})

test('the format may stand in a file; a variable that there is not is refused before anything is asked', async () => {
  const { url } = await place()
  const file = join(folder, 'format')
  writeFileSync(file, 'from a file: %{http_code}\n')
  expect(await get('-o', '/dev/null', '-w', `@${file}`, url)).toBe('0 from a file: 200\n')
  for (const [words, hint] of [
    [['-w', '%{nosuch}'], '-w knows no %{nosuch}; it knows content_type, '],
    [['-w', 'x', '--json'], '-w writes where --json does'],
    [['-w', 'x', '--repeat', '3'], '-w is about one request'],
  ] as const) {
    const io = captured()
    expect(await main(['get', ...words, 'http://localhost:9998/'], io)).toBe(1)
    expect(io.stderr() + io.stdout()).toContain(hint)
  }
})

test('on a terminal what a server says is shown and not obeyed', async () => {
  const { url } = await served(() => new Response('', { headers: { 'x-evil': '\u009b31m' } }))
  const io = captured({ terminal: 80 })
  await main(['get', '-w', '%header{x-evil}\\n', url], io)
  expect(io.stdout()).not.toContain('\u009b')
})
