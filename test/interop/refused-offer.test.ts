/** Servers that cannot do what we offer, each in its own way: what they send, and what we make of it. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sentence } from '../../src/explain/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import type { TlsClientConfig } from '../../src/tls/config.ts'
import { tlsClient } from '../../src/tls/engine.ts'
import { installed, missing, type Peer, startGnutls, startNginx, startOpenssl } from '../support/peers.ts'
import { type Leaf, temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { Side } from '../support/tls.ts'

const openssl = installed('openssl')
const nginx = openssl && installed('nginx')
const gnutls = openssl && installed('gnutls-serv')
const folder = temporaryFolder('refused')
let leaf: Leaf
beforeAll(() => {
  if (openssl) leaf = testAuthority('rsa', folder.path).issue({ names: ['shop.test'] })
})
afterAll(folder.remove)

/** One client that offers what it offers, until the server has hung up on it or it has failed. */
const refusedBy = async (peer: Peer, config: Partial<TlsClientConfig> = {}): Promise<Side> => {
  const side = new Side(tlsClient({ crypto: nodeCrypto(), serverName: 'shop.test', ...config }), () => undefined)
  try {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(peer.port, '127.0.0.1')
      const move = (input?: Uint8Array | 'end'): void => {
        for (const piece of side.touch(input)) socket.write(piece)
        if (side.failure !== undefined || side.has('ask')) socket.destroy()
      }
      socket.on('data', data => move(new Uint8Array(data)))
      socket.on('end', () => move('end'))
      socket.on('error', reject)
      socket.on('close', () => resolve())
      move()
    })
  } finally {
    await peer.stop()
  }
  return side
}

const TLS_1_3_ONLY = 'We offer TLS 1.2; the other side offers only TLS 1.3 or later.'

describe(`openssl s_server${missing('openssl')}`, () => {
  test.skipIf(!openssl)('tls/no-common-version: TLS 1.3 only', async () => {
    const { failure } = await refusedBy(await startOpenssl(leaf, '-tls1_3'), { versions: ['TLS 1.2'] })
    expect(failure).toMatchObject({ code: 'tls/no-common-version', number: 70 })
    expect(sentence(failure!)).toContain(TLS_1_3_ONLY)
  })
  test.skipIf(!openssl)('tls/no-common-version: TLS 1.1 only', async () => {
    const { failure } = await refusedBy(await startOpenssl(leaf, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'))
    expect(failure).toMatchObject({ code: 'tls/no-common-version', number: 70, expected: 'TLS 1.3, TLS 1.2' })
  })
  test.skipIf(!openssl)('tls/nothing-in-common: X448 only, CBC only: the offer is listed', async () => {
    for (const only of [
      ['-tls1_2', '-groups', 'X448'],
      ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-SHA:AES128-SHA'],
    ]) {
      const { failure } = await refusedBy(await startOpenssl(leaf, ...only))
      expect(failure, only.join(' ')).toMatchObject({ code: 'tls/nothing-in-common', number: 40 })
      for (const offered of ['TLS 1.2', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'x25519, secp256r1, secp384r1'])
        expect(sentence(failure!)).toContain(offered)
    }
  })
})

describe(`nginx${missing('openssl', 'nginx')}`, () => {
  test.skipIf(!nginx)('tls/no-common-version: TLS 1.3 only', async () => {
    const peer = await startNginx(leaf, folder.path, folder.path, 'ssl_protocols TLSv1.3;')
    const { failure } = await refusedBy(peer, { versions: ['TLS 1.2'] })
    expect(failure).toMatchObject({ code: 'tls/no-common-version', number: 70 })
    expect(sentence(failure!)).toContain(TLS_1_3_ONLY)
  })
  test.skipIf(!nginx)('tls/nothing-in-common: CBC only', async () => {
    const only = 'ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-SHA;'
    const { failure } = await refusedBy(await startNginx(leaf, folder.path, folder.path, only))
    expect(failure).toMatchObject({ code: 'tls/nothing-in-common', number: 40 })
  })
  test.skipIf(!nginx)('tls/alpn-none: a protocol that it does not have', async () => {
    const { failure } = await refusedBy(await startNginx(leaf, folder.path, folder.path), { alpn: ['spdy/3'] })
    expect(failure).toMatchObject({ code: 'tls/alpn-none', expected: 'spdy/3', number: 120 })
  })
})

describe(`gnutls-serv${missing('openssl', 'gnutls-serv')}`, () => {
  test.skipIf(!gnutls)('TLS 1.3 only: it says 40 where 70 is meant, so that TLS 1.2 is listed first', async () => {
    const peer = await startGnutls(leaf, '--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.3')
    const { failure } = await refusedBy(peer, { versions: ['TLS 1.2'] })
    expect(failure?.code).toMatch(/^tls\/(nothing-in-common|no-common-version)$/)
    expect(sentence(failure!)).toContain('We offer TLS 1.2;')
  })
  test.skipIf(!gnutls)('tls/alpn-none: h2 only', async () => {
    const only = ['--priority', 'NORMAL:-VERS-TLS1.3', '--alpn', 'h2', '--alpn-fatal']
    const { failure } = await refusedBy(await startGnutls(leaf, ...only), { alpn: ['http/1.1'] })
    expect(failure).toMatchObject({ code: 'tls/alpn-none', expected: 'http/1.1', number: 120 })
  })
})
