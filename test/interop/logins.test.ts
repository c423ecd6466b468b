/** Digest and Basic with programs that we did not write: curl asks us, and we ask Apache httpd and lighttpd. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { authenticating, client, guard, type Login, proxyLogin } from '../../src/index.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { closing, served } from '../support/net.ts'
import { issued, root } from '../support/node-tls.ts'
import { freePort, installed, missing, start } from '../support/peers.ts'
import { captured } from '../support/peers-io.ts'
import { proxying } from '../support/proxy.ts'

const PASSWORD = 'gehe:im ü'

describe.skipIf(!installed('curl'))(`curl${missing('curl')}`, () => {
  const curl = async (...words: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('curl', [
      '-s',
      '--noproxy',
      '*',
      '-w',
      ' %{http_code} %{num_connects}',
      ...words,
    ])
    return stdout
  }
  const place = async (algorithms?: ['MD5']) => {
    const who = guard({
      realm: 'the "shop"',
      passwordOf: user => (user === 'jürgen' ? PASSWORD : undefined),
      isPassword: (user, password) => user === 'jürgen' && password === PASSWORD,
      digest: { algorithms },
    })
    return served(async (request, about) => {
      const known = await who(request, about)
      return known instanceof Response
        ? known
        : new Response(`${known.user} by ${known.scheme} ${await request.text()}`)
    })
  }
  test('comes in by Digest with SHA-256 and with MD5, by what is best, and by Basic', async () => {
    const { url } = await place()
    const user = `jürgen:${PASSWORD}`
    expect(await curl('--digest', '-u', user, `${url}/a?b=c,'d'`)).toBe('jürgen by digest  200 1')
    expect(await curl('--anyauth', '-u', user, '-d', 'hello', url)).toBe('jürgen by digest hello 200 1')
    expect(await curl('--basic', '-u', user, url)).toBe('jürgen by basic  200 1')
    const { url: old } = await place(['MD5'])
    expect(await curl('--digest', '-u', user, '-X', 'DELETE', old)).toBe('jürgen by digest  200 1')
  })
  test('passes a proxy of ours by Digest, passed on and in a tunnel, and comes in where bodies are protected', async () => {
    const { url } = await served(() => new Response('behind'))
    const proxied = async (...words: string[]) => {
      const proxy = await proxying({ digest: { realm: 'way', password: 'secret', algorithms: ['SHA-256', 'MD5'] } })
      const { stdout } = await promisify(execFile)('curl', ['-s', '-w', ' %{http_code}', '-x', proxy.url, ...words])
      return `${stdout} ${proxy.asked.length}`
    }
    const by = ['--proxy-digest', '--proxy-user', 'ann:secret']
    expect(await proxied(...by, `${url}/a`)).toBe('behind 200 2')
    expect(await proxied(...by, '--proxytunnel', url)).toBe('behind 200 2')
    expect(await proxied('--proxy-digest', '--proxy-user', 'ann:wrong', url)).toMatch(/ 407 2$/)
    const who = guard({ realm: 'shop', passwordOf: () => PASSWORD, digest: { qop: ['auth-int'] } })
    const protecting = await served(async (request, about) => {
      const known = await who(request, about)
      return known instanceof Response ? known : new Response(known.user)
    })
    expect(await curl('--digest', '-u', `ann:${PASSWORD}`, protecting.url)).toBe('ann 200 1')
  })
  test('does not come in with another password', async () => {
    const { url } = await place()
    expect(await curl('--digest', '-u', 'jürgen:wrong', url)).toMatch(/^401 Unauthorized[\s\S]* 401 1$/)
    expect(await curl('--digest', '-u', `eve:${PASSWORD}`, url)).toMatch(/ 401 1$/)
    expect(await curl(url)).toMatch(/ 401 1$/)
  })
})

const MODULES = '/usr/lib/apache2/modules'
const APACHE = ['mpm_event', 'authz_core', 'authn_core', 'authn_file', 'authz_user', 'auth_digest', 'auth_basic']
const LIGHTTPD = ['/usr/lib/lighttpd/mod_auth.so', '/usr/lib/lighttpd/mod_authn_file.so']
const absent = (program: string, files: readonly string[]): string =>
  missing(program) ||
  (files.every(file => existsSync(file)) ? '' : ` (skipped: a module of ${program} is not installed)`)

/** A folder with one page and the file of whoever may see it. */
const prepared = (hash: 'md5' | 'sha256') => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-logins-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'page.txt'), 'the page\n')
  const users = join(folder, 'users')
  writeFileSync(users, `ann:shop:${createHash(hash).update(`ann:shop:${PASSWORD}`).digest('hex')}\n`)
  return { folder, users }
}
const asked = async (port: number, more: Partial<Login>): Promise<string[]> => {
  const world = nodeWorld()
  const origin = `http://127.0.0.1:${port}`
  using own = client({
    world,
    interceptors: [authenticating([{ origin, user: 'ann', password: PASSWORD, ...more }], { world })],
  })
  const told: string[] = []
  for (const path of ['/page.txt', '/page.txt?x=y', '/page.txt']) {
    const answer = await own.fetch(origin + path)
    told.push(`${answer.status} ${(await answer.text()).split('\n')[0]}`)
  }
  return told
}
const ALLOWED = ['200 the page', '200 the page', '200 the page']

