/** The named profiles: what each refuses beyond the others, and what it says that it lets pass. */
import { expect, test } from 'vitest'
import { ask, at, below, DAY, failure, leaf, middle, root } from '../../../test/support/chains.ts'
import { OID } from '../../asn1/oids.table.ts'
import type { LeafOptions } from '../../ca/types.ts'
import { broken } from '../../lab/broken.ts'
import { Certificate } from '../certificate/certificate.ts'
import { lintsBroken } from './lints.table.ts'
import { notHeld, profiles } from './profile.ts'
import { isTrusted } from './trusted.ts'
import { verifyChain } from './verify.ts'

const { path, rfc5280, webpki, deployed } = profiles

test('a chain of our own authority is in order under every profile', () => {
  for (const profile of Object.values(profiles)) expect(isTrusted(verifyChain(ask(leaf(), { profile })))).toBe(true)
  expect(Object.keys(profiles)).toEqual(['path', 'rfc5280', 'webpki', 'deployed'])
})

test('RFC 5280 section 6 alone takes an anchor for its name and key: its dates and limits do not count', () => {
  const ended = broken(root.intermediate({ name: 'Ended', notAfter: at - DAY, notBefore: at - 2 * DAY }))
  const below = leaf({}, ended)
  const roots = [ended.certificate]
  expect(isTrusted(verifyChain(ask(below, { profile: path, roots })))).toBe(true)
  for (const profile of [rfc5280, webpki, deployed])
    expect(failure(ask(below, { profile, roots }))).toMatchObject({ code: 'tls/certificate-expired' })
  // What is wrong with the leaf itself is refused all the same.
  expect(failure(ask(leaf(), { profile: path, name: 'x.test' }))).toMatchObject({ code: 'tls/certificate-name' })
})

test('an authority in the place of a server is refused by those who connect', () => {
  const chain = [middle.certificate]
  for (const profile of [path, rfc5280])
    expect(isTrusted(verifyChain(ask(chain, { profile, name: undefined })))).toBe(true)
  for (const profile of [webpki, deployed])
    expect(failure(ask(chain, { profile, name: undefined }))).toMatchObject({ code: 'tls/certificate-purpose' })
})

test('a profile says which rules it does not hold', () => {
  const says = (profile: (typeof profiles)['path']) => notHeld(profile).map(({ says: words }) => words)
  expect(says(deployed)).toContain('subjectKeyIdentifier is missing from an authority')
  expect(says(deployed)).toContain('a leaf names no purpose')
  expect(says(deployed)).toContain('a leaf is trusted by itself, without an issuer')
  expect(says(deployed)).not.toContain('an authority is used as a leaf')
  expect(says(path)).toEqual(expect.arrayContaining(['a root is out of date', 'a root’s own limits are broken']))
  expect(says(webpki)).toContain('nameConstraints is not critical')
  expect(says(webpki)).not.toContain('a leaf names no purpose')
  expect(says(rfc5280)).not.toContain('a root is out of date')
  for (const { rule } of notHeld(deployed)) expect(rule).toMatch(/^(RFC \d+|CA\/B BR|X\.690) \d/)
})

test('a DNS name in subjectAltName that is spelt like none, or is an address, is no name of a host (RFC 5280 4.2.1.6)', () => {
  const lints = (dnsName: string) => {
    const text = new TextEncoder().encode(dnsName)
    const value = Uint8Array.of(0x30, 2 + text.length, 0x82, text.length, ...text)
    const { certificate } = below('anyone', [{ oid: OID.subjectAltName, critical: false, value }])
    return lintsBroken(new Certificate(certificate).decodeAll(), 'leaf', new Set(['dns-name-syntax']), () => false)
  }
  for (const name of ['shop.test', '*.shop.test']) expect(lints(name), name).toEqual([])
  for (const name of ['10.0.0.1', 'shop test', 'a..test', '-']) expect(lints(name), name).toEqual(['dns-name-syntax'])
})

test('a common name may describe; where it is a host it has the spelling of subjectAltName (CA/B BR 7.1.4.3)', () => {
  const lintsOfLeaf = (commonName: string, names: LeafOptions['names']) => {
    const certificate = new Certificate(leaf({ commonName, names }, broken(root))[0]!).decodeAll()
    return lintsBroken(certificate, 'leaf', new Set(['common-name', 'common-name-spelling']), () => false)
  }
  for (const [name, names] of [
    ['Shop.test', ['shop.test']],
    ['SHOP.TEST', ['shop.test']],
    ['0xC0A80101', ['192.168.1.1']],
    ['192.168.001.001', ['192.168.1.1']],
    ['3232235777', ['192.168.1.1']],
    ['2001:DB8::1', ['2001:db8::1']],
    ['2001:0db8:0:0:0:0:0:1', ['2001:db8::1']],
    ['bücher.test', ['xn--bcher-kva.test']],
  ] as const)
    expect(lintsOfLeaf(name, names), name).toEqual(['common-name', 'common-name-spelling'])
  for (const name of ['My router', 'EE', 'other.test', 'Müller GmbH', 'Über uns.', '1.2.3.4.5'])
    expect(lintsOfLeaf(name, ['shop.test']), name).toEqual(['common-name'])
  for (const name of ['shop.test', '10.0.0.5', '2001:db8::1'])
    expect(lintsOfLeaf(name, ['shop.test', '10.0.0.5', '2001:db8::1']), name).toEqual([])
  const spelt = leaf({ commonName: 'Shop.test', names: ['shop.test'] })
  expect(failure(ask(spelt, { profile: webpki }))).toMatchObject({
    code: 'tls/certificate-profile',
    got: 'its common name is a host or an address in another spelling than that of subjectAltName',
  })
  for (const profile of [path, rfc5280, deployed]) expect(isTrusted(verifyChain(ask(spelt, { profile })))).toBe(true)
})
