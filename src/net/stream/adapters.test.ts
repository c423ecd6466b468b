import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { soon } from '../../../test/support/net.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { fetch, listen } from '../../index.ts'
import { systemClock } from '../../node/clock.ts'
import { kernelTransport } from '../../node/kernel.ts'
import { type SocketFacts, toNode } from '../../node/to-node.ts'
import { nodeWorld } from '../../node/world.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { trustStore } from '../../x509/path/store.ts'
import { memoryPair } from './memory.ts'
import { toWeb } from './to-web.ts'
import type { ByteStream } from './types.ts'

const pieces = Array.from({ length: 300 }, (_, i) => new Uint8Array(10_000 + i * 37).fill(i))
const digest = (all: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const piece of all) hash.update(piece)
  return hash.digest('hex')
}

const kernelPair = async (): Promise<[ByteStream, ByteStream]> => {
  let accepted: (stream: ByteStream) => void
  const other = new Promise<ByteStream>(resolve => (accepted = resolve))
  // Handlers are set in the turn of the hand-over: the adapter is made inside `accept`.
  const listener = await kernelTransport().listen({ port: 0 }, stream => accepted(stream))
  const near = await kernelTransport().connect({ host: '127.0.0.1', port: listener.port })
  const far = await other
  void listener.close()
  return [near, far]
}

test.each([
  ['kernel', kernelPair],
  ['memory', async () => memoryPair(systemClock)],
] as const)('Node streams over %s: echo with back pressure, half-close, nothing lost', async (_, pair) => {
  const [a, b] = await pair()
  const far = toNode(b)
  const near = toNode(a)
  const echo = pipeline(far, far)
  const seen: Uint8Array[] = []
  near.on('data', (bytes: Uint8Array) => seen.push(bytes))
  const ended = new Promise(resolve => near.once('end', resolve))
  await pipeline(Readable.from(pieces), near, { end: true }).catch(() => {})
  await Promise.all([ended, echo])
  expect(digest(seen)).toBe(digest(pieces))
})

test('a stream that is reset destroys its Duplex with the failure', async () => {
  const [a, b] = memoryPair(systemClock)
  const near = toNode(a)
  b.handler = { data() {}, end() {}, drain() {}, closed() {} }
  const error = new Promise<Error>(resolve => near.once('error', resolve))
  b.reset()
  expect(await error).toMatchObject({ code: 'tcp/reset' })
})

test('destroying the Duplex cuts the stream', async () => {
  const [a, b] = memoryPair(systemClock)
  const cut = new Promise(resolve => {
    b.handler = { data() {}, end() {}, drain() {}, closed: resolve }
  })
  toNode(a).destroy()
  expect(await cut).toMatchObject({ code: 'tcp/reset' })
})

test.each<[string, (stream: ByteStream) => unknown]>([
  ['a Duplex of Node', toNode],
  ['web streams', toWeb],
])('%s that nobody reads makes the writer wait', async (_, adapt) => {
  const [near, far] = memoryPair(systemClock)
  near.handler = { data() {}, end() {}, drain() {}, closed() {} }
  adapt(far)
  let written = 0
  for (let i = 0; i < 200; i++) {
    if (near.unsent! < 262_144) {
      near.write([new Uint8Array(300_000)])
      written += 300_000
    }
    await soon()
  }
  // What the pair holds, what the adapter holds, and a piece of each.
  expect(written).toBeLessThan(2_000_000)
})

test.each<[string, (stream: ByteStream) => AsyncIterable<Uint8Array>]>([
  ['a Duplex of Node', toNode],
  ['web streams', stream => toWeb(stream).readable],
])('%s has what came whole when somebody reads at last', async (_, adapt) => {
  const [near, far] = memoryPair(systemClock)
  near.handler = { data() {}, end() {}, drain() {}, closed() {} }
  const readable = adapt(far)
  for (const piece of pieces) near.write([piece.slice()])
  near.end()
  await soon(20)
  const seen: Uint8Array[] = []
  for await (const bytes of readable) seen.push(bytes)
  expect(digest(seen)).toBe(digest(pieces))
})

test('web streams: pipeTo both ways, with back pressure and an end', async () => {
  const [a, b] = memoryPair(systemClock)
  const far = toWeb(b)
  const echo = far.readable.pipeTo(far.writable)
  const near = toWeb(a)
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  const sending = source.pipeTo(near.writable)
  const seen: Uint8Array[] = []
  const reader = near.readable.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) seen.push(next.value)
  await Promise.all([sending, echo])
  expect(digest(seen)).toBe(digest(pieces))
})

test('web streams end with the failure of their stream, and cut it when they are cancelled', async () => {
  const [a, b] = memoryPair(systemClock)
  const near = toWeb(a)
  b.handler = { data() {}, end() {}, drain() {}, closed() {} }
  b.reset()
  await expect(near.readable.getReader().read()).rejects.toMatchObject({ code: 'tcp/reset' })
  const [c, d] = memoryPair(systemClock)
  const cut = new Promise(resolve => {
    d.handler = { data() {}, end() {}, drain() {}, closed: resolve }
  })
  await toWeb(c).readable.cancel()
  expect(await cut).toMatchObject({ code: 'tcp/reset' })
})

test('a server of Node behind Barewire knows who asks, and that TLS was spoken', async () => {
  const { crypto } = nodeWorld()
  const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'test root' })
  const key = certifiedKey(authority.issue({ names: ['localhost'] }))
  const trust = trustStore([authority.certificate])
  const told = (request: IncomingMessage): string => {
    const { remoteAddress, remotePort, encrypted } = request.socket as unknown as SocketFacts
    return `${remoteAddress} ${remotePort > 0} ${encrypted}`
  }
  const server = createServer((request, response) => response.end(told(request)))
  for (const tls of [undefined, { certificateFor: () => key }]) {
    const listener = await listen({ port: 0, tls }, stream => server.emit('connection', toNode(stream)))
    const scheme = tls === undefined ? 'http' : 'https'
    const answer = await fetch(`${scheme}://localhost:${listener.port}/`, { trust })
    expect(await answer.text()).toBe(`127.0.0.1 true ${tls !== undefined}`)
    await listener.close()
  }
})
