/** Authorizations and their challenges (RFC 8555 7.5): who has a name shows it, and we ask somebody to look. */
import type { Millis } from '../../engine.ts'
import type { Json } from '../json.ts'
import { memberOf } from '../json.ts'
import { type Problem, problem, problemDocument, refusal } from '../problem.ts'
import { authorizationStates, challengeStates } from '../states.table.ts'
import type { AuthorizationRecord, ChallengeRecord } from '../store.ts'
import { ownerOf, type Signed } from './authenticate.ts'
import type { Answer, Desk } from './desk.ts'
import { reconsidered } from './orders.ts'
import type { AcmeAnswer, AcmeQuestion } from './types.ts'

/** RFC 8555 8. */
const challengeJson = (desk: Desk, { id }: AuthorizationRecord, challenge: ChallengeRecord): Json => ({
  type: challenge.type,
  url: desk.url('chall', id, challenge.type),
  status: challenge.status,
  token: challenge.token,
  ...(challenge.validated === undefined ? {} : { validated: new Date(challenge.validated).toISOString() }),
  ...(challenge.error === undefined ? {} : { error: problemDocument(challenge.error) as Json }),
})

/** RFC 8555 7.1.4. One that has ended shows the challenge that ended it, and no other. */
const authorizationJson = (desk: Desk, of: AuthorizationRecord): Json => ({
  status: of.status,
  expires: new Date(of.expires).toISOString(),
  identifier: of.identifier as unknown as Json,
  challenges: (of.status === 'pending' ? of.challenges : of.challenges.filter(each => each.status !== 'pending')).map(
    each => challengeJson(desk, of, each),
  ),
  ...(of.wildcard ? { wildcard: true } : {}),
})

const own = (desk: Desk, signed: Signed, id: string, now: Millis): AuthorizationRecord => {
  const found = desk.authorization(id, now)
  if (found === undefined || found.account !== ownerOf(signed).id)
    throw refusal('unauthorized', 'this account has no such authorization', { status: 404 })
  return found
}

/** RFC 8555 7.5, 7.5.2. */
export const authorization = (desk: Desk, signed: Signed, id: string, now: Millis): Answer => {
  const found = own(desk, signed, id, now)
  const { payload } = signed
  if (payload === undefined) return { status: 200, json: authorizationJson(desk, found) }
  if (memberOf(payload, 'status') !== 'deactivated')
    throw refusal('malformed', 'of an authorization the status can be changed to deactivated, and nothing else')
  const status = authorizationStates.find(found.status, 'deactivated')
  if (status === undefined) throw refusal('malformed', `the authorization is ${found.status}`)
  const changed: AuthorizationRecord = { ...found, status }
  desk.keepAuthorization(changed)
  reconsidered(desk, found.order, now)
  return { status: 200, json: authorizationJson(desk, changed) }
}

/** What is to be looked at, and how it is told what came of it. */
export interface Begun {
  readonly answer: Answer
  readonly question?: AcmeQuestion
}

/**
 * RFC 8555 7.5.1. Whoever asks again while it is looked at, or afterwards, gets it as it is. Throws `Refusal`.
 * `validations`: how many are under way.
 */
export const challenge = (
  desk: Desk,
  signed: Signed,
  { id, type }: { readonly id: string; readonly type: string },
  validations: number,
  now: Millis,
): Begun => {
  const found = own(desk, signed, id, now)
  const asked = found.challenges.find(each => each.type === type)
  if (asked === undefined) throw refusal('unauthorized', 'this authorization has no such challenge', { status: 404 })
  if (signed.payload === undefined || asked.status !== 'pending') return { answer: challengeShown(desk, found, asked) }
  if (found.status !== 'pending') throw refusal('malformed', `the authorization is ${found.status}`)
  const { validations: most } = desk.limits
  if (validations >= most) throw refusal('rateLimited', `${most} challenges are being looked at`, { retryAfter: 1 })
  const processing: ChallengeRecord = { ...asked, status: challengeStates.next(asked.status, 'client is ready') }
  const changed = withChallenge(found, processing)
  desk.keepAuthorization(changed)
  const keyAuthorization = `${asked.token}.${signed.thumbprint}`
  const { identifier } = found
  return {
    answer: challengeShown(desk, changed, processing),
    question: { about: 'challenge', type: asked.type, identifier, token: asked.token, keyAuthorization },
  }
}

const challengeShown = (desk: Desk, of: AuthorizationRecord, shown: ChallengeRecord): Answer => ({
  status: 200,
  headers: [
    ['link', `<${desk.url('authz', of.id)}>;rel="up"`],
    ...(shown.status === 'processing' ? [['retry-after', '1'] as const] : []),
  ],
  json: challengeJson(desk, of, shown),
})

const withChallenge = (of: AuthorizationRecord, changed: ChallengeRecord): AuthorizationRecord => ({
  ...of,
  challenges: of.challenges.map(each => (each.type === changed.type ? changed : each)),
})

/** What was found; `undefined`: nobody said, in all the time that there was. */
export const validated = (
  desk: Desk,
  { id, type }: { readonly id: string; readonly type: string },
  answer: AcmeAnswer | undefined,
  now: Millis,
): void => {
  const found = desk.authorization(id, now)
  const asked = found?.challenges.find(each => each.type === type)
  if (found === undefined || asked === undefined || asked.status !== 'processing') return
  const error: Problem | undefined =
    answer === 'done'
      ? undefined
      : typeof answer === 'object' && 'type' in answer
        ? answer
        : problem('connection', 'nobody could look at the challenge in time')
  const looked: ChallengeRecord =
    error === undefined
      ? { ...asked, status: challengeStates.next(asked.status, 'validated'), validated: desk.date(now) }
      : { ...asked, status: challengeStates.next(asked.status, 'not validated'), error }
  // What was given up, or is over, stays so.
  const move = error === undefined ? 'challenge valid' : 'challenge invalid'
  const status = found.status === 'pending' ? authorizationStates.next(found.status, move) : found.status
  desk.keepAuthorization({ ...withChallenge(found, looked), status })
  reconsidered(desk, found.order, now)
}
