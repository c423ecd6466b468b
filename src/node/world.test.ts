import { once } from 'node:events'
import { expect, test } from 'vitest'
import { certificateAuthority } from '../ca/authority.ts'
import { listen } from '../index.ts'
import { nodeCrypto } from './crypto.ts'

test('a warning that nobody asked for is a warning of the process, with the code of the failure', async () => {
  const authority = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'test root' })
  const { chain, privateKey } = authority.issue({ names: ['shop.test'], notAfter: Date.now() - 1000 })
  const warned = once(process, 'warning') as Promise<[Error & { code?: string }]>
  const listener = await listen({ tls: { cert: chain, key: privateKey } }, () => {})
  const [warning] = await warned
  expect([warning.name, warning.code]).toEqual(['BarewireWarning', 'net/certificate-dates'])
  expect(warning.message).toMatch(/^Your own certificate is out of date/)
  await listener.close()
})
