import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { certificateAuthority } from '../ca/authority.ts'
import { connect as connectTls, listen } from '../index.ts'
import type { StreamTrace } from '../net/stream/trace.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { trustStore } from '../x509/path/store.ts'
import { nodeCrypto } from './crypto.ts'
import { failureOf, SocketStream } from './socket.ts'

const error = (code: string, ...errors: string[]): Error =>
  Object.assign(new Error(code), { code, ...(errors.length === 0 ? {} : { errors: errors.map(one => error(one)) }) })

test.each([
  ['ENOTFOUND', 'dns/no-address'],
  ['EAI_AGAIN', 'dns/no-address'],
  ['ECONNREFUSED', 'tcp/refused'],
  ['ETIMEDOUT', 'tcp/silence'],
  ['ECONNRESET', 'tcp/reset'],
  ['EPIPE', 'tcp/reset'],
  ['ENETUNREACH', 'net/unreachable'],
  ['EHOSTUNREACH', 'net/unreachable'],
  ['EADDRINUSE', 'net/port-taken'],
  ['EACCES', 'net/port-forbidden'],
  ['EADDRNOTAVAIL', 'net/no-such-address'],
  ['EMFILE', 'net/system'],
])('%s of the kernel is %s', (code, failure) => {
  const { code: got, where } = failureOf(error(code), 'shop.test:443')
  expect([got, where]).toEqual([failure, failure === 'dns/no-address' ? 'shop.test' : 'shop.test:443'])
})

test('of several addresses the one that answered says most', () => {
  expect(failureOf(error('', 'ENETUNREACH', 'ECONNREFUSED'), 'x').code).toBe('tcp/refused')
  expect(failureOf(error('', 'ENETUNREACH', 'ETIMEDOUT'), 'x').code).toBe('tcp/silence')
  expect(failureOf(error('', 'ENETUNREACH'), 'x').code).toBe('net/unreachable')
})

test('sockets share what listens to them: an idle one holds no functions of its own', () => {
  const [one, other] = [new Socket(), new Socket()]
  for (const socket of [one, other]) new SocketStream(socket, { told: undefined, where: 'x', pieces: 'owned' })
  for (const event of ['end', 'drain', 'error', 'close']) {
    expect(one.listenerCount(event)).toBeGreaterThan(0)
    expect(one.listeners(event).every((listener, i) => listener === other.listeners(event)[i])).toBe(true)
  }
})

/** A stream to a peer on loopback that reads when it is told to. */
const toPeer = async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[peer]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [[Socket], unknown]
  server.close()
  return { socket, peer, end: () => [socket, peer].forEach(one => void one.destroy()) }
}

const deaf = { data() {}, end() {}, closed() {} }

test('whoever wrote hears what the kernel has taken: all of it when it has room, and behind that when it has again', async () => {
  const { socket, peer, end } = await toPeer()
  const stream = new SocketStream(socket, { told: undefined, where: 'x', pieces: 'owned' })
  const sent: (readonly Uint8Array[])[] = []
  const drained = new Promise<void>(resolve => {
    stream.handler = { ...deaf, drain: resolve, sent: pieces => void sent.push(pieces) }
  })
  const few = [new Uint8Array(10_000), new Uint8Array(16)]
  stream.write(few)
  expect(sent).toEqual([few])
  // More than the kernel keeps for the two of them.
  const many = Array.from({ length: 64 }, () => new Uint8Array(1024 * 1024))
  expect([stream.write(many), stream.write(few)]).toEqual([false, false])
  expect(sent).toHaveLength(1)
  peer.resume()
  await drained
  const late = [...many, ...few]
  expect(sent[1]?.length).toBe(late.length)
  expect(sent[1]?.every((piece, i) => piece === late[i])).toBe(true)
  end()
})

test('too few bytes for Node to say that they drained are told of with the next write, and not kept for ever', () => {
  const taken: (() => void)[] = []
  const socket = new Duplex({ read() {}, write: (_, __, done) => void taken.push(done), highWaterMark: 64 * 1024 })
  const stream = new SocketStream(socket as Socket, { told: undefined, where: 'x', pieces: 'owned' })
  const sent: (readonly Uint8Array[])[] = []
  stream.handler = { ...deaf, drain: () => expect.unreachable(), sent: pieces => void sent.push(pieces) }
  const [first, second] = [Uint8Array.of(1), Uint8Array.of(2)]
  stream.write([first])
  taken.shift()!()
  expect(sent).toEqual([])
  stream.write([second])
  expect(sent).toEqual([[first]])
  // A peer that lets something wait all the time has us hold no more for it.
  for (let i = 0; i < 3000; i++) stream.write([Uint8Array.of(3)])
  while (taken.length > 0) taken.shift()!()
  stream.write([first])
  expect(sent).toHaveLength(2)
  expect(sent[1]).toHaveLength(1024)
  expect(sent[1]![0]).toBe(second)
})

test('a stream that is traced gives nothing back: whoever listens has the pieces', async () => {
  const { socket, end } = await toPeer()
  const told = { state() {}, moved() {}, context: undefined } as unknown as StreamTrace
  const stream = new SocketStream(socket, { told, where: 'x', pieces: 'owned' })
  let sent = 0
  stream.handler = { ...deaf, drain() {}, sent: () => void sent++ }
  stream.write([new Uint8Array(10_000), new Uint8Array(16)])
  expect([sent, socket.bytesWritten]).toEqual([0, 10_016])
  end()
})

test.each(['TLS 1.2', 'TLS 1.3'] as const)(
  '%s: memory that is given back is none that the other side still waits for',
  async version => {
    const ca = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'A root' })
    const { chain, root, privateKey } = ca.issue({ names: ['shop.test'] })
    const key = certifiedKey({ chain, privateKey })
    const wanted = createHash('sha256')
    const got = createHash('sha256')
    let arrived = (): void => {}
    const all = new Promise<void>(resolve => {
      arrived = resolve
    })
    let missing = 12 * 1024 * 1024
    const listener = await listen({ tls: { certificateFor: () => key } }, stream => {
      stream.handler = {
        ...deaf,
        drain() {},
        data(bytes) {
          got.update(bytes)
          // Slower than who writes, so that the kernel's buffers are full most of the time.
          stream.pause()
          setImmediate(() => stream.resume())
          if ((missing -= bytes.length) === 0) arrived()
        },
      }
    })
    const to = {
      host: '127.0.0.1',
      port: listener.port,
      tls: { serverName: 'shop.test', trust: trustStore([root]), versions: [version] },
    }
    const stream = await connectTls(to)
    const pieces = Array.from({ length: 48 }, () => randomBytes(256 * 1024))
    for (const piece of pieces) wanted.update(piece)
    const go = (): void => {
      while (pieces.length > 0) if (!stream.write([pieces.shift()!])) return
    }
    stream.handler = { ...deaf, drain: go }
    go()
    await all
    expect(got.digest('hex')).toBe(wanted.digest('hex'))
    stream.reset()
    await listener.close()
  },
)
