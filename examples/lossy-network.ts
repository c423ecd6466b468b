/**
 * A request over a bad network, in a test: two machines in memory, 20 % of all packets lost, virtual time. The same seed
 * gives the same run.
 */

import { fetch, serve } from 'barewire'
import { labWorld } from 'barewire/lab'
import { nodePlatform } from 'barewire/lab/node'

const world = labWorld(nodePlatform({ seed: 5 }), { seed: 5, loss: 0.2 })
const server = world.machine('shop.test')
const laptop = world.machine('laptop')
await serve(() => new Response('hello'), {
  world: server.world,
  host: server.host.address.text,
  port: 443,
  tls: world.certified(['shop.test']),
})
const answer = await fetch('https://shop.test/', { world: laptop.world })
const { clock, counts } = world.network
console.log(
  `${answer.status} ${await answer.text()} after ${clock.now().toFixed(0)} virtual ms, ${counts.lost} frames lost`,
)
world.close()
