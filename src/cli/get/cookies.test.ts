/** `-b` and `-c`: cookies of one request for the next, of one run for the next, and of curl for us. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { main } from '../main.ts'

const folders: string[] = []
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'barewire-cookies-'))
  folders.push(made)
  return made
}
afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
})

const run = async (...words: string[]) => {
  const io = captured()
  const code = await main(['get', ...words], io)
  return { code, out: io.stdout(), err: io.stderr() }
}

/** Says what it was sent, and sets what `?set=` says. */
const echoing = () =>
  served(request => {
    const set = new URL(request.url).searchParams.getAll('set')
    const headers = set.map((value): [string, string] => ['set-cookie', value])
    return new Response(`${request.headers.get('cookie') ?? 'none'}\n`, { headers })
  })

test('-b sends what is typed, several with several; nothing of it is kept or told', async () => {
  const { url } = await echoing()
  expect((await run('-b', 'a=1', '-b', 'b=2; c=3', url)).out).toBe('a=1; b=2; c=3\n')
  const jar = join(folder(), 'jar')
  const { out, err, code } = await run('-b', 'sid=hush', '-c', jar, '-v', url)
  expect({ out, code }).toEqual({ out: 'sid=hush\n', code: 0 })
  expect(err).not.toContain('hush')
  expect(readFileSync(jar, 'latin1')).toBe('# Netscape HTTP Cookie File\n')
})

test('-c keeps cookies from one URL to the next and from one run to the next, in a file for its owner alone', async () => {
  const { url } = await echoing()
  const jar = join(folder(), 'jar')
  // A jar that is not there yet is an empty one.
  const first = await run('-b', jar, '-c', jar, `${url}/?set=sid%3D1&set=kept%3D2%3B%20Max-Age%3D60`, url)
  expect(first).toMatchObject({ code: 0, out: 'none\nsid=1; kept=2\n', err: '' })
  expect(statSync(jar).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(jar, '..'))).toEqual(['jar'])
  expect(readFileSync(jar, 'latin1')).toMatch(/^localhost\tFALSE\t\/\tFALSE\t0\tsid\t1$/m)
  chmodSync(jar, 0o640)
  const second = await run('-b', jar, '-b', 'sid=other', '-c', jar, url)
  expect(second.out).toBe('kept=2; sid=other\n')
  expect(readFileSync(jar, 'latin1')).toMatch(/\tsid\t1$/m)
  expect(statSync(jar).mode & 0o777).toBe(0o640)
  // Read only: nothing is written.
  await run('-b', jar, `${url}/?set=sid%3D9`)
  expect(readFileSync(jar, 'latin1')).toMatch(/\tsid\t1$/m)
})

test('a jar that ends in .json is JSON, with nothing lost, and is read by what is in it', async () => {
  const { url } = await echoing()
  const jar = join(folder(), 'jar.json')
  await run('-c', jar, `${url}/?set=${encodeURIComponent('s=1; SameSite=Strict; HttpOnly; Path=/')}`)
  const [cookie] = JSON.parse(readFileSync(jar, 'utf8'))
  expect(cookie).toMatchObject({ name: 's', value: '1', sameSite: 'strict', httpOnly: true, domain: 'localhost' })
  const other = join(folder(), 'cookies')
  writeFileSync(other, readFileSync(jar))
  expect((await run('-b', other, url)).out).toBe('s=1\n')
  const odd = [
    'x',
    {},
    { name: 'n', value: 1, domain: 'localhost' },
    { name: 'e', value: 'v', domain: 'localhost', expires: 'soon' },
    { name: 'old', value: 'v', domain: 'localhost', expires: 1 },
    { name: 'bad', value: 'a\r\nX: y', domain: 'localhost' },
    { name: 'd', value: 'v', domain: 'LOCALHOST' },
    { name: 'odd', value: 'v', domain: 'localhost', path: 'x', secure: 'no', sameSite: 'odd' },
    { name: 'below', value: 'v', domain: 'localhost', hostOnly: false },
  ]
  writeFileSync(other, JSON.stringify(odd))
  expect((await run('-b', other, url)).out).toBe('d=v; odd=v\n')
})

