/** The stream itself: back-pressure, half-close, ends of every kind, and many small writes. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createTcpServer, type Socket, connect as tcpConnect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import type { TLSSocket as NodeSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { closing, errorOf, listening, localhost, next, pairs, root, type Tls } from '../../../test/support/node-tls.ts'
import { type ConnectionOptions, connect, createServer, type TLSSocket, type TlsOptions } from './index.ts'

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A client and the server's end of its connection, secure. */
const pair = async (
  [clientTls, serverTls]: readonly [Tls, Tls],
  options: TlsOptions & ConnectionOptions = {},
): Promise<[NodeSocket, NodeSocket]> => {
  const server = serverTls.createServer({ ...localhost, ...options } as object)
  const accepted = next<NodeSocket>(server, 'secureConnection')
  const port = await listening(server)
  const near = closing(clientTls.connect({ port, host: 'localhost', ca: root, ...options } as object))
  await once(near, 'secureConnect')
  return [near, await accepted]
}
const ours = (options?: TlsOptions & ConnectionOptions): Promise<[TLSSocket, TLSSocket]> =>
  pair([{ connect } as unknown as Tls, { createServer } as unknown as Tls], options) as never

/** It said `close`, and whatever else it had to say. */
const gone = (socket: NodeSocket | TLSSocket | Socket): Promise<unknown> =>
  socket.destroyed ? turn() : new Promise(resolve => socket.once('close', resolve))

/** All that comes until `end`; unlike `buffer` it leaves the other direction alone. */
const heard = async (socket: NodeSocket): Promise<string> => {
  let text = ''
  socket.on('data', piece => (text += String(piece)))
  await once(socket, 'end')
  return text
}

for (const [client, server, ...makes] of pairs) {
  const who = `client of ${client}, server of ${server}`

  test(`${who}: five thousand small writes and twenty megabytes in large ones arrive as they were`, async () => {
    const [near, far] = await pair(makes)
    const small = Array.from({ length: 5_000 }, (_, i) => Buffer.from(`${i},`))
    const large = Array.from({ length: 20 }, (_, i) => Buffer.alloc(1_000_000, i))
    const all = [...small, ...large]
    void pipeline(far, far).catch(() => {})
    const [back] = await Promise.all([buffer(near), pipeline(Readable.from(all), near, { end: true })])
    expect(digest(back)).toBe(digest(Buffer.concat(all)))
  }, 60_000)

  test(`${who}: onread brings everything in the memory that it gives, and false makes it wait`, async () => {
    const server = makes[1].createServer({ ...localhost }, far => void far.end(sent))
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i * 7))
    const port = await listening(server)
    for (const buffer of [Buffer.alloc(1_000), () => Buffer.alloc(70_000)]) {
      const parts: Buffer[] = []
      const callback = (count: number, bytes: Uint8Array): boolean => {
        parts.push(Buffer.from(bytes.subarray(0, count)))
        if (parts.length % 3 !== 0) return true
        setImmediate(() => near.resume())
        return false
      }
      const onread = { buffer, callback }
      const near = closing(makes[0].connect({ port, host: 'localhost', ca: root, onread } as object))
      await once(near, 'end')
      expect(digest(Buffer.concat(parts))).toBe(digest(sent))
    }
  })

  test(`${who}: who does not read makes the other side wait, and loses nothing`, async () => {
    const [near, far] = await pair(makes)
    // More than the kernel and both sides would ever buffer.
    const pieces = Array.from({ length: 400 }, (_, i) => Buffer.alloc(64 * 1024, i))
    for (const piece of pieces) near.write(piece)
    for (let still = 0, before = -1; still < 100; still = near.writableLength === before ? still + 1 : 0) {
      before = near.writableLength
      await turn()
    }
    expect(near.writableLength).toBeGreaterThan(1_000_000)
    expect(far.readableLength).toBeLessThan(1_000_000)
    near.end()
    expect(digest(await buffer(far))).toBe(digest(Buffer.concat(pieces)))
  })

  test(`${who}: one direction ends and the other goes on, where half-open is allowed`, async () => {
    const [near, far] = await pair(makes, { allowHalfOpen: true })
    near.end('question')
    expect(await heard(far)).toBe('question')
    expect(far.writable).toBe(true)
    await turn()
    far.end('answer')
    expect(await heard(near)).toBe('answer')
    await Promise.all([gone(near), gone(far)])
  })

  test(`${who}: otherwise the end of one direction is the end of both`, async () => {
    const [near, far] = await pair(makes)
    far.resume()
    near.resume()
    near.end()
    await Promise.all([gone(near), gone(far)])
    expect([near.readableEnded, far.readableEnded, far.writableFinished]).toEqual([true, true, true])
  })

  // A client of Node closes with the tickets of TLS 1.3 unread; the kernel's RST then erases what it wrote.
  if (client === 'node') continue
  test(`${who}: what was written last arrives when the socket is destroyed behind it`, async () => {
    const [near, far] = await pair(makes)
    const body = Buffer.alloc(3_000_000, 1)
    const arrived: Uint8Array[] = []
    far.on('data', piece => arrived.push(piece))
    far.on('error', () => {})
    near.write(body)
    // As `http` closes a connection.
    near.destroySoon()
    await gone(far)
    expect(digest(Buffer.concat(arrived))).toBe(digest(body))
  })
}

