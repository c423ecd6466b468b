/** The ways in which chains were wrong in the history of other validators, each so that only its own check can see it. */
import { describe, expect, test } from 'vitest'
import { OID } from '../../asn1/oids.table.ts'
import { bitString, element, explicit, integer, nothing, oid, sequence } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { KEY_USAGE } from '../certificate/extensions.ts'
import { readPublicKey } from '../certificate/public-key.ts'
import {
  basicConstraints,
  type ExtensionToWrite,
  type KeyPair,
  keyUsage,
  nameConstraints,
  subjectAltName,
  writeCertificate,
  writeName,
} from '../issue.ts'
import { explainChain } from './explain.ts'
import { trustStore } from './store.ts'
import { isTrusted } from './trusted.ts'
import type { ChainRequest } from './types.ts'
import { verifyChain } from './verify.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12)
const DAY = 86_400_000
const root = certificateAuthority({ crypto, now: () => at, name: 'Root' })
const ca = basicConstraints({ ca: true, pathLength: undefined })
const signs = keyUsage(KEY_USAGE.keyCertSign)
const shop = subjectAltName(['shop.test'])

const verify = (chain: readonly Bytes[], more: Partial<ChainRequest> = {}) =>
  verifyChain({ chain, name: 'shop.test', at, trust: trustStore([root.certificate]), crypto, ...more })

interface Entity {
  readonly name: string
  readonly keyPair: KeyPair
}
const entity = (name: string): Entity => ({ name, keyPair: crypto.generateKeyPair('p-256') })
let serial = 1

/** A certificate of `subject`, signed by `issuer`. */
const signed = (
  issuer: Entity,
  subject: { readonly name: string; readonly spki: Bytes },
  extensions: readonly ExtensionToWrite[],
): Bytes =>
  writeCertificate(
    {
      serialNumber: Uint8Array.of(1, serial++),
      issuer: writeName([[OID.commonName, issuer.name]]),
      subject: writeName([[OID.commonName, subject.name]]),
      notBefore: at - DAY,
      notAfter: at + DAY,
      spki: subject.spki,
      extensions,
    },
    issuer.keyPair,
    crypto,
  )
const of = ({ name, keyPair }: Entity) => ({ name, spki: keyPair.spki })

/** The provider, with the number of signatures that it was asked to check. */
const counting = (): { readonly crypto: CryptoProvider; readonly checks: () => number } => {
  let checks = 0
  const verifyOne: CryptoProvider['verify'] = (...request) => {
    checks++
    return crypto.verify(...request)
  }
  return { crypto: { ...crypto, verify: verifyOne }, checks: () => checks }
}

describe('who may sign', () => {
  const issuer = entity('Issuer')
  const leaf = signed(issuer, of(entity('leaf')), [shop])

  test('tls/certificate-not-ca: cA FALSE, although the key may sign certificates (CVE-2002-0862)', () => {
    const not = basicConstraints({ ca: false, pathLength: undefined })
    expect(verify([leaf, signed(root, of(issuer), [not, signs])])).toMatchObject({
      code: 'tls/certificate-not-ca',
      where: '“Issuer”',
      got: 'its basicConstraints say so',
    })
  })
  test('tls/certificate-not-ca: no basicConstraints, although the key may sign certificates', () => {
    expect(verify([leaf, signed(root, of(issuer), [signs])])).toMatchObject({
      code: 'tls/certificate-not-ca',
      got: 'it has no basicConstraints',
    })
  })
  test('tls/certificate-not-ca: cA TRUE, but the key may not sign certificates', () => {
    const others = keyUsage(0x1ff & ~KEY_USAGE.keyCertSign)
    expect(verify([leaf, signed(root, of(issuer), [ca, others])])).toMatchObject({
      code: 'tls/certificate-not-ca',
      got: 'its key may not sign certificates',
    })
  })
  test('one that says both is believed', () => {
    expect(isTrusted(verify([leaf, signed(root, of(issuer), [ca, signs])]))).toBe(true)
  })
})

