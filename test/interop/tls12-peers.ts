/** OpenSSL, GnuTLS and `node:tls` as peers of TLS 1.2, and the authorities that all of them trust. */

import { readFileSync } from 'node:fs'
import { connect as nodeConnect, createServer as nodeServer, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll } from 'vitest'
import type { CertifiedKey } from '../../src/tls/types.ts'
import { freePort, installed, type Peer, start } from '../support/peers.ts'
import { type Leaf, type TestAuthority, temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { keyOfLeaf } from '../support/tls-peers.ts'

export const openssl = installed('openssl')
export const gnutls = openssl && installed('gnutls-serv') && installed('gnutls-cli')
export const folder = temporaryFolder('tls12')
const peers: Peer[] = []
export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

interface Who {
  readonly authority: TestAuthority
  readonly leaf: Leaf
  readonly key: CertifiedKey
}
export const who = new Map<string, Who>()

/** Makes the authorities before the tests of a file, and stops its peers after them. */
export const peersAround = (): void => {
  beforeAll(() => {
    if (!openssl) return
    for (const kind of ['ecdsa', 'rsa'] as const) {
      const authority = testAuthority(kind, folder.path)
      const leaf = authority.issue({ names: ['localhost'], purposes: 'serverAuth,clientAuth' })
      who.set(kind, { authority, leaf, key: keyOfLeaf(leaf) })
    }
  })
  afterAll(async () => {
    for (const peer of peers) await peer.stop()
    folder.remove()
  })
}

export const started = async (program: string, argumentsFor: (port: number) => readonly string[]): Promise<number> => {
  const port = await freePort()
  peers.push(await start(program, argumentsFor(port), port))
  return port
}

/** `node:tls` as a server that answers a line; what it saw of each client. */
export const nodePeer = async (
  options: object,
  seen: (socket: TLSSocket) => void,
  handlers: Readonly<Record<string, (...given: never[]) => void>> = {},
): Promise<{ port: number; close(): void }> => {
  const { leaf } = who.get('ecdsa')!
  const server = nodeServer(
    { key: readFileSync(leaf.key), cert: readFileSync(leaf.chain), maxVersion: 'TLSv1.2', ...options },
    socket => {
      seen(socket)
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end('pong\n'))
    },
  )
  server.on('tlsClientError', () => undefined)
  for (const [event, handler] of Object.entries(handlers)) server.on(event, handler as () => void)
  // Of sessions by id Node keeps none itself.
  const sessions = new Map<string, Buffer>()
  server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    sessions.set(id.toString('hex'), session)
    done()
  })
  server.on('resumeSession', (id: Buffer, done: (error: Error | null, session: Buffer | null) => void) =>
    done(null, sessions.get(id.toString('hex')) ?? null),
  )
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return { port, close: () => server.close() }
}

interface Talked {
  readonly said: string
  readonly reused: boolean
  readonly session: Buffer | undefined
  readonly error: Error | undefined
}

/** `node:tls` as a client that says `ping` and reads to the end. */
export const nodeTalk = (
  port: number,
  options: object,
  secure?: (socket: TLSSocket) => void,
  made?: (socket: TLSSocket) => void,
): Promise<Talked> =>
  new Promise(resolve => {
    let said = ''
    let error: Error | undefined
    let reused = false
    let session: Buffer | undefined
    const usual = {
      host: '127.0.0.1',
      servername: 'localhost',
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    } as const
    const socket = nodeConnect({ port, ...usual, ...options }, () => {
      secure?.(socket)
      reused = socket.isSessionReused()
      session = socket.getSession()
      socket.write('ping\n')
    })
    made?.(socket)
    socket.on('data', data => (said += String(data)))
    socket.on('error', problem => (error = problem))
    socket.on('close', () => resolve({ said, reused, session, error }))
  })
