/** The same programs on `node:http` and on ours, asked the same, compared field by field. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as nodeServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import express, { type ErrorRequestHandler } from 'express'
import session from 'express-session'
import fastify, { type FastifyInstance } from 'fastify'
import { Hono } from 'hono'
import { request } from 'undici'
import { expect, test } from 'vitest'
import { closing } from '../../../test/support/net.ts'
import { createServer } from './index.ts'

type Make = typeof nodeServer
const MAKERS = { node: nodeServer, ours: createServer as unknown as Make } as const

interface Asked {
  readonly path: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Readable
}

/** Those that the connection has: ours says nothing of its times. */
const OF_CONNECTION = ['date', 'connection', 'keep-alive', 'transfer-encoding']

const answersOf = async (port: number, calls: readonly (() => Asked)[]) => {
  const answers: unknown[] = []
  const cookies = new Map<string, string>()
  for (const call of calls) {
    const { path, method = 'GET', headers = {}, body } = call()
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await request(`http://127.0.0.1:${port}${path}`, {
      method: method as 'GET',
      headers: { ...headers, ...(cookie && { cookie }) },
      ...(body !== undefined && { body }),
    })
    const { statusCode, trailers } = answer
    const text = await answer.body.text()
    const kept = Object.entries(answer.headers).filter(([name]) => !OF_CONNECTION.includes(name))
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [name, value] = line.split(';')[0]!.split('=')
      cookies.set(name!, value!)
    }
    answers.push({ path, method, statusCode, headers: Object.fromEntries(kept), trailers: { ...trailers }, text })
  }
  return answers
}

