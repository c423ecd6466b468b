import { expect, test } from 'vitest'
import { ask, at, authority, below, crypto, DAY, failure, leaf, middle, root } from '../../../test/support/chains.ts'
import { at1, chain, crls, ocsp, points, shop, signsLists, state, uri } from '../../../test/support/evidence.ts'
import { crlBy, ocspBy, revoking } from '../../../test/support/revocation.ts'
import { OID } from '../../asn1/oids.table.ts'
import { integer, oid, sequence } from '../../asn1/write.ts'
import { loadAuthority } from '../../ca/authority.ts'
import type { Bytes } from '../../engine.ts'
import { basicConstraints, type ExtensionToWrite } from '../issue.ts'
import { judgeChain } from '../path/judge-chain.ts'
import { ChainTrusted, isTrusted, trustWithoutChecking } from '../path/trusted.ts'
import { verifyChain } from '../path/verify.ts'
import type { Evidence } from './evidence.ts'

const goodOfMiddle = crlBy(root)

test('a filter has the word about what it covers', () => {
  const filter = (covers: boolean, isRevoked: boolean): Evidence => ({
    filters: [{ name: 'test', covers: () => covers, isRevoked: () => isRevoked }],
  })
  expect(state(filter(true, false))).toBe('good by filter')
  expect(state(filter(true, true))).toBe('revoked')
  expect(state(filter(false, true))).toBe('none')
})

const stapling = (text: string): ExtensionToWrite => ({
  oid: OID.tlsFeature,
  critical: false,
  value: sequence(integer(Number(text))),
})

test('a certificate that promises an answer with it is refused without (RFC 7633)', () => {
  const promising = leaf({ extensions: [stapling('5')] })
  const own = promising[0]!
  const code = (of: readonly Bytes[], stapled: Evidence['stapled']) => {
    const result = verifyChain(ask(of, { evidence: { stapled } }))
    return isTrusted(result) ? 'trusted' : `${result.code}: ${result.got}`
  }
  expect(code(promising, ocspBy(middle, own))).toBe('trusted')
  expect(code(promising, 'none')).toBe('tls/staple-missing: none')
  expect(code(promising, Uint8Array.of(1))).toBe('tls/staple-missing: malformed')
  expect(code(promising, ocspBy(middle, shop))).toBe('tls/staple-missing: of-another')
  expect(code(promising, ocspBy(middle, own, { nextUpdate: at }))).toBe('tls/staple-missing: out-of-date')
  const about = { status: 'revoked', date: at, reason: undefined } as const
  expect(code(promising, ocspBy(middle, own, { about }))).toBe('tls/certificate-revoked: unspecified')
  // Nobody could have brought one; it promises something else; it promises nothing.
  expect(code(promising, undefined)).toBe('trusted')
  expect(code(leaf({ extensions: [stapling('17')] }), 'none')).toBe('trusted')
  expect(code(chain, 'none')).toBe('trusted')
  expect(code(chain, Uint8Array.of(1))).toBe('trusted')
})

test('the answer that came along counts in every mode', () => {
  expect(state({ stapled: ocspBy(middle, shop) })).toBe('good by ocsp')
  const revoked = ocspBy(middle, shop, { about: { status: 'revoked', date: at, reason: undefined } })
  expect(failure(ask(chain, { evidence: { stapled: revoked } })).code).toBe('tls/certificate-revoked')
})

test('that nothing was checked is said by the proof', () => {
  const silent = verifyChain(ask(chain))
  expect(isTrusted(silent) && silent.revocation).toEqual([
    { status: 'not-checked', faults: [] },
    { status: 'not-checked', faults: [] },
  ])
  const known = verifyChain(ask(chain, { evidence: crls(crlBy(middle)) }))
  expect(isTrusted(known) && known.revocation).toEqual([
    { status: 'good', by: 'crl', until: at + DAY },
    { status: 'not-checked', faults: ['of-another'] },
  ])
  const question = { chain, name: undefined, purpose: 'server', keyUsage: undefined } as const
  expect(trustWithoutChecking(question, shop, 'a test').revocation).toEqual([{ status: 'not-checked', faults: [] }])
})

test('whoever accepts a revoked certificate by name has it in the proof', () => {
  const result = verifyChain(
    ask(chain, { evidence: crls(revoking(middle, shop)), accept: ['tls/certificate-revoked'] }),
  )
  expect(result).toBeInstanceOf(ChainTrusted)
  expect(isTrusted(result) && result.accepted.map(({ code }) => code)).toEqual(['tls/certificate-revoked'])
  expect(isTrusted(result) && result.revocation[0]).toMatchObject({ status: 'revoked', by: 'crl', date: at - DAY })
})

const access = (...urls: readonly string[]): ExtensionToWrite => ({
  oid: OID.authorityInfoAccess,
  critical: false,
  value: sequence(...urls.map(url => sequence(oid(OID.ocsp), uri(url)))),
})

