/** The `fetch` of the process over Barewire: undici asks a dispatcher, and `barewire/node/undici` is one. */
import { serve } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { nodeCrypto } from 'barewire/node'
import { dispatcher } from 'barewire/node/undici'
import { pem } from 'barewire/x509'
import { fetch, setGlobalDispatcher } from 'undici'

const authority = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'my test CA' })
const { chain, privateKey } = authority.issue({ names: ['localhost'] })
const server = await serve(() => new Response('hello'), { port: 0, tls: { cert: chain, key: privateKey } })

const ca = pem('CERTIFICATE', authority.certificate)
const ours = dispatcher({ ca })
setGlobalDispatcher(ours)
const answer = await fetch(server.url)
console.log(answer.status, await answer.text())

await ours.close()
await server.close()
