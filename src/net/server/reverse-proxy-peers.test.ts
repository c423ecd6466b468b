/** A proxy whose clients and upstreams take their time, lie, leave and come many at once. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { closing, heard, peer, soon, talk } from '../../../test/support/net.ts'
import { localhost, root } from '../../../test/support/node-tls.ts'
import { proxied, saying, upstream } from '../../../test/support/proxied.ts'
import { reverseProxy } from '../../index.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'

/** The number that `count` gives when it has stopped to change. */
const settled = async (count: () => number): Promise<number> => {
  for (let before = -1; ; before = count(), await soon(30)) if (before === count()) return before
}

const over = (socket: Socket): Promise<void> => new Promise(resolve => socket.once('close', () => resolve()))

describe('where the upstream is', () => {
  test('a path of it is put before that of each request, and a target in absolute form is one too', async () => {
    const { url, asked } = await saying(OK)
    for (const base of ['shop', 'shop/']) {
      const { port } = await proxied(`${url}${base}`)
      await heard(talk(port, 'GET /a?b HTTP/1.1\r\nHost: a.test\r\n\r\n'), /ok$/)
      await heard(talk(port, 'GET http://b.test/c HTTP/1.1\r\nHost: a.test\r\n\r\n'), /ok$/)
      await heard(talk(port, 'OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n'), /ok$/)
    }
    const seen = asked.map(text => text.split('\r\n').slice(0, 2).join(' | '))
    const one = [
      'GET /shop/a?b HTTP/1.1 | Host: a.test',
      'GET /shop/c HTTP/1.1 | Host: b.test',
      'OPTIONS * HTTP/1.1 | Host: a.test',
    ]
    expect(seen).toEqual([...one, ...one])
  })
  test('is what Host says where it is that of the upstream', async () => {
    const { url, asked } = await saying(OK)
    const { port } = await proxied(url, { host: 'of the upstream' })
    await heard(talk(port, GET), /ok$/)
    expect(asked[0]).toContain(`\r\nHost: ${new URL(url).host}\r\n`)
    // HTTP/1.0 may say none.
    const old = await proxied(url)
    await heard(talk(old.port, 'GET / HTTP/1.0\r\n\r\n'), /ok$/)
    expect(asked[1]).toContain(`\r\nHost: ${new URL(url).host}\r\n`)
  })
  test('may be an address of IPv6, and one that is asked over TLS', async () => {
    const six = createServer((req, res) => void res.end(`six ${req.headers.host}`)).listen(0, '::1')
    await once(six, 'listening')
    closing.push(() => six.close())
    const to = `http://[::1]:${(six.address() as AddressInfo).port}`
    const { port } = await proxied(to, { host: 'of the upstream', keepAlive: 0 })
    await heard(talk(port, GET), `six ${to.slice(7)}`)

    const secure = createSecure({ ...localhost }, (_req, res) => void res.end('secured')).listen(0, '127.0.0.1')
    await once(secure, 'listening')
    closing.push(() => secure.close())
    const https = `https://localhost:${(secure.address() as AddressInfo).port}`
    const known = await proxied(https, { ca: root, keepAlive: 0 })
    await heard(talk(known.port, GET), /secured/)
    const stranger = await proxied(https)
    await heard(talk(stranger.port, GET), /^HTTP\/1\.1 502 Bad Gateway/)
    expect(stranger.failures).toEqual(['tls/chain-incomplete'])
  })
  test('is asked of as many connections as there are clients: none waits because others are slow', async () => {
    const { server, url } = await upstream(() => {})
    const { port } = await proxied(url)
    let asked = 0
    const all = new Promise<void>(resolve => server.on('request', () => ++asked === 20 && resolve()))
    for (let i = 0; i < 20; i++) talk(port, GET)
    await all
  })
  test.each(['nonsense', 'ftp://a.test/', 'http://me:secret@a.test/', 'http://a.test/?q=1', 'http://a.test/#part'])(
    'is no %s: net/bad-url at once',
    address => {
      expect(() => reverseProxy(address)).toThrow(expect.objectContaining({ code: 'net/bad-url' }))
    },
  )
})

