/** `--web`: what each command shows on the page, for how long, and what of it is private. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { cannotCapture } from '../../../test/support/capture-right.ts'
import { served } from '../../../test/support/net.ts'
import { type CapturedIo, captured } from '../../../test/support/peers-io.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeWorld } from '../../node/world.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { pem } from '../../x509/files/pem.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-web-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'index.html'), '<meta name="barewire-source" content="engines" />')
const env = { BAREWIRE_PAGE_FOLDER: folder, XDG_STATE_HOME: folder, BAREWIRE_HOME: folder }
const { crypto } = nodeWorld()
const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
const root = join(folder, 'root.pem')
writeFileSync(root, pem('CERTIFICATE', authority.root))
const tls = { certificateFor: () => certifiedKey(authority.issue({ names: ['localhost'] })) }

const SECRET = 'hush-4f1a'
const shop = async (): Promise<string> =>
  (await served(() => new Response(`token ${SECRET}`, { headers: { 'set-cookie': `sid=${SECRET}` } }), { tls })).url

interface Running {
  readonly io: CapturedIo
  readonly exit: Promise<number>
  /** Of the page. */
  readonly url: string
}
type Line = Readonly<Record<string, unknown>>

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/(?:#[\w=/]+)?/

/** A command with `--web`, as soon as it has said where its page is. */
const running = async (...words: readonly string[]): Promise<Running> => {
  const io = captured({ env })
  const exit = main([...words, '--web'], io)
  const said = (): string => io.stdout() + io.stderr()
  const found = () => ADDRESS.exec(said())?.[0]
  await vi.waitFor(() => expect(found(), said()).toBeDefined(), 20_000)
  return { io, exit, url: found()! }
}
const over = (io: CapturedIo): Promise<void> =>
  vi.waitFor(() => expect(io.stdout() + io.stderr()).toMatch(/stays until Ctrl-C|"live":false/), 20_000)

const textOf = async (url: string, path: string): Promise<string> => {
  const { origin, pathname } = new URL(url)
  return (await fetch(`${origin}${pathname}${path}`)).text()
}
const linesOf = async (url: string, path: string): Promise<Line[]> =>
  (await textOf(url, path))
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Line)
const namesOf = (lines: readonly Line[]): unknown[] =>
  lines.flatMap(({ layer, name }) => (layer === 'http' || layer === 'tls' ? [name] : []))
const asText = (lines: readonly Line[]): string =>
  lines
    .map(({ bytes }) => (typeof bytes === 'string' ? Buffer.from(bytes, 'base64url').toString('latin1') : ''))
    .join('\n')

test('a request is on the page, starred; the body is on standard output alone, and the page stays until Ctrl-C', async () => {
  const { io, exit, url } = await running('get', '--trust', root, '-u', `ada:${SECRET}`, await shop())
  await over(io)
  expect(io.stdout()).toBe(`token ${SECRET}`)
  const lines = await linesOf(url, 'feed')
  expect(lines[0]).toMatchObject({
    v: 1,
    type: 'live',
    command: expect.stringMatching(/^get https:\/\/localhost:/),
    privacy: 'starred',
    date: expect.any(Number),
  })
  expect(lines.at(-1)).toEqual({ type: 'ended' })
  expect(namesOf(lines)).toEqual(expect.arrayContaining(['ClientHello', 'Finished', 'GET /', '200 OK']))
  expect(lines.filter(({ type }) => type === 'secret')).toEqual([])
  expect(asText(lines)).toContain('HTTP/1.1 200 OK')
  expect(asText(lines)).not.toContain(SECRET)
  expect(asText(lines)).not.toContain(Buffer.from(`ada:${SECRET}`).toString('base64'))
  expect(await textOf(url, '')).toBe('<meta name="barewire-source" content="live" />')
  io.interrupt()
  expect(await exit).toBe(0)
  await expect(fetch(url)).rejects.toThrow()
})

