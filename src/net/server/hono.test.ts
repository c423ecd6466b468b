/** An application of Hono on `serve`: what it answers there is what it answers when it is called without a server. */

import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { etag } from 'hono/etag'
import { streamText } from 'hono/streaming'
import { expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { fetch } from '../../index.ts'

const application = (): Hono => {
  const app = new Hono()
  app.use('/shared/*', cors(), etag())
  app.get('/shared/text', c => c.text('text', 201, { 'X-Here': '1' }))
  app.get('/html', c => c.html('<p>p</p>'))
  app.get('/json/:item', c => c.json({ item: c.req.param('item'), q: c.req.query('q'), agent: c.req.header('x-a') }))
  app.get('/nothing', c => c.body(null, 204))
  app.get('/away', c => c.redirect('/html', 303))
  app.get('/cookies', c => {
    setCookie(c, 'a', '1', { httpOnly: true })
    setCookie(c, 'b', '2')
    return c.text(getCookie(c, 'seen') ?? 'none')
  })
  app.get('/stream', c =>
    streamText(c, async stream => {
      await stream.write('one ')
      await stream.write('two')
    }),
  )
  app.post('/json', async c => c.json(await c.req.json()))
  app.post('/form', async c => c.json(await c.req.parseBody()))
  app.post('/raw', async c => c.body(await c.req.raw.clone().arrayBuffer()))
  app.get('/broken', () => {
    throw new Error('broken')
  })
  app.onError((error, c) => c.text(error.message, 500))
  app.use('/after', async (c, next) => {
    await next()
    c.res.headers.append('X-After', c.res.headers.get('content-type') ?? '')
    c.res = new Response(`<${await c.res.text()}>`, c.res)
  })
  app.get('/after', c => c.text('inner'))
  return app
}

const form = new URLSearchParams({ a: '1', b: '2 & 3' })
const asked: readonly (readonly [string, RequestInit?])[] = [
  ['/shared/text', { headers: { origin: 'http://a.test' } }],
  ['/shared/text', { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } }],
  ['/html'],
  ['/html', { method: 'HEAD' }],
  ['/json/a%20b?q=%C3%A4', { headers: { 'x-a': '1' } }],
  ['/nothing'],
  ['/away', { redirect: 'manual' }],
  ['/cookies', { headers: { cookie: 'seen=yes' } }],
  ['/stream'],
  ['/json', { method: 'POST', body: '{"a":[1,"ä"]}', headers: { 'content-type': 'application/json' } }],
  ['/form', { method: 'POST', body: form }],
  ['/raw', { method: 'POST', body: Uint8Array.of(0, 1, 0xff) }],
  ['/broken'],
  ['/after'],
  ['/nowhere'],
]

/** Fields that only a server adds, and the length of what HEAD leaves out. */
const SERVERS = new Set(['date', 'content-length', 'vary', 'transfer-encoding', 'connection'])

const seen = async (response: Response): Promise<unknown> => [
  response.status,
  [...response.headers].filter(([name]) => !SERVERS.has(name)),
  Buffer.from(await response.arrayBuffer()).toString('latin1'),
]

test.each(['quick', 'platform'] as const)(
  'Hono answers on serve as it does without, with responses: %s',
  async kind => {
    const Platform = globalThis.Response
    const app = application()
    const alone = await Promise.all(asked.map(async ([path, init]) => seen(await app.request(path, init))))
    try {
      const server = await served(request => app.fetch(request), { responses: kind })
      for (const [at, [path, init]] of asked.entries()) {
        const response = await fetch(`${server.url}${path}`, init)
        expect([path, await seen(response)]).toEqual([path, alone[at]])
      }
    } finally {
      globalThis.Response = Platform
    }
  },
)
