import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import nodeTls, { createSecureContext as nodeContext } from 'node:tls'
import { expect, test } from 'vitest'
import { closing, issued, listening, localhost, root } from '../../../test/support/node-tls.ts'
import { installed, missing } from '../../../test/support/peers.ts'
import { certificatesIn, pem } from '../../x509/files/pem.ts'
import { pkcs7 } from '../../x509/files/pkcs7.ts'
import { writePkcs12 } from '../../x509/files/pkcs12-write.ts'
import { nodeCrypto } from '../crypto.ts'
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  createServer,
  getCiphers,
  type TlsOptions,
} from './index.ts'
import { opensslName } from './names.table.ts'

/** What a handshake between these two agrees on. */
const agreed = async (server: TlsOptions, client: ConnectionOptions = {}) => {
  const port = await listening(createServer({ ...localhost, ...server }))
  const near = closing(connect({ port, host: 'localhost', ca: root, ...client }))
  await once(near, 'secureConnect')
  return near
}

const der = (pem: string): Uint8Array => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
const key = createPrivateKey(localhost.key)
const privateKey = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
const entries = [{ privateKey, chain: certificatesIn(localhost.cert) }]
const pfx = Buffer.from(writePkcs12({ entries, iterations: 2048 }, 'bundled', nodeCrypto()))

const forms: readonly (readonly [string, TlsOptions])[] = [
  ['PEM as text', localhost],
  ['PEM as bytes', { cert: Buffer.from(localhost.cert), key: Buffer.from(localhost.key) }],
  ['DER', { cert: der(localhost.cert), key: der(localhost.key) }],
  ['one file with both', { cert: localhost.cert + localhost.key }],
  ['SEC 1', { ...localhost, key: key.export({ format: 'pem', type: 'sec1' }) }],
  [
    'PKCS#8 under a passphrase',
    {
      ...localhost,
      key: key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'pass' }),
      passphrase: 'pass',
    },
  ],
  ['PKCS#12', { pfx, passphrase: 'bundled' }],
  ['PKCS#12 under a passphrase of its own', { pfx: [{ buf: pfx, passphrase: 'bundled' }], passphrase: 'another' }],
  [
    'SEC 1 under a passphrase of its own',
    {
      ...localhost,
      key: [
        {
          pem: key.export({ format: 'pem', type: 'sec1', cipher: 'aes-128-cbc', passphrase: 'own' }),
          passphrase: 'own',
        },
      ],
    },
  ],
]

for (const [what, options] of forms) {
  test(`a certificate and its key are taken as ${what}`, async () => {
    expect((await agreed(options)).authorized).toBe(true)
  })
}

test('of an ECDSA and an RSA certificate each client is shown the one that it can check', async () => {
  const rsa = issued({ key: 'rsa-2048' })
  const pkcs1 = createPrivateKey(rsa.key).export({ format: 'pem', type: 'pkcs1' })
  const server = { cert: [localhost.cert, rsa.cert], key: [pkcs1, localhost.key] }
  const kindFor = async (ciphers: string) =>
    (await agreed(server, { ciphers, maxVersion: 'TLSv1.2' })).getPeerX509Certificate()?.publicKey.asymmetricKeyType
  expect(await kindFor('ECDHE-ECDSA-AES128-GCM-SHA256')).toBe('ec')
  expect(await kindFor('ECDHE-RSA-AES128-GCM-SHA256')).toBe('rsa')
})

