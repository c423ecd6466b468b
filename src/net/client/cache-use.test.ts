/** What changes what is kept, whose it is, what a request wants of it, and where it is kept. */
import { describe, expect, test } from 'vitest'
import { counted, house, MINUTE } from '../../../test/support/cache.ts'
import { closing, codeOf, peer } from '../../../test/support/net.ts'
import { nodeWorld } from '../../node/world.ts'
import { type CacheEntry, type CacheStore, memoryStore } from './cache-store.ts'
import { client } from './client.ts'

describe('what changes something', () => {
  test('RFC 9111 4.4: POST, PUT, DELETE and unknown methods end what is kept of their URL', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'FROB']) {
      const url = await peer(socket => {
        let turn = 0
        socket.on('data', () =>
          socket.write(`HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\n${++turn}`),
        )
      })
      const own = client({ cache: true, world: nodeWorld() })
      closing.push(() => own.close())
      const text = async (init = {}) => (await own.fetch(url, init)).text()
      expect([method, await text(), await text({ method }), await text()]).toEqual([method, '1', '2', '3'])
    }
  })

  test('RFC 9111 4.4: an error ends nothing, nor does what it names elsewhere', async () => {
    const { get } = await house((request, number) =>
      request.method === 'POST'
        ? new Response('no', { status: 409, headers: { location: '/' } })
        : new Response(`${number}`, { headers: MINUTE }),
    )
    await get()
    await get({ method: 'POST' })
    expect(await get()).toBe('1')
  })

  test('RFC 9111 4.4: Location and Content-Location of the same origin end too', async () => {
    const { get } = await house((request, number) =>
      request.method === 'POST'
        ? new Response('', { headers: { location: '/a', 'content-location': '/b' } })
        : new Response(`${number}`, { headers: MINUTE }),
    )
    for (const path of ['/a', '/b', '/c']) await get({}, path)
    await get({ method: 'POST' }, '/form')
    expect([await get({}, '/a'), await get({}, '/b'), await get({}, '/c')]).toEqual(['5', '6', '3'])
  })
})

describe('whose answers they are', () => {
  test('what one set of credentials got is for no other, unless it is public', async () => {
    const { get } = await house(({ url }, number) => {
      const cache = url.endsWith('/public') ? 'public, max-age=60' : 'max-age=60'
      return new Response(`${number}`, { headers: { 'cache-control': cache } })
    })
    const as = (authorization: string) => ({ headers: { authorization } })
    expect([await get(as('a')), await get(as('b')), await get(), await get(as('a'))]).toEqual(['1', '2', '3', '1'])
    expect([await get({ headers: { cookie: 'u=1' } }), await get({ headers: { cookie: 'u=2' } })]).toEqual(['4', '5'])
    expect([await get(as('a'), '/public'), await get(as('b'), '/public')]).toEqual(['6', '6'])
  })

  test('cookies of the jar count as those of the caller, and those that an answer sets are not set again', async () => {
    const { get, own, url } = await house(
      ({ url: asked }, number) =>
        new Response(`${number}`, {
          headers: { ...MINUTE, ...(asked.endsWith('/login') ? { 'set-cookie': `u=${number}` } : {}) },
        }),
      { jar: true },
    )
    expect(await get()).toBe('1')
    await get({}, '/login')
    expect([await get(), await get()]).toEqual(['3', '3'])
    expect(await get({ credentials: 'omit' })).toBe('1')
    own.jar!.clear()
    const again = await own.fetch(`${url}/login`)
    expect([await again.text(), own.jar!.list()]).toEqual(['2', []])
  })

  test('the cookies of a 304 are set, those of what it renews are not', async () => {
    const { get, own, pass } = await house(
      (request, number) =>
        request.headers.has('if-none-match')
          ? new Response(null, { status: 304, headers: { etag: '"v"', 'set-cookie': `b=${number}` } })
          : new Response('x', {
              headers: { ...MINUTE, etag: '"v"', 'set-cookie': `a=${number}`, 'cache-control': 'max-age=60, public' },
            }),
      { jar: true },
    )
    await get()
    own.jar!.clear()
    pass(61)
    await get()
    expect(own.jar!.list().map(({ name }) => name)).toEqual(['b'])
  })

  test('what goes to another host under the same URL is not kept', async () => {
    const { get } = await house(counted(MINUTE))
    expect([await get(), await get({ headers: { host: 'other.test' } }), await get()]).toEqual(['1', '2', '1'])
  })

  test('neither credentials nor cookies of requests are in the store', async () => {
    const kept: CacheEntry[] = []
    const store: CacheStore = { get: () => kept, put: (_, entry) => void kept.push(entry), delete: () => {} }
    const { get } = await house(
      () => new Response('x', { headers: { ...MINUTE, vary: 'Authorization, Cookie, Accept' } }),
      { cache: { store } },
    )
    await get({ headers: { authorization: 'Basic aHVudGVyMg==', cookie: 'id=hunter2' } })
    const { connection: _, ...data } = kept[0]!
    expect(JSON.stringify(data)).not.toMatch(/hunter2|aHVudGVyMg/)
    expect(data.selecting.map(([name]) => name)).toEqual(['accept', 'authorization', 'cookie'])
  })
})

