/** `docs/manual/json.md` says of every event of `--json` which keys it has; real runs have to agree, in both directions. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { certificateAuthority } from '../src/ca/authority.ts'
import { main } from '../src/cli/main.ts'
import { fetch } from '../src/index.ts'
import { acmeFiles } from '../src/node/acme-files.ts'
import { nodeWorld } from '../src/node/world.ts'
import { seeded } from '../src/random.ts'
import { certifiedKey } from '../src/tls/certificate/certified-key.ts'
import { pem } from '../src/x509/files/pem.ts'
import { cannotCapture } from './support/capture-right.ts'
import { captured as exchange } from './support/compared.ts'
import { peer, served, soon, talk } from './support/net.ts'
import { type CapturedIo, captured } from './support/peers-io.ts'
import { proxying } from './support/proxy.ts'

/** By key: the JSON types that it may have, and whether it may be left out. */
type Documented = ReadonlyMap<string, { readonly types: readonly string[]; readonly optional: boolean }>

const page = readFileSync(new URL('../docs/manual/json.md', import.meta.url), 'utf8')

/** What the manual says, by type of event. A section without a table says whose keys it has. */
const documented = (): ReadonlyMap<string, Documented> => {
  const sections = page.split(/^## /m).slice(1)
  const tables = new Map(sections.map(section => [/^`([a-z]+)`/.exec(section)?.[1] ?? '', section]))
  const rowsOf = (type: string): Documented => {
    const section = tables.get(type) ?? ''
    const [, like] = /the keys of `([a-z]+)`\.\s*$/.exec(section) ?? []
    if (like !== undefined && !section.includes('| --- |')) return rowsOf(like)
    return new Map(
      [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, key = '', kind = '']) => [
        key,
        { types: kind.trim().replace(/\?$/, '').split(' or '), optional: kind.trim().endsWith('?') },
      ]),
    )
  }
  return new Map([...tables.keys()].map(type => [type, rowsOf(type)]))
}

const folder = mkdtempSync(join(tmpdir(), 'barewire-json-'))
const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: () => Date.now(), name: 'test root' })
const root = join(folder, 'root.pem')
/** A certificate that is out of date, with its key. */
const late = join(folder, 'late.pem')
/** Of an authority that is not there; a certificate of it is. */
const DIRECTORY = 'https://ca.test/directory'
const homeBefore = process.env.BAREWIRE_HOME
beforeAll(() => {
  writeFileSync(root, pem('CERTIFICATE', authority.root))
  const { certificate, privateKey } = authority.issue({ names: ['localhost'], notAfter: Date.now() - 1000 })
  writeFileSync(late, pem('CERTIFICATE', certificate) + pem('PRIVATE KEY', privateKey))
  process.env.BAREWIRE_HOME = folder
  const keyPair = nodeWorld().crypto.generateKeyPair('p-256')
  const { chain } = authority.issue({ names: ['shop.localhost'], keyPair })
  acmeFiles(folder, DIRECTORY, nodeWorld().crypto).keep(['shop.localhost'], { chain, key: keyPair })
})
afterAll(() => {
  if (homeBefore === undefined) delete process.env.BAREWIRE_HOME
  else process.env.BAREWIRE_HOME = homeBefore
  rmSync(folder, { recursive: true, force: true })
})

type Event = Readonly<Record<string, unknown>> & { readonly type: string }
const eventsOf = (io: CapturedIo): Event[] =>
  io
    .stdout()
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Event)
const ran = async (words: readonly string[], env: Record<string, string> = {}): Promise<Event[]> => {
  const io = captured({ env })
  await main([...words, '--json'], io)
  return eventsOf(io)
}

const EVERYTHING = ['-vvv', 'ethernet,arp,ip,icmp,udp,dns,tcp,record,tls,http,session']

