/** Who may come in: Digest, Basic and Bearer before a handler (RFC 9110 11, RFC 7616, 7617, 6750). */
import type { Bytes } from '../../engine.ts'
import { fail } from '../../failures/index.ts'
import { parseBasic, parseBearer, writeChallenge } from '../../http/semantics/challenges.ts'
import { DigestServer, type DigestServerOptions } from '../../http/semantics/digest-server.ts'
import { joined } from '../../wire/bytes.ts'
import { plainAnswer } from './plain-answer.ts'
import type { About } from './serve.ts'

export interface LoginOptions {
  /** What the place is called; people see it. */
  readonly realm: string
  /** By Digest: the password of somebody; undefined for nobody. */
  readonly passwordOf?: ((user: string) => string | undefined | Promise<string | undefined>) | undefined
  readonly digest?: DigestChoices | undefined
  /** By Basic: whether this is somebody's password. What is compared must take the same time whatever is wrong with it. */
  readonly isPassword?: ((user: string, password: string) => boolean | Promise<boolean>) | undefined
  /** By Bearer: whose token it is; undefined for nobody's. */
  readonly userOf?: ((token: string) => string | undefined | Promise<string | undefined>) | undefined
}

export interface DigestChoices extends Omit<DigestServerOptions, 'crypto' | 'realm'> {
  /** Longest body that `auth-int` protects, in bytes; 1 MB where undefined, 16 at most: it is held until the handler has read it. */
  readonly protectedBody?: number | undefined
}

export interface LoggedIn {
  readonly user: string
  readonly scheme: 'digest' | 'basic' | 'bearer'
  /**
   * For the answer's Authentication-Info, by Digest: proves to the client that whoever answers has the password too
   * (RFC 7616 3.5).
   */
  readonly authenticationInfo?: string | undefined
}

/** Who asks may be anybody until all of it has come. */
const PROTECTED_BODY = 1_048_576

/** Who asks, or the 401 to answer. */
export type Guard = (request: Request, about: Pick<About, 'world'>) => Promise<LoggedIn | Response>

/** What each of the functions given is for is offered. One for each place: it remembers which counts of Digest were used. */
export const guard = (options: LoginOptions): Guard => {
  const { realm, isPassword, passwordOf, userOf } = options
  let digest: DigestServer | undefined
  return async (request, { world }) => {
    const { crypto, clock, words } = world
    if (passwordOf !== undefined) digest ??= new DigestServer({ ...options.digest, crypto, realm })
    const said = request.headers.get('authorization') ?? ''
    const proved = await byDigest(digest, said, request, { ...options, now: clock.date() })
    if (proved === 'too long') {
      const most = options.digest?.protectedBody ?? PROTECTED_BODY
      return plainAnswer(fail('http/body-too-big', { number: most }), words)
    }
    if (typeof proved === 'object') return proved
    const basic = isPassword && parseBasic(said)
    if (basic !== undefined && (await isPassword!(basic.user, basic.password)))
      return { user: basic.user, scheme: 'basic' }
    const token = userOf && parseBearer(said)
    const owner = token === undefined ? undefined : await userOf!(token)
    if (owner !== undefined) return { user: owner, scheme: 'bearer' }
    // RFC 6750 3.1: no error where no token was shown.
    const error = token === undefined ? {} : { error: 'invalid_token' }
    const challenges = [
      ...(digest?.challenges(clock.date(), proved) ?? []),
      ...(userOf === undefined ? [] : [writeChallenge('Bearer', { realm, ...error })]),
      ...(isPassword === undefined ? [] : [writeChallenge('Basic', { realm, charset: 'UTF-8' })]),
    ]
    const fields = challenges.map(challenge => ['WWW-Authenticate', challenge] as const)
    return plainAnswer(fail('http/unauthorized', { where: realm }), words, fields)
  }
}

const byDigest = async (
  digest: DigestServer | undefined,
  said: string,
  request: Request,
  { passwordOf, digest: choices, now }: Pick<LoginOptions, 'passwordOf' | 'digest'> & { readonly now: number },
): Promise<LoggedIn | 'stale' | 'too long' | undefined> => {
  const credentials = digest?.read(said)
  if (credentials === undefined || !isFor(credentials.uri, request.url)) return undefined
  const { user } = credentials
  const password = user === undefined ? undefined : await passwordOf!(user)
  const { protectedBody = PROTECTED_BODY } = choices ?? {}
  const body = credentials.qop === 'auth-int' ? await wholeOf(request, protectedBody) : undefined
  if (body === 'too long') return body
  const verdict = digest!.verify(credentials, { method: request.method, password, now, body })
  if (verdict === 'stale') return 'stale'
  if (verdict === 'wrong' || user === undefined || password === undefined) return undefined
  return { user, scheme: 'digest', authenticationInfo: digest!.proof(credentials, user, password) }
}

/** The body, which the handler reads again. */
const wholeOf = async (request: Request, most: number): Promise<Bytes | 'too long'> => {
  const pieces: Bytes[] = []
  let length = 0
  for await (const piece of request.clone().body ?? []) {
    length += piece.length
    if (length > most) return 'too long'
    pieces.push(piece)
  }
  return joined(pieces)
}

/** RFC 7616 3.4.6: the target that was proved is the one that is asked for, in whatever form both are written. */
const isFor = (uri: string, url: string): boolean => URL.canParse(uri, url) && new URL(uri, url).href === url
