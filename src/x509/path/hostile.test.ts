/** Chains and certificates made to get past the checks, or to keep whoever checks busy. */
import { expect, test } from 'vitest'
import { OID } from '../../asn1/oids.table.ts'
import { bitString, element, explicit, integer, nothing, octetString, oid, sequence, time } from '../../asn1/write.ts'
import { certificateAuthority, selfSigned } from '../../ca/authority.ts'
import type { Bytes } from '../../engine.ts'
import { certificateFailures } from '../../failures/certificate.ts'
import type { FailureCode } from '../../failures/index.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { readSignatureAlgorithm } from '../certificate/algorithm.ts'
import { parseCertificate } from '../certificate/certificate.ts'
import { KEY_USAGE } from '../certificate/extensions.ts'
import { certificateFields } from '../certificate/fields.ts'
import { certificatesIn, pem } from '../files/pem.ts'
import { basicConstraints, type ExtensionToWrite, subjectAltName, writeCertificate, writeName } from '../issue.ts'
import { lintsOf } from './lints.table.ts'
import { deployed } from './profile.ts'
import { trustStore } from './store.ts'
import { isTrusted } from './trusted.ts'
import type { ChainRequest } from './types.ts'
import { verifyChain } from './verify.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12)
const DAY = 86_400_000
const now = (): number => at
const root = certificateAuthority({ crypto, now, name: 'Test Root' })
const middle = root.intermediate({ name: 'Test Intermediate' })
const names = ['shop.test']
const codes = (Object.keys(certificateFailures) as FailureCode[]).filter(code => code.startsWith('tls/'))

const verify = (chain: readonly Bytes[], more: Partial<ChainRequest> = {}) =>
  verifyChain({ chain, name: 'shop.test', at, trust: trustStore([root.certificate]), crypto, ...more })

const keys = [0, 1, 2, 3, 4].map(() => crypto.generateKeyPair('p-256'))
const write = (
  issuer: string,
  signer: { readonly spki: Bytes; readonly pkcs8: Bytes },
  subject: string,
  spki: Bytes,
  extensions: readonly ExtensionToWrite[],
  notAfter = at + DAY,
): Bytes =>
  writeCertificate(
    {
      serialNumber: Uint8Array.of(9),
      issuer: writeName([[OID.commonName, issuer]]),
      subject: writeName([[OID.commonName, subject]]),
      notBefore: at - DAY,
      notAfter,
      spki,
      extensions,
    },
    signer,
    crypto,
  )
const authority = basicConstraints({ ca: true, pathLength: undefined })

/** A leaf for shop.test in the name of the root, with another algorithm and a signature out of thin air. */
const forged = (algorithm: Bytes): Bytes =>
  sequence(
    sequence(
      explicit(0, integer(2)),
      integer(5),
      algorithm,
      writeName([[OID.commonName, 'Test Root']]),
      sequence(time(at - DAY), time(at + DAY)),
      writeName([]),
      keys[0]!.spki,
      explicit(3, sequence(sequence(oid(OID.subjectAltName), octetString(subjectAltName(names).value)))),
    ),
    algorithm,
    bitString(Uint8Array.of(1, 2, 3)),
  )

test('accepting one failure opens the door to no other: a forged chain stays refused under every code but its own', () => {
  const unreadable = { oid: OID.nameConstraints, critical: true, value: sequence() }
  const [a, b] = [keys[0]!, keys[1]!]
  const chains: readonly (readonly [own: readonly string[], chain: readonly Bytes[]])[] = [
    // An intermediate that cannot be read, below nobody.
    [
      ['tls/certificate-untrusted', 'tls/chain-incomplete'],
      [
        write('Evil', b, 'x', a.spki, [subjectAltName(names)]),
        write('Nobody', a, 'Evil', b.spki, [authority, unreadable]),
      ],
    ],
    [['tls/certificate-signature'], certificateAuthority({ crypto, now, name: 'Test Root' }).issue({ names }).chain],
    // A signature that nobody can check is not just weak.
    [['tls/certificate-signature'], [forged(sequence(oid('1.2.3.4')))]],
    [
      ['tls/certificate-untrusted'],
      [...certificateAuthority({ crypto, now, name: 'O' }).intermediate({ name: 'P' }).issue({ names }).chain],
    ],
    [['tls/certificate-name'], middle.issue({ names: ['other.test'] }).chain],
    [['tls/certificate-expired'], middle.issue({ names, notAfter: at - 1000 }).chain],
  ]
  for (const [own, chain] of chains) {
    expect(isTrusted(verify(chain))).toBe(false)
    for (const code of codes.filter(c => !own.includes(c)))
      expect(verify(chain, { accept: [code] }), code).not.toHaveProperty('proof')
    expect(isTrusted(verify(chain, { accept: ['tls/certificate-malformed', 'tls/chain-too-complex'] }))).toBe(false)
  }
})