describe('before the answer', () => {
  const EXPECTS = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n'
  test('RFC 9110 10.1.1: it is the upstream that wants the body, and then the client is asked for it', async () => {
    const { url } = await upstream((req, res) => void req.pipe(res))
    const { port } = await proxied(url)
    const said = talk(port, EXPECTS)
    await heard(said, /^HTTP\/1\.1 100 Continue\r\n\r\n$/)
    said.socket.write('hello')
    await heard(said, /200 OK[\s\S]*hello\r\n0\r\n\r\n$/)
  })
  test('RFC 9110 10.1.1: one that it does not want is never asked for', async () => {
    const { server, url } = await upstream(() => {})
    let came = 0
    server.on('checkContinue', (req: IncomingMessage, res) => {
      req.on('data', bytes => {
        came += bytes.length
      })
      res.writeHead(403).end('no')
    })
    const { port } = await proxied(url)
    const said = talk(port, EXPECTS)
    await heard(said, /no\r\n0\r\n\r\n$/)
    expect(said.text).toMatch(/^HTTP\/1\.1 403 /)
    expect(came).toBe(0)
  })
  test('1xx of the upstream that says a length goes on without it, and one that cannot be said is left out', async () => {
    const wrong = 'HTTP/1.1 102 Processing\r\nHost: a\r\nHost: b\r\n\r\n'
    const { url } = await saying(`${wrong}HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\nLink: </a>\r\n\r\n${OK}`)
    const { port } = await proxied(url)
    await heard(talk(port, GET), /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*ok$/)
  })
  test('RFC 9110 15.2: HTTP/1.0 hears nothing but the answer', async () => {
    const { url } = await saying(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`)
    const { port } = await proxied(url)
    await heard(talk(port, 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*ok$/)
  })
})

describe('back pressure', () => {
  const SIZE = 60_000_000
  const PIECE = Buffer.alloc(200_000, 'x')
  test('stops an upstream whose client does not read, and loses nothing', async () => {
    let written = 0
    const { url } = await upstream(async (_req, res) => {
      res.setHeader('Content-Length', SIZE)
      while (written < SIZE) {
        written += PIECE.length
        if (!res.write(PIECE)) await once(res, 'drain')
      }
      res.end()
    })
    const { port } = await proxied(url)
    const said = talk(port, GET)
    said.socket.pause()
    expect(await settled(() => written)).toBeLessThan(SIZE / 2)
    said.socket.resume()
    for (let before = 0; before !== said.bytes || before === 0; await soon(20)) before = said.bytes
    expect(said.bytes - said.text.indexOf('\r\n\r\n') - 4).toBe(SIZE)
  })
  test('stops a client whose upstream does not read, and loses nothing', async () => {
    let read = 0
    let begin = (): void => {}
    const { server, url } = await upstream((req, res) => {
      begin = () =>
        void req
          .on('data', bytes => {
            read += bytes.length
          })
          .on('end', () => res.end(`all of ${read}`))
    })
    const { port } = await proxied(url)
    const asked = once(server, 'request')
    const said = talk(port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${SIZE}\r\n\r\n`)
    for (let i = 0; i < SIZE / PIECE.length; i++) said.socket.write(PIECE)
    await asked
    expect(await settled(() => said.socket.writableLength)).toBeGreaterThan(SIZE / 2)
    begin()
    await heard(said, `all of ${SIZE}`)
  })
})