test('with --show-secrets everything is on the page, the keys too', async () => {
  const { io, exit, url } = await running('get', '--trust', root, '--show-secrets', await shop())
  await over(io)
  const lines = await linesOf(url, 'feed')
  expect(lines[0]).toMatchObject({ privacy: 'shown' })
  expect(lines.filter(({ type }) => type === 'secret').map(({ label }) => label)).toContain('CLIENT_TRAFFIC_SECRET_0')
  expect(asText(lines)).toContain(`sid=${SECRET}`)
  io.interrupt()
  expect(await exit).toBe(0)
})

test('a request that failed ends with its failure on the page, and with its exit code', async () => {
  const { io, exit, url } = await running('get', '--json', await shop())
  await over(io)
  const lines = await linesOf(url, 'feed')
  expect(lines.at(-1)).toMatchObject({ type: 'ended', failure: { code: 'tls/chain-incomplete' } })
  const events = io
    .stdout()
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Line)
  expect(events[0]).toEqual({ v: 1, type: 'web', url, live: true })
  expect(events.at(-1)).toEqual({ v: 1, type: 'web', url, live: false })
  io.interrupt()
  expect(await exit).toBe(5)
})

test('Ctrl-C in the middle ends the run and its page at once', async () => {
  const silent = await served(() => new Promise<Response>(() => {}))
  const { io, exit, url } = await running('get', silent.url)
  const feed = await fetch(`${url}feed`)
  io.interrupt()
  expect(await exit).toBe(130)
  await feed.text().catch(() => 'cut')
  await expect(fetch(url)).rejects.toThrow()
  expect(io.stderr()).not.toContain('stays')
})

test('a server shows its connections as they come, and says nothing more of them elsewhere', async () => {
  const { io, exit, url } = await running('serve', folder, '--plain', '-p', '0', '--json')
  const port = await vi.waitFor(() => /localhost:(\d+)/.exec(io.stdout())![1]!, 20_000)
  const feed = await fetch(`${url}feed`)
  const reader = feed.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader.read()).value ?? ''
  expect(JSON.parse(text)).toMatchObject({ type: 'live', command: `serve ${folder}` })
  await (await fetch(`http://127.0.0.1:${port}/root.pem`)).text()
  while (!text.includes('"name":"200"')) text += (await reader.read()).value ?? ''
  expect(text).toContain('"name":"GET /root.pem"')
  const kinds = io
    .stdout()
    .trimEnd()
    .split('\n')
    .map(each => (JSON.parse(each) as Line).type)
  expect(new Set(kinds)).toEqual(new Set(['web', 'listening', 'request']))
  io.interrupt()
  expect(await exit).toBe(0)
  await expect(fetch(url)).rejects.toThrow()
})

test('the demo is on a page with all of its machines', async () => {
  const { io, exit, url } = await running('demo', '--pcapng', join(folder, 'demo.pcapng'))
  const lines = await linesOf(url, 'feed')
  expect(lines[0]).toMatchObject({ type: 'live', command: 'demo --seed 1' })
  expect(new Set(lines.flatMap(({ host }) => host ?? []))).toEqual(new Set(['laptop', 'nameserver', 'shop.test']))
  expect(lines.at(-1)).toEqual({ type: 'ended' })
  io.interrupt()
  expect(await exit).toBe(0)
})

test('runs that are kept are on a page: their list, their conversations, their messages', async () => {
  const io = captured({ env })
  expect(await main(['get', '--trust', root, await shop()], io)).toBe(0)
  const { io: shown, exit, url } = await running('inspect')
  expect(await textOf(url, '')).toBe('<meta name="barewire-source" content="captures" />')
  const [first] = await linesOf(url, 'captures')
  expect(first).toMatchObject({
    v: 1,
    type: 'kept',
    name: '@1',
    command: expect.stringMatching(/^get /),
    failure: null,
  })
  expect(first).not.toHaveProperty('path')
  const rows = await linesOf(url, `captures/${first!.id}`)
  expect(rows[0]).toMatchObject({ v: 1, type: 'contents', conversations: 1 })
  expect(rows[1]).toMatchObject({ type: 'conversation', id: 1, reading: null })
  // The same again, with what is inside.
  expect(rows[2]).toMatchObject({
    type: 'conversation',
    id: 1,
    spoken: 'TLS 1.3',
    reading: 'decrypted',
    what: ['GET / → 200'],
  })
  const lines = await linesOf(url, `captures/${first!.id}/1`)
  expect(lines[0]).toMatchObject({
    v: 1,
    type: 'run',
    id: 1,
    host: 'client',
    privacy: 'starred',
    dropped: 0,
    date: expect.any(Number),
  })
  expect(namesOf(lines)).toEqual(expect.arrayContaining(['ClientHello', 'GET /', '200 OK']))
  expect(asText(lines)).not.toContain(SECRET)
  expect(lines.filter(({ type }) => type === 'secret')).toEqual([])
  shown.interrupt()
  expect(await exit).toBe(0)
})

