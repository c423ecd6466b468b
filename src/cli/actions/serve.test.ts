/** `serve` as a process that is told to end: what it has accepted is answered. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { closing, heard, soon, talk } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-serve-'))
const LARGE = 30_000_000
writeFileSync(join(folder, 'index.html'), 'here')
writeFileSync(join(folder, 'large'), Buffer.alloc(LARGE, 'x'))
afterAll(() => rmSync(folder, { recursive: true }))

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

const serving = async (): Promise<{ readonly child: ChildProcess; readonly port: number }> => {
  const bin = fileURLToPath(new URL('../bin.ts', import.meta.url))
  const words = ['serve', folder, '--plain', '-p', '0', '--json']
  const child = spawn(process.execPath, ['--import', 'tsx', bin, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  closing.push(() => child.kill('SIGKILL'))
  let out = ''
  child.stdout!.on('data', piece => {
    out += piece
  })
  for (;;) {
    const port = /localhost:(\d+)/.exec(out)?.[1]
    if (port !== undefined) return { child, port: Number(port) }
    await soon(5)
  }
}

test('SIGTERM loses nothing that was accepted: not what is under way, not what has not been read', async () => {
  const { child, port } = await serving()
  const exit = new Promise(resolve => child.once('exit', (code, signal) => resolve(code ?? signal)))
  const kept = talk(port, get('/'))
  await heard(kept, 'here')
  kept.text = ''
  const download = talk(port, get('/large'))
  await heard(download, 'xxx')
  download.socket.pause()
  const begun = talk(port, 'GET / HTTP/1.1\r\nHo')
  await soon(20)
  // It does nothing until it goes on; meanwhile the kernel accepts and takes in.
  child.kill('SIGSTOP')
  const fresh = talk(port, get('/'))
  await new Promise(resolve => fresh.socket.once('connect', resolve))
  kept.socket.write(get('/'))
  await soon(20)
  child.kill('SIGTERM')
  child.kill('SIGCONT')
  await soon(20)
  begun.socket.write('st: a\r\n\r\n')
  download.socket.resume()
  await Promise.all([kept.closed, download.closed, begun.closed, fresh.closed])
  for (const { text } of [kept, begun, fresh]) expect(text).toMatch(/^HTTP\/1\.1 200 OK.*here$/s)
  expect(download.bytes).toBeGreaterThan(LARGE)
  expect(await exit).toBe(0)
  // Nobody is let in any more.
  const late = talk(port, get('/'))
  await late.closed
  expect(late.error).toBe('ECONNREFUSED')
}, 30_000)

test('a certificate that takes the place of an older one is told; the first was promised at the start', async () => {
  const { BAREWIRE_HOME: home } = process.env
  process.env.BAREWIRE_HOME = join(folder, 'home')
  let later = 0
  const { now } = Date
  const date = vi.spyOn(Date, 'now').mockImplementation(() => now.call(Date) + later)
  try {
    const io = captured()
    const running = main(['serve', folder, '-p', '0'], io)
    const port = async (): Promise<number> => {
      const found = /https:\/\/localhost:(\d+)/.exec(io.stderr() + io.stdout())?.[1]
      return found === undefined ? soon(5).then(port) : Number(found)
    }
    const secured = async (to: number): Promise<Date> => {
      const socket = tls.connect({ host: 'localhost', port: to, servername: 'localhost', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const { valid_to } = socket.getPeerCertificate()
      socket.destroy()
      return new Date(valid_to)
    }
    const to = await port()
    const first = await secured(to)
    expect(io.stderr()).not.toContain('renewed')
    later = 3 * 86_400_000
    const second = await secured(to)
    const until = second.toISOString().slice(0, 10)
    expect(second.getTime() - first.getTime()).toBeGreaterThan(2 * 86_400_000)
    expect(io.stderr()).toContain(`renewed: certificate for localhost, 127.0.0.1, ::1 until ${until}`)
    io.interrupt()
    await running
  } finally {
    date.mockRestore()
    if (home === undefined) delete process.env.BAREWIRE_HOME
    else process.env.BAREWIRE_HOME = home
  }
}, 30_000)
