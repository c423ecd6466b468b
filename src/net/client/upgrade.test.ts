/** A client that asks for another protocol, beside what it hears and says before and behind a message. */
import { getEventListeners } from 'node:events'
import { createServer, type Server as NodeServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { closing, codeOf, peer, served, soon } from '../../../test/support/net.ts'
import { listening } from '../../../test/support/tls-stream.ts'
import { type Client, client, connect } from '../../index.ts'
import { systemClock } from '../../node/clock.ts'
import { toNode } from '../../node/to-node.ts'
import { memoryPair } from '../stream/memory.ts'
import { plain } from '../stream/plain.ts'
import type { NetStream } from '../stream/types.ts'
import { madeHead } from './seam.ts'
import { askToSwitch } from './upgrade.ts'

const one = (options: Parameters<typeof client>[0] = {}): Client => {
  const made = client(options)
  closing.push(() => made.close())
  return made
}
const nodeServer = async (server: NodeServer): Promise<number> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as { port: number }).port
}
/** Says `answer` when a head is complete, then gives back what it gets. */
const switching = (answer: string, seen: string[] = []): Promise<string> =>
  peer(socket => {
    let text = ''
    socket.on('data', bytes => {
      if (text.includes('\r\n\r\n')) {
        socket.write(bytes)
        return
      }
      text += bytes.toString('latin1')
      if (!text.includes('\r\n\r\n')) return
      seen.push(text)
      socket.write(answer)
    })
  })
/** What `stream` says until its end, or until `enough`. */
const read = (stream: NetStream, enough: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const look = (): void => {
      if (text.includes(enough)) resolve(text)
    }
    stream.handler = {
      data: bytes => {
        text += Buffer.from(bytes).toString('latin1')
        look()
      },
      end: () => resolve(`${text} END`),
      drain() {},
      closed: failure => reject(new Error(failure?.code ?? 'closed')),
    }
  })
/** What `ws` would take from its own handshake. */
const OPTIONS: object = { autoPong: true, closeTimeout: 5_000 }

/** A WebSocket of `ws` on a stream whose handshake is done. */
const socketOn = (duplex: Duplex): WebSocket => {
  const socket = new WebSocket(null as unknown as string, undefined, OPTIONS)
  const inside = socket as unknown as { _isServer: boolean; setSocket(of: Duplex, head: Buffer, options: object): void }
  inside._isServer = false
  inside.setSocket(duplex, Buffer.alloc(0), { maxPayload: 0 })
  return socket
}
const SWITCHES = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\nSum: 7\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno'

