/** Keys as JSON: against the examples of the RFCs and against Node, and everything that is no key. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { node, platforms } from '../../../test/support/worlds.ts'
import { fromBase64url } from '../../wire/base64url.ts'
import { type Jwk, jwkOf, jwkThumbprint, keyPairOfJwk, privateJwkOf, spkiOfJwk } from './jwk.ts'

/** RFC 7638 3.1. */
const rsaExample = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
}

/** RFC 8037 A.1, A.2. */
const okpExample = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}

/** RFC 7517 A.2. */
const ecExample = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
  use: 'enc',
}

const publicOf = (jwk: object): Jwk => {
  const spki = spkiOfJwk(jwk, node.crypto)
  if (spki === undefined) throw new Error('no key')
  return jwkOf(spki)
}

const rsaPair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    pkcs8: new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })),
  }
}

test('thumbprints are those of RFC 7638 3.1 and RFC 8037 A.3', () => {
  expect(jwkThumbprint(publicOf(rsaExample), node.crypto)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  expect(jwkThumbprint(publicOf(okpExample), node.crypto)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  // Whatever else stands in it, in whichever order.
  expect(jwkThumbprint({ ...ecExample } as unknown as Jwk, node.crypto)).toBe(
    jwkThumbprint(publicOf(ecExample), node.crypto),
  )
  expect(fromBase64url(jwkThumbprint(publicOf(okpExample), node.crypto, 'sha512'))?.length).toBe(64)
})

describe.each(platforms)('on %s', (_, { crypto }) => {
  test.each(['p-256', 'p-384', 'p-521', 'ed25519'] as const)('a %s key goes to JSON and back as Node has it', kind => {
    const pair = crypto.generateKeyPair(kind)
    const jwk = privateJwkOf(pair)
    const theirs = createPrivateKey({ key: Buffer.from(pair.pkcs8), format: 'der', type: 'pkcs8' })
    expect(jwk).toEqual(theirs.export({ format: 'jwk' }))
    expect(jwkOf(pair.spki)).toEqual(createPublicKey(theirs).export({ format: 'jwk' }))
    expect(keyPairOfJwk(JSON.parse(JSON.stringify(jwk)), crypto)?.spki).toEqual(pair.spki)
    expect(keyPairOfJwk(jwk, crypto)?.pkcs8).toEqual(pair.pkcs8)
  })

  test('an RSA key goes to JSON and back as Node has it', () => {
    const pair = rsaPair()
    const jwk = privateJwkOf(pair)
    const theirs = createPrivateKey({ key: Buffer.from(pair.pkcs8), format: 'der', type: 'pkcs8' })
    expect(jwk).toEqual(theirs.export({ format: 'jwk' }))
    expect(keyPairOfJwk(jwk, crypto)).toEqual(pair)
  })

  test('the private examples of RFC 7517 and RFC 8037 are keys, and without d they are none', () => {
    for (const { d, ...rest } of [ecExample, okpExample]) {
      expect(keyPairOfJwk({ ...rest, d }, crypto)).toBeDefined()
      expect(keyPairOfJwk(rest, crypto)).toBeUndefined()
      expect(spkiOfJwk(rest, crypto)).toBeDefined()
    }
  })

  test('a point that is not on the curve is no key', () => {
    expect(spkiOfJwk({ ...ecExample, x: ecExample.y }, crypto)).toBeUndefined()
  })

  test('a secret that is of another key, or no number of the curve, makes no pair', () => {
    const other = crypto.generateKeyPair('p-256')
    expect(keyPairOfJwk({ ...ecExample, d: (privateJwkOf(other) as { d: string }).d }, crypto)).toBeUndefined()
    expect(keyPairOfJwk({ ...ecExample, d: 'A'.repeat(43) }, crypto)).toBeUndefined()
    expect(keyPairOfJwk({ ...ecExample, d: `${'_'.repeat(42)}8` }, crypto)).toBeUndefined()
    expect(keyPairOfJwk({ ...ecExample, d: ecExample.d.slice(4) }, crypto)).toBeUndefined()
    expect(keyPairOfJwk({ ...okpExample, d: 'A'.repeat(43) }, crypto)).toBeUndefined()
    expect(keyPairOfJwk({ ...okpExample, d: 'AAAA' }, crypto)).toBeUndefined()
  })
})

test.each([
  ['nothing', null],
  ['a text', 'RSA'],
  ['an empty object', {}],
  ['a symmetric key', { kty: 'oct', k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T' }],
  ['a kind that is no text', { ...okpExample, kty: ['OKP'] }],
  ['members of a prototype', Object.create(okpExample)],
  ['an unknown curve', { ...ecExample, crv: 'P-255' }],
  ['a curve of signatures that we do not make', { ...okpExample, crv: 'Ed448' }],
  ['X25519, which signs nothing', { ...okpExample, crv: 'X25519' }],
  ['a coordinate that is too short', { ...ecExample, x: ecExample.x.slice(4) }],
  ['coordinates that are both too short', { ...ecExample, x: 'AAAA', y: 'AAAA' }],
  ['no second coordinate', { ...ecExample, y: undefined }],
  ['padding', { ...okpExample, x: `${okpExample.x}=` }],
  ['a point of Ed25519 that is too short', { ...okpExample, x: 'AAAA' }],
  ['a modulus with a zero in front', { ...rsaExample, n: `AA${rsaExample.n}` }],
  ['a modulus that is even', { ...rsaExample, n: `${rsaExample.n.slice(0, -2)}gA` }],
  ['an empty modulus', { ...rsaExample, n: '' }],
  ['a modulus of 16,392 bits', { ...rsaExample, n: `${'_'.repeat(2732)}` }],
  ['exponent 1', { ...rsaExample, e: 'AQ' }],
  ['an exponent of 41 bits', { ...rsaExample, e: 'AQAAAAAB' }],
])('%s is no public key', (_, jwk) => {
  expect(spkiOfJwk(jwk, node.crypto)).toBeUndefined()
  expect(keyPairOfJwk(jwk, node.crypto)).toBeUndefined()
})

test('numbers of RSA that do not belong together are no private key', () => {
  const jwk = privateJwkOf(rsaPair()) as unknown as Record<string, string>
  expect(keyPairOfJwk(jwk, node.crypto)).toBeDefined()
  const swapped = { ...jwk, p: jwk.q, q: jwk.p }
  expect(keyPairOfJwk(swapped, node.crypto)).toBeUndefined()
  for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) {
    expect(keyPairOfJwk({ ...jwk, [name]: undefined }, node.crypto), name).toBeUndefined()
    const other = name === 'dp' ? 'dq' : 'dp'
    expect(keyPairOfJwk({ ...jwk, [name]: jwk[other] }, node.crypto), name).toBeUndefined()
  }
  expect(keyPairOfJwk({ ...jwk, d: jwk.n }, node.crypto)).toBeUndefined()
  expect(keyPairOfJwk({ ...jwk, p: 'AQ', q: jwk.n }, node.crypto)).toBeUndefined()
  expect(keyPairOfJwk({ ...jwk, e: 'Aw' }, node.crypto)).toBeUndefined()
  expect(keyPairOfJwk({ ...jwk, oth: [] }, node.crypto)).toBeUndefined()
  expect(keyPairOfJwk({ ...jwk, d: '_'.repeat(9999) }, node.crypto)).toBeUndefined()
})

test('halves of two kinds, and kinds without a form in JSON, are the caller’s mistake', () => {
  const [a, b] = [node.crypto.generateKeyPair('p-256'), node.crypto.generateKeyPair('ed25519')]
  expect(() => privateJwkOf({ spki: a.spki, pkcs8: b.pkcs8 })).toThrow(RangeError)
  expect(() => privateJwkOf({ spki: b.spki, pkcs8: a.pkcs8 })).toThrow(RangeError)
  const { publicKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
  expect(() => jwkOf(new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })))).toThrow(RangeError)
  const x448 = generateKeyPairSync('ed448').publicKey.export({ format: 'der', type: 'spki' })
  expect(() => jwkOf(new Uint8Array(x448))).toThrow(RangeError)
  // The hybrid form has both halves behind another first octet (X9.62 4.3.6).
  const hybrid = a.spki.slice()
  hybrid[hybrid.length - 65] = 6
  expect(() => jwkOf(hybrid)).toThrow()
})