test('what is missing is told: where to fetch it, of which certificate', () => {
  const of = leaf({
    extensions: [
      access('http://a.test/ocsp', 'https://a.test/ocsp', 'ldap://a.test'),
      points([at1('http://a.test/crl')]),
    ],
  })
  const needs = (mode: 'off' | 'soft' | 'hard', evidence: Evidence = {}) =>
    judgeChain(ask(of, { evidence, revocation: { mode, scope: 'leaf' } }))
  const both = [
    { kind: 'ocsp', url: 'http://a.test/ocsp', issuer: middle.certificate, certificate: of[0] },
    { kind: 'crl', url: 'http://a.test/crl', issuer: middle.certificate, certificate: of[0] },
  ]
  expect(needs('off').needs).toEqual([])
  expect(needs('soft').needs).toEqual(both)
  expect(isTrusted(needs('soft').result)).toBe(true)
  expect(needs('hard').needs).toEqual(both)
  expect(needs('hard').result).toMatchObject({ code: 'tls/revocation-unknown', got: 'none' })
  expect(needs('hard', ocsp(ocspBy(middle, of[0]!))).needs).toEqual([])
  const again = needs('hard').again(ocsp(ocspBy(middle, of[0]!)))
  expect(isTrusted(again.result) && again.result.revocation[0]?.status).toBe('good')
  expect(again.needs).toEqual([])
  expect(needs('soft').again(crls(revoking(middle, of[0]!))).result).toMatchObject({ code: 'tls/certificate-revoked' })
})

test('a certificate that names a hundred places has eight of them asked', () => {
  const of = leaf({ extensions: [access(...Array.from({ length: 100 }, (_, i) => `http://a.test/${i}`))] })
  expect(judgeChain(ask(of, { revocation: { mode: 'soft', scope: 'leaf' } })).needs).toHaveLength(8)
})

test('a chain that is refused for something else needs nothing', () => {
  expect(judgeChain(ask(chain, { name: 'other.test', revocation: { mode: 'hard' } }))).toMatchObject({
    result: { code: 'tls/certificate-name' },
    needs: [],
  })
})

test('the whole chain is asked about where nothing else is said', () => {
  const result = (...lists: readonly Bytes[]) =>
    verifyChain(ask(chain, { evidence: crls(...lists), revocation: { mode: 'hard' } }))
  expect(isTrusted(result(crlBy(middle), goodOfMiddle))).toBe(true)
  expect(result(crlBy(middle))).toMatchObject({ code: 'tls/revocation-unknown', where: '“Test Intermediate”' })
  expect(result(goodOfMiddle)).toMatchObject({ code: 'tls/revocation-unknown', where: '“shop.test”' })
})

test('critical distribution points are understood where lists count', () => {
  const of = leaf({ extensions: [{ ...points([at1('http://a.test/1')]), critical: true }] })
  expect(failure(ask(of)).code).toBe('tls/certificate-critical')
  expect(state(crls(crlBy(middle)), of)).toBe('good by crl')
})

test('evidence without end, all signed by nobody, costs a bounded number of checks', () => {
  let checks = 0
  const counting = {
    ...crypto,
    verify: (...args: Parameters<typeof crypto.verify>) => {
      checks++
      return crypto.verify(...args)
    },
  }
  const forged = { certificate: middle.certificate, keyPair: root.keyPair }
  const clerks = Array.from(
    { length: 20 },
    () => below('Test Intermediate', signsLists, authority('Test Root')).certificate,
  )
  const lists = Array.from({ length: 100 }, (_, i) => crlBy(forged, { number: i }))
  const evidence = {
    crls: lists,
    ocsp: [ocspBy(middle, shop, { signer: forged, certificates: clerks.slice(0, 8) })],
    certificates: clerks,
  }
  verifyChain(ask(chain, { crypto: counting, evidence, revocation: { mode: 'hard' } }))
  expect(checks).toBeLessThanOrEqual(100)
})

const never: ExtensionToWrite = { oid: OID.noRevAvail, critical: false, value: Uint8Array.of(5, 0) }

test('a certificate whose authority never tells is asked nothing about, and good enough for hard checks (RFC 9608)', () => {
  const of = (...extensions: readonly ExtensionToWrite[]) => leaf({ extensions: [never, ...extensions] })
  expect(state({}, of())).toBe('not-published')
  expect(judgeChain(ask(of(), { revocation: { mode: 'hard', scope: 'leaf' } })).needs).toEqual([])
  // What is known all the same counts.
  const own = of()
  expect(state(crls(crlBy(middle)), own)).toBe('good by crl')
  expect(state(crls(revoking(middle, own[0]!)), own)).toBe('revoked')
  expect(state({}, leaf({ extensions: [{ ...never, critical: true }] }))).toBe('not-published')
  expect(failure(ask(leaf({ extensions: [{ ...never, value: Uint8Array.of(5) }] }))).code).toBe(
    'tls/certificate-malformed',
  )
})

test('one that says so and names a place all the same, or is an authority, is held to the place', () => {
  const of = (...extensions: readonly ExtensionToWrite[]) => leaf({ extensions: [never, ...extensions] })
  expect(state({}, of(points([at1('http://a.test/crl')])))).toBe('none')
  expect(state({}, of({ ...points([at1('http://a.test/crl')]), oid: OID.freshestCRL }))).toBe('none')
  expect(state({}, of(access('http://a.test/ocsp')))).toBe('none')
  const issuers = { oid: OID.caIssuers, url: 'http://a.test/ca' }
  const elsewhere = sequence(sequence(oid(issuers.oid), uri(issuers.url)))
  expect(state({}, of({ oid: OID.authorityInfoAccess, critical: false, value: elsewhere }))).toBe('not-published')
  const above = below('Never told', [basicConstraints({ ca: true, pathLength: 0 }), never])
  const own = loadAuthority(crypto, () => at, above.certificate, above.keyPair.pkcs8).issue({
    names: ['shop.test'],
    days: 0.5,
    extensions: [never],
  })
  const refused = failure(ask([own.certificate, above.certificate], { revocation: { mode: 'hard' } }))
  expect(refused).toMatchObject({ code: 'tls/revocation-unknown', where: '“Never told”' })
})
