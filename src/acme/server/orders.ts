/** Orders (RFC 8555 7.4): what is wanted, what has to be shown for it, and the request that ends it. */
import type { Millis } from '../../engine.ts'
import { parseIp } from '../../wire/address.ts'
import { base64url, fromBase64url } from '../../wire/base64url.ts'
import { sameOctets } from '../../wire/bytes.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { isHostName } from '../../x509/path/names.ts'
import { type Identifier, identifierKey, isWildcard, withoutWildcard } from '../identifiers.ts'
import { isObject, type Json, type JsonObject, memberOf, textOf } from '../json.ts'
import { type Problem, problem, problemDocument, refusal } from '../problem.ts'
import { orderStates } from '../states.table.ts'
import type { AuthorizationRecord, ChallengeType, OrderRecord } from '../store.ts'
import { ownerOf, type Signed, saying } from './authenticate.ts'
import { readOrderedCsr } from './csr.ts'
import type { Answer, Desk } from './desk.ts'
import type { AcmeAnswer, AcmeQuestion } from './types.ts'

/** RFC 8555 7.1.3. */
export const orderJson = (desk: Desk, order: OrderRecord): Json => ({
  status: order.status,
  expires: new Date(order.expires).toISOString(),
  identifiers: order.identifiers as unknown as Json,
  ...(order.notBefore === undefined ? {} : { notBefore: new Date(order.notBefore).toISOString() }),
  ...(order.notAfter === undefined ? {} : { notAfter: new Date(order.notAfter).toISOString() }),
  authorizations: order.authorizations.map(id => desk.url('authz', id)),
  finalize: desk.url('order', order.id, 'finalize'),
  ...(order.certificate === undefined ? {} : { certificate: desk.url('cert', order.certificate) }),
  ...(order.error === undefined ? {} : { error: problemDocument(order.error) as Json }),
})

export const orderShown = (desk: Desk, order: OrderRecord, status = 200): Answer => ({
  status,
  headers: [
    ['location', desk.url('order', order.id)],
    // RFC 8555 7.4: how long to wait before asking again.
    ...(order.status === 'processing' ? [['retry-after', '1'] as const] : []),
  ],
  json: orderJson(desk, order),
})

export const newOrder = (desk: Desk, signed: Signed, now: Millis): Answer => {
  const owner = ownerOf(signed)
  const { id: account } = owner
  const asked = saying(signed)
  const identifiers = identifiersIn(desk, asked)
  const [notBefore, notAfter] = [dateIn(asked, 'notBefore'), dateIn(asked, 'notAfter')]
  if (notBefore !== undefined && notBefore < desk.date(now) - BACKDATED)
    throw refusal('malformed', 'notBefore is over: nobody gets a certificate that was good before it was asked for')
  if (notAfter !== undefined && notAfter <= Math.max(notBefore ?? 0, desk.date(now)))
    throw refusal('malformed', 'notAfter is over, or not behind notBefore')
  desk.admitOrder(account, identifiers.length, now)
  const id = desk.newId()
  const expires = Math.floor((desk.date(now) + desk.limits.orderLifetime) / 1000) * 1000
  const authorizations = identifiers.map(identifier =>
    authorizationFor(desk, { account, order: id, expires, identifier }),
  )
  if (owner.ordered === undefined) desk.keepAccount({ ...owner, ordered: true })
  for (const each of authorizations) desk.keepAuthorization(each)
  const order: OrderRecord = {
    id,
    account,
    status: 'pending',
    expires,
    identifiers,
    notBefore,
    notAfter,
    authorizations: authorizations.map(each => each.id),
    certificate: undefined,
    error: undefined,
  }
  desk.keepOrder(order)
  return orderShown(desk, order, 201)
}

