/** What of a socket is ours while it is lent, and nothing of it behind that: both as with Node. */
import { once } from 'node:events'
import { createServer as nodeServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { closing, heard, talk } from '../../../test/support/net.ts'
import { listening, serving } from '../../../test/support/node-http.ts'
import { createServer, type IncomingMessage } from './index.ts'

const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n'
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n'

describe('a socket that was handed over', () => {
  test('has the listeners that Node leaves on it, and none of ours', async () => {
    const counts = async (make: typeof nodeServer): Promise<number[]> => {
      const server = make().listen(0, '127.0.0.1')
      await once(server, 'listening')
      closing.push(() => server.close())
      const asked = once(server, 'upgrade') as Promise<[IncomingMessage, Socket]>
      talk((server.address() as AddressInfo).port, UPGRADE)
      const [, socket] = await asked
      closing.push(() => socket.destroy())
      return ['close', 'data', 'drain', 'end', 'error', 'timeout'].map(event => socket.listenerCount(event))
    }
    expect(await counts(createServer as unknown as typeof nodeServer)).toEqual(await counts(nodeServer))
  })
  test('is not cut by closeAllConnections, nor by the time that counts for requests', async () => {
    const { server, port } = await serving(() => {})
    server.setTimeout(15)
    const silent = new Promise<Socket>(resolve => {
      server.on('upgrade', (_req, socket: Socket) => {
        socket.write(SWITCHED)
        socket.on('timeout', () => resolve(socket))
        server.closeAllConnections()
      })
    })
    const said = talk(port, UPGRADE)
    const socket = await silent
    expect(socket.destroyed).toBe(false)
    socket.end('still here')
    await heard(said, 'still here')
  })
})

test('a client that sends FIN behind what was refused is let go, though nobody has answered it', async () => {
  const { server, port } = await serving(() => {})
  const refused = once(server, 'clientError')
  const said = talk(port, 'nonsense\r\n\r\n')
  await refused
  const closed = once(server, 'close')
  server.close()
  said.socket.end()
  await closed
  expect(said.text).toBe('')

  const again = await serving(() => {})
  again.server.on('clientError', () => {})
  const together = talk(again.port, '')
  together.socket.end('nonsense\r\n\r\n')
  await together.closed
  expect(together.text).toBe('')
})

test('a client that was refused and has no answer is cut by closeAllConnections', async () => {
  const { server, port } = await serving(() => {})
  const refused = once(server, 'clientError')
  const said = talk(port, 'nonsense\r\n\r\n')
  await refused
  server.closeAllConnections()
  await said.closed
})

test('timeout is told to a request that is not complete and to its answer, with the socket', async () => {
  const told: string[] = []
  const server = createServer((req, res: ServerResponse) => {
    const tell = (name: string) => (socket: Socket) => told.push(`${name} ${socket === req.socket}`)
    req.on('timeout', tell('request')).setTimeout(15)
    res.on('timeout', tell('response'))
    res.on('timeout', () => res.end('late'))
  })
  const port = await listening(server)
  await heard(talk(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf'), /late$/)
  await heard(talk(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'), /late$/)
  expect(told).toEqual(['request true', 'response true', 'response true'])
})

test('timeout counts while an answer that has ended waits to leave', { timeout: 20_000 }, async () => {
  const { server, port } = await serving((_req, res) => void res.end(Buffer.alloc(20_000_000)))
  server.setTimeout(40)
  const client = connect(port, '127.0.0.1').on('error', () => {})
  closing.push(() => client.destroy())
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const [socket] = (await once(server, 'connection')) as [Socket]
  await once(socket, 'close')
  expect(client.bytesRead).toBeLessThan(20_000_000)
})