test('a capture is on a page at the conversation that was asked for, with its secrets where that was asked for', async () => {
  const path = join(folder, 'given.pcapng')
  const io = captured({ env })
  expect(await main(['get', '--trust', root, '--no-keep', '--pcapng', path, await shop()], io)).toBe(0)
  const { io: shown, exit, url } = await running('inspect', path, '1', '--show-secrets')
  expect(url).toMatch(/\/#run=given\/1$/)
  expect((await linesOf(url, 'captures'))[0]).toEqual({ v: 1, type: 'file', id: 'given', name: path })
  const lines = await linesOf(url, 'captures/given/1')
  expect(asText(lines)).toContain(`sid=${SECRET}`)
  expect(lines.some(({ type }) => type === 'secret')).toBe(true)
  expect((await fetch(`${new URL(url).origin}${new URL(url).pathname}captures/given/2`)).status).toBe(404)
  shown.interrupt()
  expect(await exit).toBe(0)
})

const reason = await cannotCapture()
test.skipIf(reason !== undefined)(
  `what is captured is on a page as far as it goes, without the page's own frames${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  async () => {
    const site = await served(() => new Response('hello'))
    const path = join(folder, 'live.pcapng')
    const { io, exit, url } = await running('capture', '-i', 'lo', '-o', path)
    await (await fetch(site.url)).text()
    const hello = async () =>
      (await linesOf(url, 'captures/given')).filter(({ what }) => JSON.stringify(what ?? '').includes('200'))
    await vi.waitFor(async () => expect(await hello()).not.toEqual([]), 20_000)
    const ports = (await linesOf(url, 'captures/given')).flatMap(
      ({ server }) => (server as { port: number } | undefined)?.port ?? [],
    )
    expect(ports).toContain(Number(new URL(site.url).port))
    expect(ports).not.toContain(Number(new URL(url).port))
    io.interrupt()
    await over(io)
    expect((await hello()).length).toBeGreaterThan(0)
    io.interrupt()
    expect(await exit).toBe(0)
  },
)

test('where the page was not built nothing is asked and nothing is left behind', async () => {
  let asked = 0
  const site = await served(() => {
    asked++
    return new Response('hello')
  })
  const before = readdirSync(folder)
  for (const words of [
    ['get', site.url],
    ['serve', folder, '--plain', '-p', '0'],
    ['inspect'],
    ['inspect', join(folder, 'given.pcapng')],
  ]) {
    const io = captured({ env: { ...env, BAREWIRE_PAGE_FOLDER: join(folder, 'nothing') } })
    expect(await main([...words, '--web', '--color', 'never'], io), words[0]).toBe(1)
    expect(io.stderr(), words[0]).toContain('inspect/no-page')
    expect(io.stderr(), words[0]).toContain('npm run build')
  }
  expect(asked).toBe(0)
  expect(readdirSync(folder)).toEqual(before)
})

test('--explain says what would be done, and shows no page', async () => {
  for (const words of [
    ['get', 'https://localhost:1/'],
    ['serve', folder, '--plain'],
  ]) {
    const io = captured({ env })
    expect(await main([...words, '--explain', '--web'], io), words[0]).toBe(0)
    expect(io.stdout() + io.stderr(), words[0]).not.toMatch(ADDRESS)
  }
})