test('small writes of one turn leave in few records, and in order', async () => {
  const [near, far] = await ours()
  const pieces: string[] = []
  far.on('data', (piece: Buffer) => pieces.push(String(piece)))
  const expected = Array.from({ length: 1_000 }, (_, i) => `${i};`)
  for (const piece of expected) near.write(piece)
  near.end()
  await once(far, 'end')
  expect(pieces.join('')).toBe(expected.join(''))
  expect(pieces.length).toBeLessThanOrEqual(3)
})

test('a callback of write is called when the bytes have left, in order', async () => {
  const [near, far] = await ours()
  far.resume()
  const order: number[] = []
  for (let i = 0; i < 100; i++) near.write(Buffer.alloc(10_000, i), () => order.push(i))
  await new Promise<void>(resolve => near.end(resolve))
  expect(order).toEqual(Array.from({ length: 100 }, (_, i) => i))
  expect(near.bytesWritten).toBe(1_000_000)
})

/** A server of TCP with TLS on top of each connection, both within reach. No tickets come behind the handshake. */
const layers = async (): Promise<{ near: TLSSocket; below: Socket; far: TLSSocket }> => {
  const server = createServer({ ...localhost, maxVersion: 'TLSv1.2' })
  const raw = next<Socket>(server, 'connection')
  const accepted = next<TLSSocket>(server, 'secureConnection')
  const port = await listening(server)
  const near = closing(connect({ port, host: 'localhost', ca: root }))
  await once(near, 'secureConnect')
  return { near, below: await raw, far: await accepted }
}

test('end says close_notify and FIN; FIN alone is an error, ECONNRESET, and never looks like an end', async () => {
  const whole = await layers()
  whole.near.resume()
  whole.far.end('all of it')
  await gone(whole.near)
  expect(whole.near.readableEnded).toBe(true)

  const cut = await layers()
  cut.near.resume()
  const error = errorOf(cut.near)
  cut.far.write('half of')
  cut.below.end()
  expect(await error).toMatchObject({ code: 'ECONNRESET', cause: { code: 'tls/cut-short' } })
  expect(cut.near.readableEnded).toBe(false)
})

test('destroy sends FIN without close_notify, resetAndDestroy RST: the other side can tell both from an end', async () => {
  const left = await layers()
  const error = errorOf(left.far)
  left.near.destroy()
  expect(await error).toMatchObject({ code: 'ECONNRESET', cause: { code: 'tls/cut-short' } })

  const torn = await layers()
  const reset = errorOf(torn.far)
  torn.near.resetAndDestroy()
  expect(await reset).toMatchObject({ code: 'ECONNRESET', syscall: 'read', cause: { code: 'tcp/reset' } })
})

test('who has sent everything, reads nothing and is destroyed hears the other side out: no RST erases what came last', async () => {
  const [, , ...makes] = pairs.find(([client, server]) => client === 'node' && server === 'barewire')!
  const [near, far] = await pair(makes, { allowHalfOpen: true })
  const pieces = Array.from({ length: 300 }, () => Buffer.alloc(64 * 1024))
  for (const piece of pieces) near.write(piece)
  // Nobody reads there: the other side waits with what it still has to say.
  for (let still = 0, before = -1; still < 100; still = near.writableLength === before ? still + 1 : 0) {
    before = near.writableLength
    await turn()
  }
  far.end('the last word', () => far.destroy())
  const left = new Promise<string>(resolve => {
    near.once('error', error => resolve((error as NodeJS.ErrnoException).code ?? 'failed'))
    near.once('finish', () => resolve('all has left'))
    near.end()
  })
  expect(await heard(near)).toBe('the last word')
  expect(await left).toBe('all has left')
})

test('what has not left when the connection is lost is not finished: the error comes, and no finish', async () => {
  for (const leave of ['resetAndDestroy', 'destroy'] as const) {
    const [near, far] = await ours()
    for (let i = 0; i < 300; i++) near.write(Buffer.alloc(64 * 1024))
    const told: string[] = []
    near.on('finish', () => told.push('finish'))
    near.on('error', error => told.push(`${(error as NodeJS.ErrnoException).code}`))
    near.end()
    far[leave]()
    await gone(near)
    expect([leave, told]).toEqual([leave, [expect.stringMatching(/^(ECONNRESET|EPIPE)$/)]])
  }
})

