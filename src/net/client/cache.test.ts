import { describe, expect, test } from 'vitest'
import { counted, house, inHalves, MINUTE, timeline } from '../../../test/support/cache.ts'
import { closing, codeOf, peer, served } from '../../../test/support/net.ts'
import { nodeWorld } from '../../node/world.ts'
import { type CacheStore, memoryStore } from './cache-store.ts'
import { type ClientOptions, client } from './client.ts'

test('an answer is used again as long as it is fresh, with its age, and asked for again then', async () => {
  const { get, pass, own, url, seen } = await house(counted(MINUTE))
  expect([await get(), await get()]).toEqual(['1', '1'])
  pass(59)
  const response = await own.fetch(url)
  expect([await response.text(), response.headers.get('age'), response.status]).toEqual(['1', '59', 200])
  pass(1)
  expect([await get(), await get(), seen.length]).toEqual(['2', '2', 2])
})

test('without `cache` nothing is kept', async () => {
  const { get } = await house(counted(MINUTE), { cache: undefined })
  expect([await get(), await get()]).toEqual(['1', '2'])
})

test('RFC 9111 4.3: a stale answer is compared, and a 304 makes it fresh again', async () => {
  const { get, pass, own, url, seen, said } = await house((request, number) =>
    request.headers.get('if-none-match') === '"v1"'
      ? new Response(null, { status: 304, headers: { ...MINUTE, etag: '"v1"', 'x-turn': `${number}` } })
      : new Response('body', { headers: { ...MINUTE, etag: '"v1"', 'x-turn': `${number}` } }),
  )
  expect(await get()).toBe('body')
  pass(61)
  const again = await own.fetch(url)
  expect([again.status, await again.text(), again.headers.get('x-turn'), again.headers.get('age')]).toEqual([
    200,
    'body',
    '2',
    '0',
  ])
  pass(59)
  expect([await get(), seen.length]).toEqual(['body', 2])
  expect(said()).toEqual([
    'kept, fresh for 60 s (max-age)',
    `not changed (304), served from the cache, 0 s old: ${url}/`,
    `served from the cache, 59 s old: ${url}/`,
  ])
})

test('RFC 9111 4.3.3: a full answer to a comparison is used and kept', async () => {
  const { get, pass } = await house(
    (_, number) => new Response(`${number}`, { headers: { ...MINUTE, etag: `"${number}"` } }),
  )
  await get()
  pass(61)
  expect([await get(), await get()]).toEqual(['2', '2'])
})

test('RFC 9111 4.3.4: a 304 about something else renews nothing, and the whole is asked for', async () => {
  const { get, pass, seen } = await house((request, number) =>
    request.headers.has('if-none-match')
      ? new Response(null, { status: 304, headers: { etag: '"other"' } })
      : new Response(`${number}`, { headers: { ...MINUTE, etag: '"v1"' } }),
  )
  await get()
  pass(61)
  expect([await get(), seen.length]).toEqual(['3', 3])
})

test('a 304 that says no-store gives what is kept once more, and ends it', async () => {
  const { get, pass, seen } = await house((request, number) =>
    request.headers.has('if-none-match')
      ? new Response(null, { status: 304, headers: { 'cache-control': 'no-store', etag: '"v1"' } })
      : new Response(`${number}`, { headers: { ...MINUTE, etag: '"v1"' } }),
  )
  await get()
  pass(61)
  expect([await get(), await get(), seen[2]!.headers.get('if-none-match')]).toEqual(['1', '3', null])
})

test('a coded body is kept coded and decoded each time', async () => {
  const text = 'text that is long enough to be compressed. '.repeat(200)
  const { get, seen } = await house(() => new Response(text, { headers: { ...MINUTE, 'content-type': 'text/plain' } }))
  expect([(await get()) === text, (await get()) === text, seen.length]).toEqual([true, true, 1])
})

test('what a reader does to its bytes does nothing to what is kept', async () => {
  const { own, url } = await house(() => new Response(new Uint8Array([1, 2, 3]), { headers: MINUTE }))
  for (let i = 0; i < 3; i++) {
    const reader = (await own.fetch(url)).body!.getReader()
    const { value } = await reader.read()
    expect([...value!]).toEqual([1, 2, 3])
    value!.fill(0)
    await reader.read()
  }
})

