import { expect, test } from 'vitest'
import { ask, at, authority, below, DAY, failure, leaf, middle, root } from '../../../test/support/chains.ts'
import {
  at1,
  chain,
  crls,
  directory,
  entry,
  points,
  reasons,
  shop,
  signsLists,
  state,
  withPoints,
} from '../../../test/support/evidence.ts'
import { crlBy, type Issuer, revoking, serialOf, signedBy, subjectOf } from '../../../test/support/revocation.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, explicit, integer, octetString, oid, sequence, time, truth } from '../../asn1/write.ts'
import type { Bytes } from '../../engine.ts'
import { KEY_USAGE } from '../certificate/extensions.ts'
import { basicConstraints, keyUsage } from '../issue.ts'
import { deployed } from '../path/profile.ts'
import { isTrusted } from '../path/trusted.ts'
import { verifyChain } from '../path/verify.ts'

test('a list of the issuer says that a certificate is good, or that it is revoked (RFC 5280 6.3.3)', () => {
  expect(state(crls(crlBy(middle)))).toBe('good by crl')
  expect(state(crls(revoking(middle, shop)))).toBe('revoked')
  expect(state(crls(revoking(middle, leaf()[0]!)))).toBe('good by crl')
  const told = failure(
    ask(chain, { evidence: crls(crlBy(middle, { entries: [entry(shop, { reason: 'keyCompromise' })] })) }),
  )
  expect(told).toMatchObject({
    code: 'tls/certificate-revoked',
    where: '“shop.test”',
    got: 'keyCompromise',
    expected: '2026-11-19T12:00:00Z',
    at: { certificate: 0 },
  })
})

test('where a critical extension says where lists are, one at hand is enough to know what it says (RFC 5280 4.2)', () => {
  const critical = leaf({ extensions: [{ ...points([at1('http://ca.test/list')]), critical: true }] })
  expect(failure(ask(critical))).toMatchObject({ code: 'tls/certificate-critical', got: 'cRLDistributionPoints' })
  const list = crlBy(middle, { point: { urls: ['http://ca.test/list'] } })
  expect(isTrusted(verifyChain(ask(critical, { evidence: crls(list) })))).toBe(true)
})

test('a revoked intermediate is refused as well', () => {
  const result = failure(ask(chain, { evidence: crls(crlBy(middle), revoking(root, chain[1]!)) }))
  expect(result).toMatchObject({ code: 'tls/certificate-revoked', where: '“Test Intermediate”' })
})

test('where issuers are held to their duties, a list without a number says who is revoked, and not who is good', () => {
  const unnumbered = (more: readonly Uint8Array[], ...extensions: readonly Uint8Array[]): Bytes =>
    signedBy(middle.keyPair, algorithm => {
      const dates = [time(at - DAY), time(at + DAY)]
      const last = extensions.length === 0 ? [] : [explicit(0, sequence(...extensions))]
      return sequence(integer(1), algorithm, subjectOf(middle.certificate), ...dates, ...more, ...last)
    })
  const said = (list: Bytes, unnumberedLists: 'accepted' | 'refused'): string => {
    const profile = { ...deployed, unnumberedLists }
    const result = verifyChain(
      ask(chain, { profile, evidence: crls(list), revocation: { mode: 'hard', scope: 'leaf' } }),
    )
    return isTrusted(result) ? 'good' : `${result.code} ${result.got}`
  }
  const critical = sequence(oid(OID.cRLNumber), truth, octetString(integer(1)))
  for (const list of [unnumbered([]), unnumbered([], critical)]) {
    expect(said(list, 'accepted')).toBe('good')
    expect(said(list, 'refused')).toBe('tls/revocation-unknown unnumbered')
  }
  expect(said(unnumbered([], sequence(oid(OID.cRLNumber), octetString(integer(1)))), 'refused')).toBe('good')
  const revoked = sequence(sequence(integer(serialOf(shop)), time(at - DAY)))
  expect(said(unnumbered([revoked]), 'refused')).toBe('tls/certificate-revoked unspecified')
})

test('a list of somebody else says nothing, nor does one out of its time', () => {
  expect(state(crls(crlBy(root)))).toBe('of-another')
  expect(state(crls(revoking(root, shop)))).toBe('of-another')
  expect(state(crls(crlBy(middle, { thisUpdate: at + 1000, nextUpdate: at + DAY })))).toBe('not-yet')
  expect(state(crls(crlBy(middle, { thisUpdate: at })))).toBe('good by crl')
  expect(state(crls(crlBy(middle, { nextUpdate: at })))).toBe('out-of-date')
  expect(state(crls(crlBy(middle, { nextUpdate: at + 1000 })))).toBe('good by crl')
  expect(state(crls(crlBy(middle)), chain, { maxAge: DAY })).toBe('good by crl')
  expect(state(crls(crlBy(middle)), chain, { maxAge: DAY - 1 })).toBe('out-of-date')
})