describe('what the request wants', () => {
  test('Request.cache: each mode (fetch standard, 2.2.5)', async () => {
    const { get, pass, seen } = await house(counted({ ...MINUTE, etag: '"v"' }))
    expect(await codeOf(get({ cache: 'only-if-cached' }))).toBe('net/not-cached')
    expect([await get(), await get({ cache: 'no-store' }), await get()]).toEqual(['1', '2', '1'])
    expect([await get({ cache: 'reload' }), await get({ cache: 'default' })]).toEqual(['3', '3'])
    expect([await get({ cache: 'no-cache' }), await get({ cache: 'force-cache' })]).toEqual(['4', '4'])
    pass(100)
    expect([await get({ cache: 'force-cache' }), await get({ cache: 'only-if-cached' })]).toEqual(['4', '4'])
    const fields = seen.map(({ headers }) =>
      ['cache-control', 'pragma', 'if-none-match'].map(name => headers.get(name)),
    )
    expect(fields).toEqual([
      [null, null, null],
      ['no-cache', 'no-cache', null],
      ['no-cache', 'no-cache', null],
      ['max-age=0', null, '"v"'],
    ])
  })

  test('a mode that does not exist is a mistake, and only-if-cached without a cache finds nothing', async () => {
    const { get } = await house(counted(MINUTE), { cache: undefined })
    expect(await codeOf(get({ cache: 'sometimes' as never }))).toBe('net/bad-request')
    expect(await codeOf(get({ cache: 'only-if-cached' }))).toBe('net/not-cached')
    const { get: cached } = await house(counted(MINUTE))
    expect(await codeOf(cached({ cache: 'only-if-cached', method: 'POST' }))).toBe('net/not-cached')
  })

  test('the mode of a Request counts as that of the options', async () => {
    const { own, url, seen } = await house(counted(MINUTE))
    for (const _ of [1, 2]) await (await own.fetch(new Request(url, { cache: 'no-store' } as RequestInit))).text()
    expect(seen.length).toBe(2)
  })

  test('RFC 9111 5.2.1.7: Cache-Control: only-if-cached is answered with 504 where nothing is kept', async () => {
    const { own, url, seen } = await house(counted(MINUTE))
    const response = await own.fetch(url, { headers: { 'cache-control': 'only-if-cached' } })
    expect([response.status, response.statusText, await response.text(), seen.length]).toEqual([
      504,
      'Gateway Timeout',
      '',
      0,
    ])
  })

  test('RFC 9110 14: a Range goes by, and its answer takes no place', async () => {
    const { own, url, get } = await house((request, number) =>
      request.headers.has('range')
        ? new Response('part', { status: 206, headers: { ...MINUTE, 'content-range': 'bytes 0-3/9' } })
        : new Response(`${number}`, { headers: MINUTE }),
    )
    const part = await own.fetch(url, { headers: { range: 'bytes=0-3' } })
    expect([part.status, await part.text()]).toEqual([206, 'part'])
    expect([await get(), await get()]).toEqual(['2', '2'])
    expect((await own.fetch(url, { headers: { range: 'bytes=0-3' } })).status).toBe(206)
  })

  test('a condition of the caller goes by, and 304 is his', async () => {
    const { own, url, get } = await house((request, number) =>
      request.headers.has('if-none-match')
        ? new Response(null, { status: 304 })
        : new Response(`${number}`, { headers: { ...MINUTE, etag: '"v"' } }),
    )
    await get()
    expect((await own.fetch(url, { headers: { 'if-none-match': '"v"' } })).status).toBe(304)
  })

  test('HEAD is answered from what GET brought, and when it is asked it renews or ends that', async () => {
    let length = 4
    const { own, url, pass, get, seen } = await house(
      ({ method }, number) =>
        new Response(method === 'HEAD' ? null : 'body', {
          headers: { ...MINUTE, etag: '"v"', 'content-length': `${length}`, 'x-turn': `${number}` },
        }),
    )
    const head = async () => (await own.fetch(url, { method: 'HEAD' })).headers.get('x-turn')
    await get()
    expect(await head()).toBe('1')
    pass(61)
    expect(await head()).toBe('2')
    expect([await get(), seen.length]).toEqual(['body', 2])
    expect(await head()).toBe('2')
    pass(61)
    length = 5
    expect(await head()).toBe('3')
    length = 4
    await get()
    expect(seen.at(-1)!.headers.get('if-none-match')).toBe(null)
  })
})

