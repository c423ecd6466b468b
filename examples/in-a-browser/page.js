/**
 * Two machines in a page: a server and a client with their own TCP/IP, TLS and HTTP, on a network that loses a tenth of
 * its frames. No server is needed, not even for the file: build the package, bundle this and open `index.html`.
 *
 *     npx esbuild examples/in-a-browser/page.js --bundle --outfile=examples/in-a-browser/bundle.js
 */
import { fetch, serve } from 'barewire'
import { labWorld } from 'barewire/lab'
import { webPlatform } from 'barewire/lab/web'

const show = text => document.body.append(`${text}\n`)

const main = async () => {
  const world = labWorld(webPlatform({ seed: 7 }), { seed: 7, loss: 0.1 })
  const server = world.machine('shop.test')
  await serve(() => new Response('hello\n'.repeat(1000)), {
    world: server.world,
    host: server.host.address.text,
    port: 443,
    tls: world.certified(['shop.test']),
  })
  const answer = await fetch('https://shop.test/', { world: world.machine('laptop').world })
  const text = await answer.text()
  const { tls } = answer.connection
  show(`${answer.status}, ${text.length} characters over ${tls?.version}, trusted through ${tls?.trusted?.anchor}`)
  const { counts } = world.network
  show(`${counts.sent} frames sent, ${counts.lost} lost`)
  world.close()
}

main().catch(error => show(String(error)))
