/** `--explain` of `get` and `serve`: what is told is what would happen, and nothing of it does. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { captured } from '../../../test/support/peers-io.ts'
import { main } from '../main.ts'

const folders: string[] = []
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'barewire-plan-'))
  folders.push(made)
  return made
}
afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
})

const run = async (words: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string) => {
  const io = captured({ env, ...(input === undefined ? {} : { input }) })
  const code = await main(words, io)
  return { code, out: io.stdout(), err: io.stderr() }
}
/** By layer; of the first URL. */
const planned = async (words: readonly string[], env?: Readonly<Record<string, string>>, input?: string) => {
  const { out, code, err } = await run([...words, '--explain', '--json'], env, input)
  expect(err).toBe('')
  expect(code).toBe(0)
  const events = out
    .trimEnd()
    .split('\n')
    .map(each => JSON.parse(each))
  return Object.fromEntries(events.map(({ layer, says }) => [layer, says])) as Readonly<
    Record<string, readonly string[]>
  >
}

/** A server that keeps the heads that it gets. */
const hearing = async () => {
  const heads: string[][] = []
  let connections = 0
  const server = createServer((request, response) => {
    const { method, url, httpVersion, rawHeaders } = request
    const fields = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1]}`] : []))
    heads.push([`${method} ${url} HTTP/${httpVersion}`, ...fields])
    request.resume().on('end', () => response.end('x'))
  })
  server.on('connection', () => connections++)
  await new Promise<void>(done => void server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heads,
    connections: () => connections,
    close: () => new Promise(done => server.close(done)),
  }
}

test.each([
  ['a plain request', ['/a?b=c']],
  [
    'fields of all kinds',
    ['/', '-H', 'X-One: 1', '-u', 'ada:secret', '-r', '0-9', '-A', 'me', '-e', 'http://from.test/'],
  ],
  ['cookies', ['/', '-b', 'sid=1; b=2']],
  ['a form', ['/', '-d', 'a=b', '-d', 'c=d']],
  ['a form in the query', ['/x', '-G', '-d', 'a=b']],
  ['on a connection that is kept', ['/', '--retry', '1']],
  ['JSON', ['/', '-X', 'PUT', '--data-json', '{"a":1}']],
])('the request that is told is the one that is sent: %s', async (_, [path = '', ...words]) => {
  const server = await hearing()
  try {
    const told = await planned(['get', `${server.url}${path}`, '--show-secrets', ...words])
    expect(server.connections()).toBe(0)
    await run(['get', `${server.url}${path}`, '--no-keep', ...words])
    expect(server.heads).toEqual([told.request])
  } finally {
    await server.close()
  }
})

test('nothing is connected, written, read from standard input or kept', async () => {
  const server = await hearing()
  const home = folder()
  const at = (name: string): string => join(home, name)
  try {
    const files = [
      '-c',
      at('jar'),
      '-b',
      at('jar'),
      '--hsts',
      at('hsts'),
      '-o',
      at('body'),
      '--pcapng',
      at('x.pcapng'),
      '--keylog',
      at('keys'),
    ]
    const { out, code } = await run(
      ['get', `${server.url}/`, ...files, '-d', '@-', '--explain'],
      { XDG_STATE_HOME: home, SSLKEYLOGFILE: at('other') },
      'never read',
    )
    expect(code).toBe(0)
    expect(out).toContain('what comes on standard input')
    for (const name of ['jar', 'hsts', 'body', 'x.pcapng', 'keys']) expect(out.replace(/\s+/g, '')).toContain(at(name))
    expect(out).toMatch(/Nothing of this was done\.\n$/)
    expect(readdirSync(home)).toEqual([])
    expect(server.connections()).toBe(0)
  } finally {
    await server.close()
  }
})

test('what is secret is starred, unless it is asked for', async () => {
  const words = [
    'get',
    'https://127.0.0.1/',
    '-u',
    'ada:secret',
    '-b',
    'sid=hidden',
    '-x',
    'http://me:pa55@127.0.0.1:3128',
  ]
  const starred = JSON.stringify(await planned(words))
  for (const secret of ['hidden', 'pa55', Buffer.from('ada:secret').toString('base64')])
    expect(starred).not.toContain(secret)
  expect(starred).toContain('Cookie: **********')
  expect((await planned([...words, '--show-secrets'])).request).toContain('Cookie: sid=hidden')
})

test('a name is looked up where it is said to be', async () => {
  const nameOf = async (...words: readonly string[]) => (await planned(['get', ...words])).name
  expect(await nameOf('https://[::1]:1/')).toEqual(['::1 is an address: nothing is looked up'])
  expect(await nameOf('https://a.localhost/')).toEqual([
    'a.localhost is 127.0.0.1 and ::1: names in localhost never leave this machine',
  ])
  expect(await nameOf('https://shop.test/', '--resolve', 'shop.test:443:10.0.0.9')).toEqual([
    'shop.test is 10.0.0.9, as --resolve says',
  ])
  expect(await nameOf('https://shop.test/')).toEqual([
    'shop.test is asked of this system: its hosts file, then its name servers, for IPv4 and IPv6',
  ])
})

test('proxies of the environment and of -x are told with what they do', async () => {
  const tunnel = await planned(['get', 'https://shop.test/'], { https_proxy: 'http://gate.test:3128' })
  expect(tunnel.proxy).toEqual(['gate.test:3128: a tunnel by CONNECT to shop.test:443; the proxy looks the name up'])
  expect(tunnel.tcp).toEqual(['to port 3128, IPv6 and IPv4, each after 250 ms beside the one before'])
  const passed = await planned(['get', 'http://shop.test/a', '-x', 'gate.test:3128'])
  expect(passed.proxy?.[0]).toContain('it passes the request on to shop.test:80')
  expect(passed.request?.[0]).toBe('GET http://shop.test/a HTTP/1.1')
  const socks = await planned(['get', 'https://shop.test/', '-x', 'socks5://127.0.0.1'])
  expect(socks.proxy).toEqual(['127.0.0.1:1080: SOCKS 5 to shop.test:443; the name is looked up here'])
  expect(
    (await planned(['get', 'https://shop.test/', '--noproxy', '*'], { https_proxy: 'http://gate.test:3128' })).proxy,
  ).toBeUndefined()
})

test('a host that wants TLS is asked by https, as its file says', async () => {
  const file = join(folder(), 'hsts')
  writeFileSync(file, 'shop.test "20991231 23:59:59"\n')
  const { hsts, tls, request } = await planned(['get', 'http://shop.test/', '--hsts', file])
  expect(hsts?.[0]).toContain('shop.test wants TLS and nothing else: http became https')
  expect(tls?.[1]).toBe('it says that it wants shop.test')
  expect(request?.[0]).toBe('GET / HTTP/1.1')
})

test('TLS is told as it was chosen, and nothing of it where there is none', async () => {
  const chosen = await planned(['get', 'https://shop.test/', '--tls', '1.3', '--groups', 'x25519'])
  expect(chosen.tls?.[0]).toBe('TLS 1.3; 3 cipher suites; 1 group: x25519')
  expect(chosen.trust?.[0]).toMatch(/^\d+ roots: those of this system/)
  expect((await planned(['get', 'http://shop.test/'])).tls).toBeUndefined()
})

test('what cannot be done is said as without --explain', async () => {
  const { code, err } = await run(['get', 'https://a.test/', '-d', 'x', '-F', 'a=b', '--explain'])
  expect(code).toBe(1)
  expect(err).toContain('are different bodies')
})

test('serve tells where it would listen, and neither listens nor makes an authority', async () => {
  const home = folder()
  const before = process.env.BAREWIRE_HOME
  process.env.BAREWIRE_HOME = join(home, 'none')
  try {
    const told = await planned(['serve', home, '-p', '0', '--list'])
    expect(told.tcp).toEqual(['listens on 127.0.0.1, a free port'])
    expect(told.answer).toEqual([`what is in ${home}, and lists of its folders`])
    expect(told.trust?.[0]).toContain('there is none yet, it would be made')
    expect(told.files).toEqual(['nothing is written'])
    expect(existsSync(join(home, 'none'))).toBe(false)
    const plain = await planned(['serve', '--proxy', '3000', '--plain'])
    expect(plain.tls).toBeUndefined()
    expect(plain.answer?.[0]).toContain('http://localhost:3000')
    expect((await run(['serve', join(home, 'missing'), '--explain'])).code).not.toBe(0)
  } finally {
    if (before === undefined) delete process.env.BAREWIRE_HOME
    else process.env.BAREWIRE_HOME = before
  }
})
