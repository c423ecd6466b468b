/** What Node does without a word in its manual, and programs have come to rely on. */
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { talk } from '../../../test/support/net.ts'
import { serving } from '../../../test/support/node-http.ts'

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

test('close calls closeIdleConnections, which programs replace to count or to do more', async () => {
  const { server } = await serving(() => {})
  let calls = 0
  server.closeIdleConnections = () => void calls++
  await new Promise<void>(resolve => server.close(() => resolve()))
  expect(calls).toBe(1)
})