describe('name constraints and certificates that have the name of their issuer (RFC 5280 6.1.3 (b))', () => {
  const limited = entity('Limited')
  const limits = [ca, signs, nameConstraints(['shop.test'], [])]

  test('tls/certificate-constraint: a leaf is no exception, whatever its name', () => {
    const leaf = signed(limited, { ...of(entity('x')), name: 'Limited' }, [subjectAltName(['bank.test'])])
    const chain = [leaf, signed(root, of(limited), limits)]
    expect(verify(chain, { name: 'bank.test' })).toMatchObject({
      code: 'tls/certificate-constraint',
      where: '“Limited”',
      got: 'bank.test',
    })
  })
  test('an authority that changed its key is one, and what is below it is not', () => {
    const renewed = entity('Limited')
    const middle = signed(limited, of(renewed), [ca, signs, subjectAltName(['limited.example'])])
    const top = signed(root, of(limited), limits)
    const leaf = (name: string) => signed(renewed, of(entity('leaf')), [subjectAltName([name])])
    expect(isTrusted(verify([leaf('shop.test'), middle, top]))).toBe(true)
    expect(verify([leaf('bank.test'), middle, top], { name: 'bank.test' })).toMatchObject({
      code: 'tls/certificate-constraint',
      got: 'bank.test',
    })
  })
  test.each([
    ['between octets', [255, 0, 255, 0]],
    ['inside an octet', [255, 0b1011_1111, 0, 0]],
    ['at the end of an octet', [255, 0b1111_1101, 0, 0]],
    ['before the first one', [127, 255, 0, 0]],
    ['behind zeros', [0, 0, 0, 1]],
  ])('tls/certificate-constraint: a mask with a hole %s refuses everything', (_, mask) => {
    const network = explicit(1, sequence(element(0x87, Uint8Array.of(192, 0, 2, 0, ...mask))))
    const holes = { oid: OID.nameConstraints, critical: true, value: sequence(network) }
    const leaf = signed(limited, of(entity('leaf')), [shop])
    expect(verify([leaf, signed(root, of(limited), [ca, signs, holes])])).toMatchObject({
      code: 'tls/certificate-constraint',
      expected: 'a limit that cannot be understood',
    })
  })
  test.each([[[0, 0, 0, 0]], [[255, 255, 255, 255]], [[255, 0b1110_0000, 0, 0]], [[128, 0, 0, 0]]])(
    'the mask %j has none',
    mask => {
      const network = explicit(1, sequence(element(0x87, Uint8Array.of(192, 0, 2, 0, ...mask))))
      const limit = { oid: OID.nameConstraints, critical: true, value: sequence(network) }
      const leaf = signed(limited, of(entity('leaf')), [shop])
      expect(isTrusted(verify([leaf, signed(root, of(limited), [ca, signs, limit])]))).toBe(true)
    },
  )
})

