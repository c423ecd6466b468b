/** Where bodies go: names, parts that are left, and what goes on from them. */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { peer, served, soon } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { main } from '../main.ts'
import { serverName } from './names.ts'

const folders: string[] = []
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'barewire-files-'))
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

const WHOLE = 'The whole file, from its first byte to its last.'

interface Stored {
  /** How many bytes leave before the connection breaks. */
  breaksAfter?: number | undefined
  tag?: string | undefined
  ranges: boolean
}

/** Speaks enough of RFC 9110 14 to be gone on with, by hand; `seen` are the heads that came. */
const store = async (stored: Stored) => {
  const seen: string[] = []
  const url = await peer(socket => {
    socket.on('data', piece => {
      const head = piece.toString('latin1')
      seen.push(head)
      const [, from] = /^range: bytes=(\d+)-/im.exec(head) ?? []
      const [, ifRange] = /^if-range: (.*)\r$/im.exec(head) ?? []
      const tag = stored.tag === undefined ? '' : `ETag: ${stored.tag}\r\n`
      const isPart = stored.ranges && from !== undefined && (ifRange === undefined || ifRange === stored.tag)
      if (isPart && Number(from) >= WHOLE.length) {
        socket.end(`HTTP/1.1 416 No\r\nContent-Range: bytes */${WHOLE.length}\r\nContent-Length: 0\r\n\r\n`)
        return
      }
      const start = isPart ? Number(from) : 0
      const range = `Content-Range: bytes ${start}-${WHOLE.length - 1}/${WHOLE.length}\r\n`
      const status = isPart ? `206 Partial Content\r\n${range}` : '200 OK\r\n'
      const body = WHOLE.slice(start)
      socket.end(`HTTP/1.1 ${status}${tag}Content-Length: ${body.length}\r\n\r\n${body.slice(0, stored.breaksAfter)}`)
    })
  })
  return { url: `${url}/big.txt`, seen, stored }
}

test('what broke off is kept under a name of its own that is said, and -C - goes on from there', async () => {
  const { url, seen, stored } = await store({ breaksAfter: 10, tag: '"v1"', ranges: true })
  const path = join(folder(), 'big.txt')
  const broken = await run('-o', path, url)
  expect(broken.code).toBe(6)
  expect(broken.err).toContain(`What had come is in ${path}.part: 10 bytes; -C - goes on from there.`)
  expect(existsSync(path)).toBe(false)
  expect(readFileSync(`${path}.part`, 'utf8')).toBe(WHOLE.slice(0, 10))
  // And breaks off once more.
  stored.breaksAfter = 5
  expect((await run('-C', '-', '-o', path, url)).err).toContain(`${path}.part: 15 bytes`)
  stored.breaksAfter = undefined
  const rest = await run('-C', '-', '-o', path, url)
  expect(rest).toMatchObject({ code: 0, out: '' })
  expect(rest.err).toContain(`${path}.part goes on from 15 bytes`)
  expect(readFileSync(path, 'utf8')).toBe(WHOLE)
  expect(readdirSync(join(path, '..'))).toEqual(['big.txt'])
  expect(seen[2]).toMatch(/^range: bytes=15-\r$/im)
  expect(seen[2]).toMatch(/^if-range: "v1"\r$/im)
  expect(seen[2]).toMatch(/^accept-encoding: identity\r$/im)
})

test('-C - begins again where the server has another version, or sends no parts, and says which', async () => {
  for (const [after, said] of [
    [{ tag: '"v2"', ranges: true }, 'the server has another version now: from the beginning'],
    [{ tag: '"v1"', ranges: false }, 'the server does not send parts: from the beginning'],
  ] as const) {
    const { url, stored } = await store({ breaksAfter: 10, tag: '"v1"', ranges: true })
    const path = join(folder(), 'big.txt')
    await run('-o', path, url)
    Object.assign(stored, { breaksAfter: undefined, ...after })
    const { code, err } = await run('-C', '-', '-o', path, url)
    expect({ code, err }).toEqual({ code: 0, err: `  ${said}\n` })
    expect(readFileSync(path, 'utf8')).toBe(WHOLE)
    expect(readdirSync(join(path, '..'))).toEqual(['big.txt'])
  }
})

