/** What callers bring besides the peer's chain: Buffers, stores with bad roots in them, dates that are none. */
import { expect, test } from 'vitest'
import { OID } from '../../asn1/oids.table.ts'
import { element, oid, sequence, setOf } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { Bytes } from '../../engine.ts'
import { broken } from '../../lab/broken.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import { ip, ipAddress } from '../../wire/address.ts'
import { Certificate } from '../certificate/certificate.ts'
import { KEY_USAGE } from '../certificate/extensions.ts'
import { certificatesIn, pem } from '../files/pem.ts'
import { privateKeyIn } from '../files/private-key.ts'
import {
  basicConstraints,
  keyUsage,
  nameConstraints,
  randomSerial,
  subjectAltName,
  writeCertificate,
  writeName,
} from '../issue.ts'
import { outOfDate } from './fitness.ts'
import { joinStores, trustStore } from './store.ts'
import { isTrusted } from './trusted.ts'
import type { ChainRequest } from './types.ts'
import { verifyChain } from './verify.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12)
const DAY = 86_400_000
const root = certificateAuthority({ crypto, now: () => at, name: 'Test Root' })
const { chain } = root.issue({ names: ['shop.test', '127.0.0.1', '::1'] })

const verify = (shown: readonly Bytes[], more: Partial<ChainRequest> = {}) =>
  verifyChain({ chain: shown, name: 'shop.test', at, trust: trustStore([root.certificate]), crypto, ...more })

/** A root with this subject, and with more extensions. */
const rootNamed = (subject: Bytes, ...extensions: readonly ReturnType<typeof keyUsage>[]) => {
  const keyPair = crypto.generateKeyPair('p-256')
  const certificate = writeCertificate(
    {
      serialNumber: randomSerial(crypto),
      issuer: subject,
      subject,
      notBefore: at - DAY,
      notAfter: at + DAY,
      spki: keyPair.spki,
      extensions: [
        basicConstraints({ ca: true, pathLength: undefined }),
        keyUsage(KEY_USAGE.keyCertSign),
        ...extensions,
      ],
    },
    keyPair,
    crypto,
  )
  return { certificate, keyPair, subject }
}

test('a chain in Buffers is judged like one in plain arrays, in names and in addresses', () => {
  const shown = chain.map(der => Buffer.from(der))
  const trust = trustStore([Buffer.from(root.certificate)])
  for (const name of ['shop.test', '127.0.0.1', '::1'])
    expect(isTrusted(verify(shown, { name, trust })), name).toBe(true)
  expect(verify(shown, { name: '127.0.0.2', trust })).toMatchObject({ code: 'tls/certificate-name' })
})

test('the text of an address in a Buffer is no address: not trusted, whether or not an authority excludes all', () => {
  const nine = { oid: OID.subjectAltName, critical: false, value: sequence(element(0x87, Buffer.from('127,0,0,1'))) }
  for (const excluded of [[], ['0.0.0.0/0', '::/0']]) {
    const middle = root.intermediate({ name: 'Middle', excluded })
    const shown = broken(middle)
      .issue({ names: [], extensions: [nine] })
      .chain.map(der => Buffer.from(der))
    expect(verify(shown, { name: '127.0.0.1' })).toMatchObject({
      code: 'tls/certificate-malformed',
      where: 'subjectAltName',
    })
  }
})

test('an address made of a Buffer does not change with it', () => {
  const octets = Buffer.from([10, 0, 0, 1])
  const address = ipAddress(octets)
  octets.fill(9)
  expect(address.octets).toEqual(ip('10.0.0.1').octets)
})

test('files that are read as Buffers give plain arrays', () => {
  const plain = (bytes: Uint8Array | undefined) => Object.getPrototypeOf(bytes) === Uint8Array.prototype
  expect(certificatesIn(Buffer.from(root.certificate)).map(plain)).toEqual([true])
  expect(certificatesIn(Buffer.from(pem('CERTIFICATE', root.certificate)))).toEqual([root.certificate])
  const key = privateKeyIn(Buffer.from(root.keyPair.pkcs8))
  expect(plain(key?.pkcs8)).toBe(true)
  expect(key?.pkcs8).toEqual(root.keyPair.pkcs8)
})

test('a date that is none is refused: an expired chain would pass it', () => {
  const expired = root.issue({ names: ['shop.test'], notAfter: at - 1000 }).chain
  expect(verify(expired)).toMatchObject({ code: 'tls/certificate-expired' })
  for (const none of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined as never])
    expect(() => verify(expired, { at: none }), `${none}`).toThrow(RangeError)
})

test('a date that is none is not within any validity, whoever asks', () => {
  const certificate = new Certificate(root.certificate)
  expect(outOfDate(certificate, at)).toBeUndefined()
  expect(() => outOfDate(certificate, Number.NaN)).toThrow(RangeError)
})

test('a root whose name is no UTF-8 is as if it were not in the store', () => {
  const attribute = sequence(oid(OID.commonName), element(0x0c, Uint8Array.of(0x61, 0xff)))
  const bad = rootNamed(sequence(setOf(attribute))).certificate
  for (const trust of [
    trustStore([bad, root.certificate]),
    trustStore([root.certificate, bad]),
    joinStores(trustStore([bad]), trustStore([root.certificate])),
  ]) {
    expect(isTrusted(verify(chain, { trust }))).toBe(true)
    expect(trust.find(bad)).toBeUndefined()
  }
  expect(verify(chain, { trust: trustStore([bad]) })).toMatchObject({ code: 'tls/chain-incomplete' })
})

test('no change of a root in the store makes a verification throw', () => {
  const named = rootNamed(
    writeName([
      [OID.countryName, 'DE'],
      [OID.organizationName, 'Prüfstelle'],
      [OID.commonName, 'Test Root'],
    ]),
    subjectAltName(['a.test', '10.0.0.1']),
    nameConstraints(['shop.test'], ['10.0.0.0/8']),
  )
  const random = seeded(7)
  const keyPair = crypto.generateKeyPair('p-256')
  const below = writeCertificate(
    {
      serialNumber: randomSerial(crypto),
      issuer: named.subject,
      subject: writeName([]),
      notBefore: at - DAY,
      notAfter: at + DAY,
      spki: keyPair.spki,
      extensions: [subjectAltName(['shop.test'])],
    },
    named.keyPair,
    crypto,
  )
  expect(isTrusted(verify([below], { trust: trustStore([named.certificate]) }))).toBe(true)
  let refused = 0
  for (let i = 0; i < 1500; i++) {
    const changed = named.certificate.slice()
    for (let n = random.below(3); n >= 0; n--) changed[random.below(changed.length)] = random.below(256)
    const trust = trustStore([changed, root.certificate])
    if (!isTrusted(verify([below], { trust }))) refused++
    trust.find(changed)
  }
  expect(refused).toBeGreaterThan(1000)
})