/** Answers, redirects, failures with bytes, with numbers and with codes of their own, a stop. */
const askings = async (): Promise<Event[]> => {
  const key = certifiedKey(authority.issue({ names: ['localhost'] }))
  const plain = await served(() => new Response('hello', { headers: { 'set-cookie': 'a=1' } }))
  const secure = await served(() => new Response(null, { status: 302, headers: { location: plain.url } }), {
    tls: { certificateFor: () => key },
  })
  const wrong = await peer(socket => {
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'))
  })
  const silent = await peer(() => {})
  const breaks = await peer(socket => {
    const part = 'HTTP/1.1 206 Rest\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 2\r\n\r\nde'
    const whole = 'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 5\r\n\r\nabc'
    socket.on('data', head => socket.end(head.includes('ange: bytes=3-') ? part : whole))
  })
  const proxy = await proxying()
  const trusting = ['--trust', root]
  const stopped = captured()
  const running = main(['get', '--json', '-v', silent], stopped)
  while (!stopped.stdout().includes('"GET /"')) await soon()
  stopped.interrupt()
  await running
  return [
    await ran(['get', '-L', ...trusting, ...EVERYTHING, '-o', join(folder, 'body'), secure.url]),
    await ran(['get', ...trusting, secure.url], { https_proxy: proxy.url }),
    await ran(['get', '--accept', 'tls/chain-incomplete', '--accept', 'tls/certificate-untrusted', secure.url]),
    await ran(['get', secure.url]),
    await ran(['get', ...EVERYTHING, wrong]),
    await ran(['get', 'http://[::1]:1/']),
    await ran(['get', '-m', '50ms', silent]),
    await ran(['cert', 'show', late]),
    await ran(['cert', 'lint', late]),
    await ran(['cert', 'show', new URL(secure.url).host]),
    await ran(['cert', 'explain', late, '--trust', root, '--name', 'other.test']),
    await ran(['cert', 'verify', root, '--trust', root]),
    await ran(['get', '--repeat', '3', plain.url]),
    await ran(['get', '--retry', '1', '--retry-delay', '1ms', 'http://127.0.0.1:1/']),
    await ran(['get', '-o', join(folder, 'part'), breaks]),
    await ran(['get', '-C', '-', '-o', join(folder, 'part'), breaks]),
    eventsOf(stopped),
  ].flat()
}

/** A server to look at. */
const secured = () => {
  const key = certifiedKey(authority.issue({ names: ['localhost'] }))
  return served(() => new Response('hello'), { tls: { certificateFor: () => key } })
}

/** Requests that are answered, and a client that speaks something else. */
const serving = async (words: readonly string[], scheme: 'http' | 'https'): Promise<Event[]> => {
  const io = captured()
  const running = main(['serve', folder, '-p', '0', '--json', ...words], io)
  while (!io.stdout().includes('"listening"')) await soon()
  const [, port = ''] = /localhost:(\d+)/.exec(io.stdout()) ?? []
  if (scheme === 'http') await (await fetch(`http://localhost:${port}/root.pem`)).text()
  else await greeted(Number(port))
  await talk(Number(port), 'SSH-2.0-nobody\r\n\r\n').closed
  while (!/"type":"refused"/.test(io.stdout())) await soon()
  io.interrupt()
  await running
  return eventsOf(io)
}

/** A handshake, and no more. */
const greeted = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = tls.connect(
      { host: 'localhost', port, servername: 'shop.localhost', rejectUnauthorized: false },
      () => socket.end(),
    )
    socket.on('close', () => resolve()).on('error', reject)
    socket.resume()
  })

/** What a reader who does not read is told later. */
const missed = async (): Promise<Event[]> => {
  const io = captured()
  let go = (): void => {}
  const stalled = new Promise<void>(resolve => {
    go = resolve
  })
  const { write } = io.out
  Object.assign(io, { out: { ...io.out, write: (chunk: Uint8Array) => stalled.then(() => write(chunk)) } })
  const incompressible = seeded(1).bytes(6_000_000)
  let sent = (): void => {}
  const whole = new Promise<void>(resolve => {
    sent = resolve
  })
  const { url } = await served(() => new Response(incompressible), { served: () => sent() })
  const running = main(['get', '--json', '-vvv', 'tcp', url], io)
  await whole
  await soon(50)
  go()
  await running
  return eventsOf(io)
}

/** Whole, broken, of several parts one of which is nothing, private, the list of formats, and keys. */
const decoding = async (): Promise<Event[]> => {
  const keyLog = join(folder, 'keys.log')
  writeFileSync(keyLog, `CLIENT_TRAFFIC_SECRET_0 ${'ab'.repeat(32)} ${'cd'.repeat(32)}\nnonsense\n`)
  const parts = '=> Send data, 4 bytes (0x4)\n0000: 15 03 03 00 02 02 28                            ......(\n'
  return [
    await ran(['decode', '15 03 03 00 02 02 28 00']),
    await ran(['decode', `${parts}${parts.replace('15 03 03', 'e7 d1 a0')}`]),
    await ran(['decode', 'Cookie: a=b']),
    await ran(['decode', '1603030004']),
    await ran(['decode', '--as', 'list']),
    await ran(['keys', keyLog]),
  ].flat()
}

/** Frames of an interface; where they cannot be captured there are no such events. */
const capturing = async (): Promise<Event[]> => {
  const program = [process.execPath, '-e', '']
  const words = ['capture', '-i', 'lo', '--port', '9', '-o', join(folder, 'live.pcapng'), '--json', '--', ...program]
  const io = captured({ env: { PATH: process.env.PATH ?? '' } })
  await main(words, io)
  return eventsOf(io)
}
const cannot = await cannotCapture()

