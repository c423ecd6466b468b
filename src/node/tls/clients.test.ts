/** What other people wrote against `node:tls`, over ours. */
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http'
import {
  createServer as createHttpsServer,
  Agent as HttpsAgent,
  request as httpsRequest,
  type RequestOptions,
} from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Agent, fetch, request } from 'undici'
import { expect, test } from 'vitest'
import { closing, listening, localhost, root, strangeRoot } from '../../../test/support/node-tls.ts'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from './index.ts'

/** A root that signed nothing here. */
const stranger = strangeRoot('Another root')

const LARGE = 'x'.repeat(3_000_000)

const shop: RequestListener = (incoming, answer) => {
  if (incoming.url === '/large') answer.end(LARGE)
  else if (incoming.url === '/echo') incoming.pipe(answer)
  else answer.end(`hello ${incoming.headers.host}`)
}

/** Node's own server. */
const node = async (): Promise<number> => {
  const server = closing(createHttpsServer(localhost, shop))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Node's HTTP over our TLS. */
const ours = (): Promise<number> => {
  const http = createHttpServer(shop)
  return listening(
    createServer({ ...localhost, ALPNProtocols: ['http/1.1'] }, socket => http.emit('connection', socket)),
  )
}

const undici = (made: TLSSocket[] = [], more: ConnectionOptions = {}): Agent =>
  closing(
    new Agent({
      connections: 4,
      connect({ hostname, port, servername }, callback) {
        const socket = connect({ ca: root, ...more, host: hostname, port: Number(port), servername })
        made.push(socket)
        socket.once('secureConnect', () => callback(null, socket)).once('error', error => callback(error, null))
      },
    }),
  )

for (const [name, start] of [
  ['a server of Node', node],
  ['a server of ours', ours],
] as const) {
  test(`undici asks ${name} a hundred times over few connections, and downloads`, async () => {
    const made: TLSSocket[] = []
    const dispatcher = undici(made)
    const origin = `https://localhost:${await start()}`
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, async () => (await request(`${origin}/`, { dispatcher })).body.text()),
      )
      expect(new Set(answers)).toEqual(new Set([`hello ${new URL(origin).host}`]))
    }
    expect(made.length).toBeLessThanOrEqual(4)
    expect(made[0]).toMatchObject({ authorized: true, servername: 'localhost' })
    expect(await (await fetch(`${origin}/large`, { dispatcher })).text()).toBe(LARGE)
    const echoed = await fetch(`${origin}/echo`, { dispatcher, method: 'POST', body: LARGE })
    expect(await echoed.text()).toBe(LARGE)
  })

  test(`https.request and a keep-alive https.Agent ask ${name}`, async () => {
    const made: TLSSocket[] = []
    const agent = closing(new HttpsAgent({ keepAlive: true, maxSockets: 1 }))
    Object.assign(agent, {
      createConnection: (options: ConnectionOptions) => {
        const socket = connect({ ...options, ca: root })
        made.push(socket)
        return socket
      },
    })
    const port = await start()
    const ask = async (options: RequestOptions, body = ''): Promise<string> => {
      const asking = httpsRequest({ host: 'localhost', port, ...options })
      asking.end(body)
      return text(((await once(asking, 'response')) as [IncomingMessage])[0])
    }
    expect(await ask({ agent, path: '/' })).toBe(`hello localhost:${port}`)
    expect(await ask({ agent, path: '/large' })).toBe(LARGE)
    expect(await ask({ agent, path: '/echo', method: 'POST' }, LARGE)).toBe(LARGE)
    expect(made.length).toBe(1)
    const createConnection = (): TLSSocket => connect({ host: 'localhost', port, ca: root })
    expect(await ask({ path: '/', createConnection })).toBe(`hello localhost:${port}`)
  })
}

test('a request that runs out of time, and one that is given up, end their connection', async () => {
  const left: TLSSocket[] = []
  const port = await listening(createServer(localhost, socket => left.push(socket.on('error', () => {}))))
  const asking = httpsRequest({
    host: 'localhost',
    port,
    createConnection: () => connect({ host: 'localhost', port, ca: root }),
  })
  asking.setTimeout(20, () => asking.destroy(new Error('too late')))
  asking.end()
  expect(await once(asking, 'error')).toMatchObject([{ message: 'too late' }])
  const controller = new AbortController()
  const given = fetch(`https://localhost:${port}/`, { dispatcher: undici(), signal: controller.signal })
  setTimeout(() => controller.abort(), 20)
  await expect(given).rejects.toMatchObject({ name: 'AbortError' })
  for (const socket of left) if (!socket.destroyed) await new Promise(resolve => socket.once('close', resolve))
  expect(left.length).toBeLessThanOrEqual(2)
})

test('undici and https say why a server is not trusted', async () => {
  const port = await node()
  const dispatcher = undici([], { ca: stranger })
  const refused = await fetch(`https://localhost:${port}/`, { dispatcher }).catch((error: unknown) => error)
  expect(refused).toMatchObject({ cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } })
  const asking = httpsRequest({
    host: 'localhost',
    port,
    createConnection: () => connect({ host: 'localhost', port, ca: root, servername: 'shop.test' }),
  })
  asking.end()
  expect(await once(asking, 'error')).toMatchObject([{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }])
})