const noLighttpd = absent('lighttpd', LIGHTTPD)
test.skipIf(noLighttpd !== '')(`lighttpd lets us in by Digest with SHA-256, also by get${noLighttpd}`, async () => {
  const { folder, users } = prepared('sha256')
  const port = await freePort()
  const config = join(folder, 'lighttpd.conf')
  writeFileSync(
    config,
    [
      'server.modules = ("mod_auth", "mod_authn_file")',
      `server.port = ${port}`,
      'server.bind = "127.0.0.1"',
      `server.document-root = "${folder}"`,
      'mimetype.assign = (".txt" => "text/plain")',
      'auth.backend = "htdigest"',
      `auth.backend.htdigest.userfile = "${users}"`,
      'auth.require = ("/" => ("method" => "digest", "algorithm" => "SHA-256", "realm" => "shop", "require" => "valid-user"))',
    ].join('\n'),
  )
  const peer = await start('lighttpd', ['-D', '-f', config], port)
  closing.push(() => peer.stop())
  expect(await asked(port, {})).toEqual(ALLOWED)
  expect((await asked(port, { password: 'wrong' })).map(line => line.slice(0, 3))).toEqual(['401', '401', '401'])
  const io = captured()
  expect(await main(['get', '--digest', '-u', `ann:${PASSWORD}`, `http://127.0.0.1:${port}/page.txt`], io)).toBe(0)
  expect(io.stdout()).toBe('the page\n')
})