test('an answer without a body, and a redirect whose body nobody reads, are kept too', async () => {
  const { get, seen, own, url } = await house(({ url: asked }) => {
    const { pathname } = new URL(asked)
    if (pathname === '/empty') return new Response(null, { status: 204, headers: MINUTE })
    return pathname === '/to'
      ? new Response('there', { headers: MINUTE })
      : new Response('moved', { status: 301, headers: { location: '/to' } as never })
  })
  expect([await get({}, '/empty'), await get({}, '/empty'), seen.length]).toEqual(['', '', 1])
  const moved = { headers: { location: '/to', 'last-modified': 'Thu, 01 Jan 2015 00:00:00 GMT' } }
  const second = await house(({ url: asked }) =>
    asked.endsWith('/to')
      ? new Response('there', { headers: MINUTE })
      : new Response('moved', { status: 301, ...moved }),
  )
  expect([await second.get(), await second.get(), second.seen.length]).toEqual(['there', 'there', 2])
  expect((await own.fetch(`${url}/empty`)).status).toBe(204)
})

describe('what does not come whole is not kept', () => {
  test('a body that breaks off', async () => {
    let turn = 0
    const url = await peer(socket => {
      socket.once('data', () => {
        const head = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\n'
        if (turn++ === 0) socket.end(`${head}brok`)
        else socket.end(`${head}whole`)
      })
    })
    const own = client({ cache: true, world: nodeWorld() })
    closing.push(() => own.close())
    expect(await codeOf(own.fetch(url).then(response => response.text()))).toBe('http/body-cut-short')
    expect(await (await own.fetch(url)).text()).toBe('whole')
    expect(await (await own.fetch(url)).text()).toBe('whole')
    expect(turn).toBe(2)
  })

  test('a body that is cancelled, and one whose request is aborted', async () => {
    const big = 'x'.repeat(600_000)
    const { own, url, seen, get } = await house(
      () => new Response(big, { headers: { ...MINUTE, 'content-type': 'image/png' } }),
    )
    await (await own.fetch(url)).body!.cancel()
    const abort = new AbortController()
    const reader = (await own.fetch(url, { signal: abort.signal })).body!.getReader()
    await reader.read()
    abort.abort()
    await expect(reader.read().then(() => reader.read())).rejects.toThrow()
    expect([(await get()).length, seen.length]).toEqual([600_000, 3])
    expect([(await get()).length, seen.length]).toEqual([600_000, 3])
  })

  test('a body that may have been cut short, for it ends with its connection', async () => {
    let turn = 0
    const url = await peer(socket => {
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n\r\n${++turn}`))
    })
    const own = client({ cache: true, world: nodeWorld() })
    closing.push(() => own.close())
    expect([await (await own.fetch(url)).text(), await (await own.fetch(url)).text()]).toEqual(['1', '2'])
  })

  test('a body that is longer than is kept, announced or not; it is read all the same', async () => {
    const { get, seen, said } = await house(
      ({ url }) => {
        const headers = { ...MINUTE, 'content-type': 'image/png' }
        return new Response(url.endsWith('/stream') ? inHalves('y'.repeat(2_000)) : 'y'.repeat(2_000), { headers })
      },
      { cache: { largest: 1_000 } },
    )
    for (const path of ['/', '/', '/stream', '/stream']) expect((await get({}, path)).length).toBe(2_000)
    expect(seen.length).toBe(4)
    expect(new Set(said())).toEqual(new Set(['not kept: it is too long']))
    const { get: again, said: sameLength } = await house(
      () => new Response(inHalves('y'.repeat(1_000)), { headers: MINUTE }),
      {
        cache: { largest: 1_000 },
      },
    )
    await again()
    expect(sameLength()).toEqual(['kept, fresh for 60 s (max-age)'])
  })

  test('an entry of a store whose body is not as long as it says', async () => {
    const inner = memoryStore()
    const store: CacheStore = {
      ...inner,
      get: async url => (await inner.get(url)).map(entry => ({ ...entry, body: entry.body.subarray(1) })),
    }
    const { get } = await house(counted(MINUTE), { cache: { store } })
    expect([await get(), await get()]).toEqual(['1', '2'])
  })
})

describe('several at once', () => {
  test('two requests for the same both go, each gets its own answer, and the newer one is kept', async () => {
    const { own, url, get } = await house(counted(MINUTE))
    const [first, second] = await Promise.all([own.fetch(url), own.fetch(url)])
    // The one that was asked for first is read last.
    expect([await second.text(), await first.text()].sort()).toEqual(['1', '2'])
    expect(['1', '2']).toContain(await get())
  })

  test('an older answer that ends later does not take the place of a newer one', async () => {
    const { own, url, get, pass } = await house(
      (_, number) =>
        new Response(`${number}`, {
          headers: {
            ...MINUTE,
            date: new Date(Date.UTC(2020, 0, number)).toUTCString(),
            age: '0',
            'cache-control': 'max-age=999999999',
          },
        }),
    )
    const slow = await own.fetch(url)
    pass(1)
    expect(await get({ cache: 'reload' })).toBe('2')
    expect(await slow.text()).toBe('1')
    expect(await get()).toBe('2')
  })

  test('RFC 9111 4.4: what was asked for before a change and ends behind it is not kept', async () => {
    const { own, url, get, said } = await house(counted(MINUTE))
    const before = await own.fetch(url)
    await own.fetch(url, { method: 'PUT', body: 'x' })
    expect(await before.text()).toBe('1')
    expect(await get()).toBe('3')
    expect(said()).toContain('not kept: it was changed meanwhile')
  })

  test('RFC 5861 3: a stale answer is given at once and asked for again behind it, once', async () => {
    let release = (): void => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    const { get, pass, seen } = await house(async (_, number) => {
      if (number === 2) await held
      return new Response(`${number}`, { headers: { 'cache-control': 'max-age=60, stale-while-revalidate=60' } })
    })
    await get()
    pass(61)
    expect([await get(), await get(), await get()]).toEqual(['1', '1', '1'])
    release()
    while ((await get()) === '1') await new Promise(resolve => setImmediate(resolve))
    expect([await get(), seen.length]).toEqual(['2', 2])
  })

  test('RFC 5861 3: what is asked for behind an answer is read no further than it could be kept', async () => {
    let told = (_end: 'cut' | 'read'): void => {}
    const end = new Promise<'cut' | 'read'>(resolve => {
      told = resolve
    })
    let left = 20_000
    const long = () =>
      new ReadableStream({
        pull: to => {
          to.enqueue(new Uint8Array(1_000))
          if (--left > 0) return
          to.close()
          told('read')
        },
        cancel: () => told('cut'),
      })
    const headers = { 'cache-control': 'max-age=60, stale-while-revalidate=60', 'content-type': 'image/png' }
    const { get, pass } = await house((_, number) => new Response(number === 1 ? 'old' : long(), { headers }), {
      cache: { largest: 100_000 },
    })
    await get()
    pass(61)
    expect(await get()).toBe('old')
    expect(await end).toBe('cut')
    expect(await get()).toBe('old')
  })
})

describe('an origin that fails', () => {
  const dying = async (status: number | 'gone', cacheControl: string) => {
    let turn = 0
    const url = await peer(socket => {
      socket.on('data', () => {
        const head = `Cache-Control: ${cacheControl}\r\nContent-Length: 2\r\n\r\n`
        if (turn++ === 0) socket.end(`HTTP/1.1 200 OK\r\n${head}ok`)
        else if (status === 'gone') socket.destroy()
        else socket.end(`HTTP/1.1 ${status} Error\r\n${head}no`)
      })
    })
    const { world, pass } = timeline()
    const own = client({ cache: true, world })
    closing.push(() => own.close())
    await (await own.fetch(url)).text()
    pass(61)
    return own.fetch(url).then(async response => `${response.status} ${await response.text()}`)
  }

  test('RFC 5861 4: what is stale stands in for it where stale-if-error allows that', async () => {
    for (const status of [500, 502, 503, 504, 'gone'] as const) {
      expect([status, await dying(status, 'max-age=60, stale-if-error=60')]).toEqual([status, '200 ok'])
    }
    expect(await dying(501, 'max-age=60, stale-if-error=60')).toBe('501 no')
  })

  test('RFC 9111 4.2.4, 5.2.2.2: and else its failure is told', async () => {
    expect(await dying(503, 'max-age=60')).toBe('503 no')
    expect(await dying(503, 'max-age=60, stale-if-error=60, must-revalidate')).toBe('503 no')
    expect(await codeOf(dying('gone', 'max-age=60'))).toMatch(/^(http\/no-answer|tcp\/reset)$/)
    expect(await codeOf(dying('gone', 'max-age=60, stale-if-error=60, must-revalidate'))).toMatch(
      /^(http\/no-answer|tcp\/reset)$/,
    )
  })
})

test('what was accepted in spite of its certificate is not kept', async () => {
  const { certificateAuthority } = await import('../../ca/authority.ts')
  const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: Date.now, name: 'nobody' })
  const { chain, privateKey } = authority.issue({ names: ['localhost'] })
  let turn = 0
  const server = await served(() => new Response(`${++turn}`, { headers: MINUTE }), {
    tls: { cert: [...chain], key: privateKey },
  })
  const text = async (options: Partial<ClientOptions>) => {
    const own = client({ cache: true, world: nodeWorld(), ...options })
    closing.push(() => own.close())
    return [await (await own.fetch(server.url)).text(), await (await own.fetch(server.url)).text()]
  }
  expect(await text({ accept: ['tls/chain-incomplete'] })).toEqual(['1', '2'])
  expect(await text({ ca: authority.root })).toEqual(['3', '3'])
})
