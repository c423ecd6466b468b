/** Names, passwords and tokens for servers that ask for them: each is shown to one origin, whatever leads elsewhere. */
import { FailureError, fail } from '../../failures/index.ts'
import {
  basicCredentials,
  bearerCredentials,
  type Challenge,
  checkCredentials,
  parseChallenges,
} from '../../http/semantics/challenges.ts'
import { DigestClient, type DigestProof } from '../../http/semantics/digest-client.ts'
import type { World } from '../stream/types.ts'
import { type Outline, targetOf } from './request.ts'
import { type Answer, type Interceptor, overPieces, type Pieces } from './seam.ts'

export type LoginScheme = 'bearer' | 'digest' | 'basic'

export interface Login {
  /** `https://shop.test`: nobody else is shown any of this. */
  readonly origin: string | URL
  /** What the server must call the place that it asks for; any if undefined. */
  readonly realm?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** For Bearer (RFC 6750). */
  readonly token?: string | undefined
  /**
   * Best first; those that fit what is given if undefined: bearer, digest, and over https basic. By Basic and Bearer the secret itself is
   * sent, and over http anybody on the way reads it: only for who names them here.
   */
  readonly schemes?: readonly LoginScheme[] | undefined
  /**
   * `required`: by Digest, an answer counts only with a proof that the server knows the password too (RFC 7616 3.5). One that
   * is there and wrong counts for nobody.
   */
  readonly serverProof?: 'required' | undefined
  /** `allowed`: Digest with MD5 too, for servers that know nothing else. */
  readonly md5?: 'allowed' | undefined
}

/** Challenges of one request that are answered: the first, one that only wants another nonce, and one more. */
const ANSWERS = 3

/**
 * For `interceptors` of a client: answers 401 with what fits, and shows it unasked from then on. A request that has an Authorization
 * of its own, or `credentials: 'omit'`, is left alone, as is one whose body can be sent only once. Throws `FailureError`:
 * http/bad-credentials, net/bad-url.
 */
export const authenticating = (logins: readonly Login[], { world }: { readonly world: World }): Interceptor => {
  const known = logins.map(login => new Known(login, world))
  return async (outline, next) => {
    const own = known.filter(({ origin }) => origin === outline.url.origin)
    if (own.length === 0 || outline.credentials === 'omit' || outline.headers.has('authorization')) return next(outline)
    let shown = own.find(each => each.isUsual(outline))
    let value = shown?.authorization(outline)
    const refused = new Set<Known>()
    for (let answers = 0; ; answers++) {
      const answer = await next(value === undefined ? outline : withAuthorization(outline, value))
      if (answer.head.status !== 401) {
        return value === undefined || shown === undefined ? answer : shown.accepted(outline, answer, value)
      }
      const challenges = parseChallenges(answer.head.headers.all('www-authenticate').join(', '))
      // What was shown before anybody asked may be for another nonce or place.
      const wrong = value !== undefined && answers > 0 ? shown : undefined
      const taken = own.find(each => !refused.has(each) && each.take(challenges, wrong === each ? 'shown' : 'new'))
      if (wrong !== undefined && wrong !== taken) refused.add(wrong)
      value = taken?.authorization(outline)
      if (value === undefined || answers === ANSWERS || outline.body?.opens === 'once') return answer
      shown = taken
      answer.pieces.discard()
    }
  }
}

const withAuthorization = (outline: Outline, value: string): Outline => {
  const headers = new Headers(outline.headers)
  headers.set('authorization', value)
  return { ...outline, headers }
}

class Known {
  readonly origin: string
  readonly #login: Login
  readonly #schemes: readonly LoginScheme[]
  readonly #digest: DigestClient | undefined
  /** What the server was answered with last. */
  #scheme: LoginScheme | undefined
  /** Below which path that is shown unasked (RFC 7617 2.2); undefined: not yet. */
  #below: string | undefined

