/** Demands of RFC 9112, RFC 9110 and RFC 9111 that no other test shows, and that the tests which the index names exist. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FailureError } from '../../src/failures/index.ts'
import { httpClient, httpServer } from '../../src/http/connection/engine.ts'
import type { HeaderList, HttpConfig } from '../../src/http/types.ts'
import { client, fetch } from '../../src/index.ts'
import { staticFiles } from '../../src/net/server/static.ts'
import { filesIn } from '../../src/node/files.ts'
import * as tls from '../../src/node/tls/index.ts'
import { ascii } from '../support/bytes.ts'
import { allEvents, drain, runServer, sentText, story } from '../support/http-story.ts'
import { closing, codeOf, heard, peer, served, talk } from '../support/net.ts'
import { localhost, root } from '../support/node-tls.ts'
import { proxied, saying } from '../support/proxied.ts'
import { filesShowing } from '../support/shown.ts'
import { MUSTS } from './musts.table.ts'

const HOST = ['Host', 'a'] as const
const EMPTY = new Uint8Array(0)
const refusal = (act: () => void): string => {
  try {
    act()
  } catch (error) {
    return error instanceof FailureError ? error.code : String(error)
  }
  return 'nothing'
}
/** What a client writes for a request. */
const written = (method: string, target: string, headers: HeaderList, body?: Uint8Array): string => {
  const client = httpClient()
  client.send({ type: 'request', method, target, headers, ...(body === undefined ? {} : { body }) }, 0)
  return sentText(client)
}
/** A server that has read `wire`. */
const server = (wire: string, config?: HttpConfig) => {
  const engine = httpServer(config)
  engine.receive(ascii(wire), 0)
  drain(engine)
  return engine
}
/** What a client makes of an answer. */
const answered = (wire: string, method = 'GET'): string[] => {
  const client = httpClient()
  client.send({ type: 'request', method, target: '/', headers: [HOST], body: EMPTY }, 0)
  drain(client)
  client.receive(ascii(wire), 0)
  return story(allEvents(client))
}
/** The first request that arrives there, with all of its head. */
const asked = async (url: (base: string) => string, init?: RequestInit): Promise<string> => {
  let heard = (_: string): void => {}
  const head = new Promise<string>(resolve => {
    heard = resolve
  })
  const base = await peer(socket => {
    let text = ''
    socket.on('data', bytes => {
      text += bytes.toString('latin1')
      if (!text.includes('\r\n\r\n')) return
      heard(text)
      socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')
    })
  })
  await fetch(url(base), init)
  return head
}

