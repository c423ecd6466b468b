/** The same over TLS: who is believed, who is refused, and what the refused hear. */

import { connect as nodeConnect } from 'node:net'
import { createServer as createTlsServer, connect as nodeTlsConnect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { closing, codeOf, soon } from '../../test/support/net.ts'
import { certificateAuthority } from '../ca/authority.ts'
import type { CertificateAuthority, LeafOptions } from '../ca/types.ts'
import { client, connect, fetch, listen, type ServeOptions, serve } from '../index.ts'
import { virtualClock } from '../lab/clock.ts'
import { systemClock } from '../node/clock.ts'
import { kernelTransport } from '../node/kernel.ts'
import { nextTurn } from '../node/turn.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { recorder } from '../trace/recorder.ts'
import { KEY_USAGE } from '../x509/certificate/extensions.ts'
import { pem } from '../x509/files/pem.ts'
import { trustStore } from '../x509/path/store.ts'
import type { Handler } from './server/serve.ts'
import type { Served } from './server/served.ts'
import { memoryTransport } from './stream/memory.ts'
import type { ByteStream, NetStream, Transport } from './stream/types.ts'

const { crypto } = nodeWorld()
const authority: CertificateAuthority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
const trust = trustStore([authority.root])
const keyFor = (leaf: LeafOptions, from: CertificateAuthority = authority) => certifiedKey(from.issue(leaf))
const good = keyFor({ names: ['localhost', '127.0.0.1'] })

const served = async (handler: Handler, options: ServeOptions = {}) => {
  const server = await serve(handler, { tls: { certificateFor: () => good }, ...options })
  closing.push(() => server.close(100))
  return server
}

test('the time for a handshake ends with it: a connection rests as long as it likes', async () => {
  const clock = virtualClock({ turn: nextTurn, date: Date.now() })
  const world = { ...nodeWorld(), clock, transport: memoryTransport(clock) }
  let failed: string | undefined
  const echo = (stream: NetStream): void => {
    stream.handler = { data: bytes => void stream.write([bytes.slice()]), end() {}, drain() {}, closed() {} }
  }
  const listener = await listen({ world, port: 443, tls: { certificateFor: () => good } }, echo)
  const stream = await connect({ world, host: 'localhost', port: 443, tls: { trust } })
  const said = new Promise<number>(resolve => {
    const closed = (failure?: { code: string }): void => void (failed = failure?.code ?? 'closed')
    stream.handler = { data: bytes => resolve(bytes[0]!), end() {}, drain() {}, closed }
  })
  await new Promise<void>(resolve => void clock.later(clock.now() + 3_600_000, resolve))
  stream.write([Uint8Array.of(7)])
  expect(await said).toBe(7)
  expect(failed).toBeUndefined()
  stream.reset()
  await listener.close()
})

const transports: [string, () => Transport][] = [
  ['kernel', () => kernelTransport()],
  ['memory', () => memoryTransport(systemClock)],
]

describe.each(transports)('over %s', (_, make) => {
  test('an answer comes, and its connection says what was agreed and why the server is believed', async () => {
    const over = make()
    const { url } = await served((_, { connection }) => new Response(connection.tls?.serverName ?? 'none'), { over })
    expect(url).toMatch(/^https:\/\/localhost:\d+$/)
    const response = await fetch(url, { over, trust })
    expect(await response.text()).toBe('localhost')
    const { tls, times } = response.connection
    expect(tls?.version).toBe('TLS 1.3')
    expect(tls?.suite).toBe('TLS_AES_128_GCM_SHA256')
    expect(tls?.alpn).toBe('http/1.1')
    expect(tls?.trusted?.anchor).toContain('test root')
    expect(tls?.peerChain[0]).toEqual(good.chain[0])
    expect(times.secured).toBeGreaterThanOrEqual(times.connected)
  })

  test('1,000 requests on one connection and 200 connections at once, nothing lost', async () => {
    const over = make()
    const { url } = await served(async request => new Response(await request.text()), { over })
    const using = client({ over, trust, perOrigin: 1 })
    closing.push(using.close)
    for (let i = 0; i < 1000; i++) {
      const answer = await using.fetch(url, { method: 'POST', body: `${i}` })
      expect(await answer.text()).toBe(`${i}`)
    }
    const many = await Promise.all(
      Array.from({ length: 200 }, async (_, i) =>
        (await fetch(url, { method: 'PUT', body: `${i}`, over, trust })).text(),
      ),
    )
    expect(many).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`))
  })

  test('a body of 8 MB goes both ways', async () => {
    const over = make()
    const { url } = await served(async request => new Response(await request.arrayBuffer()), { over })
    const body = new Uint8Array(8 * 1024 * 1024).map((_, i) => i * 31)
    const response = await fetch(url, { method: 'POST', body, over, trust })
    expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), body)).toBe(0)
  })
})

describe('who is refused', () => {
  const refusedWith = async (key: ReturnType<typeof keyFor>, host = 'localhost') => {
    const lines: Served[] = []
    const server = await served(() => new Response('never'), {
      tls: { certificateFor: () => key },
      served: line => lines.push(line),
    })
    const code = await codeOf(fetch(`https://${host}:${server.port}/`, { trust }))
    for (let i = 0; i < 100 && lines.length === 0; i++) await soon(5)
    return { code, server: lines[0]?.failure }
  }

  test('an expired certificate, and the server hears the alert', async () => {
    const { code, server } = await refusedWith(keyFor({ names: ['localhost'], notBefore: 0, notAfter: 1e12 }))
    expect(code).toBe('tls/certificate-expired')
    expect(server?.code).toBe('tls/alert-received')
    expect(server?.number).toBe(45)
  })

  test('another name, an unknown root', async () => {
    expect((await refusedWith(good, 'other.localhost')).code).toBe('tls/certificate-name')
    const stranger = certificateAuthority({ crypto, now: () => Date.now(), name: 'stranger' })
    const issued = stranger.issue({ names: ['localhost'] })
    const withRoot = certifiedKey({ ...issued, chain: [...issued.chain, stranger.root] })
    expect((await refusedWith(withRoot)).code).toBe('tls/certificate-untrusted')
  })

  test('a key that may not sign the handshake (RFC 5246 7.4.2), a wildcard for a whole registry', async () => {
    const unsigning = keyFor({ names: ['localhost'], usage: KEY_USAGE.keyEncipherment })
    expect((await refusedWith(unsigning)).code).toBe('tls/certificate-key-usage')
    const wide = keyFor({ names: ['*.co.uk', '*.github.io'] })
    const { port } = await served(() => new Response('never'), { tls: { certificateFor: () => wide } })
    const to = (serverName: string) => connect({ host: 'localhost', port, tls: { trust, serverName } })
    expect(await codeOf(to('shop.co.uk'))).toBe('tls/certificate-name')
    const stream = await to('shop.github.io')
    expect(stream.connection.tls?.serverName).toBe('shop.github.io')
    stream.reset()
  })

  test('tls/bad-server-name: a name that TLS cannot ask for is refused before anything is sent', async () => {
    const over = { ...memoryTransport(systemClock), connect: () => Promise.reject(new Error('connected')) }
    const to = (serverName: string) => connect({ over, host: 'localhost', port: 1, tls: { trust, serverName } })
    for (const name of ['日本.test', 'shop.test:443', '[::1]', 'shop.test/', 'a\0b', 'a b', `${'x'.repeat(64)}.test`])
      expect(await codeOf(to(name)), name).toBe('tls/bad-server-name')
    for (const name of ['shop.test', '_srv.shop.test.', 'xn--wgv71a.test', '::1', '192.0.2.1'])
      await expect(to(name), name).rejects.toThrow('connected')
  })

  test('what is accepted by name goes on, and is written down', async () => {
    const old = keyFor({ names: ['localhost'], notBefore: 0, notAfter: 1e12 })
    const { url } = await served(() => new Response('well'), { tls: { certificateFor: () => old } })
    const response = await fetch(url, { trust, accept: ['tls/certificate-expired'] })
    expect(await response.text()).toBe('well')
    expect(response.connection.tls?.trusted?.accepted.map(f => f.code)).toEqual(['tls/certificate-expired'])
  })

  test('a name that the server does not serve: its alert 112', async () => {
    const { url } = await served(() => new Response('never'), { tls: { certificateFor: () => undefined } })
    expect(await codeOf(fetch(url, { trust }))).toBe('tls/name-unknown')
  })

  test('a question that nobody can answer is net/answer-failed for the server, an alert for the client', async () => {
    const lines: Served[] = []
    const { url } = await served(() => new Response('never'), {
      tls: { certificateFor: () => Promise.reject(new Error('disk gone')) },
      served: line => lines.push(line),
    })
    expect(await codeOf(fetch(url, { trust }))).toBe('tls/alert-received')
    while (lines.length === 0) await soon(5)
    expect(lines[0]!.failure?.code).toBe('net/answer-failed')
    const noKey = await served(() => new Response('never'), {
      tls: { certificateFor: () => ({ ...good, key: 'none' }) },
      served: line => lines.push(line),
    })
    expect(await codeOf(fetch(noKey.url, { trust }))).toBe('tls/alert-received')
    while (lines.length === 1) await soon(5)
    expect(lines[1]!.failure?.code).toBe('net/no-certificate')
  })

  test('plain HTTP on the TLS port is answered in clear text', async () => {
    const lines: Served[] = []
    const { port } = await served(() => new Response('never'), { served: line => lines.push(line) })
    const response = await fetch(`http://localhost:${port}/`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('should begin with https://')
    expect(lines[0]!.failure?.code).toBe('tls/http-spoken')
  })

  test('TLS on a plain HTTP port is tls/not-tls for the client', async () => {
    const server = await serve(() => new Response('never'))
    closing.push(() => server.close())
    expect(await codeOf(fetch(`https://localhost:${server.port}/`, { trust }))).toBe('tls/not-tls')
  })

  test('a handshake that never ends: net/handshake-timeout, on both sides', async () => {
    const over = kernelTransport()
    const silent = await over.listen({ port: 0 }, stream => {
      stream.handler = { data() {}, end() {}, drain() {}, closed() {} }
    })
    closing.push(() => silent.close())
    const url = `https://localhost:${silent.port}/`
    expect(await codeOf(fetch(url, { trust, timeouts: { handshake: 30 } }))).toBe('net/handshake-timeout')
    const lines: Served[] = []
    const { port } = await served(() => new Response('never'), {
      timeouts: { handshake: 30 },
      served: line => lines.push(line),
    })
    const socket = nodeConnect(port, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise(resolve => socket.once('close', resolve))
    while (lines.length === 0) await soon(5)
    expect(lines[0]!.failure?.code).toBe('net/handshake-timeout')
  })

  test('RST in the handshake: tcp/reset-in-handshake', async () => {
    const over = kernelTransport()
    const rude = await over.listen({ port: 0 }, stream => {
      stream.handler = { data: () => stream.reset(), end() {}, drain() {}, closed() {} }
    })
    closing.push(() => rude.close())
    expect(await codeOf(fetch(`https://localhost:${rude.port}/`, { trust }))).toBe('tcp/reset-in-handshake')
  })

  test('closed without close_notify in the middle of a body: tls/cut-short, never a short body', async () => {
    const server = createTlsServer(
      {
        key: pem('PRIVATE KEY', good.key as Uint8Array),
        cert: good.chain.map(der => pem('CERTIFICATE', der)).join(''),
        maxVersion: 'TLSv1.2',
      },
      socket => {
        socket.on('error', () => {})
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\nshort', () => {
            setTimeout(() => (socket as unknown as { _parent: { end(): void } })._parent?.end(), 20)
          })
        })
      },
    ).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    closing.push(() => server.close())
    const url = `https://127.0.0.1:${(server.address() as { port: number }).port}/`
    const response = await fetch(url, { trust })
    expect(['tls/cut-short', 'http/body-cut-short']).toContain(await codeOf(response.text()))
  })
})