/** Throws `Refusal`, with a subproblem for each of several that cannot be had (RFC 8555 6.7.1). */
const identifiersIn = (desk: Desk, asked: JsonObject): readonly Identifier[] => {
  const list = memberOf(asked, 'identifiers')
  if (!Array.isArray(list) || list.length === 0) throw refusal('malformed', 'an order names one identifier or more')
  const { identifiers: most } = desk.limits
  if (list.length > most) throw refusal('rejectedIdentifier', `an order names at most ${most} identifiers`)
  const found = new Map<string, Identifier>()
  const wrong: Problem[] = []
  for (const each of list as readonly Json[]) {
    const identifier = identifierIn(each)
    const why = refusedFor(desk, identifier)
    if (why === undefined) found.set(identifierKey(identifier), identifier)
    else wrong.push(problem('rejectedIdentifier', why, { identifier }))
  }
  const [first] = wrong
  if (first !== undefined)
    throw wrong.length === 1
      ? refusal('rejectedIdentifier', first.detail, { identifier: first.identifier! })
      : refusal('compound', `${wrong.length} identifiers cannot be had`, { subproblems: wrong })
  return [...found.values()]
}

const identifierIn = (value: Json): Identifier => {
  const type = isObject(value) ? textOf(value, 'type') : undefined
  const text = isObject(value) ? textOf(value, 'value') : undefined
  if (type === undefined || text === undefined) throw refusal('malformed', 'an identifier has a type and a value')
  if (type === 'ip') {
    // RFC 8738 3: as RFC 5952 writes it, so that one address is one identifier.
    if (parseIp(text)?.text !== text) throw refusal('malformed', 'an address is written as in RFC 5952')
    return { type, value: text }
  }
  if (type !== 'dns') throw refusal('unsupportedIdentifier', 'identifiers are of type dns or ip')
  // RFC 8555 7.1.4: as in a certificate, so in ASCII and without a final period.
  if (!isHostName(text.replace(/^\*\./, ''))) throw refusal('malformed', 'an identifier of type dns is a host name')
  return { type, value: text.toLowerCase() }
}

const refusedFor = (desk: Desk, identifier: Identifier): string | undefined =>
  desk.options.refuses(identifier) ??
  (challengesFor(desk, identifier).length === 0 ? 'there is no challenge by which it could be shown' : undefined)

const ALL: readonly ChallengeType[] = ['http-01', 'dns-01', 'tls-alpn-01']

/** A wildcard is shown in DNS alone (RFC 8555 7.1.3), an address not there (RFC 8738 7). */
const challengesFor = (desk: Desk, identifier: Identifier): readonly ChallengeType[] => {
  const { challenges = ALL } = desk.options
  if (isWildcard(identifier)) return challenges.filter(type => type === 'dns-01')
  return identifier.type === 'ip' ? challenges.filter(type => type !== 'dns-01') : challenges
}

type Wanted = Pick<AuthorizationRecord, 'account' | 'order' | 'expires' | 'identifier'>

const authorizationFor = (desk: Desk, { identifier, ...wanted }: Wanted): AuthorizationRecord => ({
  ...wanted,
  id: desk.newId(),
  status: 'pending',
  identifier: withoutWildcard(identifier),
  wildcard: isWildcard(identifier),
  challenges: challengesFor(desk, identifier).map(type => ({
    type,
    status: 'pending',
    token: desk.newId(),
    validated: undefined,
    error: undefined,
  })),
})

/** Clocks differ. */
const BACKDATED: Millis = 3_600_000

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i

const dateIn = (asked: JsonObject, name: string): Millis | undefined => {
  const value = memberOf(asked, name)
  if (value === undefined) return undefined
  const date = typeof value === 'string' && RFC_3339.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(date)) throw refusal('malformed', `${name} is no date of RFC 3339`)
  return date
}

/** Throws `Refusal` unless it is one of this account: others hear nothing about it, not even that it is there. */
export const ownOrder = (desk: Desk, signed: Signed, id: string, now: Millis): OrderRecord => {
  const order = desk.order(id, now)
  if (order === undefined || order.account !== ownerOf(signed).id)
    throw refusal('unauthorized', 'this account has no such order', { status: 404 })
  return order
}

