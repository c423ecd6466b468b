import { expect, test } from 'vitest'
import { nodeCrypto } from '../node/crypto.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { trustStore } from '../x509/path/store.ts'
import { isTrusted } from '../x509/path/trusted.ts'
import { verifyChain } from '../x509/path/verify.ts'
import { brokenChain, brokenKinds } from './broken.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12)
const options = { crypto, now: () => at, name: 'shop.test' }
const judged = (kind: (typeof brokenKinds)[number], mode: 'off' | 'hard' = 'off') => {
  const { chain, root, evidence } = brokenChain(kind, options)
  const trust = trustStore([root])
  return verifyChain({ chain, name: 'shop.test', at, trust, crypto, evidence, revocation: { mode, scope: 'leaf' } })
}

test('every kind is refused for what it is called by, and says by which failure', () => {
  const expected: Record<(typeof brokenKinds)[number], string | undefined> = {
    expired: 'tls/certificate-expired',
    notYet: 'tls/certificate-not-yet',
    expiredIntermediate: 'tls/certificate-expired',
    wrongName: 'tls/certificate-name',
    onlyCommonName: 'tls/certificate-name',
    noIntermediate: 'tls/chain-incomplete',
    untrusted: 'tls/certificate-untrusted',
    selfSigned: 'tls/certificate-self-signed',
    forClients: 'tls/certificate-purpose',
    byALeaf: 'tls/certificate-not-ca',
    tooDeep: 'tls/certificate-path-length',
    outsideLimits: 'tls/certificate-constraint',
    badSignature: 'tls/certificate-signature',
    malformed: 'tls/certificate-malformed',
    strangeCondition: 'tls/certificate-critical',
    revoked: 'tls/certificate-revoked',
    wrongKey: undefined,
  }
  expect([...brokenKinds].sort()).toEqual(Object.keys(expected).sort())
  for (const kind of brokenKinds) {
    expect(brokenChain(kind, options).fails, kind).toBe(expected[kind])
    const outcome = judged(kind)
    if (expected[kind] === undefined) expect(isTrusted(outcome), kind).toBe(true)
    else expect(outcome, kind).toMatchObject({ code: expected[kind] })
  }
})

test('what is revoked is so by the list and by the stapled answer, each on its own', () => {
  const { chain, root, evidence } = brokenChain('revoked', options)
  const ask = (only: object) =>
    verifyChain({ chain, name: 'shop.test', at, trust: trustStore([root]), crypto, evidence: only })
  expect(ask({ crls: evidence.crls })).toMatchObject({ code: 'tls/certificate-revoked' })
  expect(ask({ stapled: evidence.stapled })).toMatchObject({ code: 'tls/certificate-revoked' })
  expect(isTrusted(ask({}))).toBe(true)
})

test('each chain but that with a foreign key goes with its key', () => {
  const spkiOf = (pkcs8: Uint8Array, leaf: Uint8Array) => {
    const { spki } = new Certificate(leaf)
    const algorithm = { key: 'ecdsa', hash: 'sha256' } as const
    return crypto.verify(algorithm, spki, leaf, crypto.sign(algorithm, pkcs8, leaf))
  }
  for (const kind of brokenKinds.filter(each => each !== 'malformed')) {
    const { chain, privateKey } = brokenChain(kind, options)
    expect(spkiOf(privateKey, chain[0]!), kind).toBe(kind !== 'wrongKey')
  }
  expect(certifiedKey(brokenChain('expired', options)).chain.length).toBe(2)
})