describe('ends', () => {
  test('a client that sends no more has its answer all the same', async () => {
    const { url } = await upstream((_req, res) => void setImmediate(() => res.end('late')))
    const { port } = await proxied(url)
    const said = talk(port, GET)
    said.socket.end()
    await said.closed
    expect(said.text).toMatch(/late$/)
  })
  test('an answer that ends with its connection is chunked for the client, and a cut one is cut', async () => {
    const whole = await proxied(await peer(socket => void socket.end('HTTP/1.1 200 OK\r\n\r\nall')))
    await heard(talk(whole.port, GET), /Transfer-Encoding: chunked\r\n[\s\S]*3\r\nall\r\n0\r\n\r\n$/)
    const url = await peer(socket =>
      socket.write('HTTP/1.1 200 OK\r\n\r\npart', () => setTimeout(() => socket.resetAndDestroy(), 10)),
    )
    const cut = await proxied(url)
    const said = talk(cut.port, GET)
    await said.closed
    expect(said.text).not.toMatch(/0\r\n\r\n$/)
    expect(cut.failures).toEqual(['tcp/reset'])
  })
  test.each(['end', 'resetAndDestroy'] as const)(
    'an answer that %s makes shorter than its length is cut, and nobody asks on that connection again',
    async how => {
      const { url, asked } = await saying(socket => {
        const more = asked.length === 1 ? 'half' : 'halfhalf'
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n${more}`, () => asked.length === 1 && socket[how]())
      })
      const { port } = await proxied(url)
      const said = talk(port, GET)
      await said.closed
      expect(said.text).not.toContain('halfhalf')
      await heard(talk(port, GET), /halfhalf$/)
    },
  )
  test('the upstream hears of a client that leaves in the middle of its body, by FIN and by RST', async () => {
    for (const how of ['end', 'resetAndDestroy'] as const) {
      const { server, url } = await upstream(() => {})
      const { port } = await proxied(url)
      const aborted = new Promise<void>(resolve =>
        server.once('request', req => void req.on('error', () => resolve()).on('close', () => resolve())),
      )
      const asked = once(server, 'request')
      const said = talk(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf')
      await asked
      said.socket[how]()
      await aborted
    }
  })
  test('the upstream hears of a client that has sent FIN and waits no longer than it may', async () => {
    const { server, url } = await upstream(() => {})
    const { port } = await proxied(url, {}, { timeouts: { left: 30 } })
    const left = new Promise<void>(resolve => server.once('request', req => void req.on('close', () => resolve())))
    const asked = once(server, 'request')
    const said = talk(port, GET)
    await asked
    said.socket.end()
    await left
  })
  test('a hundred clients that leave at once leave nothing with the upstream', async () => {
    const { server, url } = await upstream((_req, res) => void res.write('begun'))
    const { port } = await proxied(url, {}, { timeouts: { left: 50 } })
    let asked = 0
    const all = new Promise<void>(resolve => server.on('request', () => ++asked === 100 && resolve()))
    const talks = Array.from({ length: 100 }, () => talk(port, GET))
    await all
    for (const [i, { socket }] of talks.entries()) socket[i % 2 === 0 ? 'destroy' : 'resetAndDestroy']()
    const left = (): Promise<number> => new Promise(resolve => server.getConnections((_error, count) => resolve(count)))
    while ((await left()) > 0) await soon(5)
  })
})

describe('kept connections to the upstream', () => {
  /** Answers the first request of each connection, and closes at the second without a word. */
  const onceEach = async () => {
    const asked: string[] = []
    const url = await peer(socket => {
      let count = 0
      socket.on('data', bytes => {
        asked.push(bytes.toString('latin1').split(' ')[0]!)
        if (++count === 1) socket.write(OK)
        else socket.end()
      })
    })
    return { url, asked }
  }
  test('that turn out to be closed cost a GET nothing, and a POST is not sent twice', async () => {
    const { url, asked } = await onceEach()
    const { port, failures } = await proxied(url)
    const said = talk(port, GET)
    await heard(said, /ok$/)
    said.socket.write(GET)
    await heard(said, /ok[\s\S]*ok$/)
    expect(asked).toEqual(['GET', 'GET', 'GET'])
    said.socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi')
    await heard(said, /502 Bad Gateway\n$/)
    expect(asked).toEqual(['GET', 'GET', 'GET', 'POST'])
    expect(failures).toEqual(['http/no-answer'])
  })
  test('an answer that nobody asked for is nobody’s', async () => {
    let sockets: Socket[] = []
    const { url, asked } = await saying(socket => {
      sockets = [...new Set([...sockets, socket])]
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${asked.length}`)
    })
    const { port } = await proxied(url)
    const said = talk(port, GET)
    await heard(said, /\r\n\r\n1$/)
    const gone = over(sockets[0]!)
    sockets[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
    await gone
    said.socket.write(GET)
    await heard(said, /\r\n\r\n2$/)
    expect(said.text).not.toContain('evil')
  })
  test.each(['HEAD', 'GET'])('a body behind %s that can have none is not the next answer', async method => {
    const status = method === 'HEAD' ? '200 OK' : '304 Not Modified'
    const { url, asked } = await saying(
      socket => void socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 40\r\nX-Number: ${asked.length}\r\n\r\n${OK}`),
    )
    const { port } = await proxied(url)
    const request = `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`
    const said = talk(port, request)
    await heard(said, /x-number: 1\r\n[\s\S]*\r\n\r\n$/)
    said.socket.write(request)
    await heard(said, /x-number: 2\r\n[\s\S]*\r\n\r\n$/)
    expect(said.text).not.toContain('ok')
  })
})

describe('tunnels', () => {
  const ASKS = 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
  const tunnel = async () => {
    const { server, url } = await upstream(() => {})
    const taken = new Promise<Socket>(resolve =>
      server.on('upgrade', (_req, socket: Socket) => {
        socket.on('error', () => {})
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
        resolve(socket)
      }),
    )
    const { port, server: proxy } = await proxied(url)
    const said = talk(port, ASKS)
    await heard(said, /^HTTP\/1\.1 101 /)
    return { said, inner: await taken, proxy }
  }
  test('end in each direction by itself', async () => {
    const { said, inner } = await tunnel()
    let text = ''
    inner.on('data', piece => {
      text += piece
    })
    said.socket.end('last words')
    await once(inner, 'end')
    expect(text).toBe('last words')
    inner.end('answered')
    await said.closed
    expect(said.text).toMatch(/\r\n\r\nanswered$/)
  })
  test('are cut on the other side where one side is', async () => {
    const first = await tunnel()
    first.said.socket.resetAndDestroy()
    await over(first.inner)
    const second = await tunnel()
    second.inner.resetAndDestroy()
    await second.said.closed
    expect(second.said.error).toBe('ECONNRESET')
  })
  test('are cut on both sides by the end of the server', async () => {
    const { said, inner, proxy } = await tunnel()
    await Promise.all([said.closed, over(inner), proxy.close(0)])
  })
  test('are asked for by GET alone: another method is passed on without its offer, once', async () => {
    const { server, url } = await upstream((req, res) => void res.end(`${req.method} ${req.headers.upgrade}`))
    const offers: string[] = []
    server.on('request', req => offers.push(req.headers.upgrade ?? 'none'))
    const { port } = await proxied(url)
    await heard(talk(port, ASKS.replace('GET', 'DELETE')), /DELETE undefined/)
    expect(offers).toEqual(['none'])
  })
})

describe('loops', () => {
  test('are known by the whole name in Via, and Max-Forwards is a number or nothing', async () => {
    const { url, asked } = await saying(OK)
    const { port } = await proxied(url)
    await heard(talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 nowhere, 1.0 there (here)\r\n\r\n'), /ok$/)
    await heard(talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nVia: HTTP/1.1 here (x)\r\n\r\n'), /^HTTP\/1\.1 508 Loop/)
    for (const hops of ['', 'x', '0x0', '-0', '1e1'])
      await heard(talk(port, `OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: ${hops}\r\n\r\n`), /ok$/)
    expect(asked.slice(1).map(text => /max-forwards: (.*)\r\n/.exec(text)?.[1])).toEqual(['', 'x', '0x0', '-0', '1e1'])
  })
})

test('a client that says nothing whole is answered by us, and the upstream never hears of it', async () => {
  const { url, asked } = await saying(OK)
  const { port } = await proxied(url, {}, { timeouts: { head: 20 } })
  const said = connect(port, '127.0.0.1')
  closing.push(() => said.destroy())
  said.write('GET / HT')
  const [text] = (await once(said.setEncoding('latin1'), 'data')) as [string]
  expect(text).toMatch(/^HTTP\/1\.1 408 /)
  expect(asked).toEqual([])
})
