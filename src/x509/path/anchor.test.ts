/** Anchors with limits of their own (RFC 5937): purposes, names, lengths, policies, and a date after which they no longer count. */
import { describe, expect, test } from 'vitest'
import { ask, at, below, crypto, DAY, failure, leaf, middle, root } from '../../../test/support/chains.ts'
import { OID } from '../../asn1/oids.table.ts'
import { oid, sequence } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { english } from '../../explain/en/index.ts'
import { chinese } from '../../explain/zh/index.ts'
import { broken } from '../../lab/broken.ts'
import type { GeneralName } from '../certificate/general-name.ts'
import type { Anchor } from './anchor.ts'
import { explainChain } from './explain.ts'
import { deployed, rfc5280 } from './profile.ts'
import { joinStores, trustStore } from './store.ts'
import { isTrusted } from './trusted.ts'
import { verifyChain } from './verify.ts'

const limited = (limits: Partial<Omit<Anchor, 'certificate'>>) => ({
  trust: trustStore([{ certificate: root.certificate, ...limits }]),
})
const dns = (text: string): GeneralName => ({ type: 'dns', text, from: 0, to: 0 })

test('an authority that is trusted itself does not count among those below it', () => {
  const profile = { ...deployed, maxIntermediates: 0 }
  expect(isTrusted(verifyChain(ask(leaf(), { profile, roots: [middle.certificate] })))).toBe(true)
  expect(failure(ask(leaf(), { profile }))).toMatchObject({
    code: 'tls/certificate-path-length',
    where: 'This profile',
  })
})

describe('tls/certificate-distrusted', () => {
  test('of a root that is trusted for clients a server is not believed, and the other way round', () => {
    const found = failure(ask(leaf(), limited({ purposes: ['client'] })))
    expect(found).toMatchObject({ code: 'tls/certificate-distrusted', got: 'only for clients', expected: 'servers' })
    expect(found.at).toMatchObject({ certificate: 'anchor' })
    expect(isTrusted(verifyChain(ask(leaf(), limited({ purposes: ['server'] }))))).toBe(true)
    expect(failure(ask(leaf(), { ...limited({ purposes: ['server'] }), purpose: 'client' }))).toMatchObject({
      code: 'tls/certificate-distrusted',
    })
    expect(failure(ask(leaf(), limited({ purposes: [] })))).toMatchObject({ got: 'only for nothing' })
    expect(isTrusted(verifyChain(ask(leaf(), { ...limited({ purposes: ['client'] }), purpose: 'any' })))).toBe(true)
  })

  test('a leaf that begins after the date is refused, one that begins at it is not', () => {
    const chain = leaf({ notBefore: at - DAY })
    expect(isTrusted(verifyChain(ask(chain, limited({ distrustAfter: at - DAY }))))).toBe(true)
    const found = failure(ask(chain, limited({ distrustAfter: at - DAY - 1000 })))
    expect(found).toMatchObject({
      code: 'tls/certificate-distrusted',
      where: '“Test Root”',
      got: 'only for certificates issued until 2026-11-19T11:59:59Z',
      expected: '2026-11-19T12:00:00Z',
    })
    expect(found.at).toMatchObject({ certificate: 0 })
    expect(english.sentence(found)).toContain('“Test Root” is trusted only for certificates issued until 2026-11-19')
    expect(chinese.sentence(found)).toMatch(/信任范围：仅限/)
  })

  test('a date that is none is the caller’s mistake', () => {
    for (const distrustAfter of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => limited({ distrustAfter })).toThrow(RangeError)
    expect(limited({ distrustAfter: undefined }).trust.size).toBe(1)
  })

  test('a leaf that is itself an anchor has the same limits', () => {
    const [own] = leaf()
    const trust = trustStore([{ certificate: own!, purposes: ['client'] }])
    expect(failure(ask([own!], { trust }))).toMatchObject({ code: 'tls/certificate-distrusted' })
  })
})

test('names outside those that the store permits below a root are refused, and where they stand is told', () => {
  const names = (permitted: readonly GeneralName[], excluded: readonly GeneralName[] = []) =>
    limited({ constraints: { names: { permitted, excluded } } })
  expect(isTrusted(verifyChain(ask(leaf(), names([dns('shop.test')]))))).toBe(true)
  const found = failure(ask(leaf(), names([dns('other.test')])))
  expect(found).toMatchObject({ code: 'tls/certificate-constraint', where: '“Test Root”', at: { certificate: 0 } })
  expect(failure(ask(leaf(), names([], [dns('shop.test')])))).toMatchObject({ expected: 'excluded' })
  const both = (name: string) => ask(leaf({ names: [name] }), { ...names([dns('test')], [dns('bad.test')]), name })
  expect(isTrusted(verifyChain(both('shop.test')))).toBe(true)
  expect(failure(both('bad.test'))).toMatchObject({ expected: 'excluded' })
  expect(failure(both('shop.example'))).toMatchObject({ code: 'tls/certificate-constraint' })
  // Also where nothing of the root's certificate counts.
  const profile = { ...rfc5280, lints: new Set([]), anchor: { dates: false, limits: false, saysAuthority: false } }
  expect(failure(ask(leaf(), { ...names([dns('other.test')]), profile: profile as typeof rfc5280 }))).toMatchObject({
    code: 'tls/certificate-constraint',
  })
})

