/** A client must refuse an expired certificate, and say so by name. */
import { FailureError, fetch, serve } from 'barewire'
import { labWorld } from 'barewire/lab'
import { nodePlatform } from 'barewire/lab/node'

const DAY = 86_400_000

const platform = nodePlatform({ seed: 1 })
const world = labWorld(platform, { seed: 1 })
const server = world.machine('shop.test')
await serve(() => new Response('never seen'), {
  world: server.world,
  host: server.host.address.text,
  port: 443,
  tls: world.certified(['shop.test'], { notBefore: platform.date - 30 * DAY, notAfter: platform.date - 3 * DAY }),
})
try {
  await fetch('https://shop.test/', { world: world.machine('laptop').world })
  throw new Error('the certificate was accepted')
} catch (error) {
  if (!(error instanceof FailureError)) throw error
  console.log(`${error.code}: ${error.message}`)
} finally {
  world.close()
}
