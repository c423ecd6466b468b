/**
 * JSON Web Signatures as ACME has them (RFC 7515 in the flattened form, RFC 8555 6.2): one signature, everything that is
 * said about it protected. Which algorithm belongs to a key is decided by the key, never by the message.
 */
import { Der, DerError, TAG } from '../asn1/der.ts'
import { integer, sequence } from '../asn1/write.ts'
import type { CryptoProvider, HashName, SignatureAlgorithm } from '../crypto/provider.ts'
import type { Bytes } from '../engine.ts'
import { base64url, fromBase64url } from '../wire/base64url.ts'
import { joined, latin1Bytes } from '../wire/bytes.ts'
import { type PublicKey, readPublicKey } from '../x509/certificate/public-key.ts'
import type { KeyPair } from '../x509/issue.ts'
import { isObject, type Json, type JsonObject, jsonIn, jsonOf, textOf } from './json.ts'

interface Algorithm {
  readonly algorithm: SignatureAlgorithm
  /** Octets of each of the two numbers that an ECDSA signature is (RFC 7518 3.4); undefined for the others. */
  readonly numbers?: number
}

/** RFC 7518 3.1, RFC 8037 3.1; one for each kind of key. `none` and those with a shared key are not here. */
const ALGORITHMS = {
  ES256: { algorithm: { key: 'ecdsa', hash: 'sha256' }, numbers: 32 },
  ES384: { algorithm: { key: 'ecdsa', hash: 'sha384' }, numbers: 48 },
  ES512: { algorithm: { key: 'ecdsa', hash: 'sha512' }, numbers: 66 },
  RS256: { algorithm: { key: 'rsa-pkcs1', hash: 'sha256' } },
  EdDSA: { algorithm: { key: 'ed25519', hash: undefined } },
} as const satisfies Readonly<Record<string, Algorithm>>

export type AlgorithmName = keyof typeof ALGORITHMS

export const algorithmNames = Object.keys(ALGORITHMS) as readonly AlgorithmName[]

const CURVES = { 'p-256': 'ES256', 'p-384': 'ES384', 'p-521': 'ES512' } as const

/** What a key signs with; undefined for one that signs nothing here. Throws `DerError` for what is no key. */
export const algorithmOf = (spki: Bytes): AlgorithmName | undefined => {
  const key: PublicKey = readPublicKey(spki)
  switch (key.type) {
    case 'rsa':
      return 'RS256'
    case 'ecdsa':
      return CURVES[key.curve]
    case 'ed25519':
      return 'EdDSA'
    case 'rsa-pss':
    case 'other':
      return undefined
    default:
      return key satisfies never
  }
}

/** Read, and not believed yet. */
export interface Jws {
  readonly header: JsonObject
  readonly payload: Bytes
  /** What the signature is over. */
  readonly signed: Bytes
  readonly signature: Bytes
}

/** Members of the flattened form; anything else (`header`, `signatures`) is not to be there (RFC 8555 6.2). */
const MEMBERS = ['payload', 'protected', 'signature']

/** Undefined for what is no such thing. */
export const readJws = (bytes: Bytes): Jws | undefined => jwsOf(jsonIn(bytes))

export const jwsOf = (value: Json | undefined): Jws | undefined => {
  if (!isObject(value) || Object.keys(value).sort().join() !== MEMBERS.join()) return undefined
  const [payloadText, headerText, signatureText] = MEMBERS.map(name => textOf(value, name))
  if (payloadText === undefined || headerText === undefined || signatureText === undefined) return undefined
  const [payload, head, signature] = [payloadText, headerText, signatureText].map(fromBase64url)
  const header = head && jsonIn(head)
  if (payload === undefined || signature === undefined || !isObject(header)) return undefined
  // RFC 7515 4.1.11: what must be understood, and is not; `b64` (RFC 7797) among it.
  if ('crit' in header || 'b64' in header) return undefined
  return { header, payload, signed: latin1Bytes(`${headerText}.${payloadText}`), signature }
}

/** Whether `spki` signed it, by the algorithm that belongs to this key and that its header names. */
export const isSignedBy = ({ header, signed, signature }: Jws, spki: Bytes, crypto: CryptoProvider): boolean => {
  const name = algorithmOf(spki)
  if (name === undefined || header.alg !== name) return false
  const { algorithm, numbers }: Algorithm = ALGORITHMS[name]
  if (numbers === undefined) return crypto.verify(algorithm, spki, signed, signature)
  if (signature.length !== 2 * numbers) return false
  const der = sequence(integer(signature.subarray(0, numbers)), integer(signature.subarray(numbers)))
  return crypto.verify(algorithm, spki, signed, der)
}

/** The flattened form in JSON. `payload`: an object, or undefined for none at all (POST-as-GET, RFC 8555 6.3). */
export const signJws = (
  key: KeyPair,
  header: JsonObject,
  payload: Json | undefined,
  crypto: CryptoProvider,
): FlattenedJws => {
  const name = algorithmOf(key.spki)
  if (name === undefined) throw new RangeError('a key of this kind signs no messages')
  const { algorithm, numbers }: Algorithm = ALGORITHMS[name]
  return flattened({ alg: name, ...header }, payload, signed => {
    const signature = crypto.sign(algorithm, key.pkcs8, signed)
    return numbers === undefined ? signature : numbersOf(signature, numbers)
  })
}

/** As it is sent. */
export interface FlattenedJws extends JsonObject {
  readonly protected: string
  readonly payload: string
  readonly signature: string
}

const flattened = (header: JsonObject, payload: Json | undefined, sign: (signed: Bytes) => Bytes): FlattenedJws => {
  const head = base64url(jsonOf(header))
  const body = payload === undefined ? '' : base64url(jsonOf(payload))
  return { protected: head, payload: body, signature: base64url(sign(latin1Bytes(`${head}.${body}`))) }
}

/** Algorithms with a shared key: for external accounts alone (RFC 8555 7.3.4), where both sides know it beforehand. */
const HMACS: Readonly<Record<string, HashName>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }

export const isSignedWith = ({ header, signed, signature }: Jws, secret: Bytes, crypto: CryptoProvider): boolean => {
  const { alg } = header
  const hash = typeof alg === 'string' && Object.hasOwn(HMACS, alg) ? HMACS[alg] : undefined
  return hash !== undefined && crypto.equal(crypto.hmac(hash, secret, signed), signature)
}

export const signWith = (secret: Bytes, header: JsonObject, payload: Json, crypto: CryptoProvider): FlattenedJws =>
  flattened({ alg: 'HS256', ...header }, payload, signed => crypto.hmac('sha256', secret, signed))

/** An ECDSA signature in DER as two numbers of a fixed length (RFC 7518 3.4). */
const numbersOf = (signature: Bytes, octets: number): Bytes => {
  const both = new Der(signature).inside(TAG.sequence, 'signature')
  const one = (): Bytes => {
    both.read(TAG.integer, 'signature')
    const value = both.value()
    const number = value[0] === 0 ? value.subarray(1) : value
    if (number.length > octets) throw new DerError('value', both.from, both.to, 'signature')
    return joined([new Uint8Array(octets - number.length), number])
  }
  return joined([one(), one()])
}
