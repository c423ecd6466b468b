/**
 * A test that fails leaves a capture: every frame on the wire and the keys to read them, for Wireshark. The same seed
 * makes the same file.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetch, serve } from 'barewire'
import { labWorld } from 'barewire/lab'
import { nodePlatform } from 'barewire/lab/node'

const folder = mkdtempSync(join(tmpdir(), 'barewire-'))
const pieces: Uint8Array[] = []
const world = labWorld(nodePlatform({ seed: 8 }), { seed: 8, loss: 0.3, capture: piece => pieces.push(piece) })
try {
  const server = world.machine('shop.test')
  await serve(() => new Response('hello'), {
    world: server.world,
    host: server.host.address.text,
    port: 443,
    tls: world.certified(['shop.test']),
  })
  const answer = await fetch('https://shop.test/', { world: world.machine('laptop').world })
  if ((await answer.text()) !== 'good morning') throw new Error('not the answer that was expected')
} catch (error) {
  world.close()
  const file = join(folder, 'failing.pcapng')
  // It holds the keys: for its owner alone.
  writeFileSync(file, Buffer.concat(pieces), { mode: 0o600 })
  console.log(`${(error as Error).message}: see failing.pcapng, ${Buffer.concat(pieces).length} bytes`)
} finally {
  rmSync(folder, { recursive: true })
}
