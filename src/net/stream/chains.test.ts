import { expect, test } from 'vitest'
import { at, authority, leaf, root } from '../../../test/support/chains.ts'
import { nodeWorld } from '../../node/world.ts'
import { trustStore } from '../../x509/path/store.ts'
import { isTrusted } from '../../x509/path/trusted.ts'
import { explainCertificates, verifyCertificates } from './chains.ts'

const trust = trustStore([root.certificate])
const world = { ...nodeWorld(), clock: { ...nodeWorld().clock, date: () => at }, trust: () => trust }

test('what a question leaves out comes from the world: roots, date, primitives', async () => {
  expect(isTrusted(await verifyCertificates(leaf(), { world, name: 'shop.test' }))).toBe(true)
  const late = { ...world, clock: { ...world.clock, date: () => at + 1e12 } }
  expect(await verifyCertificates(leaf(), { world: late })).toMatchObject({ code: 'tls/certificate-expired' })
  expect(isTrusted(await verifyCertificates(leaf(), { world: late, at }))).toBe(true)
  const other = trustStore([authority('Other').certificate])
  expect(await verifyCertificates(leaf(), { world, trust: other })).toMatchObject({ code: 'tls/certificate-untrusted' })
})

test('a wildcard right below a registry is for nobody, without a list from the caller', async () => {
  const chain = root.issue({ names: ['*.co.uk'] }).chain
  const { result, paths } = await explainCertificates(chain, { world, name: 'shop.co.uk' })
  expect(result).toMatchObject({ code: 'tls/certificate-name' })
  expect(paths).toHaveLength(1)
  const own = { world, name: 'shop.co.uk', isRegistrySuffix: () => false }
  expect(isTrusted(await verifyCertificates(chain, own))).toBe(true)
})
