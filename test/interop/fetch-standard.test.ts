/**
 * `fetch` beside that of undici, which passes most of the web platform tests: the same cases against the same server of
 * `node:http`. Where the two differ the table says what either does and why; a row that is not true any more fails.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetch as ours } from '../../src/index.ts'

interface Fetches {
  readonly fetch: typeof globalThis.fetch
  readonly Request: typeof Request
  readonly FormData: typeof FormData
}
type Body = NonNullable<RequestInit['body']>
type Init = Omit<RequestInit, 'duplex'> & { readonly duplex?: string }
interface Answer {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

let server: Server
let base: string
let undici: Fetches
const barewire: Fetches = { fetch: ours as unknown as typeof globalThis.fetch, Request, FormData }

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

/** What the server does at each path; others show the request. */
const places: Readonly<Record<string, (response: ServerResponse, query: string) => void>> = {
  '/to': (response, query) => response.writeHead(Number(query.slice(0, 3)), { location: query.slice(4) }).end('away'),
  '/loop': response => response.writeHead(302, { location: '/loop' }).end(),
  '/nowhere': response => response.writeHead(302).end('stay'),
  '/status': (response, query) => response.writeHead(Number(query)).end(),
  '/reason': response => response.writeHead(200, 'Quite Fine').end('x'),
  '/gzip': response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('squeezed')),
  '/badzip': response => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
  '/cut': response => {
    response.writeHead(200, { 'content-length': '10' })
    response.write('half', () => response.destroy())
  },
  '/gone': response => response.destroy(),
  '/slow': () => {},
  '/cookies': response => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end(),
  '/twice': response => response.writeHead(200, [...'x-a: 1|x-a: 2'.split('|').flatMap(f => f.split(': '))]).end(),
  '/html': response => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>'),
  '/json': response => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":[1]}'),
  '/abc': response => response.end('abc'),
}

