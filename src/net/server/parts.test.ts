/** Forms on the server: part by part, all at once, and from clients that lie, stall or leave. */
import { describe, expect, test } from 'vitest'
import { closing, codeOf, heard, served, soon, talk } from '../../../test/support/net.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import type { FailureError } from '../../failures/index.ts'
import { nodeWorld } from '../../node/world.ts'
import { fetch, serve } from '../index.ts'
import { type Part, parts, partsOf, refusalOf } from './parts.ts'
import type { Handler } from './serve.ts'

const world = nodeWorld()
const TYPE = 'multipart/form-data; boundary=b'

/** A request as it is in a handler, of pieces that are made when somebody asks; `made` counts them. */
const requestOf = (pieces: Iterable<string | Uint8Array>, type = TYPE) => {
  const state = { made: 0, cancelled: false }
  const iterator = pieces[Symbol.iterator]()
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = iterator.next()
        if (done === true) return controller.close()
        state.made++
        controller.enqueue(typeof value === 'string' ? Buffer.from(value) : value)
      },
      cancel() {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  const request = new Request('http://a/', { method: 'POST', headers: { 'content-type': type }, body, duplex: 'half' })
  return { request, state }
}
const part = (name: string, content: string, more = ''): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`
const raw = (path: string, body: string, length = body.length): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${TYPE}\r\nContent-Length: ${length}\r\n\r\n${body}`

/** What a form says, in the order of its parts. */
const told: Handler = async (request, about) => {
  try {
    const all: unknown[] = []
    for await (const { name, filename, type, ...each } of listed(parts(request, about)))
      all.push([name, filename ?? null, type ?? null, each.size])
    return Response.json(all)
  } catch (error) {
    return refusalOf(error, about)
  }
}
async function* listed(all: AsyncIterable<Part>) {
  for await (const { name, filename, type, body } of all) {
    // Every second one is left unread.
    let size = 0
    if (!name.startsWith('skip'))
      for await (const piece of body as unknown as AsyncIterable<Uint8Array>) size += piece.length
    yield { name, filename, type, size }
  }
}

describe.each(platforms)('on %s', (_, platform) => {
  const form = (): FormData => {
    const made = new FormData()
    made.append('text', 'käse\r\n"')
    made.append('skip', 'x'.repeat(200_000))
    made.append('file', new File([new Uint8Array(300_000).fill(13)], 'a "ü".bin', { type: 'image/png' }))
    made.append('skipped file', new File(['x'.repeat(100_000)], 'rest'))
    made.append('last', '')
    return made
  }
  test('the parts of a form come one after the other, and what nobody reads is skipped', async () => {
    const own = platform.world()
    const server = await serve(told, { world: own, port: 80 })
    closing.push(() => server.close(50))
    const answer = await fetch('http://localhost/', { world: own, method: 'POST', body: form() })
    expect(await answer.json()).toEqual([
      ['text', null, null, 8],
      ['skip', null, null, 0],
      ['file', 'a "ü".bin', 'image/png', 300_000],
      ['skipped file', 'rest', 'application/octet-stream', 0],
      ['last', null, null, 0],
    ])
  })
  test('formData() has what was sent', async () => {
    const own = platform.world()
    const server = await serve(
      async request => {
        const read = await request.formData()
        const fields = [...read].map(async ([name, value]) =>
          typeof value === 'string'
            ? [name, value]
            : [name, value.name, value.type, (await value.arrayBuffer()).byteLength],
        )
        return Response.json([request.bodyUsed, ...(await Promise.all(fields))])
      },
      { world: own, port: 80 },
    )
    closing.push(() => server.close(50))
    const answer = await fetch('http://localhost/', { world: own, method: 'POST', body: form() })
    expect(await answer.json()).toEqual([
      true,
      ['text', 'käse\r\n"'],
      ['skip', 'x'.repeat(200_000)],
      ['file', 'a "ü".bin', 'image/png', 300_000],
      ['skipped file', 'rest', 'application/octet-stream', 100_000],
      ['last', ''],
    ])
    const query = new URLSearchParams({ a: 'ü &=', b: '' })
    const other = await fetch('http://localhost/', { world: own, method: 'POST', body: query })
    expect(await other.json()).toEqual([true, ['a', 'ü &='], ['b', '']])
  })
})

