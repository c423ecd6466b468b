/** Accounts (RFC 8555 7.3): made, found again, changed, ended; another key; accounts from elsewhere. */
import type { Millis } from '../../engine.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { isObject, type Json, type JsonObject, jsonIn, memberOf, textOf, textsOf } from '../json.ts'
import { isSignedBy, isSignedWith, jwsOf } from '../jws.ts'
import { refusal } from '../problem.ts'
import { accountStates } from '../states.table.ts'
import type { AccountRecord } from '../store.ts'
import { checkAlgorithm, keyShown, ownerOf, type Signed, saying, textOfKey } from './authenticate.ts'
import type { Answer, Desk } from './desk.ts'

/** RFC 8555 7.1.2. */
export const accountJson = (
  desk: Desk,
  { id, status, contact, termsOfServiceAgreed, external }: AccountRecord,
): Json => ({
  status,
  contact,
  orders: desk.url('account', id, 'orders'),
  ...(termsOfServiceAgreed ? { termsOfServiceAgreed } : {}),
  ...(external === undefined ? {} : { externalAccountBinding: external.binding as Json }),
})

const shown = (desk: Desk, account: AccountRecord, status: number): Answer => ({
  status,
  headers: [['location', desk.url('account', account.id)]],
  json: accountJson(desk, account),
})

/** RFC 8555 7.3, 7.3.1. */
export const newAccount = (desk: Desk, signed: Signed, now: Millis): Answer => {
  const asked = saying(signed)
  const known = desk.accountByKey(signed.thumbprint)
  if (known !== undefined) {
    if (known.status !== 'valid')
      throw refusal('unauthorized', `the account of this key is ${known.status}`, { status: 401 })
    return shown(desk, known, 200)
  }
  if (memberOf(asked, 'onlyReturnExisting') === true)
    throw refusal('accountDoesNotExist', 'there is no account of this key')
  const { termsOfService } = desk.options
  const agreed = memberOf(asked, 'termsOfServiceAgreed') === true
  if (termsOfService !== undefined && !agreed)
    throw refusal('userActionRequired', `the terms of service are to be agreed to: ${termsOfService}`)
  const contact = contactsIn(desk, asked) ?? []
  const external = externalOf(desk, asked, signed)
  desk.admitAccount(external?.kid, now)
  const account: AccountRecord = {
    id: desk.newId(),
    status: 'valid',
    spki: textOfKey(signed.spki),
    thumbprint: signed.thumbprint,
    contact,
    termsOfServiceAgreed: agreed,
    external,
  }
  desk.keepAccount(account)
  return shown(desk, account, 201)
}

/** RFC 8555 7.3.2, 7.3.6: nothing but contacts changes, and the end of it. */
export const account = (desk: Desk, signed: Signed, id: string): Answer => {
  const own = ownerOf(signed)
  if (own.id !== id) throw refusal('unauthorized', 'this is another account', { status: 401 })
  const { payload } = signed
  if (payload === undefined) return shown(desk, own, 200)
  const status = memberOf(payload, 'status')
  if (status !== undefined && status !== 'deactivated' && status !== own.status)
    throw refusal('malformed', 'the status of an account can be changed to deactivated alone')
  const changed: AccountRecord = {
    ...own,
    contact: contactsIn(desk, payload) ?? own.contact,
    status: status === 'deactivated' ? accountStates.next(own.status, 'deactivated by its owner') : own.status,
  }
  desk.keepAccount(changed)
  return shown(desk, changed, 200)
}

/** RFC 8555 7.1.2.1: those that have not ended. */
export const accountOrders = (desk: Desk, signed: Signed, id: string, now: number): Answer => {
  if (ownerOf(signed).id !== id) throw refusal('unauthorized', 'this is another account', { status: 401 })
  const orders = desk.ordersOf(id, now).filter(({ status }) => status !== 'invalid')
  return { status: 200, json: { orders: orders.map(order => desk.url('order', order.id)) } }
}