test('a list that is broken, has what nobody knows, or is signed by another key says nothing', () => {
  expect(state(crls(Uint8Array.of(0x30, 0)))).toBe('malformed')
  const other = authority('Test Intermediate')
  expect(state(crls(crlBy({ certificate: middle.certificate, keyPair: other.keyPair })))).toBe('signature')
  expect(state(crls(crlBy(middle, { entries: [entry(shop, { issuer: subjectOf(root.certificate) })] })))).toBe(
    'strange',
  )
  // One that counts is enough.
  expect(state(crls(Uint8Array.of(0x30, 0), crlBy(root), crlBy(middle)))).toBe('good by crl')
})

test('whoever may not sign lists signs none', () => {
  const mute = below('Mute', [basicConstraints({ ca: true, pathLength: undefined }), keyUsage(KEY_USAGE.keyCertSign)])
  const end = below('shop.test', [], { ...root, name: 'Mute', keyPair: mute.keyPair })
  const of = [end.certificate, mute.certificate]
  expect(
    verifyChain(ask(of, { name: undefined, evidence: crls(crlBy(mute)), revocation: { mode: 'hard', scope: 'leaf' } })),
  ).toMatchObject({
    code: 'tls/revocation-unknown',
    got: 'signature',
  })
})

test('a delta changes the full list before it, and takes holds back (RFC 5280 5.2.4)', () => {
  const full = crlBy(middle, { number: 5 })
  const held = crlBy(middle, { number: 5, entries: [entry(shop, { reason: 'certificateHold' })] })
  const delta = (parts: object) => crlBy(middle, { number: 7, base: 5, thisUpdate: at - 1000, ...parts })
  const revokes = { entries: [entry(shop)] }
  expect(state(crls(full, delta(revokes)))).toBe('revoked')
  expect(state(crls(delta(revokes), full))).toBe('revoked')
  expect(state(crls(held))).toBe('revoked')
  expect(state(crls(held, delta({ entries: [entry(shop, { reason: 'removeFromCRL' })] })))).toBe('good by crl')
  expect(state(crls(full, delta({})))).toBe('good by crl')
  // Alone it is about nothing; nor is one that begins later, ends before, is too old, or is of another scope.
  expect(state(crls(delta(revokes)))).toBe('none')
  expect(state(crls(full, delta({ ...revokes, base: 6 })))).toBe('good by crl')
  expect(state(crls(full, delta({ ...revokes, base: 4 })))).toBe('revoked')
  expect(state(crls(full, delta({ ...revokes, number: 4, base: 3 })))).toBe('good by crl')
  expect(state(crls(full, delta({ ...revokes, nextUpdate: at - 500 })))).toBe('good by crl')
  expect(state(crls(full, delta({ ...revokes, point: { only: 'users' } })))).toBe('good by crl')
  // Numbers are compared as numbers.
  expect(state(crls(crlBy(middle, { number: 255 }), delta({ ...revokes, base: 200, number: 256 })))).toBe('revoked')
  expect(state(crls(crlBy(middle, { number: 256 }), delta({ ...revokes, base: 255, number: 255 })))).toBe('good by crl')
  // Of two the newer one has the word.
  const newer = delta({ number: 8, thisUpdate: at - 10, entries: [entry(shop, { reason: 'removeFromCRL' })] })
  expect(state(crls(full, delta(revokes), newer))).toBe('good by crl')
})

test('a list in pieces is about the certificates that name the piece (RFC 5280 5.2.5)', () => {
  const of = withPoints([at1('http://a.test/1')])
  const shard = (url: string, ...more: readonly Bytes[]) =>
    crls(crlBy(middle, { point: { urls: [url] }, entries: more.map(der => entry(der)) }))
  expect(state(shard('http://a.test/1'), of)).toBe('good by crl')
  expect(state(shard('http://a.test/1', of[0]!), of)).toBe('revoked')
  expect(state(shard('http://a.test/2'), of)).toBe('out-of-scope')
  expect(state(shard('http://a.test/1'), chain)).toBe('out-of-scope')
  // A list without the extension is about all.
  expect(state(crls(crlBy(middle)), of)).toBe('good by crl')
})

