/** What options in the words of OpenSSL come to: lists of suites, methods, flags. */
import { constants } from 'node:crypto'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { closing, listening, localhost, root } from '../../../test/support/node-tls.ts'
import { connect, createSecureContext, createServer, type TLSSocket } from './index.ts'
import { opensslName } from './names.table.ts'

const suitesOf = (ciphers: string): readonly string[] =>
  (createSecureContext({ ciphers }).suites ?? []).filter(name => name.includes('_WITH_')).map(opensslName)

const GCM_128 = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256']
const GCM_256 = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384']
const CHACHA = ['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305']

test.each([
  ['EECDH+AESGCM:EECDH+CHACHA20', [...GCM_128, ...GCM_256, ...CHACHA]],
  ['ECDHE+aRSA+AES256', ['ECDHE-RSA-AES256-GCM-SHA384']],
  ['HIGH:!aNULL:!MD5:!AES128', [...GCM_256, ...CHACHA]],
  ['ALL:!ECDSA:!CHACHA20', ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384']],
  ['ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:!SHA1', ['ECDHE-RSA-AES128-GCM-SHA256']],
  ['AES256-GCM-SHA384:CHACHA20:!kRSA', CHACHA],
  ['AESGCM+AES128@SECLEVEL=0', GCM_128],
  ['ECDHE+CHACHA20:@STRENGTH', CHACHA],
  ['-ALL:ECDHE+CHACHA20:AESGCM:-AES:ECDHE-RSA-AES128-GCM-SHA256', [...CHACHA, 'ECDHE-RSA-AES128-GCM-SHA256']],
])('%s', (ciphers, expected) => {
  expect([...suitesOf(ciphers)].sort()).toEqual([...expected].sort())
})

test('DEFAULT is what is offered without a list, at the levels of security that hold for it', () => {
  for (const level of ['', '@SECLEVEL=0', ':@SECLEVEL=2'])
    expect([...suitesOf(`DEFAULT${level}`)].sort()).toEqual([...GCM_128, ...GCM_256, ...CHACHA].sort())
  expect(() => createSecureContext({ ciphers: 'DEFAULT:@SECLEVEL=3' })).toThrow(/@SECLEVEL=3/)
})

test('where suites with keys from elsewhere are named alone, those of TLS 1.3 are left, which all have them', () => {
  for (const ciphers of ['PSK', 'PSK+HIGH:!MD5', 'kECDHEPSK', 'DHE-PSK-AES128-GCM-SHA256:!TLS_AES_256_GCM_SHA384'])
    expect(createSecureContext({ ciphers }).suites).toEqual(
      ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'].filter(
        name => !ciphers.includes(name),
      ),
    )
  for (const ciphers of ['!PSK', '-PSK', 'SPSK'])
    expect(() => createSecureContext({ ciphers })).toThrow(expect.objectContaining({ code: 'ERR_SSL_NO_CIPHER_MATCH' }))
})

test('a class switches nothing on that is off without a list: what is weaker has to be named', () => {
  expect(() => createSecureContext({ ciphers: 'kRSA' })).toThrow(
    expect.objectContaining({ code: 'ERR_SSL_NO_CIPHER_MATCH' }),
  )
  expect(suitesOf('ECDHE+SHA:AES128-GCM-SHA256')).toEqual(['AES128-GCM-SHA256'])
  expect(() => createSecureContext({ ciphers: 'toString:constructor' })).toThrow(/none of/)
})

test('secureProtocol is a range of versions', () => {
  const versions = (secureProtocol: string): readonly string[] => createSecureContext({ secureProtocol }).versions
  expect(versions('TLSv1_2_method')).toEqual(['TLS 1.2'])
  expect(versions('TLSv1_2_client_method')).toEqual(['TLS 1.2'])
  expect(versions('SSLv23_method')).toEqual(['TLS 1.2'])
  expect(versions('TLS_server_method')).toEqual(['TLS 1.3', 'TLS 1.2'])
  expect(() => versions('TLSv1_1_method')).toThrow(/TLSv1_1_method/)
  for (const method of ['SSLv3_method', 'constructor_method', 'TLS_methods'])
    expect(() => versions(method)).toThrow(expect.objectContaining({ code: 'ERR_TLS_INVALID_PROTOCOL_METHOD' }))
  expect(() => createSecureContext({ secureProtocol: 'TLS_method', minVersion: 'TLSv1.2' })).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_PROTOCOL_VERSION_CONFLICT' }),
  )
})

test('secureOptions: versions are left out, flags that change nothing are taken, others refused', () => {
  const versions = (secureOptions: number): readonly string[] => createSecureContext({ secureOptions }).versions
  const old = constants.SSL_OP_NO_SSLv3 | constants.SSL_OP_NO_TLSv1 | constants.SSL_OP_NO_TLSv1_1
  expect(versions(old | constants.SSL_OP_CIPHER_SERVER_PREFERENCE)).toEqual(['TLS 1.3', 'TLS 1.2'])
  expect(versions(constants.SSL_OP_NO_TLSv1_3)).toEqual(['TLS 1.2'])
  expect(versions(constants.SSL_OP_ALL | constants.SSL_OP_NO_TLSv1_2)).toEqual(['TLS 1.3'])
  const both = constants.SSL_OP_NO_TLSv1_2 | constants.SSL_OP_NO_TLSv1_3
  expect(() => versions(both)).toThrow(/are spoken here/)
  expect(() => versions(constants.SSL_OP_NO_ENCRYPT_THEN_MAC)).toThrow(/secureOptions 0x80000/)
})

test('a server with SSL_OP_NO_TICKET gives none, and resumes nothing of what it does not keep', async () => {
  const visit = async (secureOptions: number): Promise<boolean> => {
    const port = await listening(
      createServer({ ...localhost, secureOptions, maxVersion: 'TLSv1.2' }, socket => socket.end()),
    )
    const visitor = async (session?: Buffer): Promise<TLSSocket> => {
      const near = closing(connect({ port, host: 'localhost', ca: root, ...(session ? { session } : {}) }))
      near.resume()
      await once(near, 'close')
      return near
    }
    const first = await visitor()
    return (await visitor(first.getSession())).isSessionReused()
  }
  expect([await visit(0), await visit(constants.SSL_OP_NO_TICKET)]).toEqual([true, false])
})
