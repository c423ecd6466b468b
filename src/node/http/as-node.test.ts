/** What Node does without a word in its manual, and programs have come to rely on. */
import { once } from 'node:events'
import { type IncomingMessage, createServer as nodeServer, type ServerResponse } from 'node:http'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { heard, talk } from '../../../test/support/net.ts'
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

describe('responses', () => {
  test('have the status that writeHead had, whatever is set behind it', async () => {
    const { port } = await serving((_req, res) => {
      res.writeHead(200, 'Fine')
      res.statusCode = 204
      res.statusMessage = 'Otherwise'
      res.end('body')
    })
    await heard(talk(port, GET), /^HTTP\/1\.1 200 Fine\r\n[\s\S]*body$/)
  })
  test('say what of them waits, and when all has left', async () => {
    const told: unknown[] = []
    const { port } = await serving(async (_req, res) => {
      told.push([res.writableFinished, res.writableNeedDrain])
      while (res.write(Buffer.alloc(100_000)));
      told.push([res.writableFinished, res.writableNeedDrain])
      await once(res, 'drain')
      told.push([res.writableFinished, res.writableNeedDrain])
      res.end()
      await once(res, 'finish')
      told.push([res.writableFinished, res.writableNeedDrain])
    })
    const { body } = await request(`http://127.0.0.1:${port}/`)
    await body.dump({ limit: 1e9 })
    expect(told).toEqual([
      [false, false],
      [false, true],
      [false, false],
      [true, false],
    ])
  })
  test('say nothing of their connection where Connection was removed', async () => {
    const { port } = await serving((_req, res) => {
      res.removeHeader('connection')
      res.end('ok')
    })
    const said = talk(port, GET)
    await heard(said, /ok$/)
    expect(said.text).not.toMatch(/connection|keep-alive/i)
    said.socket.write(GET)
    await heard(said, /ok[\s\S]*ok$/)
  })
  test('with strictContentLength throw for a body of another length, which is not sent', async () => {
    const codes: unknown[] = []
    const { port } = await serving((_req, res) => {
      const code = (work: () => void): void => {
        try {
          work()
        } catch (error) {
          codes.push((error as NodeJS.ErrnoException).code)
        }
      }
      res.strictContentLength = true
      res.setHeader('Content-Length', '5')
      code(() => res.end('four'))
      code(() => res.write('four'))
      code(() => res.write('ty'))
      code(() => res.end('ty'))
      res.end('y')
    })
    const said = talk(port, GET)
    await heard(said, /\r\n\r\nfoury$/)
    expect(codes).toEqual(Array(3).fill('ERR_HTTP_CONTENT_LENGTH_MISMATCH'))
  })
  test('with rejectNonStandardBodyWrites throw where no body may be', async () => {
    const codes: unknown[] = []
    const { port } = await serving(
      (req, res) => {
        res.statusCode = req.url === '/204' ? 204 : 200
        for (const work of [() => res.write('x'), () => res.end('x')])
          try {
            work()
          } catch (error) {
            codes.push((error as NodeJS.ErrnoException).code)
          }
        if (!res.writableEnded) res.end()
      },
      { rejectNonStandardBodyWrites: true },
    )
    await heard(talk(port, GET.replace('/', '/204')), /^HTTP\/1\.1 204 [\s\S]*\r\n\r\n$/)
    await heard(talk(port, GET.replace('GET', 'HEAD')), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n$/)
    await heard(talk(port, GET), /x[\s\S]*x[\s\S]*0\r\n\r\n$/)
    expect(codes).toEqual(Array(4).fill('ERR_HTTP_BODY_NOT_ALLOWED'))
  })
  test('send what goes ahead in its order, tell when, and refuse what is none', async () => {
    const codes: unknown[] = []
    const { port } = await serving(async (_req, res) => {
      const early = (hints: unknown): void => {
        try {
          res.writeEarlyHints(hints as Record<string, string>)
        } catch (error) {
          codes.push((error as NodeJS.ErrnoException).code)
        }
      }
      for (const hints of ['text', { link: 'none' }, { link: '</>; ' }, { link: ['</a>', 'rel=x; </b>'] }]) early(hints)
      early({ link: '</a>; rel=preload; as="style", </b>;rel=x' })
      // Newer Nodes have it.
      const { writeInformation } = res as unknown as {
        writeInformation(status: number, fields: object, done: () => void): void
      }
      await new Promise<void>(resolve => writeInformation(110, { 'X-Word': 'first' }, resolve))
      await new Promise<void>(resolve => res.writeProcessing(resolve as never))
      res.write('body')
      early({ link: '</late>' })
      res.end()
    })
    await heard(
      talk(port, GET),
      /^HTTP\/1\.1 103 [^\r]*\r\nLink: <\/a>; rel=preload; as="style", <\/b>;rel=x\r\n\r\nHTTP\/1\.1 110 [^\r]*\r\nX-Word: first\r\n\r\nHTTP\/1\.1 102 [^\r]*\r\n\r\nHTTP\/1\.1 200 [\s\S]*0\r\n\r\n$/,
    )
    expect(codes).toEqual(['ERR_INVALID_ARG_TYPE', ...Array(3).fill('ERR_INVALID_ARG_VALUE'), 'ERR_HTTP_HEADERS_SENT'])
  })
  test('that are complete end what was still read of their request: no listener hears a part of it', async () => {
    const heardOf: string[] = []
    const { port } = await serving((req, res) => {
      req.pause()
      req.on('data', bytes => heardOf.push(`${bytes}`))
      req.on('end', () => heardOf.push('end'))
      setTimeout(() => res.end('early'), 15)
    })
    const said = talk(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf')
    await heard(said, /early$/)
    said.socket.write(`more${GET.replace('GET', 'PUT')}`)
    await heard(said, /early[\s\S]*early$/)
    expect(heardOf).toEqual(['end', 'end'])
  })
})