describe('a part', () => {
  test('is read no faster than somebody takes it', async () => {
    const { request, state } = requestOf(
      (function* () {
        yield part('a', '').slice(0, -2)
        for (;;) yield 'x'.repeat(10_000)
      })(),
    )
    for await (const { body } of parts(request, { world })) {
      const reader = body.getReader()
      await reader.read()
      for (let i = 0; i < 5; i++) await soon()
      expect(state.made).toBeLessThan(5)
      await reader.read()
      await reader.read()
      expect(state.made).toBeLessThan(7)
      break
    }
    // Nobody wants the rest.
    expect(state.cancelled).toBe(true)
  })
  test('can be had at once, up to a number of bytes', async () => {
    const { request } = requestOf([part('a', 'x'.repeat(20)), part('b', 'x'.repeat(21)), part('c', 'x'), '--b--'])
    const seen: string[] = []
    for await (const one of parts(request, { world }))
      seen.push(await one.text(20).catch((error: FailureError) => error.code))
    expect(seen).toEqual(['x'.repeat(20), 'http/part-too-big', 'x'])
    const { request: large } = requestOf([part('a', 'x'.repeat(1_048_576)), part('b', 'x'.repeat(1_048_577)), '--b--'])
    const sizes: unknown[] = []
    for await (const one of parts(large, { world }))
      sizes.push(
        await one.bytes().then(
          ({ length }) => length,
          (error: FailureError) => error.failure.where,
        ),
      )
    expect(sizes).toEqual([1_048_576, '"b"'])
  })
  test('is over when the next one is there, for whoever still holds it: http/wrong-turn', async () => {
    const { request } = requestOf([part('a', 'old'), part('b', 'new'), '--b--'])
    const walk = parts(request, { world })
    const first = (await walk.next()).value as Part
    const second = (await walk.next()).value as Part
    expect(await codeOf(first.text())).toBe('http/wrong-turn')
    expect(await codeOf(first.body.getReader().read())).toBe('http/wrong-turn')
    expect(await second.text()).toBe('new')
    expect(await second.text()).toBe('')
    expect((await walk.next()).done).toBe(true)
    expect(await codeOf(second.bytes())).toBe('no failure')
  })
  test('is asked for while another is still read: what was read of that stays in order', async () => {
    const { request } = requestOf(
      [...Buffer.from(`${part('a', 'one')}${part('b', 'two')}--b--`)].map(octet => Uint8Array.of(octet)),
    )
    const walk = parts(request, { world })
    const first = (await walk.next()).value as Part
    const [read, second] = await Promise.all([codeOf(first.text()), walk.next()])
    expect(read).toBe('http/wrong-turn')
    expect(await (second.value as Part).text()).toBe('two')
  })
  test('that ends too early fails as often as it is asked for, and so do those behind it; nothing more is read', async () => {
    let asked = 0
    const next = async () => {
      if (asked > 9) throw new Error('asked again and again')
      return asked++ === 0 ? Buffer.from(part('a', 'x')) : undefined
    }
    const walk = partsOf(next, TYPE, { limits: {}, words: world.words })
    const first = (await walk.next()).value as Part
    for (const ask of [() => first.text(), () => first.text(), () => walk.next()])
      expect(await codeOf(ask())).toBe('http/multipart-cut-short')
    expect(asked).toBe(2)
  })
  test('shows its fields, in octets where they are no Latin-1', async () => {
    const { request } = requestOf([
      '--b\r\nContent-Disposition: form-data; name="ü"; filename="€"\r\nContent-Type: text/x\r\nX-Odd: 1\r\n\r\n\r\n--b--',
    ])
    for await (const { name, filename, type, headers } of parts(request, { world })) {
      expect([name, filename, type, headers.get('x-odd'), headers.get('content-type')]).toEqual([
        'ü',
        '€',
        'text/x',
        '1',
        'text/x',
      ])
      expect(Buffer.from(headers.get('content-disposition')!, 'latin1').toString()).toBe(
        'form-data; name="ü"; filename="€"',
      )
    }
  })
})

