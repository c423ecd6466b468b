import { expect, test } from 'vitest'
import { LAPTOP, overheard, type PlayOptions, play } from '../../test/support/played.ts'
import { type HttpExchange, httpOf } from './http.ts'
import type { Parties } from './run.ts'

const parties: Parties = { client: { host: LAPTOP, name: LAPTOP }, server: { host: 'shop.test', name: 'shop.test' } }
const exchangesOf = async (options: PlayOptions = {}): Promise<readonly HttpExchange[]> =>
  httpOf((await play(options)).records, parties).exchanges
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)
const field = (exchange: HttpExchange, of: 'request' | 'response', name: string): string | undefined =>
  exchange[of]?.fields.find(each => each.name.toLowerCase() === name)?.value

test.each([{}, { plain: true }, { tls: { versions: ['TLS 1.2'] } }] as PlayOptions[])(
  'each request has its answer, its fields and both bodies: %j',
  async options => {
    const [login, account] = await exchangesOf(options)
    expect([login!.request!.start[0], login!.response!.start[1], login!.secure]).toEqual([
      'POST',
      '200',
      options.plain === undefined,
    ])
    expect(text(login!.request!.body.bytes)).toBe('user=ada&password=correct%20horse%20battery%20staple')
    expect(text(login!.response!.body.bytes)).toContain('Welcome, ada.')
    expect(text(account!.response!.body.bytes)).toContain('Your cart: 3 books.')
    expect(account!.response!.body).toMatchObject({
      framing: 'length',
      complete: true,
      type: 'text/html; charset=utf-8',
    })
    expect(field(account!, 'request', 'host')).toBe('shop.test')
  },
)

test('a field says where in its message it stands', async () => {
  const [, account] = await exchangesOf()
  const { message, fields } = account!.request!
  const cookie = fields.find(({ name }) => name === 'Cookie')!
  expect(text(message!.bytes.subarray(cookie.where.start, cookie.where.end))).toMatch(
    /^Cookie: __Host-sid=\S{20,}\r\n$/,
  )
  expect(cookie.where.message).toBe(message!.id)
})

test('a cookie that is kept says for whom and with what, the shop who its visitor is; a seed draws another', async () => {
  const [login, account] = await exchangesOf()
  expect(login!.cookies).toEqual([
    {
      what: 'kept',
      name: '__Host-sid',
      attributes: ['HttpOnly', 'Secure', 'Lax'],
      domain: 'shop.test',
      rule: 'RFC 6265bis 5.7',
      failure: undefined,
    },
  ])
  expect(account!.cookies).toEqual([])
  expect([login!.sessions, account!.sessions]).toEqual([
    [],
    [{ ok: true, about: 'the visitor is known by the cookie' }],
  ])
  const [, other] = await exchangesOf({ seed: 8 })
  expect(field(other!, 'request', 'cookie')).not.toBe(field(account!, 'request', 'cookie'))
})

test('a cookie that may not be kept is refused with the reason, beside one that may', async () => {
  const handler = () =>
    new Response('x', {
      headers: [
        ['set-cookie', 'a=1; Secure'],
        ['set-cookie', 'b=2; Domain=other.test'],
        ['set-cookie', 'c=3'],
      ],
    })
  const [first, second] = await exchangesOf({ plain: true, handler, paths: ['/one', '/two'] })
  expect(first!.cookies.map(({ what, name, failure }) => [what, name, failure?.code])).toEqual([
    ['refused', 'a', 'cookie/secure-over-http'],
    ['refused', 'b', 'cookie/other-domain'],
    ['kept', 'c', undefined],
  ])
  expect(field(second!, 'request', 'cookie')).toBe('c=3')
})

test('a body that was compressed is taken from the wire as it was, with what is to be undone', async () => {
  const handler = () => new Response('x'.repeat(5000), { headers: { 'content-type': 'text/plain' } })
  const [exchange] = await exchangesOf({ plain: true, handler, paths: ['/'] })
  const { codings, length, bytes } = exchange!.response!.body
  expect([codings, length === bytes!.length, length < 200, [...bytes!.subarray(0, 2)]]).toEqual([
    ['gzip'],
    true,
    true,
    [0x1f, 0x8b],
  ])
})

test('chunks are put together without the lines between them', async () => {
  const parts = ['one,', 'two,', 'three'].map(part => part.repeat(20_000))
  const handler = () => {
    const left = parts.map(part => new TextEncoder().encode(part))
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        // What is there at once goes out with its length.
        await new Promise(resolve => setImmediate(resolve))
        const next = left.shift()
        if (next === undefined) controller.close()
        else controller.enqueue(next)
      },
    })
    return new Response(body, { headers: { 'content-type': 'image/png' } })
  }
  const [exchange] = await exchangesOf({ plain: true, handler, paths: ['/'] })
  const { framing, bytes } = exchange!.response!.body
  expect([framing, text(bytes) === parts.join('')]).toEqual(['chunked', true])
})

test('of a capture without keys nothing is known, of one in the clear everything', async () => {
  const aside: Parties = { client: { host: 'client', name: 'a' }, server: { host: undefined, name: 'b' } }
  expect(httpOf(overheard(await play()).records, aside)).toEqual({ exchanges: [], more: 0 })
  const [login] = httpOf(overheard(await play({ plain: true })).records, aside).exchanges
  expect(text(login!.request!.body.bytes)).toContain('password=')
})

test('a connection that broke off shows the request, and no answer', async () => {
  const { records } = await play({ plain: true })
  const until = records.findIndex(
    entry =>
      entry.type === 'message' &&
      entry.record.layer === 'tcp' &&
      entry.record.host === LAPTOP &&
      entry.record.direction === 'in' &&
      entry.record.payload !== undefined,
  )
  const { exchanges } = httpOf(records.slice(0, until), parties)
  expect(exchanges.map(({ request, response }) => [request?.start[1], response])).toEqual([['/login', undefined]])
})