test('ciphers and ecdhCurve choose what is offered', async () => {
  const old = { maxVersion: 'TLSv1.2' } as const
  const client = { ...old, ciphers: 'ECDHE-RSA-CHACHA20-POLY1305:!ECDHE-RSA-AES128-GCM-SHA256', ecdhCurve: 'P-384' }
  const near = await agreed(issued({ key: 'rsa-2048' }), client)
  expect(near.getCipher().standardName).toBe('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256')
  expect(near.getEphemeralKeyInfo()).toEqual({ type: 'ECDH', name: 'secp384r1', size: 384 })
  const server = await agreed({
    ...old,
    ciphers: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    ecdhCurve: 'prime256v1:X25519',
  })
  expect(server.getCipher().name).toBe('ECDHE-ECDSA-AES256-GCM-SHA384')
  expect(server.getEphemeralKeyInfo()).toMatchObject({ name: 'prime256v1' })
  const without = await agreed(old, { ciphers: 'DEFAULT:!ECDHE-ECDSA-AES128-GCM-SHA256' })
  expect(without.getCipher().name).toBe('ECDHE-ECDSA-AES256-GCM-SHA384')
  const newest = await agreed({}, { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:TLS_CHACHA20_POLY1305_SHA256' })
  expect(newest.getCipher()).toMatchObject({ name: 'TLS_CHACHA20_POLY1305_SHA256', version: 'TLSv1.3' })
  const stay = await agreed({}, { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' })
  expect(stay.getProtocol()).toBe('TLSv1.3')
  const ecdhCurve = 'X25519MLKEM768'
  const hybrid = await agreed({ ecdhCurve }, { ecdhCurve })
  expect(hybrid.getEphemeralKeyInfo()).toEqual({})
})

test('minVersion and maxVersion choose what is spoken', async () => {
  const spoken = async (server: TlsOptions, client: ConnectionOptions) => (await agreed(server, client)).getProtocol()
  expect(await spoken({}, {})).toBe('TLSv1.3')
  expect(await spoken({}, { maxVersion: 'TLSv1.2' })).toBe('TLSv1.2')
  expect(await spoken({ maxVersion: 'TLSv1.2' }, {})).toBe('TLSv1.2')
  expect(await spoken({ minVersion: 'TLSv1.3' }, { minVersion: 'TLSv1' })).toBe('TLSv1.3')
  await expect(spoken({ minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' })).rejects.toMatchObject({
    code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  })
})

test('ALPNProtocols are taken as names, as bytes, and in the form of RFC 7301', async () => {
  const server = { ALPNProtocols: ['http/1.1'] }
  const wire = Buffer.from('\x02h9\x08http/1.1', 'latin1')
  for (const ALPNProtocols of [['h9', 'http/1.1'], [Buffer.from('http/1.1')], wire])
    expect((await agreed(server, { ALPNProtocols })).alpnProtocol).toBe('http/1.1')
  for (const ALPNProtocols of [wire.subarray(0, 7), [''], ['x'.repeat(256)]])
    expect(() => connect({ port: 1, ALPNProtocols })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    )
})

test('roots are taken from bundles too', async () => {
  const roots = certificatesIn(root)
  const bundle = pkcs7(roots)
  const store = writePkcs12({ entries: [], certificates: roots, iterations: 2048 }, 'bundled', nodeCrypto())
  for (const ca of [pem('PKCS7', bundle), bundle, store])
    expect((await agreed({}, { ca, passphrase: 'bundled' })).authorized).toBe(true)
  expect(() => createSecureContext({ ca: store, passphrase: 'no' })).toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ code: 'file/password-wrong' }) }),
  )
})

const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
  format: 'pem',
  type: 'pkcs8',
})
const sealed = key.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'pass' })

const UNAVAILABLE = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM'

const refused: readonly (readonly [string, object, string, string])[] = [
  [
    'the key of another certificate',
    { ...localhost, key: other },
    'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
    'net/key-mismatch',
  ],
  ['a key under an unknown passphrase', { ...localhost, key: sealed }, 'ERR_MISSING_PASSPHRASE', 'net/key-encrypted'],
  [
    'a wrong passphrase',
    { ...localhost, key: sealed, passphrase: 'no' },
    'ERR_INVALID_ARG_VALUE',
    'net/bad-tls-options',
  ],
  ['what is no key', { ...localhost, key: 'server.key' }, 'ERR_INVALID_ARG_VALUE', 'net/bad-key'],
  ['what is no certificate', { ...localhost, cert: 'server.pem' }, 'ERR_INVALID_ARG_VALUE', 'net/bad-certificate'],
  ['a key alone', { key: localhost.key }, 'ERR_INVALID_ARG_VALUE', 'net/bad-tls-options'],
  ['a ca without certificates', { ca: localhost.key }, 'ERR_INVALID_ARG_VALUE', 'net/bad-certificate'],
  ['a curve that nobody has', { ecdhCurve: 'secp256k1' }, UNAVAILABLE, 'net/bad-tls-options'],
  ['a version that is none', { minVersion: 'TLSv2' }, 'ERR_TLS_INVALID_PROTOCOL_VERSION', 'net/bad-tls-options'],
  ['a list of suites that is no text', { ciphers: 1 }, 'ERR_INVALID_ARG_TYPE', 'net/bad-tls-options'],
  ['a passphrase that is no text', { passphrase: 1 }, 'ERR_INVALID_ARG_TYPE', 'net/bad-tls-options'],
  ['a curve that is no text', { ecdhCurve: 1 }, 'ERR_INVALID_ARG_TYPE', 'net/bad-tls-options'],
  ['ticketKeys that are none', { ticketKeys: 'abcd' }, 'ERR_INVALID_ARG_TYPE', 'net/bad-tls-options'],
  ['a version that is broken', { maxVersion: 'TLSv1.1' }, UNAVAILABLE, 'net/bad-tls-options'],
  ['no version at all', { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }, UNAVAILABLE, 'net/bad-tls-options'],
  ['a pfx that is none', { pfx: Buffer.alloc(9) }, 'ERR_INVALID_ARG_VALUE', 'net/bad-certificate'],
  ['a pfx under another passphrase', { pfx, passphrase: 'no' }, 'ERR_FILE_PASSWORD_WRONG', 'file/password-wrong'],
  ['a pfx whose passphrase is missing', { pfx }, 'ERR_FILE_PASSWORD_NEEDED', 'file/password-needed'],
  ['crl', { crl: 'x' }, UNAVAILABLE, 'net/bad-tls-options'],
  ['dhparam', { dhparam: 'x' }, UNAVAILABLE, 'net/bad-tls-options'],
  ['ciphers that nobody has', { ciphers: 'RC4-MD5' }, 'ERR_SSL_NO_CIPHER_MATCH', 'net/bad-tls-options'],
]