test.each<[type: string, body: string, status: number, code: string]>([
  ['text/plain', 'x', 415, 'http/unsupported-media-type'],
  ['multipart/form-data', 'x', 400, 'http/bad-boundary'],
  [TYPE, '', 400, 'http/multipart-cut-short'],
  [TYPE, part('a', 'x'), 400, 'http/multipart-cut-short'],
  [TYPE, '--b\r\n\r\nx\r\n--b--', 400, 'http/bad-part'],
  [TYPE, `${part('a', '').repeat(1001)}--b--`, 413, 'http/too-many-parts'],
  [TYPE, `--b\r\nA: ${'x'.repeat(20_000)}`, 413, 'http/part-too-big'],
])('a body of %s is answered with what is wrong (%#)', async (type, body, status, code) => {
  const server = await served(told)
  const answer = await fetch(server.url, { world, method: 'POST', headers: { 'content-type': type }, body })
  expect([answer.status, (await answer.text()).trim().split('\n').at(-1)]).toEqual([status, code])
})

test('what is not the fault of the body is thrown on', () => {
  const other = new Error('other')
  expect(() => refusalOf(other, { world })).toThrow(other)
})

describe('formData() of a request is bounded', () => {
  const outcome = async (body: string, type: string, forms: Record<string, number>): Promise<string> => {
    let said = ''
    const server = await served(
      async request => {
        said = await request.formData().then(
          form => `${[...form.keys()]}`,
          (error: TypeError) => `${error.name} ${(error.cause as FailureError).code}`,
        )
        return new Response(said)
      },
      { forms },
    )
    const answer = await fetch(server.url, { world, method: 'POST', headers: { 'content-type': type }, body })
    await answer.text()
    return said
  }
  const URLENCODED = 'application/x-www-form-urlencoded'
  test.each<[body: string, type: string, forms: Record<string, number>, told: string]>([
    [`${part('a', 'x'.repeat(50))}--b--`, TYPE, { bytes: 106 }, 'a'],
    [`${part('a', 'x'.repeat(51))}--b--`, TYPE, { bytes: 106 }, 'TypeError http/body-too-big'],
    [`${part('a', '')}${part('b', '')}--b--`, TYPE, { parts: 2 }, 'a,b'],
    [`${part('a', '')}${part('b', '')}--b--`, TYPE, { parts: 1 }, 'TypeError http/too-many-parts'],
    ['a=1&&b=2&', URLENCODED, { parts: 2 }, 'a,b'],
    ['a=1&b=2&c', `${URLENCODED};charset=utf-8`, { parts: 2 }, 'TypeError http/too-many-parts'],
    ['a=12345678', URLENCODED, { bytes: 10 }, 'a'],
    ['a=123456789', URLENCODED, { bytes: 10 }, 'TypeError http/body-too-big'],
    ['x', 'text/plain', {}, 'TypeError http/unsupported-media-type'],
    [part('a', ''), TYPE, {}, 'TypeError http/multipart-cut-short'],
  ])('%j', async (body, type, forms, said) => {
    expect(await outcome(body, type, forms)).toBe(said)
  })
})

