import { expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import {
  ask,
  at,
  authority,
  below,
  crypto,
  DAY,
  failure,
  leaf,
  middle,
  names,
  root,
} from '../../../test/support/chains.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, integer, nothing, oid, sequence } from '../../asn1/write.ts'
import { selfSigned } from '../../ca/authority.ts'
import type { CertificateAuthority } from '../../ca/types.ts'
import type { Bytes } from '../../engine.ts'
import { KEY_USAGE } from '../certificate/extensions.ts'
import { type ExtensionToWrite, keyUsage, nameConstraints, writeCertificate, writeName } from '../issue.ts'
import { explainChain } from './explain.ts'
import type { PolicyDemands } from './policy.ts'
import { deployed, rfc5280, webpki } from './profile.ts'
import { MAX_CHAIN_CERTIFICATES } from './shown.ts'
import { isTrusted } from './trusted.ts'
import { verifyChain } from './verify.ts'

test.each([rfc5280, webpki, deployed])(
  'a chain of three is trusted under $name, whatever the order it comes in',
  profile => {
    const [own, ...others] = leaf()
    for (const chain of [
      [own!, ...others],
      [own!, root.certificate, ...others],
      [own!, ...others, ...others, own!],
    ]) {
      const result = verifyChain(ask(chain, { profile }))
      expect(result).toMatchObject({ proof: 'chain-trusted', anchor: 'Test Root', accepted: [] })
      if (isTrusted(result)) expect(result.path).toHaveLength(3)
    }
  },
)

test('the proof cannot be made by hand', () => {
  const result = verifyChain(ask(leaf()))
  expect(isTrusted({ ...(result as object) } as never)).toBe(false)
})

test('addresses and wildcards fit (RFC 9525 6.3, 6.4)', () => {
  for (const name of ['10.0.0.5', 'a.shop.test']) expect(isTrusted(verifyChain(ask(leaf(), { name })))).toBe(true)
})

test('another name: tls/certificate-name with what was asked and what is there', () => {
  const found = failure(ask(leaf(), { name: 'other.test' }))
  expect(found).toMatchObject({ code: 'tls/certificate-name', expected: 'other.test', alert: 42 })
  expect(found.got).toBe('shop.test, *.shop.test, 10.0.0.5')
  expect(found.at!.end).toBeGreaterThan(found.at!.start)
})

test('only a common name is no name: tls/certificate-name (RFC 9525 2)', () => {
  const chain = leaf({ names: [], commonName: 'shop.test' })
  expect(failure(ask(chain)).code).toBe('tls/certificate-name')
})

test('out of date: tls/certificate-expired, for the leaf and for those above it', () => {
  const expired = failure(ask(leaf({ notAfter: at - 1000 })))
  expect(expired).toMatchObject({ code: 'tls/certificate-expired', alert: 45, expected: '2026-11-20T11:59:59Z' })
  expect(expired.got).toBe('2026-11-20T12:00:00Z')
  const old = root.intermediate({ name: 'Old', notAfter: at - 1000 })
  expect(failure(ask(leaf({}, old)))).toMatchObject({ code: 'tls/certificate-expired', where: '“Old”' })
  expect(failure(ask(leaf({ days: 9000 }), { at: root.notAfter + 1000 })).code).toBe('tls/certificate-expired')
})

test('before its time: tls/certificate-not-yet; both ends are inclusive (RFC 5280 4.1.2.5)', () => {
  expect(failure(ask(leaf({ notBefore: at + 1000 })))).toMatchObject({ code: 'tls/certificate-not-yet', alert: 45 })
  expect(isTrusted(verifyChain(ask(leaf({ notBefore: at, notAfter: at }), { at: at + 999 })))).toBe(true)
})

test('nobody signed it: tls/certificate-self-signed, unless it is trusted itself', () => {
  const own = selfSigned(crypto, () => at, { names })
  expect(failure(ask(own.chain))).toMatchObject({ code: 'tls/certificate-self-signed', alert: 48 })
  expect(isTrusted(verifyChain(ask(own.chain, { roots: [own.certificate] })))).toBe(true)
  expect(isTrusted(verifyChain(ask(own.chain, { roots: [own.certificate], profile: webpki })))).toBe(false)
})

test('an unknown root: tls/certificate-untrusted with its name', () => {
  expect(failure(ask(leaf(), { roots: [] }))).toMatchObject({
    code: 'tls/certificate-untrusted',
    alert: 48,
    got: '“Test Root”',
  })
  expect(failure(ask([...leaf(), root.certificate], { roots: [authority('Other').certificate] })).code).toBe(
    'tls/certificate-untrusted',
  )
})

test('the intermediate was not sent: tls/chain-incomplete with the name of the missing one', () => {
  const found = failure(ask(leaf().slice(0, 1)))
  expect(found).toMatchObject({ code: 'tls/chain-incomplete', got: '“Test Intermediate”', alert: 48 })
})

test('a changed certificate and a forged one: tls/certificate-signature', () => {
  const [own, ...others] = leaf()
  const changed = own!.slice()
  changed[changed.length - 1]! ^= 1
  const found = failure(ask([changed, ...others]))
  expect(found).toMatchObject({ code: 'tls/certificate-signature', alert: 51 })
  const forger = authority('Test Root')
  expect(failure(ask(leaf({}, forger))).code).toBe('tls/certificate-signature')
})

test('not meant for servers: tls/certificate-purpose, by its own purposes or those of an authority', () => {
  expect(failure(ask(leaf({ purposes: ['client'] })))).toMatchObject({ code: 'tls/certificate-purpose', alert: 43 })
  expect(isTrusted(verifyChain(ask(leaf({ purposes: ['client'] }), { purpose: 'client', name: undefined })))).toBe(true)
  expect(isTrusted(verifyChain(ask(leaf({ purposes: [] }))))).toBe(true)
  expect(failure(ask(leaf({ purposes: [] }), { profile: webpki })).code).toBe('tls/certificate-purpose')
  expect(failure(ask([middle.certificate], { name: undefined })).code).toBe('tls/certificate-purpose')
})

/** A certificate below `middle` with exactly these extensions, and the chain up to it. */
test('signed by one that may not: tls/certificate-not-ca', () => {
  const ordinary = root.issue({ names: ['a.test'], commonName: 'Ordinary' })
  const fake = writeCertificate(
    {
      serialNumber: Uint8Array.of(1),
      issuer: writeName([[OID.commonName, 'Ordinary']]),
      subject: writeName([]),
      notBefore: at,
      notAfter: at,
      spki: ordinary.publicKey,
      extensions: [],
    },
    { spki: ordinary.publicKey, pkcs8: ordinary.privateKey },
    crypto,
  )
  expect(failure(ask([fake, ordinary.certificate]))).toMatchObject({
    code: 'tls/certificate-not-ca',
    where: '“Ordinary”',
    alert: 48,
  })
  const authorityOnly = { oid: OID.basicConstraints, critical: true, value: sequence(Uint8Array.of(1, 1, 0xff)) }
  const { certificate, keyPair } = below('No Signer', [authorityOnly, keyUsage(KEY_USAGE.digitalSignature)])
  const signed = below('shop.test', [], { ...root, name: 'No Signer', keyPair })
  expect(failure(ask([signed.certificate, certificate]))).toMatchObject({
    code: 'tls/certificate-not-ca',
    got: 'its key may not sign certificates',
  })
})

test('longer than an authority allows: tls/certificate-path-length', () => {
  const deeper = middle.intermediate({ name: 'Too Deep' })
  expect(failure(ask(leaf({}, deeper)))).toMatchObject({
    code: 'tls/certificate-path-length',
    where: '“Test Intermediate”',
  })
  let chain = root
  for (let i = 0; i < 10; i++) chain = chain.intermediate({ name: `Level ${i}`, pathLength: 20 })
  expect(isTrusted(verifyChain(ask(leaf({}, chain))))).toBe(true)
  chain = chain.intermediate({ name: 'One more', pathLength: 20 })
  expect(failure(ask(leaf({}, chain)))).toMatchObject({
    code: 'tls/certificate-path-length',
    where: 'This profile',
    expected: '10 intermediates',
    got: '11',
  })
})

test.each([
  { limits: { permitted: ['test'] }, named: ['shop.test'], ok: true },
  { limits: { permitted: ['test'] }, named: ['shop.test', 'shop.example'], ok: false },
  { limits: { permitted: ['shop.test'] }, named: ['*.shop.test', 'shop.test'], ok: true },
  { limits: { permitted: ['a.shop.test'] }, named: ['shop.test', '*.shop.test'], ok: false },
  { limits: { excluded: ['secret.shop.test'] }, named: ['shop.test', '*.shop.test'], ok: false },
  { limits: { excluded: ['a.secret.shop.test'] }, named: ['shop.test', '*.shop.test'], ok: true },
  { limits: { excluded: ['hop.test'] }, named: ['shop.test'], ok: true },
  { limits: { permitted: ['10.0.0.0/8', 'shop.test'] }, named: ['shop.test', '10.255.0.1'], ok: true },
  { limits: { permitted: ['10.0.0.0/9'] }, named: ['shop.test', '10.128.0.1'], ok: false },
  { limits: { permitted: ['2001:db8::/32'] }, named: ['shop.test', '2001:db9::1'], ok: false },
  { limits: { excluded: ['10.0.0.0/8'] }, named: ['shop.test', '2001:db8::1'], ok: true },
])(
  'names $named under limits $limits: $ok, else tls/certificate-constraint (RFC 5280 4.2.1.10)',
  ({ limits, named, ok }) => {
    const limited = root.intermediate({ name: 'Limited', ...limits })
    const request = ask(leaf({ names: named }, limited))
    if (ok) expect(isTrusted(verifyChain(request))).toBe(true)
    else expect(failure(request)).toMatchObject({ code: 'tls/certificate-constraint', where: '“Limited”', alert: 42 })
  },
)

test('an unknown critical extension: tls/certificate-critical (RFC 5280 4.2)', () => {
  const strange = { oid: '1.3.6.1.4.1.55738.1', critical: true, value: nothing }
  expect(failure(ask(leaf({ extensions: [strange] })))).toMatchObject({
    code: 'tls/certificate-critical',
    got: strange.oid,
  })
  expect(isTrusted(verifyChain(ask(leaf({ extensions: [{ ...strange, critical: false }] }))))).toBe(true)
})

test('critical policies are processed, but for qualifiers that nobody knows (RFC 5280 4.2.1.4)', () => {
  const policies = (qualifier?: string) => ({
    oid: OID.certificatePolicies,
    critical: true,
    value: sequence(
      sequence(
        oid('1.2.3'),
        ...(qualifier === undefined
          ? []
          : [sequence(sequence(oid(qualifier), element(0x16, ascii('https://shop.test/'))))]),
      ),
    ),
  })
  expect(isTrusted(verifyChain(ask(leaf({ extensions: [policies()] }))))).toBe(true)
  expect(isTrusted(verifyChain(ask(leaf({ extensions: [policies('1.3.6.1.5.5.7.2.1')] }))))).toBe(true)
  expect(failure(ask(leaf({ extensions: [policies('1.3.6.1.4.1.55738.2')] })))).toMatchObject({
    code: 'tls/certificate-critical',
  })
})

test('a weak hash or key: tls/certificate-algorithm', () => {
  const [own, ...others] = leaf()
  const strict = { ...deployed, hashes: new Set(['sha512'] as const) }
  expect(failure(ask([own!, ...others], { profile: strict })).code).toBe('tls/certificate-algorithm')
  const large = { ...deployed, minimumRsaBits: 4096 }
  expect(failure(ask(leaf({ key: 'rsa-2048' }), { profile: large }))).toMatchObject({
    code: 'tls/certificate-algorithm',
    got: 'an RSA 2048 bits key',
  })
})

test('a policy demanded and none valid: tls/certificate-policy (RFC 5280 6.1.5)', () => {
  const policies = (...ids: readonly string[]): ExtensionToWrite => ({
    oid: OID.certificatePolicies,
    critical: false,
    value: sequence(...ids.map(id => sequence(oid(id)))),
  })
  const demand = { oid: OID.policyConstraints, critical: true, value: sequence(Uint8Array.of(0x80, 1, 0)) }
  const ca = { oid: OID.basicConstraints, critical: true, value: sequence(Uint8Array.of(1, 1, 0xff)) }
  const outcome = (above: string, own: readonly string[], demands: PolicyDemands = {}) => {
    const { certificate, keyPair } = below('Policy CA', [ca, demand, policies(above)])
    const signer: CertificateAuthority = { ...root, name: 'Policy CA', keyPair }
    const end = below('shop.test', own.length === 0 ? [] : [policies(...own)], signer)
    return verifyChain(ask([end.certificate, certificate], { name: undefined, policies: demands }))
  }
  expect(outcome('1.2.3', ['1.2.3', '1.2.4'])).toMatchObject({ proof: 'chain-trusted', policies: ['1.2.3'] })
  expect(outcome('1.2.3', ['1.2.3'], { acceptable: ['1.2.4'] })).toMatchObject({ code: 'tls/certificate-policy' })
  expect(isTrusted(outcome(OID.anyPolicy, ['1.2.4']))).toBe(true)
  expect(outcome('1.2.3', ['1.2.4'])).toMatchObject({ code: 'tls/certificate-policy', alert: 42 })
  expect(outcome('1.2.3', [])).toMatchObject({ code: 'tls/certificate-policy' })
})

test('what only binds issuers: tls/certificate-profile under the strict profiles, nothing as deployed', () => {
  const altName = {
    oid: OID.subjectAltName,
    critical: false,
    value: sequence(Uint8Array.of(0x82, 9, ...new TextEncoder().encode('shop.test'))),
  }
  const { certificate } = below('shop.test', [altName])
  expect(isTrusted(verifyChain(ask([certificate])))).toBe(true)
  expect(failure(ask([certificate], { profile: rfc5280 }))).toMatchObject({
    code: 'tls/certificate-profile',
    expected: 'RFC 5280 4.2.1.1',
  })
})

test('a broken leaf: tls/certificate-malformed; broken others are as if not sent', () => {
  expect(failure(ask([])).code).toBe('tls/certificate-malformed')
  expect(failure(ask([Uint8Array.of(0x30, 0x80)])).code).toBe('tls/certificate-malformed')
  expect(isTrusted(verifyChain(ask([...leaf(), Uint8Array.of(1, 2, 3)])))).toBe(true)
})

test('work is bounded: tls/chain-too-complex for too many certificates, signatures and names', () => {
  const many = Array.from({ length: MAX_CHAIN_CERTIFICATES + 1 }, () => leaf()[0]!)
  expect(failure(ask(many)).code).toBe('tls/chain-too-complex')
  const twins = Array.from({ length: 105 }, () => authority('Twin').certificate)
  const end = authority('Twin').issue({ names })
  expect(failure(ask([end.certificate, ...twins]))).toMatchObject({
    code: 'tls/chain-too-complex',
    got: 'signature checks',
  })
  const wide = root.intermediate({ name: 'Wide', permitted: Array.from({ length: 1100 }, (_, i) => `n${i}.test`) })
  const hosts = Array.from({ length: 1100 }, (_, i) => `n${1099 - i}.test`)
  expect(failure(ask(leaf({ names: hosts }, wide), { name: 'n1.test' }))).toMatchObject({
    code: 'tls/chain-too-complex',
    got: 'comparisons of names',
  })
})

test('a dead end is left again: an expired cross-signature does not hide the good one (RFC 4158)', () => {
  const other = authority('Other Root')
  const cross = (issuer: CertificateAuthority, notAfter: number): Bytes =>
    writeCertificate(
      {
        serialNumber: Uint8Array.of(5),
        issuer: writeName([[OID.commonName, issuer.name]]),
        subject: writeName([[OID.commonName, 'Crossed']]),
        notBefore: at - DAY,
        notAfter,
        spki: crossed.spki,
        extensions: [
          { oid: OID.basicConstraints, critical: true, value: sequence(Uint8Array.of(1, 1, 0xff), integer(0)) },
          keyUsage(KEY_USAGE.keyCertSign),
        ],
      },
      issuer.keyPair,
      crypto,
    )
  const crossed = crypto.generateKeyPair('p-256')
  const end = below('shop.test', [], { ...root, name: 'Crossed', keyPair: crossed })
  const [expired, unknown, good] = [cross(root, at - 1000), cross(other, at + DAY), cross(root, at + DAY)]
  const outcome = explainChain(ask([end.certificate, expired, unknown, good], { name: undefined }))
  expect(outcome.result).toMatchObject({ proof: 'chain-trusted' })
  const without = explainChain(ask([end.certificate, expired, unknown], { name: undefined }))
  expect(without.paths.map(path => path.failure?.code)).toEqual(
    expect.arrayContaining(['tls/certificate-expired', 'tls/certificate-untrusted']),
  )
})

test('authorities that sign each other in a circle end', () => {
  const [a, b] = [authority('A'), authority('B')]
  const cross = (issuer: CertificateAuthority, subject: CertificateAuthority): Bytes =>
    writeCertificate(
      {
        serialNumber: Uint8Array.of(5),
        issuer: writeName([[OID.commonName, issuer.name]]),
        subject: writeName([[OID.commonName, subject.name]]),
        notBefore: at,
        notAfter: at,
        spki: subject.keyPair.spki,
        extensions: [{ oid: OID.basicConstraints, critical: true, value: sequence(Uint8Array.of(1, 1, 0xff)) }],
      },
      issuer.keyPair,
      crypto,
    )
  expect(failure(ask([a.issue({ names }).certificate, cross(a, b), cross(b, a)])).code).toBe(
    'tls/certificate-untrusted',
  )
})

test('a failure that was accepted by name is recorded, others still refuse', () => {
  const chain = leaf({ notAfter: at - 1000 })
  const once = verifyChain(ask(chain, { accept: ['tls/certificate-expired'] }))
  expect(once).toMatchObject({ proof: 'chain-trusted', accepted: [{ code: 'tls/certificate-expired' }] })
  expect(failure(ask(chain, { accept: ['tls/certificate-expired'], name: 'x.test' })).code).toBe('tls/certificate-name')
  const both = verifyChain(ask(chain, { accept: ['tls/certificate-expired', 'tls/certificate-name'], name: 'x.test' }))
  expect(both).toMatchObject({ accepted: [{ code: 'tls/certificate-expired' }, { code: 'tls/certificate-name' }] })
  const own = selfSigned(crypto, () => at, { names })
  const alone = verifyChain(ask(own.chain, { accept: ['tls/certificate-self-signed'] }))
  expect(alone).toMatchObject({ accepted: [{ code: 'tls/certificate-self-signed' }] })
  expect(failure(ask(own.chain, { accept: ['tls/certificate-self-signed'], name: 'x.test' })).code).toBe(
    'tls/certificate-name',
  )
  const unknown = verifyChain(ask(leaf(), { roots: [], accept: ['tls/certificate-untrusted'] }))
  expect(unknown).toMatchObject({ accepted: [{ code: 'tls/certificate-untrusted' }] })
})

test('a chain without fault has nothing to accept', () => {
  expect(verifyChain(ask(leaf(), { accept: ['tls/certificate-name'] }))).toMatchObject({ accepted: [] })
})

test('limits written for one authority come through the writer (RFC 5280 4.2.1.10)', () => {
  expect(nameConstraints(['10.0.0.0/9'], []).value).toEqual(
    Uint8Array.from([0x30, 0x0e, 0xa0, 0x0c, 0x30, 0x0a, 0x87, 8, 10, 0, 0, 0, 255, 128, 0, 0]),
  )
})

test('what was seen at a trusted root is told before what was seen on the way', () => {
  // Both have the name of whoever issued the leaf, and neither the key; one cannot even be read.
  const anchor = authority('Test Intermediate')
  const unreadable = below('Test Intermediate', [{ oid: OID.basicConstraints, critical: true, value: integer(1) }])
  const chain = [leaf()[0]!, unreadable.certificate]
  expect(failure(ask(chain, { roots: [anchor.certificate] }))).toMatchObject({ code: 'tls/certificate-signature' })
  expect(failure(ask(chain))).toMatchObject({ code: 'tls/certificate-malformed' })
})
