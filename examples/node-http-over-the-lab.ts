/**
 * Node's own `http` client over a simulated wire: what is written against `node:http` (undici, axios, got and their
 * agents take a `createConnection` as well) meets packet loss without a socket, in virtual time.
 */

import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { connect, serve, toNode } from 'barewire'
import { labWorld } from 'barewire/lab'
import { nodePlatform } from 'barewire/lab/node'

const world = labWorld(nodePlatform({ seed: 3 }), { seed: 3, loss: 0.1, delay: 40 })
const server = world.machine('shop.test')
const laptop = world.machine('laptop')
await serve(request => new Response(`you asked for ${new URL(request.url).pathname}`), {
  world: server.world,
  host: server.host.address.text,
  port: 443,
  tls: world.certified(['shop.test']),
})

const stream = await connect({ host: 'shop.test', port: 443, tls: {}, world: laptop.world })
const answer = await new Promise<IncomingMessage>((resolve, reject) => {
  get('http://shop.test/cart', { createConnection: () => toNode(stream) }, resolve).on('error', reject)
})
console.log(`${answer.statusCode} ${await text(answer)}, ${world.network.counts.lost} frames lost`)
world.close()