/** RFC 8555 7.3.5: the new key signs that it wants the account, the old one that it may have it. */
export const keyChange = (desk: Desk, signed: Signed): Answer => {
  const own = ownerOf(signed)
  const inner = jwsOf(saying(signed))
  if (inner === undefined) throw refusal('malformed', 'the payload is no JWS of the new key')
  checkAlgorithm(inner.header)
  if (memberOf(inner.header, 'nonce') !== undefined || memberOf(inner.header, 'kid') !== undefined)
    throw refusal('malformed', 'the inner JWS has a jwk, and neither nonce nor kid')
  const key = keyShown(desk, memberOf(inner.header, 'jwk'))
  if (!isSignedBy(inner, key.spki, desk.crypto))
    throw refusal('malformed', 'the signature of the inner JWS is not by its key')
  if (textOf(inner.header, 'url') !== signed.url)
    throw refusal('malformed', 'the inner JWS is for another url than the outer one')
  const change = jsonIn(inner.payload)
  if (!isObject(change) || textOf(change, 'account') !== desk.url('account', own.id))
    throw refusal('malformed', 'the inner JWS is about another account')
  if (keyShown(desk, memberOf(change, 'oldKey')).thumbprint !== own.thumbprint)
    throw refusal('malformed', 'oldKey is not the key of the account')
  const taken = desk.accountByKey(key.thumbprint)
  if (taken !== undefined)
    throw refusal('malformed', 'another account has this key, or this one has it already', {
      status: 409,
      location: desk.url('account', taken.id),
    })
  const changed: AccountRecord = { ...own, spki: textOfKey(key.spki), thumbprint: key.thumbprint }
  desk.keepAccount(changed)
  return shown(desk, changed, 200)
}

/** RFC 8555 7.3: `mailto:` with one address, and nothing else in it. Undefined where none are named. */
const contactsIn = (desk: Desk, asked: JsonObject): readonly string[] | undefined => {
  if (memberOf(asked, 'contact') === undefined) return undefined
  const contact = textsOf(asked, 'contact')
  if (contact === undefined) throw refusal('malformed', 'contact is a list of URLs')
  const { contacts, contactLength } = desk.limits
  if (contact.length > contacts) throw refusal('invalidContact', `an account has at most ${contacts} contacts`)
  for (const each of contact) {
    if (!/^mailto:/i.test(each)) throw refusal('unsupportedContact', 'contacts are mailto: URLs')
    if (each.length > contactLength || !/^mailto:[^\s@,?&<>"]+@[^\s@,?&<>"]+$/i.test(each))
      throw refusal('invalidContact', 'a contact is mailto: with one address')
  }
  return contact
}

/** RFC 8555 7.3.4: who asks has an account elsewhere, and the key that belongs to it signs the key of the new one. */
const externalOf = (desk: Desk, asked: JsonObject, signed: Signed): AccountRecord['external'] => {
  const { externalAccounts } = desk.options
  const binding = memberOf(asked, 'externalAccountBinding')
  if (externalAccounts === undefined) return undefined
  if (binding === undefined)
    throw refusal('externalAccountRequired', 'an account here needs an external account: its key id and HMAC key')
  const jws = jwsOf(binding)
  const kid = jws && textOf(jws.header, 'kid')
  if (jws === undefined || kid === undefined || memberOf(jws.header, 'nonce') !== undefined)
    throw refusal('malformed', 'externalAccountBinding is a JWS with kid and url, and without nonce')
  if (textOf(jws.header, 'url') !== signed.url)
    throw refusal('malformed', 'externalAccountBinding is for another url than the request')
  const secret = externalAccounts(kid)
  // One answer for both: which names there are is nobody’s business.
  if (secret === undefined || !isSignedWith(jws, secret, desk.crypto))
    throw refusal('unauthorized', 'externalAccountBinding is not signed by the key of an account that is known', {
      status: 401,
    })
  const jwk = jsonIn(jws.payload)
  if (!sameOctets(keyShown(desk, jwk).spki, signed.spki))
    throw refusal('malformed', 'externalAccountBinding is for another key')
  return { kid, binding }
}
