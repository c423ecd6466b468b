/** Clients that leave, break the rules and come many at once. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { heard, talk } from '../../../test/support/net.ts'
import { serving } from '../../../test/support/node-http.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe('clients that leave', () => {
  const leaving = async (how: 'end' | 'resetAndDestroy', path: 'get' | 'post') => {
    const events: string[] = []
    let over: () => void
    const done = new Promise<void>(resolve => {
      over = resolve
    })
    const { server, port } = await serving((req, res) => {
      req.on('aborted', () => events.push('aborted'))
      req.on('error', (error: NodeJS.ErrnoException) => events.push(error.code!))
      res.on('finish', () => events.push('finish'))
      res.on('close', () => {
        events.push('close')
        setImmediate(over)
      })
      res.write('begun')
    })
    const said = talk(port, path === 'get' ? GET : 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello')
    await heard(said, 'begun')
    said.socket[how]()
    await done
    await new Promise<void>(resolve => server.getConnections((_error, count) => resolve(expect(count).toBe(0))))
    return events
  }
  test.each(['end', 'resetAndDestroy'] as const)('by %s close the response, and abort a request', async how => {
    expect(await leaving(how, 'post')).toEqual(expect.arrayContaining(['aborted', 'ECONNRESET', 'close']))
    expect(await leaving(how, 'get')).toContain('close')
    expect(await leaving(how, 'get')).not.toContain('finish')
  })
  test('a hundred at once leave nothing behind', async () => {
    let closed = 0
    const { server, port } = await serving((_req, res) => void res.on('close', () => closed++))
    const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'))
    await Promise.all(sockets.map(socket => once(socket, 'connect')))
    const all = Promise.all(
      sockets.map(socket =>
        once(
          socket.on('error', () => {}),
          'close',
        ),
      ),
    )
    const seen = new Promise<void>(resolve => {
      let count = 0
      server.on('request', () => ++count === 100 && resolve())
    })
    for (const socket of sockets) socket.write(GET)
    await seen
    for (const [i, socket] of sockets.entries()) socket[i % 2 === 0 ? 'destroy' : 'resetAndDestroy']()
    await all
    while ((await new Promise<number>(resolve => server.getConnections((_e, count) => resolve(count)))) > 0)
      await new Promise(resolve => setTimeout(resolve, 5))
    expect(closed).toBe(100)
  })
  test('one that breaks the rules has its 400', async () => {
    const { port } = await serving((_req, res) => void res.end())
    const said = talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
    await heard(said, /^HTTP\/1\.1 400 /)
    await said.closed
  })
  test.each([
    ['http/bad-host', 'ERR_HTTP_BAD_HOST', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['http/header-too-big', 'HPE_HEADER_OVERFLOW', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['http/head-timeout', 'ERR_HTTP_REQUEST_TIMEOUT', 'GET / HT'],
    ['http/head-cut-short', 'HPE_INVALID_EOF_STATE', 'ooops!', 'end'],
    ['http/unknown-method', 'HPE_INVALID_METHOD', 'BREW / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ntea'],
  ])('%s is %s for whoever listens to clientError, and answered by him alone', async (code, node, asks, then = '') => {
    const { server, port } = await serving((_req, res) => void res.end())
    server.headersTimeout = 30
    server.on('clientError', (error: NodeJS.ErrnoException & { cause: { code: string } }, socket: Socket) => {
      expect([error.cause.code, error.code, socket.remoteAddress]).toEqual([code, node, '127.0.0.1'])
      expect(socket.writable).toBe(true)
      socket.end('HTTP/1.1 418 Mine\r\n\r\n')
    })
    const said = talk(port, asks)
    if (then === 'end') said.socket.end()
    await said.closed
    expect(said.text).toBe('HTTP/1.1 418 Mine\r\n\r\n')
    while ((await new Promise<number>(resolve => server.getConnections((_e, count) => resolve(count)))) > 0)
      await new Promise(resolve => setTimeout(resolve, 5))
  })
  test('one whose method nobody knows has its 501, behind what was answered before; Node and the registry know', async () => {
    const { port } = await serving((req, res) => void res.end(`${req.method} is answered. `))
    const ask = (method: string) => `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`
    const said = talk(port, ['GET', 'PURGE', 'CHECKIN', 'brew', 'GET'].map(ask).join(''))
    await said.closed
    expect(said.text.match(/^HTTP\/1\.1 \d+|\w+ is answered/gm)).toEqual([
      ...['HTTP/1.1 200', 'GET is answered', 'PURGE is answered', 'CHECKIN is answered'],
    ])
    expect(said.text).toContain('http/unknown-method')
  })
  test('what was answered before it is sent before it, also where all came in one piece', async () => {
    const { server, port } = await serving((req, res) => res.end(`answer to ${req.url}`))
    server.on('clientError', (_: Error, socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`
    const conversation = talk(port, `${get('/1')}${get('/2')}${get('/a b')}`)
    await conversation.closed
    expect(conversation.text).toMatch(
      /^HTTP\/1\.1 200.*answer to \/1HTTP\/1\.1 200.*answer to \/2HTTP\/1\.1 400 Bad Request\r\n\r\n$/s,
    )
  })
  test('an answer that has ended before its response is destroyed arrives, one that has not does not', async () => {
    const { port } = await serving((req, res) => {
      res.writeHead(500, { 'content-type': 'text/plain' })
      if (req.url === '/whole') res.end('what was wrong')
      else res.write('what')
      res.destroy()
    })
    const get = (target: string) => talk(port, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
    const [whole, begun] = [get('/whole'), get('/begun')]
    await Promise.all([whole.closed, begun.closed])
    expect(whole.text).toMatch(/^HTTP\/1\.1 500 .*what was wrong$/s)
    expect(begun.text).toBe('')
  })
  test('a body that breaks the rules is a clientError once, and its request is aborted', async () => {
    const events: string[] = []
    const { server, port } = await serving(
      req => void req.on('error', error => events.push(`req ${error.message}`)).resume(),
    )
    server.on('clientError', (error: Error & { code: string }, socket: Socket) => {
      events.push(error.code)
      socket.destroy()
    })
    const said = talk(port, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')
    await said.closed
    expect(said.text).toBe('')
    expect(events.sort()).toEqual(['HPE_INVALID_CHUNK_SIZE', 'req aborted'])
  })
  test('one that a listener of clientError leaves as it is can be closed by the server', async () => {
    const { server, port } = await serving(() => {})
    const told = once(server, 'clientError')
    const said = talk(port, 'NONSENSE\r\n\r\n')
    await told
    server.closeAllConnections()
    await said.closed
    expect(said.text).toBe('')
  })
})
