/** Bodies of requests that nobody reads, as `node:http` has them. */
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { closing, heard, soon, talk } from '../../../test/support/net.ts'
import { serving } from '../../../test/support/node-http.ts'
import { createServer, type IncomingMessage } from './index.ts'

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\n'

test('come before somebody reads: the request is complete, its body kept, and aborted where the client leaves', async () => {
  const { server, port } = await serving(() => {})
  const asked = once(server, 'request') as Promise<[IncomingMessage]>
  const said = talk(port, `${HEAD}Content-Length: 5\r\n\r\n`)
  const [req] = await asked
  expect(req.complete).toBe(false)
  said.socket.write('hello')
  while (!req.complete) await soon()
  const aborted = once(req, 'aborted')
  said.socket.destroy()
  await aborted
  expect(req.readableLength).toBe(5)
})

test('do not end before their last byte has come, though they were answered', async () => {
  const events: string[] = []
  const { port } = await serving((req, res) => {
    for (const name of ['end', 'close']) req.on(name, () => events.push(`${req.url} ${name}`))
    res.end('answered')
  })
  const said = talk(port, 'POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe')
  await heard(said, 'answered')
  await soon(20)
  expect(events).toEqual([])
  said.socket.write('lloPOST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
  await heard(said, /answered[\s\S]*answered/)
  await soon(20)
  expect(events.sort()).toEqual(['/first close', '/first end', '/second close', '/second end'])
})

test('that do not end: the connection does, the answer arrives, and the request is aborted', async () => {
  const requests: IncomingMessage[] = []
  const { port } = await serving((req, res) => {
    requests.push(req)
    res.writeHead(413, { 'Content-Length': 8 }).end('too much')
  })
  const sending = request({ port, host: '127.0.0.1', method: 'POST' })
  const errors: Error[] = []
  sending.on('error', error => errors.push(error))
  const answered = once(sending, 'response')
  const closed = once(sending, 'close')
  // More than a server reads before it ends the connection, and than fits into the buffers of both ends.
  for (let i = 0; i < 200; i++) sending.write(Buffer.alloc(64 * 1024))
  const [answer] = await answered
  answer.resume()
  await closed
  expect(answer.statusCode).toBe(413)
  expect(errors).toEqual([])
  expect(requests.map(({ aborted, destroyed, complete }) => [aborted, destroyed, complete])).toEqual([
    [true, true, false],
  ])
})

test('that break a rule have their 400, whether somebody reads them or not', async () => {
  for (const reads of [true, false]) {
    const { port } = await serving(req => {
      req.on('error', () => {})
      if (reads) req.resume()
    })
    const said = talk(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n`)
    await said.closed
    expect(said.text).toMatch(/^HTTP\/1\.1 400 /)
  }
})

test('are not asked for where the client waits for 100, and hold up nobody who does not send them', async () => {
  const { port } = await serving((req, res) => void res.end(`answered ${req.url}`))
  const said = talk(port, `${HEAD}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`)
  await heard(said, 'answered')
  expect(said.text).not.toContain('100 Continue')
})

test('are held up to the mark of the stream, however much comes', async () => {
  const server = createServer(() => {})
  const asked = once(server, 'request') as Promise<[IncomingMessage]>
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  closing.push(() => socket.destroy())
  socket.write(`${HEAD}Content-Length: 50000000\r\n\r\n`)
  for (let i = 0; i < 50; i++) socket.write(Buffer.alloc(1_000_000))
  const [req] = await asked
  await soon(40)
  expect(req.readableLength).toBeGreaterThan(0)
  expect(req.readableLength).toBeLessThan(300_000)
})
