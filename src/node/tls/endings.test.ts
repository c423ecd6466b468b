/** Beginnings and endings that are easily missed: nobody reads, nobody says goodbye, nothing is connected yet. */
import { EventEmitter, once } from 'node:events'
import { createServer as createTcpServer, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { closing, errorOf, listening, localhost, next, pairs, root } from '../../../test/support/node-tls.ts'
import { connect, createServer, TLSSocket } from './index.ts'

for (const [client, server, clientTls, serverTls] of pairs)
  test(`client of ${client}, server of ${server}: who never reads hears of the end all the same, and is closed`, async () => {
    const listener = serverTls.createServer(localhost)
    const accepted = next<Socket>(listener, 'secureConnection')
    const port = await listening(listener)
    const near = closing(clientTls.connect({ port, host: 'localhost', ca: root }, () => near.end()))
    const far = await accepted
    const ended = once(far, 'end')
    await Promise.all([once(far, 'close'), once(near, 'close')])
    await ended
  })

for (const [client, server, clientTls, serverTls] of pairs)
  test(`client of ${client}, server of ${server}: RST is an error, also where the socket below lost all its listeners`, async () => {
    const listener = serverTls.createServer(localhost).on('tlsClientError', () => {})
    const raw = next<Socket>(listener, 'connection')
    const accepted = next<Socket>(listener, 'secureConnection')
    const below = new Socket().connect(await listening(listener), '127.0.0.1').setEncoding('utf8')
    await once(below, 'connect')
    const near = closing(clientTls.connect({ socket: below, servername: 'localhost', ca: root }))
    await once(near, 'secureConnect')
    below.removeAllListeners()
    const far = (await accepted).on('error', () => {})
    far.write('one')
    expect(String(await next(near, 'data'))).toBe('one')
    const told = errorOf(near)
    ;(await raw).resetAndDestroy()
    expect((await told).code).toBe('ECONNRESET')
  })

test('FIN for an answer to our close_notify: what came is read to its end, then close, without end and without error', async () => {
  const server = createServer({ ...localhost, allowHalfOpen: true })
  const raw = next<Socket>(server, 'connection')
  const accepted = next<TLSSocket>(server, 'secureConnection')
  const port = await listening(server)
  const near = closing(connect({ port, host: 'localhost', ca: root }))
  const [below, far] = [await raw, await accepted]
  const told: string[] = []
  for (const name of ['error', 'end', 'close']) near.on(name, () => told.push(name))
  near.pause()
  far.resume()
  const finished = once(near, 'finish')
  near.end('question')
  await Promise.all([finished, once(far, 'end')])
  far.write('half of', () => below.end())
  while (near.readableLength === 0) await turn()
  await once(below, 'close')
  expect(told).toEqual([])
  const closed = once(near, 'close')
  expect(String(near.read())).toBe('half of')
  await closed
  expect(told).toEqual(['close'])
})

test('with a signal that is aborted already nothing is connected, and the error says so', async () => {
  const server = createTcpServer()
  let connections = 0
  server.on('connection', () => (connections += 1))
  const port = await listening(server)
  const near = closing(connect({ port, host: 'localhost', ca: root, signal: AbortSignal.abort() }))
  expect(await errorOf(near)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
  const other = closing(new Socket().connect(port, '127.0.0.1'))
  await once(server, 'connection')
  expect([connections, other.destroyed]).toEqual([1, false])
})

for (const when of ['its handshake', 'the connection'])
  test(`what ends ${when} does not destroy what is below: the alert shall arrive`, async () => {
    const other = new Duplex({ read() {}, write: (piece, _, done) => done(void below.push(piece) as never) })
    const below = new Duplex({ read() {}, write: (piece, _, done) => setImmediate(done, void other.push(piece)) })
    const far = closing(new TLSSocket(other, { ...localhost, isServer: true }))
    const near = closing(connect({ socket: below, servername: 'localhost', ca: root }))
    if (when === 'the connection') await Promise.all([once(near, 'secureConnect'), once(far, 'secure')])
    const sides = [errorOf(far), errorOf(near), finished(below, { readable: false })] as const
    below.push(Buffer.of(22, 3, 3, 0, 4, 2, 0, 0, 0))
    expect((await Promise.all(sides))[0].message).toMatch(/alert/)
  })

test('a handshake that waits for a peer in memory keeps no process alive', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  const sent: unknown[] = []
  const silent = new Duplex({ read() {}, write: (piece, _, done) => done(void sent.push(piece) as never) })
  closing(new TLSSocket(silent))
  while (sent.length === 0) await turn()
  expect(timers()).toBe(before)
})

test('TLS waits for a socket that is connected later, and for its own', async () => {
  const port = await listening(createServer(localhost, socket => socket.end('hello')))
  const below = closing(new Socket({ allowHalfOpen: true }))
  const over = closing(connect({ socket: below, host: 'localhost', ca: root }))
  const alone = closing(new TLSSocket(null, { servername: 'localhost', ca: root }))
  for (let i = 0; i < 3; i++) await turn()
  below.connect(port, '127.0.0.1')
  alone.connect(port, '127.0.0.1')
  expect(String((await once(over, 'data'))[0])).toBe('hello')
  expect(String((await once(alone, 'data'))[0])).toBe('hello')
})

test('an error before the connection is secure says where it was going', async () => {
  const port = await listening(createTcpServer(socket => socket.end()))
  const error = await errorOf(connect(port, '127.0.0.1', { ca: root }))
  expect(error).toMatchObject({ code: 'ECONNRESET', host: '127.0.0.1', port })
})

test('with captureRejections a listener that fails ends its connection, and the server goes on', async () => {
  EventEmitter.captureRejections = true
  const server = createServer(localhost)
  EventEmitter.captureRejections = false
  const failed: string[] = []
  server.on('secureConnection', async (socket: TLSSocket) => {
    socket.on('error', error => failed.push(error.message))
    throw new Error('enough')
  })
  const port = await listening(server)
  for (let i = 0; i < 2; i++) {
    const near = closing(connect({ port, host: 'localhost', ca: root }))
    near.on('error', () => {})
    await new Promise(resolve => near.once('close', resolve))
  }
  expect(failed).toEqual(['enough', 'enough'])
})

test('pauseOnConnect: nothing flows before the listener says so', async () => {
  const server = createServer({ ...localhost, pauseOnConnect: true })
  const accepted = next<TLSSocket>(server, 'secureConnection')
  const port = await listening(server)
  const near = closing(connect({ port, host: 'localhost', ca: root }))
  near.write('hello')
  const far = await accepted
  far.on('data', () => {})
  expect(far.isPaused()).toBe(true)
  far.resume()
  expect(String((await once(far, 'data'))[0])).toBe('hello')
})