/** What is drawn by lot in each run. */
const alike = (answers: readonly unknown[]): { headers: Record<string, string> }[] =>
  JSON.parse(JSON.stringify(answers).replace(/connect\.sid=[^;"]+/g, 'connect.sid=*'))

const listening = async (server: ReturnType<Make>): Promise<number> => {
  server.listen(0, '127.0.0.1')
  if (!server.listening) await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

const bothAnswer = async (serve: (make: Make) => Promise<number>, calls: readonly (() => Asked)[]) => {
  const theirs = await answersOf(await serve(MAKERS.node), calls)
  const ours = await answersOf(await serve(MAKERS.ours), calls)
  const known = alike(theirs)
  const asTheirs = alike(ours)
  // Node chunks what follows `writeHead`, however short; ours says the length of what is all there.
  for (const [i, { headers }] of known.entries())
    if (headers['content-length'] === undefined) delete asTheirs[i]!.headers['content-length']
  expect(asTheirs).toEqual(known)
  return ours as { statusCode: number; headers: Record<string, string>; text: string; trailers: object }[]
}

const json = (value: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

test('a listener of node:http sees the same request and gives the same answers', async () => {
  const listener: RequestListener = async (req, res) => {
    const { pathname } = new URL(req.url!, 'http://a')
    if (pathname === '/facts') {
      const { method, url, httpVersion, headers, rawHeaders, headersDistinct } = req
      const { host, ...rest } = headers
      const said = {
        method,
        url,
        httpVersion,
        rest,
        distinct: { ...headersDistinct, host: [] },
        raw: rawHeaders.slice(2),
      }
      const { remoteAddress, remoteFamily } = req.socket
      res.end(JSON.stringify({ ...said, remoteAddress, remoteFamily, aborted: req.aborted }))
    } else if (pathname === '/echo') {
      const pieces: Buffer[] = []
      for await (const piece of req) pieces.push(piece)
      const text = Buffer.concat(pieces).toString()
      res.setHeader('X-Length', text.length)
      res.writeHead(201, 'Made', { 'X-Complete': `${req.complete}` })
      res.end(text)
    } else if (pathname === '/fields') {
      res.setHeader('Set-Cookie', ['a=1', 'b=2'])
      res.setHeader('X-One', 'one')
      res.appendHeader('X-Two', 'two')
      res.appendHeader('X-Two', 'three')
      res.setHeader('X-Gone', 'gone')
      res.removeHeader('x-gone')
      res.statusMessage = 'All Fine'
      const names = res.getHeaderNames().join()
      res.write('names: ')
      res.end(`${names} ${res.getHeader('x-two')} ${res.headersSent} ${res.hasHeader('X-One')}`)
    } else if (pathname === '/stream') {
      Readable.from(['one ', 'two ', 'three']).pipe(res)
    } else if (pathname === '/trailers') {
      res.writeHead(200, { Trailer: 'Sum' })
      res.write('body')
      res.addTrailers({ Sum: '4' })
      res.end()
    } else if (pathname === '/array') res.writeHead(200, ['X-A', '1', 'X-B', '2']).end('array')
    else if (pathname === '/204') res.writeHead(204).end()
    else if (pathname === '/204-body') res.writeHead(204).end('dropped')
    else if (pathname === '/304') res.writeHead(304, { ETag: '"x"' }).end()
    else if (pathname === '/head') res.writeHead(200, { 'Content-Length': '5' }).end('hello')
    else if (pathname === '/latin1') res.end('é', 'latin1')
    else if (pathname === '/empty') res.end()
    else res.writeHead(404).end()
  }
  const serve = (make: Make) => listening(make(listener))
  const answers = await bothAnswer(serve, [
    () => ({ path: '/facts?a=1', headers: { 'X-Thing': 'Value', accept: 'text/plain' } }),
    () => ({ path: '/echo', method: 'POST', body: 'hello' }),
    () => ({ path: '/echo', method: 'PUT', body: Readable.from(['in ', 'pieces']) }),
    () => ({ path: '/fields' }),
    () => ({ path: '/stream' }),
    () => ({ path: '/trailers' }),
    () => ({ path: '/array' }),
    () => ({ path: '/204' }),
    () => ({ path: '/204-body' }),
    () => ({ path: '/304' }),
    () => ({ path: '/head', method: 'HEAD' }),
    () => ({ path: '/latin1' }),
    () => ({ path: '/empty' }),
    () => ({ path: '/nowhere', method: 'DELETE' }),
  ])
  expect(JSON.parse(answers[0]!.text)).toMatchObject({ remoteAddress: '127.0.0.1', method: 'GET', httpVersion: '1.1' })
  expect(answers[5]!.trailers).toEqual({ sum: '4' })
})

const expressApp = (folder: string) => {
  const app = express()
  app.set('trust proxy', true)
  app.use(session({ secret: 'a secret of this test', resave: false, saveUninitialized: false }))
  app.use(express.json({ limit: 1_000 }))
  app.use(express.urlencoded({ extended: false }))
  app.use('/files', express.static(folder, { lastModified: false }))
  app.get('/ip', (req, res) => void res.json({ ip: req.ip, secure: req.secure, protocol: req.protocol }))
  app.get('/users/:name', (req, res) => void res.send(`hello ${req.params.name} ${req.query.q}`))
  app.post('/json', (req, res) => void res.status(201).json({ got: req.body }))
  app.get('/cookie', (_req, res) => void res.cookie('a', 'b', { httpOnly: true }).redirect('/elsewhere'))
  app.get('/count', (req, res) => {
    const visitor = req.session as unknown as { count?: number }
    visitor.count = (visitor.count ?? 0) + 1
    res.send(`${visitor.count}`)
  })
  app.get('/stream', async (_req, res) => {
    res.type('text')
    for (const word of ['a ', 'stream ', 'of words']) {
      res.write(word)
      await new Promise(resolve => setImmediate(resolve))
    }
    res.end()
  })
  app.get('/throws', () => {
    throw new Error('on purpose')
  })
  app.get('/rejects', () => Promise.reject(new Error('later')))
  const failed: ErrorRequestHandler = (error: Error, _req, res, _next) =>
    void res.status((error as { status?: number }).status ?? 500).send(`failed: ${error.message}`)
  app.use(failed)
  return app
}

test('Express 5 with express-session and express.static', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-static-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'numbers.txt'), '0123456789')
  const serve = (make: Make) => listening(make(expressApp(folder)))
  const answers = await bothAnswer(serve, [
    () => ({ path: '/users/ann?q=1' }),
    () => ({ path: '/users/ann?q=1', method: 'HEAD' }),
    () => ({ path: '/json', ...json({ a: [1, 2] }) }),
    () => ({ path: '/json', ...json('x'.repeat(2_000)) }),
    () => ({ path: '/json', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{broken' }),
    () => ({
      path: '/json',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=1&b=2',
    }),
    () => ({ path: '/cookie' }),
    () => ({ path: '/count' }),
    () => ({ path: '/count' }),
    () => ({ path: '/count' }),
    () => ({ path: '/stream' }),
    () => ({ path: '/throws' }),
    () => ({ path: '/rejects' }),
    () => ({ path: '/nowhere' }),
    () => ({ path: '/ip', headers: { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' } }),
    () => ({ path: '/files/numbers.txt' }),
    () => ({ path: '/files/numbers.txt', headers: { range: 'bytes=2-4' } }),
    () => ({ path: '/files/numbers.txt', headers: { range: 'bytes=20-' } }),
    () => ({ path: '/files/numbers.txt', method: 'HEAD' }),
  ])
  expect(answers.slice(7, 10).map(({ text }) => text)).toEqual(['1', '2', '3'])
  expect(answers[16]).toMatchObject({ statusCode: 206, text: '234' })
})

test('Fastify over serverFactory', async () => {
  const serve = async (make: Make) => {
    const app = fastify({ serverFactory: handler => make(handler) }) as unknown as FastifyInstance
    closing.push(() => app.close())
    app.get('/users/:name', async ({ params, query, ip, protocol }) => ({ params, query, ip, protocol }))
    app.post('/json', async ({ body }, reply) => reply.code(201).header('x-a', 'b').send({ got: body }))
    app.get('/stream', (_request, reply) => reply.type('text/plain').send(Readable.from(['a ', 'b'])))
    app.get('/throws', async () => {
      throw Object.assign(new Error('on purpose'), { statusCode: 418 })
    })
    app.get('/empty', (_request, reply) => reply.code(204).send())
    app.get('/unsendable', (_request, reply) => reply.header('X-Smile', '\u{1f600}').send('never'))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return (app.server.address() as AddressInfo).port
  }
  await bothAnswer(serve, [
    () => ({ path: '/users/ann?q=1' }),
    () => ({ path: '/json', ...json({ a: [1, 2] }) }),
    () => ({ path: '/json', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{broken' }),
    () => ({ path: '/stream' }),
    () => ({ path: '/throws' }),
    () => ({ path: '/unsendable' }),
    () => ({ path: '/empty' }),
    () => ({ path: '/nowhere' }),
    () => ({ path: '/users/ann', method: 'HEAD' }),
  ])
})

test("Hono's own adapter for Node", async () => {
  const app = new Hono()
  app.get('/users/:name', c => c.text(`hello ${c.req.param('name')} ${c.req.query('q')}`))
  app.post('/json', async c => c.json({ got: await c.req.json() }, 201))
  app.get(
    '/stream',
    () =>
      new Response(Readable.toWeb(Readable.from([Buffer.from('a '), Buffer.from('b')])) as unknown as ReadableStream),
  )
  app.get('/throws', () => {
    throw new Error('on purpose')
  })
  app.onError((error, c) => c.text(`failed: ${error.message}`, 500))
  const serve = (make: Make) =>
    listening(createAdaptorServer({ fetch: app.fetch, createServer: make }) as ReturnType<Make>)
  await bothAnswer(serve, [
    () => ({ path: '/users/ann?q=1' }),
    () => ({ path: '/users/ann?q=1', method: 'HEAD' }),
    () => ({ path: '/json', ...json({ a: [1, 2] }) }),
    () => ({ path: '/stream' }),
    () => ({ path: '/throws' }),
    () => ({ path: '/nowhere' }),
  ])
})