test('who accepts an unknown authority still checks names, dates, purpose and signatures', () => {
  const other = certificateAuthority({ crypto, now, name: 'Other' }).intermediate({ name: 'Below' })
  const accept = ['tls/certificate-untrusted', 'tls/chain-incomplete', 'tls/certificate-self-signed'] as const
  expect(isTrusted(verify(other.issue({ names }).chain, { accept }))).toBe(true)
  const refused = (options: object, code: string): void =>
    expect(verify(other.issue({ names, ...options }).chain, { accept })).toMatchObject({ code })
  refused({ names: ['x.test'] }, 'tls/certificate-name')
  refused({ notAfter: at - 1000 }, 'tls/certificate-expired')
  refused({ purposes: ['client'] }, 'tls/certificate-purpose')
  const [leaf, ...others] = other.issue({ names }).chain
  const changed = leaf!.slice()
  changed[changed.length - 1]! ^= 1
  expect(verify([changed, ...others], { accept })).toMatchObject({ code: 'tls/certificate-signature' })
})

test('its own issuer by name, but not by its signature: that is no self-signed certificate', () => {
  const { certificate } = selfSigned(crypto, now, { names })
  expect(verify([certificate])).toMatchObject({ code: 'tls/certificate-self-signed' })
  const changed = certificate.slice()
  changed[changed.length - 1]! ^= 1
  for (const accept of [[], ['tls/certificate-self-signed'], ['tls/certificate-signature']] as const)
    expect(isTrusted(verify([changed], { accept }))).toBe(false)
  expect(verify([changed], { accept: ['tls/certificate-self-signed'] })).toMatchObject({
    code: 'tls/certificate-signature',
  })
})

test('a weak signature that was accepted is recorded, and must be right all the same', () => {
  const strict = { ...deployed, hashes: new Set(['sha512'] as const) }
  const chain = middle.issue({ names }).chain
  const request = { profile: strict, accept: ['tls/certificate-algorithm'] } as const
  const result = verify(chain, request)
  expect(result).toMatchObject({ proof: 'chain-trusted' })
  if (isTrusted(result)) expect(new Set(result.accepted.map(f => f.code))).toEqual(new Set(request.accept))
  const changed = chain[0]!.slice()
  changed[changed.length - 1]! ^= 1
  expect(verify([changed, ...chain.slice(1)], request)).toMatchObject({ code: 'tls/certificate-signature' })
})

test('what was accepted on the way is recorded for a chain without an anchor too', () => {
  const other = certificateAuthority({ crypto, now, name: 'Other' }).intermediate({ name: 'Below' })
  const [leaf, ...others] = other.issue({ names }).chain
  const changed = leaf!.slice()
  changed[changed.length - 1]! ^= 1
  expect(
    verify([changed, ...others], { accept: ['tls/certificate-signature', 'tls/certificate-untrusted'] }),
  ).toMatchObject({ accepted: [{ code: 'tls/certificate-signature' }, { code: 'tls/certificate-untrusted' }] })
})

test('a key that may not sign the handshake: tls/certificate-key-usage (RFC 5246 7.4.2)', () => {
  const keyUsage = 'digitalSignature'
  const { chain } = middle.issue({ names, usage: KEY_USAGE.keyEncipherment | KEY_USAGE.keyAgreement })
  expect(verify(chain, { keyUsage })).toMatchObject({
    code: 'tls/certificate-key-usage',
    got: 'keyEncipherment, keyAgreement',
    expected: keyUsage,
  })
  expect(isTrusted(verify(chain))).toBe(true)
  expect(isTrusted(verify(chain, { keyUsage: 'keyEncipherment' }))).toBe(true)
  expect(isTrusted(verify(middle.issue({ names }).chain, { keyUsage }))).toBe(true)
  // Without the extension everything is allowed; a leaf that is trusted itself is no exception.
  const bare = write('Test Root', root.keyPair, 'x', keys[0]!.spki, [subjectAltName(names)])
  expect(isTrusted(verify([bare], { keyUsage }))).toBe(true)
  expect(verify([chain[0]!], { keyUsage, trust: trustStore([chain[0]!]) })).toMatchObject({
    code: 'tls/certificate-key-usage',
  })
})

test('a wildcard right below a registry suffix is for nobody; below a company suffix it holds', () => {
  const isRegistrySuffix = (domain: string): boolean => domain === 'co.uk'
  for (const [wildcard, name, trusted] of [
    ['*.co.uk', 'shop.co.uk', false],
    ['*.github.io', 'shop.github.io', true],
    ['*.shop.co.uk', 'a.shop.co.uk', true],
  ] as const) {
    const result = verify(middle.issue({ names: [wildcard] }).chain, { name, isRegistrySuffix })
    expect(isTrusted(result), wildcard).toBe(trusted)
    if (!trusted) expect(result).toMatchObject({ code: 'tls/certificate-name' })
  }
  expect(isTrusted(verify(middle.issue({ names: ['co.uk'] }).chain, { name: 'co.uk', isRegistrySuffix }))).toBe(true)
})

