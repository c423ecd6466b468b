/** What the fetch standard asks for beyond the exchange; `test/interop/fetch-standard.test.ts` has undici beside it. */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { codeOf, peer, served, soon } from '../../../test/support/net.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { FailureError, FetchError, fail } from '../../failures/index.ts'
import { cookieJar } from '../../http/cookies/index.ts'
import { client, fetch } from '../../index.ts'
import { integrityOf } from './integrity.ts'
import { BLOCKED_PORTS } from './ports.table.ts'

const thrown = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  )
const sha = (hash: string, text: string): string => `${hash}-${createHash(hash).update(text).digest('base64')}`

describe('fetch standard 5.6: errors', () => {
  test('a failure is a TypeError by class and name, with the failure as its cause and its code in both', async () => {
    const error = await thrown(fetch('http://127.0.0.1:9998/'))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toBeInstanceOf(FailureError)
    expect(error).toBeInstanceOf(FetchError)
    expect(error.name).toBe('TypeError')
    expect(error).toMatchObject({ code: 'tcp/refused', failure: { context: { port: 9998 } } })
    expect(error.cause).toBeInstanceOf(FailureError)
    expect(error.cause).not.toBeInstanceOf(TypeError)
    expect(error.cause).toMatchObject({ code: 'tcp/refused', message: error.message })
  })
  test('so is what ends a body, and what is asked wrongly; the cause of that goes on', async () => {
    const cut = await fetch(await peer(socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')))
    expect(await thrown(cut.text())).toMatchObject({ name: 'TypeError', code: 'http/body-cut-short' })
    const error = await thrown(fetch('http://127.0.0.1:9998/', { method: 'a b' }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ code: 'net/bad-request', cause: { cause: { name: 'TypeError' } } })
  })
  test('4.1: an abort ends a body that is being read, though all of it has come', async () => {
    const { url } = await served(() => new Response('all of it'))
    for (const how of ['text', 'arrayBuffer', 'blob', 'json'] as const) {
      const controller = new AbortController()
      const response = await fetch(url, { signal: controller.signal })
      await soon(10)
      const read = response[how]()
      controller.abort('no more')
      expect(await thrown(read)).toBe('no more')
    }
  })
  test('the reason of a signal is what it is', async () => {
    const { url } = await served(() => new Response('all of it'))
    const reason = { anything: true }
    expect(await thrown(fetch(url, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    const controller = new AbortController()
    const response = await fetch(url, { signal: controller.signal })
    controller.abort(reason)
    expect(await thrown(response.text())).toBe(reason)
    const read = new AbortController()
    const whole = await fetch(url, { signal: read.signal })
    expect(await whole.text()).toBe('all of it')
    read.abort()
  })
  test('a class of its own below FailureError is asked for itself', () => {
    class Narrow extends FailureError {}
    const failure = fail('net/bad-url')
    expect(new Narrow(failure)).toBeInstanceOf(FailureError)
    expect(new FetchError(new FailureError(failure))).not.toBeInstanceOf(Narrow)
  })
})

describe('fetch standard 2.9: ports of other protocols are not asked', () => {
  test('net/blocked-port, by itself and behind a redirect', async () => {
    const error = await thrown(fetch('http://127.0.0.1:25/'))
    expect(error).toMatchObject({ code: 'net/blocked-port', failure: { number: 25, where: '127.0.0.1' } })
    const { url } = await served(() => new Response(null, { status: 302, headers: { location: 'http://[::1]:6667/' } }))
    expect(await codeOf(fetch(url))).toBe('net/blocked-port')
  })
  test('they are those of undici, and 0', () => {
    const { badPorts } = createRequire(import.meta.url)('undici/lib/web/fetch/constants.js') as { badPorts: string[] }
    expect([...BLOCKED_PORTS]).toEqual([0, ...badPorts.map(Number)])
  })
  test('ports: any goes there', async () => {
    expect(await codeOf(fetch('http://127.0.0.1:9/', { ports: 'any' }))).toBe('tcp/refused')
  })
})

describe('SRI 3.3: integrity', () => {
  test('the strongest hash alone counts; options, paddings and both alphabets are read', () => {
    expect(integrityOf(`sha256-AA== sha512-_-8? sha512-BBBB?x  md5-CC sha999-DD`)).toEqual([
      { hash: 'sha512', value: '/+8' },
      { hash: 'sha512', value: 'BBBB' },
    ])
    expect(integrityOf('SHA384-AAAA')).toEqual([{ hash: 'sha384', value: 'AAAA' }])
    expect(integrityOf('md5-AAAA sha256 sha256-')).toEqual([])
    expect(integrityOf('sha256-AAAA sha384-ä%==?x')).toEqual([{ hash: 'sha384', value: 'ä%' }])
  })
  test('what is not the body is net/integrity-mismatch, and nobody gets to see it', async () => {
    const { url } = await served(() => new Response('abc'))
    const error = await thrown(fetch(url, { integrity: sha('sha256', 'abd') }))
    expect(error).toMatchObject({
      code: 'net/integrity-mismatch',
      failure: { where: 'sha256', got: sha('sha256', 'abc').slice(7, -1), expected: sha('sha256', 'abd').slice(7, -1) },
    })
    const request = new Request(url, { integrity: sha('sha256', 'abd') })
    expect(await codeOf(fetch(request))).toBe('net/integrity-mismatch')
    const right = await fetch(url, { integrity: sha('sha384', 'abc') })
    expect([right.url, await right.text()]).toEqual([`${url}/`, 'abc'])
    expect(right.connection.remote.address).toBe('127.0.0.1')
  })
  test('of an empty body, and of none', async () => {
    const { url } = await served(() => new Response(''))
    expect(await (await fetch(url, { integrity: sha('sha256', '') })).text()).toBe('')
    expect(await codeOf(fetch(url, { method: 'HEAD', integrity: sha('sha256', '') }))).toBe('net/integrity-mismatch')
  })
})

describe.each(platforms)('fetch standard 4.3: what needs no network, on %s', (_, platform) => {
  const get = (url: string) => fetch(url, { world: platform.world() })
  test('data: URLs', async () => {
    const response = await get('data:text/plain;charset=UTF-8,%C3%BC,%41%4')
    expect(response.headers.get('content-type')).toBe('text/plain;charset=UTF-8')
    expect(await response.text()).toBe('ü,A%4')
    expect(response).toMatchObject({ status: 200, type: 'basic', redirected: false, connection: { tls: undefined } })
    expect(await codeOf(get('data:;base64,$'))).toBe('net/bad-url')
    expect((await get('data:a/b;c="d\\"e";c=f;g,')).headers.get('content-type')).toBe('a/b;c="d\\"e"')
  })
  test.each([
    ['a/b;c="d;e"', 'a/b;c="d;e"'],
    ['a/b;c="";d=', 'a/b;c=""'],
    ['a/b;c="', 'a/b;c=""'],
    ['a/b;c="d"e;f=g', 'a/b;c=d;f=g'],
    ['a/b ;c =d; E=f', 'a/b;e=f'],
  ])('data:%s is of type %s', async (said, type) => {
    expect((await get(`data:${said},`)).headers.get('content-type')).toBe(type)
  })
  test('blob: URLs', async () => {
    const url = URL.createObjectURL(new Blob(['blob'], { type: 'text/x-b' }))
    const response = await get(`${url}#part`)
    expect([response.headers.get('content-type'), await response.text()]).toEqual(['text/x-b', 'blob'])
    URL.revokeObjectURL(url)
    expect(await codeOf(get(url))).toBe('net/bad-url')
  })
  test('a part of a blob, and refusal of what is no one part of it', async () => {
    const url = URL.createObjectURL(new Blob(['0123456789'], { type: 'text/x-b' }))
    const part = (range: string) => fetch(url, { headers: { range }, world: platform.world() })
    for (const [range, said, body] of [
      ['bytes=2-4', 'bytes 2-4/10', '234'],
      ['bytes=7-', 'bytes 7-9/10', '789'],
      ['bytes = -3', 'bytes 7-9/10', '789'],
      ['bytes=-30', 'bytes 0-9/10', '0123456789'],
      ['bytes=9-99', 'bytes 9-9/10', '9'],
    ] as const) {
      const response = await part(range)
      expect([response.status, response.statusText]).toEqual([206, 'Partial Content'])
      const fields = ['content-range', 'content-length', 'content-type'].map(name => response.headers.get(name))
      expect([...fields, await response.text()]).toEqual([said, `${body.length}`, 'text/x-b', body])
    }
    for (const range of [
      '',
      'bytes',
      'bytes=',
      'bytes=-',
      'bytes=4-2',
      'bytes=10-',
      'bytes=-0',
      'bytes=0-1,3-4',
      '0-1',
    ])
      expect(await codeOf(part(range)), range).toBe('net/bad-request')
    URL.revokeObjectURL(url)
  })
  test('a server cannot send us there', async () => {
    const { url } = await served(() => new Response(null, { status: 302, headers: { location: 'data:,x' } }))
    expect(await codeOf(fetch(url))).toBe('net/redirect-refused')
  })
  test('nobody upgrades them', async () => {
    using own = client({ world: platform.world() })
    expect(await codeOf(own.upgrade('data:,x', { protocol: 'echo' }))).toBe('net/bad-url')
  })
})

test('fetch standard 2.2.5: credentials: omit sends no cookie and keeps none', async () => {
  const jar = cookieJar({ isPublicSuffix: () => false, date: () => 0 })
  const { url } = await served(request => {
    const got = request.headers.get('cookie') ?? 'none'
    return new Response(got, { headers: { 'set-cookie': `n${jar.list().length}=1` } })
  })
  using own = client({ jar })
  await own.fetch(url, { credentials: 'omit' })
  expect(jar.list()).toEqual([])
  await own.fetch(url)
  expect(await (await own.fetch(url)).text()).toBe('n0=1')
  expect(await (await own.fetch(new Request(url, { credentials: 'omit' }))).text()).toBe('none')
})

test('sent tells how much of a body has been handed on, to its end', async () => {
  const { url } = await served(async request => new Response(`${(await request.arrayBuffer()).byteLength}`))
  const told: number[] = []
  const sent = (bytes: number): void => void told.push(bytes)
  await fetch(url, { method: 'POST', body: 'four', sent })
  expect(told).toEqual([4])
  const size = 1_000_000
  expect(await (await fetch(url, { method: 'POST', body: new Uint8Array(size), sent })).text()).toBe('1000000')
  expect(told.length).toBeGreaterThan(3)
  expect(told.at(-1)).toBe(size)
  expect(told.slice(1)).toEqual(told.slice(1).sort((a, b) => a - b))
  // Pieces of nothing are nobody's news, and end no body.
  told.length = 0
  const pieces = ['', 'one ', '', '', 'two', ''].map(text => new TextEncoder().encode(text))
  const body = new ReadableStream({ pull: to => void (pieces.length > 0 ? to.enqueue(pieces.shift()) : to.close()) })
  expect(await (await fetch(url, { method: 'POST', body, duplex: 'half', sent })).text()).toBe('7')
  expect(told).toEqual([4, 7])
})

test('another duplex than half is refused: net/bad-request', async () => {
  const duplex = 'full' as 'half'
  expect(await codeOf(fetch('http://127.0.0.1:9998/', { method: 'POST', body: 'x', duplex }))).toBe('net/bad-request')
})

describe('fetch standard 4.1: a body that breaks off', () => {
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'
  test('is told to whoever waits for its end and does not read, behind what had come', async () => {
    let breakOff = (): void => {}
    const url = await peer(socket => {
      socket.once('data', () => socket.write(half))
      breakOff = () => socket.end()
    })
    for (const cache of [undefined, true] as const) {
      using own = client({ cache })
      const reader = (await own.fetch(url)).body!.getReader()
      expect((await reader.read()).value).toHaveLength(4)
      breakOff()
      expect(await thrown(reader.closed)).toMatchObject({ name: 'TypeError', code: 'http/body-cut-short' })
    }
    const whole = await fetch(await peer(socket => socket.once('data', () => socket.end(half))))
    const reader = whole.body!.getReader()
    await new Promise(resolve => setTimeout(resolve, 20))
    expect((await reader.read()).value).toHaveLength(4)
    expect(await thrown(reader.closed)).toMatchObject({ code: 'http/body-cut-short' })
  })
  test('by a signal fails at once, whether it was asked for before or after', async () => {
    const url = await peer(socket => socket.once('data', () => socket.write(half)))
    for (const when of ['before', 'after'] as const) {
      const controller = new AbortController()
      const response = await fetch(url, { signal: controller.signal })
      if (when === 'after') controller.abort('enough')
      const { closed } = response.body!.getReader()
      controller.abort('enough')
      expect(await closed.catch((reason: unknown) => reason)).toBe('enough')
    }
  })
  test('that was read whole stays locked', async () => {
    const { url } = await served(() => new Response('all'))
    const response = await fetch(url)
    const reading = response.text()
    expect(() => response.body!.getReader()).toThrow(TypeError)
    expect(await reading).toBe('all')
    expect(response.body!.locked).toBe(true)
  })
})

describe('a stream that is to be sent is cancelled', () => {
  const sending = (url: string, signal?: AbortSignal) => {
    const seen: { reason: unknown } = { reason: undefined }
    const cancel = (reason: unknown): void => void (seen.reason = reason)
    const body = new ReadableStream({ cancel })
    const sent = fetch(url, { method: 'POST', body, duplex: 'half', ...(signal && { signal }) })
    return { seen, sent }
  }
  test('where the signal was aborted before', async () => {
    const reason = new Error('before')
    const { seen, sent } = sending('http://127.0.0.1:9998/', AbortSignal.abort(reason))
    expect(await thrown(sent)).toBe(reason)
    expect(seen.reason).toBe(reason)
  })
  test('with the reason of the signal, before a connection and on one', async () => {
    let arrived = (): void => {}
    const url = await peer(socket => socket.once('data', () => arrived()))
    for (const when of ['at once', 'on its way']) {
      const controller = new AbortController()
      const onItsWay = new Promise<void>(resolve => {
        arrived = resolve
      })
      const { seen, sent } = sending(url, controller.signal)
      if (when === 'on its way') await onItsWay
      controller.abort('enough')
      expect(await sent.catch((reason: unknown) => reason)).toBe('enough')
      expect(seen.reason, when).toBe('enough')
    }
  })
  test('where nobody listens', async () => {
    const { seen, sent } = sending('http://127.0.0.1:9998/')
    expect(await codeOf(sent)).toBe('tcp/refused')
    expect(seen.reason).toMatchObject({ code: 'tcp/refused' })
  })
})

test.each([
  { mode: 'any' },
  { mode: 'navigate' },
  { mode: 'no-cors', method: 'PUT' },
  { credentials: 'some' },
  { window: {} },
])('%j is refused before the signal counts: net/bad-request', async init => {
  const asked = { ...init, signal: AbortSignal.abort() } as RequestInit
  expect(await codeOf(fetch('http://127.0.0.1:9998/', asked as Parameters<typeof fetch>[1]))).toBe('net/bad-request')
})

test('fetch standard 4.6: what is answered with 421 is asked once more on another connection, but not a stream', async () => {
  let connections = 0
  const seen: string[] = []
  const url = await peer(socket => {
    const number = ++connections
    socket.on('data', bytes => {
      seen.push(`${number} ${/\r\n\r\n(.*)$/s.exec(String(bytes))![1]}`)
      const status = number < 3 ? '421 Misdirected Request' : '200 OK'
      socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nno`)
    })
  })
  using own = client()
  expect((await own.fetch(url, { method: 'POST', body: 'a' })).status).toBe(421)
  expect(seen).toEqual(['1 a', '2 a'])
  expect((await own.fetch(url, { method: 'POST', body: 'b' })).status).toBe(200)
  expect(seen.slice(2).map(each => each.slice(1))).toEqual([' b', ' b'])
  connections = 0
  seen.length = 0
  using other = client()
  const body = new Blob(['c']).stream()
  expect((await other.fetch(url, { method: 'POST', body, duplex: 'half' })).status).toBe(421)
  expect(connections).toBe(1)
})
