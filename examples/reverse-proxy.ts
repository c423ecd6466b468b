/** Two programs on this machine behind one HTTPS server, chosen by the name that is asked for. */
import { fetch, reverseProxy, serve, serveExchanges, virtualHosts } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { nodeCrypto } from 'barewire/node'

const hello = (name: string) =>
  serve(request => new Response(`${name} for ${request.headers.get('x-forwarded-host')}`), { port: 0 })
const [first, second] = [await hello('the shop'), await hello('the blog')]

const authority = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'my test CA' })
const { chain: cert, privateKey: key } = authority.issue({ names: ['shop.localhost', '*.blog.localhost'] })

const shop = reverseProxy(first.url, { forwarded: 'X-Forwarded' })
const blog = reverseProxy(second.url, { forwarded: 'X-Forwarded' })
const hosts = virtualHosts({ 'shop.localhost': shop, '*.blog.localhost': blog })
const server = await serveExchanges(hosts, { port: 0, tls: { cert, key } })

for (const name of ['shop.localhost', 'our.blog.localhost']) {
  const answer = await fetch(`https://${name}:${server.port}/`, { ca: authority.certificate })
  console.log(answer.status, await answer.text())
}
for (const each of [server, first, second]) await each.close()
