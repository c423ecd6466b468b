/** How a `Response` becomes an answer: when its head leaves, what it is coded with, which of its fields are true. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { closing, heard, served, soon, talk } from '../../../test/support/net.ts'
import { FastResponse, fetch } from '../../index.ts'
import { nodeWorld } from '../../node/world.ts'

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`
const gzip = 'Accept-Encoding: gzip\r\n'
const head = (more = '') => get('/', `Connection: close\r\n${more}`).replace('GET', 'HEAD')
const text = { 'content-type': 'text/plain' }

/** A stream that gives what it is told to, when it is told. */
const byHand = () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
  })
  return { stream, say: (words: string) => controller.enqueue(new TextEncoder().encode(words)), controller }
}

test('RFC 9112 9.6: an answer closes the connection by `close`, and by no other word about it', async () => {
  const server = await served(request => {
    const [name = '', value = ''] = new URL(request.url).pathname.slice(1).split('=')
    const init = { headers: { [name]: value } }
    if (request.headers.has('x-streamed')) return new Response(new Blob(['ok']).stream(), init)
    return request.headers.has('x-fast') ? new FastResponse('ok', init) : new Response('ok', init)
  })
  for (const more of ['', 'X-Fast: 1\r\n', 'X-Streamed: 1\r\n'])
    for (const [field, closes] of [
      ['connection=close', true],
      ['connection=keep-alive,Close', true],
      ['connection=keep-alive', false],
      ['connection=closed', false],
      ['keep-alive=timeout=5', false],
    ] as const) {
      const said = talk(server.port, get(`/${field}`, more), get('/last=1', 'Connection: close\r\n'))
      await said.closed
      const [first = '', second] = said.text.split('ok')
      expect([field, /\r\nconnection: close\r\n/i.test(first), second === '']).toEqual([field, closes, closes])
      expect(first).not.toMatch(/keep-alive|closed/i)
    }
})

