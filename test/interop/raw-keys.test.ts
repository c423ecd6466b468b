/** Raw public keys (RFC 7250) against GnuTLS, both ways, in both versions. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, serve } from '../../src/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import type { TlsVersion } from '../../src/tls/types.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { closing } from '../support/net.ts'
import { freePort, installed, missing, type Peer, run, start } from '../support/peers.ts'

const gnutls = installed('gnutls-serv') && installed('gnutls-cli')
const VERSIONS = [
  ['TLS 1.2', 'VERS-TLS1.2'],
  ['TLS 1.3', 'VERS-TLS1.3'],
] as const satisfies readonly (readonly [TlsVersion, string])[]

const folder = mkdtempSync(join(tmpdir(), 'raw-keys-'))
const file = (name: string): string => join(folder, name)
const contents = (name: string): string => readFileSync(file(name), 'latin1')
const peers: Peer[] = []

beforeAll(() => {
  for (const [who, kind] of [
    ['server', 'p-256'],
    ['client', 'p-384'],
  ] as const) {
    const { spki, pkcs8 } = nodeCrypto().generateKeyPair(kind)
    writeFileSync(file(`${who}.pub`), pem('PUBLIC KEY', spki))
    writeFileSync(file(`${who}.key`), pem('PRIVATE KEY', pkcs8))
  }
})
afterAll(async () => {
  for (const peer of peers) await peer.stop()
  rmSync(folder, { recursive: true })
})

/** Our client shows its key too; what comes back, and what was agreed on. */
const talked = async (port: number, version: TlsVersion): Promise<{ readonly text: string; readonly type: string }> => {
  const own = { cert: contents('client.pub'), key: contents('client.key') }
  const tls = { publicKeys: contents('server.pub'), versions: [version], ...own }
  const stream = await connect({ host: '127.0.0.1', port, tls })
  expect(stream.connection.tls).toMatchObject({ version, peerChain: [expect.any(Uint8Array)] })
  const text = await new Promise<string>((resolve, reject) => {
    let got = ''
    stream.handler = {
      data: bytes => {
        got += Buffer.from(bytes).toString('latin1')
        if (got.includes('\n')) stream.end()
      },
      end: () => resolve(got),
      drain: () => undefined,
      closed: failure => (failure === undefined ? resolve(got) : reject(failure)),
    }
    stream.write([Buffer.from('a line\n')])
  })
  return { text, type: stream.connection.tls!.peerCertificateType }
}

/** Our server wants to know who the client is, and says what it saw. */
const serving = async (version: TlsVersion): Promise<number> => {
  const server = await serve((_, { connection }) => new Response(`shown: ${connection.tls?.peerCertificateType}\n`), {
    port: 0,
    host: '127.0.0.1',
    tls: {
      cert: contents('server.pub'),
      key: contents('server.key'),
      clientCertificate: 'required',
      publicKeys: contents('client.pub'),
      versions: [version],
    },
  })
  closing.push(() => server.close(50))
  return server.port
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n'

describe(`GnuTLS${missing('gnutls-serv', 'gnutls-cli')}`, () => {
  for (const [version, name] of VERSIONS) {
    const priority = ['--priority', `NORMAL:-VERS-ALL:+${name}:-CTYPE-ALL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK`]
    const keys = (who: 'client' | 'server') => ['--rawpkkeyfile', file(`${who}.key`), '--rawpkfile', file(`${who}.pub`)]
    test.skipIf(!gnutls)(`its server, both with raw keys, in ${version}`, async () => {
      const port = await freePort()
      const asking = ['--require-client-cert', ...keys('server'), ...priority]
      peers.push(await start('gnutls-serv', ['--echo', '--port', String(port), ...asking], port))
      expect(await talked(port, version)).toEqual({ text: 'a line\n', type: 'RawPublicKey' })
    })
    test.skipIf(!gnutls)(`its client, both with raw keys, in ${version}`, async () => {
      const port = await serving(version)
      const args = ['--insecure', ...keys('client'), ...priority, '-p', String(port), '127.0.0.1']
      const { stdout } = await run('gnutls-cli', args, { input: REQUEST, holdInput: true, limit: 10_000 })
      expect(Buffer.from(stdout).toString('latin1')).toContain('shown: RawPublicKey')
    })
  }
})