beforeAll(async () => {
  const package_ = await import('undici')
  undici = package_ as unknown as Fetches
  server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url!, 'http://a')
    const place = places[pathname]
    const body = await bodyOf(request)
    if (place !== undefined) place(response, decodeURIComponent(search.slice(1)))
    else response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
  }).listen(0, '127.0.0.1')
  // Node's server reads no method that it does not know; what it was is said all the same.
  server.on('clientError', ({ rawPacket }: Error & { readonly rawPacket?: Buffer }, socket) => {
    const said = JSON.stringify({ method: String(rawPacket).split(' ')[0], body: '' })
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${said.length}\r\nConnection: close\r\n\r\n${said}`)
  })
  await new Promise(resolve => server.once('listening', resolve))
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** What of an error a program can rely on. */
const errorOf = (error: unknown): string => {
  const { name, cause } = error as Error
  return error instanceof TypeError
    ? `TypeError${name === 'TypeError' ? '' : ` named ${name}`}`
    : `${name ?? error} ${cause ?? ''}`.trim()
}
const settled = async (work: () => unknown): Promise<unknown> => {
  try {
    return await work()
  } catch (error) {
    return errorOf(error)
  }
}
/** What the server saw of it. */
const seen = async (
  { fetch }: Fetches,
  init: Init,
  show: (answer: Answer) => unknown = ({ method, body }) => ({ method, body }),
): Promise<unknown> => show((await (await fetch(`${base}/echo`, init as RequestInit)).json()) as Answer)

const stream = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('str'))
      controller.enqueue(new TextEncoder().encode('eam'))
      controller.close()
    },
  })
async function* pieces(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('ite')
  yield new TextEncoder().encode('rable')
}
const sha = (hash: string, text: string): string => `${hash}-${createHash(hash).update(text).digest('base64')}`
const facts = ({ status, statusText, ok, redirected, type, bodyUsed }: Response) => ({
  status,
  statusText,
  ok,
  redirected,
  type,
  bodyUsed,
})
const text = async (response: Response | Promise<Response>): Promise<string> => (await response).text()
const typeOf = async ({ fetch }: Fetches, url: string): Promise<unknown> => {
  const response = await fetch(url)
  return [response.headers.get('content-type'), [...new Uint8Array(await response.arrayBuffer())].join(' ')]
}

const cases: Readonly<Record<string, (f: Fetches) => unknown>> = {
  // Requests.
  'method is put in capitals where it is a usual one': f => seen(f, { method: 'post' }),
  'method patch stays as it is': f => seen(f, { method: 'patch' }),
  'a method that is no token': f => seen(f, { method: 'a b' }),
  'method CONNECT': f => seen(f, { method: 'CONNECT' }),
  'method TRACE': f => seen(f, { method: 'trace' }),
  'GET with a body': f => seen(f, { body: 'x' }),
  'a header name that is none': f => seen(f, { headers: { 'a b': 'c' } }),
  'a header value with a line feed': f => seen(f, { headers: { a: 'b\nc' } }),
  'a text': f =>
    seen(f, { method: 'POST', body: 'ü' }, a => [a.body, a.headers['content-type'], a.headers['content-length']]),
  'no text': f => seen(f, { method: 'POST' }, a => [a.body, a.headers['content-type'], a.headers['content-length']]),
  bytes: f => seen(f, { method: 'PUT', body: new Uint8Array([65, 66]) }, a => [a.body, a.headers['content-type']]),
  'a part of a buffer': f => seen(f, { method: 'PUT', body: new Uint8Array([65, 66, 67]).subarray(1) }),
  'a Blob with a type': f =>
    seen(f, { method: 'POST', body: new Blob(['blob'], { type: 'text/css' }) }, a => [
      a.body,
      a.headers['content-type'],
      a.headers['content-length'],
    ]),
  URLSearchParams: f =>
    seen(f, { method: 'POST', body: new URLSearchParams({ a: 'b c', d: '&' }) }, a => [
      a.body,
      a.headers['content-type'],
    ]),
  'FormData with a file': f => {
    const body = new f.FormData()
    body.set('field', 'ä"\r\n')
    body.set('file', new Blob(['in it'], { type: 'text/x-a' }), 'a "b".txt')
    return seen(f, { method: 'POST', body }, a => {
      const [, boundary = '?'] = /boundary=(.+)/.exec(a.headers['content-type'] ?? '') ?? []
      return a.body.replaceAll(boundary, 'B')
    })
  },
  'a stream with duplex': f =>
    seen(f, { method: 'POST', body: stream(), duplex: 'half' }, a => [a.body, a.headers['transfer-encoding']]),
  'a stream without duplex': f => seen(f, { method: 'POST', body: stream() }),
  'a stream with another duplex': f => seen(f, { method: 'POST', body: stream(), duplex: 'full' }),
  'an async iterable with duplex': f =>
    seen(f, { method: 'POST', body: pieces() as unknown as Body, duplex: 'half' }, a => [
      a.body,
      a.headers['transfer-encoding'],
    ]),
  'an async iterable without duplex': f => seen(f, { method: 'POST', body: pieces() as unknown as Body }),
  'a Request with a body': async f =>
    text(f.fetch(new f.Request(`${base}/echo`, { method: 'POST', body: 'of it' }))).then(
      t => (JSON.parse(t) as Answer).body,
    ),
  'a Request, and other headers beside it': async f =>
    text(f.fetch(new f.Request(`${base}/echo`, { headers: { 'x-a': '1' } }), { headers: { 'x-b': '2' } })).then(t => {
      const { headers } = JSON.parse(t) as Answer
      return [headers['x-a'], headers['x-b']]
    }),
  'a Request whose body was read': async f => {
    const request = new f.Request(`${base}/echo`, { method: 'POST', body: 'x' })
    await request.text()
    return text(f.fetch(request))
  },
  'the fields that nobody asked for': f => seen(f, {}, a => Object.keys(a.headers).sort()),
  'accept is everything': f => seen(f, {}, a => a.headers.accept),
  'Host of the caller': f => seen(f, { headers: { host: 'other.test' } }, a => a.headers.host === 'other.test'),
  'the fragment stays at home': async f => ((await (await f.fetch(`${base}/echo?a=b#c`)).json()) as Answer).url,
  // URLs.
  'no URL': f => f.fetch('nonsense'),
  'another scheme': f => f.fetch('ftp://127.0.0.1/'),
  'a password in the URL': f => f.fetch(base.replace('//', '//u:p@')),
  'a blocked port': f => f.fetch('http://127.0.0.1:6667/'),
  'nobody listens': f => f.fetch('http://127.0.0.1:9998/'),
  'data: text': f => typeOf(f, 'data:,Hello%2C%20%ff'),
  'data: with a type': f => typeOf(f, 'data:Text/HTML;Charset=UTF-8;x="y z",%3Cp'),
  'data: with no more than parameters': f => typeOf(f, 'data:;charset=utf-8,a'),
  'data: base64': f => typeOf(f, 'data:image/png;base64,AAEC/w=='),
  'data: base64 that is forgiven': f => typeOf(f, 'data:a/b; base64,A A%45 C'),
  'data: base64 that is none': f => typeOf(f, 'data:;base64,A'),
  'data: without a comma': f => typeOf(f, 'data:text/plain'),
  'data: with a type that is none': f => typeOf(f, 'data:nonsense,x'),
  'data: with a fragment': f => typeOf(f, 'data:text/plain,a#b'),
  'data: what it says of itself': async f => facts(await f.fetch('data:,x')),
  'data: with POST': async f => text(f.fetch('data:,x', { method: 'POST' })),
  'blob:': async f => {
    const url = URL.createObjectURL(new Blob(['in the blob'], { type: 'text/x-blob' }))
    const response = await f.fetch(url)
    URL.revokeObjectURL(url)
    return [
      facts(response),
      response.headers.get('content-type'),
      response.headers.get('content-length'),
      await response.text(),
    ]
  },
  'blob: with POST': f => {
    const url = URL.createObjectURL(new Blob(['x']))
    return f.fetch(url, { method: 'POST' })
  },
  'blob: that nobody has': f => f.fetch('blob:nodedata:0a'),
  // Redirects.
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].flatMap(status =>
      ['GET', 'POST', 'PUT', 'HEAD'].map(method => [
        `${status} after ${method}`,
        async (f: Fetches) => {
          const response = await f.fetch(`${base}/to?${status}=/echo`, {
            method,
            ...(/^P/.test(method) ? { body: 'b' } : {}),
          })
          const said = method === 'HEAD' ? undefined : ((await response.json()) as Answer)
          return [
            facts(response),
            response.url === `${base}/echo`,
            said?.method,
            said?.body,
            said?.headers['content-type'],
          ]
        },
      ]),
    ),
  ),
  'a redirect after a stream': f =>
    f.fetch(`${base}/to?307=/echo`, { method: 'POST', body: stream(), duplex: 'half' } as RequestInit),
  '303 after a stream': async f => {
    const response = await f.fetch(`${base}/to?303=/echo`, {
      method: 'POST',
      body: stream(),
      duplex: 'half',
    } as RequestInit)
    return ((await response.json()) as Answer).method
  },
  'redirect: error': f => f.fetch(`${base}/to?302=/echo`, { redirect: 'error' }),
  'redirect: manual': async f => {
    const response = await f.fetch(`${base}/to?302=/echo`, { redirect: 'manual' })
    return [facts(response), response.headers.get('location')]
  },
  'a redirect in a circle': f => f.fetch(`${base}/loop`),
  'a redirect without a place': async f => text(f.fetch(`${base}/nowhere`)),
  'a redirect to data:': f => f.fetch(`${base}/to?302=data:,x`),
  'a redirect to no URL': f => f.fetch(`${base}/to?302=http://[`),
  'a redirect to a blocked port': f => f.fetch(`${base}/to?302=http://127.0.0.1:25/`),
  'the fragment goes along': async f => (await f.fetch(`${base}/to?302=/echo#part`)).url === `${base}/echo`,
  'another origin hears no Authorization': async f => {
    const other = base.replace('127.0.0.1', 'localhost')
    const init = { headers: { authorization: 'secret', 'x-keep': 'yes' } }
    const { headers } = (await (await f.fetch(`${base}/to?302=${other}/echo`, init)).json()) as Answer
    return [headers.authorization, headers['x-keep']]
  },
  // Answers.
  'what an answer says of itself': async f => facts(await f.fetch(`${base}/reason`)),
  'status 204': async f => [facts(await f.fetch(`${base}/status?204`)), (await f.fetch(`${base}/status?204`)).body],
  'status 304 by itself': async f => (await f.fetch(`${base}/status?304`)).status,
  'status 404 is an answer': async f => facts(await f.fetch(`${base}/status?404`)),
  'status 999': async f => (await f.fetch(`${base}/status?999`)).status,
  'HEAD has no body': async f => (await f.fetch(`${base}/abc`, { method: 'HEAD' })).body,
  'gzip is undone': async f => text(f.fetch(`${base}/gzip`)),
  'gzip that is none': async f => text(f.fetch(`${base}/badzip`)),
  'a body cut short': async f => text(f.fetch(`${base}/cut`)),
  'no answer at all': f => f.fetch(`${base}/gone`),
  'two cookies': async f => (await f.fetch(`${base}/cookies`)).headers.getSetCookie(),
  'a field that came twice': async f => (await f.fetch(`${base}/twice`)).headers.get('x-a'),
  'blob() has the type': async f => (await (await f.fetch(`${base}/html`)).blob()).type,
  'json()': async f => (await f.fetch(`${base}/json`)).json(),
  'a body is read once': async f => {
    const response = await f.fetch(`${base}/abc`)
    await response.text()
    return [response.bodyUsed, await settled(() => response.text())]
  },
  'clone() says the same, and both are read': async f => {
    const response = await f.fetch(`${base}/abc`)
    const twin = response.clone()
    return [facts(twin), twin.url === response.url, await twin.text(), await response.text()]
  },
  'clone() of what was read': async f => {
    const response = await f.fetch(`${base}/abc`)
    await response.text()
    return response.clone()
  },
  'headers of an answer cannot be changed': async f => (await f.fetch(`${base}/abc`)).headers.append('a', 'b'),
  'a reader that brings its own buffer': async f => {
    const { body } = await f.fetch(`${base}/abc`)
    const { value } = await body!.getReader({ mode: 'byob' }).read(new Uint8Array(2))
    return [...value!]
  },
  'instanceof Response': async f => (await f.fetch(`${base}/abc`)) instanceof Response,
  // Integrity.
  'integrity that is right': f => text(f.fetch(`${base}/abc`, { integrity: sha('sha256', 'abc') })),
  'integrity that is wrong': f => f.fetch(`${base}/abc`, { integrity: sha('sha256', 'abd') }),
  'integrity: the strongest hash counts': f =>
    f.fetch(`${base}/abc`, { integrity: `${sha('sha256', 'abc')} ${sha('sha512', 'no')}` }),
  'integrity: one of several': f =>
    text(f.fetch(`${base}/abc`, { integrity: `${sha('sha384', 'no')} ${sha('sha384', 'abc')}?option` })),
  'integrity of an unknown hash': f => text(f.fetch(`${base}/abc`, { integrity: 'md5-kAFQmDzST7DWlj99KOF/cg==' })),
  'integrity of a Request': f => f.fetch(new f.Request(`${base}/abc`, { integrity: sha('sha512', 'abd') })),
  'integrity of what was coded': f => text(f.fetch(`${base}/gzip`, { integrity: sha('sha256', 'squeezed') })),
  'integrity of no body': f => f.fetch(`${base}/abc`, { method: 'HEAD', integrity: sha('sha256', '') }),
  'integrity of data:': f => text(f.fetch('data:,abc', { integrity: sha('sha256', 'abc') })),
  // Abort.
  'aborted before': f => f.fetch(`${base}/abc`, { signal: AbortSignal.abort() }),
  'aborted before, with a reason': f => f.fetch(`${base}/abc`, { signal: AbortSignal.abort('because') }),
  'aborted while waiting': f => f.fetch(`${base}/slow`, { signal: AbortSignal.timeout(20) }),
  'aborted while reading': async f => {
    const controller = new AbortController()
    const response = await f.fetch(`${base}/abc`, { signal: controller.signal })
    controller.abort()
    return response.text()
  },
  'the signal of a Request': f => f.fetch(new f.Request(`${base}/abc`, { signal: AbortSignal.abort() })),
  'null takes the signal of a Request away': f =>
    text(f.fetch(new f.Request(`${base}/abc`, { signal: AbortSignal.abort() }), { signal: null })),
}

