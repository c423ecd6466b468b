/**
 * Whether a challenge is in place (RFC 8555 8, RFC 8737): looked at where a stranger says, so only at addresses and ports
 * that the policy allows, for a time, and not further than an answer can be long.
 */

import { dnsChallengeName, type Identifier } from '../../acme/identifiers.ts'
import { problem, Refusal, refusal } from '../../acme/problem.ts'
import type { AcmeAnswer, ChallengeQuestion } from '../../acme/server/types.ts'
import type { Millis } from '../../engine.ts'
import { FailureError } from '../../failures/index.ts'
import { parseIp } from '../../wire/address.ts'
import { base64url } from '../../wire/base64url.ts'
import { latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import { type Client, client, REDIRECT_STATUS } from '../client/client.ts'
import type { World } from '../stream/types.ts'
import { lookAtTls } from './look-tls.ts'

export interface LookOptions {
  readonly world: World
  /** Where challenges may be looked at; the addresses of this machine alone (127.0.0.0/8 and ::1) where undefined. */
  readonly reaches?: ((address: string) => boolean) | undefined
  /** The addresses of a name. `localhost` and what is below it is this machine; others are the transport’s to find. */
  readonly resolve?: ((name: string) => Promise<readonly string[]>) | undefined
  /** The texts of TXT records; without it there is no dns-01. Rejects, or gives none, where there are none. */
  readonly texts?: ((name: string) => Promise<readonly string[]>) | undefined
  /** For http-01, and for redirects of it: 80 where undefined. */
  readonly httpPort?: number | undefined
  /** For tls-alpn-01: 443 where undefined. */
  readonly tlsPort?: number | undefined
}

/** For all of it: an honest server answers from memory. */
const PATIENCE: Millis = 10_000
/** Let’s Encrypt follows ten; nobody has so many for a file that he put there himself. */
const REDIRECTS = 3
/** White space behind a key authorization is in order (RFC 8555 8.3), a page is not. */
const LONGEST_ANSWER = 4_096
/** Records of one name that are compared. */
const MOST_TEXTS = 100

/** Never rejects: what stands in the way is the answer. */
export const lookAt = async (challenge: ChallengeQuestion, options: LookOptions): Promise<AcmeAnswer> => {
  const { clock } = options.world
  const controller = new AbortController()
  const disarm = clock.later(clock.now() + PATIENCE, () => controller.abort(refusal('connection', LATE)))
  const given = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  try {
    return await Promise.race([looked(challenge, options, controller.signal), given])
  } catch (error) {
    return answerTo(error)
  } finally {
    disarm()
    controller.abort(refusal('connection', LATE))
    given.catch(() => {})
  }
}

const LATE = `there was no answer within ${PATIENCE} ms`

const answerTo = (error: unknown): AcmeAnswer => {
  if (error instanceof Refusal) return error.problem
  if (!(error instanceof FailureError)) return problem('serverInternal', 'the challenge could not be looked at')
  const { code, got, where } = error.failure
  const facts = [where, got].filter(fact => fact !== undefined).join(': ')
  const type = code.startsWith('dns/') ? 'dns' : code.startsWith('tls/') ? 'tls' : 'connection'
  return problem(type, facts === '' ? code : `${code}: ${facts}`)
}

const looked = async (challenge: ChallengeQuestion, options: LookOptions, signal: AbortSignal): Promise<AcmeAnswer> => {
  switch (challenge.type) {
    case 'http-01':
      return await lookAtHttp(challenge, options, signal)
    case 'dns-01':
      return await lookAtDns(challenge, options)
    case 'tls-alpn-01': {
      const address = await addressOf(challenge.identifier.value, options)
      const { world, tlsPort: port = 443 } = options
      return await lookAtTls({ challenge, world, address, port, patience: PATIENCE, signal })
    }
    default:
      return challenge.type satisfies never
  }
}

/** Throws `Refusal` for a name without an address that may be reached. */
const addressOf = async (host: string, options: LookOptions): Promise<string> => {
  const { reaches = isOwn } = options
  const found = await addressesOf(host, options)
  const address = found.find(each => reaches(each))
  if (address !== undefined) return address
  if (found.length === 0) throw refusal('dns', `${host} has no address`)
  throw refusal('connection', `${host} is at ${found.slice(0, 4).join(', ')}, where this authority does not look`)
}

const addressesOf = async (host: string, { resolve, world }: LookOptions): Promise<readonly string[]> => {
  const literal = parseIp(host.replace(/^\[(.*)\]$/, '$1'))
  if (literal !== undefined) return [literal.text]
  if (resolve !== undefined) return (await resolve(host)).filter(each => parseIp(each) !== undefined)
  // RFC 6761 6.3: a name server is not asked about them.
  if (/(^|\.)localhost$/i.test(host)) return ['127.0.0.1', '::1']
  return (await world.transport.lookUp?.(host, {})) ?? []
}

/** Of this machine: nobody else can be made to hear from us. */
const isOwn = (address: string): boolean => {
  const parsed = parseIp(address)
  return parsed !== undefined && (parsed.v === 4 ? parsed.octets[0] === 127 : parsed.text === '::1')
}

const lookAtHttp = async (
  challenge: ChallengeQuestion,
  options: LookOptions,
  signal: AbortSignal,
): Promise<AcmeAnswer> => {
  const { identifier, token, keyAuthorization } = challenge
  const { httpPort = 80 } = options
  let url = new URL(`http://${hostOf(identifier)}:${httpPort}/.well-known/acme-challenge/${token}`)
  for (let hops = 0; ; hops++) {
    const address = await addressOf(url.hostname, options)
    using asking = client({ world: options.world, resolve: () => address, keepAlive: 0 })
    const answer = await asked(asking, url, signal)
    if (answer.redirect !== undefined) {
      if (hops === REDIRECTS) throw refusal('connection', `there were more than ${REDIRECTS} redirects`)
      url = followed(answer.redirect, url, httpPort)
      continue
    }
    if (answer.status !== 200) throw refusal('incorrectResponse', `${url.href} answers with status ${answer.status}`)
    // RFC 8555 8.3: white space at the end does not count.
    return answer.body.replace(/\s+$/, '') === keyAuthorization
      ? 'done'
      : problem('incorrectResponse', `${url.href} answers with another text than the key authorization`)
  }
}

interface Found {
  readonly status: number
  readonly redirect: string | undefined
  /** As Latin-1, no longer than what is looked at. */
  readonly body: string
}

const asked = async (asking: Client, url: URL, signal: AbortSignal): Promise<Found> => {
  const response = await asking.fetch(url.href, {
    redirect: 'manual',
    signal,
    headers: { 'accept-encoding': 'identity', 'user-agent': 'barewire-acme' },
  })
  const location = REDIRECT_STATUS.has(response.status) ? response.headers.get('location') : null
  let body = ''
  const reader = response.body?.getReader()
  while (location === null && reader !== undefined) {
    const { done, value } = await reader.read()
    if (done) break
    body += latin1Text(value)
    if (body.length > LONGEST_ANSWER) throw refusal('incorrectResponse', `${url.href} answers with more than a text`)
  }
  await reader?.cancel().catch(() => {})
  return { status: response.status, redirect: location ?? undefined, body }
}

/** To other paths and names, by http, at the same port: what else listens on an allowed address was not asked for. */
const followed = (location: string, from: URL, port: number): URL => {
  if (!URL.canParse(location, from.href)) throw refusal('connection', 'a redirect leads to what is no URL')
  const url = new URL(location, from.href)
  if (url.protocol !== 'http:' || Number(url.port || 80) !== port || url.username !== '' || url.password !== '')
    throw refusal('connection', `a redirect leads to ${url.origin}, and only http at port ${port} is followed`)
  return url
}

const hostOf = ({ value }: Identifier): string => (value.includes(':') ? `[${value}]` : value)

/** RFC 8555 8.4. */
const lookAtDns = async (challenge: ChallengeQuestion, { texts, world }: LookOptions): Promise<AcmeAnswer> => {
  const name = dnsChallengeName(challenge.identifier)
  if (texts === undefined) throw refusal('dns', 'this authority has nobody whom it could ask for records')
  const found = await texts(name).catch(() => [])
  const { crypto } = world
  const wanted = base64url(crypto.hash('sha256').update(latin1Bytes(challenge.keyAuthorization)).digest())
  if (found.slice(0, MOST_TEXTS).includes(wanted)) return 'done'
  return problem(
    'incorrectResponse',
    found.length === 0
      ? `${name} has no TXT record`
      : `no TXT record of ${name} has the digest of the key authorization`,
  )
}