test('-C - goes on with a file that another program left under its own name, and says what it cannot know', async () => {
  const { url, seen } = await store({ ranges: true })
  const path = join(folder(), 'big.txt')
  writeFileSync(path, WHOLE.slice(0, 20))
  const { code, err } = await run('-C', '-', '-o', path, url)
  expect(code).toBe(0)
  expect(err).toContain('goes on from 20 bytes; nothing says whether its beginning is still the same')
  expect(seen[0]).not.toMatch(/^if-range/im)
  expect(readFileSync(path, 'utf8')).toBe(WHOLE)
  const again = await run('-C', '-', '-o', path, url)
  expect(again).toMatchObject({ code: 0, err: `  ${path} is whole already\n` })
  expect(readFileSync(path, 'utf8')).toBe(WHOLE)
})

test('an answer that is neither the rest nor the whole leaves the part as it was (cli/not-continued)', async () => {
  for (const answer of [
    '206 Partial Content\r\nContent-Range: bytes 3-5/100\r\nContent-Length: 3\r\n\r\nabc',
    '206 Partial Content\r\nContent-Length: 3\r\n\r\nabc',
    '206 Partial Content\r\nContent-Range: bytes 20-22/23\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc',
    '404 Not Found\r\nContent-Length: 3\r\n\r\nabc',
    '416 No\r\nContent-Range: bytes */7\r\nContent-Length: 0\r\n\r\n',
  ]) {
    const url = await peer(socket => void socket.on('data', () => socket.end(`HTTP/1.1 ${answer}`)))
    const path = join(folder(), 'big.txt')
    writeFileSync(path, WHOLE.slice(0, 20))
    const { code, err } = await run('-C', '-', '-o', path, `${url}/big.txt`)
    expect({ answer, code }).toEqual({ answer, code: 6 })
    expect(err).toContain('cli/not-continued')
    expect(readdirSync(join(path, '..'))).toEqual(['big.txt'])
    expect(readFileSync(path, 'utf8')).toBe(WHOLE.slice(0, 20))
  }
})

test('a part of another URL, or one of which nothing is known, is not gone on with', async () => {
  const { url, seen, stored } = await store({ breaksAfter: 10, tag: 'W/"weak"', ranges: true })
  const path = join(folder(), 'big.txt')
  expect((await run('-o', path, url)).err).toContain(`${path}.part: 10 bytes.\n`)
  stored.breaksAfter = undefined
  expect((await run('-C', '-', '-o', path, url)).code).toBe(0)
  expect(seen[1]).not.toMatch(/^range/im)
  expect(readFileSync(path, 'utf8')).toBe(WHOLE)
})

test("a file that is called like a part but is not ours stays somebody's file", async () => {
  const { url } = await store({ breaksAfter: 10, tag: '"v1"', ranges: true })
  const path = join(folder(), 'big.txt')
  writeFileSync(`${path}.part`, 'mine')
  const { err } = await run('-o', path, url)
  expect(readFileSync(`${path}.part`, 'utf8')).toBe('mine')
  const [, left = ''] = /What had come is in (.*): 10 bytes\.\n/.exec(err) ?? []
  expect(readFileSync(left, 'utf8')).toBe(WHOLE.slice(0, 10))
})

test('Ctrl-C in the middle of a download leaves a part and says where', async () => {
  const { url } = await served(
    () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await soon()
            controller.enqueue(new Uint8Array(1000))
          },
        }),
        { headers: { etag: '"x"' } },
      ),
  )
  const path = join(folder(), 'big')
  const io = captured()
  const running = main(['get', '-v', '-o', path, url], io)
  while (!io.stderr().includes('200 OK')) await soon()
  await soon(20)
  io.interrupt()
  expect(await running).toBe(130)
  expect(io.stderr()).toMatch(/What had come is in \S+big\.part: \d+ bytes; -C - goes on from there\./)
  expect(existsSync(path)).toBe(false)
})

