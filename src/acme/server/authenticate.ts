/**
 * Who sends a request (RFC 8555 6.2 to 6.5): the form of the message, its algorithm, its nonce, its URL and its signature,
 * in this order. Whatever it asks is looked at only when all of these hold.
 */
import { DerError } from '../../asn1/der.ts'
import type { Bytes } from '../../engine.ts'
import { base64url, fromBase64url } from '../../wire/base64url.ts'
import { readPublicKey } from '../../x509/certificate/public-key.ts'
import { jwkOf, jwkThumbprint, spkiOfJwk } from '../../x509/files/jwk.ts'
import { isObject, type JsonObject, jsonIn, memberOf, textOf } from '../json.ts'
import { algorithmNames, isSignedBy, type Jws, readJws } from '../jws.ts'
import { refusal } from '../problem.ts'
import type { AccountRecord } from '../store.ts'
import type { Desk } from './desk.ts'
import type { AcmeRequest } from './types.ts'

/** A key as messages show it. */
export interface Key {
  readonly spki: Bytes
  readonly thumbprint: string
}

export interface Signed extends Key {
  /** Undefined where the message showed its key itself. */
  readonly account: AccountRecord | undefined
  readonly url: string
  readonly header: JsonObject
  /** Undefined: POST-as-GET. */
  readonly payload: JsonObject | undefined
}

/** Factoring is a matter of money below; above, every check of a signature is work that strangers ask for. */
const RSA_BITS = { least: 2048, most: 8192 }

/** Throws `Refusal`. `by`: how the key is to be named; `either` is for revocations alone (RFC 8555 6.2). */
export const authenticated = (desk: Desk, request: AcmeRequest, by: 'account' | 'key' | 'either'): Signed => {
  if (!/^application\/jose\+json *(;|$)/i.test(request.contentType ?? ''))
    throw refusal('malformed', 'the content type must be application/jose+json', { status: 415 })
  const jws = readJws(request.body)
  if (jws === undefined)
    throw refusal('malformed', 'the body is no JWS in flattened JSON with protected, payload and signature')
  const { header } = jws
  checkAlgorithm(header)
  const nonce = textOf(header, 'nonce')
  if (nonce === undefined || !desk.nonces.take(nonce))
    throw refusal('badNonce', nonce === undefined ? 'there is no nonce' : 'this nonce is unknown, too old, or was used')
  const url = desk.options.base + request.path
  if (textOf(header, 'url') !== url)
    throw refusal('unauthorized', `the url in the protected header is not ${url}`, { status: 401 })
  const [kid, jwk] = [memberOf(header, 'kid'), memberOf(header, 'jwk')]
  if ((kid === undefined) === (jwk === undefined))
    throw refusal('malformed', 'the protected header must have one of kid and jwk')
  if (by !== 'either' && (kid === undefined) === (by === 'account'))
    throw refusal('malformed', `this request is signed with ${by === 'account' ? 'an account: kid' : 'a new key: jwk'}`)
  const account = jwk === undefined ? accountNamed(desk, kid) : undefined
  const key =
    account === undefined ? keyShown(desk, jwk) : { ...account, spki: fromBase64url(account.spki) ?? new Uint8Array() }
  if (!isSignedBy(jws, key.spki, desk.crypto)) throw refusal('malformed', 'the signature is not by this key')
  if (account !== undefined && account.status !== 'valid')
    throw refusal('unauthorized', `this account is ${account.status}`, { status: 401 })
  return { spki: key.spki, thumbprint: key.thumbprint, account, url, header, payload: payloadOf(jws) }
}

/** RFC 8555 6.2: what cannot be checked is refused with a list of what can. */
export const checkAlgorithm = (header: JsonObject): void => {
  const name = textOf(header, 'alg')
  if (algorithmNames.some(each => each === name)) return
  throw refusal('badSignatureAlgorithm', 'the algorithm of the signature is not one of those that are taken', {
    algorithms: algorithmNames,
  })
}

/** Throws `Refusal` for a `jwk` that is no key, or none that may sign here. */
export const keyShown = (desk: Desk, jwk: unknown): Key => {
  const unfit = (detail: string) => refusal('badPublicKey', detail)
  if (typeof jwk === 'object' && jwk !== null && 'd' in jwk)
    throw unfit('this is a private key: keep it, and make a new one')
  const spki = spkiOfJwk(jwk, desk.crypto)
  if (spki === undefined) throw unfit('the jwk is no key that can be read')
  const weak = weakness(spki)
  if (weak !== undefined) throw unfit(weak)
  return { spki, thumbprint: jwkThumbprint(jwkOf(spki), desk.crypto) }
}

/** Why it is no key for an account or a certificate. */
export const weakness = (spki: Bytes): string | undefined => {
  try {
    const key = readPublicKey(spki)
    if (key.type === 'other' || key.type === 'rsa-pss') return 'keys of this kind are not taken'
    if (key.type === 'rsa' && (key.bits < RSA_BITS.least || key.bits > RSA_BITS.most))
      return `an RSA key must have ${RSA_BITS.least} to ${RSA_BITS.most} bits, not ${key.bits}`
    return undefined
  } catch (error) {
    if (error instanceof DerError) return 'the key cannot be read'
    throw error
  }
}

const accountNamed = (desk: Desk, kid: unknown): AccountRecord => {
  const prefix = `${desk.url('account')}/`
  const id = typeof kid === 'string' && kid.startsWith(prefix) ? kid.slice(prefix.length) : undefined
  const account = id === undefined ? undefined : desk.account(id)
  if (account === undefined) throw refusal('accountDoesNotExist', 'there is no account of this kid')
  return account
}

const payloadOf = ({ payload }: Jws): JsonObject | undefined => {
  if (payload.length === 0) return undefined
  const value = jsonIn(payload)
  if (!isObject(value)) throw refusal('malformed', 'the payload is no JSON object')
  return value
}

/** For requests that must say something. */
export const saying = ({ payload }: Signed): JsonObject => {
  if (payload === undefined) throw refusal('malformed', 'the payload is empty')
  return payload
}

/** For requests whose key was named by an account. */
export const ownerOf = ({ account }: Signed): AccountRecord => {
  if (account === undefined) throw refusal('malformed', 'this request is signed with an account: kid')
  return account
}

export const textOfKey = (spki: Bytes): string => base64url(spki)
