/** CONNECT of undici over our client: by hand, and as its `ProxyAgent` does it. */
import { once } from 'node:events'
import { createServer as nodeServer } from 'node:http'
import { createServer as nodeSecureServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { ProxyAgent, request } from 'undici'
import { expect, test } from 'vitest'
import { closing } from '../../../test/support/net.ts'
import { localhost, root } from '../../../test/support/node-tls.ts'
import { proxying } from '../../../test/support/proxy.ts'
import { createServer } from '../http/index.ts'
import { dispatcher } from './index.ts'

const listening = async (server: ReturnType<typeof nodeServer>): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}
const target = async () => {
  const plain = await listening(nodeServer((req, res) => void res.end(`plain ${req.url}`)))
  const secure = await listening(nodeSecureServer({ ...localhost }, (req, res) => void res.end(`secure ${req.url}`)))
  return { plain, secure }
}
const ours = (): ReturnType<typeof dispatcher> => {
  const made = dispatcher()
  closing.push(() => made.destroy())
  return made
}

for (const [name, make] of [
  ['node:http', nodeServer],
  ['ours', createServer as unknown as typeof nodeServer],
] as const)
  test(`CONNECT to a server of ${name} gives a socket, with the bytes of both sides in it`, async () => {
    const { plain } = await target()
    const server = make()
    server.on('connect', (req, socket, head) => {
      const [, port] = req.url!.split(':')
      const inner = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\nX-Asked: yes\r\n\r\n')
        inner.write(head)
        inner.pipe(socket).pipe(inner)
      })
      inner.on('error', () => socket.destroy())
      socket.on('error', () => inner.destroy())
    })
    const port = await listening(server)
    const { socket, statusCode, headers } = await ours().connect({
      origin: `http://127.0.0.1:${port}`,
      path: `127.0.0.1:${plain}`,
    })
    expect([statusCode, headers['x-asked']]).toEqual([200, 'yes'])
    let text = ''
    socket.setEncoding('latin1').on('data', piece => {
      text += piece
    })
    socket.write('GET /through HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await once(socket, 'end')
    socket.destroy()
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*plain \/through/)
  })

test('CONNECT that is refused is an error with the status in its cause', async () => {
  const proxy = await proxying({ refuses: 403 })
  const refused = ours().connect({ origin: proxy.url, path: 'a.test:443' })
  await expect(refused).rejects.toMatchObject({ code: 'UND_ERR_SOCKET', cause: { failure: { number: 403 } } })
})

test('a ProxyAgent of undici reaches the proxy over it, and through the tunnel what is behind', async () => {
  const { plain, secure } = await target()
  const proxy = await proxying({ wants: `Basic ${btoa('me:secret')}` })
  const agent = new ProxyAgent({
    uri: proxy.url,
    token: `Basic ${btoa('me:secret')}`,
    requestTls: { ca: root },
    proxyTunnel: true,
    clientFactory: () => dispatcher(),
  })
  closing.push(() => agent.close())
  const there = async (url: string) => (await request(url, { dispatcher: agent })).body.text()
  expect(await there(`https://localhost:${secure}/a`)).toBe('secure /a')
  expect(await there(`http://127.0.0.1:${plain}/b`)).toBe('plain /b')
  expect(proxy.asked).toEqual([`CONNECT localhost:${secure}`, `CONNECT 127.0.0.1:${plain}`])
})
