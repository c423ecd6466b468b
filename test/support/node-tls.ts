/** For tests of what has the shape of `node:tls`: certificates as files, servers and sockets that are closed afterwards. */
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import * as nodeTls from 'node:tls'
import { certificateAuthority, selfSigned } from '../../src/ca/authority.ts'
import type { Issued, LeafOptions } from '../../src/ca/types.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import * as ourTls from '../../src/node/tls/index.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { closing as atTheEnd } from './closing.ts'

const crypto = nodeCrypto()

/** A root, and what it signs, in PEM. */
export const authority = certificateAuthority({ crypto, now: () => Date.now(), name: 'Test root' })
export const root: string = pem('CERTIFICATE', authority.certificate)

/** The certificate of a root that signed nothing. */
export const strangeRoot = (name: string): string =>
  pem('CERTIFICATE', certificateAuthority({ crypto, now: () => Date.now(), name }).certificate)

export interface Pem {
  readonly cert: string
  readonly key: string
}

export const issued = (options: Partial<LeafOptions> = {}): Pem => {
  const { chain, privateKey } = authority.issue({ names: ['localhost', '127.0.0.1'], ...options })
  return { cert: chain.map(der => pem('CERTIFICATE', der)).join(''), key: pem('PRIVATE KEY', privateKey) }
}

/** A leaf that nobody vouches for. */
export const signedByItself = (names: readonly string[], purpose: 'server' | 'client' = 'server'): Pem => {
  const leaf = selfSigned(crypto, () => Date.now(), { names, purposes: [purpose] })
  return chainOf(leaf, 1)
}

/** The first `count` certificates of what was issued. */
export const chainOf = ({ chain, privateKey }: Issued, count: number): Pem => ({
  cert: chain
    .slice(0, count)
    .map(der => pem('CERTIFICATE', der))
    .join(''),
  key: pem('PRIVATE KEY', privateKey),
})

/** For localhost and 127.0.0.1, good. */
export const localhost: Pem = issued()

/** Both have one shape; the types of Node's stand for it. */
export type Tls = typeof nodeTls

export const makes: readonly (readonly [string, Tls])[] = [
  ['barewire', ourTls as unknown as Tls],
  ['node', nodeTls],
]
/** Client and server, each of either make, one of ours at least. */
export const pairs: readonly (readonly [string, string, Tls, Tls])[] = makes.flatMap(([client, clientTls]) =>
  makes
    .filter(([server]) => client !== 'node' || server !== 'node')
    .map(([server, serverTls]) => [client, server, clientTls, serverTls] as const),
)

/** Closed, or destroyed, after the test. */
export const closing = <T extends { close?(): unknown; destroy?(): unknown }>(each: T): T => {
  atTheEnd.push(() => {
    if (each.destroy === undefined) each.close?.()
    else each.destroy()
  })
  return each
}

/** Listening on a free port of loopback. */
export const listening = async (server: Server): Promise<number> => {
  closing(server)
  server.on('connection', socket => closing(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** What `emitter` emits next under this name; what it says by `error` instead rejects. */
export const next = async <T = unknown>(emitter: NodeJS.EventEmitter, event: string): Promise<T> =>
  ((await once(emitter, event)) as [T])[0]

/** The error in which it ends. */
export const errorOf = (emitter: NodeJS.EventEmitter): Promise<Error & { code?: string }> =>
  new Promise((resolve, reject) => {
    emitter.once('error', resolve)
    emitter.once('close', () => setImmediate(() => reject(new Error('closed without an error'))))
  })
