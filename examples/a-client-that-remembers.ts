/** A client that keeps answers, knows who wants TLS, and goes on with a download that breaks off. */

import { createServer } from 'node:net'
import { client, readHstsFile, serve, writeHstsFile } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { nodeCrypto } from 'barewire/node'

const authority = certificateAuthority({ crypto: nodeCrypto(), now: () => Date.now(), name: 'my test CA' })
const { chain, privateKey } = authority.issue({ names: ['localhost'] })
let asked = 0
const server = await serve(
  () =>
    new Response(`answer ${++asked}`, {
      headers: { 'cache-control': 'max-age=60', 'strict-transport-security': 'max-age=31536000' },
    }),
  { port: 0, tls: { cert: chain, key: privateKey } },
)

const shop = client({ ca: authority.certificate, cache: true, hsts: true, jar: true })
const first = await shop.fetch(`https://localhost:${server.port}/`)
console.log(await first.text())
// The host has said that it wants TLS: the next URL becomes one of https, and that is in the cache.
const second = await shop.fetch(`http://localhost:${server.port}/`)
console.log(await second.text(), 'from the cache,', second.headers.get('age'), 's old')
const now = await shop.fetch(second.url, { cache: 'no-cache' })
console.log(await now.text())

const text = writeHstsFile(shop.hsts!.list())
const later = client({ ca: authority.certificate, hsts: true })
later.hsts!.restore(readHstsFile(text))
console.log((await later.fetch(`http://localhost:${server.port}/`)).url.replace(/:\d+/, ''))

const body = 'a download that takes a while'
/** Every connection ends after ten bytes. */
const flaky = createServer(socket => {
  socket.on('error', () => {})
  socket.once('data', data => {
    const from = Number(/range: bytes=(\d+)-/i.exec(String(data))?.[1] ?? 0)
    const part = `Content-Range: bytes ${from}-${body.length - 1}/${body.length}`
    const status = from === 0 ? '200 OK' : `206 Partial Content\r\n${part}`
    const head = `HTTP/1.1 ${status}\r\nETag: "1"\r\nContent-Length: ${body.length - from}`
    socket.end(`${head}\r\n\r\n${body.slice(from, from + 10)}`)
  })
})
await new Promise<void>(resolve => flaky.listen(0, '127.0.0.1', resolve))
const { port } = flaky.address() as { port: number }

const patient = client({
  resume: { told: ({ bytes, total }) => console.log(`goes on at ${bytes} of ${total}`) },
})
const whole = await patient.fetch(`http://127.0.0.1:${port}/`)
console.log(await whole.text())

for (const each of [shop, later, patient]) each.close()
flaky.close()
await server.close()
