/** An authority in a program: it issues, says what it took back, and gives certificates by ACME. */
import { connect, FailureError, fetch, serve } from 'barewire'
import { acme, acmeService, answersOf, httpChallenges } from 'barewire/acme'
import { certificateAuthority, publishedAt, revocationHandler } from 'barewire/ca'
import { retriever } from 'barewire/net'
import { nodeWorld } from 'barewire/node'
import { certifiedKey } from 'barewire/tls'

const world = nodeWorld()
const { crypto, clock } = world

// Its lists and answers of OCSP, by http: they are signed.
const told = await serve(request => tells(request) ?? new Response(null, { status: 404 }))
const root = certificateAuthority({
  crypto,
  now: Date.now,
  name: 'Root of a test',
  permitted: ['localhost'],
  published: publishedAt(told.url, 'root'),
})
const tells = revocationHandler({ authorities: () => ({ root }), crypto, now: Date.now })

// A server with one of its certificates, and a client that insists on hearing whether it was taken back.
const issued = root.issue({ names: ['localhost'], days: 30 })
const shop = await serve(() => new Response('here'), { tls: { certificateFor: () => certifiedKey(issued) } })
const visit = async (): Promise<string> => {
  const revocation = { mode: 'hard', retrieve: retriever({ fetch, crypto, clock }) } as const
  try {
    const stream = await connect({ host: 'localhost', port: shop.port, tls: { ca: [root.certificate], revocation } })
    stream.reset()
    return 'good'
  } catch (error) {
    if (error instanceof FailureError) return error.code
    throw error
  }
}
console.log(await visit())
root.revoke(issued.serial, 'keyCompromise')
console.log(await visit())

// The same authority behind ACME, and a client of it.
const own = certifiedKey(root.issue({ names: ['localhost'], days: 1 }))
const directory = await serve(
  (request, about) => service.handler(request, about) ?? new Response(null, { status: 404 }),
  {
    tls: { certificateFor: () => own },
  },
)
const shown = httpChallenges()
const web = await serve(request => shown.handler(request) ?? new Response('a page'))
const service = acmeService({
  base: `${directory.url}/acme`,
  world,
  authority: answersOf(() => root),
  refuses: ({ value }) => (value.endsWith('localhost') ? undefined : 'only localhost'),
  httpPort: web.port,
})
const obtained = await acme({
  directory: `${directory.url}/acme/directory`,
  accountKey: crypto.generateKeyPair('p-256'),
  names: ['shop.localhost'],
  show: { 'http-01': shown.show },
  ca: [root.certificate],
  world,
})
console.log(`${obtained.chain.length} certificate by ACME, ${root.inventory.entries().length} in the inventory`)

service.close()
await Promise.all([told, shop, directory, web].map(server => server.close()))
