/** Demands of RFC 9112 and RFC 9110 that no other test shows, and that the tests which the index names exist. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FailureError } from '../../src/failures/index.ts'
import { httpClient, httpServer } from '../../src/http/connection/engine.ts'
import type { HeaderList, HttpConfig } from '../../src/http/types.ts'
import { fetch } from '../../src/index.ts'
import { staticFiles } from '../../src/net/server/static.ts'
import { filesIn } from '../../src/node/files.ts'
import { ascii } from '../support/bytes.ts'
import { allEvents, drain, runServer, sentText, story } from '../support/http-story.ts'
import { closing, codeOf, peer, served } from '../support/net.ts'
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
  test('RFC 9110 9.3.8: TRACE has no content', () => {
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

describe('the index of demands', () => {
  test('names tests that exist', () => {
    const missing = MUSTS.filter(({ shown }) => shown !== undefined && filesShowing(shown).length === 0)
    expect(missing.map(({ shown }) => shown)).toEqual([])
  })
  test('has no more demands without a test than these', () => {
    expect(MUSTS.length).toBeGreaterThan(130)
    expect(MUSTS.filter(({ shown }) => shown === undefined).length).toBe(14)
  })
})
