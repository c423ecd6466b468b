/** Exchanges of the lab, one that works beside one that does not: what is told of the difference, and what is not. */
import { expect, test } from 'vitest'
import { comparedRuns as compared, captured as exchange, type Setting, shown } from '../../../test/support/compared.ts'

/** What differs, as `path: A | B`. */
const differing = async (a: Setting, b: Setting): Promise<readonly string[]> => {
  const { comparison } = await compared(await exchange(a), await exchange(b))
  return shown(comparison)
}

test('the same run twice, and the same exchange with other randoms, differ in nothing', async () => {
  const one = await exchange({})
  const twice = await compared(one, one)
  expect([shown(twice.comparison), twice.comparison.parting, twice.likely]).toEqual([[], undefined, undefined])
  const { comparison } = await compared(one, await exchange({ seed: 2 }))
  expect([shown(comparison), comparison.parting, comparison.reordered]).toEqual([[], undefined, []])
  expect(comparison.parts.map(({ name, differs }) => `${name} ${differs}`)).toEqual([
    'DNS 0',
    'TCP 0',
    'ClientHello 0',
    'ServerHello 0',
    'EncryptedExtensions 0',
    'Certificate 0',
    'request 0',
    'answer 0',
  ])
})

test('a client that names no server is refused, and that is told as the cause', async () => {
  const { comparison, likely } = await compared(await exchange({}), await exchange({ url: 'https://10.0.0.3/' }))
  expect(shown(comparison)).toEqual(['ClientHello.server_name: shop.test | (absent)'])
  expect(comparison.parting?.first).toMatchObject({
    A: { from: 'server', key: 'ServerHello', text: 'ServerHello  TLS 1.3' },
    B: { from: 'server', key: 'Alert 112', text: 'alert 112 unrecognized_name' },
  })
  expect(likely).toMatchObject({
    failed: 'B',
    both: false,
    diagnosis: { code: 'tls/name-unknown', side: 'client' },
    because: [{ part: 'ClientHello', field: 'server_name' }],
  })
})

test('turned round, the first is the one that failed', async () => {
  const { likely } = await compared(await exchange({ url: 'https://10.0.0.3/' }), await exchange({}))
  expect(likely).toMatchObject({ failed: 'A', because: [{ field: 'server_name' }] })
})

test('versions, suites and groups of which the server knows none', async () => {
  const old = await compared(
    await exchange({ server: { versions: ['TLS 1.3'] } }),
    await exchange({ server: { versions: ['TLS 1.3'] }, client: { versions: ['TLS 1.2'] } }),
  )
  expect(shown(old.comparison)).toContain('ClientHello.supported_versions: TLS 1.3, TLS 1.2 | (absent)')
  expect(old.likely).toMatchObject({ failed: 'B', diagnosis: { code: 'tls/no-common-version' } })
  expect(old.likely?.because.map(({ field }) => field)).toContain('supported_versions')
  const group = await compared(
    await exchange({ server: { groups: ['x25519'] } }),
    await exchange({ server: { groups: ['x25519'] }, client: { groups: ['secp384r1'] } }),
  )
  expect(shown(group.comparison)[0]).toBe(
    'ClientHello.supported_groups: x25519, secp256r1, secp384r1, secp521r1 | secp384r1',
  )
  expect(group.likely?.because.map(({ field }) => field)).toEqual(['supported_groups', 'key_share'])
})

test('of long lists only what one side alone has', async () => {
  const [first] = await differing({}, { client: { suites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'] } })
  expect(first).toMatch(/^ClientHello\.cipherSuites: TLS_CHACHA20_POLY1305_SHA256, TLS_ECDHE_.* \+2 \| \+2$/)
})

test('protocols of which none is the server’s', async () => {
  const { comparison, likely } = await compared(
    await exchange({ alpn: ['http/1.1'] }),
    await exchange({ alpn: ['h3'] }),
  )
  expect(shown(comparison)).toEqual(['ClientHello.application_layer_protocol_negotiation: http/1.1 | h3'])
  expect(likely).toMatchObject({ diagnosis: { code: 'tls/alpn-none' }, because: [{ part: 'ClientHello' }] })
})

test('a certificate whose time is over', async () => {
  const day = 86_400_000
  const { comparison, likely } = await compared(await exchange({}), await exchange({ leaf: { notAfter: -day } }))
  expect(shown(comparison).map(text => text.split(':')[0])).toContain('Certificate.notAfter')
  expect(likely).toMatchObject({ diagnosis: { code: 'tls/certificate-expired' } })
  expect(likely?.because.map(({ field }) => field)).toEqual(['notAfter'])
})

test('the same certificate, which one client believes and the other does not', async () => {
  const { comparison, likely } = await compared(await exchange({}), await exchange({ believes: 'nobody' }))
  expect(shown(comparison)).toEqual([])
  expect(comparison.parting?.first).toMatchObject({ A: { key: 'Finished' }, B: { key: 'Alert 48' } })
  expect(likely).toMatchObject({ failed: 'B', because: [], sameCertificate: true })
})

test('a field that a request lacks; credentials are starred, and shown to who asks for it', async () => {
  const good = await exchange({ headers: { authorization: 'Bearer abc', cookie: 'sid=1; theme=dark' } })
  const bad = await exchange({ headers: { cookie: 'theme=light' } })
  const starred = await compared(good, bad)
  expect(shown(starred.comparison)).toEqual([
    'request.authorization: ********** | (absent)',
    'request.cookie: sid, theme | theme',
    'answer.status: 200 | 401',
  ])
  expect(starred.likely).toMatchObject({
    diagnosis: { code: 'http/unauthorized' },
    because: [{ field: 'authorization' }, { field: 'cookie' }],
  })
  const { comparison } = await compared(good, bad, 'shown')
  expect(shown(comparison)[0]).toBe('request.authorization: Bearer abc | (absent)')
})

test('the same lists in another order are told and not counted', async () => {
  const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'] as const
  const { comparison } = await compared(
    await exchange({ client: { suites: [...suites] } }),
    await exchange({ client: { suites: [...suites].reverse() } }),
  )
  expect(shown(comparison).filter(text => text.startsWith('ClientHello'))).toEqual([])
  expect(comparison.reordered).toEqual(['ClientHello.cipherSuites'])
})

test('without keys what is encrypted is one step, and nothing in it is called absent', async () => {
  const open = await exchange({})
  const closed = await exchange({ keys: 'none' })
  const { comparison } = await compared(open, closed)
  expect([shown(comparison), comparison.parting]).toEqual([[], undefined])
  expect(comparison.parts.map(({ name }) => name)).toEqual(['DNS', 'TCP', 'ClientHello', 'ServerHello'])
  const refused = await exchange({ url: 'https://10.0.0.3/', keys: 'none' })
  const neither = await compared(closed, refused)
  expect(neither.comparison.parting?.first).toMatchObject({ A: { key: 'ServerHello' }, B: { key: 'Alert 112' } })
})
