/** Early data with OpenSSL: its client comes back to our server with a request in its first flight, and ours to its server. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { connect } from '../../src/index.ts'
import { SessionCache } from '../../src/tls/session/cache.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { ascii } from '../support/bytes.ts'
import { served, soon } from '../support/net.ts'
import { freePort, installed, run, start } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { node } from '../support/worlds.ts'

const folder = temporaryFolder('early-data')
afterAll(() => folder.remove())
const authority = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'early root' })
const own = authority.issue({ names: ['localhost'] })
const file = (name: string, text: string): string => {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}
const root = file('root.pem', pem('CERTIFICATE', authority.certificate))
const request = (method: string): string => `${method} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`

const missing = installed('openssl') ? '' : ' (skipped: openssl not installed)'
test.skipIf(missing !== '')(
  `openssl s_client asks early and is answered, and what does something is too early${missing}`,
  async () => {
    const seen: string[] = []
    const server = await served(
      ({ method }, { early }) => {
        seen.push(early ? `${method} early` : method)
        return new Response('here you are')
      },
      { tls: { cert: [...own.chain], key: own.privateKey, earlyData: {} } },
    )
    const session = join(folder.path, 'session')
    const client = async (input: string, ...more: string[]): Promise<string> => {
      const args = ['s_client', '-connect', `127.0.0.1:${server.port}`, '-servername', 'localhost', '-CAfile', root]
      const { stdout } = await run('openssl', [...args, '-alpn', 'http/1.1', '-ign_eof', ...more], { input })
      return Buffer.from(stdout).toString('latin1')
    }
    expect(await client(request('GET'), '-sess_out', session)).toContain('here you are')
    const early = await client(
      '',
      '-sess_in',
      session,
      '-sess_out',
      session,
      '-early_data',
      file('get', request('GET')),
    )
    expect(early).toContain('Early data was accepted')
    expect(early).toContain('here you are')
    const copy = await client(request('GET'), '-sess_in', session, '-early_data', file('delete', request('DELETE')))
    expect(copy).toContain('Early data was accepted')
    expect(copy).toContain('425 Too Early')
    expect(seen).toEqual(['GET', 'GET early'])
  },
  60_000,
)

test.skipIf(missing !== '')(
  `what our client says first is read early by openssl s_server${missing}`,
  async () => {
    const identity = file('both.pem', pem('CERTIFICATE', own.certificate) + pem('PRIVATE KEY', own.privateKey))
    const port = await freePort()
    const server = async (...more: string[]) =>
      start('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, '-cert', identity, '-tls1_3', ...more], port)
    const sessions = new SessionCache()
    const visit = async (said: string, heard: () => string) => {
      const tls = { ca: authority.root, sessions, earlyData: ascii(`${said}\n`) }
      const stream = await connect({ host: 'localhost', port, tls, address: '127.0.0.1' })
      stream.handler = { data() {}, end() {}, drain() {}, closed() {} }
      while (sessions.size === 0 || !heard().includes(said)) await soon(10)
      stream.end()
      return stream.connection.tls
    }
    const willing = await server('-early_data')
    expect((await visit('first words', willing.output))?.earlyData).toBeUndefined()
    expect(await visit('early words', willing.output)).toMatchObject({ resumed: true, earlyData: 'accepted' })
    expect(willing.output()).toContain('Early data received')
    await willing.stop()
  },
  60_000,
)
