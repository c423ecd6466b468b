/**
 * Node's own `https`, with Barewire's TLS below it: `barewire/node/tls` has the shape of `node:tls`, so agents, undici and
 * database clients that let their `connect` be chosen run over it.
 */

import { Agent, createServer, get, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { FailureError } from 'barewire'
import { certificateAuthority } from 'barewire/ca'
import { nodeCrypto } from 'barewire/node'
import { type ConnectionOptions, connect } from 'barewire/node/tls'
import { pem } from 'barewire/x509'

const authority = certificateAuthority({ crypto: nodeCrypto(), now: () => Date.now(), name: 'my test CA' })
const { certificate, privateKey } = authority.issue({ names: ['localhost'] })
const server = createServer({ cert: pem('CERTIFICATE', certificate), key: pem('PRIVATE KEY', privateKey) })
server.on('request', (request, answer) => answer.end(`you asked for ${request.url}`))
await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
const { port } = server.address() as AddressInfo

const ca = pem('CERTIFICATE', authority.certificate)
class OurAgent extends Agent {
  override createConnection(options: RequestOptions) {
    return connect({ ...(options as ConnectionOptions), ca })
  }
}

const ask = (options: RequestOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: 'localhost', port, ...options }, response => resolve(text(response))).on('error', reject)
  })
const agent = new OurAgent({ keepAlive: true })
console.log(await ask({ agent, path: '/cart' }))

const stranger = connect({ host: 'localhost', port })
stranger.on('error', (error: NodeJS.ErrnoException) =>
  console.log(error.code, '<-', (error.cause as FailureError).code),
)
stranger.on('close', () => {
  agent.destroy()
  server.close()
})