/** A capture, one of its conversations, a message, what was said, its bodies; and the runs that are kept. */
const inspecting = async (path: string): Promise<Event[]> => {
  writeFileSync(join(folder, 'one-file.html'), '<meta name="barewire-source" content="engines" /><div id="app"></div>')
  return [
    await ran(['inspect'], { XDG_STATE_HOME: folder }),
    await ran(['inspect', path]),
    await ran(['inspect', path, '4', '--fields']),
    await ran(['inspect', path, '4', '--message', '14']),
    await ran(['inspect', path, '4', '--follow']),
    await ran(['inspect', path, '--export-objects', join(folder, 'bodies')]),
    await ran(['inspect', path, '-o', join(folder, 'annotated.pcapng')]),
    await ran(['inspect', path, '4', '--as-test', 'server']),
    await ran(['get', '--explain', 'https://127.0.0.1/']),
    await ran(['inspect', path, '--html', join(folder, 'page.html')], { BAREWIRE_PAGE_FOLDER: folder }),
    await ran(['inspect', path, '9']),
  ].flat()
}

/** A run on a page, until somebody has looked enough. */
const watching = async (url: string): Promise<Event[]> => {
  writeFileSync(join(folder, 'index.html'), '<meta name="barewire-source" content="engines" />')
  const io = captured({ env: { BAREWIRE_PAGE_FOLDER: folder } })
  const running = main(['get', url, '--web', '--json'], io)
  while (!io.stdout().includes('"live":false')) await soon()
  io.interrupt()
  await running
  return eventsOf(io)
}

/** One that works beside one that fails, and beside itself. */
const comparing = async (): Promise<Event[]> => {
  const [good, bad] = [join(folder, 'good.pcapng'), join(folder, 'bad.pcapng')]
  writeFileSync(good, await exchange({}))
  writeFileSync(bad, await exchange({ url: 'https://10.0.0.3/', client: { suites: ['TLS_AES_128_GCM_SHA256'] } }))
  return [await ran(['diff', good, bad]), await ran(['diff', bad, good]), await ran(['diff', good, good])].flat()
}

test('every event of every command has the keys that the manual says, and the manual says nothing that there is not', async () => {
  const manual = documented()
  const events = [
    await askings(),
    await serving(['--plain'], 'http'),
    await serving([], 'https'),
    await serving(['--cert', late], 'https'),
    await serving(['--acme', DIRECTORY, '--acme-name', 'shop.localhost'], 'https'),
    await missed(),
    await ran(['check', '--trust', root, new URL((await secured()).url).host]),
    await ran(['ca', 'path']),
    await ran(['explain', 'tls/http-spoken']),
    await ran(['explain', 'net/client-closed']),
    await ran(['explain', 'remote error: tls: handshake failure, error:0A000410, error:0A0FFFFF']),
    await ran(['explain', 'what is this?']),
    await ran(['help', 'cookies']),
    await decoding(),
    await ran(['demo', '--seed', '7', '--pcapng', join(folder, 'x.pcapng'), ...EVERYTHING], { XDG_STATE_HOME: folder }),
    await inspecting(join(folder, 'x.pcapng')),
    await comparing(),
    await watching((await served(() => new Response('hello'))).url),
    cannot === undefined ? await capturing() : [],
  ].flat()
  const seen = new Map<string, Set<string>>()
  for (const event of events) {
    const { v, type, ...keys } = event
    expect(v).toBe(1)
    const told = manual.get(type)
    expect(told, `the manual has no section \`${type}\``).toBeDefined()
    for (const [key, value] of Object.entries(keys)) {
      const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
      expect(told!.get(key)?.types, `\`${key}\` of \`${type}\``).toContain(kind)
      seen.set(type, (seen.get(type) ?? new Set()).add(key))
    }
    for (const [key, { optional }] of told!) if (!optional) expect(event, type).toHaveProperty(key)
  }
  // A section without a table has keys of another, of which it may have fewer.
  const tables = [...manual].filter(([type]) => new RegExp(`^## \`${type}\`\\n[^#]*\\| --- \\|`, 'm').test(page))
  expect(tables.length).toBeGreaterThan(15)
  const unseen = cannot === undefined ? [] : ['capturing', 'captured']
  const never = tables
    .filter(([type]) => !unseen.includes(type))
    .flatMap(([type, keys]) => [...keys.keys()].filter(key => !seen.get(type)?.has(key)).map(key => `${type}.${key}`))
  expect(never).toEqual([])
}, 120_000)
