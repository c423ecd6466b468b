/** A download over TLS whose records are sealed in a thread of their own, while this one has time for others. */
import { fetch, recordWorkers, serve } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { nodeCrypto } from 'barewire/node'

const authority = certificateAuthority({ crypto: nodeCrypto(), now: () => Date.now(), name: 'my test CA' })
const { chain: cert, privateKey: key } = authority.issue({ names: ['localhost'] })
const megabytes = new Uint8Array(32_000_000).fill(0x2a)
const handler = () => new Response(megabytes)

const workers = recordWorkers({ threads: 1 })
const server = await serve(handler, { tls: { cert, key, workers } })

for (const _ of [1, 2]) {
  const answer = await fetch(server.url, { ca: authority.certificate })
  const got = new Uint8Array(await answer.arrayBuffer())
  console.log(
    answer.connection.tls?.version,
    got.length,
    got.every(byte => byte === 0x2a),
  )
}

await server.close()
await workers.close()