describe('the head of a streamed answer', () => {
  test('leaves at once, whenever the first piece comes', async () => {
    const body = byHand()
    const server = await served(() => new Response(body.stream))
    const said = talk(server.port, get('/'))
    await heard(said, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s)
    body.say('first')
    await heard(said, '5\r\nfirst\r\n')
    body.controller.close()
    await heard(said, '0\r\n\r\n')
  })

  test('that breaks before its first piece is 500 while nothing was said, and a cut afterwards', async () => {
    const failures: unknown[] = []
    const later = byHand()
    const server = await served(
      request => {
        if (request.url.endsWith('/later')) return new Response(later.stream)
        return new Response(new ReadableStream({ start: controller => controller.error(new Error('broken')) }))
      },
      { failed: error => failures.push(error) },
    )
    expect((await fetch(`${server.url}/now`)).status).toBe(500)
    const response = await fetch(`${server.url}/later`)
    expect(response.status).toBe(200)
    later.controller.error(new Error('broken'))
    await expect(response.text()).rejects.toMatchObject({ code: expect.stringMatching(/^(?:tcp|http)\//) })
    expect(failures).toHaveLength(2)
  })

  test('that a server must not send is 500, and whoever serves hears of it', async () => {
    const failures: unknown[] = []
    const server = await served(() => new Response('small', { headers: { 'x-bell': '\x07' } }), {
      failed: error => failures.push(error),
    })
    expect((await fetch(server.url)).status).toBe(500)
    expect(failures).toMatchObject([{ code: 'http/bad-outgoing' }])
  })

  test('says the length of a body that is all there, in however many pieces', async () => {
    const server = await served(() => {
      const body = byHand()
      for (const word of ['one ', '', 'two ', 'three']) body.say(word)
      body.controller.close()
      return new Response(body.stream)
    })
    const said = talk(server.port, get('/'))
    await heard(said, 'one two three')
    expect(said.text).toMatch(/content-length: 13\r\n/i)
    expect(said.text).not.toMatch(/transfer-encoding/i)
  })
})

describe('a Response of a library that brings its own', () => {
  /** As `@whatwg-node/fetch` makes them: no `Response` of the platform, with headers and streams of its own. */
  class Fields extends Map<string, string> {
    override get(name: string): never {
      return (super.get(name) ?? null) as never
    }
  }
  const foreign = (text: string | null, more: object = {}) => ({
    [Symbol.toStringTag]: 'Response',
    status: 201,
    statusText: 'Made',
    headers: new Fields([
      ['x-a', 'b'],
      ['content-type', 'text/plain'],
    ]),
    body: text === null ? null : { getReader: () => new Blob([text]).stream().getReader() },
    ...more,
  })
  const answer = async (response: object) => {
    const failures: unknown[] = []
    const server = await served(() => response as Response, { failed: error => failures.push(error) })
    const { status, statusText, headers, ...got } = await fetch(server.url).then(async one => ({
      status: one.status,
      statusText: one.statusText,
      headers: one.headers,
      text: await one.text(),
    }))
    return [status, statusText, headers.get('x-a'), got.text, failures.length]
  }

  test('is one', async () => {
    expect(await answer(foreign('words'))).toEqual([201, 'Made', 'b', 'words', 0])
    expect(await answer(foreign(null, { status: 204, statusText: '' }))).toEqual([204, 'No Content', 'b', '', 0])
  })

  test.each<[string, object]>([
    ['says that it is one alone', { [Symbol.toStringTag]: 'Response' }],
    ['does not say that it is one', foreign('words', { [Symbol.toStringTag]: 'Answer' })],
    ['has a status of no final answer', foreign('words', { status: 101 })],
    ['has a status that nothing has', foreign('words', { status: 600 })],
    ['has a status that is no number', foreign('words', { status: '200' })],
    ['has headers that nobody can go through', foreign('words', { headers: 5 })],
    ['has a body that nobody can read', foreign('words', { body: 'words' })],
    ['has a field that breaks the head', foreign('words', { headers: new Fields([['x-a', 'b\r\nset-cookie: a=b']]) })],
  ])('is none where it %s', async (_, response) => {
    const [status, , field, , failures] = await answer(response)
    expect([status, field, failures]).toEqual([500, null, 1])
  })
})

describe('compression', () => {
  const long = 'a line of text that repeats itself\n'.repeat(500)

  test('leaves a stream alone where nobody asked for it', async () => {
    const body = byHand()
    const server = await served(() => new Response(body.stream, { headers: text }))
    body.say(long)
    const said = talk(server.port, get('/', gzip))
    await heard(said, long)
    expect(said.text).not.toMatch(/content-encoding|vary/i)
  })

  test.each(['gzip', 'deflate'] as const)('of a stream by %s holds nothing back', async coding => {
    const body = byHand()
    const server = await served(() => new Response(body.stream, { headers: text }), { compress: 'streams-too' })
    const response = await fetch(server.url, { headers: { 'accept-encoding': coding } })
    expect(response.headers.get('content-encoding')).toBe(coding)
    const reader = response.body!.getReader()
    for (const word of ['first', 'second', 'third']) {
      body.say(word)
      let got = ''
      while (got.length < word.length) got += new TextDecoder().decode((await reader.read()).value!)
      expect(got).toBe(word)
    }
    body.controller.close()
    expect((await reader.read()).done).toBe(true)
  })

  test('of a stream by a coder that cannot flush is not done', async () => {
    const usual = nodeWorld()
    const coders = usual.coders.map(coder => ({
      ...coder,
      compress: () => {
        const { push, end, destroy } = coder.compress()
        return { push, end, destroy }
      },
    }))
    const body = byHand()
    const server = await served(() => new Response(body.stream, { headers: text }), {
      compress: 'streams-too',
      world: { ...usual, coders },
    })
    const response = await fetch(server.url, { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBe(null)
    body.say('whole')
    body.controller.close()
    expect(await response.text()).toBe('whole')
  })

  test('is for a part of a representation and for what must not be changed not done (RFC 9110 14.4, 7.7)', async () => {
    const answers: Record<string, ResponseInit> = {
      '/part': { status: 206, headers: { ...text, 'content-range': 'bytes 0-17499/99999' } },
      '/status': { status: 206, headers: text },
      '/range': { headers: { ...text, 'content-range': 'bytes 0-17499/99999' } },
      '/fixed': { headers: { ...text, 'cache-control': 'public, no-transform' } },
      '/coded': { headers: { ...text, 'content-encoding': 'x-unknown' } },
    }
    const server = await served(request => new Response(long, answers[new URL(request.url).pathname]))
    for (const path of [...Object.keys(answers), '/']) {
      const said = talk(server.port, get(path, `Connection: close\r\n${gzip}`))
      await said.closed
      expect([path, /content-encoding: gzip/i.test(said.text)]).toEqual([path, path === '/'])
    }
  })

  test('never: not even of a string', async () => {
    const server = await served(() => new Response(long, { headers: text }), { compress: 'never' })
    const said = talk(server.port, get('/', gzip))
    await heard(said, long)
    expect(said.text).not.toMatch(/content-encoding|vary/i)
  })
})

describe('answers to HEAD', () => {
  test('without a body say no length, as nobody knows that of GET (RFC 9110 8.6)', async () => {
    const server = await served(() => new Response(null, { headers: { 'x-here': '1' } }))
    const said = talk(server.port, head())
    await said.closed
    expect(said.text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*x-here: 1\r\n/s)
    expect(said.text).not.toMatch(/content-length|transfer-encoding/i)
    const full = talk(server.port, get('/', 'Connection: close\r\n'))
    await full.closed
    expect(full.text).toMatch(/content-length: 0\r\n/i)
  })

  test('say the length that the handler gives, and do not read the body', async () => {
    let read = 0
    const server = await served(() => {
      const body = new ReadableStream({ pull: () => void read++ }, { highWaterMark: 0 })
      return new Response(body, { headers: { 'content-length': '700' } })
    })
    const said = talk(server.port, head())
    await said.closed
    expect(said.text).toMatch(/content-length: 700\r\n/i)
    expect(read).toBe(0)
  })
})

describe('an answer of another server that is passed on', () => {
  const plain = 'what the other server has to say. '.repeat(150)

  const upstream = async (): Promise<string> => {
    const server = createServer((request, response) => {
      const coded = gzipSync(plain)
      response.writeHead(200, { ...text, etag: '"strong"', 'content-encoding': 'gzip', 'content-length': coded.length })
      if (request.url === '/slow') {
        response.write(coded.subarray(0, 30))
        setTimeout(() => response.end(coded.subarray(30)), 20)
      } else response.end(coded)
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    closing.push(() => server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test.each([
    ['ours', fetch],
    ['the platform’s', globalThis.fetch],
  ] as const)('by %s fetch arrives whole and says what it is', async (_, fetching) => {
    const url = await upstream()
    const server = await served(
      request => (fetching as typeof globalThis.fetch)(url + new URL(request.url).pathname, { keepalive: false }),
      { compress: 'never' },
    )
    for (const path of ['/', '/slow']) {
      const said = talk(server.port, get(path, `Connection: close\r\n${gzip}`))
      await said.closed
      expect(said.text).toContain('what the other server has to say')
      expect(said.text).not.toMatch(/content-encoding/i)
      expect(said.text).toMatch(/etag: W\/"strong"\r\n/i)
      expect(await (await fetch(server.url + path)).text()).toBe(plain)
      expect(await (await globalThis.fetch(server.url + path)).text()).toBe(plain)
    }
  })

  test('is compressed again where that is wanted', async () => {
    const url = await upstream()
    const server = await served(() => fetch(url), { compress: 'streams-too' })
    const response = await fetch(server.url, { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(await response.text()).toBe(plain)
  })

  test('RFC 9110 7.6.1: leaves the connection to its client open, whatever became of the other one', async () => {
    const url = await upstream()
    const server = await served(() => fetch(url))
    const said = talk(server.port, get('/'), get('/', 'Connection: close\r\n'))
    await said.closed
    expect(said.text.match(/HTTP\/1\.1 200 OK\r\n/g)?.length).toBe(2)
  })

  test('as a clone of itself', async () => {
    const url = await upstream()
    const server = await served(async () => (await fetch(url)).clone())
    expect(await (await fetch(server.url)).text()).toBe(plain)
  })

  test('with its fields copied: a coding beside a length that is not that of the body is not believed', async () => {
    const url = await upstream()
    const server = await served(async () => {
      const { headers, ...other } = await fetch(url)
      return new Response(plain, { ...other, headers })
    })
    expect(await (await fetch(server.url)).text()).toBe(plain)
  })

  test('but a body that the handler compressed itself stays as it is', async () => {
    const coded = gzipSync(plain, { level: constants.Z_BEST_SPEED })
    const server = await served(() => new Response(coded, { headers: { ...text, 'content-encoding': 'gzip' } }))
    const said = talk(server.port, get('/', `Connection: close\r\n${gzip}`))
    await said.closed
    expect(gunzipSync(Buffer.from(said.text.split('\r\n\r\n')[1]!, 'latin1')).toString()).toBe(plain)
    expect(said.text).toMatch(/content-encoding: gzip/i)
  })
})

test('the body of an answer that comes after its client left is cancelled', async () => {
  let cancelled: unknown
  let release = (): void => {}
  const server = await served(async (_, { signal }) => {
    await new Promise<void>(resolve => {
      signal.addEventListener('abort', () => resolve())
      release = resolve
    })
    return new Response(
      new ReadableStream({
        cancel: reason => {
          cancelled = reason ?? 'cancelled'
        },
      }),
    )
  })
  const said = talk(server.port, get('/'))
  await soon(30)
  said.socket.resetAndDestroy()
  await said.closed
  for (let i = 0; i < 1000 && cancelled === undefined; i++) await soon()
  release()
  expect(cancelled).toBeDefined()
})