/** After a change of one of its authorizations (RFC 8555 7.1.6). */
export const reconsidered = (desk: Desk, id: string, now: Millis): void => {
  const order = desk.order(id, now)
  if (order === undefined) return
  const all = order.authorizations.map(each => desk.authorization(each, now))
  const move = all.every(each => each?.status === 'valid')
    ? 'all authorized'
    : all.some(each => each?.status !== 'valid' && each?.status !== 'pending')
      ? 'authorization lost'
      : undefined
  const status = move && orderStates.find(order.status, move)
  if (status === undefined) return
  const failed = all.flatMap(each => each?.challenges ?? []).find(each => each.error !== undefined)
  desk.keepOrder({ ...order, status, error: status === 'invalid' ? failed?.error : undefined })
}

/** A certificate to be asked for. */
export interface Finalizing {
  readonly order: OrderRecord
  readonly question: AcmeQuestion
}

/** RFC 8555 7.4. Throws `Refusal`. */
export const finalize = (desk: Desk, signed: Signed, id: string, now: Millis): Finalizing => {
  const account = ownerOf(signed)
  const order = ownOrder(desk, signed, id, now)
  const text = textOf(saying(signed), 'csr')
  const csr = text === undefined ? undefined : fromBase64url(text)
  if (csr === undefined) throw refusal('malformed', 'csr is a PKCS#10 request in base64url')
  const status = orderStates.find(order.status, 'finalize')
  if (status === undefined) throw refusal('orderNotReady', `the order is ${order.status}`)
  const { spki, identifiers } = readOrderedCsr(csr, desk.crypto)
  // RFC 8555 11.1: whoever has the key of a server must not have the account with it.
  if (sameOctets(spki, signed.spki)) throw refusal('badCSR', 'the key of the certificate is the key of the account')
  const wanted = new Set(order.identifiers.map(identifierKey))
  const asked = new Set(identifiers.map(identifierKey))
  const more = identifiers.find(each => !wanted.has(identifierKey(each)))
  if (more !== undefined) throw refusal('badCSR', 'the request names what was not ordered', { identifier: more })
  const missing = order.identifiers.find(each => !asked.has(identifierKey(each)))
  if (missing !== undefined) throw refusal('badCSR', 'the request lacks what was ordered', { identifier: missing })
  if (!desk.admitsCertificate(now))
    throw refusal('rateLimited', `${desk.limits.certificates} certificates are valid, and there is no room for more`, {
      retryAfter: desk.untilCertificateEnds(now),
    })
  const processing: OrderRecord = { ...order, status }
  desk.keepOrder(processing)
  const { notBefore, notAfter } = order
  const by = `acme ${account.id}`
  return {
    order: processing,
    question: { about: 'certificate', csr, spki, identifiers: order.identifiers, notBefore, notAfter, by },
  }
}

/** What came of it; `undefined`: nothing, in all the time that there was. */
export const issued = (desk: Desk, order: OrderRecord, answer: AcmeAnswer | undefined): OrderRecord => {
  const failed = (error: Problem): OrderRecord => ({
    ...order,
    status: orderStates.next(order.status, 'issuing refused'),
    error,
  })
  const chain = typeof answer === 'object' && 'chain' in answer ? answer : undefined
  const leaf = chain?.chain[0]
  const done =
    chain === undefined || leaf === undefined
      ? failed(
          typeof answer === 'object' && 'type' in answer
            ? answer
            : problem('serverInternal', 'the authority did not make a certificate'),
        )
      : {
          ...order,
          status: orderStates.next(order.status, 'certificate issued'),
          certificate: kept(desk, order, leaf, [chain.chain, ...(chain.alternates ?? [])]),
        }
  desk.keepOrder(done)
  return done
}

const kept = (desk: Desk, order: OrderRecord, leaf: Uint8Array, chains: readonly (readonly Uint8Array[])[]): string => {
  const id = desk.newId()
  desk.keepCertificate({
    id,
    account: order.account,
    identifiers: order.identifiers,
    chains: chains.map(chain => chain.map(base64url)),
    revoked: false,
    expires: new Certificate(leaf).notAfter,
  })
  return id
}
