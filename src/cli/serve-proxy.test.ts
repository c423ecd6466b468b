/** `serve --proxy`: HTTPS before a server that speaks HTTP; and what a line of `serve` says of its connection. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { closing, heard, served, soon, talk } from '../../test/support/net.ts'
import { captured } from '../../test/support/peers-io.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { client, serveExchanges } from '../index.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { pem } from '../x509/files/pem.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-proxy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const authority = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'test root' })
const { certificate, privateKey } = authority.issue({ names: ['localhost'] })
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
writeFileSync(cert, pem('CERTIFICATE', certificate))
writeFileSync(key, pem('PRIVATE KEY', privateKey))

const serving = async (words: readonly string[]) => {
  const io = captured()
  const running = main(['serve', '-p', '0', ...words], io)
  const where = /(?:^ {3}|"urls":\[")(https?:\/\/localhost:(\d+))["\n]/m
  while (!where.test(io.stdout() + io.stderr())) await soon()
  closing.push(async () => {
    io.interrupt()
    await running
  })
  const [, url = '', port = ''] = where.exec(io.stdout() + io.stderr())!
  return { io, url, port: Number(port) }
}
const secure = ['--cert', cert, '--key', key]
const asking = () => {
  const own = client({ ca: authority.root })
  closing.push(() => own.close())
  return own
}

test('requests go on to the other server, which hears who asked and how', async () => {
  const upstream = await served(async request => {
    const names = ['host', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']
    const told = names.map(name => request.headers.get(name))
    return Response.json([request.method, new URL(request.url).pathname, ...told, await request.text()])
  })
  const port = new URL(upstream.url).port
  for (const word of [port, `localhost:${port}`, `http://localhost:${port}/`]) {
    const { url, io } = await serving([...secure, '--json', '--proxy', word])
    const host = new URL(url).host
    const answer = await asking().fetch(`${url}/a?b=c`, { method: 'POST', body: 'hello' })
    expect(await answer.json()).toEqual(['POST', '/a', host, '127.0.0.1', 'https', host, 'hello'])
    expect(JSON.parse(io.stdout().split('\n')[0]!)).toMatchObject({
      type: 'listening',
      folder: null,
      upstream: `http://localhost:${port}`,
    })
  }
})

test('WebSocket and whatever is switched to goes through', async () => {
  const upstream = await serveExchanges(exchange => {
    const stream = exchange.takeOver({
      status: 101,
      headers: [
        ['Upgrade', 'websocket'],
        ['Connection', 'upgrade'],
      ],
    })
    stream.handler = {
      data: bytes => void stream.write([bytes.slice()]),
      end: () => stream.end(),
      drain() {},
      closed() {},
    }
  })
  closing.push(() => upstream.close(0))
  const { port } = await serving(['--plain', '--proxy', `${upstream.port}`])
  const conversation = talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
  await heard(conversation, '\r\n\r\n')
  conversation.socket.write('echo')
  await heard(conversation, 'echo')
  expect(conversation.text).toMatch(/^HTTP\/1\.1 101 .*echo$/s)
  conversation.socket.end()
  await conversation.closed
})

test('where nobody is, clients get 502 and the log says why; a server that comes later is asked then', async () => {
  const gone = await served(() => new Response('x'))
  const { port } = new URL(gone.url)
  await gone.close()
  const { url, io } = await serving([...secure, '--proxy', port])
  const own = asking()
  const answer = await own.fetch(url)
  expect([answer.status, await answer.text()]).toEqual([502, '502 Bad Gateway\n'])
  expect(io.stderr()).toContain('tcp/refused')
  expect(io.stderr()).toMatch(/GET \/ +502 /)
  await served(() => new Response('here'), { port: Number(port) })
  expect(await (await own.fetch(url)).text()).toBe('here')
})

test('--proxy goes without a folder and --list, and wants a server', async () => {
  const ran = async (...words: readonly string[]) => {
    const io = captured()
    return [await main(['serve', '--plain', ...words], io), io.stderr()]
  }
  expect(await ran(folder, '--proxy', '3000')).toEqual([1, expect.stringContaining('--proxy goes without a folder.')])
  expect(await ran('--list', '--proxy', '3000')).toEqual([1, expect.stringContaining('--proxy goes without --list.')])
  for (const word of ['ftp://a', 'http://', '70000', 'a b'])
    expect(await ran('--proxy', word)).toEqual([1, expect.stringContaining('--proxy wants a server such as')])
})

test('a line says whether TLS began anew or went on with a session, and JSON does', async () => {
  for (const form of [[], ['--json']]) {
    const { url, io } = await serving([...secure, ...form, folder])
    for (const sessions of ['first', 'second']) {
      const own = asking()
      const text = async (path: string) => (await own.fetch(`${url}/${path}`)).text()
      await text(`${sessions}-a`)
      await text(`${sessions}-b`)
    }
    const again = client({ ca: authority.root, keepAlive: 0 })
    closing.push(() => again.close())
    for (const path of ['c', 'd']) await (await again.fetch(`${url}/${path}`)).text()
    if (form.length === 0) {
      expect(io.stderr()).toMatch(/GET \/first-a +404 .* tls 1\.3 new /)
      expect(io.stderr()).toMatch(/GET \/first-b +404 .* same connection /)
      expect(io.stderr()).toMatch(/GET \/d +404 .* tls 1\.3 resumed /)
    } else {
      const events = io
        .stdout()
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
      const resumed = (target: string) => events.find(event => event.target === target)?.tls.resumed
      expect([resumed('/c'), resumed('/d')]).toEqual([false, true])
    }
  }
})
