import { describe, expect, test } from 'vitest'
import { hex } from '../../test/support/bytes.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { clientExtensions, serverExtensions, taggedExtensions } from '../tls/messages/extensions.ts'
import type { HandshakeFormat } from '../tls/messages/handshake.ts'
import { RETRY_RANDOM } from '../tls/messages/hello.ts'
import { HandshakeType } from '../tls/messages/registries.table.ts'
import { type Bodies12, handshake12 } from '../tls/messages/tls12.ts'
import { type Bodies13, handshake13 } from '../tls/messages/tls13.ts'
import type { TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord } from '../trace/types.ts'
import { type Codec, encode, type Tagged } from '../wire/codec.ts'
import { aboutOf } from './about.ts'
import { agreed, hostAsked, shownChain } from './agreed.ts'
import { awaited } from './awaited.ts'

const authority = certificateAuthority({ crypto: nodeCrypto(), now: () => Date.UTC(2026, 10, 21), name: 'test root' })
const { chain } = authority.issue({ names: ['shop.test'] })
const nothing = new Uint8Array(0)

const telling =
  <B>({ codec }: HandshakeFormat<B>) =>
  <N extends keyof B & string>(direction: 'in' | 'out', name: N, body: B[N]): MessageRecord => ({
    id: 1,
    layer: 'tls',
    flow: 'flow',
    host: 'me',
    direction,
    at: 0,
    name,
    format: codec as Codec<unknown>,
    bytes: encode(codec, { type: HandshakeType.names[name]!, body }),
  })
const in12 = telling<Bodies12>(handshake12)
const in13 = telling<Bodies13>(handshake13)

const clientHello = {
  legacyVersion: 0x0303,
  random: new Uint8Array(32),
  sessionId: nothing,
  cipherSuites: [0x1301, 0xc02f],
  compressionMethods: [0],
  extensions: clientExtensions({ serverName: { names: [{ type: 0, body: 'shop.test' }] } }),
}
const serverHello = (cipherSuite: number, extensions: Tagged[], random: Uint8Array = new Uint8Array(32)) => ({
  legacyVersion: 0x0303,
  random,
  sessionId: nothing,
  cipherSuite,
  compressionMethod: 0,
  extensions,
})
const share = { serverShare: { group: 0x11ec, keyExchange: Uint8Array.of(1) } }
const chosen13 = serverExtensions({ supportedVersions: { version: 0x0304 }, keyShare: share })
const retryExtensions = taggedExtensions<'helloRetryRequest'>({ keyShare: { selectedGroup: 24 } })
const finished = new Uint8Array(32)

/** As the engine tells it: hellos in the format that all versions have, then each version in its own. */
const exchange13: MessageRecord[] = [
  in12('out', 'ClientHello', clientHello),
  { ...in12('in', 'ServerHello', serverHello(0x1301, retryExtensions, RETRY_RANDOM)), name: 'HelloRetryRequest' },
  in12('in', 'ServerHello', serverHello(0x1302, chosen13)),
  in13('in', 'EncryptedExtensions', {
    extensions: taggedExtensions<'encryptedExtensions'>({ alpn: { protocols: ['http/1.1'] } }),
  }),
  in13('in', 'Certificate', {
    context: nothing,
    entries: chain.map(certificate => ({ certificate, extensions: [] })),
  }),
  in13('in', 'CertificateVerify', { scheme: 0x0403, signature: nothing }),
  in13('in', 'Finished', { verifyData: finished }),
  in13('out', 'Finished', { verifyData: finished }),
  in13('in', 'KeyUpdate', { request: 1 }),
]
const exchange12: MessageRecord[] = [
  in12('out', 'ClientHello', clientHello),
  in12('in', 'ServerHello', serverHello(0xc02f, serverExtensions({ alpn: { protocols: ['h2'] } }))),
  in12('in', 'Certificate', { chain: [...chain] }),
  in12('in', 'ServerKeyExchange', {
    params: { curveType: 3, group: 29, publicKey: Uint8Array.of(1) },
    scheme: 0x0804,
    signature: nothing,
  }),
  in12('out', 'Finished', { verifyData: new Uint8Array(12) }),
]
const told = (messages: readonly MessageRecord[]): TraceRecord[] =>
  messages.map(record => ({ type: 'message', record }))

describe('each message is read in the version that it was recorded with', () => {
  test('TLS 1.3: version, group and protocol stand in extensions, and the chain in entries', () => {
    const { tls, who } = agreed(told(exchange13))
    expect(tls).toEqual({
      version: 'TLS 1.3',
      suite: 'TLS_AES_256_GCM_SHA384',
      group: 'X25519MLKEM768',
      alpn: 'http/1.1',
      resumed: false,
    })
    expect(who).toBe('CN=shop.test, EC P-256')
    expect(shownChain(exchange13)).toEqual(chain)
    expect(hostAsked(told(exchange13))).toBe('shop.test')
  })
  test('TLS 1.2: group and scheme stand in the key exchange', () => {
    const { tls, who } = agreed(told(exchange12))
    expect(tls).toEqual({
      version: 'TLS 1.2',
      suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      group: 'x25519',
      alpn: 'h2',
      resumed: false,
    })
    expect(who).toBe('CN=shop.test, EC P-256')
  })
  test('without a certificate it was resumed; a compressed one is one', () => {
    const without = exchange13.filter(({ name }) => name !== 'Certificate')
    expect(agreed(told(without)).tls?.resumed).toBe(true)
    const packed = in13('in', 'CompressedCertificate', { algorithm: 2, uncompressedLength: 1200, compressed: finished })
    expect(agreed(told([...without, packed])).tls?.resumed).toBe(false)
    expect(aboutOf(packed)).toBe('brotli, of 1.2 kB')
  })
})

test('a line of a ladder says of each message what it decided', () => {
  expect(exchange13.map(aboutOf)).toEqual([
    'shop.test, 2 suites',
    'secp384r1',
    'AES-256-GCM, X25519MLKEM768',
    'http/1.1',
    'CN=shop.test, 1 in chain',
    'ecdsa_secp256r1_sha256',
    '',
    '',
    'update_requested',
  ])
  expect(exchange12.map(aboutOf)).toEqual([
    'shop.test, 2 suites',
    'AES-128-GCM',
    'CN=shop.test, 1 in chain',
    'x25519',
    '',
  ])
})

test('what a client waits for after each message follows the version', () => {
  expect(exchange13.slice(0, 8).map(each => awaited(told([each]), 'nothing'))).toEqual([
    'ServerHello',
    'nothing',
    'EncryptedExtensions',
    'Certificate',
    'CertificateVerify',
    'Finished',
    'nothing',
    'nothing',
  ])
  expect(exchange12.map(each => awaited(told([each]), 'nothing'))).toEqual([
    'ServerHello',
    'Certificate',
    'ServerKeyExchange',
    'ServerHelloDone',
    'Finished',
  ])
})

test('bytes that cannot be read, or that are of no message of theirs, have nothing to say', () => {
  const [hello] = exchange13
  for (const bytes of [nothing, hex('01'), hello!.bytes.subarray(0, 30), hex('0b000001ff'), hex('63000000')])
    for (const format of [handshake12, handshake13]) {
      const message = { ...hello!, name: 'ServerHello', bytes, format: format.codec as Codec<unknown> }
      expect(aboutOf(message)).toBe('')
      expect(agreed(told([message]))).toEqual({})
      expect(shownChain([{ ...message, name: 'Certificate', direction: 'in' }])).toEqual([])
    }
})