  constructor(login: Login, { crypto }: World) {
    const url = URL.canParse(String(login.origin)) ? new URL(login.origin) : undefined
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
      throw new FailureError(fail('net/bad-url', { got: String(login.origin).slice(0, 200) }))
    const { user, password, token, md5 } = login
    const named = user !== undefined && password !== undefined ? { user, password } : undefined
    if (named !== undefined) checkCredentials(named)
    if (token !== undefined) bearerCredentials(token)
    this.origin = url.origin
    this.#login = login
    const secret = url.protocol === 'https:'
    const fitting: LoginScheme[] = [
      ...(token !== undefined && secret ? ['bearer' as const] : []),
      ...(named === undefined ? [] : ['digest' as const, ...(secret ? ['basic' as const] : [])]),
    ]
    this.#schemes = login.schemes ?? fitting
    this.#digest = named && new DigestClient({ ...named, crypto, md5 })
  }

  isUsual({ url }: Outline): boolean {
    return this.#below !== undefined && url.pathname.startsWith(this.#below)
  }

  /** Takes one of the challenges; `shown`: what was answered to the one before was wrong, unless only its nonce was. */
  take(challenges: readonly Challenge[], before: 'new' | 'shown'): boolean {
    const { realm } = this.#login
    const asked = challenges.filter(({ parameters }) => realm === undefined || parameters.get('realm') === realm)
    for (const scheme of this.#schemes) {
      const own = asked.filter(challenge => challenge.scheme === scheme)
      const taken = scheme === 'digest' ? this.#digest?.take(own) : own.length > 0 ? 'new' : undefined
      if (taken === undefined) continue
      // The same password is no better by another scheme, and one may show it.
      if (before === 'shown' && (scheme !== this.#scheme || taken !== 'stale')) return false
      this.#scheme = scheme
      return true
    }
    return false
  }

  /** Undefined where there is nothing of the kind to show. */
  authorization(outline: Outline): string | undefined {
    const { user, password, token } = this.#login
    switch (this.#scheme) {
      case 'digest':
        return this.#digest?.authorization(outline.method, targetOf(outline), protectedBytes(outline.body))
      case 'basic':
        return user === undefined || password === undefined ? undefined : basicCredentials({ user, password })
      case 'bearer':
        return token === undefined ? undefined : bearerCredentials(token)
      default:
        return undefined
    }
  }

  /** The answer; not before its end where the server proves all of it. Throws `FailureError` http/server-unproved. */
  accepted({ url }: Outline, answer: Answer, value: string): Answer {
    const { head } = answer
    const place = this.#scheme === 'basic' ? url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1) : '/'
    // The widest place that took it.
    if (this.#below === undefined || this.#below.startsWith(place)) this.#below = place
    const info = head.headers.get('authentication-info')
    if (this.#scheme !== 'digest' || this.#digest === undefined) return answer
    const proof = this.#digest.proves(info, value)
    if (typeof proof === 'object') return { ...answer, pieces: proved(answer.pieces, proof, this.origin) }
    if (proof === 'wrong' || (proof === 'unsaid' && this.#login.serverProof === 'required')) {
      answer.pieces.cancel()
      throw unproved(this.origin)
    }
    if (info !== undefined) this.#digest.heard(info)
    return answer
  }
}

const unproved = (where: string): FailureError => new FailureError(fail('http/server-unproved', { where }))

/** Ends only as the server's proof of it says. */
const proved = (pieces: Pieces, proof: DigestProof, where: string): Pieces =>
  overPieces(pieces, async () => {
    const piece = await pieces.next()
    if (piece !== undefined) proof.update(piece)
    else if (!proof.isRight()) throw unproved(where)
    return piece
  })

/** For auth-int; undefined where it is not at hand. */
export const protectedBytes = (body: Outline['body']): Uint8Array | undefined =>
  body === undefined ? new Uint8Array(0) : body.bytes
