/**
 * A server with a certificate of its own authority on a real port, and clients that are told to trust it: Barewire's
 * `fetch` and Node's. Nothing is installed and nothing is left behind.
 */

import { get } from 'node:https'
import { text } from 'node:stream/consumers'
import { fetch, serve } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { nodeCrypto } from 'barewire/node'
import { pem } from 'barewire/x509'

const authority = certificateAuthority({ crypto: nodeCrypto(), now: () => Date.now(), name: 'my test CA' })
const { chain, privateKey } = authority.issue({ names: ['localhost'] })
const server = await serve(request => new Response(`hello ${request.headers.get('user-agent')}`), {
  port: 0,
  tls: { cert: chain, key: privateKey },
})

const answer = await fetch(`${server.url}/`, { ca: authority.certificate })
console.log(await answer.text(), answer.connection.tls?.suite)

const ca = pem('CERTIFICATE', authority.certificate)
get(`${server.url}/`, { ca, headers: { 'user-agent': 'node' } }, async response => {
  console.log(await text(response))
  await server.close()
})