describe('upgrade', () => {
  test('WebSocket by ws on both ends, over our client: a megabyte there and back, ping, close', async () => {
    const server = createServer()
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'chat' })
    sockets.on('connection', socket => {
      socket.on('message', (data, binary) => socket.send(data, { binary }))
    })
    const port = await nodeServer(server)
    const { stream, protocol, headers } = await one().upgrade(`ws://127.0.0.1:${port}/`, {
      protocol: 'websocket',
      headers: {
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'chat',
      },
    })
    expect([protocol, headers.get('sec-websocket-accept')]).toEqual(['websocket', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='])
    const socket = socketOn(toNode(stream))
    const sent = Buffer.alloc(1_000_000, 'megabyte ')
    const back = new Promise<Buffer>(resolve => socket.once('message', data => resolve(data as Buffer)))
    socket.send(sent)
    expect((await back).equals(sent)).toBe(true)
    const pong = new Promise<string>(resolve => socket.once('pong', data => resolve(data.toString())))
    socket.ping('still there')
    expect(await pong).toBe('still there')
    const closed = new Promise<number>(resolve => socket.once('close', resolve))
    socket.close(4_000, 'enough')
    expect(await closed).toBe(4_000)
  })
  test('asks with Upgrade and Connection, and has in its stream what came behind the answer', async () => {
    const seen: string[] = []
    const url = await switching(`${SWITCHES}early`, seen)
    const { stream, protocol, headers } = await one().upgrade(url, { protocol: 'echo', headers: { a: 'b' } })
    expect([protocol, headers.get('sum')]).toEqual(['echo', '7'])
    expect(seen[0]).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: 127[\s\S]*\r\nConnection: Upgrade\r\nUpgrade: echo\r\n/)
    expect(seen[0]).toContain('\r\na: b\r\n')
    await soon()
    stream.write([Buffer.from(' late')])
    expect(await read(stream, 'late')).toBe('early late')
    stream.reset()
  })
  test('is no business of the client any more: its end does not touch the stream', async () => {
    const own = one({ perOrigin: 1 })
    const url = await switching(SWITCHES)
    const first = await own.upgrade(url, { protocol: 'echo' })
    const second = await own.upgrade(url, { protocol: 'echo' })
    own.close()
    for (const { stream } of [first, second]) {
      stream.write([Buffer.from('still')])
      expect(await read(stream, 'still')).toBe('still')
      stream.reset()
    }
  })
  test.each([
    ['http/upgrade-declined', OK],
    ['http/upgrade-declined', 'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n'],
    ['http/unexpected-upgrade', SWITCHES.replace('Upgrade: echo', 'Upgrade: tea')],
    ['http/bad-start-line', 'SSH-2.0-x\r\n'],
  ])('fails with %s after %j, and leaves no stream behind', async (code, answer) => {
    const gone: Promise<void>[] = []
    const url = await peer(socket => {
      gone.push(new Promise(resolve => socket.once('close', () => resolve())))
      socket.once('data', () => socket.write(answer))
    })
    expect(await codeOf(one().upgrade(url, { protocol: 'echo' }))).toBe(code)
    await Promise.all(gone)
  })
  test('fails with http/no-answer where the server leaves, with the reason of its signal when aborted', async () => {
    const leaves = await peer(socket => socket.once('data', () => socket.end()))
    expect(await codeOf(one().upgrade(leaves, { protocol: 'echo' }))).toBe('http/no-answer')
    const silent = await peer(() => {})
    const signal = AbortSignal.timeout(20)
    expect(await codeOf(one().upgrade(silent, { protocol: 'echo', signal }))).toMatch(/TimeoutError/)
    expect(await codeOf(one({ timeouts: { firstByte: 20 } }).upgrade(silent, { protocol: 'echo' }))).toBe(
      'http/head-timeout',
    )
  })
  test('whose signal is aborted asks nothing, and hears no abort when it has its stream', async () => {
    const [near, far] = memoryPair(systemClock)
    const { said, closed } = listening(far)
    const timeouts = { firstByte: 1_000, idle: 1_000 }
    const ask = (stream: NetStream, signal: AbortSignal) => {
      const headers = [['Host', 'a.test']] as const
      const options = { clock: systemClock, timeouts, where: 'a.test', signal }
      return askToSwitch(stream, { method: 'CONNECT', target: 'a.test:80', headers }, options)
    }
    const reason = new Error('enough')
    await expect(ask(plain(near, 0, systemClock), AbortSignal.abort(reason))).rejects.toBe(reason)
    await closed
    expect(said).toEqual(['closed tcp/reset'])
    const url = new URL(await switching('HTTP/1.1 200 OK\r\n\r\n'))
    const controller = new AbortController()
    const { stream } = await ask(await connect({ host: url.hostname, port: Number(url.port) }), controller.signal)
    controller.abort(reason)
    stream.write([Buffer.from('through')])
    expect(await read(stream, 'through')).toBe('through')
    stream.reset()
    // One signal may outlive many questions.
    const { signal } = new AbortController()
    const declines = new URL(await switching(OK.replace('200 OK', '403 Forbidden')))
    const declined = ask(await connect({ host: declines.hostname, port: Number(declines.port) }), signal)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    expect(await codeOf(declined)).toBe('http/upgrade-declined')
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
  test('refuses what cannot be asked', async () => {
    const own = one()
    expect(await codeOf(own.upgrade('ftp://a/', { protocol: 'echo' }))).toBe('net/bad-url')
    const url = await switching(SWITCHES)
    expect(await codeOf(own.upgrade(url, { protocol: 'echo\r\nx: y' }))).toBe('http/bad-outgoing')
    expect(await codeOf(own.upgrade(url, { protocol: 'no protocol' }))).toBe('http/bad-outgoing')
    own.close()
    expect(await codeOf(own.upgrade(url, { protocol: 'echo' }))).toBe('net/client-closed')
  })
  test('opens a tunnel through a proxy', async () => {
    const seen: string[] = []
    const url = new URL(await switching('HTTP/1.0 200 Connection established\r\n\r\n', seen))
    const ask = async (method: string) => {
      const stream = await connect({ host: url.hostname, port: Number(url.port) })
      const request = { method, target: 'b.test:443', headers: [['Host', 'b.test:443']] as const }
      const timeouts = { firstByte: 1_000, idle: 1_000 }
      return askToSwitch(stream, request, { clock: systemClock, timeouts, where: 'the proxy' })
    }
    const { stream, head } = await ask('CONNECT')
    expect([head.status, head.reason, seen[0]]).toEqual([
      200,
      'Connection established',
      'CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n',
    ])
    stream.write([Buffer.from('through')])
    expect(await read(stream, 'through')).toBe('through')
    stream.reset()
    expect(await codeOf(ask('GET'))).toBe('http/bad-outgoing')
  })
})

describe('beside the final answer', () => {
  test('RFC 8297: 103 is told with its links, 100 too, and the answer follows', async () => {
    const url = await peer(socket =>
      socket.once('data', () =>
        socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${OK}`),
      ),
    )
    const told: string[] = []
    const informed = (status: number, headers: Headers): void => void told.push(`${status} ${headers.get('link')}`)
    expect(await (await one().fetch(url, { informed })).text()).toBe('no')
    expect(told).toEqual(['100 null', '103 </a.css>'])
  })
  test('RFC 9110 6.5: trailers go there behind a chunked body and come back behind another', async () => {
    const server = await served(async (request, about) => {
      const text = await request.text()
      about.sendTrailers(() => ({ sum: '8' }))
      return new Response(`${text} ${about.trailers.get('sum')} ${request.headers.get('content-length')}`)
    })
    const response = await one().fetch(server.url, { method: 'POST', body: 'hi', trailers: () => ({ sum: '7' }) })
    expect(await response.text()).toBe('hi 7 null')
    expect(response.trailers.get('sum')).toBe('8')
  })
  test('RFC 9110 10.1.1: a body waits for 100 Continue', async () => {
    const seen: string[] = []
    const url = await peer(socket =>
      socket.on('data', async bytes => {
        seen.push(bytes.toString('latin1'))
        if (seen.length > 1) {
          socket.write(OK)
          return
        }
        await soon(20)
        seen.push('100')
        socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      }),
    )
    const init = { method: 'POST', body: 'body', headers: { expect: '100-continue' } }
    expect(await (await one().fetch(url, init)).text()).toBe('no')
    expect(seen[0]).toMatch(/\r\nExpect: 100-continue\r\n[\s\S]*\r\n\r\n$/)
    expect(seen.slice(1).join('|')).toBe('100|body')
  })
  test('RFC 9110 10.1.1: a body that the server does not want is not sent, and the connection not used again', async () => {
    const sockets: { socket: Socket; text: string }[] = []
    const url = await peer(socket => {
      const each = { socket, text: '' }
      sockets.push(each)
      socket.on('data', bytes => {
        each.text += bytes.toString('latin1')
        socket.write(OK)
      })
    })
    const own = one()
    const init = { method: 'POST', body: 'body', headers: { expect: '100-continue' } }
    for (const _ of [1, 2]) expect(await (await own.fetch(url, init)).text()).toBe('no')
    expect(sockets.map(({ text }) => text.endsWith('\r\n\r\n'))).toEqual([true, true])
  })
  test('RFC 9110 10.1.1: who answers an expectation with 417 is asked again without one, once', async () => {
    const heads: string[] = []
    const failing = (always: boolean) =>
      peer(socket => {
        let text = ''
        socket.on('data', bytes => {
          text += `${bytes}`
          const expects = text.includes('Expect')
          if (!expects && !text.endsWith('0\r\n\r\n') && !text.endsWith('body')) return
          heads.push(expects ? 'expects' : text.endsWith('body') ? 'body' : 'chunks')
          text = ''
          const status = expects || always ? '417 x' : '200 OK'
          socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
        })
      })
    const own = one()
    const init = { method: 'POST', headers: { expect: '100-continue' } }
    expect((await own.fetch(await failing(false), { ...init, body: 'body' })).status).toBe(200)
    // A stream of which nothing was read can be sent as well.
    const stream = new Blob(['body']).stream()
    expect(
      (await own.fetch(await failing(false), { ...init, body: stream, duplex: 'half' } as RequestInit)).status,
    ).toBe(200)
    expect((await own.fetch(await failing(true), { ...init, body: 'body' })).status).toBe(417)
    expect(heads).toEqual(['expects', 'body', 'expects', 'chunks', 'expects', 'body'])
  })
})

describe('interceptors', () => {
  test('stand between each request and the wire, the first in front', async () => {
    const server = await served(request => new Response(request.headers.get('x')))
    const seen: string[] = []
    const own = one({
      interceptors: [
        async (outline, next) => {
          const headers = new Headers(outline.headers)
          headers.append('x', 'first')
          const answer = await next({ ...outline, headers })
          seen.push(`${answer.head.status} ${answer.connection.remote.port === server.port}`)
          return answer
        },
        (outline, next) => {
          const headers = new Headers(outline.headers)
          headers.append('x', 'second')
          return next({ ...outline, headers })
        },
      ],
    })
    expect(await (await own.fetch(server.url)).text()).toBe('first, second')
    expect(seen).toEqual(['200 true'])
  })
  test('may answer themselves, ask again, and see each redirect by itself', async () => {
    const server = await served(request =>
      new URL(request.url).pathname === '/'
        ? Response.redirect(new URL('/there', request.url), 302)
        : new Response('there'),
    )
    const paths: string[] = []
    const own = one({
      interceptors: [
        async (outline, next) => {
          paths.push(outline.url.pathname)
          const answer = await next(outline)
          if (outline.url.pathname === '/') return answer
          answer.pieces.discard()
          const again = await next(outline)
          const kept: Uint8Array[] = [Buffer.from('kept: ')]
          for (let piece = await again.pieces.next(); piece !== undefined; piece = await again.pieces.next())
            kept.push(piece)
          const pieces = {
            next: async () => kept.shift(),
            trailers: [],
            progress: {},
            discard() {},
            cancel() {},
          }
          return { ...again, head: madeHead(203, '', [['x', '1']]), pieces }
        },
      ],
    })
    const response = await own.fetch(server.url)
    expect([response.status, response.headers.get('x'), await response.text()]).toEqual([203, '1', 'kept: there'])
    expect(paths).toEqual(['/', '/there'])
  })
})