describe('the store', () => {
  const entry = (id: string, size: number): CacheEntry => ({
    id,
    status: 200,
    reason: 'OK',
    headers: [],
    requestedAt: 0,
    receivedAt: 0,
    selecting: [],
    asker: '',
    body: new Uint8Array(size),
  })
  const ids = (store: CacheStore, url: string) => (store.get(url) as CacheEntry[]).map(({ id }) => id)

  test('keeps as many as it may, and gives up what was not used for longest', () => {
    const store = memoryStore({ entries: 2 })
    for (const id of ['a', 'b']) store.put(id, entry('', 1))
    store.get('a')
    store.put('c', entry('', 1))
    expect(['a', 'b', 'c'].map(url => ids(store, url).length)).toEqual([1, 0, 1])
  })

  test('keeps no more bytes than it may, what an entry costs besides among them', () => {
    const store = memoryStore({ bytes: 10_000 })
    store.put('a', entry('', 3_000))
    store.put('b', entry('', 6_000))
    expect([ids(store, 'a').length, ids(store, 'b').length]).toEqual([0, 1])
    store.put('c', entry('', 9_000))
    expect([ids(store, 'b').length, ids(store, 'c').length]).toEqual([1, 0])
    for (let i = 0; i < 100; i++) store.put(`${i}`, entry('', 0))
    expect(Array.from({ length: 100 }, (_, i) => ids(store, `${i}`).length).reduce((a, b) => a + b)).toBe(4)
  })

  test('replaces the one with the same id, and forgets one or all of a URL', () => {
    const store = memoryStore({ bytes: 10_000 })
    for (let i = 0; i < 9; i++) store.put('a', entry('one', 5_000))
    expect(ids(store, 'a')).toEqual(['one'])
    store.put('a', entry('two', 1))
    expect(ids(store, 'a').sort()).toEqual(['one', 'two'])
    store.delete('a', 'one')
    expect(ids(store, 'a')).toEqual(['two'])
    store.delete('a')
    store.delete('never')
    expect(ids(store, 'a')).toEqual([])
    store.put('b', entry('', 7_000))
    expect(ids(store, 'b')).toEqual([''])
  })

  test('that fails is one that keeps nothing', async () => {
    const broken = () => Promise.reject(new Error('disk full'))
    for (const store of [
      { ...memoryStore(), get: broken },
      { ...memoryStore(), put: broken },
    ]) {
      const { get, said } = await house(counted(MINUTE), { cache: { store } })
      expect([await get(), await get()]).toEqual(['1', '2'])
      expect(said()).toContain('the store fails: Error: disk full')
    }
    const { get } = await house(counted(MINUTE), { cache: { store: { ...memoryStore(), delete: broken } } })
    expect([await get(), await get({ method: 'POST' })]).toEqual(['1', '2'])
  })
})

test('fetch standard, 4.6: caches on the way hear of a mode, unless the caller says something himself', async () => {
  const { own, url, seen } = await house(() => new Response('x'))
  const said = async (cache: 'default' | 'no-cache' | 'no-store' | 'reload' | 'force-cache', headers = {}) => {
    await (await own.fetch(url, { cache, headers })).text()
    const { headers: came } = seen.at(-1)!
    return `${came.get('cache-control')} ${came.get('pragma')}`
  }
  expect(await said('default')).toBe('null null')
  expect(await said('force-cache')).toBe('null null')
  expect(await said('no-cache')).toBe('max-age=0 null')
  expect(await said('no-store')).toBe('no-cache no-cache')
  expect(await said('reload')).toBe('no-cache no-cache')
  const mine = { 'cache-control': 'max-age=7' }
  expect(await said('no-cache', mine)).toBe('max-age=7 null')
  expect(await said('reload', mine)).toBe('max-age=7 no-cache')
  expect(await said('reload', { pragma: 'x' })).toBe('no-cache x')
})