test('a list may be about users, authorities or attributes alone', () => {
  const only = (kind: 'users' | 'authorities' | 'attributes') => crls(crlBy(middle, { point: { only: kind } }))
  expect(state(only('users'))).toBe('good by crl')
  expect(state(only('authorities'))).toBe('out-of-scope')
  expect(state(only('attributes'))).toBe('out-of-scope')
  const whole = (kind: 'users' | 'authorities') =>
    verifyChain(
      ask(chain, {
        evidence: crls(crlBy(middle), crlBy(root, { point: { only: kind } })),
        revocation: { mode: 'hard' },
      }),
    )
  expect(isTrusted(whole('authorities'))).toBe(true)
  expect(whole('users')).toMatchObject({ code: 'tls/revocation-unknown', where: '“Test Intermediate”' })
})

test('lists for some reasons are good together when they have all of them', () => {
  const some = (set: number, more: object = {}) => crlBy(middle, { point: { reasons: set }, ...more })
  expect(state(crls(some(0x06)))).toBe('reasons')
  expect(state(crls(some(0x06), some(0x1f8)))).toBe('good by crl')
  expect(state(crls(some(0x06), some(0xf8)))).toBe('reasons')
  expect(state(crls(some(0x06, { entries: [entry(shop)] })))).toBe('revoked')
  // The certificate says for which reasons it is found where.
  const of = withPoints([at1('http://a.test/1'), reasons(0x06)], [at1('http://a.test/2'), reasons(0x1f8)])
  const named = (url: string) => crlBy(middle, { point: { urls: [url] } })
  expect(state(crls(named('http://a.test/1')), of)).toBe('reasons')
  expect(state(crls(named('http://a.test/1'), named('http://a.test/2')), of)).toBe('good by crl')
})

test('an indirect list is signed by whom the certificate names, who leads to the same root', () => {
  const clerk = below('Clerk', signsLists)
  const name = subjectOf(clerk.certificate)
  const of = withPoints([at1('http://a.test/1'), element(0xa2, directory(name))])
  const list = (signer: Issuer, indirect = true, ...revoked: readonly Bytes[]) =>
    crlBy(signer, {
      point: { urls: ['http://a.test/1'], ...(indirect ? { indirect: true } : {}) },
      entries: [
        { serialNumber: Uint8Array.of(1), date: at },
        ...revoked.map(der => entry(der, { issuer: subjectOf(middle.certificate) })),
      ],
    })
  const certificates = [clerk.certificate]
  expect(state({ crls: [list(clerk)], certificates }, of)).toBe('good by crl')
  expect(state({ crls: [list(clerk, true, of[0]!)], certificates }, of)).toBe('revoked')
  expect(state({ crls: [list(clerk)], certificates: [] }, of)).toBe('signature')
  expect(state({ crls: [list(clerk, false)], certificates }, of)).toBe('of-another')
  expect(state({ crls: [list(clerk)], certificates }, chain)).toBe('of-another')
  // Under the same name from another root, or without the right to sign lists.
  const foreign = below('Clerk', signsLists, authority('Other Root'))
  expect(state({ crls: [list(foreign)], certificates: [foreign.certificate] }, of)).toBe('signature')
  const mute = below('Clerk', [keyUsage(KEY_USAGE.digitalSignature)])
  expect(state({ crls: [list(mute)], certificates: [mute.certificate] }, of)).toBe('signature')
  // The chain may bring the clerk along.
  expect(state({ crls: [list(clerk)] }, [...of, clerk.certificate])).toBe('good by crl')
  // Whoever signs the list may be revoked: by a list of the root.
  expect(state({ crls: [list(clerk), revoking(root, clerk.certificate)], certificates }, of)).toBe(
    'signature, of-another',
  )
})

test('an issuer of lists who is trusted by another root of ours is none of this path', () => {
  const second = authority('Second Root')
  const clerk = below('Clerk', signsLists, second)
  const of = withPoints([element(0xa2, directory(subjectOf(clerk.certificate)))])
  const list = crlBy(clerk, { point: { indirect: true } })
  const roots = [root.certificate, second.certificate]
  const evidence = { crls: [list], certificates: [clerk.certificate] }
  expect(verifyChain(ask(of, { roots, evidence, revocation: { mode: 'hard', scope: 'leaf' } }))).toMatchObject({
    code: 'tls/revocation-unknown',
    got: 'signature',
  })
})