test('a socket that is destroyed is gone at once: with its error, without its buffers, once', async () => {
  const [near, far] = await ours()
  far.resume().on('error', () => {})
  const events: string[] = []
  for (const name of ['error', 'close', 'end', 'finish']) near.on(name, () => events.push(name))
  const unsent = new Promise<unknown>(resolve => {
    for (let i = 0; i < 100; i++) near.write(Buffer.alloc(1_000_000))
    near.write('last', resolve)
  })
  near.destroy(new Error('enough'))
  near.destroy(new Error('again'))
  expect(await unsent).toBeInstanceOf(Error)
  await gone(far)
  expect(events).toEqual(['error', 'close'])
  expect(near.getPeerCertificate()).toBeNull()
  expect(near.write('more')).toBe(false)
})

test('a socket that is destroyed or aborted before its handshake never becomes secure', async () => {
  const port = await listening(createServer(localhost).on('tlsClientError', () => {}))
  const events: string[] = []
  const controller = new AbortController()
  const make = (options: ConnectionOptions): TLSSocket => {
    const near = connect({ port, host: 'localhost', ca: root, ...options })
    near.on('secureConnect', () => events.push('secureConnect')).on('error', error => events.push(error.name))
    near.write('queued', () => events.push('told'))
    return near
  }
  const [destroyed, aborted] = [make({}), make({ signal: controller.signal })]
  destroyed.destroy()
  controller.abort()
  await Promise.all([gone(destroyed), gone(aborted)])
  expect(events.sort()).toEqual(['AbortError', 'told', 'told'])
  const later = make({})
  await once(later, 'connect')
  later.destroy()
  await gone(later)
  expect(events).not.toContain('secureConnect')
})

test('a timeout is emitted and closes nothing; over what is no socket too', async () => {
  const [near, far] = await ours()
  far.on('error', () => {})
  let told = 0
  near.setTimeout(20, () => (told += 1))
  expect(near.timeout).toBe(20)
  await once(near, 'timeout')
  expect([told, near.destroyed]).toEqual([1, false])
  near.setTimeout(0)
  expect(near.timeout).toBe(0)
  const [outer] = await ours()
  const inner = closing(connect({ socket: outer, ca: root, servername: 'localhost' }))
  inner.setTimeout(20)
  await once(inner, 'timeout')
  expect(inner.destroyed).toBe(false)
})

test('a server outlives a hundred clients at once that lie, stall, hang up and reset, and serves the next one', async () => {
  const errors: string[] = []
  const server = createServer({ ...localhost, handshakeTimeout: 200 }, socket => {
    socket.on('error', error => errors.push(`secure: ${error.message}`))
    socket.end('hello')
  })
  server.on('tlsClientError', (error: { code: string }) => errors.push(error.code))
  const port = await listening(server)
  const hello = Uint8Array.of(22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3)
  const deeds: ((socket: Socket) => unknown)[] = [
    socket => socket.end('GET / HTTP/1.1\r\n\r\n'),
    socket => socket.write(Buffer.alloc(100_000, 22)),
    socket => socket.write(hello),
    socket => socket.end(hello),
    socket => socket.write(hello, () => socket.resetAndDestroy()),
    socket => socket.resetAndDestroy(),
    () => {},
  ]
  const clients = Array.from({ length: 105 }, (_, i) => {
    const socket = tcpConnect(port, '127.0.0.1').on('error', () => {})
    socket.resume()
    socket.once('connect', () => deeds[i % deeds.length]!(socket))
    return closing(socket)
  })
  await Promise.all(clients.map(gone))
  const near = closing(connect({ port, host: 'localhost', ca: root }))
  expect(String(await buffer(near))).toBe('hello')
  const connections = await new Promise(resolve => server.getConnections((_, count) => resolve(count)))
  expect(connections).toBeLessThanOrEqual(1)
  expect(errors.length).toBeGreaterThanOrEqual(90)
  expect(new Set(errors)).toEqual(
    new Set(['ECONNRESET', 'ERR_SSL_HTTP_REQUEST', 'ERR_TLS_HANDSHAKE_TIMEOUT', 'ERR_SSL_WRONG_VERSION_NUMBER']),
  )
})

test('of more than a thousand clients in their handshakes the oldest is cut', async () => {
  const server = createServer(localhost)
  const cut: string[] = []
  server.on('tlsClientError', (error: { cause: { code: string } }) => cut.push(error.cause.code))
  const clients = Array.from({ length: 1_003 }, () => closing(new PassThrough()))
  for (const client of clients) server.emit('connection', client as unknown as Socket)
  await turn()
  expect(cut).toEqual(['net/handshake-timeout', 'net/handshake-timeout', 'net/handshake-timeout'])
  expect(clients.map(client => client.destroyed).indexOf(false)).toBe(3)
  expect(clients.filter(client => client.destroyed)).toHaveLength(3)
})

test('a server that stalls in the handshake is given up where handshakeTimeout says so', async () => {
  const port = await listening(createTcpServer(socket => socket.resume()))
  const error = await errorOf(connect({ port, host: 'localhost', ca: root, handshakeTimeout: 20 }))
  expect(error).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT', cause: { code: 'net/handshake-timeout' } })
})