describe('connect and listen', () => {
  const collect = (stream: ByteStream) => {
    const seen: Uint8Array[] = []
    let done: () => void
    const ended = new Promise<void>(resolve => (done = resolve))
    stream.handler = { data: bytes => seen.push(bytes.slice()), end: () => done(), drain() {}, closed: () => done() }
    return async () => {
      await ended
      return Buffer.concat(seen).toString()
    }
  }

  test('a TLS stream carries bytes both ways and ends with close_notify', async () => {
    const listener = await listen({ tls: { certificateFor: () => good, alpn: ['x'] } }, stream => {
      stream.handler = {
        data: bytes => stream.write([bytes.slice()]),
        end: () => stream.end(),
        drain() {},
        closed() {},
      }
    })
    closing.push(() => listener.close())
    const stream = await connect({ host: 'localhost', port: listener.port, tls: { trust, alpn: ['x', 'y'] } })
    expect(stream.connection.tls?.alpn).toBe('x')
    const text = collect(stream)
    stream.write([new TextEncoder().encode('to and '), new TextEncoder().encode('fro')])
    stream.end()
    expect(await text()).toBe('to and fro')
  })

  test('node:tls talks to our listener', async () => {
    const accepted: NetStream[] = []
    const listener = await listen({ tls: { certificateFor: () => good } }, stream => {
      accepted.push(stream)
      stream.handler = { data: b => stream.write([b.slice()]), end: () => stream.end(), drain() {}, closed() {} }
    })
    closing.push(() => listener.close())
    const socket = nodeTlsConnect({
      port: listener.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: pem('CERTIFICATE', authority.root),
    })
    const answer = new Promise<string>((resolve, reject) => {
      socket.on('error', reject)
      socket.once('data', bytes => resolve(bytes.toString()))
    })
    socket.write('hello')
    expect(await answer).toBe('hello')
    expect(accepted[0]!.connection.tls?.serverName).toBe('localhost')
    await new Promise(resolve => socket.end().once('close', resolve))
  })

  test('with a trace, a request can be followed down to the bytes on the wire', async () => {
    const sink = recorder()
    const { url } = await served(() => new Response('hi', { headers: { 'set-cookie': 'sid=1' } }))
    await (await fetch(url, { trust, trace: sink })).text()
    const layers = new Set(sink.records.flatMap(r => (r.type === 'message' ? [r.record.layer] : [])))
    expect([...layers].sort()).toEqual(['http', 'record', 'tcp', 'tls'])
    const flows = new Set(sink.records.flatMap(r => (r.type === 'message' ? [r.record.flow] : [])))
    expect(flows.size).toBe(1)
    expect(sink.records.some(r => r.type === 'secret')).toBe(true)
  })
})
