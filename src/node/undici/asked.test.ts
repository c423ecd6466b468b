/** What is asked for through undici's interface, as the server gets it, and what is refused before. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable, Stream } from 'node:stream'
import { type Dispatcher, FormData, request } from 'undici'
import { expect, test } from 'vitest'
import { closing, peer, soon } from '../../../test/support/net.ts'
import { dispatcher } from './index.ts'

type Options = Parameters<typeof request>[1]

const ours = () => {
  const made = dispatcher()
  closing.push(() => made.destroy())
  return made
}
/** Asks a server that answers with nothing: what it got, and its body. */
const got = async (path: string, options: Options = {}): Promise<{ head: IncomingMessage; body: string }> => {
  let told: (what: { head: IncomingMessage; body: string }) => void
  const asked = new Promise<{ head: IncomingMessage; body: string }>(resolve => {
    told = resolve
  })
  const server = createServer(async (head, answer) => {
    let body = ''
    for await (const piece of head.setEncoding('utf8')) body += piece
    answer.end()
    told({ head, body })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { body } = await ours().request({ method: 'GET', ...options, origin, path } as Dispatcher.RequestOptions)
  await body.dump()
  return asked
}
const refusal = (options: object): Promise<string> =>
  ours()
    .request({ origin: 'http://a.test', path: '/', method: 'GET', ...options } as Dispatcher.RequestOptions)
    .then(
      () => 'none',
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    )

test('fields leave as they were given: case, order, one line each; cookies in one', async () => {
  const headers = ['X-B', '1', 'x-a', '2', 'X-B', '3', 'Cookie', 'a=1', 'X-C', 'd', 'cookie', 'b=2']
  const { head } = await got('/', { headers })
  expect(head.rawHeaders.slice(2)).toEqual(['X-B', '1', 'x-a', '2', 'X-B', '3', 'X-C', 'd', 'cookie', 'a=1; b=2'])
  const several = await got('/', { headers: { 'X-Several': ['1', '2'], 'X-None': undefined, 'X-Null': null } as never })
  expect(several.head.rawHeaders.slice(2)).toEqual(['X-Several', '1', 'X-Several', '2', 'X-Null', ''])
})

test('a path leaves to the letter, and what no target may hold is escaped', async () => {
  for (const path of ['/a/../b', '/%7E/./c', '/a?', '/?a=b+c', '//a']) expect((await got(path)).head.url).toBe(path)
  expect((await got('/a"b')).head.url).toBe('/a%22b')
  const query = { a: [1, 2], 'b c': 'd e', none: null } as never
  expect((await got('/q', { query })).head.url).toBe('/q?a=1&a=2&b%20c=d%20e&none=')
})

test('a whole URL as the path goes to the server that origin names: a proxy', async () => {
  const { head } = await got('http://b.test/x?y', { headers: { host: 'b.test' } })
  expect([head.url, head.headers.host]).toEqual(['http://b.test/x?y', 'b.test'])
})

test('reset and Connection: close end the connection with the answer', async () => {
  let connections = 0
  const server = createServer((head, answer) => void answer.end(head.headers.connection ?? 'kept'))
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const over = ours()
  const ask = async (options: object): Promise<string> => {
    const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return (await request(to, { ...options, dispatcher: over })).body.text()
  }
  expect([await ask({}), await ask({ reset: true }), connections]).toEqual(['kept', 'close', 1])
  expect([await ask({ headers: { Connection: 'close' } }), connections]).toEqual(['close', 2])
  expect([await ask({ reset: false, headers: { Connection: 'close' } }), connections]).toEqual(['kept', 3])
})

test('what a caller changes once it has asked changes nothing', async () => {
  const url = await peer(socket => void socket.once('data', bytes => socket.end(`HTTP/1.0 200 OK\r\n\r\n${bytes}`)))
  const options = { origin: url, path: '/then', method: 'GET' as const, headers: { 'x-when': 'then' } }
  const asked = ours().request(options)
  options.path = '/now'
  options.headers['x-when'] = 'now'
  expect(await (await asked).body.text()).toMatch(/^GET \/then [\s\S]*x-when: then/)
})

test('bodies say what they are, and how long', async () => {
  const form = new FormData()
  form.set('a', 'b')
  const formed = await got('/', { method: 'POST', body: form })
  expect(formed.head.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  expect(formed.body).toMatch(/name="a"\r\n\r\nb\r\n/)
  expect(formed.head.headers['content-length']).toBe(`${formed.body.length}`)
  const blob = new Blob(['text'], { type: 'text/x' })
  const { head, body } = await got('/', { method: 'POST', body: blob as never })
  expect([head.headers['content-type'], head.headers['content-length'], body]).toEqual(['text/x', '4', 'text'])
  const own = await got('/', { method: 'POST', body: blob as never, headers: { 'Content-Type': 'text/own' } })
  expect(own.head.rawHeaders.filter(text => text.startsWith('text/'))).toEqual(['text/own'])
  const empty = await got('/', { method: 'DELETE', body: '' })
  expect(empty.head.headers['content-length']).toBeUndefined()
})

test('a body may come from a stream of any make, in strings and bytes', async () => {
  const web = new ReadableStream({
    start(controller) {
      controller.enqueue('a')
      controller.enqueue(new Uint8Array([0x62]))
      controller.enqueue(new Uint8Array([0x63]).buffer)
      controller.close()
    },
  })
  expect((await got('/', { method: 'POST', body: web as never })).body).toBe('abc')
  const before = new Stream() as Stream & NodeJS.ReadableStream
  before.pause = () => before
  before.resume = () => before
  const asked = got('/', { method: 'POST', body: before as never })
  while (before.listenerCount('data') === 0) await soon()
  before.emit('data', 'from before')
  before.emit('end')
  expect((await asked).body).toBe('from before')
})

test('a body that breaks before anybody reads it is the error of its request, and one not read is destroyed', async () => {
  const broken = new Readable({ read() {} })
  const failed = ours().request({ origin: 'http://127.0.0.1:9', path: '/', method: 'POST', body: broken })
  broken.destroy(new Error('broken by itself'))
  await expect(failed).rejects.toThrow('broken by itself')
  const cut = await peer(socket => void socket.once('data', () => socket.destroy()))
  const half = new PassThrough()
  half.write('half')
  const ended = once(half, 'error')
  const gone = await request(cut, { dispatcher: ours(), method: 'POST', body: half }).catch(error => error)
  expect([gone.code, (await ended)[0]]).toEqual(['UND_ERR_SOCKET', gone])
  const answering = await peer(socket => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'))
  })
  const more = new PassThrough()
  more.write('half')
  const left = once(more, 'close')
  await (await request(answering, { dispatcher: ours(), method: 'POST', body: more })).body.dump()
  await left
  const unread = new PassThrough()
  const closed = once(unread, 'close')
  const told = new Promise(resolve =>
    ours().dispatch(
      { origin: 'http://127.0.0.1:9', path: '/', method: 'POST', body: unread },
      {
        onRequestStart: control => control.abort(new Error('given up')),
        onResponseError: (_, error) => resolve(error),
      },
    ),
  )
  expect(String(await told)).toContain('given up')
  await closed
})

test('what cannot be meant is refused before anything is sent', async () => {
  const invalid = (what: string): string => `UND_ERR_INVALID_ARG ${what}`
  expect(await refusal({ method: 'A B' })).toBe(invalid('invalid request method'))
  expect(await refusal({ method: 7 })).toBe(invalid('method must be a string'))
  expect(await refusal({ path: 'a' })).toBe(invalid('path must be an absolute URL or start with a slash'))
  expect(await refusal({ path: '/a b' })).toBe(invalid('invalid request path'))
  expect(await refusal({ path: '/?a', query: { b: 1 } })).toBe(
    invalid('query is given, and path has one, or a fragment'),
  )
  expect(await refusal({ reset: 1 })).toBe(invalid('invalid reset'))
  expect(await refusal({ expectContinue: 'yes' })).toBe(invalid('invalid expectContinue'))
  expect(await refusal({ throwOnError: false })).toBe(invalid('invalid throwOnError'))
  expect(await refusal({ maxRedirections: 1 })).toMatch(/^UND_ERR_INVALID_ARG maxRedirections/)
  expect(await refusal({ headersTimeout: -1 })).toBe(invalid('invalid headersTimeout'))
  expect(await refusal({ bodyTimeout: '1' })).toBe(invalid('invalid bodyTimeout'))
  expect(await refusal({ upgrade: 'a\r\nb' })).toBe(invalid('invalid upgrade header'))
  expect(await refusal({ origin: 'ftp://a.test' })).toBe(invalid('ftp: is not asked here'))
  expect(await refusal({ body: 7 })).toMatch(/^UND_ERR_INVALID_ARG body must be/)
})

test('fields that nobody may send are refused, and lengths that are not so', async () => {
  const invalid = (what: string): string => `UND_ERR_INVALID_ARG ${what}`
  const header = (headers: unknown, more = {}): Promise<string> => refusal({ headers, ...more })
  expect(await header(7)).toBe(invalid('headers must be an object or an array'))
  expect(await header(['a'])).toBe(invalid('headers array must be even'))
  expect(await header(new Set(['a']))).toBe(invalid('headers must be in key-value pair format'))
  expect(await header({ 'a b': '1' })).toBe(invalid('invalid header key'))
  expect(await header({ a: {} })).toBe(invalid('invalid a header'))
  expect(await header({ a: [{}] })).toBe(invalid('invalid a header'))
  expect(await header({ a: 'b\nc' })).toBe(invalid('invalid a header'))
  expect(await header(['Host', 'a', 'host', 'b'])).toBe(invalid('duplicate host header'))
  expect(await header(['Content-Length', '1', 'content-length', '1'])).toBe(invalid('duplicate content-length header'))
  expect(await header({ 'content-length': '1.1' })).toBe(invalid('invalid content-length header'))
  for (const name of ['transfer-encoding', 'keep-alive', 'upgrade'])
    expect(await header({ [name]: 'a' })).toBe(invalid(`invalid ${name} header`))
  expect(await header({ connection: 'a b' })).toBe(invalid('invalid connection header'))
  expect(await header({ expect: 'a' })).toMatch(/^UND_ERR_NOT_SUPPORTED/)
  const sent = { method: 'POST', body: 'four' }
  expect(await header({ 'content-length': '5' }, sent)).toMatch(/^UND_ERR_REQ_CONTENT_LENGTH_MISMATCH/)
})