for (const [what, options, code, failure] of refused) {
  test(`${what} is refused at the call, and not in each handshake`, () => {
    for (const attempt of [
      () => createSecureContext(options),
      () => createServer(options),
      () => connect({ port: 1, ...options }),
    ]) {
      expect(attempt).toThrow(expect.objectContaining({ code, cause: expect.objectContaining({ code: failure }) }))
    }
  })
}

test('a key that is locked is opened by what the option is called here', () => {
  expect(() => createSecureContext({ ...localhost, key: sealed })).toThrow(/that is passphrase\.$/)
})

test('options of one connection that cannot be followed are refused at the call', () => {
  const unavailable = expect.objectContaining({ code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' })
  expect(() => connect({ port: 1, enableTrace: true })).toThrow(unavailable)
  expect(() => createServer({ ...localhost, enableTrace: true } as object)).toThrow(unavailable)
  for (const onread of [{}, { buffer: 1_000, callback() {} }, { buffer: Buffer.alloc(1) }] as never[])
    expect(() => connect({ port: 1, onread })).toThrow(/onread/)
  expect(() => createServer({ ...localhost, ALPNCallback: true as never })).toThrow(/ALPNCallback/)
  const secureContext = nodeContext(localhost) as never
  expect(() => connect({ port: 1, secureContext })).toThrow(/secureContext/)
  expect(() => createServer({ secureContext })).toThrow(/secureContext/)
})

test('a server takes another certificate for the connections to come', async () => {
  const server = createServer(localhost)
  const port = await listening(server)
  const name = async (): Promise<string | undefined> => {
    const near = closing(connect({ port, host: 'localhost', ca: root }))
    await once(near, 'secureConnect')
    return near.getPeerX509Certificate()?.subject
  }
  expect(await name()).toBe('CN=localhost')
  server.setSecureContext(issued({ commonName: 'renewed' }))
  expect(await name()).toBe('CN=renewed')
})

test('a key that signs elsewhere is asked for each signature', async () => {
  let asked = 0
  const elsewhere = {
    sign: async (message: Uint8Array, { hash }: { hash: string | undefined }) => {
      asked += 1
      return new Uint8Array(sign(hash, message, key))
    },
  }
  expect((await agreed({ key: elsewhere })).authorized).toBe(true)
  expect(asked).toBe(1)
})

test('what is said for the whole process holds where nothing else is said', () => {
  const { DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, DEFAULT_CIPHERS } = nodeTls
  const suite = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
  try {
    Object.assign(nodeTls, { DEFAULT_MIN_VERSION: 'TLSv1.3' })
    expect(createSecureContext().versions).toEqual(['TLS 1.3'])
    expect(createSecureContext({ minVersion: 'TLSv1.2' }).versions).toEqual(['TLS 1.3', 'TLS 1.2'])
    Object.assign(nodeTls, { DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION: 'TLSv1.2' })
    expect(createSecureContext().versions).toEqual(['TLS 1.2'])
    Object.assign(nodeTls, { DEFAULT_MAX_VERSION, DEFAULT_CIPHERS: opensslName(suite) })
    expect(createSecureContext().suites).toContain(suite)
    expect(createSecureContext({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }).suites).not.toContain(suite)
  } finally {
    Object.assign(nodeTls, { DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION, DEFAULT_CIPHERS })
  }
  expect(createSecureContext()).toMatchObject({ versions: ['TLS 1.3', 'TLS 1.2'], suites: undefined })
})

test('a context is made once and used by many, on both sides', async () => {
  const near = await agreed(
    { secureContext: createSecureContext(localhost) },
    { secureContext: createSecureContext({ ca: root }) },
  )
  expect(near.authorized).toBe(true)
})

const noOpenssl = missing('openssl')
test.skipIf(!installed('openssl'))(`suites have the names that OpenSSL gives them${noOpenssl}`, () => {
  const lines = execFileSync('openssl', ['ciphers', '-stdname', 'ALL:@SECLEVEL=0'], { encoding: 'utf8' })
    .trim()
    .split('\n')
  const names = new Map(lines.map(line => line.trim().split(/\s+-\s+|\s+/)).map(([iana, openssl]) => [iana, openssl]))
  const known = [...names.keys()].filter(name =>
    /^TLS_(ECDHE_(RSA|ECDSA)|RSA)_WITH_(AES|CHACHA)|^TLS_(AES|CHACHA)/.test(name!),
  )
  expect(known.length).toBeGreaterThan(20)
  for (const name of known.filter(each => !/CCM/.test(each!))) expect(opensslName(name!)).toBe(names.get(name))
  expect(getCiphers()).toContain('ecdhe-ecdsa-aes128-gcm-sha256')
})