describe('what is written', () => {
  test('RFC 9112 2.2: no line end can be written into a head', () => {
    for (const end of ['\r', '\n', '\r\n', '\r\n ', '\0']) {
      expect(refusal(() => written('GET', '/', [HOST, ['X', `a${end}b`]]))).toBe('http/bad-outgoing')
      expect(refusal(() => written('GET', '/', [HOST, [`X${end}`, 'a']]))).toBe('http/bad-outgoing')
      expect(refusal(() => written('GET', `/${end}`, [HOST]))).toBe('http/bad-outgoing')
      expect(refusal(() => written(`GET${end}`, '/', [HOST]))).toBe('http/bad-outgoing')
      const engine = server('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      const reason = `OK${end}X`
      expect(refusal(() => engine.send({ type: 'response', status: 200, reason, headers: [] }, 0))).toBe(
        'http/bad-outgoing',
      )
    }
  })
  test('RFC 9112 2.2: a request ends where its content ends', () => {
    expect(written('POST', '/a', [HOST], ascii('hello'))).toBe(
      'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
    )
    expect(written('GET', '/', [HOST], EMPTY)).toBe('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  })
  test('RFC 9112 3.2: a request without Host is not written', () => {
    expect(refusal(() => written('GET', '/', []))).toBe('http/bad-outgoing')
    expect(refusal(() => written('GET', 'http://a/', []))).toBe('http/bad-outgoing')
  })
  test('RFC 9110 5.3: a second Host, length or coding is not written', () => {
    expect(refusal(() => written('GET', '/', [HOST, HOST]))).toBe('http/bad-outgoing')
    for (const twice of [
      ['Content-Length', '1'],
      ['Transfer-Encoding', 'chunked'],
    ] as const)
      expect(refusal(() => written('POST', '/', [HOST, twice, twice]))).toBe('http/bad-outgoing')
  })
  test('RFC 9112 6.2: a length beside chunked is not written', () => {
    const both = [
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '1'],
    ] as const
    expect(refusal(() => written('POST', '/', [HOST, ...both]))).toBe('http/bad-outgoing')
    const engine = server('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(refusal(() => engine.send({ type: 'response', status: 200, headers: both }, 0))).toBe('http/bad-outgoing')
  })
  test('RFC 9112 6.1: codings are not piled up in what is sent', () => {
    for (const coding of ['chunked, chunked', 'chunked, gzip', 'gzip', 'identity', '']) {
      expect(
        refusal(() => written('POST', '/', [HOST, ['Transfer-Encoding', coding]])),
        coding,
      ).toBe('http/bad-outgoing')
      const engine = server('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      const headers = [['Transfer-Encoding', coding]] as const
      expect(
        refusal(() => engine.send({ type: 'response', status: 200, headers }, 0)),
        coding,
      ).toBe('http/bad-outgoing')
    }
  })
  test('RFC 9112 6.1: 1xx, 204 and answers to HTTP/1.0 are never chunked', () => {
    const chunked = [['Transfer-Encoding', 'chunked']] as const
    for (const status of [103, 204]) {
      const engine = server('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      const before = refusal(() => engine.send({ type: 'response', status, headers: chunked, body: EMPTY }, 0))
      if (before === 'nothing') expect(sentText(engine), String(status)).not.toMatch(/transfer-encoding/i)
      else expect(before).toBe('http/bad-outgoing')
    }
    const old = server('GET / HTTP/1.0\r\n\r\n')
    old.send({ type: 'response', status: 200, headers: [] }, 0)
    old.send({ type: 'body', bytes: ascii('x') }, 0)
    old.send({ type: 'end' }, 0)
    expect(sentText(old)).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:(?!transfer-encoding)[^\r]+\r\n)*\r\nx$/i)
  })
  test('RFC 9112 6.3: content of a request is framed', () => {
    const client = httpClient()
    const headers = [HOST, ['Transfer-Encoding', 'chunked']] as const
    client.send({ type: 'request', method: 'POST', target: '/', headers }, 0)
    client.send({ type: 'body', bytes: ascii('hello') }, 0)
    client.send({ type: 'end' }, 0)
    expect(sentText(client)).toMatch(/\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/)
    const unframed = httpClient()
    unframed.send({ type: 'request', method: 'POST', target: '/', headers: [HOST] }, 0)
    expect(refusal(() => unframed.send({ type: 'body', bytes: ascii('hello') }, 0))).toBe('http/wrong-length')
  })
  test('RFC 9112 4: a status line without a reason keeps its space', () => {
    const engine = server('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    engine.send({ type: 'response', status: 299, reason: '', headers: [], body: EMPTY }, 0)
    expect(sentText(engine)).toMatch(/^HTTP\/1\.1 299 \r\n/)
  })
  test('RFC 9110 8.6: 1xx and 204 have no length', () => {
    for (const status of [103, 204])
      for (const length of ['0', '5']) {
        const engine = server('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        const headers = [['Content-Length', length]] as const
        expect(refusal(() => engine.send({ type: 'response', status, headers }, 0))).toBe('http/bad-outgoing')
      }
    const engine = server('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    engine.send({ type: 'response', status: 204, headers: [], body: EMPTY }, 0)
    expect(sentText(engine)).not.toMatch(/content-length/i)
  })
  test('RFC 9110 9.3.8: TRACE has no content, and fetch never sends it', async () => {
    expect(await codeOf(fetch('http://127.0.0.1:9/', { method: 'TRACE' }))).toBe('net/bad-request')
    expect(refusal(() => written('TRACE', '/', [HOST], ascii('x')))).toBe('http/bad-outgoing')
  })
  test('RFC 9112 3.2.3: CONNECT names host and port', () => {
    expect(written('CONNECT', 'b.test:443', [['Host', 'b.test:443']])).toMatch(/^CONNECT b\.test:443 HTTP\/1\.1\r\n/)
    for (const target of ['b.test', 'b.test:', '/', 'http://b.test:443/', '*'])
      expect(
        refusal(() => written('CONNECT', target, [HOST])),
        target,
      ).toBe('http/bad-outgoing')
  })
  test('RFC 9112 3.2: there is no target without an authority, so Host is never empty', async () => {
    for (const url of ['http://', 'http:///', 'https://:443/', 'http://?q'])
      expect([url, await codeOf(fetch(url))]).toEqual([url, 'net/bad-url'])
    expect(refusal(() => written('OPTIONS', '*', [['Host', '']]))).toBe('http/bad-outgoing')
  })
  test('RFC 9112 3.2.4: * is for OPTIONS alone', () => {
    expect(written('OPTIONS', '*', [HOST])).toBe('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n')
    for (const method of ['GET', 'HEAD', 'POST', 'TRACE'])
      expect(
        refusal(() => written(method, '*', [HOST])),
        method,
      ).toBe('http/bad-outgoing')
  })
  test('RFC 9112 9.3.2: a client asks nothing before its answer is complete', () => {
    const client = httpClient()
    const request = { type: 'request', method: 'GET', target: '/', headers: [HOST], body: EMPTY } as const
    client.send(request, 0)
    expect(refusal(() => client.send(request, 0))).toBe('http/wrong-turn')
    client.receive(ascii('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel'), 0)
    drain(client)
    expect(refusal(() => client.nextCycle(0))).toBe('http/wrong-turn')
  })
  test('RFC 9112 9.6: a client that said close asks nothing more', () => {
    const client = httpClient()
    const headers = [HOST, ['Connection', 'close']] as const
    client.send({ type: 'request', method: 'GET', target: '/', headers, body: EMPTY }, 0)
    client.receive(ascii('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), 0)
    drain(client)
    expect({ done: client.cycleDone, reusable: client.reusable }).toEqual({ done: true, reusable: false })
  })
})

describe('what is read', () => {
  test('RFC 9112 9.6: a client that heard close asks nothing more', () => {
    for (const said of ['close', 'Close', 'x, close', 'keep-alive, close']) {
      const client = httpClient()
      client.send({ type: 'request', method: 'GET', target: '/', headers: [HOST], body: EMPTY }, 0)
      client.receive(ascii(`HTTP/1.1 200 OK\r\nConnection: ${said}\r\nContent-Length: 0\r\n\r\n`), 0)
      drain(client)
      expect(client.reusable, said).toBe(false)
    }
  })
  test('RFC 9112 4: the reason is shown and means nothing', () => {
    for (const reason of [' Not Found', ' ', '', ' \xe9 500'])
      expect(answered(`HTTP/1.1 200${reason}\r\nContent-Length: 0\r\n\r\n`)).toEqual([
        `200 ${reason.slice(1)} 1.1 | Content-Length: 0`,
        'end',
      ])
  })
  test('RFC 9112 5.2: an answer with a folded line is refused', () => {
    expect(answered('HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n')).toEqual(['✗ http/folded-header'])
  })
  test('RFC 9112 6.3: an answer with a length that is none is dropped', () => {
    for (const [length, code] of [
      ['-1', 'http/bad-length'],
      ['5, 6', 'http/two-lengths'],
      ['0x5', 'http/bad-length'],
    ] as const)
      expect(answered(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nhello`)).toEqual([`✗ ${code}`])
  })
  test('RFC 9110 5.5: white space around a value is no part of it', () => {
    expect(runServer([ascii('GET / HTTP/1.1\r\nHost:\t a \t\r\nX: \t\r\nY:  b  c \r\n\r\n')])).toEqual([
      'GET / 1.1 | Host: a | X:  | Y: b  c',
      'end',
    ])
  })
  test('RFC 9110 5.6.1.2: empty members of Connection are ignored', () => {
    const next = 'GET /next HTTP/1.1\r\nHost: a\r\n\r\n'
    const told = (connection: string) =>
      runServer([ascii(`GET / HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n\r\n${next}`)]).length
    expect([told(', ,'), told(', ,close,'), told(',\t, x')]).toEqual([4, 2, 4])
  })
  test('RFC 9110 15: a status that nobody knows is that of its class', () => {
    expect(answered('HTTP/1.1 199 Later\r\n\r\nHTTP/1.1 299 Fine\r\nContent-Length: 2\r\n\r\nhi')).toEqual([
      '199 Later 1.1',
      '299 Fine 1.1 | Content-Length: 2',
      'body hi',
      'end',
    ])
  })
})

describe('what net sends', () => {
  test('RFC 9112 3.2.1: an empty path is sent as /', async () => {
    expect(await asked(base => base.replace(/\/$/, ''))).toMatch(/^GET \/ HTTP\/1\.1\r\n/)
    expect(await asked(base => `${base.replace(/\/$/, '')}?q=1#part`)).toMatch(/^GET \/\?q=1 HTTP\/1\.1\r\n/)
  })
  test('RFC 9112 3.2: Host is the authority, without a user', async () => {
    const head = await asked(base => base)
    expect(head).toMatch(/\r\nHost: 127\.0\.0\.1:\d+\r\n/i)
    // A user in a URL is refused before anything is sent.
    expect(await codeOf(fetch('http://user:secret@127.0.0.1:9/'))).not.toBe('no failure')
  })
  test('RFC 9110 8.8.2.1: no file is from the future', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'barewire-future-'))
    closing.push(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'a.txt'), 'tomorrow')
    const tomorrow = Date.now() / 1000 + 86_400
    utimesSync(join(folder, 'a.txt'), tomorrow, tomorrow)
    const { url } = await served(staticFiles(await filesIn(folder)))
    const { headers } = await fetch(`${url}/a.txt`)
    const [modified, date] = [headers.get('last-modified')!, headers.get('date')!].map(Date.parse)
    expect(modified).toBeLessThanOrEqual(date!)
    expect(modified).toBeGreaterThan(date! - 60_000)
  })
  test('RFC 9112 7.4: TE is not sent on its own', async () => {
    expect(await asked(base => base)).not.toMatch(/\r\nTE:/i)
  })
  test('RFC 9110 10.1.1: nothing is expected without content', async () => {
    expect(await asked(base => base)).not.toMatch(/\r\nExpect:/i)
  })
  test('RFC 9110 4.2.2: https is never asked in the clear', async () => {
    let heard = ''
    const base = await peer(socket => {
      socket.on('data', bytes => {
        heard += bytes.toString('latin1')
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
    })
    expect(await codeOf(fetch(base.replace('http:', 'https:')))).not.toBe('no failure')
    expect(heard).not.toContain('HTTP/1.1')
  })
})

describe('what net sends and reads, to the end', () => {
  test('RFC 9112 7.1.3: what is passed on says nothing of the chunks that it came in', async () => {
    const { url } = await saying('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n')
    const { port } = await proxied(url)
    const said = talk(port, 'GET / HTTP/1.0\r\n\r\n')
    await said.closed
    expect(said.text).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:(?!transfer-encoding)[^\r]+\r\n)*\r\nok$/i)
  })
  test('RFC 9112 9.8: an answer that ends with its connection ends with close_notify, or is incomplete', async () => {
    const ending = async (how: 'end' | 'destroy'): Promise<string> => {
      const server = tls.createServer(localhost, socket => {
        socket.on('error', () => {})
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\npart', () => socket[how]()))
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      closing.push(() => server.close())
      const { port } = server.address() as AddressInfo
      const ask = client({ ca: root })
      closing.push(() => ask.close())
      const response = await ask.fetch(`https://localhost:${port}/`)
      return response.text().catch((error: { code: string }) => error.code)
    }
    expect(await ending('end')).toBe('part')
    expect(await ending('destroy')).toBe('tls/cut-short')
  })
  test('RFC 9112 9.8: a server ends TLS with close_notify', async () => {
    const server = await served(() => new Response('whole'), { tls: localhost })
    const socket = tls.connect({ port: server.port, host: '127.0.0.1', servername: 'localhost', ca: root })
    const events: string[] = []
    for (const event of ['end', 'error']) socket.on(event, () => events.push(event))
    socket.resume()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await once(socket, 'close')
    // Without it the end is an error there.
    expect(events).toEqual(['end'])
  })
  test('RFC 9110 7.6.1: nobody but us writes Connection', async () => {
    const headers = { connection: 'cache-control', 'cache-control': 'no-store' }
    expect(await asked(base => base, { headers })).not.toMatch(/connection: *cache-control/i)
    const server = await served(() => new Response('ok', { headers }))
    const said = talk(server.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await heard(said, /ok$/)
    expect(said.text).toMatch(/\r\ncache-control: no-store\r\n/i)
    expect(said.text).not.toMatch(/connection: *cache-control/i)
  })
  test('RFC 9110 9.3.7: content of OPTIONS has a type', async () => {
    expect(await asked(base => base, { method: 'OPTIONS', body: 'text' })).toMatch(/\r\ncontent-type: text\/plain/i)
    const bytes = await asked(base => base, { method: 'OPTIONS', body: Uint8Array.of(1) })
    expect(bytes).toMatch(/\r\ncontent-type: application\/octet-stream\r\n/i)
    expect(await asked(base => base, { method: 'OPTIONS' })).not.toMatch(/\r\ncontent-type:/i)
    expect(await asked(base => base, { method: 'POST', body: Uint8Array.of(1) })).not.toMatch(/\r\ncontent-type:/i)
  })
  test('RFC 9110 13.2.1: conditions change no error', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'barewire-conditions-'))
    closing.push(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'a.txt'), 'here')
    const { url } = await served(staticFiles(await filesIn(folder)))
    const status = async (path: string, headers: Record<string, string>, method = 'GET') =>
      (await fetch(`${url}${path}`, { method, headers })).status
    for (const headers of [
      { 'if-match': '"x"' },
      { 'if-none-match': '*' },
      { 'if-unmodified-since': new Date(0).toUTCString() },
    ]) {
      expect([await status('/none.txt', headers), await status('/a.txt', headers, 'DELETE')]).toEqual([404, 405])
    }
    expect([await status('/a.txt', { 'if-match': '"x"' }), await status('/a.txt', { 'if-none-match': '*' })]).toEqual([
      412, 304,
    ])
  })
})

describe('the index of demands', () => {
  test('names tests that exist', () => {
    const missing = MUSTS.filter(({ shown }) => shown !== undefined && filesShowing(shown).length === 0)
    expect(missing.map(({ shown }) => shown)).toEqual([])
  })
  test('has no more demands without a test than these', () => {
    expect(MUSTS.length).toBeGreaterThan(165)
    expect(MUSTS.filter(({ shown }) => shown === undefined).length).toBe(0)
  })
})

test('RFC 9111 5.2, 5.2.2.6: directives pass both ways, and a body that is not to be changed as it came', async () => {
  const body = 'text that a coding would make shorter '.repeat(100)
  const said = 'no-transform, Made-Up="a, b", max-age=60, private'
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: ${said}\r\nContent-Length: ${body.length}\r\n\r\n`
  const { url, asked } = await saying(head + body)
  const { port } = await proxied(url)
  const request = 'GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nCache-Control: only-if-cached, x=y\r\n\r\n'
  const told = talk(port, request)
  await heard(told, body)
  expect(told.text).toMatch(/^cache-control: no-transform, Made-Up="a, b", max-age=60, private\r$/im)
  expect(told.text).not.toMatch(/content-encoding/i)
  expect(asked[0]).toMatch(/^cache-control: only-if-cached, x=y\r$/im)
})

test('RFC 9111 3.1: what stands behind a body is no field of what is kept', async () => {
  let requests = 0
  const url = await peer(socket =>
    socket.on('data', () => {
      requests++
      socket.write(
        'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n2\r\nok\r\n0\r\nX-Late: 1\r\nSet-Cookie: a=b\r\n\r\n',
      )
    }),
  )
  using own = client({ cache: true })
  for (let i = 0; i < 2; i++) {
    const answer = await own.fetch(url)
    expect(await answer.text()).toBe('ok')
    expect([answer.headers.has('x-late'), answer.headers.has('set-cookie')]).toEqual([false, false])
  }
  expect(requests).toBe(1)
})