describe('keys', () => {
  const number = (bits: number, last = 1): Bytes => {
    const octets = new Uint8Array(Math.ceil(bits / 8)).fill(0xa5)
    octets[0] = 1 << ((bits - 1) % 8)
    octets[octets.length - 1]! = last
    return integer(octets)
  }
  const rsa = (modulus: Bytes, exponent: Bytes): Bytes =>
    sequence(sequence(oid(OID.rsaEncryption), nothing), bitString(sequence(modulus, exponent)))
  const F4 = integer(65_537)

  test.each([
    ['an even modulus', rsa(number(2048, 0), F4), 'value'],
    ['a modulus of 0', rsa(integer(0), F4), 'value'],
    ['an even exponent', rsa(number(2048), integer(65_536)), 'value'],
    ['the exponent 1', rsa(number(2048), integer(1)), 'value'],
    ['an exponent of 34 bits', rsa(number(2048), number(34)), 'too-big'],
    ['an exponent as long as the modulus', rsa(number(3072), number(3072)), 'too-big'],
    ['a modulus of 16385 bits', rsa(number(16_385), F4), 'too-big'],
  ])(
    'tls/certificate-malformed: an RSA key with %s, of a leaf or of an issuer, and nothing is checked with it',
    (_, spki, rule) => {
      const { crypto: counted, checks } = counting()
      const leaf = signed(root, { name: 'leaf', spki }, [shop])
      expect(verify([leaf], { crypto: counted })).toMatchObject({
        code: 'tls/certificate-malformed',
        where: 'subjectPublicKeyInfo',
        expected: expect.stringMatching(new RegExp(`^${rule},`)),
      })
      const below = signed({ name: 'Issuer', keyPair: crypto.generateKeyPair('p-256') }, of(entity('leaf')), [shop])
      const issuer = signed(root, { name: 'Issuer', spki }, [ca, signs])
      for (const accept of [[], ['tls/certificate-malformed', 'tls/certificate-algorithm']] as const)
        expect(verify([below, issuer], { crypto: counted, accept })).toMatchObject({
          code: 'tls/certificate-malformed',
          where: 'subjectPublicKeyInfo of “Issuer”',
        })
      expect(checks()).toBe(0)
    },
  )
  test('the largest and the oddest keys that are in order are read', () => {
    expect(readPublicKey(rsa(number(16_384), F4))).toEqual({ type: 'rsa', bits: 16_384 })
    expect(readPublicKey(rsa(number(2048), number(33)))).toEqual({ type: 'rsa', bits: 2048 })
    expect(readPublicKey(rsa(number(2047), integer(3)))).toEqual({ type: 'rsa', bits: 2047 })
  })
  test('tls/certificate-algorithm: an issuer with a weak key is refused before its signature is checked', () => {
    const { crypto: counted, checks } = counting()
    const below = signed({ name: 'Issuer', keyPair: crypto.generateKeyPair('p-256') }, of(entity('leaf')), [shop])
    const issuer = signed(root, { name: 'Issuer', spki: rsa(number(2047), F4) }, [ca, signs])
    expect(verify([below, issuer], { crypto: counted })).toMatchObject({
      code: 'tls/certificate-algorithm',
      where: '“Issuer”',
      got: 'an RSA 2047 bits key',
    })
    expect(checks()).toBe(0)
    expect(verify([below, issuer], { crypto: counted, accept: ['tls/certificate-algorithm'] })).toMatchObject({
      code: 'tls/certificate-signature',
    })
  })
  test('tls/chain-too-complex: keys that take longer may be tried less often', () => {
    const twins = (spkis: readonly Bytes[]) => {
      const { crypto: counted, checks } = counting()
      const below = signed({ name: 'Twin', keyPair: crypto.generateKeyPair('p-256') }, of(entity('leaf')), [shop])
      const chain = [below, ...spkis.map(spki => signed(root, { name: 'Twin', spki }, [ca, signs]))]
      expect(verify(chain, { crypto: counted })).toMatchObject({
        code: 'tls/chain-too-complex',
        got: 'signature checks',
      })
      return checks()
    }
    const times = (count: number, spki: (i: number) => Bytes) => Array.from({ length: count }, (_, i) => spki(i))
    expect(twins(times(110, () => crypto.generateKeyPair('p-256').spki))).toBe(100)
    expect(twins(times(40, () => crypto.generateKeyPair('p-384').spki))).toBe(20)
    expect(twins(times(20, i => rsa(number(16_384, 2 * i + 1), F4)))).toBe(6)
    expect(twins(times(110, i => rsa(number(4096, 2 * i + 1), F4)))).toBe(100)
    expect(twins(times(110, i => rsa(number(4097, 2 * i + 1), F4)))).toBe(50)
  })
  test('tls/certificate-malformed: a point that is not on its curve is no key, and nobody can accept it', () => {
    const point = new Uint8Array(65).fill(7)
    point[0] = 4
    const spki = sequence(sequence(oid(OID.ecPublicKey), oid(OID.secp256r1)), bitString(point))
    const leaf = signed(root, { name: 'leaf', spki }, [shop])
    for (const accept of [[], ['tls/certificate-malformed', 'tls/certificate-algorithm']] as const)
      expect(verify([leaf], { accept })).toMatchObject({
        code: 'tls/certificate-malformed',
        where: 'subjectPublicKeyInfo of “leaf”',
        got: 'holds no public key',
      })
  })
})

describe('authorities that sign one another', () => {
  const [a, b] = [entity('A'), entity('B')]
  const leaf = signed(a, of(entity('leaf')), [shop])
  const copies = (issuer: Entity, subject: Entity) => [1, 2, 3].map(() => signed(issuer, of(subject), [ca, signs]))

  test('tls/certificate-untrusted: no path holds the same name and key twice, whatever certificates carry them', () => {
    const { crypto: counted, checks } = counting()
    const chain = [leaf, ...copies(b, a), ...copies(a, b)]
    const { result, paths } = explainChain({
      chain,
      name: 'shop.test',
      at,
      trust: trustStore([root.certificate]),
      crypto: counted,
    })
    expect(result).toMatchObject({ code: 'tls/certificate-untrusted' })
    const named = paths.map(({ certificates }) => certificates.map(({ subject }) => subject))
    expect(named).toContainEqual(['CN=leaf', 'CN=A', 'CN=B'])
    for (const names of named) expect(new Set(names).size).toBe(names.length)
    // Of the leaf by A, of each certificate of A by B: three certificates of one key are one key to check with.
    expect(checks()).toBe(4)
  })
  test('the same name with another key is another authority: a renewed one leads on', () => {
    const renewed = entity('A')
    const chain = [
      signed(renewed, of(entity('leaf')), [shop]),
      signed(a, of(renewed), [ca, signs]),
      signed(root, of(a), [ca, signs]),
    ]
    expect(isTrusted(verify(chain))).toBe(true)
  })
})