interface Difference {
  readonly ours: unknown
  readonly undici: unknown
  readonly why: string
}
const differences: Readonly<Record<string, Difference>> = {
  'a stream without duplex': {
    ours: { method: 'POST', body: 'stream' },
    undici: 'TypeError',
    why: 'there is one value that it can have, and forgetting it harms nobody',
  },
  'an async iterable without duplex': {
    ours: { method: 'POST', body: 'iterable' },
    undici: 'TypeError',
    why: 'there is one value that it can have, and forgetting it harms nobody',
  },
  'the fields that nobody asked for': {
    ours: ['accept', 'accept-encoding', 'connection', 'host', 'user-agent'],
    undici: ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'sec-fetch-mode', 'user-agent'],
    why: 'a program has no languages and no page; the standard lets it leave both out',
  },
  'Host of the caller': {
    ours: true,
    undici: false,
    why: 'the standard forbids it to pages; a program asks a server for one of its names',
  },
  'headers of an answer cannot be changed': {
    ours: undefined,
    undici: 'TypeError',
    why: 'a handler that passes an answer on adds fields to it',
  },
  'a reader that brings its own buffer': {
    ours: 'TypeError',
    undici: [97, 98],
    why: 'a stream of bytes takes the buffer of a piece away, and pieces share theirs with others',
  },
  'instanceof Response': {
    ours: true,
    undici: false,
    why: 'undici brings a Response of its own; ours is that of the platform',
  },
}

for (const [name, work] of Object.entries(cases)) {
  const known = differences[name]
  test(known === undefined ? `${name}: as undici` : `${name}: not as undici, because ${known.why}`, async () => {
    const [one, other] = [await settled(() => work(barewire)), await settled(() => work(undici))]
    if (known === undefined) expect(one).toEqual(other)
    else expect({ ours: one, undici: other }).toEqual({ ours: known.ours, undici: known.undici })
  })
}