test('a weak key of a root counts where the root’s own limits do, and one of an issuer always', () => {
  const weakRoot = broken(certificateAuthority({ crypto, now: () => at, name: 'Weak Root', key: 'rsa-2048' }))
  const weakIssuer = root.intermediate({ name: 'Weak Issuer', key: 'rsa-2048' })
  const judged = (limits: boolean, from: typeof root) =>
    ask(leaf({}, from), {
      roots: [root.certificate, weakRoot.certificate],
      profile: { ...deployed, minimumRsaBits: 4096, anchor: { ...deployed.anchor, limits } },
    })
  expect(isTrusted(verifyChain(judged(false, weakRoot)))).toBe(true)
  expect(failure(judged(true, weakRoot))).toMatchObject({ code: 'tls/certificate-algorithm', where: '“Weak Root”' })
  expect(failure(judged(false, weakIssuer))).toMatchObject({
    code: 'tls/certificate-algorithm',
    where: '“Weak Issuer”',
  })
})

test('no more authorities may stand below a root than the store allows', () => {
  const most = (pathLength: number) => limited({ constraints: { pathLength } })
  expect(isTrusted(verifyChain(ask(leaf(), most(1))))).toBe(true)
  expect(failure(ask(leaf(), most(0)))).toMatchObject({
    code: 'tls/certificate-path-length',
    where: '“Test Root”',
    expected: '0 further authorities',
    got: '1',
  })
  expect(isTrusted(verifyChain(ask(leaf({}, root), most(0))))).toBe(true)
})

test('policies of the store and of the caller are both demanded', () => {
  const [one, two] = ['1.2.3.1', '1.2.3.2'] as const
  const policy = (id: string) => sequence(sequence(oid(id)))
  const end = below('end', [{ oid: OID.certificatePolicies, critical: false, value: policy(one) }])
  const judged = (stored: readonly string[] | undefined, asked: readonly string[] | undefined) =>
    verifyChain(
      ask([end.certificate], {
        name: undefined,
        ...limited({ constraints: { policies: { acceptable: stored, required: true } } }),
        policies: { acceptable: asked },
      }),
    )
  expect(judged([one], undefined)).toMatchObject({ policies: [one] })
  expect(judged(undefined, [one])).toMatchObject({ policies: [one] })
  expect(judged(['2.5.29.32.0'], [one])).toMatchObject({ policies: [one] })
  expect(judged([one], ['2.5.29.32.0'])).toMatchObject({ policies: [one] })
  expect(judged([one, two], [two, one])).toMatchObject({ policies: [one] })
  for (const refused of [judged([two], undefined), judged(undefined, [two]), judged([one], [two])])
    expect(refused).toMatchObject({ code: 'tls/certificate-policy' })
  expect(isTrusted(verifyChain(ask([end.certificate], { name: undefined, ...limited({}) })))).toBe(true)
})

test('who is trusted twice is trusted as far as either store says', () => {
  const clients = { certificate: root.certificate, purposes: ['client'] as const, source: 'one' }
  const all = { certificate: root.certificate, source: 'two' }
  for (const given of [
    [clients, all],
    [all, clients],
  ])
    for (const trust of [trustStore(given), joinStores(...given.map(each => trustStore([each])))]) {
      expect(isTrusted(verifyChain(ask(leaf(), { trust })))).toBe(true)
      const { paths } = explainChain(ask(leaf(), { trust }))
      expect(paths.find(path => path.failure === undefined)?.source).toBe('two')
    }
  expect(trustStore([all, all.certificate]).find(root.certificate)).toMatchObject({ source: 'two' })
  expect(
    trustStore([all, clients]).bySubject(trustStore([all]).find(root.certificate)!.certificate.subject.key),
  ).toHaveLength(1)
})

test('a store says where its anchors came from, unless they say it themselves', () => {
  const store = trustStore([root.certificate, { certificate: middle.certificate, source: 'mine' }], 'bundle.pem')
  expect(store.find(root.certificate)?.source).toBe('bundle.pem')
  expect(store.find(middle.certificate)?.source).toBe('mine')
  expect(explainChain(ask(leaf(), { trust: store })).paths.map(({ source }) => source)).toEqual(
    expect.arrayContaining(['mine', 'bundle.pem']),
  )
})