test('cookies of a file obey the rules: host, path, Secure; a curl jar is read as it is', async () => {
  const { url } = await echoing()
  const jar = join(folder(), 'jar')
  const lines = [
    ['#HttpOnly_localhost', 'FALSE', '/', 'FALSE', '0', 'mine', '1'],
    ['localhost', 'FALSE', '/elsewhere', 'FALSE', '0', 'path', '2'],
    ['other.test', 'FALSE', '/', 'FALSE', '0', 'host', '3'],
    ['localhost', 'FALSE', '/', 'TRUE', '4000000000', 'secure', '4'],
  ]
  writeFileSync(jar, `# Netscape HTTP Cookie File\n\n${lines.map(fields => fields.join('\t')).join('\n')}\n`)
  // Nobody listens in on this machine itself: Secure counts for it as over TLS.
  expect((await run('-b', jar, url)).out).toBe('mine=1; secure=4\n')
})

test('what is typed stays with the hosts that were typed: a redirect to another gets none of it', async () => {
  const { port } = await echoing()
  const here = await served(
    () => new Response(null, { status: 302, headers: { location: `http://127.0.0.1:${port}/` } }),
  )
  expect((await run('-L', '-b', 'sid=1', here.url)).out).toBe('none\n')
  const back = await served(
    () => new Response(null, { status: 302, headers: { location: `http://localhost:${port}/` } }),
  )
  expect((await run('-L', '-b', 'sid=1', back.url)).out).toBe('sid=1\n')
})

test('a file without a cookie in it, and one that is not there, are told before anybody wonders', async () => {
  const { url } = await echoing()
  const file = join(folder(), 'x')
  writeFileSync(file, 'sid: 1\n')
  const told = await run('-b', file, url)
  expect(told).toMatchObject({ code: 0, out: 'none\n' })
  expect(told.err).toBe(
    `  no cookie can be read from ${file}: it is neither a Netscape file, as curl -c writes it, nor JSON\n`,
  )
  writeFileSync(file, '{"nothing": 1}')
  expect((await run('-b', file, url)).err).toContain('no cookie can be read')
  writeFileSync(file, '# Netscape HTTP Cookie File\n# a remark\n\n')
  expect((await run('-b', file, url)).err).toBe('')
  expect((await run('-b', '', url)).out).toBe('none\n')
  const missing = await run('-b', join(folder(), 'no'), url)
  expect(missing.code).toBe(1)
  expect(missing.err).toContain('there is no such file or folder')
})

test('a jar is kept when a later request fails, and left as it was where nothing was asked', async () => {
  const { url } = await echoing()
  const jar = join(folder(), 'jar')
  const { code } = await run('-c', jar, `${url}/?set=a%3D1`, 'http://localhost:1/')
  expect(code).toBe(3)
  expect(readFileSync(jar, 'latin1')).toMatch(/\ta\t1$/m)
  for (const [words, said] of [
    [['-c', jar, '--repeat', '2', '-d', 'x', url], '--repeat asks several times'],
    [['-c', jar, '-b', 'a=1', '-H', 'Cookie: b=2', url], 'two ways to say the same'],
    [['-c', '-', url], '-c wants the name of a file'],
    [['-b', 'a=hush\r\nX: y', url], '-b wants cookies in Latin-1 without control characters'],
  ] as const) {
    const { code, err } = await run(...words)
    expect({ words, code }).toEqual({ words, code: 1 })
    expect(err).toContain(said)
    expect(err).not.toContain('hush')
  }
  expect(readFileSync(jar, 'latin1')).toMatch(/\ta\t1$/m)
  const nowhere = join(folder(), 'no', 'jar')
  let requests = 0
  const counting = await served(() => new Response(`${++requests}`))
  const { code: refused, err } = await run('-c', nowhere, counting.url)
  expect({ refused, requests, there: existsSync(nowhere) }).toEqual({ refused: 1, requests: 0, there: false })
  expect(err).toContain(nowhere)
})
