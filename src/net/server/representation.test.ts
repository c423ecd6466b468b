import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soon } from '../../../test/support/net.ts'
import { platforms } from '../../../test/support/worlds.ts'
import { fetch, serve } from '../../index.ts'
import type { Server } from './exchanges.ts'
import { type Content, representation } from './representation.ts'

const TEXT = '0123456789'.repeat(100)
const LARGE = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 7) % 251)
const MODIFIED = 'Tue, 14 Nov 2023 22:13:20 GMT'
const fields = {
  'content-type': 'application/x-test',
  etag: '"one"',
  'last-modified': MODIFIED,
  'cache-control': 'no-cache',
}

/** What the server says of every answer. */
const OF_THE_WIRE = new Set(['date', 'connection'])

let closed = 0
let read = 0
/** `there` may be less than was promised, or more. */
const content = (size: number, there: Uint8Array): Content => ({
  size,
  async read(start, length) {
    await soon(1)
    const bytes = there.slice(start, start + Math.min(length, 10_000))
    read += bytes.length
    return bytes
  },
  close: async () => void closed++,
})
const bodies: Readonly<Record<string, () => Content | Uint8Array | string>> = {
  '/text': () => TEXT,
  '/large': () => content(LARGE.length, LARGE),
  '/grown': () => content(500_000, LARGE),
  '/shrunk': () => content(2_000_000, LARGE),
  '/bytes': () => LARGE,
  '/empty': () => '',
}
const errors: unknown[] = []
let server: Server
beforeAll(async () => {
  server = await serve(
    (request, about) => {
      const { pathname } = new URL(request.url)
      return representation(request, { body: bodies[pathname]!(), headers: fields }, about)
    },
    { failed: error => errors.push(error) },
  )
})
afterAll(() => server.close(0))

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}${path}`, { headers, method })
const bytesOf = async (response: Response): Promise<Uint8Array> => new Uint8Array(await response.arrayBuffer())
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** The parts of a multipart/byteranges body, by its Content-Range. */
const partsOf = async (response: Response): Promise<Record<string, Uint8Array>> => {
  const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(response.headers.get('content-type') ?? '')![1]!
  const text = Buffer.from(await bytesOf(response)).toString('latin1')
  const parts = text.split(`--${boundary}`)
  expect([parts[0], parts.at(-1)]).toEqual(['', '--\r\n'])
  return Object.fromEntries(
    parts.slice(1, -1).map(part => {
      const [, range, body] =
        /^\r\nContent-Type: application\/x-test\r\nContent-Range: (.*)\r\n\r\n([\s\S]*)\r\n$/.exec(part)!
      return [range, Buffer.from(body!, 'latin1')]
    }),
  )
}

describe('RFC 9110 15.3.7: 206', () => {
  test('one part, with its place, its length and the fields of 200', async () => {
    const response = await ask('/text', { range: 'bytes=5-14' })
    expect([response.status, await response.text()]).toEqual([206, '5678901234'])
    expect(Object.fromEntries([...response.headers].filter(([name]) => !OF_THE_WIRE.has(name)))).toEqual({
      ...fields,
      'accept-ranges': 'bytes',
      'content-length': '10',
      'content-range': 'bytes 5-14/1000',
    })
  })

  test('a part of what is large is read alone', async () => {
    read = 0
    closed = 0
    const response = await ask('/large', { range: 'bytes=500000-799999' })
    expect(response.headers.get('content-length')).toBe('300000')
    expect(same(await bytesOf(response), LARGE.subarray(500_000, 800_000))).toBe(true)
    expect(read).toBe(300_000)
    expect(closed).toBe(1)
  })

  test('14.6: several parts are multipart/byteranges, small ones and large ones', async () => {
    for (const [path, whole] of [
      ['/text', Buffer.from(TEXT)],
      ['/large', LARGE],
      ['/bytes', LARGE],
    ] as const) {
      const size = whole.length
      const response = await ask(path, { range: `bytes=-10,0-${size / 2 - 1}` })
      const length = Number(response.headers.get('content-length'))
      expect([response.status, response.headers.get('content-range')]).toEqual([206, null])
      const copy = response.clone()
      expect((await bytesOf(copy)).length).toBe(length)
      const parts = await partsOf(response)
      expect(Object.keys(parts)).toEqual([`bytes ${size - 10}-${size - 1}/${size}`, `bytes 0-${size / 2 - 1}/${size}`])
      const [last, first] = Object.values(parts)
      expect(same(last!, whole.subarray(-10)) && same(first!, whole.subarray(0, size / 2))).toBe(true)
    }
  })

  test('15.3.7.2: what becomes one part is sent as one', async () => {
    const response = await ask('/text', { range: 'bytes=0-9,10-19,2000-' })
    expect([response.status, response.headers.get('content-range')]).toEqual([206, 'bytes 0-19/1000'])
    await response.text()
  })
})

test('RFC 9110 15.5.17: 416 says how much there is', async () => {
  closed = 0
  for (const [path, size] of [
    ['/text', 1000],
    ['/large', 1_000_000],
  ] as const) {
    const response = await ask(path, { range: 'bytes=1000000-' })
    expect([response.status, response.headers.get('content-range')]).toEqual([416, `bytes */${size}`])
    expect(await response.text()).toContain('http/range-not-satisfiable')
  }
  expect(closed).toBe(1)
})

describe('RFC 9110 14.2: Range', () => {
  test('is for GET alone; HEAD says that there are ranges, and reads nothing', async () => {
    read = 0
    closed = 0
    const response = await ask('/large', { range: 'bytes=0-9' }, 'HEAD')
    const said = ['content-length', 'accept-ranges', 'content-range'].map(name => response.headers.get(name))
    expect([response.status, ...said]).toEqual([200, '1000000', 'bytes', null])
    expect([read, closed]).toEqual([0, 1])
  })

  test('is ignored where it cannot be read, and of what is empty', async () => {
    for (const [path, range] of [
      ['/text', 'lines=1-2'],
      ['/text', 'bytes=2-1'],
      ['/empty', 'bytes=0-'],
    ] as const) {
      const response = await ask(path, { range })
      expect([range, response.status, response.headers.get('content-range')]).toEqual([range, 200, null])
      await response.text()
    }
  })

  test('13.2.2: comes after all conditions, If-Range last', async () => {
    const range = { range: 'bytes=0-9' }
    const statusOf = async (headers: Record<string, string>) => {
      const response = await ask('/text', { ...range, ...headers })
      await response.text()
      return response.status
    }
    expect(await statusOf({ 'if-none-match': '"one"' })).toBe(304)
    expect(await statusOf({ 'if-match': '"two"' })).toBe(412)
    expect(await statusOf({ 'if-match': '"one"' })).toBe(206)
    expect(await statusOf({ 'if-range': '"one"' })).toBe(206)
    expect(await statusOf({ 'if-range': '"two"' })).toBe(200)
    expect(await statusOf({ 'if-range': 'W/"one"' })).toBe(200)
    expect(await statusOf({ 'if-range': MODIFIED })).toBe(206)
    expect(await statusOf({ 'if-range': 'Tue, 14 Nov 2023 22:13:21 GMT' })).toBe(200)
    // What is not there is not there for a changed file alone.
    expect(await statusOf({ range: 'bytes=5000-', 'if-range': '"two"' })).toBe(200)
    expect(await statusOf({ range: 'bytes=5000-', 'if-range': '"one"' })).toBe(416)
  })
})

test('RFC 9110 15.4.5: 304 and 412 read nothing, and 304 keeps what guides a cache', async () => {
  read = 0
  closed = 0
  const unchanged = await ask('/large', { 'if-none-match': 'W/"one"' })
  expect([unchanged.status, await unchanged.text()]).toEqual([304, ''])
  expect(Object.fromEntries([...unchanged.headers].filter(([name]) => !OF_THE_WIRE.has(name)))).toEqual({
    'cache-control': 'no-cache',
    etag: 'W/"one"',
  })
  const other = await ask('/large', { 'if-match': '"two"' })
  expect([other.status, await other.text()]).toEqual([412, expect.stringContaining('http/precondition-failed')])
  expect([read, closed]).toEqual([0, 2])
})

describe('content that is not what it was', () => {
  test('what has grown is sent as far as was promised', async () => {
    const response = await ask('/grown')
    expect(same(await bytesOf(response), LARGE.subarray(0, 500_000))).toBe(true)
  })
  test('what has shrunk is never taken for whole, whichever part is asked for', async () => {
    closed = 0
    for (const range of ['bytes=0-', 'bytes=1500000-', 'bytes=0-9,999990-1999999']) {
      const outcome = await ask('/shrunk', { range })
        .then(response => bytesOf(response).then(() => `${response.status}`))
        .catch((error: { code?: string }) => error.code)
      expect([range, outcome]).toEqual([range, expect.stringMatching(/^(?:tcp\/reset|http\/body-cut-short|500)$/)])
    }
    expect(closed).toBe(3)
  })
  test('is closed, and read no further, when the client goes away', async () => {
    closed = 0
    const response = await ask('/large')
    await response.body!.cancel()
    for (let wait = 0; closed === 0 && wait < 100; wait++) await soon(10)
    expect(closed).toBe(1)
  })
})

test('what is compressed as it leaves has no ranges, and a weak tag', async () => {
  const compressing = await serve((request, about) =>
    representation(request, { body: TEXT.repeat(10), headers: { ...fields, 'content-type': 'text/plain' } }, about),
  )
  const said = async (headers: Record<string, string>) => {
    const response = await fetch(compressing.url, { headers })
    await response.text()
    return ['content-encoding', 'accept-ranges', 'etag', 'content-range'].map(name => response.headers.get(name))
  }
  expect(await said({ 'accept-encoding': 'gzip' })).toEqual(['gzip', null, 'W/"one"', null])
  expect(await said({ 'accept-encoding': 'gzip', range: 'bytes=0-4999' })).toEqual([
    null,
    'bytes',
    '"one"',
    'bytes 0-4999/10000',
  ])
  expect(await said({ 'accept-encoding': 'identity' })).toEqual([null, 'bytes', '"one"', null])
  await compressing.close(0)
})

test.each(platforms)('a text has its type by itself, also without a server (%s)', async (_, platform) => {
  const about = { world: platform.world() }
  const response = await representation(new Request('http://a.test/'), { body: 'é' }, about)
  expect([response.headers.get('content-type'), await response.text()]).toEqual(['text/plain;charset=UTF-8', 'é'])
  const head = await representation(new Request('http://a.test/', { method: 'HEAD' }), { body: 'é' }, about)
  expect([head.headers.get('content-length'), await head.text()]).toEqual(['2', ''])
})