test('-O takes the end of the URL, also for several; -o and -O belong to the URLs in their order', async () => {
  const { url } = await served(request => new Response(new URL(request.url).pathname))
  const here = folder()
  const before = process.cwd()
  process.chdir(here)
  try {
    expect(await run('-O', '-o', 'named', `${url}/a/b%2Fc?q`, `${url}/d`, `${url}/e`)).toEqual({
      code: 0,
      out: '/e',
      err: '',
    })
    expect(await run('--remote-name-all', `${url}/x`, `${url}/y`)).toMatchObject({ code: 0, out: '' })
    expect(readdirSync(here).sort()).toEqual(['b%2Fc', 'named', 'x', 'y'])
    expect(readFileSync('named', 'utf8')).toBe('/d')
    for (const [words, said] of [
      [['-O', `${url}/`], '-O finds no name'],
      [['-O', '-O', `${url}/x`], 'more -o and -O (2) than URLs (1)'],
      [['-o', 'x', '-O', `${url}/a`, `${url}/x`], 'Two answers would go into x'],
      [['-C', '-', `${url}/x`], 'it goes with -o or -O'],
      [['-C', '10', '-O', `${url}/x`], '-C wants -'],
      [['-C', '-', '-O', '-d', 'x', `${url}/x`], '-C - is for GET'],
      [['-J', `${url}/x`], '-J goes with -O'],
    ] as const) {
      const wrong = await run(...words)
      expect({ words, code: wrong.code }).toEqual({ words, code: 1 })
      expect(wrong.err).toContain(said)
    }
  } finally {
    process.chdir(before)
  }
})

test('-J takes the name that the server gives, in the same folder, and never replaces a file', async () => {
  const { url } = await served(
    () => new Response('x', { headers: { 'content-disposition': 'attachment; filename="../../.up\\"load.txt"' } }),
  )
  const here = folder()
  const before = process.cwd()
  process.chdir(here)
  try {
    expect(await run('-OJ', `${url}/plain`)).toEqual({ code: 0, out: '', err: '  The server calls it up_load.txt.\n' })
    expect(readdirSync(here)).toEqual(['up_load.txt'])
    const again = await run('-OJ', `${url}/plain`)
    expect(again.code).toBe(1)
    expect(again.err).toContain('cli/file')
    expect(readdirSync(here)).toEqual(['up_load.txt'])
  } finally {
    process.chdir(before)
  }
})

test('RFC 6266 4.1, 4.3: names of a server lead nowhere and hide nowhere', () => {
  for (const [disposition, name] of [
    [null, 'usual'],
    ['inline', 'usual'],
    ['attachment; filename=a.txt', 'a.txt'],
    ['attachment; filename="a b;c.txt"', 'a b;c.txt'],
    ['attachment; filename="e.txt"; filename*=UTF-8\'\'%e2%82%ac.txt', '€.txt'],
    ["attachment; filename=e.txt; filename*=UTF-8''%ff.txt", 'e.txt'],
    ["attachment; filename*=utf-8'en'..%2f..%2fetc%2fpasswd", 'passwd'],
    ['attachment; filename="C:\\\\windows\\\\x.exe"', 'x.exe'],
    ['attachment; filename=".."', 'usual'],
    ['attachment; filename="/"', 'usual'],
    ['attachment; filename=".bashrc"', 'bashrc'],
    ['attachment; filename="a\u0080b\u0081"', 'ab'],
    [`attachment; filename="${'x'.repeat(300)}"`, 'usual'],
  ] as const)
    expect([disposition, serverName(disposition, 'usual')]).toEqual([disposition, name])
  expect(serverName('attachment; filename=a', 'x/y')).toBe('x/a')
})

test('several URLs share a connection, the story says so, and one that fails does not keep the others', async () => {
  const { url } = await served(request => new Response(`${new URL(request.url).pathname}\n`))
  const nobody = await peer(socket => socket.destroy())
  const io = captured({ terminal: 100, env: { NO_COLOR: '1' } })
  expect(await main(['get', `${url}/a`, nobody, `${url}/b`], io)).toBe(6)
  expect(io.stdout()).toBe('/a\n/b\n')
  const told = io.stderr()
  expect(told).toContain('http/no-answer')
  expect(told.match(/^ tcp /gm)).toHaveLength(2)
  expect(told.replace(/ +[▏█▒]+ .*$/gm, '')).toMatch(/^ request {3}GET \/a {2,}\d+ B$/m)
  expect(told.replace(/ +[▏█▒]+ .*$/gm, '')).toMatch(/^ request {3}GET \/b {2,}\d+ B, same connection/m)
})

test('a digest of what arrives in many pieces over a download that breaks again and again', async () => {
  const whole = createHash('sha256').update(WHOLE).digest('hex')
  const { url } = await store({ breaksAfter: 7, tag: '"v1"', ranges: true })
  const path = join(folder(), 'big.txt')
  let tries = 0
  while (!existsSync(path) && tries++ < 20) await run('-C', '-', '-o', path, url)
  expect(tries).toBe(7)
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(whole)
})
