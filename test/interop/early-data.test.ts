/** Early data with OpenSSL, GnuTLS and nginx: their clients come back to our server with a request in the first flight, and ours to their servers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { connect } from '../../src/index.ts'
import { SessionCache } from '../../src/tls/session/cache.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { ascii } from '../support/bytes.ts'
import { served, soon } from '../support/net.ts'
import { freePort, installed, missing as lacking, run, start, startNginx } from '../support/peers.ts'
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

test.skipIf(!installed('gnutls-cli'))(
  `gnutls-cli asks early and is answered${lacking('gnutls-cli')}`,
  async () => {
    const seen: string[] = []
    const server = await served(
      ({ method }, { early }) => {
        seen.push(early ? `${method} early` : method)
        return new Response('here you are')
      },
      { tls: { cert: [...own.chain], key: own.privateKey, earlyData: {} } },
    )
    const args = ['--port', String(server.port), '--x509cafile', root, '--alpn', 'http/1.1', '--resume']
    const { stdout } = await run('gnutls-cli', [...args, '--earlydata', file('early', request('GET')), 'localhost'], {
      input: request('GET'),
    })
    expect(Buffer.from(stdout).toString('latin1')).toContain('here you are')
    expect(seen).toContain('GET early')
  },
  60_000,
)

test.skipIf(!installed('nginx'))(
  `what our client asks first is answered early by nginx${lacking('nginx')}`,
  async () => {
    const leaf = {
      certificate: file('leaf.pem', pem('CERTIFICATE', own.certificate)),
      chain: file('chain.pem', own.chain.map(der => pem('CERTIFICATE', der)).join('')),
      key: file('leaf.key', pem('PRIVATE KEY', own.privateKey)),
    }
    const nginx = await startNginx(
      leaf,
      folder.path,
      folder.path,
      'ssl_early_data on; location / { return 200 "here you are"; }',
    )
    const sessions = new SessionCache()
    const visit = async () => {
      const tls = { ca: authority.root, sessions, earlyData: ascii(request('GET')) }
      const stream = await connect({ host: 'localhost', port: nginx.port, tls, address: '127.0.0.1' })
      const answer = await new Promise<string>(resolve => {
        let text = ''
        stream.handler = {
          data: bytes => void (text += Buffer.from(bytes).toString('latin1')),
          end: () => stream.end(),
          drain() {},
          closed: () => resolve(text),
        }
      })
      return { answer, early: stream.connection.tls?.earlyData }
    }
    const first = await visit()
    expect(first).toMatchObject({ answer: expect.stringContaining('here you are'), early: undefined })
    expect(await visit()).toMatchObject({ answer: expect.stringContaining('here you are'), early: 'accepted' })
    await nginx.stop()
  },
  60_000,
)