/** What every configuration of it begins with. */
const apacheIn = (folder: string, port: number, modules: readonly string[]): readonly string[] => [
  `ServerRoot ${folder}`,
  'ServerName localhost',
  `PidFile ${folder}/apache.pid`,
  `DefaultRuntimeDir ${folder}`,
  `ErrorLog ${folder}/apache.log`,
  `Listen 127.0.0.1:${port}`,
  ...modules.map(name => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
]

const noApache = absent(
  'apache2',
  APACHE.map(name => `${MODULES}/mod_${name}.so`),
)
test.skipIf(noApache !== '')(`Apache httpd lets us in by Digest with MD5, if we allow that${noApache}`, async () => {
  const { folder, users } = prepared('md5')
  const port = await freePort()
  const config = join(folder, 'apache.conf')
  writeFileSync(
    config,
    [
      ...apacheIn(folder, port, APACHE),
      `DocumentRoot ${folder}`,
      '<Location />',
      'AuthType Digest',
      'AuthName shop',
      `AuthUserFile ${users}`,
      'Require valid-user',
      '</Location>',
      '',
    ].join('\n'),
  )
  const peer = await start('apache2', ['-X', '-f', config], port)
  closing.push(() => peer.stop())
  // It proves that it has the password too (RFC 7616 3.5).
  expect(await asked(port, { md5: 'allowed', serverProof: 'required' })).toEqual(ALLOWED)
  expect((await asked(port, {})).map(line => line.slice(0, 3))).toEqual(['401', '401', '401'])
})

const PROXY = [...APACHE, 'proxy', 'proxy_http', 'proxy_connect']
const noProxy = absent(
  'apache2',
  PROXY.map(name => `${MODULES}/mod_${name}.so`),
)
test.skipIf(noProxy !== '')(`Apache httpd as a proxy lets us through by Digest, also by get${noProxy}`, async () => {
  const { folder, users } = prepared('md5')
  const { url } = await served(() => new Response('behind'))
  const secure = await served(() => new Response('in the tunnel'), { tls: issued() })
  const port = await freePort()
  const config = join(folder, 'apache.conf')
  writeFileSync(
    config,
    [
      ...apacheIn(folder, port, PROXY),
      'ProxyRequests On',
      `AllowCONNECT ${secure.port}`,
      '<Proxy *>',
      'AuthType Digest',
      'AuthName shop',
      `AuthUserFile ${users}`,
      'Require valid-user',
      '</Proxy>',
      '',
    ].join('\n'),
  )
  const peer = await start('apache2', ['-X', '-f', config], port)
  closing.push(() => peer.stop())
  const login = proxyLogin({ world: nodeWorld(), md5: 'allowed' })
  const proxy = `http://ann:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`
  using own = client({ proxy, proxyLogin: login, ca: root })
  for (const [target, body] of [
    [url, 'behind'],
    [`https://localhost:${secure.port}/`, 'in the tunnel'],
  ] as const) {
    expect(await (await own.fetch(target)).text()).toBe(body)
    expect(await (await own.fetch(target)).text()).toBe(body)
  }
  const get = async (...words: string[]): Promise<string> => {
    const io = captured()
    const code = await main(['get', '-x', `127.0.0.1:${port}`, ...words, url], io)
    return `${code} ${io.stdout()}`
  }
  expect(await get('-U', `ann:${PASSWORD}`, '--proxy-digest-md5')).toBe('0 behind')
  expect(await get('-U', 'ann:wrong', '--proxy-digest-md5')).toBe('6 ')
  expect(await get('-U', `ann:${PASSWORD}`, '--proxy-digest')).toBe('6 ')
})

test('get shows a login to the servers that were typed, by what was asked for', async () => {
  const who = guard({
    realm: 'shop',
    passwordOf: user => (user === 'ann' ? PASSWORD : undefined),
    isPassword: () => true,
  })
  const server = await served(async (request, about) => {
    const known = await who(request, about)
    return known instanceof Response ? known : new Response(`${known.user} by ${known.scheme}`)
  })
  const get = async (...words: string[]): Promise<string> => {
    const io = captured()
    const code = await main(['get', '-u', `ann:${PASSWORD}`, ...words, server.url], io)
    return `${code} ${io.stdout()}`
  }
  expect(await get()).toBe('0 ann by basic')
  expect(await get('--basic')).toBe('0 ann by basic')
  expect(await get('--digest')).toBe('0 ann by digest')
  expect(await get('--digest-md5')).toBe('0 ann by digest')
  expect(await get('--anyauth')).toBe('0 ann by digest')
  const wrong = captured()
  expect(await main(['get', '--digest', server.url], wrong)).toBe(1)
  expect(wrong.stderr()).toContain('--digest goes with -u')
  const both = captured()
  expect(await main(['get', '-u', 'a:b', '--digest', '--basic', server.url], both)).toBe(1)
  expect(both.stderr()).toContain('--basic and --digest')
})
