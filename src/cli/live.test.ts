/** A run is one stream of events, told as it happens: while it waits, when it is stopped, and to readers who are slow or gone. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { closing, peer, served, soon } from '../../test/support/net.ts'
import { type CapturedIo, captured } from '../../test/support/peers-io.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { fetch } from '../index.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { pem } from '../x509/files/pem.ts'
import { ReaderGone } from './io.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-live-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { crypto } = nodeWorld()
const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
const issued = authority.issue({ names: ['localhost'] })
const tls = { certificateFor: () => certifiedKey(issued) }
const root = join(folder, 'root.pem')
writeFileSync(root, pem('CERTIFICATE', authority.root))
const trusting = ['--trust', root]

const until = async (told: () => boolean): Promise<void> => {
  for (let i = 0; i < 5000 && !told(); i++) await soon()
  expect(told()).toBe(true)
}

/** A server that says the head of an answer and a piece of its body, and no more. */
const half = () =>
  peer(socket => {
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nX-Half: yes\r\n\r\npartial'))
  })

const silent = () => served(() => new Promise<Response>(() => {}), { tls })

test('-v tells each message when it comes, and what was waited for when it is stopped', async () => {
  const { url } = await silent()
  const io = captured()
  const running = main(['get', '-v', ...trusting, url], io)
  await until(() => io.stderr().includes('GET /'))
  expect(io.stderr()).toMatch(/ClientHello.*\n(?:.*\n)*.*ServerHello.*\n(?:.*\n)*.*GET \//)
  io.interrupt()
  expect(await running).toBe(130)
  expect(io.stderr()).toMatch(/^ request +GET \/ /m)
  expect(io.stderr()).toMatch(/stopped while waiting for the answer to GET \/\n$/)
})

test('--json tells each event when it comes, and that it was stopped', async () => {
  const { url } = await silent()
  const io = captured()
  const running = main(['get', '--json', '-v', 'http', ...trusting, url], io)
  await until(() => io.stdout().includes('"name":"GET /"'))
  io.interrupt('SIGTERM')
  expect(await running).toBe(143)
  const events = io
    .stdout()
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text))
  expect(events.map(({ type }) => type).filter(type => type !== 'verdict')).toEqual([
    'message',
    'timeline',
    'interrupted',
  ])
  expect(events.at(-1)).toMatchObject({ signal: 'SIGTERM', awaited: 'the answer to GET /', exit: 143 })
})

test('Ctrl-C ends a run that waits for its own standard input', async () => {
  const { url } = await served(() => new Response('hello'))
  const io = captured()
  const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
  const running = main(['get', '-d', '@-', url], Object.assign(io, { input: never }))
  await soon()
  io.interrupt()
  expect(await running).toBe(130)
})

test('a time-out tells how far it came, on a terminal too', async () => {
  const io = captured({ terminal: 80 })
  const url = await peer(() => {})
  expect(await main(['get', '--color', 'never', '--timeout', '200ms', url], io)).toBe(7)
  expect(io.stderr()).toMatch(/^ (?:tcp|request) +/m)
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s ends a download with exit %i, leaves what had come under another name, and a capture that is whole',
  async (signal, exit) => {
    const url = await half()
    const [file, capture] = [join(folder, `${signal}.body`), join(folder, `${signal}.pcapng`)]
    const io = captured()
    const running = main(['get', '-v', '-o', file, '--pcapng', capture, url], io)
    await until(() => io.stderr().includes('X-Half'))
    io.interrupt(signal)
    expect(await running).toBe(exit)
    const left = readdirSync(folder).filter(name => name.startsWith(`${signal}.body`))
    expect(left.filter(name => !/\.body\.part(?:\.json)?$/.test(name))).toEqual([])
    expect(io.stderr().includes(`What had come is in ${file}.part:`)).toBe(left.length > 0)
    const { packets, rest } = framesIn(capture)
    expect(packets).toBeGreaterThan(3)
    expect(rest).toBe(0)
  },
)

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends with exit %i before anything of a command is loaded', async (signal, exit) => {
  // Raised while the first listener is being added, before the next line runs: that nothing is loaded is no race.
  const preload = `process.on('newListener', name => {
    if (name === '${signal}') process.kill(process.pid, '${signal}')
  })`
  const bin = fileURLToPath(new URL('bin.ts', import.meta.url))
  const flags = ['--import', 'tsx', '--import', `data:text/javascript,${encodeURIComponent(preload)}`]
  const child = spawn(process.execPath, [...flags, bin, '--help'], { stdio: 'ignore' })
  expect(await new Promise(resolve => child.on('close', resolve))).toBe(exit)
})

