/**
 * HTTPS from a place without sockets: bytes go over a WebSocket to a relay, which passes them on to TCP. TLS ends here, so
 * the relay sees no more than a router does. In a page `WebSocket` is there by itself.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { fetch, serve } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { certifiedKey } from 'barewire/tls'
import { webCrypto, webSocketTransport, webWorld } from 'barewire/web'
import { trustStore } from 'barewire/x509'
import { WebSocket, WebSocketServer } from 'ws'

const authority = certificateAuthority({ crypto: webCrypto(), now: Date.now, name: 'example CA' })
const key = certifiedKey(authority.issue({ names: ['shop.test'] }))
const server = await serve(() => new Response('hello from the shop'), { port: 0, tls: { certificateFor: () => key } })

// The relay, for this one server and for who knows the token: one that leads everywhere is an open proxy.
const relay = new WebSocketServer({ host: '127.0.0.1', port: 0 })
let passed = 0
relay.on('connection', (socket, request) => {
  const wanted = new URL(request.url ?? '', 'ws://relay').searchParams
  if (wanted.get('token') !== 'example' || wanted.get('to') !== `shop.test:${server.port}`) {
    socket.close(1008)
    return
  }
  const upstream = connect(server.port, '127.0.0.1')
  upstream.on('data', bytes => {
    passed += bytes.length
    socket.send(bytes)
  })
  upstream.on('close', () => socket.close(1000))
  upstream.on('error', () => {})
  socket.on('message', bytes => upstream.write(bytes as Buffer))
  socket.on('close', () => upstream.destroy())
})
await once(relay, 'listening')
const { port } = relay.address() as { port: number }
const where = (host: string): string => `ws://127.0.0.1:${port}/?token=example&to=${host}`

const transport = webSocketTransport({ url: to => where(`${to.host}:${to.port}`), WebSocket })
const world = webWorld({ transport, trust: trustStore([authority.certificate]) })
const answer = await fetch(`https://shop.test:${server.port}/`, { world })
console.log(await answer.text(), `(${passed > 0 ? 'through the relay' : 'past the relay'})`)

relay.close()
for (const socket of relay.clients) socket.terminate()
await server.close()