test('formData() of a body that somebody reads, or began to read, is a TypeError as with the platform', async () => {
  const server = await served(async request => {
    const outcome = () =>
      request.formData().then(
        form => [...form.keys()],
        (error: Error) => error.name,
      )
    const reader = request.body!.getReader()
    const locked = await outcome()
    await reader.read()
    reader.releaseLock()
    return Response.json([locked, await outcome()])
  })
  const answer = await fetch(server.url, { world, method: 'POST', body: new URLSearchParams({ a: 'b' }) })
  expect(await answer.json()).toEqual(['TypeError', 'TypeError'])
})

describe('a client', () => {
  const watched = async () => {
    const ends: string[] = []
    const state = { reading: 0 }
    const server = await served(async (request, about) => {
      try {
        for await (const { body } of parts(request, about)) {
          for await (const _ of body as unknown as AsyncIterable<Uint8Array>) state.reading++
        }
        ends.push('complete')
      } catch (error) {
        ends.push((error as FailureError).code)
      }
      return new Response(`${ends.at(-1)}`)
    })
    return { server, ends, state }
  }
  const until = async (is: () => boolean): Promise<void> => {
    for (let i = 0; i < 3000 && !is(); i++) await soon()
  }

  test('that leaves by FIN in the middle of a part ends the iteration with a failure', async () => {
    const { server, ends, state } = await watched()
    const said = talk(server.port, raw('/', `${part('a', 'x'.repeat(1000)).slice(0, -2)}`, 1_000_000))
    await until(() => state.reading > 0)
    said.socket.end()
    await until(() => ends.length > 0)
    expect(ends).toEqual(['http/body-cut-short'])
  })
  test('that leaves by RST does too, a hundred at once', async () => {
    const { server, ends, state } = await watched()
    const all = Array.from({ length: 100 }, () =>
      talk(server.port, raw('/', part('a', 'x'.repeat(1000)).slice(0, -2), 1_000_000)),
    )
    await until(() => state.reading >= 100)
    for (const { socket } of all) socket.resetAndDestroy()
    await until(() => ends.length === 100)
    expect(new Set(ends)).toEqual(new Set(['tcp/reset']))
    expect(ends).toHaveLength(100)
  })
  test('that is refused early can use its connection again when the rest of its body has come', async () => {
    const server = await served(told)
    const wrong = `--b\r\n\r\n${'x'.repeat(10_000)}`
    const said = talk(server.port, raw('/', wrong), raw('/', `${part('a', 'x')}--b--\r\n`))
    await heard(said, 'http/bad-part')
    await heard(said, '[["a",null,null,1]]')
  })
  test('whose form ends before its body is not waited for', async () => {
    const server = await served(told)
    const said = talk(server.port, raw('/', `${part('a', 'x')}--b--\r\n`, 500))
    await heard(said, '[["a",null,null,1]]')
  })
})

test('HTML: a byte order mark in a field is a character of it', async () => {
  // The platform's own loses it: it decodes with looking for one.
  for await (const one of parts(requestOf([part('a', '\ufeffx'), '--b--']).request, { world }))
    expect(await one.text()).toBe('\ufeffx')
})

test('what the platform writes is read as the platform reads it', async () => {
  const names = ['a', 'a"b', 'ü€😀', 'a\r\nb', '', '%22', 'a;b=c', "it's", 'C:\\x\\y']
  for (const name of names) {
    const form = new FormData()
    form.append(name, 'value\r\n')
    form.append(name, new File(['content'], name, { type: 'text/x' }))
    const { headers, body } = new Response(form)
    const type = headers.get('content-type')!
    const bytes = new Uint8Array(await new Response(body).arrayBuffer())
    const theirs = await new Response(bytes, { headers: { 'content-type': type } }).formData()
    const ours: [string, string | undefined, string][] = []
    for await (const one of parts(requestOf([bytes], type).request, { world: node.world() }))
      ours.push([one.name, one.filename, await one.text()])
    const expected = [...theirs].map(async ([key, value]) =>
      typeof value === 'string' ? [key, undefined, value] : [key, value.name, await value.text()],
    )
    expect(ours).toEqual(await Promise.all(expected))
  }
})
