/** What Node does without a word in its manual, and programs have come to rely on. */
import { type IncomingMessage, createServer as nodeServer, type ServerResponse } from 'node:http'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { talk } from '../../../test/support/net.ts'
import { listening, serving } from '../../../test/support/node-http.ts'
import { createServer } from './index.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe('answers', () => {
  test('leave in one piece where they are written in one go, and do not wait for the next', async () => {
    const pieces: string[] = []
    const { port } = await serving(async (req, res) => {
      await new Promise(resolve => setImmediate(resolve))
      const write = req.socket.write.bind(req.socket) as (bytes: Uint8Array, done: () => void) => boolean
      req.socket.write = ((bytes: Uint8Array, done: () => void) => {
        pieces.push(Buffer.from(bytes).toString())
        return write(bytes, done)
      }) as typeof req.socket.write
      res.flushHeaders()
      res.write('a')
      res.write('b')
      await new Promise(resolve => setImmediate(resolve))
      res.write('c')
      res.end('d')
    })
    const { body } = await request(`http://127.0.0.1:${port}/`)
    expect(await body.text()).toBe('abcd')
    const [head, ...rest] = pieces
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/)
    expect(rest).toEqual(['1\r\na\r\n1\r\nb\r\n', '1\r\nc\r\n1\r\nd\r\n0\r\n\r\n'])
  })
  test('to pipelined requests leave in one piece where they are written in one go', async () => {
    let writes = 0
    const { server, port } = await serving((_req, res) => {
      res.write('a')
      res.end('b')
    })
    server.prependListener('connection', socket => {
      const write = socket.write.bind(socket) as (bytes: Uint8Array, done: () => void) => boolean
      socket.write = ((bytes: Uint8Array, done: () => void) => {
        writes++
        return write(bytes, done)
      }) as typeof socket.write
    })
    const said = talk(port, GET + GET + GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    await said.closed
    expect(said.text.match(/1\r\na\r\n1\r\nb\r\n0\r\n\r\n/g)).toHaveLength(3)
    expect(writes).toBe(1)
  })
  test('of an answer that is written and destroyed in one go nothing arrives, as with Node', async () => {
    const { port } = await serving(async (_req, res) => {
      await new Promise(resolve => setImmediate(resolve))
      res.write('what')
      res.destroy()
    })
    const said = talk(port, GET)
    await said.closed
    expect(said.text).toBe('')
  })
})

describe('whoever ends or destroys the socket of a request in one go with its answer', () => {
  const ways = {
    end: req => req.socket.end(),
    destroySoon: req => req.socket.destroySoon(),
    destroy: req => req.socket.destroy(),
    'destroy the request': req => req.destroy(),
    'destroy the response': (_req, res) => res.destroy(),
  } satisfies Record<string, (req: IncomingMessage, res: ServerResponse) => void>
  const asked = async (make: typeof nodeServer, way: keyof typeof ways, turn: 'at once' | 'later', over: boolean) => {
    const server = make(async (req, res) => {
      req.on('error', () => {})
      if (turn === 'later') await new Promise(resolve => setImmediate(resolve))
      res.write('hello')
      if (over) res.end()
      ways[way](req, res)
    })
    const said = talk(await listening(server as never), GET)
    await said.closed
    return said.text.includes('hello')
  }
  test.each(Object.keys(ways) as (keyof typeof ways)[])('%s: what arrives is what arrives with Node', async way => {
    for (const turn of ['at once', 'later'] as const)
      for (const over of [true, false])
        expect([turn, over, await asked(createServer as unknown as typeof nodeServer, way, turn, over)]).toEqual([
          turn,
          over,
          await asked(nodeServer, way, turn, over),
        ])
  })
})

test('close calls closeIdleConnections, which programs replace to count or to do more', async () => {
  const { server } = await serving(() => {})
  let calls = 0
  server.closeIdleConnections = () => void calls++
  await new Promise<void>(resolve => server.close(() => resolve()))
  expect(calls).toBe(1)
})