test('the exit code of the process is that of the command', async () => {
  const bin = fileURLToPath(new URL('bin.ts', import.meta.url))
  const exitOf = (...args: string[]) =>
    new Promise(resolve => {
      spawn(process.execPath, ['--import', 'tsx', bin, ...args], { stdio: 'ignore' }).on('close', resolve)
    })
  expect(await Promise.all([exitOf('--version'), exitOf('get', 'http://127.0.0.1:1/')])).toEqual([0, 3])
})

/** Enhanced Packet Blocks of a pcapng, and the bytes behind the last block that is whole. */
const framesIn = (path: string) => {
  const file = readFileSync(path)
  let packets = 0
  let at = 0
  for (let length = 0; at + 8 <= file.length; at += length) {
    length = file.readUInt32BE(at + 4)
    if (length < 12 || at + length > file.length || file.readUInt32BE(at + length - 4) !== length) break
    if (file.readUInt32BE(at) === 6) packets++
  }
  return { packets, rest: file.length - at }
}

test('what came in front of another in the same read is told first', async () => {
  const cert = issued.chain.map(der => pem('CERTIFICATE', der)).join('')
  const key = pem('PRIVATE KEY', issued.privateKey)
  const server = createServer({ cert, key, maxVersion: 'TLSv1.2' }, socket => {
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'))
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  closing.push(() => server.close())
  const { port } = server.address() as { port: number }
  // From the first record with data on, everything comes in one piece.
  const url = await peer(socket => {
    const beyond = connect(port, '127.0.0.1').on('error', () => {})
    const held: Buffer[] = []
    socket.on('data', bytes => beyond.write(bytes))
    beyond.on('data', bytes => (held.length > 0 || bytes[0] === 0x17 ? held.push(bytes) : socket.write(bytes)))
    beyond.on('end', () => socket.end(Buffer.concat(held)))
  })
  const io = captured()
  expect(await main(['get', '-v', ...trusting, url.replace('http://127.0.0.1', 'https://localhost')], io)).toBe(0)
  const told = io.stderr()
  const [answer, notify] = [told.indexOf(' 200 OK '), told.search(/◀.* Alert {2}warning 0 close_notify/)]
  expect(answer).toBeGreaterThan(0)
  expect(notify).toBeGreaterThan(answer)
  const times = [...told.matchAll(/^ +(\d+\.\d{3}) /gm)].map(([, time]) => Number(time))
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

test('the ends of a connection over IPv6 are told as such, and an address that refused has its row', async () => {
  const server = createHttpServer((_, response) => void response.end('six')).listen(0, '::1')
  await new Promise(resolve => server.once('listening', resolve))
  closing.push(() => server.close())
  const { port } = server.address() as { port: number }
  const io = captured({ terminal: 100 })
  expect(await main(['get', '--color', 'never', `http://localhost:${port}/`], io)).toBe(0)
  expect(io.stderr()).toMatch(new RegExp(`^ tcp +\\[::1\\]:\\d+ → :${port} `, 'm'))
  expect(io.stderr()).toMatch(new RegExp(`^ {3}tried +✗ 127\\.0\\.0\\.1:${port} +tcp/refused$`, 'm'))
})

test('redirects over two connections are two timelines, each with its own facts, and clear text is remarked', async () => {
  const below = await served(() => new Response('below'))
  const above = await served(() => new Response(null, { status: 302, headers: { location: below.url } }), { tls })
  const io = captured({ terminal: 100 })
  expect(await main(['get', '-L', '--color', 'never', ...trusting, above.url], io)).toBe(0)
  const blocks = io.stderr().split(/^ 2 {2}/m)
  expect(blocks).toHaveLength(2)
  expect(blocks[0]).toMatch(/^ 1 {2}https:\/\/localhost:\d+$/m)
  expect(blocks[0]).toContain('CN=localhost, EC P-256')
  expect(blocks[0]).toMatch(/✓ dates \(\d+ days left\)/)
  expect(blocks[0]).toContain('302 Found')
  expect(blocks[0]).toContain('1 round trip ')
  expect(blocks[1]).toMatch(/^http:\/\/localhost:\d+ /)
  expect(blocks[1]).toContain('in clear text, though the connection before was encrypted')
  expect(blocks[1]).not.toContain('tls')
  expect(blocks[1]).toContain('200 OK')
})

test('a body that is cut in the middle of a line is not run together with what is said about it', async () => {
  const url = await peer(socket => {
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npartial'))
  })
  const io = captured({ terminal: 80 })
  expect(await main(['get', url], io)).toBe(6)
  expect(io.stdout()).toBe('partial')
  expect(io.stderr()).toMatch(/^\n/)
})

test('serve -v tells each message with the time of day, and what it is about', async () => {
  const io = captured()
  const running = main(['serve', folder, '-p', '0', '--plain', '-v'], io)
  await until(() => /localhost:\d+/.test(io.stderr()))
  const [url = ''] = /http:\/\/localhost:\d+/.exec(io.stderr()) ?? []
  await (await fetch(`${url}/root.pem`, { headers: { 'x-asked': 'this' } })).text()
  await until(() => io.stderr().includes('→ http   200'))
  io.interrupt()
  expect(await running).toBe(0)
  expect(io.stderr()).toMatch(
    /^ \d\d:\d\d:\d\d\.\d{3} ← http +GET \/root\.pem {2}127\.0\.0\.1:\d+\n(?: {16}.*\n)* {16}x-asked: this$/m,
  )
  expect(io.stderr()).toMatch(/^ \d\d:\d\d:\d\d\.\d{3} → http +200 {2}.*\d+ B/m)
})

describe('a reader of the story', () => {
  const big = 'x'.repeat(300_000)

  test('who is gone leaves the run as it is', async () => {
    const { url } = await served(() => new Response(big))
    const io = withErr(async () => {
      throw new ReaderGone()
    })
    expect(await main(['get', '-vvv', 'tcp,http', url], io)).toBe(0)
    expect(io.stdout()).toBe(big)
  })

  test('who is slow does not hold up the body', async () => {
    const { url } = await served(() => new Response(big))
    let go = (): void => {}
    const stalled = new Promise<void>(resolve => {
      go = resolve
    })
    const io = withErr(() => stalled)
    const running = main(['get', '-vvv', 'tcp,http', url], io)
    await until(() => io.stdout().length === big.length)
    go()
    expect(await running).toBe(0)
  })

  test('who reads nothing keeps nobody from stopping a run whose product is not read either', async () => {
    const { url } = await served(() => new Response(big))
    const io: CapturedIo = { ...captured() }
    Object.assign(io, { out: { isTerminal: false, columns: undefined, write: () => new Promise(() => {}) } })
    const running = main(['get', '-v', url], io)
    await until(() => io.stderr().includes('200 OK'))
    io.interrupt()
    expect(await running).toBe(130)
  })

  const withErr = (write: () => Promise<void>): CapturedIo => {
    const io = captured()
    return Object.assign(io, { err: { isTerminal: false, columns: undefined, write } })
  }
})
