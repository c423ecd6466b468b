/** Our server asks OpenSSL and GnuTLS who they are when the handshake is over; certificates made on the spot. */
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { installed, missing, run } from '../../../test/support/peers.ts'
import { type TestAuthority, temporaryFolder, testAuthority } from '../../../test/support/peers-chain.ts'
import { Side } from '../../../test/support/tls.ts'
import { keyOfLeaf, openHearted } from '../../../test/support/tls-peers.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { tlsServer } from '../engine.ts'

const crypto = nodeCrypto()
const folder = temporaryFolder('asking-later')
let authority: TestAuthority
beforeAll(() => {
  if (installed('openssl')) authority = testAuthority('ecdsa', folder.path)
})
afterAll(() => folder.remove())

/** Asks after the first line, in the middle of new keys, and answers when it knows. */
const asking = async (): Promise<{ port: number; side: () => Side; close(): void }> => {
  let side: Side | undefined
  const answers = openHearted(keyOfLeaf(authority.issue({ names: ['localhost'] })))
  const server = createServer(socket => {
    const config = { versions: ['TLS 1.3'], postHandshakeAuth: 'allowed' } as const
    const ours = new Side(tlsServer({ crypto, ...config }), answers)
    side = ours
    let asked = false
    let said = false
    const move = (input?: Uint8Array | 'end'): void => {
      const out = [...ours.touch(input)]
      if (!asked && ours.data.includes(10)) {
        asked = true
        ours.tls.updateKeys(0)
        ours.tls.requestCertificate(0)
        ours.tls.updateKeys(0)
      }
      if (!said && ours.has('client-certificate')) {
        said = true
        ours.tls.write(ascii('pong\n'), 0)
        ours.tls.close(0)
      }
      out.push(...ours.touch())
      for (const piece of out) socket.write(piece)
      if (ours.tls.closed) socket.end()
    }
    socket.on('data', data => move(new Uint8Array(data)))
    socket.on('end', () => move('end'))
    socket.on('error', () => undefined)
  })
  const port = await new Promise<number>(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
  return { port, side: () => side!, close: () => server.close() }
}

const clients: readonly (readonly [string, string, (port: number, cert: string, key: string) => string[]])[] = [
  [
    'OpenSSL',
    'openssl',
    (port, cert, key) => [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_3', '-quiet', '-enable_pha'],
      ...['-cert', cert, '-key', key],
    ],
  ],
  [
    'GnuTLS',
    'gnutls-cli',
    (port, cert, key) => [
      ...['--port', `${port}`, '127.0.0.1', '--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.3', '--insecure'],
      ...['--post-handshake-auth', '--x509certfile', cert, '--x509keyfile', key],
    ],
  ],
]

describe.each(clients)('%s', (_, program, args) => {
  const there = installed('openssl') && installed(program)
  test.skipIf(!there)(`shows its certificate when it is asked, and goes on${missing('openssl', program)}`, async () => {
    const leaf = authority.issue({ purposes: 'clientAuth' })
    const server = await asking()
    const options = { input: 'ping\n', holdInput: true, limit: 20_000 } as const
    const { stdout } = await run(program, args(server.port, leaf.chain, leaf.key), options)
    server.close()
    const { established, events, failure } = server.side()
    // GnuTLS leaves without close_notify.
    expect([undefined, 'tls/cut-short']).toContain(failure?.code)
    expect(established?.peerChain).toEqual([])
    const shown = events.filter(event => event.type === 'client-certificate')
    expect(shown).toHaveLength(1)
    expect(shown[0]?.trusted).toBeDefined()
    expect(shown[0]?.peerChain[0]).toEqual(keyOfLeaf(leaf).chain[0])
    expect(Buffer.from(stdout).toString()).toContain('pong')
  })
})