test('a path length is for who may sign certificates only, under the strict profiles (RFC 5280 4.2.1.9)', () => {
  const limited = basicConstraints({ ca: true, pathLength: 0 })
  const chain = [
    write('Without Usage', keys[0]!, 'x', keys[1]!.spki, [subjectAltName(names)]),
    write('Test Root', root.keyPair, 'Without Usage', keys[0]!.spki, [limited]),
  ]
  const lints = new Set(['path-length-without-authority'] as const)
  expect(isTrusted(verify(chain))).toBe(true)
  expect(verify(chain, { profile: { ...deployed, lints } })).toMatchObject({
    code: 'tls/certificate-profile',
    where: '“Without Usage”',
  })
})

test('a lattice of cross-signed authorities is not walked to its end: tls/chain-too-complex', () => {
  const layers = 4
  const width = 4
  const chain: Bytes[] = []
  for (let layer = 0; layer < layers; layer++) {
    const [issuer, signer] = layer === 0 ? ['Test Root', root.keyPair] : [`L${layer - 1}`, keys[layer - 1]!]
    for (let i = 0; i < width; i++)
      chain.push(write(issuer, signer, `L${layer}`, keys[layer]!.spki, [authority], at + DAY + i * 1000))
  }
  const leaf = write(`L${layers - 1}`, keys[layers - 1]!, 'x', keys[4]!.spki, [subjectAltName(names)])
  // The set of rules is asked once for each certificate of each whole path.
  let asked = 0
  const lints = new Set(lintsOf('rfc5280'))
  const has = lints.has.bind(lints)
  lints.has = id => {
    if (id === 'serial-number') asked++
    return has(id)
  }
  const result = verify([leaf, ...chain], { profile: { ...deployed, lints } })
  expect(result).toMatchObject({ code: 'tls/certificate-profile' })
  expect(asked).toBe(64 * (layers + 2))
  const accept = ['tls/certificate-profile', 'tls/chain-too-complex'] as const
  expect(isTrusted(verify([leaf, ...chain], { profile: { ...deployed, lints }, accept }))).toBe(true)
})

test('faults that are accepted do not cost every signature a second time', () => {
  const leaf = middle.issue({ names: ['shop.test'] })
  let verified = 0
  const counting = {
    ...crypto,
    verify: (...args: Parameters<typeof crypto.verify>) => {
      verified++
      return crypto.verify(...args)
    },
  }
  const more = { crypto: counting, at: at + 10_000 * DAY, accept: ['tls/certificate-expired'] as const }
  const result = verify([leaf.certificate, middle.certificate], more)
  expect(isTrusted(result) && result.accepted.map(({ code }) => code)).toContain('tls/certificate-expired')
  expect(verified).toBe(2)
})

test('an object identifier of a quarter megabyte is refused, not computed', () => {
  const long = element(0x06, Uint8Array.of(0x2b), new Uint8Array(250_000).fill(0x81), Uint8Array.of(1))
  const certificate = forged(sequence(long))
  expect(parseCertificate(certificate)).toMatchObject({
    code: 'tls/certificate-malformed',
    expected: expect.stringMatching(/^too-big/),
  })
  expect(JSON.stringify(certificateFields(certificate))).toContain('larger than any honest one')
})

test('names in subjectAltName cannot write control characters to a terminal', () => {
  const extensions = [
    {
      oid: OID.subjectAltName,
      critical: false,
      value: sequence(element(0x82, Uint8Array.of(0x61, 0x1b, 0x5b, 0x32, 0x4a))),
    },
  ]
  const failure = verify(middle.issue({ names: [], extensions }).chain)
  expect(failure).toMatchObject({ code: 'tls/certificate-name', got: 'a?[2J' })
})

test('RSASSA-PSS: nothing may stand behind the parameters or inside them (RFC 4055 3.1)', () => {
  const hash = (...more: readonly Bytes[]): Bytes => sequence(oid(OID.sha256), nothing, ...more)
  const pss = (a: Bytes, b: Bytes, c: readonly Bytes[], ...more: readonly Bytes[]): Bytes =>
    sequence(
      oid(OID.rsassaPss),
      sequence(explicit(0, a), explicit(1, sequence(oid(OID.mgf1), b)), explicit(2, ...c), ...more),
    )
  const salt = integer(32)
  expect(readSignatureAlgorithm(pss(hash(), hash(), [salt]))).toEqual({ key: 'rsa-pss', hash: 'sha256' })
  for (const wrong of [
    pss(hash(nothing), hash(), [salt]),
    pss(hash(), hash(nothing), [salt]),
    pss(hash(), hash(), [salt, salt]),
    pss(hash(), hash(), [salt], explicit(3, integer(1))),
    pss(hash(), hash(), [integer(20)]),
    pss(sequence(oid(OID.sha384)), hash(), [salt]),
  ])
    expect(readSignatureAlgorithm(wrong)).toBeUndefined()
})

test('a text that begins with the digit 0 is no DER: the certificates in it are found', () => {
  const text = ` 0 s:CN=Test Root\n   i:CN=Test Root ${'-'.repeat(60)}\n${pem('CERTIFICATE', root.certificate)}`
  expect(certificatesIn(new TextEncoder().encode(text.trimStart()))).toEqual([root.certificate])
})
